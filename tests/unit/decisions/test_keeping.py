"""Which decisions are kept, and that keeping them is in nobody's way."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from cti.store import batches
from dialer.decisions.models import DecisionRow
from tests.fake_pbx import NO_ANSWER, STAYS, Far
from tests.unit.decisions.conftest import Paced
from tests.virtual_time import standing_still


async def test_each_that_dials_is_kept_and_of_the_quiet_ones_a_few(paced: Paced) -> None:
    outside = paced.outside
    await outside.agents(2)
    campaign = await outside.campaign(leads=50, abandon_target=0.05)
    outside.pbx.default = Far(answers=1.0, talks=8.0)
    await paced.start()
    for _ in range(3):
        paced.pacer.lines = 2
        await asyncio.sleep(0.6)
        paced.pacer.lines = 0
        await asyncio.sleep(20)
    rows = await outside.all(DecisionRow)
    assert sum(row.dialled for row in rows) == len(outside.pbx.dialled) == 6
    quiet = [row for row in rows if not row.dialled]
    looks = len(paced.pacer.seen)
    assert 9 <= len(quiet) <= 13 < looks / 5
    assert {row.campaign_id for row in rows} == {campaign}
    first = next(row for row in rows if row.dialled)
    assert (first.ready, first.talking, first.dialled, first.target) == (2, 0, 2, 0.05)
    assert (first.mode, first.bound_by) == ("progressive", "agents")
    assert first.reasons == "2 lines, as the test says"
    later = [row for row in rows if row.talking == 2]
    assert later
    assert all(row.lines >= 2 and row.ready == 0 for row in later)


async def test_without_a_database_they_are_lost_and_calls_go_on(paced: Paced) -> None:
    outside = paced.outside
    await outside.agents(2)
    await outside.campaign(leads=50)
    outside.pbx.default = Far(answers=1.0, talks=2.0)
    await paced.start()
    await asyncio.sleep(5)
    plain, paced.decisions.store = paced.decisions.store, outside.bare
    with standing_still():
        await outside.bare.close()
    paced.decisions.store = _Away()  # type: ignore[assignment]
    dialled = len(outside.pbx.dialled)
    await asyncio.sleep(30)
    assert len(outside.pbx.dialled) > dialled + 4
    assert paced.engine.ledger.healthy
    assert [i.kind for i in paced.incidents if i.kind == "rows_not_kept"] == ["rows_not_kept"]
    assert paced.decisions.dropped > 4
    paced.decisions.store = plain
    kept = len(await outside.all(DecisionRow))
    await asyncio.sleep(10)
    assert len(await outside.all(DecisionRow)) > kept


class _Away:
    async def transact(self, _: object) -> None:
        raise OSError("disk full")


async def test_old_ones_are_forgotten(paced: Paced, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "PRUNE_SECONDS", 60.0)
    outside = paced.outside
    await outside.agents(1)
    await outside.campaign(leads=5)
    outside.pbx.default = STAYS
    await paced.start()
    await asyncio.sleep(30)
    before = await outside.all(DecisionRow)
    assert len(before) > 3
    old, kept = before[:2], {row.id for row in before[2:]}
    with standing_still():
        async with outside.bare.write() as session:
            await session.execute(
                update(DecisionRow)
                .where(DecisionRow.id.in_([row.id for row in old]))
                .values(at=outside.clock.now() - timedelta(days=36))
            )
    await asyncio.sleep(62)
    after = {row.id for row in await outside.all(DecisionRow)}
    assert kept <= after
    assert not after & {row.id for row in old}


async def test_the_bus_hears_of_a_running_campaign_once_a_second(paced: Paced) -> None:
    outside = paced.outside
    await outside.agents(3)
    campaign = await outside.campaign(leads=50)
    outside.pbx.default = NO_ANSWER
    await paced.start()
    await asyncio.sleep(20)
    assert 14 <= len(paced.told) <= 21
    last = paced.told[-1]
    assert (last.campaign, last.ringing, last.ready, last.dialled_last_minute) == (
        campaign,
        2,
        3,
        2,
    )
    assert (last.abandon_rate, last.abandon_low, last.window) == (0.0, 0.0, "today")
    await outside.set_state(campaign, "paused")
    paced.engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(1)
    told = len(paced.told)
    assert paced.live.view(campaign) is None
    await asyncio.sleep(10)
    assert len(paced.told) == told


async def test_what_was_dialled_over_a_minute_ago_is_not_counted(paced: Paced) -> None:
    outside = paced.outside
    await outside.agents(2)
    campaign = await outside.campaign(leads=2)
    outside.pbx.default = STAYS
    await paced.start()
    await asyncio.sleep(30)
    view = paced.live.view(campaign)
    assert view is not None
    assert view.dialled_last_minute == 2
    await asyncio.sleep(35)
    view = paced.live.view(campaign)
    assert view is not None
    assert view.dialled_last_minute == 0
