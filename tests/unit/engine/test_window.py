"""The measuring window: what counts, on which day, and what a restart forgets (nothing)."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Select, text
from sqlalchemy.exc import OperationalError

from cti.base.ids import ATTEMPT, new_id
from dialer.attempts.models import AttemptRow
from dialer.campaigns.pacing import PacingSettings
from dialer.engine.window import Counts, Window, _counted, midnight
from dialer.leads.models import NumberRow
from dialer.outcomes.evidence import Kind
from tests.fake_pbx import STAYS, Far
from tests.unit.engine.over_dialling import Scripted
from tests.unit.engine.rig import Outside
from tests.unit.engine.test_news import paced
from tests.virtual_time import VirtualClock, standing_still

BERLIN = ZoneInfo("Europe/Berlin")


class SetClock(VirtualClock):
    """A wall clock that can be set."""

    shift = timedelta()

    def now(self) -> datetime:
        return super().now() + self.shift

    def set(self, moment: datetime) -> None:
        self.shift += moment - self.now()


@pytest.fixture
async def clock(outside: Outside) -> SetClock:
    clock = SetClock()
    outside.clock = clock
    return clock


async def attempt(outside: Outside, campaign: int, answered: datetime, **more: Any) -> None:
    """One that has ended, as the ledger writes it."""
    number = next(n for n in await outside.all(NumberRow) if n.campaign_id == campaign)
    values = {"outcome": "answered", "late": False, "outcome_reason": "", "note": ""} | more
    row = AttemptRow(
        id=new_id(ATTEMPT),
        campaign_id=campaign,
        lead_id=number.lead_id,
        number_id=number.id,
        e164=number.e164,
        placed_at=answered - timedelta(seconds=10),
        answered_at=answered,
        ended_at=answered + timedelta(seconds=60),
        evidence=[],
        **values,
    )
    await outside._add(row)


async def opened(outside: Outside, campaign: int, zone: ZoneInfo = BERLIN, days: int = 1) -> Window:
    engine = outside.engine()
    await engine.dialler.window.open(campaign, zone, days)
    return engine.dialler.window


async def test_a_day_begins_at_midnight_where_the_campaign_is(
    outside: Outside, clock: SetClock
) -> None:
    campaign = await outside.campaign(leads=1, state="draft")
    clock.set(datetime(2026, 8, 4, 0, 30, tzinfo=BERLIN))
    midnight_there = datetime(2026, 8, 4, tzinfo=BERLIN).astimezone(UTC)
    await attempt(outside, campaign, midnight_there - timedelta(seconds=1), outcome="abandoned")
    await attempt(outside, campaign, midnight_there)
    await attempt(outside, campaign, midnight_there + timedelta(minutes=5), late=True)
    window = await opened(outside, campaign)
    assert window.counts(campaign) == Counts(2, 1)
    yesterday_too = await opened(outside, campaign, days=2)
    assert yesterday_too.counts(campaign) == Counts(3, 2)
    in_utc = await opened(outside, campaign, ZoneInfo("UTC"))
    assert in_utc.counts(campaign) == Counts(3, 2)


async def test_only_what_a_person_answered_counts(outside: Outside, clock: SetClock) -> None:
    campaign = await outside.campaign(leads=1, state="draft")
    other = await outside.campaign(leads=1, state="draft")
    now = clock.now()
    for outcome in ("machine", "fax", "answered", "abandoned"):
        await attempt(outside, campaign, now, outcome=outcome)
    await attempt(outside, campaign, now, outcome=None)  # under way
    await attempt(outside, other, now)
    window = await opened(outside, campaign)
    assert window.counts(campaign) == Counts(2, 1)


@pytest.mark.parametrize("night", ["2026-03-29", "2026-10-25"], ids=["23 hours", "25 hours"])
async def test_the_day_rolls_over_when_clocks_change(
    outside: Outside, clock: SetClock, night: str
) -> None:
    day = datetime.fromisoformat(night).replace(tzinfo=BERLIN)
    campaign = await outside.campaign(leads=1, state="draft")
    begins, ends = midnight(day.date(), BERLIN), midnight(day.date() + timedelta(days=1), BERLIN)
    assert ends - begins == timedelta(hours=23 if night == "2026-03-29" else 25)
    await attempt(outside, campaign, begins, outcome="abandoned")
    await attempt(outside, campaign, ends - timedelta(seconds=1))
    clock.set(ends - timedelta(seconds=1))
    window = await opened(outside, campaign)
    assert window.counts(campaign) == Counts(2, 1)
    clock.set(ends)
    assert window.counts(campaign) == Counts(0, 0)


async def test_thirty_days_roll(outside: Outside, clock: SetClock) -> None:
    campaign = await outside.campaign(leads=1, state="draft")
    now = clock.now()
    for ago in (0, 1, 29, 30):
        await attempt(outside, campaign, now - timedelta(days=ago), outcome="abandoned")
    window = await opened(outside, campaign, days=30)
    assert window.counts(campaign) == Counts(3, 3)
    clock.set(now + timedelta(days=1))
    assert window.counts(campaign) == Counts(2, 2)


async def test_a_clock_set_back_forgets_nothing(outside: Outside, clock: SetClock) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=2)
    outside.pbx.default = Far(answers=1.0, talks=2.0)
    engine = await paced(outside, Scripted(lines=2))
    await asyncio.sleep(20)
    counts = engine.dialler.window.counts(campaign)
    assert counts == Counts(2, 1)
    clock.set(clock.now() - timedelta(days=1))
    assert engine.dialler.window.counts(campaign) == counts
    await engine.close()
    again = await paced(outside, Scripted())
    await asyncio.sleep(1)
    assert again.dialler.window.counts(campaign) == counts


async def test_a_restart_forgets_nothing(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=3)
    outside.pbx.default = STAYS
    pacer = Scripted(lines=3)
    engine = await paced(outside, pacer)
    await asyncio.sleep(4)
    pacer.lines = 0
    await asyncio.sleep(6)
    assert engine.dialler.window.counts(campaign) == Counts(3, 2)
    await engine.kill()  # one talks on
    again = await paced(outside, Scripted())
    await asyncio.sleep(3)
    assert again.dialler.window.counts(campaign) == Counts(2, 2)
    (talking,) = again.attempts.flights
    outside.pbx.end(talking.attempt_id)
    await asyncio.sleep(20)
    assert again.dialler.window.counts(campaign) == Counts(3, 2)


async def test_an_agent_who_came_too_late_came_in_vain(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=1, pacing=PacingSettings(grace_s=1.0))
    outside.pbx.default = Far(answers=1.0, talks=5.0)
    engine = outside.engine()
    await engine.start()
    outside.pbx.on_originate = lambda _: setattr(outside.pbx, "slow", 1.5)  # the bridge is slow
    await asyncio.sleep(30)
    (row,) = await outside.attempts()
    assert (row.outcome, row.late) == ("answered", True)
    assert engine.dialler.window.counts(campaign) == Counts(1, 1)


async def test_no_person_after_all_is_taken_off_again(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=1)
    outside.pbx.default = Far(answers=1.0, talks=5.0)
    engine = await paced(outside, Scripted(lines=1))
    engine.says = lambda _: None
    await asyncio.sleep(4)
    assert engine.dialler.window.counts(campaign) == Counts(1, 0)
    await asyncio.sleep(5)
    (flight,) = engine.attempts.awaiting.values()
    flight.saw(outside.clock.monotonic(), Kind.AGENT_SAID, **{"is": "machine", "by": "agent0"})
    engine.attempts.judge_again(flight)
    assert engine.dialler.window.counts(campaign) == Counts(0, 0)


async def test_what_ends_while_the_rows_are_read_counts_once(outside: Outside) -> None:
    await outside.agents(2)
    campaign = await outside.campaign(leads=30)
    outside.pbx.default = Far(answers=0.2, talks=0.3)
    engine = await paced(outside, Scripted(lines=2))
    engine.says = lambda _: "success"
    window = engine.dialler.window
    await asyncio.sleep(0.5)
    for _ in range(200):
        window._campaigns[campaign].read_at = outside.clock.now() - timedelta(hours=2)
        await window.refresh(campaign)
        await asyncio.sleep(0.11)
    await asyncio.sleep(60)
    outcomes = await outside.outcomes()
    assert len(outcomes) == 30
    assert window.counts(campaign) == Counts(30, outcomes.count("abandoned"))


async def test_a_database_that_is_away_changes_nothing(outside: Outside) -> None:
    campaign = await outside.campaign(leads=1, state="draft")
    await attempt(outside, campaign, outside.clock.now())
    window = await opened(outside, campaign)
    outside.gate.away = {"database"}
    with pytest.raises(OperationalError):
        await window.open(campaign, BERLIN, 30)
    assert window.counts(campaign) == Counts(1, 0)
    outside.gate.away = set()


async def test_counting_looks_at_nothing_but_its_index(outside: Outside) -> None:
    query = _counted(1, outside.clock.now().date(), BERLIN)
    assert isinstance(query, Select)
    with standing_still():
        async with outside.bare.read() as session:
            compiled = query.compile(session.get_bind(), compile_kwargs={"literal_binds": True})
            plan = await session.execute(text(f"EXPLAIN QUERY PLAN {compiled}"))
            (step,) = [row.detail for row in plan]
    assert "USING COVERING INDEX ix_attempts_measured (campaign_id=? AND answered_at>?" in step
