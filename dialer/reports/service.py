"""Reports on order: made one after the other in a process of their own, kept for a day."""

import asyncio
import json
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final, Literal

import structlog
from pydantic import BaseModel, Field

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.tasks import end
from cti.store.engine import Store
from cti.texts.catalogue import Language
from cti.texts.reader import OptionalSentence
from dialer.reports.feedback import ListFacts, find_list
from dialer.reports.make import FeedbackOrder, Part

log = structlog.get_logger(__name__)

_ROOT = Path(__file__).resolve().parents[2]
KEPT: Final = timedelta(hours=24)
MOST_WAITING: Final = 20


class ReportProgress(BaseModel):
    """How far a report is."""

    id: int
    state: Literal["running", "done", "failed"]
    leads: int = Field(description="written so far")
    file_name: str
    error: OptionalSentence
    made_at: datetime
    campaign_id: int
    campaign: str
    list_name: str
    format: Literal["xlsx", "csv"]
    part: Part = Field(description="which table a CSV holds")
    full_numbers: bool = Field(description="it shows numbers with nothing hidden")
    language: Language = Field(description="of headings and words of ours")
    since: datetime | None = Field(description="only leads dialled at or after this")
    before: datetime | None = Field(description="… and before this")
    by: str = Field(description="who asked for it")
    total: int | None = Field(description="leads of the whole list, an estimate of all to write")


@dataclass(slots=True)
class _Job:
    id: int
    order: FeedbackOrder
    about: ListFacts
    by: str
    path: Path
    file_name: str
    made_at: datetime
    state: Literal["running", "done", "failed"] = "running"
    leads: int = 0
    error: str | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def view(self) -> ReportProgress:
        return ReportProgress(
            id=self.id,
            state=self.state,
            leads=self.leads,
            file_name=self.file_name,
            error=self.error,
            made_at=self.made_at,
            campaign_id=self.order.campaign_id,
            campaign=self.about.campaign,
            list_name=self.about.name,
            format=self.order.format,
            part=self.order.part,
            full_numbers=bool(self.order.full_numbers),
            language=self.order.language or "en",
            since=self.order.since,
            before=self.order.before,
            by=self.by,
            total=self.about.leads,
        )


class ReportService:
    """Use cases of reports. folder: where they are kept; what is left there from before is removed.

    A report that is being made when the service stops is not made; it is asked for again.
    """

    def __init__(self, store: Store, clock: Clock, folder: Path) -> None:
        self._store = store
        self._clock = clock
        self._folder = folder
        self._jobs: dict[int, _Job] = {}
        self._ids = count(1)
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        folder.mkdir(parents=True, exist_ok=True)
        for old in folder.glob("report-*"):
            old.unlink(missing_ok=True)

    async def order(self, order: FeedbackOrder, by: str = "") -> ReportProgress:
        """Make a feedback report in the background. by: who asks for it.

        Raises NotFound for campaign or list, Conflict when too many wait.
        """
        about = await find_list(self._store, order.campaign_id, order.list_name)
        self._forget_old()
        if sum(job.state == "running" for job in self._jobs.values()) >= MOST_WAITING:
            raise Conflict("Too many reports are being made.", "Wait for one of them.")
        number = next(self._ids)
        part = "" if order.format == "xlsx" else f"-{order.part}"
        job = _Job(
            number,
            order.model_copy(update={"list_name": about.name}),
            about,
            by,
            self._folder / f"report-{number}.{order.format}",
            f"feedback-{order.campaign_id}-{about.list_id}{part}.{order.format}",
            self._clock.now(),
        )
        self._jobs[number] = job
        task = asyncio.create_task(self._run(job), name=f"report {number}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return job.view()

    def reports(self, client_id: int | None = None) -> list[ReportProgress]:
        """Every report that is kept, the newest first. client_id: of its campaigns alone."""
        self._forget_old()
        newest = reversed(self._jobs.values())
        return [
            job.view() for job in newest if client_id is None or job.about.client_id == client_id
        ]

    def progress(self, report_id: int) -> ReportProgress:
        """Raises NotFound."""
        return self._job(report_id).view()

    def campaign_of(self, report_id: int) -> int | None:
        """The campaign a report is of; None when there is no such report."""
        job = self._jobs.get(report_id)
        return job.order.campaign_id if job else None

    def has_full_numbers(self, report_id: int) -> bool:
        """Whether it shows numbers with nothing hidden. Raises NotFound."""
        return bool(self._job(report_id).order.full_numbers)

    async def wait(self, report_id: int) -> ReportProgress:
        """Wait until a report is done or failed. Raises NotFound."""
        job = self._job(report_id)
        await job.over.wait()
        return job.view()

    def file(self, report_id: int) -> tuple[Path, str]:
        """A report that is done, and what to call it. Raises NotFound, Conflict until then."""
        job = self._job(report_id)
        if job.state == "failed":
            raise Conflict(f"Report {report_id} failed: {job.error}")
        if job.state == "running":
            raise Conflict(f"Report {report_id} is not done yet.")
        return job.path, job.file_name

    async def close(self) -> None:
        """Stop making reports."""
        await end(self._tasks)

    def _job(self, report_id: int) -> _Job:
        self._forget_old()
        job = self._jobs.get(report_id)
        if job is None:
            raise NotFound(f"There is no report {report_id}.", "Reports are kept for a day.")
        return job

    def _forget_old(self) -> None:
        now = self._clock.now()
        for job in list(self._jobs.values()):
            if job.state != "running" and now - job.made_at > KEPT:
                del self._jobs[job.id]
                job.path.unlink(missing_ok=True)

    async def _run(self, job: _Job) -> None:
        try:
            async with self._one_at_a_time:
                await self._make(job)
        except (OSError, ValueError, UserError) as error:
            job.state, job.error = "failed", str(error)
            log.warning("report.failed", report=job.id, why=job.error)
        finally:
            if job.state != "done":
                job.path.unlink(missing_ok=True)
            job.over.set()

    async def _make(self, job: _Job) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "dialer.reports.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            start_new_session=True,  # a Ctrl-C in the terminal is ours to answer
            cwd=_ROOT,  # from where -m finds the package, installed or not
        )
        try:
            assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - PIPE
            process.stdin.write(self._asked(job))
            await process.stdin.drain()
            async for line in process.stdout:
                self._hear(job, json.loads(line))
            if job.state == "running":
                raise UserError("The process that makes reports died.", "Try again.")
        finally:
            if process.returncode is None:
                with suppress(ProcessLookupError):
                    process.kill()
            await process.wait()

    def _asked(self, job: _Job) -> bytes:
        # Through its standard input: others may read a process's arguments.
        asked = {
            "database": self._store.url.render_as_string(hide_password=False),
            "order": job.order.model_dump_json(),
            "path": str(job.path),
        }
        return json.dumps(asked).encode() + b"\n"

    @staticmethod
    def _hear(job: _Job, said: dict[str, Any]) -> None:
        if "failed" in said:
            raise UserError(str(said["failed"]), str(said.get("cure", "")))
        if "done" in said:
            job.leads, job.state = int(said["done"]), "done"
        else:
            job.leads = int(said["leads"])
