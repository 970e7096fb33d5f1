"""Each part that the service stands on is killed in the middle of work, and comes back."""

import os
import resource
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, closing
from pathlib import Path

import pytest
import pytest_asyncio

from cti.agents.states import AgentState
from cti.processes.child import Child
from demo.truth import compare
from tests.pbx.house import House, open_house

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

TEAM = ("ann", "bob", "cleo")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        house = await open_house(tmp_path_factory.mktemp("k"), undo)
        await house.hire(*TEAM)
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    await home.ready(*TEAM)
    yield home
    await home.clear()


def kill(child: Child) -> int:
    """kill -9; returns the pid that was."""
    pid = child.pid()
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    return pid


def registrations(astdb: Path) -> int:
    """Read without a lock: Asterisk takes back all it has to write when it meets ours."""
    query = "SELECT count(*) FROM astdb WHERE key LIKE '/registrar/contact/agent-%'"
    with closing(sqlite3.connect(f"file:{astdb}?mode=ro&immutable=1", uri=True)) as database:
        try:
            return int(database.execute(query).fetchone()[0])
        except sqlite3.DatabaseError:  # it is just being written
            return 0


async def test_the_pbx(house: House) -> None:
    service = house.service
    assert service.infrastructure.pbx is not None
    child = service.infrastructure.pbx.process.child
    # Asterisk's own database is up to a second behind; what is in it survives.
    kept = service.infrastructure.pbx.folder / "db/astdb.sqlite3"
    await house.until(lambda: registrations(kept) == len(TEAM), "registrations are on disk")
    numbers = [house.number(p) for p in ("lasting", "late", "late", *["talks"] * 3)]
    campaign = await house.campaign(*numbers, wrap_up_s=0)
    flights = service.attempts.flights
    await house.until(
        lambda: {"talking", "ringing"} <= flights.by_state().keys(), "one talks, one rings"
    )
    cut = {f.attempt_id: f.state for f in flights}
    was = kill(child)
    await house.until(lambda: not service.pbx.up, "the link is down")
    await house.until(lambda: service.pbx.up and child.pid() not in {None, was}, "it is back")
    ended = await house.ended(campaign, len(numbers))
    outcomes = {a["id"]: a["outcome"] for a in ended}
    for attempt, state in cut.items():
        assert outcomes[attempt] == ("answered" if state is None else "failed"), outcomes
    rest = [a for a in ended if a["id"] not in cut]
    assert rest  # dialling went on
    assert compare(rest, house.world.personas).differ == []
    await house.until(
        lambda: all(house.agent(name).free for name in TEAM), "every phone is back", seconds=40
    )
    assert {row.uniqueid for row in await service.link.channels()} == set(service.tracker.legs)


async def test_redis(house: House) -> None:
    service = house.service
    assert service.infrastructure.redis is not None
    child = service.infrastructure.redis.child
    numbers = [house.number("talks") for _ in range(12)]
    campaign = await house.campaign(*numbers, wrap_up_s=0)
    await house.state_of("ann", AgentState.TALKING)
    was = kill(child)
    await house.until(lambda: child.pid() not in {None, was}, "it is back")
    ended = await house.ended(campaign, len(numbers))
    assert sorted(a["number"] for a in ended) == sorted(numbers)  # each once, none lost
    assert all(part == "ok" for part in (await service.check()).values())
    assert set(await service.memory.recall()) == {"ann", "bob", "cleo"}


async def test_the_broker(house: House) -> None:
    service = house.service
    assert service.infrastructure.broker is not None
    await house.until(lambda: service.bus.connected)
    numbers = [house.number("talks") for _ in range(6)]
    campaign = await house.campaign(*numbers, wrap_up_s=0)
    await house.state_of("ann", AgentState.TALKING)
    kill(service.infrastructure.broker.child)
    await house.until(lambda: not service.bus.connected, "the bus notices")
    await house.ended(campaign, len(numbers))  # calls do not wait for it
    await house.until(lambda: service.bus.connected, "the bus is back", seconds=30)


async def test_the_database_s_disk_is_full_for_a_while(house: House) -> None:
    service = house.service
    numbers = [house.number("talks") for _ in range(8)]
    campaign = await house.campaign(*numbers, wrap_up_s=0)
    await house.state_of("ann", AgentState.TALKING)
    repaired = service.watchdog.mismatches  # of the PBX's death, in an earlier test
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, limits[1]))  # no file of ours may grow
    try:
        await house.until(lambda: not service.ledger.healthy, "it is noticed")
        assert (await service.check())["database"] == "cannot be written"
        await house.until(lambda: not len(service.attempts.flights), "calls end as they would")
        placed = len(await house.attempts(campaign))
        assert service.ledger.queued
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    await house.until(lambda: service.ledger.healthy, "it is written")
    assert service.watchdog.mismatches == repaired
    ended = await house.ended(campaign, placed + 1)
    assert all(a["outcome"] == "answered" for a in ended[:placed])
