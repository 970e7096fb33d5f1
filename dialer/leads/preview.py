"""A file looked at before it is imported: what its columns mean, what would be refused and why.

Nothing is stored. The file is kept for a while, so that another mapping can be tried and the
import started without sending it again.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from pydantic import BaseModel, Field

from cti.base.clock import Clock
from cti.base.errors import NotFound, UserError
from cti.base.ids import new_id
from cti.store.engine import Store
from cti.texts.reader import Sentence
from dialer.leads.batches import Destination, sift
from dialer.leads.files import Row
from dialer.leads.importer import BATCH, LeadFile, OneThread
from dialer.leads.mapping import meanings
from dialer.leads.opening import open_table
from dialer.leads.rows import Candidate, ImportOptions, Reject
from dialer.leads.uploads import discard, keep_file

MOST_ROWS: Final = 20_000
FIRST_ROWS: Final = 20
KEPT_UPLOADS: Final = 20
KEPT_FOR: Final = timedelta(hours=2)
_SAMPLES, _LINES = 3, 5


class ColumnView(BaseModel):
    """A column of the file."""

    name: str
    field: str = Field(description="what it is taken for: phone, name, keep …")
    told: bool = Field(description="false: guessed by its header")
    samples: list[str] = Field(description="first cells that are not empty")


class RowView(BaseModel):
    """One of the first rows, and what becomes of it."""

    line: int
    cells: list[str]
    refused: Sentence = Field(description="why it would not be imported; empty: it would be")
    name: str = ""
    numbers: list[str] = Field(default_factory=list, description="E.164, in the order dialled")
    time_zone: str = ""


class Refusal(BaseModel):
    """A reason for which rows would be refused."""

    reason: Sentence
    rows: int
    lines: list[int] = Field(description="the first of them")


class ImportPreview(BaseModel):
    """What an import of this file would do."""

    upload: str = Field(description="to start the import, or to try another mapping")
    file_name: str
    list_name: str
    columns: list[ColumnView]
    fault: Sentence = Field(description="why it cannot be imported like this; empty: it can")
    cure: Sentence
    rows: int = Field(description="rows that were looked at")
    whole: bool = Field(description="false: only the first rows of the file were looked at")
    accepted: int
    rejected: int
    barred: int = Field(description="of the rejected: on the do-not-call list")
    refusals: list[Refusal] = Field(description="the commonest first")
    first: list[RowView]


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that waits for its import."""

    id: str
    path: Path
    name: str
    campaign_id: int
    kept_at: float


@dataclass(slots=True)
class _Tally:
    """What the rows came to so far."""

    rows: int = 0
    accepted: int = 0
    barred: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    lines: dict[str, list[int]] = field(default_factory=dict)
    first: list[RowView] = field(default_factory=list)

    def refuse(self, refused: Reject) -> None:
        self.reasons[refused.reason] += 1
        lines = self.lines.setdefault(refused.reason, [])
        if len(lines) < _LINES:
            lines.append(refused.line)


