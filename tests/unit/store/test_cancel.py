"""A task cancelled in the middle of its work leaves no connection behind, on both databases."""

import asyncio
import gc
import random

from sqlalchemy import text

from cti.store.engine import Store
from dialer.campaigns.models import ClientRow

INSERT = text("INSERT INTO clients (name) VALUES (:name)")


async def read(store: Store, _name: str) -> None:
    async with store.read() as session:
        await session.execute(text("SELECT 1"))
        await session.scalar(text("SELECT 2"))


async def write(store: Store, name: str) -> None:
    async with store.write() as session:
        await session.execute(INSERT, {"name": name})
        await session.execute(INSERT, {"name": f"{name} too"})


async def by_rows(store: Store, name: str) -> None:
    async with store.write() as session:
        row, passing = ClientRow(name=name), ClientRow(name=f"{name} for a moment")
        session.add_all([row, passing])
        await session.flush()
        await session.refresh(row)
        await session.get_one(ClientRow, row.id)
        await session.run_sync(lambda it: it.execute(INSERT, {"name": f"{name} too"}))
        await session.delete(passing)


async def transact(store: Store, name: str) -> None:
    await store.transact(lambda connection: connection.execute(INSERT, {"name": name}))


async def test_no_connection_is_lost_whenever_a_task_is_cancelled(store: Store) -> None:
    chance = random.Random(7)
    for round_ in range(150):
        work = chance.choice([read, write, by_rows, transact])
        task = asyncio.create_task(work(store, f"client {round_}"))
        for _ in range(chance.randrange(12)):  # at any moment: the driver works in threads
            await asyncio.sleep(chance.choice([0, 0, 0.0003]))
        task.cancel()
        await asyncio.sleep(0)
        task.cancel()  # whoever insists changes nothing
        await asyncio.wait([task])
    assert asyncio.all_tasks() == {asyncio.current_task()}, "somebody still tidies up"
    gc.collect()  # a lost connection is a warning here, and warnings are errors
    async with store.read() as session:
        names = set(await session.scalars(text("SELECT name FROM clients")))
        pairs = {n for n in names if n.endswith(" too")}
    assert pairs <= {f"{name} too" for name in names}, "half of a transaction is there"


async def test_a_cancelled_task_ends_as_cancelled(store: Store) -> None:
    task = asyncio.create_task(read(store, ""))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert task.cancelled()
