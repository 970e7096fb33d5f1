"""Robot agents: they hear of their state over MQTT and act through the HTTP API, as people do."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from urllib.parse import urlsplit

import aiomqtt
import httpx
import orjson

from cti.base.clock import Clock

# What an agent says came of a call, and how often; from the shipped dispositions.
SAID = {
    "success": 30,
    "refused": 30,
    "no_time_fixed": 18,
    "third_party": 8,
    "callback_at": 8,
    "wrong_contact": 4,
    "do_not_call": 2,
}
LONGEST_TALK = (3.5, 7.0)
"""Seconds after which a robot ends the call itself, drawn between these."""
WRAP_UP = (0.5, 2.0)
NAME = "robot"
"""How every robot's name begins: other agents are people."""


@dataclass(slots=True)
class Robots:
    """All robot agents together."""

    http: httpx.AsyncClient
    mqtt_url: str
    clock: Clock
    rng: random.Random
    away: set[str] = field(default_factory=set)
    """Whose seat a person has taken: these act by themselves."""
    _acts: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _talking: set[str] = field(default_factory=set)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen and act."""
        self._task = asyncio.get_running_loop().create_task(self._listen(), name="robots")

    def hurry(self, agent: str) -> None:
        """End this agent's talk now, if it has one."""
        if agent in self._talking:
            self._acts.pop(agent).cancel()
            act = partial(self._hang_up, agent)
            self._acts[agent] = asyncio.get_running_loop().create_task(self._quietly(act))

    def step_aside(self, agent: str) -> None:
        """Leave this agent's calls to a person from now on."""
        self.away.add(agent)
        if agent in self._acts:
            self._acts.pop(agent).cancel()

    async def close(self) -> None:
        """Sit still."""
        tasks = [*self._acts.values(), *([self._task] if self._task else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _listen(self) -> None:
        url = urlsplit(self.mqtt_url)
        while True:
            with contextlib.suppress(aiomqtt.MqttError):
                async with aiomqtt.Client(
                    url.hostname or "",
                    url.port or 1883,
                    username=url.username,
                    password=url.password,
                ) as client:
                    await client.subscribe("cti/v1/agents/+/state")
                    async for message in client.messages:
                        if isinstance(message.payload, bytes):
                            self._heard(orjson.loads(message.payload))
            await asyncio.sleep(0.5)

    def _heard(self, state: dict[str, str]) -> None:
        agent, call = state["agent"], state["call"]
        if agent in self._acts:
            self._acts.pop(agent).cancel()
        self._talking.discard(agent)
        if not agent.startswith(NAME) or agent in self.away:
            return
        if state["state"] == "talking":
            self._talking.add(agent)
            act = partial(self._talk, agent)
        elif state["state"] == "wrapping" and call:
            act = partial(self._wrap_up, agent, call)
        else:
            return
        self._acts[agent] = asyncio.get_running_loop().create_task(self._quietly(act))

    async def _quietly(self, act: Callable[[], Awaitable[None]]) -> None:
        # The service may be restarting, or the customer may have been quicker: robots shrug.
        with contextlib.suppress(httpx.HTTPError):
            await act()

    async def _talk(self, agent: str) -> None:
        await asyncio.sleep(self.rng.uniform(*LONGEST_TALK))
        await self._hang_up(agent)

    async def _hang_up(self, agent: str) -> None:
        await self.http.post(f"/v1/agents/{agent}/hang-up")

    async def _wrap_up(self, agent: str, call: str) -> None:
        await asyncio.sleep(self.rng.uniform(*WRAP_UP))
        if not call.startswith("at-"):
            await self.http.put(f"/v1/agents/{agent}/ready", json={"ready": True})
            return
        code = self.rng.choices(list(SAID), list(SAID.values()))[0]
        said: dict[str, str] = {"disposition": code, "note": "said by a robot"}
        if code == "callback_at":
            at = self.clock.now() + timedelta(minutes=self.rng.randint(30, 3000))
            said["callback_at"] = at.isoformat()
        await self.http.post(f"/v1/attempts/{call}/disposition", json=said)
