"""Runs an import: a thread reads and understands rows, the loop stores them batch by batch.

Every batch is one transaction that also moves the import's counters, so that whatever
interrupts it, the import goes on after the last row that was stored.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import chain, islice
from pathlib import Path
from typing import TypeVar

import structlog
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError

from cti.base.clock import Clock
from cti.base.errors import UserError
from cti.store.engine import Store
from dialer.leads.batches import store_batch
from dialer.leads.files import Row
from dialer.leads.models import ImportRow, RejectRow
from dialer.leads.opening import open_table
from dialer.leads.rows import Candidate, ImportOptions, Reject, RowReader
from dialer.leads.uploads import discard

# Short enough that an attempt which wants to be committed hardly waits, long enough that the
# disk's commits do not set the pace.
BATCH = 500

_log = structlog.get_logger(__name__)
_T = TypeVar("_T")


class LeadFile:
    """A lead file, open and mapped. Blocking: for the import's thread.

    name: the file's name for people. Raises UserError when the file cannot be read or mapped,
    or has no rows; `batch` and `skip` raise it when the file breaks off.
    """

    def __init__(self, path: Path, name: str, options: ImportOptions) -> None:
        self._table = open_table(path, name, options.encoding, options.delimiter)
        self.columns = self._table.columns
        try:
            self._reader = RowReader(self.columns, options, name)
            rows = self._table.rows()
            first = list(islice(rows, 1))
            _demand_rows(first, name)
        except UserError:
            self.close()
            raise
        self._rows = chain(first, rows)

    def batch(self, size: int) -> list[Candidate | Reject]:
        """The next rows, understood; fewer than `size` only at the end."""
        return [self._reader.read(row) for row in islice(self._rows, size)]

    def skip(self, rows: int) -> None:
        """Pass over rows that were stored before."""
        deque(islice(self._rows, rows), maxlen=0)

    def share(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self._table.share()

    def close(self) -> None:
        self._table.close()


class Importer:
    """Carries imports out. `run` may be cancelled at any time and run again later."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def run(self, import_id: int) -> None:
        """Import what is not imported yet; the import's row says what came of it.

        Raises nothing but cancellation: a fault ends the import as `failed` with a sentence.
        """
        log = _log.bind(import_id=import_id)
        try:
            await self._run(import_id)
        except UserError as error:
            log.warning("import failed", reason=str(error))
            await self._fail(import_id, str(error))
        except (DBAPIError, OSError) as error:
            cause = getattr(error, "orig", None) or error
            log.warning("import failed", reason=str(cause))
            await self._fail(
                import_id,
                f"The leads could not be stored: {cause}. Mend that and import the file again: "
                "leads that were stored are recognised.",
            )

    async def _run(self, import_id: int) -> None:
        async with self._store.read() as session:
            job = await session.get_one(ImportRow, import_id)
        path = Path(job.file_path)
        options = ImportOptions.model_validate(job.options)
        thread = OneThread()
        file = await thread.run(lambda: LeadFile(path, job.file_name, options))
        try:
            await thread.run(lambda: file.skip(job.rows_done))
            while batch := await thread.run(lambda: file.batch(BATCH)):
                share = await thread.run(file.share)
                async with self._store.write() as session:
                    await store_batch(session, import_id, batch, share, self._clock.now())
        finally:
            thread.end(file.close)
        await self._finish(import_id)
        discard(path)

    async def _finish(self, import_id: int) -> None:
        async with self._store.write() as session:
            job = await session.get_one(ImportRow, import_id)
            job.state, job.finished_at = "done", self._clock.now()
            job.rows_total = job.rows_done
            if not job.accepted:
                number = func.count()
                reason, times = (
                    await session.execute(
                        select(RejectRow.reason, number)
                        .where(RejectRow.import_id == import_id)
                        .group_by(RejectRow.reason)
                        .order_by(number.desc())
                        .limit(1)
                    )
                ).one()
                job.error = (
                    f"None of the {job.rows_done} rows could be used; "
                    f"the commonest reason, {times} times: {reason}."
                )
        _log.info("import done", import_id=import_id, accepted=job.accepted, rejected=job.rejected)

    async def _fail(self, import_id: int, sentence: str) -> None:
        try:
            async with self._store.write() as session:
                job = await session.get_one(ImportRow, import_id)
                job.state, job.error, job.finished_at = "failed", sentence, self._clock.now()
            discard(Path(job.file_path))
        except (DBAPIError, OSError) as error:
            # It stays `running`, so the next start takes it up again.
            _log.warning("import interrupted", import_id=import_id, reason=str(error))


class OneThread:
    """The one thread that touches a file, so that a file is never closed while it is read."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="lead-import")

    async def run(self, work: Callable[[], _T]) -> _T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, work)

    def end(self, last: Callable[[], None]) -> None:
        self._pool.submit(last)
        self._pool.shutdown(wait=False)


def _demand_rows(rows: list[Row], name: str) -> None:
    if not rows:
        raise UserError(f"{name} has a header line and no rows.")
