"""Runs of `reclassify` on order: one after the other, beside the calls."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import count as counting
from typing import Literal

import structlog
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.tasks import end
from cti.store.engine import Store, first_line
from cti.texts.reader import OptionalSentence, Sentence
from dialer.campaigns.models import CampaignRow
from dialer.outcomes.reclassify import Report, count, reclassify

log = structlog.get_logger(__name__)

MOST_KEPT = 100


class Example(BaseModel):
    """One attempt whose outcome changes."""

    attempt_id: str
    old_reason: Sentence
    new_reason: Sentence


class Change(BaseModel):
    """How many attempts get another outcome."""

    old: str
    new: str
    attempts: int
    examples: list[Example]


State = Literal["running", "done", "failed", "stopped"]


class Reclassification(BaseModel):
    """A run: what it found so far, and did if it was to be applied."""

    id: int
    state: State = Field(description="stopped: broken off; what was written stays")
    applied: bool = Field(description="false: a dry run, nothing was written")
    since: datetime
    campaign_id: int | None = Field(description="empty: all campaigns")
    why: str
    by: str
    looked: int = Field(description="attempts classified again")
    total: int | None = Field(description="attempts to be looked at; empty: not counted yet")
    changed: int
    reworded: int = Field(description="the same outcome for another reason")
    unreadable: int = Field(description="attempts whose evidence is of an unknown form")
    changes: list[Change] = Field(description="the commonest first")
    leads: dict[str, int] = Field(
        description="what followed for leads: kept, reopened, closed, moved_on; when applied"
    )
    error: OptionalSentence
    started_at: datetime


@dataclass(slots=True)
class _Run:
    id: int
    apply: bool
    started_at: datetime
    since: datetime
    campaign_id: int | None
    why: str
    by: str
    state: State = "running"
    total: int | None = None
    report: Report = field(default_factory=Report)
    error: str | None = None
    over: asyncio.Event = field(default_factory=asyncio.Event)

    def view(self) -> Reclassification:
        report = self.report
        return Reclassification(
            id=self.id,
            state=self.state,
            applied=self.apply,
            since=self.since,
            campaign_id=self.campaign_id,
            why=self.why,
            by=self.by,
            looked=report.looked,
            total=self.total,
            changed=report.changed,
            reworded=report.reworded,
            unreadable=report.unreadable,
            changes=changes_of(report),
            leads=dict(report.leads),
            error=self.error,
            started_at=self.started_at,
        )


def changes_of(report: Report) -> list[Change]:
    """What a report found, the commonest first."""
    return [
        Change(
            old=old,
            new=new,
            attempts=number,
            examples=[
                Example(
                    attempt_id=one.attempt_id,
                    old_reason=one.old_reason,
                    new_reason=one.new_reason,
                )
                for one in report.examples[old, new]
            ],
        )
        for (old, new), number in report.changes.most_common()
    ]


class ReclassifyService:
    """Use cases of classifying again. A run that a stop breaks off is simply ordered again."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._runs: dict[int, _Run] = {}
        self._ids = counting(1)
        self._one_at_a_time = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def start(
        self,
        *,
        since: datetime,
        campaign_id: int | None = None,
        apply: bool = False,
        why: str = "",
        by: str = "",
    ) -> Reclassification:
        """Classify again, in the background, what was placed `since`.

        Raises UserError for a time without offset, NotFound for the campaign, Conflict when too
        many runs wait.
        """
        if since.tzinfo is None:
            raise UserError("since: the time has no UTC offset.", "Write 2030-01-31T10:00+08:00.")
        if campaign_id is not None:
            async with self._store.read() as session:
                if await session.get(CampaignRow, campaign_id) is None:
                    raise NotFound(f"There is no campaign {campaign_id}.")
        self._make_room()
        run = _Run(next(self._ids), apply, self._clock.now(), since, campaign_id, why, by)
        self._runs[run.id] = run
        work = partial(
            reclassify,
            self._store,
            self._clock,
            since=since,
            campaign_id=campaign_id,
            apply=apply,
            why=why,
            by=by,
            report=run.report,
        )
        task = asyncio.create_task(self._carry_out(run, work), name=f"reclassify {run.id}")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return run.view()

    def runs(self) -> list[Reclassification]:
        """All runs that are remembered, the newest first."""
        return [run.view() for run in reversed(self._runs.values())]

    def stop(self, run_id: int) -> Reclassification:
        """Break a run off after the attempts it is at. Raises NotFound; Conflict when it ended."""
        run = self._run(run_id)
        if run.state != "running":
            raise Conflict(f"The reclassification {run_id} has ended.")
        run.report.broken_off = True
        return run.view()

    def progress(self, run_id: int) -> Reclassification:
        """Raises NotFound."""
        return self._run(run_id).view()

    async def wait(self, run_id: int) -> Reclassification:
        """Wait until a run has ended. Raises NotFound."""
        run = self._run(run_id)
        await run.over.wait()
        return run.view()

    async def close(self) -> None:
        """Break off what runs; what was applied stays applied."""
        await end(self._tasks)

    def _run(self, run_id: int) -> _Run:
        if run_id not in self._runs:
            raise NotFound(f"There is no reclassification {run_id}.", "A restart forgets them.")
        return self._runs[run_id]

    def _make_room(self) -> None:
        """Forget the oldest run that has ended, if there are many."""
        if len(self._runs) < MOST_KEPT:
            return
        ended = next((run.id for run in self._runs.values() if run.state != "running"), None)
        if ended is None:
            raise Conflict("Too many reclassifications wait.", "Wait for one of them.")
        del self._runs[ended]

    async def _carry_out(self, run: _Run, work: Callable[[], Awaitable[Report]]) -> None:
        try:
            async with self._one_at_a_time:
                run.total = await count(self._store, run.since, run.campaign_id)
                await work()
            run.state = "stopped" if run.report.broken_off else "done"
        except (SQLAlchemyError, OSError) as error:
            run.state, run.error = "failed", f"The database does not answer: {first_line(error)}."
            log.warning("reclassify.failed", run=run.id, why=run.error)
        finally:
            run.over.set()
