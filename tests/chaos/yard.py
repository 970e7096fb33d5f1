"""The service as a process that can be killed, with robot agents and a world that counts calls."""

import asyncio
import json
import os
import random
import signal
import sqlite3
import sys
from collections import Counter
from contextlib import AsyncExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from redis.asyncio import Redis

from cti.base.clock import SystemClock
from cti.infrastructure import Infrastructure
from cti.processes.asterisk import find_asterisk
from cti.processes.pbx import Phone
from cti.processes.ports import Ports
from cti.settings import Settings
from demo.robots import Robots
from pstn.world import World
from tests.pbx.house import ALWAYS, PERSONAS, nothing_runs

PATIENCE = 100.0
"""Seconds for what a machine does at once that has nothing else to do; many of these have."""
LASTING = "lasting"
"""Who talks until the agent's side ends it."""
SERVICE = "import runpy; runpy.run_module('demo.service', run_name='__main__')"
KILLED_BEFORE_ORIGINATE = """
import os, signal, cti.calls.pbx
place, count = cti.calls.pbx.Pbx.place, [0]
async def fall(*args, **more):
    count[0] += 1
    if count[0] == {nth}:
        os.kill(os.getpid(), signal.SIGKILL)
    await place(*args, **more)
cti.calls.pbx.Pbx.place = fall
"""
"""Put before SERVICE: dies when the nth call is committed and its Originate has not left."""
HURRIED = """
import datetime, dialer.engine.next_step
dialer.engine.next_step.RETRY_NOT_DIALLED = datetime.timedelta(seconds=1)
"""
"""Put before SERVICE: who was not dialled is dialled in a second, not in half a minute."""
# Asterisk's CEL in the world outside: one line for each channel that came to be.
CEL = "[general]\nenable=yes\napps=\nevents=CHAN_START\n"
CEL_CUSTOM = "[mappings]\ncalls.csv => ${CHANNEL(context)},${CHANNEL(exten)}\n"


