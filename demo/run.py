"""Runs the demo: a world, the service, robot agents, one campaign, some callers.

The service runs as a process of its own, as it would in production; if it dies, it is started
again, and takes over what lives on in the PBX.
"""

import asyncio
import contextlib
import itertools
import json
import os
import random
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from cti.base.clock import SystemClock
from cti.base.errors import UserError
from cti.infrastructure import Infrastructure
from cti.processes.asterisk import find_asterisk
from cti.processes.pbx import Phone
from cti.processes.ports import Ports
from cti.serve import ADDRESS_FILE
from cti.settings import Settings
from demo.http import all_recordings, attempts_of, imported, ok
from demo.people import Seats, client_of_demo, invite
from demo.report import report
from demo.robots import Robots
from demo.teaching import teach_demo
from demo.truth import compare
from dialer.pacing.modes import Mode
from pstn.personas import Personas
from pstn.sounds import make_sounds
from pstn.world import World

DID = "4008001234"
"""The number our callers dial."""
CALLER_EVERY = 15.0
CALLER_KEYS = ("1", "2", "91", "1", "")
"""What callers press: sales, service, a key without a choice and then sales, sales, nothing."""
RING_TIMEOUT = 28
DRAIN_SECONDS = 60.0
SETTLE_SECONDS = 5.0
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Plan:
    """What the demo is to do."""

    state: Path
    leads: Path
    personas: Path
    agents: int
    seed: int
    seconds: float | None
    api_port: int
    mode: Mode = "progressive"


