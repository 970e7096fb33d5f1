"""What is told of a moment, a stretch of time, a day; and a day played again."""

import asyncio
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from cti.agents.models import AgentStateRow
from cti.base.errors import Conflict, NotFound, UserError
from dialer.decisions import paging
from dialer.decisions.day import Actual, DayFacts, Work
from dialer.decisions.replaying import scenario_of
from dialer.pacing.modes import make
from dialer.pacing.options import PacerOptions
from dialer.simulator.world import simulate
from tests.fake_pbx import Far
from tests.unit.decisions.conftest import Paced
from tests.unit.engine.rig import WRAP_UP
from tests.virtual_time import ORIGIN

SHANGHAI = ZoneInfo("Asia/Shanghai")
TODAY = ORIGIN.astimezone(SHANGHAI).date()


async def busy(paced: Paced, leads: int = 60, seconds: float = 60) -> int:
    outside = paced.outside
    await outside.agents(2)
    campaign = await outside.campaign(leads=leads, abandon_target=0.2)
    outside.pbx.default = Far(answers=2.0, talks=8.0)
    await paced.start()
    await asyncio.sleep(seconds)
    return campaign


async def test_a_moment_is_explained_in_words(paced: Paced) -> None:
    campaign = await busy(paced)
    told = await paced.service.explain(campaign, paced.outside.clock.now() - timedelta(seconds=20))
    assert told.moment is not None
    assert told.before is not None
    assert told.after is not None
    assert told.before.at < told.moment.at <= told.asked < told.after.at
    assert told.before.dialled > 0 < told.after.dialled
    assert told.dialled_in_minute > 0
    text = "\n".join(told.words)
    assert "progressive, Asia/Shanghai: 2026-08-03 12:0" in text
    assert f"In the minute around it {told.dialled_in_minute} were dialled, 0 taken back." in text
    assert "Before: 2026-08-03 12:0" in text
    assert f"Agents: {told.moment.ready} free" in text or "talking" in text
    assert "20.0% may be" in text
    assert "In the pacer's words: " in text


async def test_of_a_time_without_decisions_it_is_said_what_is_kept(paced: Paced) -> None:
    campaign = await busy(paced, seconds=20)
    long_ago = paced.outside.clock.now() - timedelta(days=1)
    told = await paced.service.explain(campaign, long_ago)
    assert told.moment is None
    assert told.words[0].startswith("No decision is kept of 2026-08-02 12:00:20 (Asia/Shanghai).")
    assert told.after is not None
    draft = await paced.outside.campaign(state="draft")
    assert "has not been paced yet" in (await paced.service.explain(draft, None)).words[0]


async def test_the_present_and_its_promise(paced: Paced) -> None:
    campaign = await busy(paced)
    now = await paced.service.status(campaign)
    counts = paced.engine.dialler.window.counts(campaign)
    assert (now.answered, now.abandoned) == (counts.answered, counts.abandoned)
    assert 0 < now.abandon_low < now.abandon_rate < now.abandon_high < 1
    draft = await paced.outside.campaign(state="draft")
    with pytest.raises(Conflict, match="draft: nothing is paced"):
        await paced.service.status(draft)
    with pytest.raises(NotFound):
        await paced.service.status(99)


async def test_a_series_holds_all_that_was_dialled(paced: Paced) -> None:
    campaign = await busy(paced)
    paced.pacer.lines = 0
    await asyncio.sleep(3)  # the writer's second
    series = await paced.service.series(campaign, 60)
    assert series.seconds == 5
    assert sum(point.dialled for point in series.points) == len(paced.outside.pbx.dialled)
    moments = [point.at for point in series.points]
    assert moments == sorted(moments)
    assert {point.free + point.busy for point in series.points} <= {1, 2}
    long = await paced.service.series(campaign, 7 * 1440)
    assert len(long.points) <= 720


async def test_a_day_is_what_its_rows_say(paced: Paced) -> None:
    campaign = await busy(paced, leads=12, seconds=90)
    day = await paced.service.day(campaign, TODAY)
    attempts = await paced.outside.attempts()
    actual = day.actual
    assert actual.dialled == len(attempts) == 12
    assert actual.answered == 12
    assert actual.abandoned == [a.outcome for a in attempts].count("abandoned") > 0
    assert actual.served + actual.abandoned == 12
    assert day.talks == pytest.approx([8.0] * actual.served, abs=0.05)
    assert day.rings_answered == pytest.approx([2.0] * 12, abs=0.1)
    assert len(day.wraps) == actual.served
    assert max(day.wraps) <= WRAP_UP
    assert day.staff[-1][1] == 2
    assert day.starts_at == pytest.approx(12.0, abs=0.01)
    busy_s = sum(day.talks) + sum(day.wraps)
    assert actual.occupancy * actual.agent_hours * 3600 == pytest.approx(busy_s, abs=1.0)
    assert actual.agent_hours == pytest.approx(180 / 3600, rel=0.02)


