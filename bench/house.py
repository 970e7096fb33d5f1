"""A house to measure in: the world outside, the service in a process of its own, their readings."""

import asyncio
import contextlib
import csv
import io
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psutil

from cti.base.errors import UserError
from cti.processes.asterisk import find_asterisk
from cti.processes.child import Child
from cti.processes.pbx import Phone
from cti.processes.ports import Ports
from cti.serve import ADDRESS_FILE
from pstn.world import World

PERSONAS = Path(__file__).resolve().parents[1] / "asterisk-conf/pstn/personas-bench.yaml"
CALLER_ID = "+864008001234"
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
START_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Reading:
    """One moment. CPU in seconds since each process began, memory in MiB, the rest are counts."""

    at: float
    engine_cpu: float
    pbx_cpu: float
    stores_cpu: float  # Redis and the broker
    busy_cpu: float  # the whole machine's, whoever used it
    engine_rss: float
    pbx_rss: float
    placed: int
    ended: int
    bridged: int
    failed: int
    events: int
    dropped: int
    mismatches: int
    samples: int


@dataclass(slots=True)
class House:
    """The service, a world of personas, and an HTTP client between them."""

    state: Path
    world: World
    http: httpx.AsyncClient
    address: dict[str, str]
    process: asyncio.subprocess.Process
    campaigns: dict[str, tuple[int, dict[str, Any]]] = field(default_factory=dict)

    # -- preparing ------------------------------------------------------------------------------

    async def hire(self, count: int) -> None:
        """Agents with robot phones, known to both Asterisks; they are not signed in."""
        phones = []
        for number in range(count):
            added = await self._ok(self.http.post("/v1/agents", json={"name": f"robot{number}"}))
            phones.append(Phone(added["phone"], added["secret"]))
        host, _, port = self.address["sip"].rpartition(":")
        await self.world.ensure((host, int(port)), phones, agent_sound=None)

    async def sign_in(self) -> None:
        """All agents, until the last one is ready."""
        for agent in await self._ok(self.http.get("/v1/agents")):
            await self._ok(self.http.post(f"/v1/agents/{agent['name']}/sign-in"))
        await self.rest()

    async def rest(self) -> None:
        """Until all agents are ready."""
        await self._until(lambda b: b["agents_by_state"].keys() == {"ready"})

    async def campaign(
        self, name: str, numbers: Iterable[str], *, mode: str = "progressive", **more: Any
    ) -> None:
        """A campaign with a lead for each number; it does not dial yet. `more`: its settings."""
        settings = {
            "caller_ids": [CALLER_ID],
            "windows": ALWAYS,
            "wrap_up_s": 0,
            "calls_per_second": 1,
        } | more
        new = {"name": name, "settings": settings, "mode": mode}
        made = await self._ok(self.http.post("/v1/campaigns", json=new))
        file = io.StringIO()
        csv.writer(file).writerows([("phone",), *((number,) for number in numbers)])
        upload = {"file": ("leads.csv", file.getvalue().encode())}
        job = await self._ok(self.http.post(f"/v1/campaigns/{made['id']}/imports", files=upload))
        done = await self._imported(job["id"])
        if done["rejected"] or not done["accepted"]:
            raise UserError(f"The leads of the measurement were not taken: {done}.")
        self.campaigns[name] = made["id"], settings

    async def _imported(self, import_id: int) -> dict[str, Any]:
        while True:
            done: dict[str, Any] = await self._ok(self.http.get(f"/v1/imports/{import_id}"))
            if done["state"] != "running":
                return done
            await asyncio.sleep(0.1)

    # -- dialling -------------------------------------------------------------------------------

    async def pace(self, name: str, rate: float) -> None:
        """Let the campaign dial `rate` calls a second from now on."""
        campaign_id, settings = self.campaigns[name]
        change = {"settings": settings | {"calls_per_second": rate}}
        await self._ok(self.http.patch(f"/v1/campaigns/{campaign_id}", json=change))

    async def start(self, name: str) -> None:
        await self._ok(self.http.post(f"/v1/campaigns/{self.campaigns[name][0]}/start"))

    async def attempts(self, name: str) -> list[dict[str, Any]]:
        """The campaign's newest attempts, a thousand at most, as the API shows them."""
        asked = {"campaign_id": self.campaigns[name][0], "limit": 1000}
        found: list[dict[str, Any]] = await self._ok(self.http.get("/v1/attempts", params=asked))
        return found

    async def pacing(self, name: str) -> dict[str, Any]:
        """What the campaign's pacer sees and does now; only while it runs."""
        path = f"/v1/campaigns/{self.campaigns[name][0]}/pacing/now"
        moment: dict[str, Any] = await self._ok(self.http.get(path))
        return moment

    async def finish(self, name: str) -> None:
        """Place no more, and wait until the last call has ended."""
        await self._ok(self.http.post(f"/v1/campaigns/{self.campaigns[name][0]}/pause"))
        await self._until(lambda b: not b["calls_by_state"])

    # -- reading --------------------------------------------------------------------------------

    async def read(self) -> Reading:
        """This moment."""
        board = await self.board()
        outcomes = [campaign["outcomes"] for campaign in board["campaigns"]]
        pbx, link = self._child("pbx"), board["link"]
        engine = psutil.Process(self.process.pid)
        machine = psutil.cpu_times()
        return Reading(
            at=time.monotonic(),
            engine_cpu=_seconds(engine),
            pbx_cpu=_seconds(pbx),
            stores_cpu=_seconds(self._child("redis")) + _seconds(self._child("mosquitto")),
            busy_cpu=sum(machine) - machine.idle - machine.iowait,
            engine_rss=engine.memory_info().rss / 2**20,
            pbx_rss=pbx.memory_info().rss / 2**20,
            placed=sum(campaign["attempts"] for campaign in board["campaigns"]),
            ended=sum(sum(counts.values()) for counts in outcomes),
            bridged=sum(campaign["bridged"] for campaign in board["campaigns"]),
            failed=sum(c.get("failed", 0) + c.get("congestion", 0) for c in outcomes),
            events=link["events_seen"],
            dropped=link["events_dropped"],
            mismatches=link["mismatches"],
            samples=link["samples"],
        )

    async def board(self) -> dict[str, Any]:
        """The service's live board."""
        board: dict[str, Any] = await self._ok(self.http.get("/v1/live"))
        return board

    def _child(self, name: str) -> psutil.Process:
        pid = Child(name, [], self.state / name).pid()
        if pid is None:
            raise UserError(f"{name} does not run any more.", f"Its log is in {self.state}/{name}.")
        return psutil.Process(pid)

    async def _until(self, done: Callable[[dict[str, Any]], bool], seconds: float = 60) -> None:
        """Look at the board again and again: it is another process's."""
        async with asyncio.timeout(seconds):
            while True:
                if done(await self.board()):
                    return
                await asyncio.sleep(0.2)

    async def _ok(self, request: Awaitable[httpx.Response]) -> Any:
        response = await request
        if response.is_error:
            raise UserError(f"The service refused: {response.text[:300]}")
        return response.json()

    # -- the end --------------------------------------------------------------------------------

    async def stop_service(self) -> None:
        """Stop the service and its own Asterisk, Redis and broker; the world stays."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            await self.process.wait()


@contextlib.asynccontextmanager
async def house(
    state: Path, personas: Path = PERSONAS, service: str = "bench.service"
) -> AsyncIterator[House]:
    """World of these personas and service, fresh in `state`, an empty folder; nothing is left.

    service: the module that runs it; `bench.service` dials by the clock, `demo.service` by pacers.
    """
    async with contextlib.AsyncExitStack() as undo:
        ports = Ports(state / "world", "127.0.0.2")
        undo.callback(ports.close)
        world = World(state / "world", ports, find_asterisk(), personas)
        undo.push_async_callback(world.stop)
        with (state / "service.log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                service,
                env=_environment(state, world),
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        undo.push_async_callback(_ended, process)
        address = await _address(state, process)
        http = await undo.enter_async_context(
            httpx.AsyncClient(
                base_url=address["url"],
                headers={"Authorization": f"Bearer {address['token']}"},
                timeout=30.0,
            )
        )
        yield House(state, world, http, address, process)


def _environment(state: Path, world: World) -> dict[str, str]:
    """Ours without settings that point elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CTI_")}
    return kept | {
        "CTI_STATE": str(state),
        "CTI_TRUNK_URI": world.trunk_uri,
        "CTI_API_PORT": "0",
        "CTI_RECONCILE_SECONDS": "5",
        "CTI_LOG_FORMAT": "json",
    }


async def _address(state: Path, process: asyncio.subprocess.Process) -> dict[str, str]:
    file = state / ADDRESS_FILE
    async with asyncio.timeout(START_SECONDS):
        while not file.exists():
            if process.returncode is not None:
                raise UserError((state / "service.log").read_text(errors="replace")[-500:])
            await asyncio.sleep(0.05)
    address: dict[str, str] = json.loads(file.read_text())
    return address


async def _ended(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGTERM)
    await process.wait()


def _seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system