@dataclass(slots=True)
class Demo:
    """One demo. `tell` hears one line for each step.

    board: the newest live board; at_work: the last one before dialling stopped.
    """

    plan: Plan
    tell: Tell
    board: dict[str, Any] = field(default_factory=dict)
    at_work: dict[str, Any] = field(default_factory=dict)
    restarts: int = 0
    url: str = ""
    token: str = ""
    campaign: str = "Demo"
    campaign_id: int = 0
    client_id: int | None = None
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    hurry: asyncio.Event = field(default_factory=asyncio.Event)
    restarting: asyncio.Lock = field(default_factory=asyncio.Lock)
    _boards: list[dict[str, Any]] = field(default_factory=list)
    _process: asyncio.subprocess.Process | None = None

    def stop(self) -> None:
        """The first time: no new calls, wait for those under way; the second time: do not wait."""
        (self.hurry if self.stopping.is_set() else self.stopping).set()

    async def run(self) -> dict[str, Any]:
        """From an empty state folder to the report; leaves nothing running."""
        async with contextlib.AsyncExitStack() as undo:
            world = await self._world(undo)
            await self._start_service(world)
            undo.push_async_callback(self._stop_service)
            http = await undo.enter_async_context(self.client())
            said = json.loads((self.plan.state / ADDRESS_FILE).read_text())
            host, _, port = said["sip"].rpartition(":")
            sip = (host, int(port))
            phones = await self.hire(http)
            await world.ensure(sip, phones)
            await world.registered(self.plan.agents)
            robots = await self.seat(undo, http, said["mqtt"])
            seats = dict(zip(self._names(), phones, strict=True))
            await self.open_doors(undo, http, robots, seats, partial(world.ensure, sip))
            keeper = asyncio.get_running_loop().create_task(self._keep_alive(world), name="keeper")
            undo.push_async_callback(_cancel, [keeper])
            callers = partial(self._call_in, world)
            return await self.work(undo, http, robots, world.personas, callers)

    async def work(
        self,
        undo: contextlib.AsyncExitStack,
        http: httpx.AsyncClient,
        robots: Robots,
        personas: Personas,
        callers: Callable[[], Coroutine[Any, Any, None]],
    ) -> dict[str, Any]:
        """From the start of the campaign to the report, with `callers` calling in meanwhile."""
        taught = await teach_demo(http, await asyncio.to_thread(make_sounds))
        self.tell(f"{taught} announcements of the carrier taught")
        await self._offer_test_call(http, personas)
        await self._campaign(http)
        loop = asyncio.get_running_loop()
        watching = loop.create_task(self._watch_board(http), name="board")
        calling = loop.create_task(callers(), name="callers")
        undo.push_async_callback(_cancel, [watching, calling])
        await self._until_done()
        self.at_work = self.board
        calling.cancel()
        await self._drain(http)
        result = await self._gather(http, personas)
        await robots.close()
        return result

    async def _offer_test_call(self, http: httpx.AsyncClient, personas: Personas) -> None:
        """The console's first-run guide ends in a call: to a customer who answers."""
        answering = next(p.key for p in personas.personas if p.truth == "answered" and p.share)
        number = next(personas.numbers_of(answering))
        await ok(http.put("/v1/site", json={"test_number": number}))

    # -- the parts -----------------------------------------------------------------------------

    async def _world(self, undo: contextlib.AsyncExitStack) -> World:
        self.tell("Preparing the world outside (sounds, personas, a second Asterisk)")
        folder = self.plan.state.resolve()
        await clean(folder)
        ports = Ports(folder / "world", "127.0.0.2")
        undo.callback(ports.close)
        world = await asyncio.to_thread(
            World, folder / "world", ports, find_asterisk(), self.plan.personas
        )
        undo.push_async_callback(world.stop)
        return world

    async def _start_service(self, world: World) -> None:
        self.tell("Starting the service with its own Redis, broker, database and Asterisk")
        address = self.plan.state / ADDRESS_FILE
        address.unlink(missing_ok=True)
        log = (self.plan.state / "service.log").open("ab")
        self._process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "demo.service",
            env=os.environ | self._settings(world),
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        await self._await_address(address)

    def _settings(self, world: World) -> dict[str, str]:
        return {
            "CTI_STATE": str(self.plan.state.resolve()),
            "CTI_TRUNK_URI": world.trunk_uri,
            "CTI_API_PORT": str(self.plan.api_port),
            "CTI_RECONCILE_SECONDS": "2",
            "CTI_LOG_FORMAT": "json",
        }

    async def _await_address(self, address: Path) -> None:
        assert self._process is not None  # noqa: S101 - set by the one caller
        ended = asyncio.get_running_loop().create_task(self._process.wait())
        try:
            async with asyncio.timeout(60):
                while not address.exists():
                    if ended.done():
                        raise UserError(
                            f"The service ended while starting: {self._last_words()}",
                            f"Its log is {self.plan.state / 'service.log'}.",
                        )
                    await asyncio.wait([ended], timeout=0.05)
        except TimeoutError:
            raise UserError("The service did not start within 60 s.") from None
        finally:
            ended.cancel()
        said = json.loads(address.read_text())
        self.url, self.token = said["url"], said["token"]

    def _last_words(self) -> str:
        log = self.plan.state / "service.log"
        lines = log.read_text(errors="replace").strip().splitlines() if log.exists() else []
        return lines[-1] if lines else "no reason given."

    @contextlib.asynccontextmanager
    async def client(self) -> AsyncIterator[httpx.AsyncClient]:
        """Signed in to the service."""
        async with httpx.AsyncClient(
            base_url=self.url, headers={"Authorization": f"Bearer {self.token}"}, timeout=10.0
        ) as client:
            yield client

    async def hire(self, http: httpx.AsyncClient) -> list[Phone]:
        """Make the service know the robots, who may have worked before; their phones."""
        self.tell(f"Hiring {self.plan.agents} robot agents with real SIP phones")
        known = {agent["name"] for agent in await ok(http.get("/v1/agents"))}
        phones = []
        for name in self._names():
            if name not in known:
                added = await ok(http.post("/v1/agents", json={"name": name}))
                phones.append(Phone(added["phone"], added["secret"]))
        return phones

    async def seat(
        self, undo: contextlib.AsyncExitStack, http: httpx.AsyncClient, mqtt: str
    ) -> Robots:
        """Robots that listen at the broker and are signed in."""
        robots = Robots(http, mqtt, SystemClock(), random.Random(self.plan.seed))  # noqa: S311
        robots.start()
        undo.push_async_callback(robots.close)
        for name in self._names():
            await ok(http.post(f"/v1/agents/{name}/sign-in"))
        return robots

    async def open_doors(
        self,
        undo: contextlib.AsyncExitStack,
        http: httpx.AsyncClient,
        robots: Robots,
        seats: Mapping[str, Phone | None],
        phones: Callable[[list[Phone]], Awaitable[None]],
    ) -> None:
        """Tell how people come in, and let the robots make room for those who sit down."""
        self.client_id = await client_of_demo(http)
        guests = await invite(http, list(seats)[-1], self.client_id)
        console = guests[0][2].partition("/welcome")[0]
        self.tell(f"The console is at {console}; each of these signs in once:")
        for role, name, url in guests:
            self.tell(f"  {role.replace('_', ' '):15} {name:8} {url}")
        watching = Seats(http, robots, dict(seats), phones, self.tell).watch()
        task = asyncio.get_running_loop().create_task(watching, name="seats")
        undo.push_async_callback(_cancel, [task])

    async def leave(self, http: httpx.AsyncClient) -> None:
        """The robots sign out."""
        for name in self._names():
            await ok(http.post(f"/v1/agents/{name}/sign-out"))

    def _names(self) -> list[str]:
        return [f"robot{number:02}" for number in range(1, self.plan.agents + 1)]

    async def _campaign(self, http: httpx.AsyncClient) -> None:
        self.tell(f"Importing {self.plan.leads.name} and starting the campaign")
        settings = {
            "caller_ids": ["+864008001234"],
            "ring_timeout_s": RING_TIMEOUT,
            "wrap_up_s": 10,
            "windows": ALWAYS,
            # Nobody is lost here, and robots give up on a machine after five seconds.
            "answering": {"prices": {"lost_person": 38}},
        }
        asked = {
            "name": self.campaign,
            "mode": self.plan.mode,
            "client_id": self.client_id,
            "settings": settings,
        }
        made = await ok(http.post("/v1/campaigns", json=asked))
        self.campaign_id = made["id"]
        with self.plan.leads.open("rb") as file:
            job = await ok(
                http.post(
                    f"/v1/campaigns/{self.campaign_id}/imports",
                    files={"file": (self.plan.leads.name, file)},
                )
            )
        done = await imported(http, job["id"])
        if not done["accepted"]:
            raise UserError(f"{self.plan.leads}: no lead could be used: {done['error']}")
        self.tell(f"{done['accepted']} leads imported, {done['rejected']} refused")
        await ok(http.post(f"/v1/campaigns/{self.campaign_id}/start"))

    # -- while it runs -------------------------------------------------------------------------

    async def _until_done(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.plan.seconds):
                await self.stopping.wait()

    async def _watch_board(self, http: httpx.AsyncClient) -> None:
        while True:
            with contextlib.suppress(httpx.HTTPError):
                self.board = await ok(http.get("/v1/live"))
            await asyncio.sleep(0.5)

    async def _keep_alive(self, world: World) -> None:
        """What systemd would do."""
        while True:
            assert self._process is not None  # noqa: S101 - started before
            code = await self._process.wait()
            async with self.restarting:
                self.restarts += 1
                self.tell(f"The service died (exit {code}); starting it again")
                self._boards.append(self.board)
                port = httpx.URL(self.url).port
                self.plan = Plan(**{**_fields(self.plan), "api_port": port or 0})
                await self._start_service(world)

    async def _call_in(self, world: World) -> None:
        rng = random.Random(self.plan.seed)  # noqa: S311 - a demo's dice
        for keys in itertools.cycle(CALLER_KEYS):
            await asyncio.sleep(CALLER_EVERY)
            caller = f"1390000{rng.randint(0, 9999):04}"
            await world.call_in(DID, caller, keys, seconds=rng.uniform(18, 30))

    async def _drain(self, http: httpx.AsyncClient) -> None:
        """No new calls; wait for those under way, and for their recordings."""
        self.tell("No new calls; waiting for those under way to end (Ctrl-C: at once)")
        async with self.restarting:  # time may be up while the service is on its way back
            pass
        await ok(http.post(f"/v1/campaigns/{self.campaign_id}/pause"))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(DRAIN_SECONDS):
                while not self.hurry.is_set():
                    board = await ok(http.get("/v1/live"))
                    busy = {"talking", "wrapping", "reserved"} & board["agents_by_state"].keys()
                    if not (board["calls_by_state"] or board["recordings"]["waiting"] or busy):
                        return
                    await asyncio.sleep(0.3)

    # -- the end -------------------------------------------------------------------------------

    async def _gather(self, http: httpx.AsyncClient, personas: Personas) -> dict[str, Any]:
        attempts = await self._recorded(http)
        recordings = await all_recordings(http)
        self._boards.append(await ok(http.get("/v1/live")))
        return report(
            attempts=attempts,
            boards=self._boards,
            recordings=recordings,
            truth=compare(attempts, personas),
            restarts=self.restarts,
        )

    async def _recorded(self, http: httpx.AsyncClient) -> list[dict[str, Any]]:
        """The attempts, once the record has caught up with the board: outcomes are written after
        the call has left it, several at a time."""
        deadline = SystemClock().monotonic() + SETTLE_SECONDS
        while True:
            attempts = await attempts_of(http, self.campaign_id)
            settled = all(attempt["outcome"] for attempt in attempts)
            if settled or SystemClock().monotonic() > deadline:
                return attempts
            await asyncio.sleep(0.2)

    async def _stop_service(self) -> None:
        self.tell("Stopping everything")
        process = self._process
        if process is None or process.returncode is not None:
            return
        process.send_signal(signal.SIGTERM)
        try:
            async with asyncio.timeout(30):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
            await clean(self.plan.state.resolve(), keep=True)


async def clean(folder: Path, *, keep: bool = False) -> None:
    """Stop what an earlier demo left running in `folder`, and (unless `keep`) empty it."""
    if not folder.exists():
        folder.mkdir(parents=True)
        return
    ground = Infrastructure(Settings(state=folder))
    await ground.stop()
    world = folder / "world"
    if world.exists():
        ports = Ports(world, "127.0.0.2")
        await World(world, ports, find_asterisk()).stop()
        ports.close()
    if not keep:
        shutil.rmtree(folder)
        folder.mkdir()


async def _cancel(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def _fields(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in Plan.__slots__}