async def test_read_in_small_pages_it_is_the_same(
    paced: Paced, monkeypatch: pytest.MonkeyPatch
) -> None:
    campaign = await busy(paced, leads=12, seconds=60)
    await paced.decisions.close()
    await paced.states.close()
    now = paced.outside.clock.now()
    monkeypatch.setattr(paced.outside.clock, "now", lambda: now, raising=False)
    whole = [await paced.service.series(campaign, 60), await paced.service.day(campaign, TODAY)]
    for page in (1, 3):
        monkeypatch.setattr(paging, "PAGE", page)
        paged = [await paced.service.series(campaign, 60), await paced.service.day(campaign, TODAY)]
        assert paged == whole


async def test_of_other_days_nothing_is_known(paced: Paced) -> None:
    campaign = await busy(paced, seconds=10)
    with pytest.raises(NotFound, match="dialled nobody on 2026-08-01"):
        await paced.service.day(campaign, date(2026, 8, 1))


async def test_a_recorded_day_is_played_again(paced: Paced, tmp_path: Path) -> None:
    campaign = await busy(paced, leads=60, seconds=240)
    day = await paced.service.day(campaign, TODAY)
    scenario = scenario_of(day, tmp_path)
    again = simulate(scenario, make("progressive", PacerOptions()), seed=1)
    assert again.agents == 2
    assert again.abandoned == 0  # one line for each agent, where two for all had been
    assert day.actual.abandoned > 0
    assert again.seconds == pytest.approx(240, abs=5)
    assert again.occupancy == pytest.approx(10 / 12, abs=0.1)  # 8 s talk, 2 s wrap-up, 2 s ring


def test_agents_who_come_and_go_are_counted_where_they_were() -> None:
    begins = ORIGIN
    work = Work(begins, begins + timedelta(hours=1))

    def at(minutes: float) -> object:
        return begins + timedelta(minutes=minutes)

    for agent, minutes, state in (
        (1, -60, "ready"),  # signed in before midnight
        (2, -30, "not_ready"),
        (2, 10, "ready"),
        (1, 15, "talking"),
        (1, 20, "wrapping"),
        (1, 21, "ready"),
        (1, 30, "not_ready"),
        (2, 40, "signed_out"),
    ):
        work.change(agent, at(minutes), state)  # type: ignore[arg-type]
    work.close()
    assert work.staff == [(0.0, 1), (600.0, 2), (1800.0, 1), (2400.0, 0)]
    assert work.wraps == [60.0]
    assert work.seconds["talking"] == 300
    assert work.seconds["ready"] == 15 * 60 + 9 * 60 + 30 * 60
    assert work.seconds["not_ready"] == 10 * 60 + 30 * 60


def facts(**more: object) -> DayFacts:
    actual = dict.fromkeys(Actual.model_fields, 0)
    given: dict[str, object] = {
        "campaign": 1,
        "name": "Spring",
        "day": TODAY,
        "begins": ORIGIN,
        "ends": 86400.0,
        "starts_at": 9.0,
        "mode": "power",
        "ratio": 2.0,
        "target": 0.03,
        "grace_s": 2.0,
        "min_ring_s": 15,
        "ring_timeout_s": 30,
        "max_lines": None,
        "calls_per_second": None,
        "staff": [(32400.0, 3), (36000.0, 0)],
        "dials": [],
        "rings_answered": [5.0],
        "rings_unanswered": [],
        "talks": [60.0],
        "machine_talks": [],
        "wraps": [],
        "actual": actual,
    }
    return DayFacts.model_validate(given | more)


def test_shares_of_answers_follow_the_quarters_of_an_hour(tmp_path: Path) -> None:
    first = [(32400.0 + n, n % 2 == 0) for n in range(60)]
    second = [(32400.0 + 950 + n, n % 10 == 0) for n in range(60)]
    few = [(32400.0 + 2000 + n, True) for n in range(5)]
    scenario = scenario_of(facts(dials=first + second + few), tmp_path)
    assert scenario.answer is not None
    assert [(step.at, step.p) for step in scenario.answer.steps] == [(0, 0.5), (900, 0.1)]
    assert scenario.hours == 1.0
    assert scenario.machines is None


def test_a_day_without_a_talk_cannot_be_played(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be played again"):
        scenario_of(facts(talks=[]), tmp_path)


def test_machines_keep_agents_as_long_as_they_did(tmp_path: Path) -> None:
    dials = [(32400.0, True)] * 40
    machines = {"machine_talks": [4.0, 6.0, 5.0], "rings_answered": [5.0] * 4}
    scenario = scenario_of(facts(dials=dials, **machines), tmp_path)
    assert scenario.machines is not None
    assert scenario.machines.share == 0.75
    assert scenario.machines.unfound.average == 5.0


async def test_while_the_service_is_down_nobody_works(paced: Paced) -> None:
    await busy(paced, seconds=10)
    await paced.history.close()
    rows = await paced.outside.all(AgentStateRow)
    assert [(row.state, row.reason) for row in rows[-2:]] == [
        ("signed_out", "the service stops")
    ] * 2
    states = [row.state for row in rows if row.agent_id == rows[0].agent_id]
    assert all(first != second for first, second in pairwise(states))
    assert {"ready", "reserved", "talking"} <= set(states)