@dataclass
class Yard:
    """One campaign's worth of world and service, in `state`."""

    state: Path
    world: World
    port: int
    http: httpx.AsyncClient
    undo: AsyncExitStack
    process: asyncio.subprocess.Process | None = None
    robots: Robots = field(init=False, repr=False)
    _phones: list[Phone] = field(default_factory=list)

    # -- the service ---------------------------------------------------------------------------

    async def start(self, before: str = HURRIED) -> None:
        """Start the service; returns when it is ready."""
        (self.state / "service.json").unlink(missing_ok=True)
        with (self.state / "service.log").open("ab") as log:
            self.process = await asyncio.create_subprocess_exec(
                sys.executable, "-c", before + SERVICE,
                env=os.environ
                | {
                    "CTI_STATE": str(self.state),
                    "CTI_TRUNK_URI": self.world.trunk_uri,
                    "CTI_API_PORT": str(self.port),
                    "CTI_RECONCILE_SECONDS": "1",
                    "CTI_LOG_FORMAT": "json",
                },
                stdout=log,
                stderr=log,
                start_new_session=True,
            )  # fmt: skip
        async with asyncio.timeout(PATIENCE):
            while not (self.state / "service.json").exists():
                assert self.process.returncode is None, self.log()
                await asyncio.sleep(0.02)

    async def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        if self.process.returncode is None:
            self.process.kill()
        assert await self.process.wait() == -signal.SIGKILL

    async def died(self) -> None:
        """Wait for a service that was made to kill itself."""
        assert self.process is not None
        async with asyncio.timeout(PATIENCE):
            assert await self.process.wait() == -signal.SIGKILL

    async def terminate(self) -> None:
        """SIGTERM; returns once it is gone, well."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(2 * PATIENCE):
            code = await self.process.wait()
        assert code == 0, self.log()

    def log(self) -> str:
        return (self.state / "service.log").read_text(errors="replace")

    # -- agents and calls ----------------------------------------------------------------------

    async def staff(self, count: int, seed: int) -> None:
        """Robot agents, signed in."""
        names = [f"robot{n}" for n in range(count)]
        for name in names:
            added = await self.ask("POST", "/v1/agents", json={"name": name})
            self._phones.append(Phone(added["phone"], added["secret"]))
        said = await self.outside(self._phones)
        await self._count_calls()
        self.robots = Robots(self.http, said["mqtt"], SystemClock(), random.Random(seed))
        self.robots.start()
        self.undo.push_async_callback(self.robots.close)
        for name in names:
            await self.ask("POST", f"/v1/agents/{name}/sign-in")
        async with asyncio.timeout(PATIENCE):
            while await self._ready() < count:  # noqa: ASYNC110 - the service is asked
                await asyncio.sleep(0.1)
        await self.written()

    async def written(self) -> None:
        """Wait until what agents do is remembered, and everybody's part of each call is kept."""
        conf = dict(
            line.split(" ", 1)
            for line in (self.state / "redis/redis.conf").read_text().splitlines()
            if " " in line
        )
        redis = Redis(port=int(conf["port"]), password=conf["requirepass"], decode_responses=True)
        try:
            async with asyncio.timeout(PATIENCE):
                while not (await self._remembered(redis) and await self._kept()):  # noqa: ASYNC110
                    await asyncio.sleep(0.02)
        finally:
            await redis.aclose()

    async def _remembered(self, redis: Redis) -> bool:
        raw = await redis.hgetall("cti:agents")
        kept = {name: json.loads(text) for name, text in raw.items()}
        return all(
            (agent["state"], agent["call"])
            == (kept[agent["name"]]["state"], kept[agent["name"]]["call"])
            for agent in await self.ask("GET", "/v1/agents")
            if agent["name"] in kept or agent["state"] != "signed_out"
        )

    async def _kept(self) -> bool:
        calls = await self.ask("GET", "/v1/floor/calls")
        now = {leg["id"] for call in calls for leg in call["legs"]}
        return now == {row[0] for row in self.rows("SELECT id FROM legs WHERE ended_at IS NULL")}

    async def outside(self, phones: list[Phone]) -> dict[str, str]:
        """Start the world with these robot phones; what the service said of itself."""
        said: dict[str, str] = json.loads((self.state / "service.json").read_text())
        host, _, port = said["sip"].rpartition(":")
        await self.world.ensure((host, int(port)), phones, agent_sound="tone-1000")
        return said

    async def _ready(self) -> int:
        return int((await self.ask("GET", "/v1/live"))["agents_by_state"].get("ready", 0))

    async def _count_calls(self) -> None:
        etc = self.world.process.etc
        (etc / "cel.conf").write_text(CEL)
        (etc / "cel_custom.conf").write_text(CEL_CUSTOM)
        for command in ("load func_channel.so", "load res_cdrel_custom.so", "reload cel",
                        "load cel_custom.so"):  # fmt: skip
            await self.world.process.console(f"module {command}")

    def calls_that_arrived(self) -> Counter[str]:
        """How often each number was called, as the world outside counted it."""
        file = self.world.folder / "log/cel-custom/calls.csv"
        rows = [line.split(",") for line in file.read_text().splitlines()]
        return Counter(exten for _, exten in rows if exten.startswith("+"))

    async def campaign(
        self,
        table: str,
        name: str = "c",
        mode: str = "progressive",
        client_id: int | None = None,
        **settings: Any,
    ) -> int:
        """A running campaign that calls the leads of a CSV table; its id."""
        plan = {"windows": ALWAYS, "wrap_up_s": 8, "ring_timeout_s": 8} | settings
        asked = {"name": name, "mode": mode, "client_id": client_id, "settings": plan}
        made = await self.ask("POST", "/v1/campaigns", json=asked)
        path = f"/v1/campaigns/{made['id']}"
        job = await self.ask("POST", f"{path}/imports", files={"file": ("l.csv", table.encode())})
        async with asyncio.timeout(PATIENCE):
            job_path = f"/v1/imports/{job['id']}"
            while (await self.ask("GET", job_path))["state"] != "done":  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        await self.ask("POST", f"{path}/start")
        return int(made["id"])

    async def attempts(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.ask("GET", "/v1/attempts", params={"limit": 500})
        return found

    async def attempt(self, kind: str) -> dict[str, Any]:
        """Wait for an attempt under way whose newest evidence, but for what is heard, is that."""
        async with asyncio.timeout(PATIENCE):
            while True:
                for attempt in await self.attempts():
                    seen = [i for i in attempt["evidence"] if i["kind"] != "heard"]
                    if not attempt["outcome"] and seen[-1]["kind"] == kind:
                        return attempt
                await asyncio.sleep(0.02)

    async def finished(self, numbers: list[str]) -> list[dict[str, Any]]:
        """Wait until every number was dialled, every attempt has its outcome, all is written.

        Talks that last are ended.
        """
        async with asyncio.timeout(2 * PATIENCE):
            while True:
                attempts = await self.attempts()
                board = await self.ask("GET", "/v1/live")
                dialled = {a["number"] for a in attempts if not never_left(a)}
                idle = not board["calls_by_state"] and not board["recordings"]["waiting"]
                if idle and dialled == set(numbers) and all(a["outcome"] for a in attempts):
                    return attempts
                await self._end_lasting(attempts)
                await asyncio.sleep(0.2)

    async def _end_lasting(self, attempts: list[dict[str, Any]]) -> None:
        lasting = {
            a["id"]
            for a in attempts
            if not a["outcome"] and self.world.personas.persona_of(a["number"]).key == LASTING
        }
        for agent in await self.ask("GET", "/v1/agents"):
            if agent["state"] == "talking" and agent["call"] in lasting:
                # It may have ended meanwhile.
                await self.http.post(f"/v1/agents/{agent['name']}/hang-up")

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.http.request(method, path, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Straight from the database's file."""
        file = f"file:{self.state / 'cti.sqlite3'}?mode=ro"
        with closing(sqlite3.connect(file, uri=True)) as database:
            return database.execute(query).fetchall()


def leads_of(numbers: list[str]) -> str:
    """A list with a person for each number, as CSV."""
    return "name,phone\n" + "".join(f"P{n},{v}\n" for n, v in enumerate(numbers))


def never_left(attempt: dict[str, Any]) -> bool:
    return any(item["kind"] == "not_dialled" for item in attempt["evidence"])


async def open_yard(state: Path, undo: AsyncExitStack, personas: Path = PERSONAS) -> Yard:
    """World and running service; `undo` stops both and fails if anything is left of them."""
    undo.callback(nothing_runs, state)
    ports = Ports(state / "world", "127.0.0.2")
    undo.callback(ports.close)
    world = World(state / "world", ports, find_asterisk(), personas)
    undo.push_async_callback(world.stop)
    port = ports.get("http")
    http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=30.0)
    yard = Yard(state, world, port, http, undo)
    undo.push_async_callback(_end, yard)
    await undo.enter_async_context(http)
    await yard.start()
    http.headers["Authorization"] = f"Bearer {(state / 'api-token').read_text().strip()}"
    return yard


async def _end(yard: Yard) -> None:
    """However the test ended: no service, and none of its children."""
    if yard.process is not None and yard.process.returncode is None:
        yard.process.kill()
        await yard.process.wait()
    await Infrastructure(Settings(_env_file=None, state=yard.state)).stop()
