"""Agents are remembered in Redis, and taken up again after a restart."""

import asyncio
from typing import Any, cast

import pytest
from redis.exceptions import ConnectionError as NoConnection
from structlog.testing import capture_logs

from cti.agents.memory import RETRY_SECONDS, AgentMemory, Remembered
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.signals import Signals
from cti.live.errors import LiveStateDown
from tests.virtual_time import ORIGIN, VirtualClock

S = AgentState


class OneHash:
    """The two commands of Redis that are used; `away` as when the server is down."""

    def __init__(self) -> None:
        self.away = False
        self.kept: dict[str, str] = {}
        self.writes = 0
        self.slow = 0.0

    async def hset(self, name: str, items: list[str]) -> None:
        assert name == "cti:agents"
        await asyncio.sleep(self.slow)
        if self.away:
            raise NoConnection("refused")
        self.writes += 1
        self.kept |= dict(zip(items[::2], items[1::2], strict=True))

    async def hgetall(self, name: str) -> dict[str, str]:
        if self.away:
            raise NoConnection("refused")
        return self.kept


class Desk:
    def __init__(self) -> None:
        self.clock = VirtualClock()
        signals = Signals()
        self.roster = Roster(signals, self.clock)
        self.redis = OneHash()
        self.memory = AgentMemory(cast("Any", self.redis), self.roster, signals, self.clock)
        self.anna = self.roster.add(Agent(1, "anna", "agent-anna", "ringing"))


@pytest.fixture
async def desk() -> Desk:
    desk = Desk()
    desk.memory.start()
    return desk


async def test_what_changed_is_written_together_and_read_back(desk: Desk) -> None:
    bert = desk.roster.add(Agent(2, "bert", "agent-bert", "ringing"))
    for agent in (desk.anna, bert):
        desk.roster.sign_in(agent)
        desk.roster.phone_ready(agent)
    desk.roster.make_not_ready(bert, "lunch")
    desk.roster.reserve(desk.anna, "at-1")
    desk.roster.talk(desk.anna, "at-1")
    desk.roster.wrap_up(desk.anna, 20)
    await asyncio.sleep(1)
    written = ORIGIN.timestamp()
    assert await desk.memory.recall() == {
        "anna": Remembered("anna", S.WRAPPING, "", "at-1", 20.0, written),
        "bert": Remembered("bert", S.NOT_READY, "lunch", None, None, written),
    }
    assert desk.redis.writes == 1
    await desk.memory.close()


async def test_redis_away_is_said_once_and_nothing_is_lost(desk: Desk) -> None:
    desk.redis.away = True
    with capture_logs() as logs:
        desk.roster.sign_in(desk.anna)
        await asyncio.sleep(3 * RETRY_SECONDS)
        desk.redis.away = False
        await asyncio.sleep(2 * RETRY_SECONDS)
    assert [line["event"] for line in logs] == ["agents.not_remembered", "agents.remembered_again"]
    assert (await desk.memory.recall())["anna"].state is S.NOT_READY
    await desk.memory.close()


async def test_what_cannot_be_read_is_an_error(desk: Desk) -> None:
    desk.redis.away = True
    with pytest.raises(LiveStateDown):
        await desk.memory.recall()
    await desk.memory.close()


async def test_closing_writes_the_rest_even_of_a_write_under_way(desk: Desk) -> None:
    desk.redis.slow = 1.0
    desk.roster.sign_in(desk.anna)
    await asyncio.sleep(0.5)
    await desk.memory.close()
    assert (await desk.memory.recall())["anna"].state is S.NOT_READY


async def test_closing_while_redis_is_away_says_so(desk: Desk) -> None:
    await asyncio.sleep(1)
    desk.redis.away = True
    desk.roster.sign_in(desk.anna)
    with capture_logs() as logs:
        await desk.memory.close()
    assert [line["event"] for line in logs] == ["agents.not_remembered"]