@dataclass(slots=True)
class Previews:
    """Keeps uploads and looks at them. folder: where they are kept, by the import's own rules."""

    store: Store
    clock: Clock
    folder: Path
    _uploads: dict[str, Upload] = field(default_factory=dict)

    async def keep(
        self, campaign_id: int, content: Path | AsyncIterator[bytes], file_name: str
    ) -> Upload:
        """Take a copy of a file. UserError when it is too big or the disk is full."""
        self._forget_old()
        name = Path(file_name).name[:255] or "leads"
        path = await keep_file(self.folder, content, name)
        upload = Upload(new_id("up-"), path, name, campaign_id, self.clock.monotonic())
        self._uploads[upload.id] = upload
        return upload

    def get(self, campaign_id: int, upload_id: str) -> Upload:
        """Raises NotFound, also for another campaign's."""
        upload = self._uploads.get(upload_id)
        if upload is None or upload.campaign_id != campaign_id:
            raise NotFound("The file is no longer kept.", "Send it again.")
        return upload

    def discard(self, upload_id: str) -> None:
        """Delete a file that nobody wants; nothing happens if it is gone already."""
        upload = self._uploads.pop(upload_id, None)
        if upload is not None:
            discard(upload.path)

    async def look(
        self, upload: Upload, options: ImportOptions, into: Destination
    ) -> ImportPreview:
        """What an import of it would do. options: with the region decided.

        UserError for a file that cannot be read; one that cannot be mapped is told of in `fault`.
        """
        columns = await asyncio.to_thread(_columns, upload, options)
        told = {" ".join(column.split()).casefold() for column in options.mapping}
        fault, cure, fields = "", "", dict.fromkeys(columns, "keep")
        tally, whole = _Tally(), True
        try:
            fields = meanings(list(columns), options.mapping, upload.name)
            tally, whole = await self._count(upload, options, into)
        except UserError as error:
            fault, cure = error.what, error.cure
        return ImportPreview(
            upload=upload.id,
            file_name=upload.name,
            list_name=into.list_name,
            columns=[
                ColumnView(
                    name=column,
                    field=fields.get(column, "keep"),
                    told=column.casefold() in told,
                    samples=samples,
                )
                for column, samples in columns.items()
            ],
            fault=fault,
            cure=cure,
            rows=tally.rows,
            whole=whole,
            accepted=tally.accepted,
            rejected=tally.rows - tally.accepted,
            barred=tally.barred,
            refusals=[
                Refusal(reason=reason, rows=rows, lines=tally.lines[reason])
                for reason, rows in tally.reasons.most_common(50)
            ],
            first=tally.first,
        )

    async def _count(
        self, upload: Upload, options: ImportOptions, into: Destination
    ) -> tuple[_Tally, bool]:
        tally, thread = _Tally(), OneThread()
        file = await thread.run(lambda: LeadFile(upload.path, upload.name, options))
        within: dict[str, str] = {}  # numbers of this file, and the line of each
        try:
            while tally.rows < MOST_ROWS:
                batch = await thread.run(lambda: file.batch(BATCH))
                if not batch:
                    return tally, True
                await self._add(tally, batch, into, within)
            return tally, not await thread.run(lambda: file.batch(1))
        finally:
            thread.end(file.close)

    async def _add(
        self,
        tally: _Tally,
        batch: list[Candidate | Reject],
        into: Destination,
        within: dict[str, str],
    ) -> None:
        # What becomes of a candidate may take numbers away from it; the first ones are shown whole.
        numbers = {
            item.row.line: [e164 for e164, _ in item.numbers]
            for item in batch
            if isinstance(item, Candidate)
        }
        async with self.store.read() as session:
            sifted = await sift(session, batch, into, self.clock.now(), within)
        tally.rows += len(batch)
        tally.accepted += len(sifted.fresh)
        tally.barred += sifted.barred
        for refused in sifted.rejects:
            tally.refuse(refused)
        reasons = {refused.line: refused.reason for refused in sifted.rejects}
        for item in batch[: FIRST_ROWS - len(tally.first)]:
            tally.first.append(_row_view(item, reasons, numbers))

    def _forget_old(self) -> None:
        oldest = self.clock.monotonic() - KEPT_FOR.total_seconds()
        keys = list(self._uploads)
        surplus = keys[: max(0, len(keys) - KEPT_UPLOADS + 1)]
        for key in {*surplus, *(k for k in keys if self._uploads[k].kept_at < oldest)}:
            self.discard(key)


def _row_view(
    item: Candidate | Reject, reasons: dict[int, str], numbers: dict[int, list[str]]
) -> RowView:
    if isinstance(item, Reject):
        return RowView(line=item.line, cells=item.cells, refused=item.reason)
    return RowView(
        line=item.row.line,
        cells=item.row.cells,
        refused=reasons.get(item.row.line, ""),
        name=item.name,
        numbers=numbers[item.row.line],
        time_zone=item.time_zone,
    )


def _columns(upload: Upload, options: ImportOptions) -> dict[str, list[str]]:
    """Every column's first cells. Blocking."""
    table = open_table(upload.path, upload.name, options.encoding, options.delimiter)
    try:
        samples: dict[str, list[str]] = {column: [] for column in table.columns}
        for _, row in zip(range(FIRST_ROWS), table.rows(), strict=False):
            _sample(samples, row)
    finally:
        table.close()
    return samples


def _sample(samples: dict[str, list[str]], row: Row) -> None:
    for column, cell in zip(samples, row.cells, strict=False):
        text = cell.strip().replace("\0", "")
        if text and len(samples[column]) < _SAMPLES:
            samples[column].append(text[:60])
