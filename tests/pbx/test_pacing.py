"""A pacer that dials more than there are agents, and takes calls back, on the real PBX."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio

from cti.agents.states import AgentState
from dialer.pacing.snapshot import Abandoned, Snapshot
from tests.pbx.house import PATIENCE, House, open_house
from tests.unit.engine.over_dialling import Scripted, always

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        house = await open_house(tmp_path_factory.mktemp("h"), undo)
        await house.hire("ann", "bob")
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    yield home
    await home.settle()


def paced(house: House, pacer: Scripted) -> Scripted:
    house.service.dialler.make_pacer = always(pacer)
    return pacer


async def now(house: House, campaign: int) -> dict[str, Any]:
    return dict(await house.ask("GET", f"/v1/campaigns/{campaign}/pacing/now"))


async def test_who_finds_no_agent_counts_as_abandoned(house: House) -> None:
    await house.ready("ann")
    pacer = paced(house, Scripted(lines=3))
    numbers = [house.number("tone") for _ in range(3)]
    campaign = await house.campaign(*numbers, abandon_target=0.1, pacing={"window": "30_days"})
    ann = await house.state_of("ann", AgentState.TALKING)
    done = await house.ended(campaign, 2)
    assert [a["outcome"] for a in done] == ["abandoned", "abandoned"]
    assert all("message was played" in a["outcome_reason"] for a in done)
    await house.until(lambda: pacer.seen[-1].abandoned == 2, "the pacer knows")
    assert len([item for item in pacer.news if isinstance(item, Abandoned)]) == 2
    shown = await now(house, campaign)
    assert (shown["answered"], shown["abandoned"]) == (3, 2)
    assert shown["abandon_low"] < shown["abandon_rate"] == pytest.approx(2 / 3)
    assert (shown["window"], shown["talking"]) == ("in the last 30 days", 1)
    (board,) = [c for c in (await house.ask("GET", "/v1/live"))["campaigns"] if c["id"] == campaign]
    assert board["pacing"]["abandoned"] == 2
    call = ann.call or ""
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", AgentState.WRAPPING)
    await house.dispose(call, "success")
    await house.until(lambda: bool(pacer.handled), "ann is done")
    await house.until(lambda: len(pacer.resolved) == 3, "and of every answer")
    assert {item.result for item in pacer.resolved} == {"answered"}
    async with asyncio.timeout(PATIENCE):
        while not (day := await written(house, campaign))["wraps"]:  # noqa: ASYNC110
            await asyncio.sleep(0.1)  # the writer has its second
    assert (day["actual"]["answered"], day["actual"]["abandoned"]) == (3, 2)
    assert len(day["talks"]) == len(day["wraps"]) == 1
    told = await house.ask("GET", f"/v1/campaigns/{campaign}/pacing")
    assert told["before"]["dialled"] == 3
    series = await house.ask("GET", f"/v1/campaigns/{campaign}/pacing/series")
    assert sum(point["dialled"] for point in series["points"]) == 3


async def written(house: House, campaign: int) -> dict[str, Any]:
    """The campaign's day, as far as it is written down."""
    path = f"/v1/campaigns/{campaign}/pacing/day"
    return dict(await house.ask("GET", path, params={"date": _day_there(house, campaign)}))


def _day_there(house: House, campaign: int) -> str:
    zone = house.service.dialler.running[campaign].zone
    return house.service.clock.now().astimezone(zone).date().isoformat()


async def test_calls_that_ring_are_taken_back_when_agents_leave(house: House) -> None:
    await house.ready("ann", "bob")

    def nobody_there(snapshot: Snapshot) -> tuple[str, ...]:
        return () if snapshot.count("ready") else tuple(call.id for call in snapshot.calls)

    pacer = paced(house, Scripted(lines=2, cancels=nobody_there))
    numbers = [house.number("no-answer") for _ in range(2)]
    campaign = await house.campaign(*numbers, pacing={"min_ring_s": 2.0})
    flights = house.service.attempts.flights
    await house.until(lambda: [f.state for f in flights] == ["ringing"] * 2, "both ring")
    await asyncio.sleep(2.2)
    pacer.lines = 0
    for name in ("ann", "bob"):
        await house.ask("POST", f"/v1/agents/{name}/sign-out")
    await house.until(lambda: not len(flights), "taken back")
    done = await house.ended(campaign, 2)
    assert [a["outcome"] for a in done] == ["no_answer"] * 2
    for attempt in done:
        assert attempt["outcome_reason"].startswith("We took it back after ")
        lead = await house.scheduled(attempt)
        wait = datetime.fromisoformat(lead["due_at"]) - datetime.fromisoformat(attempt["ended_at"])
        assert (lead["state"], lead["dials"]) == ("waiting", 1)
        assert wait == pytest.approx(timedelta(minutes=5), abs=timedelta(seconds=2))
    await house.until(lambda: len(pacer.resolved) == 2, "the pacer knows")
    assert {item.result for item in pacer.resolved} == {"cancelled"}
