"""Rows that may be lost are written a moment later and together, in nobody's way."""

import asyncio
from collections import deque
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog
from sqlalchemy import Table, delete, insert, select
from sqlalchemy.exc import SQLAlchemyError

from cti.base.clock import Clock
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.store.engine import Store, first_line

log = structlog.get_logger(__name__)

FLUSH_SECONDS = 1.0
MOST = 20_000
"""Rows that wait to be written; beyond, the oldest are lost."""
PRUNE_SECONDS = 3600.0
PRUNED_AT_ONCE = 5_000


@dataclass(slots=True)
class Batches:
    """Writes to one table with the columns `id` and `at`, and forgets what is older than `keep`.

    what: the rows' name for people, such as "pacing decisions". While the database cannot be
    written, rows are dropped and counted, and that is said once.
    """

    store: Store
    table: Table
    what: str
    signals: Signals
    clock: Clock
    keep: timedelta
    dropped: int = 0
    _rows: deque[dict[str, Any]] = field(default_factory=deque)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None
    _failing: bool = False
    _pruned: float | None = None

    def put(self, row: dict[str, Any]) -> None:
        """Take a row, by column. Never waits, never raises."""
        if len(self._rows) >= MOST:
            self._rows.popleft()
            self.dropped += 1
        self._rows.append(row)
        self._wake.set()

    def start(self) -> None:
        """From now on what is put is written."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name=self.what)

    async def close(self) -> None:
        """Write the rest, then stop."""
        if self._task is not None:
            await end([self._task])
        await self._flush()

    async def _run(self) -> None:
        while True:
            await self._wake.wait()
            await asyncio.sleep(FLUSH_SECONDS)
            self._wake.clear()
            await self._flush()
            await self._prune()

    async def _flush(self) -> None:
        rows, self._rows = list(self._rows), deque()
        if not rows:
            return
        try:
            await self.store.transact(lambda c: c.execute(insert(self.table), rows))
        except (SQLAlchemyError, OSError) as error:
            self.dropped += len(rows)
            self._not_written(first_line(error))
        else:
            if self._failing:
                log.info("rows.kept_again", what=self.what, dropped=self.dropped)
            self._failing = False

    def _not_written(self, why: str) -> None:
        if self._failing:
            return
        self._failing = True
        log.warning("rows.not_kept", what=self.what, why=why)
        text = f"The {self.what} cannot be written down and are lost meanwhile: {why}"
        self.signals.emit(Incident("rows_not_kept", text))

    async def _prune(self) -> None:
        now = self.clock.monotonic()
        if self._failing or (self._pruned is not None and now - self._pruned < PRUNE_SECONDS):
            return
        self._pruned = now
        table, until = self.table.c, self.clock.now() - self.keep
        old = select(table.id).where(table.at < until).order_by(table.at).limit(PRUNED_AT_ONCE)
        forget = delete(self.table).where(table.id.in_(old))
        try:
            gone = PRUNED_AT_ONCE
            while gone == PRUNED_AT_ONCE:
                gone = await self.store.transact(lambda c: c.execute(forget).rowcount)
        except (SQLAlchemyError, OSError) as error:
            log.info("rows.not_forgotten", what=self.what, why=first_line(error))
