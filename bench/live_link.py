"""What the live link costs, and how soon browsers hear.

Usage: python -m bench.live_link [--quick] [--json]
A process serves the hub by uvicorn, as the service does, and publishes what a busy floor publishes;
another has the browsers: most of them agents' desks, the rest watch the whole floor. Prints a table
and writes out/bench/live_link.json. The delay runs from `Bus.publish` (or the showing of a desk)
until the frame is in the other process's hands. See docs/bench.md.
"""

import argparse
import asyncio
import itertools
import json
import random
import socket
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

import orjson
import psutil
import uvicorn
import uvloop
from fastapi.requests import HTTPConnection
from websockets.asyncio.client import ClientConnection, connect

from bench.table import load_now, show, write
from cti.access.errors import NotSignedIn
from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.api.app import create_app
from cti.base.clock import SystemClock
from cti.base.statistics import percentile
from cti.bus import payloads
from cti.live_link.api import router
from cti.live_link.board import BoardFeed, Shown
from cti.live_link.browser import LONGEST_FRAME
from cti.live_link.hub import LiveHub
from cti.live_link.seeing import Audience, Belongings

T = TypeVar("T")
DESK_BYTES = 10_000
"""Of a desk with a script of ten steps and twenty earlier calls."""
CAMPAIGNS = 5
COLUMNS = {
    "browsers": "browsers",
    "watching": "of these watch the floor",
    "calls": "calls/s",
    "published": "messages/s",
    "frames": "frames/s sent",
    "mb": "MB/s sent",
    "cpu": "CPU %, one core",
    "idle_cpu": "CPU % without browsers",
    "desk_p50": "desk p50 ms",
    "desk_p99": "p99",
    "floor_p50": "floor p50 ms",
    "floor_p99": "p99",
    "cut": "cut",
    "mib": "MiB",
    "load": "load",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """How many browsers at which rate of calls, for how long. Times in seconds."""

    rows: tuple[tuple[int, int, int], ...]  # browsers, of these watching, calls a second
    warm_up: float
    window: float


FULL = Plan(((50, 5, 5), (200, 20, 5), (200, 20, 20), (400, 40, 20)), 2.0, 15.0)
QUICK = Plan(((200, 20, 20),), 1.0, 4.0)


# -- the service's side ----------------------------------------------------------------------------


class Door:
    """Lets people in by a cookie: a number is an agent's, `w` and a number watches the floor."""

    async def who(self, connection: HTTPConnection) -> Who:
        name = connection.cookies.get("cti_session", "")
        if not name:
            raise NotSignedIn("Nobody is signed in.")
        number = int(name.lstrip("w"))
        role = Role.SUPERVISOR if name.startswith("w") else Role.AGENT
        agent = None if role is Role.SUPERVISOR else f"agent{number}"
        return Who(number, name, role, ROLES[role], agent=agent, session=name)


class Desks:
    async def payload(self, agent: str) -> str:
        return desk(agent)


def desk(agent: str) -> str:
    """A desk as large as one in a call, which says when it was made."""
    at = datetime.now(UTC).isoformat()
    return json.dumps({"at": at, "agent": agent, "more": "x" * DESK_BYTES})


@dataclass(slots=True)
class Floor:
    """Publishes what so many agents and calls make; a call lasts as long as all agents need."""

    hub: LiveHub
    agents: int
    calls: int
    rng: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311 - a load
    published: int = 0

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        for number in itertools.count():
            due += 1 / self.calls
            await asyncio.sleep(max(0.0, due - loop.time()))
            self._call(number)
            if number % self.calls == 0:
                self._second()

    def _call(self, number: int) -> None:
        """All that one call brings, spread over its life in truth, here at once but in order."""
        agent, campaign = f"agent{number % self.agents}", 1 + number % CAMPAIGNS
        call = {
            "attempt": f"at-{number:026}",
            "campaign": campaign,
            "lead": number,
            "number": "+8613800001234",
        }
        self._put(payloads.AttemptPlaced, call)
        self._put(payloads.AttemptRinging, call)
        self._put(payloads.AttemptAnswered, call)
        self._put(payloads.AttemptBridged, call | {"agent": agent, "answer_to_bridge_ms": 2.0})
        self._put(payloads.AttemptEnded, call | {"outcome": "answered", "agent": agent})
        for state in ("reserved", "talking", "wrapping", "ready"):
            now = datetime.now(UTC)
            more = {"agent": agent, "state": state, "since": now, "phone_up": True}
            self._put(payloads.AgentState, more)
            self.hub.desk(agent, lambda: desk(agent))

    def _second(self) -> None:
        for campaign in range(1, CAMPAIGNS + 1):
            self._put(payloads.CampaignState, {
                "campaign": campaign, "name": "Spring", "state": "running"
            })  # fmt: skip

    def _put(self, kind: type[payloads.Message], values: Mapping[str, Any]) -> None:
        self.published += 1
        self.hub.publish(kind.model_validate({**values, "at": datetime.now(UTC)}))


async def _board(audiences: Any) -> Mapping[Audience, Shown]:
    """Agents by the hundred, as the service has it."""
    agent = {
        "id": 1, "name": "agent1", "state": "talking", "seconds": 1.5, "reason": "", "call": "x",
        "mode": "nailed_up", "phone_connected": True, "calls_today": 3, "campaign": "Spring",
    }  # fmt: skip
    view = {"at": datetime.now(UTC).isoformat(), "agents": [agent] * 200}
    return {audience: Shown(json.dumps(view), str(time.time())) for audience in audiences}


async def serve(agents: int, calls: int) -> None:
    """The hub behind uvicorn; says its port, and at every line on its input how it does."""
    hub = LiveHub(SystemClock(), Belongings(lambda _: None, lambda _: None, lambda _: None))
    app = create_app(
        token="x" * 32,
        version="0",
        check=_nothing,
        door=Door(),
        routers=[router(hub, Desks())],
    )
    listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        ws_max_size=LONGEST_FRAME,
        ws_per_message_deflate=False,
    )
    server = uvicorn.Server(config)
    feed, floor = BoardFeed(hub, _board), Floor(hub, agents, calls)
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.serve(sockets=[listener]))
    _say(port=listener.getsockname()[1])
    feed.start()
    publishing = loop.create_task(floor.run())
    reader = asyncio.StreamReader()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    while await reader.readline():
        usage = psutil.Process().cpu_times()
        _say(
            cpu=usage.user + usage.system,
            published=floor.published,
            browsers=len(hub),
            cut=sum(hub.cut.values()),
            mib=round(psutil.Process().memory_info().rss / 2**20),
        )
    publishing.cancel()
    await feed.close()
    server.should_exit = True
    await serving


