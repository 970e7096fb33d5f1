"""Recordings from the first word to the catalogue: expected, finished, converted, told."""

import asyncio
import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy import insert

from cti.base.clock import Clock
from cti.base.errors import UserError
from cti.base.tasks import end
from cti.bus.payloads import Incident, Message, RecordingMissing, RecordingReady
from cti.store.engine import Store
from recordings import jobs
from recordings.convert import (
    ConversionFailed,
    Converted,
    NoRoom,
    NothingRecorded,
    sides,
    whole_of,
)
from recordings.converter import Converter
from recordings.jobs import Job, Result
from recordings.models import RecordingRow

log = structlog.get_logger(__name__)

MAX_TRIES = 3
TAIL = 4
"""Of a number, so many of its last digits are known to who may not see it whole."""
_BATCH = 16  # recordings between two commits
_MAX_ERROR = 255
_MAX_ID = 64
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*")
_UNWRITABLE = re.compile(r"""[,;|&"'$`\\{}()\x00-\x1f]""")  # mean something in a dialplan

Publish = Callable[[Message], None]


class Converts(Protocol):
    """What turns a raw file into an archived one: `Converter`, or a test's own."""

    async def convert(self, raw: Path, audio: Path, waveform: Path, scratch: Path) -> Converted:
        """As `recordings.convert.convert`."""
        ...

    async def close(self) -> None:
        """Stop, also in the middle."""
        ...


