"""Robot agents act on what they hear of their state, as people do."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any

import httpx
import pytest

from demo.robots import LONGEST_TALK, SAID, WRAP_UP, Robots
from dialer.campaigns.dispositions import SHIPPED
from tests.virtual_time import VirtualClock


class Desk:
    """Robots whose requests are kept."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        self.away = False
        self.http = httpx.AsyncClient(
            transport=httpx.MockTransport(self._answer), base_url="http://cti"
        )
        self.clock = VirtualClock()
        self.robots = Robots(self.http, "mqtt://x", self.clock, random.Random(7))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.away:
            raise httpx.ConnectError("refused")
        body = json.loads(request.content) if request.content else {}
        self.asked.append((request.method, request.url.path, body))
        return httpx.Response(204)

    def hear(self, state: str, call: str | None = "at-1", agent: str = "robot1") -> None:
        self.robots._heard({"agent": agent, "state": state, "call": call or ""})


@pytest.fixture
async def desk() -> AsyncIterator[Desk]:
    desk = Desk()
    yield desk
    await desk.robots.close()
    await desk.http.aclose()


async def test_a_robot_ends_a_talk_that_lasts(desk: Desk) -> None:
    desk.hear("talking")
    await asyncio.sleep(LONGEST_TALK[0] - 0.1)
    assert desk.asked == []
    await asyncio.sleep(LONGEST_TALK[1])
    assert desk.asked == [("POST", "/v1/agents/robot1/hang-up", {})]


async def test_a_robot_says_what_came_of_the_call(desk: Desk) -> None:
    codes = {d.code for d in SHIPPED}
    for n in range(60):
        desk.hear("wrapping", f"at-{n}")
        await asyncio.sleep(WRAP_UP[1] + 0.1)
    assert len(desk.asked) == 60
    for n, (method, path, said) in enumerate(desk.asked):
        assert (method, path) == ("POST", f"/v1/attempts/at-{n}/disposition")
        assert said["disposition"] in SAID.keys() & codes
        if said["disposition"] == "callback_at":
            assert datetime.fromisoformat(said["callback_at"]) > desk.clock.now()
    assert {said["disposition"] for _, _, said in desk.asked} > {"success", "callback_at"}


async def test_a_caller_s_wrap_up_has_no_disposition(desk: Desk) -> None:
    desk.hear("wrapping", "1700.1")
    await asyncio.sleep(5)
    assert desk.asked == [("PUT", "/v1/agents/robot1/ready", {"ready": True})]


async def test_a_call_that_ends_by_itself_is_not_ended_again(desk: Desk) -> None:
    desk.hear("talking")
    await asyncio.sleep(1)
    desk.hear("ready", None)
    await asyncio.sleep(60)
    assert desk.asked == []


async def test_two_states_in_one_moment(desk: Desk) -> None:
    desk.hear("talking")
    desk.hear("wrapping")
    await asyncio.sleep(10)
    assert [path for _, path, _ in desk.asked] == ["/v1/attempts/at-1/disposition"]


async def test_a_service_that_is_away_does_not_upset_a_robot(desk: Desk) -> None:
    desk.away = True
    desk.hear("talking")
    await asyncio.sleep(60)
    desk.away = False
    desk.hear("talking", "at-2")
    await asyncio.sleep(60)
    assert len(desk.asked) == 1


async def test_a_robot_in_a_hurry_ends_its_talk_at_once_and_once(desk: Desk) -> None:
    desk.hear("talking")
    desk.robots.hurry("robot1")
    await asyncio.sleep(0.1)
    assert desk.asked == [("POST", "/v1/agents/robot1/hang-up", {})]
    desk.hear("wrapping")
    await asyncio.sleep(60)
    assert [path for _, path, _ in desk.asked[1:]] == ["/v1/attempts/at-1/disposition"]
    desk.robots.hurry("robot1")  # no talk: nothing to end
    await asyncio.sleep(60)
    assert len(desk.asked) == 2


async def test_a_robot_that_stepped_aside_leaves_calls_to_the_person(desk: Desk) -> None:
    desk.hear("talking")
    desk.robots.step_aside("robot1")
    desk.hear("wrapping")
    desk.hear("talking", "at-2")
    await asyncio.sleep(60)
    assert desk.asked == []


async def test_robots_leave_people_s_calls_alone(desk: Desk) -> None:
    desk.hear("talking", agent="anna")
    await asyncio.sleep(60)
    desk.hear("wrapping", agent="anna")
    await asyncio.sleep(60)
    assert desk.asked == []
