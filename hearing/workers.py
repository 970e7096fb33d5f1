"""The service's side of the listening processes: orders out, sightings in."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import structlog

from cti.base.tasks import end
from hearing.sighting import Phase, Sighting, Source

log = structlog.get_logger(__name__)

MOST_EARS = 150
"""Calls that one process follows at a time (docs/hearing.md has what it can do)."""
SILENT_SECONDS = 30.0
"""A process that says nothing for so long hangs; it says something every second. Loading its
models at the start takes a few."""
FAREWELL_SECONDS = 2.0
_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds before a process is started again
_LONGEST_LINE = 1 << 16
_ROOT = Path(__file__).resolve().parent.parent
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")


@dataclass(frozen=True, slots=True)
class Job:
    """A growing file to follow.

    library: a file of `Library.to_bytes`. prices: of errors about who answered, by their names in
    `hearing.speech.prices`. model: of who answers, in place of the shipped one. What is in these
    files never changes: what did has another name.
    """

    key: str
    file: Path
    phase: Phase
    zone: str
    library: Path | None = None
    prices: Mapping[str, float] = field(default_factory=dict)
    model: Path | None = None

    def order(self) -> dict[str, Any]:
        """What the process is told."""
        return {
            "follow": self.key,
            "file": str(self.file),
            "phase": self.phase.value,
            "zone": self.zone,
            "library": str(self.library) if self.library else None,
            "prices": dict(self.prices),
            "model": str(self.model) if self.model else None,
        }


@dataclass(frozen=True, slots=True)
class Heard:
    """A detector is sure of something."""

    key: str
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class Ended:
    """Nothing more will be heard of a job.

    unknown: of what was said before an answer and never taught, `Fingerprint.to_bytes`.
    why: it could not be heard.
    """

    key: str
    seconds: float
    unknown: bytes | None = None
    why: str = ""


Told = Heard | Ended


@dataclass(slots=True)
class _Following:
    """A job under way, and what was said of it: a process that died says it again."""

    job: Job
    ending: bool = False
    told: set[tuple[str, float]] = field(default_factory=set)


class Workers:
    """Listening processes that are started again whenever one dies.

    tell: hears every report once, also when a process died and began anew.
    count: processes; by default one for each core but one. most: jobs for each.
    """

    def __init__(
        self,
        tell: Callable[[Told], None],
        *,
        count: int | None = None,
        most: int = MOST_EARS,
        command: tuple[str, ...] = (sys.executable, "-m", "hearing.worker"),
    ) -> None:
        wanted = max(1, len(os.sched_getaffinity(0)) - 1) if count is None else count
        self._workers = [_Worker(tell, command) for _ in range(wanted)]
        self._most = most

    async def start(self) -> None:
        """Start the processes; they load their models while the service goes on."""
        for number, worker in enumerate(self._workers):
            worker.start(f"hearing-{number}")

    async def close(self) -> None:
        """End the processes. What they followed is forgotten."""
        await asyncio.gather(*(worker.close() for worker in self._workers))

    @property
    def able(self) -> bool:
        """Whether there is anybody at all to listen."""
        return bool(self._workers)

    @property
    def pids(self) -> list[int]:
        """The processes that live."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    @property
    def following(self) -> int:
        """Jobs under way."""
        return sum(len(worker.jobs) for worker in self._workers)

    @property
    def late(self) -> float:
        """Seconds by which the slowest ear was behind in the last second."""
        return max((worker.late for worker in self._workers), default=0.0)

    def follow(self, job: Job) -> bool:
        """Hear a file from its start. False when all processes have as much as they can do."""
        worker = min(self._workers, key=lambda one: len(one.jobs), default=None)
        if worker is None or len(worker.jobs) >= self._most:
            return False
        worker.follow(job)
        return True

    def end(self, key: str) -> None:
        """The file will not grow any more: hear the rest of it, then `Ended` is told."""
        for worker in self._workers:
            worker.end(key)

    def drop(self, key: str) -> None:
        """Forget a job; nothing more is told of it."""
        for worker in self._workers:
            worker.drop(key)