class RecordingService:
    """Keeps the archive.

    archive: presentable files, YYYY/MM/DD/ID.mp3 and ID.json.
    incoming: what the PBX writes, ID.raw, or ID-in.raw and ID-out.raw; emptied as the archive
    fills.
    settle: seconds between a call's end and its conversion; the PBX closes the file meanwhile.
    pause: seconds before something that failed is tried again.

    Raises UserError when the PBX could not write to `incoming` because of its name.
    """

    def __init__(
        self,
        store: Store,
        archive: Path,
        incoming: Path,
        clock: Clock,
        publish: Publish,
        *,
        converter: Converts | None = None,
        settle: float = 1.0,
        pause: float = 30.0,
    ) -> None:
        self.archive = archive.resolve()
        self.incoming = incoming.resolve()
        if found := _UNWRITABLE.search(str(self.incoming)):
            raise UserError(
                f"The PBX cannot record to {self.incoming}: it has {found.group()!r} in its name.",
                "Choose another folder with CTI_RECORDINGS or CTI_STATE.",
            )
        self._scratch = self.archive / ".unfinished"
        self.store = store
        self._clock = clock
        self._publish = publish
        self._settle = settle
        self._pause = pause
        self._converter: Converts = converter or Converter()
        self._waiting: deque[tuple[float, Job]] = deque()  # loop time when settled, job
        self._in_work = 0
        self._wake = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._trouble = ""

    @property
    def waiting(self) -> int:
        """Recordings of ended calls that are not in the archive yet (retries apart)."""
        return len(self._waiting) + self._in_work

    def path_for(self, call_id: str) -> Path:
        """Where the PBX is to write this call; always the same. ValueError for an unfit id."""
        return self.incoming / f"{checked_id(call_id)}.raw"

    def expected_row(
        self,
        call_id: str,
        *,
        raw_path: Path,
        started_at: datetime,
        campaign_id: int | None = None,
        agent_id: int | None = None,
        number: str = "",
        outcome: str = "",
    ) -> dict[str, Any]:
        """The row of a recording that has begun, for an insert together with others."""
        return {
            "id": checked_id(call_id),
            "raw_path": str(raw_path),
            "started_at": started_at,
            "campaign_id": campaign_id,
            "agent_id": agent_id,
            "number": number,
            "tail": number[-TAIL:],
            "outcome": outcome,
        }

    async def expected(self, row: dict[str, Any]) -> None:
        """Enter a recording that has begun; `row` is from `expected_row`."""
        async with self.store.write() as session:
            await session.execute(insert(RecordingRow), [row])

    def finished(self, call_id: str, agent_id: int | None = None, outcome: str = "") -> None:
        """The call is over: convert its recording soon. Costs nothing now."""
        self._add(Job(call_id, agent_id, outcome))

    async def start(self) -> None:
        """Begin converting what `finished` and `resume` bring."""
        self.incoming.mkdir(parents=True, exist_ok=True)
        self._task = asyncio.create_task(self._work(), name="recordings")

    async def resume(self, is_living: Callable[[str], bool]) -> int:
        """Take up what an earlier run left behind; returns how many recordings that is.

        is_living: whether the call of that id still goes on; its turn comes with `finished`.
        """
        left = [one for one in await jobs.unfinished(self.store) if not is_living(one)]
        for call_id in left:
            self._add(Job(call_id))
        await self._sweep()
        return len(left)

    async def close(self) -> None:
        """Stop converting. What was begun stays `processing` and is taken up by `resume`."""
        if self._task is not None:
            await end([self._task])
            self._task = None
        await self._converter.close()

    def _add(self, job: Job) -> None:
        self._waiting.append((asyncio.get_running_loop().time() + self._settle, job))
        self._wake.set()

    async def _work(self) -> None:
        while True:
            batch = await self._due()
            try:
                left, trouble = await self._do(batch)
            except Exception as error:  # noqa: BLE001 - nothing that befalls one batch ends recording
                left, trouble = batch, f"{type(error).__name__}: {error}"
            self._in_work = 0
            if trouble and not self._trouble:
                log.error("recordings wait", waiting=len(left) + self.waiting, reason=trouble)
            if self._trouble and not trouble:
                log.info("recordings are converted again", waiting=self.waiting)
            self._trouble = trouble
            if left:
                self._waiting.extendleft((0.0, job) for job in reversed(left))
                await asyncio.sleep(self._pause)

    async def _due(self) -> list[Job]:
        """Wait for the first settled job; return it and those settled by then."""
        while not self._waiting:
            self._wake.clear()
            await self._wake.wait()
        loop = asyncio.get_running_loop()
        await asyncio.sleep(self._waiting[0][0] - loop.time())
        batch: list[Job] = []
        while self._waiting and self._waiting[0][0] <= loop.time() and len(batch) < _BATCH:
            batch.append(self._waiting.popleft()[1])
        self._in_work = len(batch)
        return batch

    async def _do(self, batch: list[Job]) -> tuple[list[Job], str]:
        """Convert, commit, then delete what is no longer needed and tell the others.

        Returns the jobs that found no room on the disk, and the disk's words.
        """
        by_id = {job.call_id: job for job in batch}
        rows = await jobs.claim(self.store, list(by_id.values()))
        for stranger in set(by_id) - {row.id for row in rows}:
            log.warning("no recording was expected of this call, or it is done", call=stranger)
        results: list[Result] = []
        full = ""
        for row in rows:
            try:
                results.append(await self._convert(by_id[row.id], row))
            except NoRoom as error:
                full = f"the archive's disk is full: {error}"
                break
        left = rows[len(results) :]
        waiting = [Result(by_id[row.id], row, {"state": "pending"}) for row in left]
        await jobs.record(self.store, [*results, *waiting])
        ready = [Path(one.row.raw_path) for one in results if one.values["state"] == "ready"]
        done = [file for raw in ready for file in (raw, *sides(raw))]
        await asyncio.to_thread(_delete, done)
        for result in results:
            self._tell(result)
        return [by_id[row.id] for row in left], full

    async def _convert(self, job: Job, row: RecordingRow) -> Result:
        folder = row.started_at.strftime("%Y/%m/%d")
        audio, waveform = (f"{folder}/{checked_id(row.id)}.{kind}" for kind in ("mp3", "json"))
        try:
            facts = await self._converter.convert(
                raw=Path(row.raw_path),
                audio=self.archive / audio,
                waveform=self.archive / waveform,
                scratch=self._scratch,
            )
        except NothingRecorded as error:
            return Result(job, row, {"state": "missing", "error": str(error)[:_MAX_ERROR]})
        except ConversionFailed as error:
            tries = row.tries + 1
            state = "pending" if tries < MAX_TRIES else "failed"
            return Result(
                job, row, {"state": state, "tries": tries, "error": str(error)[:_MAX_ERROR]}
            )
        values = {"state": "ready", "error": "", "path": audio, "waveform_path": waveform}
        return Result(job, row, values | asdict(facts))

    def _tell(self, result: Result) -> None:
        row, values, at = result.row, result.values, self._clock.now()
        whose = {"recording": row.id, "campaign_id": row.campaign_id, "agent_id": row.agent_id}
        match values["state"]:
            case "ready":
                facts = {key: values[key] for key in ("seconds", "size", "sha256")}
                self._publish(RecordingReady.model_validate({"at": at} | whose | facts))
            case "pending":
                log.warning("recording failed, to be tried again", call=row.id, **values)
                loop = asyncio.get_running_loop()
                loop.call_later(self._pause * values["tries"], self._add, result.job)
            case state:
                why = values["error"]
                log.error("no recording of a call", call=row.id, state=state, reason=why)
                self._publish(RecordingMissing.model_validate({"at": at, "reason": why} | whose))
                self._publish(
                    Incident(
                        at=at,
                        kind=f"recording_{state}",
                        text=f"There is no recording of {row.id}: {why}.",
                        subject=row.id,
                    )
                )

    async def _sweep(self) -> None:
        """Delete what a crash left: half files, and raw files whose recording is archived."""
        await asyncio.to_thread(lambda: _delete(self._scratch.glob("*")))
        files = await asyncio.to_thread(lambda: sorted(self.incoming.glob("*.raw")))
        calls = sorted({whole_of(file).stem for file in files})
        archived = await jobs.archived(self.store, calls)
        old = [file for file in files if whole_of(file).stem in archived]
        await asyncio.to_thread(_delete, old)


def checked_id(call_id: str) -> str:
    """`call_id` when it can be a file's name; ValueError if not."""
    if not _ID.fullmatch(call_id) or len(call_id) > _MAX_ID:
        raise ValueError(f"not a recording's id: {call_id!r}")
    return call_id


def _delete(files: Iterable[Path]) -> None:
    for file in files:
        file.unlink(missing_ok=True)
