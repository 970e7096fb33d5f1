"""Runs the import of a do-not-call file: a thread reads, the loop stores batch by batch.

Every batch is one transaction that also moves the import's counters, so that whatever
interrupts it, the import goes on after the last row that was stored.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import cast

import structlog
from sqlalchemy import Connection, Table, insert, select, update
from sqlalchemy.exc import DBAPIError

from cti.base.clock import Clock
from cti.base.errors import UserError
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.compliance.bar_file import BarFile, BarOptions, Listed, rows_of
from dialer.compliance.events import NumbersBarred
from dialer.compliance.models import BarImportRow, BarRejectRow
from dialer.compliance.scopes import Reach, Scope
from dialer.compliance.writing import NewBar, Source, add_bars
from dialer.leads.importer import OneThread
from dialer.leads.rows import Reject
from dialer.leads.uploads import discard

BATCH = 1000
_IMPORTS = cast("Table", BarImportRow.__table__)
_REJECTS = cast("Table", BarRejectRow.__table__)

_log = structlog.get_logger(__name__)


def start_row(
    connection: Connection,
    copy: Path,
    file_name: str,
    options: BarOptions,
    columns: list[str],
    scope: Scope,
    now: datetime,
) -> int:
    """Write an import down; returns its id."""
    said = {"options": options.model_dump(mode="json"), "reach": scope.reach.value}
    row = {
        "file_name": file_name,
        "file_path": str(copy),
        "options": said | {"reach_key": scope.key},
        "columns": columns,
        "state": "running",
        "created_at": now,
    }
    zeros = dict.fromkeys(("rows_done", "added", "known", "rejected"), 0)
    made = connection.execute(insert(_IMPORTS).returning(_IMPORTS.c.id), row | zeros)
    return int(made.scalar_one())


class BarImporter:
    """Carries imports out. `run` may be cancelled at any time and run again later."""

    def __init__(self, store: Store, clock: Clock, signals: Signals) -> None:
        self._store = store
        self._clock = clock
        self._signals = signals

    async def run(self, import_id: int) -> None:
        """Import what is not imported yet; the import's row says what came of it.

        Raises nothing but cancellation: a fault ends the import as `failed` with a sentence.
        """
        try:
            await self._run(import_id)
        except UserError as error:
            await self._end(import_id, "failed", str(error))
        except (DBAPIError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            await self._end(
                import_id,
                "failed",
                f"The numbers could not be stored: {cause}. Mend that and import the file again: "
                "numbers that were stored are recognised.",
            )

    async def _run(self, import_id: int) -> None:
        async with self._store.read() as session:
            job = await session.get_one(BarImportRow, import_id)
        path, said = Path(job.file_path), job.options
        options = BarOptions.model_validate(said["options"])
        scope = Scope(Reach(said["reach"]), said["reach_key"])
        thread = OneThread()
        file = await thread.run(lambda: BarFile(path, job.file_name, options))
        try:
            await thread.run(lambda: file.skip(job.rows_done))
            while batch := await thread.run(lambda: file.batch(BATCH)):
                share = await thread.run(file.share)
                await self._store_batch(import_id, batch, share, scope, options.by)
        finally:
            thread.end(file.close)
        await self._end(import_id, "done", None)
        discard(path)

    async def _store_batch(
        self, import_id: int, batch: list[Listed | Reject], share: float, scope: Scope, by: str
    ) -> None:
        now = self._clock.now()
        bars = [
            NewBar(number, row.reason, Source.IMPORT, by, now, row.expires_at)
            for row in rows_of(batch)
            for number in row.numbers
        ]

        def work(connection: Connection) -> None:
            done = add_bars(connection, bars, scope)
            rejects = [item for item in batch if isinstance(item, Reject)]
            if rejects:
                connection.execute(insert(_REJECTS), _reject_values(import_id, rejects))
            job = connection.execute(
                update(_IMPORTS)
                .where(_IMPORTS.c.id == import_id)
                .values(
                    rows_done=_IMPORTS.c.rows_done + len(batch),
                    added=_IMPORTS.c.added + done.added,
                    known=_IMPORTS.c.known + done.known,
                    rejected=_IMPORTS.c.rejected + len(rejects),
                )
                .returning(_IMPORTS.c.rows_done)
            ).scalar_one()
            total = round(job / share) if share else None
            connection.execute(
                update(_IMPORTS).where(_IMPORTS.c.id == import_id).values(rows_total=total)
            )

        await self._store.transact(work)
        self._signals.emit(NumbersBarred(tuple(bar.number for bar in bars), scope))

    async def _end(self, import_id: int, state: str, error: str | None) -> None:
        now = self._clock.now()

        def work(connection: Connection) -> str:
            job = connection.execute(select(_IMPORTS).where(_IMPORTS.c.id == import_id)).one()
            said = error
            if error is None and job.rows_done == 0:
                said = "The file has no rows."
            elif error is None and not job.added + job.known:
                said = f"None of the {job.rows_done} rows holds a number that can be listed."
            total = job.rows_done if state == "done" else job.rows_total
            ended = {"state": state, "error": said, "finished_at": now, "rows_total": total}
            connection.execute(update(_IMPORTS).where(_IMPORTS.c.id == import_id).values(ended))
            return str(job.file_path)

        try:
            path = await self._store.transact(work)
        except (DBAPIError, OSError) as fault:
            # It stays `running`, so the next start takes it up again.
            _log.warning("dnc.import_interrupted", import_id=import_id, reason=str(fault))
            return
        if state == "failed":
            _log.warning("dnc.import_failed", import_id=import_id, reason=error)
            discard(Path(path))


def _reject_values(import_id: int, rejects: Sequence[Reject]) -> list[dict[str, object]]:
    return [
        {"import_id": import_id, "line": r.line, "reason": r.reason, "cells": r.cells}
        for r in rejects
    ]
