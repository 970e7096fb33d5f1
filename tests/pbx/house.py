"""A whole service in this process, on a PBX of its own, with a world of customers outside."""

import asyncio
import itertools
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import psutil

from cti.agents.states import Agent, AgentState
from cti.assembly import build
from cti.calls.pbx import PbxError
from cti.processes.asterisk import find_asterisk
from cti.processes.pbx import Phone
from cti.processes.ports import Ports
from cti.service import Service
from cti.settings import Settings
from hearing.tail import Tail
from pstn.world import World
from recordings.convert import sides

DATA = Path(__file__).parents[1] / "data"
PERSONAS = DATA / "personas-path.yaml"
ALWAYS = {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
PATIENCE = 20.0
RATE = 8000


@dataclass
class House:
    """Service, world and agents. `http` speaks to the service's own application.

    Robot agents' phones play 1000 Hz; a customer of persona `tone` says 440 Hz.
    """

    state: Path
    world: World
    service: Service
    http: httpx.AsyncClient
    sip: tuple[str, int]
    _names: Iterator[int] = field(default_factory=lambda: itertools.count(1))
    _used: dict[str, Iterator[str]] = field(default_factory=dict)
    _phones: list[Phone] = field(default_factory=list)
    voices: dict[str, str] = field(default_factory=dict)

    # -- agents --------------------------------------------------------------------------------

    async def hire(self, *names: str, mode: str = "nailed_up") -> None:
        """Agents with a robot's phone each; they are not signed in."""
        for name in names:
            added = await self.ask("POST", "/v1/agents", json={"name": name, "mode": mode})
            self._phones.append(Phone(added["phone"], added["secret"]))
        await self.connect()

    async def connect(self, *more: Phone) -> None:
        """Register the robots' phones, and these."""
        self._phones += more
        await self.world.ensure(self.sip, self._phones, agent_sound="tone-1000", voices=self.voices)
        names = {phone.name for phone in self._phones}
        async with asyncio.timeout(PATIENCE):
            while not await self._registered(names):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def _registered(self, phones: set[str]) -> bool:
        return phones <= {row.endpoint for row in await self.service.link.contacts()}

    def agent(self, name: str) -> Agent:
        return self.service.roster.get(name)

    async def ready(self, *names: str) -> None:
        """Sign these agents in, and wait until each can take a call."""
        for name in names:
            await self.ask("POST", f"/v1/agents/{name}/sign-in")
        for agent in map(self.agent, names):
            await self.until(partial(getattr, agent, "free"), f"{agent.name} is ready")

    async def state_of(self, name: str, state: AgentState) -> Agent:
        """Wait until the agent is in that state."""
        await self.until(lambda: self.agent(name).state is state, f"{name} is {state}")
        return self.agent(name)

    async def dispose(self, attempt: str, code: str, **more: str) -> None:
        await self.ask(
            "POST", f"/v1/attempts/{attempt}/disposition", json={"disposition": code, **more}
        )

    # -- customers -----------------------------------------------------------------------------

    def number(self, persona: str, prefix: str = "+86138", start: int = 0) -> str:
        """A number that is `persona`, another one each time."""
        key = persona + prefix
        if key not in self._used:
            self._used[key] = self.world.personas.numbers_of(persona, prefix, start)
        return next(self._used[key])

    async def campaign(self, *numbers: str, mode: str = "progressive", **settings: Any) -> int:
        """A running campaign that calls these numbers from a lead file; its id."""
        name = f"campaign {next(self._names)}"
        plan = {"windows": ALWAYS, "wrap_up_s": 30, "ring_timeout_s": 15} | settings
        made = await self.ask(
            "POST", "/v1/campaigns", json={"name": name, "mode": mode, "settings": plan}
        )
        campaign = int(made["id"])
        table = "name,phone\n" + "".join(f"P{n},{v}\n" for n, v in enumerate(numbers))
        job = await self.ask(
            "POST", f"/v1/campaigns/{campaign}/imports", files={"file": ("l.csv", table.encode())}
        )
        done = await self.change(f"/v1/imports/{job['id']}", "running")
        assert (done["accepted"], done["rejected"]) == (len(numbers), 0)
        await self.ask("POST", f"/v1/campaigns/{campaign}/start")
        return campaign

    async def attempts(self, campaign: int) -> list[dict[str, Any]]:
        """The campaign's attempts as the API shows them, the oldest first."""
        found = await self.ask("GET", "/v1/attempts", params={"campaign_id": campaign})
        return list(reversed(found))

    async def ended(self, campaign: int, count: int = 1) -> list[dict[str, Any]]:
        """Wait until so many attempts have their outcome in the database; returns them."""
        async with asyncio.timeout(2 * PATIENCE):
            while True:
                done = [a for a in await self.attempts(campaign) if a["outcome"]]
                if len(done) >= count:
                    return done
                await asyncio.sleep(0.05)

    async def scheduled(self, attempt: dict[str, Any]) -> dict[str, Any]:
        """Wait until the attempt's lead is in its next place; returns the lead."""
        return await self.change(f"/v1/leads/{attempt['lead_id']}", "in_flight")

    # -- recordings ----------------------------------------------------------------------------

    async def grown(self, call: str, seconds: float) -> None:
        """Wait until the PBX has recorded so much of a call."""
        whole = self.service.recordings.path_for(call)
        sizes = {whole: seconds * RATE * 4, sides(whole)[0]: seconds * RATE * 2}
        await self.until(
            lambda: any(f.exists() and f.stat().st_size >= size for f, size in sizes.items()),
            f"{seconds} s recorded",
        )

    async def recording(self, call: str) -> dict[str, Any]:
        """Wait until a call's recording is in the catalogue, ready; returns its facts."""
        async with asyncio.timeout(PATIENCE):
            while True:
                answer = await self.http.get(f"/v1/recordings/{call}")
                if answer.status_code == 200 and (facts := answer.json())["state"] == "ready":
                    return dict(facts)
                await asyncio.sleep(0.05)

    async def sound(self, call: str) -> npt.NDArray[np.float64]:
        """The archived recording, 8 kHz: column 0 the customer, column 1 what they heard."""
        await self.recording(call)
        answer = await self.http.get(f"/v1/recordings/{call}/audio")
        assert answer.headers["content-type"] == "audio/mpeg"
        return await asyncio.to_thread(decode, answer.content)

    async def ear(self, file: Path, at: str = "persona-") -> None:
        """From now on, write what the one customer in a call hears to `file`, see `put_ear`.

        at: who hears instead: the beginning of a persona's context, or a robot's phone.
        """
        await put_ear(self.world, file, at)

    # -- asking and waiting --------------------------------------------------------------------

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        answer = await self.http.request(method, path, **more)
        assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    async def change(self, path: str, state: str) -> dict[str, Any]:
        """Wait until what is at `path` is in another state than that; returns it."""
        async with asyncio.timeout(PATIENCE):
            while True:
                found: dict[str, Any] = await self.ask("GET", path)
                if found["state"] != state:
                    return found
                await asyncio.sleep(0.03)

    async def until(
        self, done: Callable[[], bool], what: str = "", seconds: float = PATIENCE
    ) -> None:
        """Wait until a condition of the living service holds."""
        try:
            async with asyncio.timeout(seconds):
                while not done():  # noqa: ASYNC110 - some conditions are files
                    await asyncio.sleep(0.01)
        except TimeoutError:
            raise AssertionError(f"not within {seconds} s: {what or done}") from None

    async def settle(self) -> None:
        """After a test: cleared, and nothing was miscounted."""
        await self.clear()
        watchdog = self.service.watchdog
        seen = watchdog.samples
        await self.until(lambda: watchdog.samples > seen, "PBX and counters compared")
        assert watchdog.mismatches == 0, watchdog.last

    async def clear(self) -> None:
        """After a test: no campaign, no call, nobody signed in."""
        for campaign in await self.ask("GET", "/v1/campaigns"):
            if campaign["state"] == "running":
                await self.ask("POST", f"/v1/campaigns/{campaign['id']}/stop")
        tracker, roster = self.service.tracker, self.service.roster
        for uniqueid in [u for u in tracker.legs if not u.startswith("ag-")]:
            with suppress(PbxError):  # it is ending already
                await self.service.pbx.hang_up(uniqueid)
        for agent in roster:
            self.service.agents.sign_out(agent.name)

        def quiet() -> bool:
            for agent in roster:
                roster.wrap_up_done(agent)
            out = all(agent.state is AgentState.SIGNED_OUT for agent in roster)
            return out and not tracker.legs and not len(self.service.attempts.flights)

        await self.until(quiet, "all is quiet")


async def open_house(
    state: Path, undo: AsyncExitStack, personas: Path = PERSONAS, **settings: Any
) -> House:
    """Start everything; `undo` stops it, and fails if anything of it still runs."""
    undo.callback(nothing_runs, state)
    ports = Ports(state / "world", "127.0.0.2")
    undo.callback(ports.close)
    world = World(state / "world", ports, find_asterisk(), personas)
    undo.push_async_callback(world.stop)
    service = build(
        Settings(
            _env_file=None,
            **{
                "state": state,
                "trunk_uri": world.trunk_uri,
                "menus": DATA / "menus",
                "reconcile_seconds": 0.5,
                **settings,
            },
        )
    )
    undo.push_async_callback(service.infrastructure.stop)
    await service.start()
    undo.push_async_callback(service.stop)
    http = httpx.AsyncClient(
        transport=httpx.ASGITransport(service.app()),
        base_url="http://service",
        headers={"Authorization": f"Bearer {service.infrastructure.api_token}"},
    )
    await undo.enter_async_context(http)
    assert service.infrastructure.pbx is not None
    return House(state, world, service, http, service.infrastructure.pbx.sip)


async def put_ear(world: World, file: Path, at: str = "persona-") -> None:
    """From now on, write what the one who is `at` hears to `file` (`.sln48`, as our own ears do:
    it is there a third of a second later, where 8 kHz would take four)."""
    assert file.suffix == ".sln48"
    console = world.process.console
    for module in ("app_mixmonitor.so", "format_sln.so", "codec_resample.so"):
        await console(f"module load {module}")
    rows = [row.split("!") for row in (await console("core show channels concise")).split("\n")]
    (channel,) = [
        row[0] for row in rows if row[2:] and (row[1].startswith(at) or row[1:3] == ["phone", at])
    ]
    await console(f"mixmonitor start {channel} {file.with_suffix('.mix.alaw')},r({file})")


def nothing_runs(state: Path) -> None:
    """No process works in, or was started from, the folder."""
    left = []
    for process in psutil.process_iter():
        try:
            words = [*process.cmdline(), process.cwd()]
        except psutil.Error:
            continue
        if any(str(state) in word for word in words):
            left.append(f"{process.pid} {' '.join(words)}")
    assert not left, left


def decode(mp3: bytes) -> npt.NDArray[np.float64]:
    """Two columns of samples at 8 kHz, -1 to 1."""
    done = subprocess.run(
        ["ffmpeg", "-loglevel", "error", "-i", "pipe:0", "-f", "s16le", "-ar", str(RATE), "pipe:1"],
        input=mp3,
        capture_output=True,
        check=True,
    )
    return np.frombuffer(done.stdout, "<i2").reshape(-1, 2).astype(np.float64) / 32768


def decode_ear(file: Path) -> npt.NDArray[np.float64]:
    """What `put_ear` has written by now, 8 kHz, -1 to 1; nothing while there is no file."""
    with Tail(file) as tail:
        return tail.read(most_s=3600).astype(np.float64)


def level(sound: npt.NDArray[np.float64], hertz: float) -> npt.NDArray[np.float64]:
    """How much of `hertz` each column has: energy within 20 Hz, as a share of the column's own."""
    spectrum = np.abs(np.fft.rfft(sound, axis=0)) ** 2
    near = np.abs(np.fft.rfftfreq(len(sound), 1 / RATE) - hertz) <= 20
    share: npt.NDArray[np.float64] = spectrum[near].sum(axis=0) / (spectrum.sum(axis=0) + 1e-9)
    return share


def first_sound(side: npt.NDArray[np.float64]) -> float:
    """Seconds until something is heard; inf: never."""
    heard = np.flatnonzero(_heard(side))
    return float(heard[0]) * 0.02 if len(heard) else float("inf")


def longest_silence(side: npt.NDArray[np.float64]) -> float:
    """Seconds of the longest stretch in which nothing is heard."""
    marks = np.flatnonzero(np.concatenate(([True], _heard(side), [True])))
    return float(np.diff(marks).max() - 1) * 0.02


def _heard(side: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    """For each 20 ms: whether its RMS is over -40 dB."""
    frames = side[: len(side) // 160 * 160].reshape(-1, 160)
    heard: npt.NDArray[np.bool_] = np.sqrt((frames**2).mean(axis=1)) > 0.01
    return heard
