"""One transaction at once, whole or not at all, on both databases."""

import asyncio
import threading

import pytest
from sqlalchemy import Connection, text

from cti.store.engine import Store

INSERT = text("INSERT INTO clients (name) VALUES (:name)")


async def names(store: Store) -> list[str]:
    async with store.read() as session:
        return list(await session.scalars(text("SELECT name FROM clients ORDER BY name")))


async def test_what_returns_is_committed(store: Store) -> None:
    def work(connection: Connection) -> int:
        connection.execute(INSERT, [{"name": "a"}, {"name": "b"}])
        return 7

    assert await store.transact(work) == 7
    assert await names(store) == ["a", "b"]


async def test_what_raises_leaves_nothing(store: Store) -> None:
    def work(connection: Connection) -> None:
        connection.execute(INSERT, {"name": "a"})
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await store.transact(work)
    assert await names(store) == []


async def test_takes_turns_with_other_writers(store: Store) -> None:
    async def one(name: str) -> None:
        async with store.write() as session:
            await session.execute(INSERT, {"name": name})

    def work(connection: Connection) -> None:
        count = connection.execute(text("SELECT count(*) FROM clients")).scalar_one()
        connection.execute(INSERT, {"name": f"counted {count}"})

    await asyncio.gather(*(one(f"w{n}") for n in range(5)), store.transact(work))
    assert len(await names(store)) == 6


async def test_a_cancelled_one_is_finished_before_the_next_begins(store: Store) -> None:
    if not store.is_sqlite:
        pytest.skip("PostgreSQL undoes it instead")
    begun, go_on = threading.Event(), threading.Event()

    def work(connection: Connection) -> None:
        connection.execute(INSERT, {"name": "first"})
        begun.set()
        go_on.wait(5)

    task = asyncio.create_task(store.transact(work))
    await asyncio.to_thread(begun.wait, 5)
    task.cancel()
    await asyncio.sleep(0)
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await names(store) == ["first"]


async def test_a_look_stands_in_no_writers_way(store: Store) -> None:
    counted = text("SELECT count(*) FROM clients")
    looked, go_on = threading.Event(), threading.Event()

    def twice(connection: Connection) -> tuple[int, int]:
        first = connection.execute(counted).scalar_one()
        if store.is_sqlite:  # there it is in a thread of its own, which may wait
            looked.set()
            go_on.wait(5)
        return first, connection.execute(counted).scalar_one()

    looking = asyncio.create_task(store.look(twice))
    if store.is_sqlite:
        await asyncio.to_thread(looked.wait, 5)
    async with store.write() as session:
        await session.execute(INSERT, {"name": "a"})
    go_on.set()
    first, again = await looking
    assert (first, again) == (0, 0) or not store.is_sqlite  # one moment, as it was
    assert await store.look(lambda at: at.execute(counted).scalar_one()) == 1


async def test_a_look_that_raises_is_told(store: Store) -> None:
    def work(_: Connection) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        await store.look(work)
