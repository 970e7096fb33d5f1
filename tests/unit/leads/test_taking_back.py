"""An import is taken back: what was never called goes, what was is kept and closed."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

import cti.agents.models  # noqa: F401 - attempts name agents
from cti.base.clock import ManualClock
from cti.base.errors import Conflict, NotFound
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.leads import taking_back
from dialer.leads.models import ImportRow, LeadRow, NumberRow
from dialer.leads.service import LeadService
from dialer.leads.views import ImportProgress, TakingBack
from tests.unit.leads.files import Write


def table(count: int, first: int = 0) -> str:
    rows = (f"P{n},+861380000{n:04}\n" for n in range(first, first + count))
    return "name,phone\n" + "".join(rows)


async def imported(leads: LeadService, campaign: int, file: Path, into: str = "") -> int:
    job = await leads.start_import(campaign, file, file.name, list_name=into)
    assert (await leads.wait_for_import(job)).state == "done"
    return job


async def rows(store: Store) -> list[LeadRow]:
    async with store.read() as session:
        return list(await session.scalars(select(LeadRow).order_by(LeadRow.id)))


async def numbers(store: Store) -> int:
    async with store.read() as session:
        return len(list(await session.scalars(select(NumberRow.id))))


async def dial(store: Store, clock: ManualClock, lead: LeadRow, state: str) -> None:
    """This lead was called, and stands there now."""
    async with store.write() as session:
        number = await session.scalar(select(NumberRow.id).where(NumberRow.lead_id == lead.id))
        session.add(
            AttemptRow(
                id=f"at-{lead.id}",
                campaign_id=lead.campaign_id,
                lead_id=lead.id,
                number_id=number,
                e164="+8613800000000",
                placed_at=clock.now(),
            )
        )
        await session.execute(
            update(LeadRow).where(LeadRow.id == lead.id).values(state=state, dials=1)
        )


async def set_state(store: Store, lead: LeadRow, state: str) -> None:
    async with store.write() as session:
        await session.execute(update(LeadRow).where(LeadRow.id == lead.id).values(state=state))


async def taken_back(leads: LeadService, job: int) -> ImportProgress:
    await leads.take_back(job)
    return await leads.wait_for_import(job)


async def test_what_was_never_called_goes_and_what_was_is_closed(
    store: Store,
    leads: LeadService,
    campaign: int,
    clock: ManualClock,
    write: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(taking_back, "PORTION", 3)
    other = await imported(leads, campaign, write(table(2, 100)), "May")
    job = await imported(leads, campaign, write(table(8)), "May")  # into the same list
    mine = [row for row in await rows(store) if row.import_id == job]
    await dial(store, clock, mine[1], "waiting")
    await dial(store, clock, mine[5], "closed")
    await set_state(store, mine[2], "due")
    await set_state(store, mine[3], "closed")  # barred, say, before it was called
    assert await leads.would_take_back(job) == TakingBack(leads=8, removes=6, keeps=2, calling=0)
    clock.set(clock.now() + timedelta(minutes=5))
    told = await taken_back(leads, job)
    assert (told.state, told.removed, told.kept) == ("taken_back", 6, 2)
    assert told.taken_back_at == clock.now()
    left = await rows(store)
    assert [row.import_id for row in left] == [other, other, job, job]
    assert [row.state for row in left] == ["waiting", "waiting", "closed", "closed"]
    assert (left[2].closed_reason, left[2].due_at) == ("taken_back", None)
    assert left[3].closed_reason is None, "it was closed already, for a reason of its own"
    assert await numbers(store) == 4
    again = await taken_back(leads, job)
    assert (again.removed, again.kept) == (6, 2)


async def test_the_same_file_can_be_imported_again(
    leads: LeadService, campaign: int, write: Write
) -> None:
    job = await imported(leads, campaign, write(table(5)))
    await taken_back(leads, job)
    second = await leads.import_progress(await imported(leads, campaign, write(table(5))))
    assert (second.accepted, second.rejected) == (5, 0)
    (newest, oldest) = await leads.imports(campaign)
    assert (newest.state, oldest.state) == ("done", "taken_back")


async def test_a_lead_in_a_call_is_closed_once_that_is_over(
    store: Store, leads: LeadService, campaign: int, clock: ManualClock, write: Write
) -> None:
    leads._take_back.look_again = 0.01
    job = await imported(leads, campaign, write(table(3)))
    lead, looked_at, _ = await rows(store)
    await dial(store, clock, lead, "in_flight")
    await set_state(store, looked_at, "in_flight")  # by an agent, before the dial
    assert await leads.would_take_back(job) == TakingBack(leads=3, removes=1, keeps=0, calling=2)
    await leads.take_back(job)
    async with asyncio.timeout(20):
        while len(await rows(store)) > 2:  # noqa: ASYNC110 - another task's
            await asyncio.sleep(0.01)
    assert {row.state for row in await rows(store)} == {"in_flight"}
    assert (await leads.import_progress(job)).state == "taking_back"
    await set_state(store, lead, "waiting")
    await set_state(store, looked_at, "waiting")
    told = await leads.wait_for_import(job)
    assert (told.state, told.removed, told.kept) == ("taken_back", 2, 1)
    assert [row.state for row in await rows(store)] == ["closed"]


async def test_it_goes_on_after_a_restart(
    store: Store,
    leads: LeadService,
    campaign: int,
    clock: ManualClock,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(taking_back, "PORTION", 2)
    job = await imported(leads, campaign, write(table(7)))
    lead = (await rows(store))[0]
    await dial(store, clock, lead, "waiting")
    real, taken = taking_back._take, 0

    def breaks(*arguments: object, **more: object) -> object:
        nonlocal taken
        taken += 1
        if taken == 3:
            raise OSError("the disk is full")
        return real(*arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(taking_back, "_take", breaks)
    await leads.take_back(job)
    async with asyncio.timeout(20):
        while taken < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    half = await leads.import_progress(job)
    assert (half.state, half.removed, half.kept) == ("taking_back", 3, 1)
    await leads.close()
    again = LeadService(store, clock, tmp_path / "imports")
    assert await again.resume_imports() == [job]
    told = await again.wait_for_import(job)
    assert (told.state, told.removed, told.kept) == ("taken_back", 6, 1)
    assert [row.id for row in await rows(store)] == [lead.id]
    await again.close()


async def test_an_import_that_runs_is_stopped_first(
    store: Store, leads: LeadService, campaign: int, write: Write
) -> None:
    file = write(table(1500))
    job = await leads.start_import(campaign, file, file.name)
    async with asyncio.timeout(20):
        while not (await leads.import_progress(job)).accepted:  # noqa: ASYNC110
            await asyncio.sleep(0)
    told = await taken_back(leads, job)
    assert told.state == "taken_back"
    assert told.accepted == told.removed
    assert await rows(store) == []
    async with store.read() as session:
        row = await session.get_one(ImportRow, job)
    assert not Path(row.file_path).exists()
    assert await leads.resume_imports() == []


async def test_an_import_of_which_nobody_knows_the_leads_is_refused(
    store: Store, leads: LeadService, campaign: int, write: Write
) -> None:
    job = await imported(leads, campaign, write(table(2)))
    async with store.write() as session:
        await session.execute(update(LeadRow).values(import_id=None))
    with pytest.raises(Conflict, match="older version"):
        await leads.take_back(job)
    with pytest.raises(NotFound):
        await leads.take_back(99)
    assert len(await rows(store)) == 2