async def _nothing() -> dict[str, str]:
    return {}


def _say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


# -- the browsers' side ----------------------------------------------------------------------------


@dataclass(slots=True)
class Heard:
    """What the browsers were told within the window. Delays in milliseconds."""

    desks: list[float] = field(default_factory=list)
    floor: list[float] = field(default_factory=list)
    frames: int = 0
    size: int = 0
    counting: bool = False

    def take(self, text: str | bytes) -> None:
        if not self.counting:
            return
        self.frames += 1
        self.size += len(text)
        frame = orjson.loads(text)
        if frame["type"] not in {"desk", "event"}:
            return
        at = datetime.fromisoformat(frame["payload"]["at"]).timestamp()
        delays = self.desks if frame["type"] == "desk" else self.floor
        delays.append(1000 * (time.time() - at))


@asynccontextmanager
async def service(agents: int, calls: int) -> AsyncIterator["Service"]:
    """The service's side in a process of its own."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.live_link", "--serve", str(agents), str(calls)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        limit=2**20,
    )
    try:
        it = Service(process, _there(process.stdin), _there(process.stdout))
        it.port = (await asyncio.wait_for(it.hear(), 60))["port"]
        yield it
    finally:
        _there(process.stdin).close()
        try:
            await asyncio.wait_for(process.wait(), 10)
        except TimeoutError:
            process.kill()
            await process.wait()


@dataclass(slots=True)
class Service:
    """Its process, and how it does."""

    process: asyncio.subprocess.Process
    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader
    port: int = 0
    readers: set[asyncio.Task[None]] = field(default_factory=set)

    async def read(self) -> dict[str, Any]:
        """Its figures of this moment."""
        self.stdin.write(b"\n")
        return await self.hear() | {"at": time.monotonic()}

    async def hear(self) -> dict[str, Any]:
        """What it says next."""
        said: dict[str, Any] = json.loads(await self.stdout.readline())
        return said

    async def browser(self, name: str, heard: Heard) -> ClientConnection:
        """A page of somebody's, which reads what it is told."""
        connection = await connect(
            f"ws://127.0.0.1:{self.port}/v1/live-link",
            origin=f"http://127.0.0.1:{self.port}",  # type: ignore[arg-type]
            additional_headers={"Cookie": f"cti_session={name}"},
            compression=None,
            max_size=None,
            ping_interval=None,
        )
        self.readers.add(asyncio.get_running_loop().create_task(_read(connection, heard)))
        return connection


