"""What the dialer writes down, many facts in one transaction (group commit).

Placing is committed before anything is dialled. What has happened since is queued and written
every few milliseconds; while the database cannot be written (disk full, server away) the queue
keeps it, dialling pauses, and nothing is lost unless the process dies: then the PBX's own event
log tells it again (`dialer.engine.recovery`).
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import structlog
from sqlalchemy import Connection, bindparam, insert, update
from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError
from sqlalchemy.sql.dml import Insert, Update, UpdateBase

from cti.floor.legs import LEG_BEGAN, LEG_ENDED
from cti.store.engine import Store, first_line
from dialer.attempts.models import AttemptRow
from dialer.labels.models import LabelRow
from dialer.leads.models import LeadRow, NumberRow

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 0.05
LONGEST_PAUSE = 10.0


def _update(table: Any, *columns: str) -> Update:
    """UPDATE … SET columns WHERE id = :key, to be run for many rows at once."""
    core = table.__table__
    return (
        update(core)
        .where(core.c.id == bindparam("key"))
        .values({name: bindparam(name) for name in columns})
    )


ATTEMPT_ENDED = _update(
    AttemptRow,
    *("ringing_at", "answered_at", "bridged_at", "late", "ended_at", "agent_id"),
    *("cause", "sip_code", "evidence", "outcome", "outcome_reason"),
)
ATTEMPT_JUDGED = _update(AttemptRow, "evidence", "outcome", "outcome_reason")
ATTEMPT_DISPOSED = _update(
    AttemptRow, "disposition", "disposition_at", "disposition_by", "callback_at", "note"
)
LEAD_MOVED = _update(
    LeadRow,
    *("state", "due_at", "next_number", "prefer_agent", "promised_at"),
    *("priority", "own_priority", "tally", "why"),
    *("last_outcome", "last_disposition", "closed_reason"),
)
LEAD_DEFERRED = _update(LeadRow, "state", "due_at", "closed_reason")
LEAD_GIVEN_BACK = _update(LeadRow, "state", "due_at", "why")
LEAD_OUTCOME = _update(LeadRow, "last_outcome")
LEAD_DIALS = _update(LeadRow, "dials", "dials_today")
NUMBER_SPENT = _update(NumberRow, "usable")
INSERT_LABEL = insert(LabelRow.__table__)  # type: ignore[arg-type]

ORDER: dict[UpdateBase, int] = {
    statement: place
    for place, statement in enumerate(
        (
            LEG_BEGAN,
            LEG_ENDED,
            ATTEMPT_ENDED,
            ATTEMPT_JUDGED,
            ATTEMPT_DISPOSED,
            NUMBER_SPENT,
            LEAD_DIALS,
            LEAD_OUTCOME,
            LEAD_DEFERRED,
            LEAD_GIVEN_BACK,
            LEAD_MOVED,
        )
    )
}
"""A lead's later facts overwrite its earlier ones: what an outcome says, then where it goes."""


@dataclass(slots=True)
class Ledger:
    """Queues updates and commits them in groups."""

    store: Store
    healthy: bool = True
    _queue: defaultdict[UpdateBase, list[dict[str, Any]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    _callbacks: list[Callable[[], None]] = field(default_factory=list)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _flushing: asyncio.Lock = field(default_factory=asyncio.Lock)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to write what is queued."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="ledger")

    def put(self, statement: Update, key: object, **values: object) -> None:
        """Queue one row of one of this module's statements."""
        self.add(statement, {"key": key, **values})

    def add(self, statement: UpdateBase, row: dict[str, Any]) -> None:
        """Queue a row of any statement; another room's fact goes into the same transaction."""
        self._queue[statement].append(row)
        self._wake.set()

    def then(self, callback: Callable[[], None]) -> None:
        """Call back once all that is queued now has been committed."""
        self._callbacks.append(callback)
        self._wake.set()

    @property
    def queued(self) -> int:
        """Rows not yet committed."""
        return sum(len(rows) for rows in self._queue.values())

    async def flush(self) -> None:
        """Commit what is queued now. SQLAlchemyError, OSError: nothing of it was written."""
        async with self._flushing:
            await self._write()

    @asynccontextmanager
    async def still(self) -> AsyncIterator[None]:
        """Inside, all that happened before is in the database, and nothing that happens since.

        SQLAlchemyError, OSError: it cannot be written.
        """
        async with self._flushing:
            while self._queue:
                await self._write()
            yield

    async def _write(self) -> None:
        work, self._queue = self._queue, defaultdict(list)
        callbacks, self._callbacks = self._callbacks, []
        try:
            if work:
                await self._commit(work)
        except BaseException:
            for statement, rows in work.items():
                self._queue[statement] = rows + self._queue[statement]
            self._callbacks = callbacks + self._callbacks
            raise
        for callback in callbacks:
            callback()

    async def _commit(self, work: Mapping[UpdateBase, list[dict[str, Any]]]) -> None:
        ordered = sorted(work, key=_place)

        def write(connection: Connection) -> None:
            for statement in ordered:
                connection.execute(statement, work[statement])

        try:
            await self.store.transact(write)
        except (IntegrityError, DataError):
            # A row that can never be written must not hold up all others for ever.
            await self.store.transact(partial(_write_singly, work, ordered))

    async def close(self) -> None:
        """Write the rest, then stop. What cannot be written, the next start asks the PBX's log."""
        if self._task is not None:
            async with self._flushing:  # what is being committed must not be queued again
                self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)
        try:
            await self.flush()
        except (SQLAlchemyError, OSError) as error:
            log.error("ledger.not_written", rows=self.queued, why=first_line(error))  # noqa: TRY400

    async def _run(self) -> None:
        pause = FLUSH_SECONDS
        while True:
            await self._wake.wait()
            await asyncio.sleep(pause)
            self._wake.clear()
            try:
                await self.flush()
            except (SQLAlchemyError, OSError) as error:
                self._wake.set()
                pause = min(LONGEST_PAUSE, max(pause, 0.5) * 2)
                if self.healthy:
                    self.healthy = False
                    log.error(  # noqa: TRY400 - the sentence is for people; a trace is not
                        "ledger.cannot_write",
                        why=first_line(error),
                        effect="no new calls are placed; what happened is kept and written later",
                    )
            else:
                pause = FLUSH_SECONDS
                if not self.healthy:
                    self.healthy = True
                    log.info("ledger.writes_again")


def _place(statement: UpdateBase) -> int:
    """Other rooms' statements come last; what they insert, before what they change."""
    return ORDER.get(statement, len(ORDER) + (not isinstance(statement, Insert)))


def _write_singly(
    work: Mapping[UpdateBase, list[dict[str, Any]]],
    ordered: Sequence[UpdateBase],
    connection: Connection,
) -> None:
    for statement in ordered:
        for row in work[statement]:
            try:
                with connection.begin_nested():
                    connection.execute(statement, row)
            except (IntegrityError, DataError) as error:
                log.error("ledger.row_refused", row=row, why=first_line(error))  # noqa: TRY400
