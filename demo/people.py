"""People who look at the demo in a browser, and those of them who take a robot's seat."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from cti.base.errors import UserError
from cti.processes.pbx import Phone
from demo.http import ok
from demo.robots import Robots

CLIENT = "Northern Light"
"""For whom the demo's campaign is run: what the observer sees."""
ROLES = {
    "sofia": "supervisor",
    "quinn": "qa",
    "alma": "administrator",
    "oscar": "client_observer",
}
LOOK_SECONDS = 1.0
LEFT_SECONDS = 60.0
"""A person whose phone in the page was away so long has left, signed out or not."""
BUSY = frozenset({"reserved", "talking", "wrapping"})


async def client_of_demo(http: httpx.AsyncClient) -> int:
    """The client the campaign is run for, who may be known from an earlier demo."""
    for known in await ok(http.get("/v1/clients")):
        if known["name"] == CLIENT:
            return int(known["id"])
    return int((await ok(http.post("/v1/clients", json={"name": CLIENT})))["id"])


async def invite(http: httpx.AsyncClient, robot: str, client_id: int) -> list[tuple[str, str, str]]:
    """(role, name, address of a one-time sign-in) for each role; `robot` is the agent's seat."""
    known = {user["name"] for user in await ok(http.get("/v1/users"))}
    guests: list[dict[str, Any]] = [{"name": robot, "role": "agent", "agent": robot}]
    for name, role in ROLES.items():
        mine = {"client_id": client_id} if role == "client_observer" else {}
        guests.append({"name": name, "display_name": name.title(), "role": role} | mine)
    told = []
    for guest in guests:
        name = guest["name"]
        if name not in known:
            await ok(http.post("/v1/users", json=guest))
        made = await ok(http.post(f"/v1/users/{name}/link", json={"sets_password": False}))
        told.append((guest["role"], name, made["url"]))
    return told


@dataclass(slots=True)
class Seats:
    """Watches who signs in as a robot. The robot ends its call, and its phone is let go for the
    one in the person's page; when the person has left, the robot comes back.

    phones: gets the phones of all robots at work whenever they change, to have them registered.
    """

    http: httpx.AsyncClient
    robots: Robots
    working: dict[str, Phone | None]
    """Robots by name; None: the world outside knows the phone by itself."""
    phones: Callable[[list[Phone]], Awaitable[None]]
    tell: Callable[[str], None]
    _signed_in: dict[str, int] = field(default_factory=dict)
    _seen: dict[str, float] = field(default_factory=dict)

    async def watch(self) -> None:
        """Until it is cancelled."""
        while True:
            # the service may be restarting; a person may be in the middle of a call
            with contextlib.suppress(httpx.HTTPError, UserError):
                await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        users = await ok(self.http.get("/v1/users"))
        agents = {agent["name"]: agent for agent in await ok(self.http.get("/v1/agents"))}
        for user in users:
            name = user["agent"]
            if name not in self.working or name not in agents:
                continue
            before = self._signed_in.get(name, 0)
            if name not in self.robots.away and user["sessions"] > before:
                await self._take(name)
            elif name in self.robots.away and self._left(agents[name], user["sessions"]):
                await self._give_back(name)
            self._signed_in[name] = user["sessions"]

    def _left(self, agent: dict[str, Any], sessions: int) -> bool:
        now = asyncio.get_running_loop().time()
        if agent["phone_connected"]:
            self._seen[agent["name"]] = now
        return sessions == 0 or now - self._seen[agent["name"]] > LEFT_SECONDS

    async def _take(self, name: str) -> None:
        await self._asked("PUT", name, "ready", {"ready": False, "reason": "handing over"})
        self.robots.hurry(name)
        await self._quiet(name)
        self.robots.step_aside(name)
        await self._asked("PUT", name, "phone", {"kind": "browser"})
        self._seen[name] = asyncio.get_running_loop().time()
        await self._register()
        self.tell(f"Somebody has taken the seat of {name}; the robot steps aside")

    async def _give_back(self, name: str) -> None:
        await self._asked("POST", name, "sign-out")
        await self._quiet(name)
        made = await self._asked("PUT", name, "phone", {"kind": "sip"})
        if self.working[name] is not None:
            self.working[name] = Phone(made["phone"], made["secret"])
        self.robots.away.discard(name)
        await self._register()
        await self._asked("POST", name, "sign-in")
        self.tell(f"{name} is free again; the robot comes back")

    async def _quiet(self, name: str) -> None:
        """Wait until the agent has neither a call nor one to write up."""
        while (agent := await ok(self.http.get(f"/v1/agents/{name}")))["state"] in BUSY:
            if agent["state"] == "wrapping" and name in self.robots.away:
                await self._asked("PUT", name, "ready", {"ready": False})
            await asyncio.sleep(0.2)

    async def _register(self) -> None:
        working = [
            phone
            for name, phone in self.working.items()
            if phone is not None and name not in self.robots.away
        ]
        await self.phones(working)

    async def _asked(self, method: str, name: str, act: str, body: Any = None) -> Any:
        return await ok(self.http.request(method, f"/v1/agents/{name}/{act}", json=body))