def _there(pipe: T | None) -> T:
    if pipe is None:  # both were asked for
        raise RuntimeError("the process has no pipe")
    return pipe


async def _read(connection: ClientConnection, heard: Heard) -> None:
    async for text in connection:
        heard.take(text)


async def measure(browsers: int, watching: int, calls: int, plan: Plan) -> dict[str, Any]:
    """One line of the table."""
    agents, heard = browsers - watching, Heard()
    async with service(agents, calls) as it:
        await asyncio.sleep(plan.warm_up)
        first = await it.read()
        await asyncio.sleep(plan.window / 2)
        idle = _cpu(first, await it.read())
        open_now = [
            await it.browser(name, heard)
            for name in [*map(str, range(agents)), *(f"w{n}" for n in range(watching))]
        ]
        await asyncio.sleep(plan.warm_up)
        first, heard.counting = await it.read(), True
        await asyncio.sleep(plan.window)
        last, heard.counting = await it.read(), False
        for connection in open_now:
            await connection.close()
    seconds = last["at"] - first["at"]
    return {
        "browsers": last["browsers"],
        "watching": watching,
        "calls": calls,
        "published": round((last["published"] - first["published"]) / seconds),
        "frames": round(heard.frames / seconds),
        "mb": round(heard.size / seconds / 1e6, 1),
        "cpu": _cpu(first, last),
        "idle_cpu": idle,
        **dict(_delays("desk", heard.desks)),
        **dict(_delays("floor", heard.floor)),
        "cut": last["cut"],
        "mib": last["mib"],
        "load": load_now(),
    }


def _cpu(first: dict[str, Any], last: dict[str, Any]) -> float:
    return float(round(100 * (last["cpu"] - first["cpu"]) / (last["at"] - first["at"]), 1))


def _delays(kind: str, delays: list[float]) -> Iterator[tuple[str, float | None]]:
    ordered = sorted(delays)
    for share in (50, 99):
        value = round(percentile(ordered, share / 100), 1) if ordered else None
        yield f"{kind}_p{share}", value


async def run(plan: Plan) -> list[dict[str, Any]]:
    """All lines."""
    return [await measure(*row, plan) for row in plan.rows]


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="one line, a few seconds")
    parser.add_argument("--json", action="store_true", help="plain JSON for programs")
    parser.add_argument("--serve", nargs=2, type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        uvloop.run(serve(*asked.serve))
        return
    rows = uvloop.run(run(QUICK if asked.quick else FULL))
    file = write("live_link", {"rows": rows})
    if asked.json:
        sys.stdout.write(json.dumps(rows) + "\n")
        return
    show("The live link", COLUMNS, rows)
    sys.stdout.write(f"Written: {file}\n")


if __name__ == "__main__":
    main()
