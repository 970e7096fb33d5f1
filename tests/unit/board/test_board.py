"""The board: one moment of the whole floor."""

import asyncio
from zoneinfo import ZoneInfo

import pytest

from cti.agents.days import WorkingDays
from cti.base.day import LocalDay
from cti.base.statistics import percentile
from dialer.board.board import Board, CallersView, LinkView, RecordingsView
from tests.fake_pbx import BUSY, STAYS, VACANT, Far
from tests.unit.engine.rig import Engine, Outside

CALLERS = CallersView(
    in_menu=1, waiting=2, longest_wait_seconds=3.0, talking=4, answered=5, abandoned=6
)
LINK = LinkView(up=True, events_seen=10, events_dropped=0, samples=3, mismatches=0)
RECORDINGS = RecordingsView(ready=1, waiting=0, missing=0, seconds=7.5)


def days_of(engine: Engine) -> WorkingDays:
    today = LocalDay(engine.clock, lambda: ZoneInfo("Asia/Shanghai"))
    return WorkingDays(engine.outside.store, engine.roster, engine.signals, engine.clock, today)


def board_of(engine: Engine) -> Board:
    return Board(
        engine.outside.store,
        engine.roster,
        engine.attempts,
        engine.dialler,
        engine.clock,
        days_of(engine),
        callers=lambda: CALLERS,
        link=lambda: LINK,
        recordings=lambda: RECORDINGS,
    )


async def test_an_empty_floor(outside: Outside) -> None:
    view = await board_of(await outside.engine().start()).view()
    assert view.at == outside.clock.now()
    assert [*view.agents, *view.campaigns, *view.next_retries] == []
    assert view.answer_to_bridge_ms == {}
    assert (view.callers, view.link, view.recordings) == (CALLERS, LINK, RECORDINGS)


async def test_a_busy_floor(outside: Outside) -> None:
    await outside.agents(2)
    campaign = await outside.campaign(leads=4, abandon_target=0.05)
    numbers = await outside.script([BUSY, VACANT, Far(answers=0.5, talks=2.0), STAYS])
    outside.pbx.numbers = numbers
    engine = await outside.engine().start()
    board = board_of(engine)
    await asyncio.sleep(20)
    view = await board.view()
    assert view.agents_by_state == {"ready": 1, "talking": 1}
    assert view.calls_by_state == {"talking": 1}
    (shown,) = view.campaigns
    assert (shown.id, shown.mode, shown.state) == (campaign, "progressive", "running")
    assert shown.name.startswith("campaign ")
    assert (shown.attempts, shown.answered, shown.bridged, shown.abandoned) == (4, 1, 2, 0)
    assert shown.outcomes == {"busy": 1, "vacant": 1, "answered": 1}
    assert shown.leads == {"waiting": 1, "closed": 2, "in_flight": 1}
    assert (shown.lines, shown.hopper, shown.retries_waiting) == (1, 0, 1)
    assert (shown.retries_scheduled, shown.closed) == (1, 2)
    assert (shown.abandon_rate, shown.abandon_target) == (0.0, 0.05)
    assert "agent" in shown.reason
    (retry,) = view.next_retries
    assert (retry.last_outcome, retry.time_zone) == ("busy", "Asia/Shanghai")
    assert set(view.answer_to_bridge_ms) == {"p50", "p99", "max"}


async def test_abandoned_calls_are_a_share_of_the_answered(outside: Outside) -> None:
    outside.pbx.default = Far(answers=2.0)
    await outside.agents(1)
    await outside.campaign(leads=2)
    engine = await outside.engine().start()
    agent = engine.roster.get("agent0")
    await asyncio.sleep(1)
    engine.roster.make_not_ready(agent, "lunch")
    await asyncio.sleep(20)
    engine.roster.make_ready(agent)
    await asyncio.sleep(5)
    outside.pbx.end(agent.call or "")
    await asyncio.sleep(1)
    (shown,) = (await board_of(engine).view()).campaigns
    assert (shown.answered, shown.abandoned, shown.abandon_rate) == (2, 1, 0.5)


async def test_a_paused_campaign_keeps_its_name_and_figures(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=2)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    await outside.set_state(campaign, "paused")
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(2)
    (shown,) = (await board_of(engine).view()).campaigns
    assert (shown.state, shown.attempts, shown.reason) == ("paused", 1, "no new calls: paused")
    assert shown.name


async def test_leads_are_counted_at_most_once_a_second(outside: Outside) -> None:
    await outside.campaign(leads=1)
    engine = await outside.engine().start()
    await asyncio.sleep(2)
    board = board_of(engine)
    await board.view()
    steps = outside.gate.steps
    await board.view()
    assert outside.gate.steps == steps
    await asyncio.sleep(1.1)
    before = outside.gate.steps
    await board.view()
    assert outside.gate.steps == before + 1


def test_percentiles_by_nearest_rank() -> None:
    hundred = [float(n) for n in range(1, 101)]
    assert [percentile(hundred, share) for share in (0.0, 0.5, 0.99, 1.0)] == [1, 50, 99, 100]
    assert [percentile([1.0, 2.0], share) for share in (0.5, 0.51)] == [1.0, 2.0]
    assert percentile([7.0], 0.99) == 7.0


async def test_an_agent_is_shown_with_team_and_the_call_in_hand(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=1)
    outside.pbx.default = STAYS
    engine = await outside.engine().start()
    agent = engine.roster.get("agent0")
    agent.team, agent.display_name = "north", "Anna"
    board = board_of(engine)
    await asyncio.sleep(10)
    (shown,) = (await board.view()).agents
    assert (shown.state, shown.campaign_id) == ("talking", campaign)
    assert shown.campaign.startswith("campaign ")
    assert (shown.team, shown.display_name, shown.queue) == ("north", "Anna", "")
    assert (board.clock.now() - shown.since).total_seconds() == pytest.approx(shown.seconds, abs=1)
    outside.pbx.end(agent.call or "")
    await asyncio.sleep(1)
    (shown,) = (await board.view()).agents
    assert (shown.state, shown.campaign_id) == ("wrapping", campaign)


async def test_an_agent_with_a_caller_is_shown_with_the_queue(outside: Outside) -> None:
    await outside.agents(1)
    engine = await outside.engine().start()
    board = board_of(engine)
    board.queue_of = lambda call: "sales" if call == "in-1" else ""
    engine.roster.get("agent0").call = "in-1"
    (shown,) = (await board.view()).agents
    assert (shown.queue, shown.campaign_id, shown.campaign) == ("sales", None, "")
