"""kill -9 of the real service process, at the worst moments; then it starts again."""

import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from demo.truth import compare
from tests.chaos.yard import (
    KILLED_BEFORE_ORIGINATE,
    LASTING,
    Yard,
    leads_of,
    never_left,
    open_yard,
)
from tests.pbx.house import DATA

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(600)]

AGENTS = 4


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    async with AsyncExitStack() as undo:
        yard = await open_yard(tmp_path, undo, DATA / "personas-killed.yaml")
        await yard.staff(AGENTS, seed=1)
        yield yard


def numbers_of(yard: Yard, *shares: tuple[str, int]) -> list[str]:
    found = []
    for persona, count in shares:
        some = yard.world.personas.numbers_of(persona)
        found += [next(some) for _ in range(count)]
    return found


def check(yard: Yard, numbers: list[str], attempts: list[dict[str, Any]]) -> None:
    """What must hold, whatever was killed when."""
    assert all(a["outcome"] for a in attempts)
    assert "Traceback" not in yard.log()
    assert '"exception"' not in yard.log()
    dialled = Counter(a["number"] for a in attempts if not never_left(a))
    assert dialled == Counter(numbers)
    # The world outside saw each number once, and saw no call that we know nothing of.
    assert yard.calls_that_arrived() == Counter(numbers)
    # A call that was cut by the crash may be told as what the log has left of it; no other.
    differ = compare([a for a in attempts if not recovered(a)], yard.world.personas).differ
    assert [d for d in differ if d["outcome"] != "failed"] == []
    places = dict(yard.rows("SELECT state, count(*) FROM leads GROUP BY state"))
    assert set(places) <= {"waiting", "closed", "in_flight"}, places
    assert sum(places.values()) == len(numbers)
    open_leads = yard.rows(
        "SELECT count(*) FROM leads WHERE state = 'in_flight' AND id NOT IN "
        "(SELECT lead_id FROM attempts WHERE outcome = 'answered' AND disposition IS NULL)"
    )
    assert open_leads == [(0,)]
    # A talk that a stop ends within its first frames has nothing to be heard.
    bridged = [a["id"] for a in attempts if a["bridged_at"] and talked(a) > 0.3]
    kept = dict(yard.rows("SELECT id, state FROM recordings"))
    assert {kept.get(id_) for id_ in bridged} <= {"ready"}, kept


def talked(attempt: dict[str, Any]) -> float:
    """Seconds from answer to end."""
    begun, ended = (datetime.fromisoformat(attempt[key]) for key in ("answered_at", "ended_at"))
    return (ended - begun).total_seconds()


def recovered(attempt: dict[str, Any]) -> bool:
    return any(item["kind"] == "recovered" for item in attempt["evidence"])


async def test_a_talk_goes_on_with_the_same_agent_and_is_recorded_whole(yard: Yard) -> None:
    numbers = numbers_of(yard, ("lasting", 2), ("talks", 6))
    await yard.campaign(leads_of(numbers))
    talk = await yard.attempt("bridged")
    while yard.world.personas.persona_of(talk["number"]).key != LASTING:
        talk = await yard.attempt("bridged")
    yard.robots.step_aside(talk["agent"])  # who would end it after some seconds
    await yard.written()
    await asyncio.sleep(random.Random(1).uniform(0.5, 1.5))
    await yard.kill()
    await yard.start()
    living = await yard.ask("GET", f"/v1/attempts/{talk['id']}")
    assert living["outcome"] is None  # still talking
    bridged = next(item for item in talk["evidence"] if item["kind"] == "bridged")
    assert living["agent_id"] == bridged["detail"]["agent"]
    agents = {a["call"]: a for a in await yard.ask("GET", "/v1/agents")}
    assert agents[talk["id"]]["state"] == "talking"
    yard.robots.away.clear()
    attempts = await yard.finished(numbers)
    check(yard, numbers, attempts)
    ended = next(a for a in attempts if a["id"] == talk["id"])
    assert ended["outcome"] == "answered"
    assert ended["agent_id"] == living["agent_id"]
    assert ended["disposition"] or ended["outcome_reason"]
    recording = await yard.ask("GET", f"/v1/recordings/{talk['id']}")
    assert recording["seconds"] == pytest.approx(talked(ended), abs=0.7)


async def test_between_commit_and_originate(yard: Yard) -> None:
    await yard.kill()
    await yard.start(KILLED_BEFORE_ORIGINATE.format(nth=6))
    numbers = numbers_of(yard, ("talks", 10), ("busy", 3))
    await yard.campaign(leads_of(numbers))
    await yard.died()
    ((open_attempts,),) = yard.rows("SELECT count(*) FROM attempts WHERE outcome IS NULL")
    assert open_attempts >= 1
    await yard.start()
    attempts = await yard.finished(numbers)
    assert any(never_left(a) for a in attempts)
    check(yard, numbers, attempts)


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_again_and_again_at_random(yard: Yard, seed: int) -> None:
    rng = random.Random(seed)
    numbers = numbers_of(
        yard, ("talks", 10), ("late", 4), ("lasting", 2), ("busy", 2), ("unanswered", 2)
    )
    rng.shuffle(numbers)
    await yard.campaign(leads_of(numbers))
    moments = ["ringing", "bridged", "placed"]
    rng.shuffle(moments)
    for moment in moments[:2]:
        await yard.attempt(moment)
        await asyncio.sleep(rng.uniform(0, 0.3))
        await yard.kill()
        await asyncio.sleep(rng.uniform(0, 2))  # calls begin, answer and end unheard
        await yard.start()
    check(yard, numbers, await yard.finished(numbers))


async def test_a_clean_stop_loses_nothing_and_leaves_nothing(yard: Yard) -> None:
    numbers = numbers_of(yard, ("talks", 12), ("late", 4), ("lasting", 4))
    await yard.campaign(leads_of(numbers))
    await yard.attempt("ringing")
    await yard.attempt("bridged")
    await yard.terminate()  # it does not wait for talks that last
    for child in ("redis/redis", "mosquitto/mosquitto", "pbx/pbx"):
        assert not (yard.state / f"{child}.pid").exists()
    assert yard.rows("SELECT count(*) FROM attempts WHERE outcome IS NULL") == [(0,)]
    places = dict(yard.rows("SELECT state, count(*) FROM leads GROUP BY state"))
    assert places.keys() <= {"waiting", "closed"}, places
    assert max(yard.calls_that_arrived().values()) == 1
    await yard.start()
    check(yard, numbers, await yard.finished(numbers))