class _Worker:
    """One process."""

    def __init__(self, tell: Callable[[Told], None], command: tuple[str, ...]) -> None:
        self.jobs: dict[str, _Following] = {}
        self.late = 0.0
        self._tell = tell
        self._command = command
        self._process: asyncio.subprocess.Process | None = None
        self._task: asyncio.Task[None] | None = None
        self._lives = False
        self._closing = asyncio.Event()

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process and self._process.returncode is None else None

    def start(self, name: str) -> None:
        self._task = asyncio.get_running_loop().create_task(self._keep(name), name=name)

    async def close(self) -> None:
        self._closing.set()
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()  # the end of its orders is its end
        if self._task is not None:
            await asyncio.wait([self._task], timeout=FAREWELL_SECONDS)
            await end([self._task])
        self.jobs.clear()

    # -- orders --------------------------------------------------------------------------------

    def follow(self, job: Job) -> None:
        self.jobs[job.key] = _Following(job)
        self._say(job.order())

    def end(self, key: str) -> None:
        if (following := self.jobs.get(key)) is not None and not following.ending:
            following.ending = True
            self._say({"end": key})

    def drop(self, key: str) -> None:
        if self.jobs.pop(key, None) is not None:
            self._say({"drop": key})

    def _say(self, order: dict[str, Any]) -> None:
        """Never waits: orders are short, and there are at most a few for each job."""
        process = self._process
        if process is not None and process.stdin is not None and not process.stdin.is_closing():
            process.stdin.write(json.dumps(order).encode() + b"\n")

    # -- the process's life --------------------------------------------------------------------

    async def _keep(self, name: str) -> None:
        pause = _PAUSE
        while not self._closing.is_set():
            why = await self._live()
            if self._closing.is_set():
                return
            log.error("hearing.process_died", process=name, why=why, calls=len(self.jobs))
            pause = _PAUSE if self._lives else min(_LONGEST_PAUSE, 2 * pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._closing.wait()

    async def _live(self) -> str:
        """Start the process, and listen to it until it has ended or hangs; returns why."""
        self._lives = False
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C in the terminal is ours to answer
                cwd=_ROOT,  # from where -m finds the package, installed or not
                env=os.environ | _ONE_THREAD,
                limit=_LONGEST_LINE,
            )
        except OSError as error:
            return str(error)
        self._process = process
        try:
            for following in list(self.jobs.values()):  # of a process before this one
                self._say(following.job.order())
                if following.ending:
                    self._say({"end": following.job.key})
            return await self._listen(process)
        finally:
            self._process = None
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()

    async def _listen(self, process: asyncio.subprocess.Process) -> str:
        assert process.stdout is not None  # noqa: S101 - PIPE
        while True:
            try:
                async with asyncio.timeout(SILENT_SECONDS):
                    line = await process.stdout.readline()
            except TimeoutError:
                return f"it said nothing for {SILENT_SECONDS:.0f} s"
            except ValueError:
                return "it said too much at once"
            if not line:
                return f"exit {await process.wait()}"
            self._lives = True
            self._hear(line)

    # -- reports -------------------------------------------------------------------------------

    def _hear(self, line: bytes) -> None:
        try:
            report = json.loads(line)
        except ValueError:
            return
        match report:
            case {"beat": late}:
                self.late = float(late)
            case {"trouble": why}:
                log.error("hearing.trouble", why=why)
            case {"heard": key, "sighting": found} if key in self.jobs:
                sighting = Sighting(**{**found, "source": Source(found["source"])})
                told = self.jobs[key].told
                if (mark := (sighting.name, sighting.until)) not in told:
                    told.add(mark)
                    self._tell(Heard(key, sighting))
            case {"ended": key, "seconds": seconds, "unknown": unknown} if key in self.jobs:
                del self.jobs[key]
                fingerprint = base64.b64decode(unknown) if unknown else None
                self._tell(Ended(key, seconds, fingerprint))
            case {"failed": key, "why": why} if key in self.jobs:
                del self.jobs[key]
                log.error("hearing.failed", call=key, why=why)
                self._tell(Ended(key, 0.0, why=why))
