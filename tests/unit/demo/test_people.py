"""Whoever signs in as a robot gets its seat; the robot comes back when they have left."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from cti.processes.pbx import Phone
from demo.people import BUSY, LEFT_SECONDS, LOOK_SECONDS, ROLES, Seats, client_of_demo, invite
from demo.robots import Robots
from tests.virtual_time import VirtualClock

ROBOTS = {"robot1": Phone("agent-robot1", "first"), "robot2": Phone("agent-robot2", "first")}
A_MOMENT = 3 * LOOK_SECONDS


class Service:
    """As much of the service's API as seats need."""

    def __init__(self) -> None:
        self.users: dict[str, dict[str, Any]] = {}
        self.clients: list[dict[str, Any]] = []
        self.agents = {
            name: {"name": name, "state": "ready", "phone_connected": True, "kind": "sip"}
            for name in ROBOTS
        }
        self.asked: list[tuple[str, Any]] = []
        self.registered: list[list[str]] = []
        self.http = httpx.AsyncClient(
            transport=httpx.MockTransport(self._answer), base_url="http://cti"
        )
        robots = Robots(self.http, "mqtt://x", VirtualClock(), random.Random(7))
        self.seats = Seats(self.http, robots, dict(ROBOTS), self._register, lambda _: None)

    async def _register(self, phones: list[Phone]) -> None:
        self.registered.append([f"{phone.name} {phone.secret}" for phone in phones])

    def sits(self, name: str, sessions: int) -> None:
        """So many sign-ins as this robot last now."""
        self.users[name] = {"name": name, "agent": name, "sessions": sessions}

    def _answer(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else {}
        parts = request.url.path.removeprefix("/v1/").split("/")
        if request.method == "GET":
            return self._shown(parts)
        self.asked.append(("/".join(parts), body))
        if parts[0] == "agents":
            return self._acted(self.agents[parts[1]], parts[2], body)
        if parts[-1] == "link":
            return httpx.Response(200, json={"url": f"http://cti/welcome#{parts[1]}"})
        if parts[0] == "clients":
            self.clients.append(body | {"id": 5})
        else:
            self.users[body["name"]] = {"agent": None, "sessions": 0} | body
        return httpx.Response(201, json=body | {"id": 5})

    def _shown(self, parts: list[str]) -> httpx.Response:
        if len(parts) > 1:
            return httpx.Response(200, json=self.agents[parts[1]])
        lists = {"users": self.users.values(), "agents": self.agents.values()}
        return httpx.Response(200, json=list(lists.get(parts[0], self.clients)))

    def _acted(self, agent: dict[str, Any], act: str, body: Any) -> httpx.Response:
        if act == "phone":
            agent["kind"] = body["kind"]
            agent["phone_connected"] = body["kind"] == "sip"
            return httpx.Response(200, json={"phone": f"agent-{agent['name']}", "secret": "second"})
        if act == "sign-out":
            agent["state"] = "signed_out"
        if act in {"sign-in", "ready"} and agent["state"] not in BUSY:
            agent["state"] = "ready" if body.get("ready", True) else "not_ready"
        return httpx.Response(200, json=agent)


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    watching = asyncio.get_running_loop().create_task(service.seats.watch())
    yield service
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    await service.http.aclose()


async def test_a_seat_is_taken_and_given_back(service: Service) -> None:
    service.sits("robot2", 1)
    await asyncio.sleep(A_MOMENT)
    assert service.seats.robots.away == {"robot2"}
    assert service.agents["robot2"]["kind"] == "browser"
    assert service.agents["robot2"]["state"] == "not_ready"
    assert service.registered == [["agent-robot1 first"]]

    service.agents["robot2"] |= {"state": "ready", "phone_connected": True}
    await asyncio.sleep(3 * LEFT_SECONDS)
    assert service.seats.robots.away == {"robot2"}

    service.sits("robot2", 0)
    await asyncio.sleep(A_MOMENT)
    assert service.seats.robots.away == set()
    assert service.agents["robot2"] | {"phone_connected": 0} == {
        "name": "robot2", "state": "ready", "phone_connected": 0, "kind": "sip",
    }  # fmt: skip
    assert service.registered[-1] == ["agent-robot1 first", "agent-robot2 second"]


async def test_a_person_who_only_closed_the_page_has_left_too(service: Service) -> None:
    service.sits("robot1", 1)
    await asyncio.sleep(LEFT_SECONDS - A_MOMENT)
    assert service.seats.robots.away == {"robot1"}
    await asyncio.sleep(3 * A_MOMENT)
    assert service.seats.robots.away == set()
    await asyncio.sleep(A_MOMENT)  # the old sign-in still lasts: that is nobody new
    assert service.seats.robots.away == set()
    service.sits("robot1", 2)
    await asyncio.sleep(A_MOMENT)
    assert service.seats.robots.away == {"robot1"}


async def test_a_robot_s_talk_is_ended_and_written_up_before_its_seat_is_taken(
    service: Service,
) -> None:
    service.agents["robot1"]["state"] = "talking"
    service.seats.robots._heard({"agent": "robot1", "state": "talking", "call": "at-1"})
    service.sits("robot1", 1)
    await asyncio.sleep(A_MOMENT)
    acts = [act for act, _ in service.asked]
    assert acts[:2] == ["agents/robot1/ready", "agents/robot1/hang-up"]
    assert "agents/robot1/phone" not in acts
    service.agents["robot1"]["state"] = "not_ready"
    await asyncio.sleep(A_MOMENT)
    assert service.agents["robot1"]["kind"] == "browser"


async def test_other_people_take_no_seat(service: Service) -> None:
    service.users["alma"] = {"name": "alma", "agent": None, "sessions": 3}
    service.users["eve"] = {"name": "eve", "agent": "eve", "sessions": 1}
    await asyncio.sleep(A_MOMENT)
    assert service.asked == []


async def test_everybody_gets_a_sign_in_once_more_in_a_service_that_knows_them(
    service: Service,
) -> None:
    for _ in range(2):
        client = await client_of_demo(service.http)
        told = await invite(service.http, "robot2", client)
        assert [role for role, _, _ in told] == ["agent", *ROLES.values()]
        assert told[0][1:] == ("robot2", "http://cti/welcome#robot2")
    made = [body for act, body in service.asked if act == "users"]
    assert [user["name"] for user in made] == ["robot2", *ROLES]
    assert made[-1]["client_id"] == client
    links = [body for act, body in service.asked if act.endswith("link")]
    assert links == [{"sets_password": False}] * 10
