"""A file of numbers that must not be called: CSV, XLSX, or text with one number a line."""

import re
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain, islice
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cti.base.errors import UserError
from dialer.compliance.numbers import listed_number
from dialer.leads.files import Row
from dialer.leads.mapping import ColumnPlan, plan_columns
from dialer.leads.numbers import RefusedError, region_of
from dialer.leads.opening import open_table
from dialer.leads.rows import Reject, reject

_REASON = re.compile(r"reason|remark|comment|note|原因|备注|说明", re.IGNORECASE)
_EXPIRES = re.compile(r"(expir|until|valid|end).*|(到期|失效|有效期|截止).*", re.IGNORECASE)


class BarOptions(BaseModel):
    """How to read a file of numbers, and what its entries say."""

    model_config = ConfigDict(extra="forbid")

    reason: str = Field(default="", max_length=255, description="of rows without their own")
    expires_at: datetime | None = Field(default=None, description="of rows without their own")
    by: str = Field(default="", max_length=64, description="who imports it")
    mapping: dict[str, str] = Field(
        default_factory=dict,
        description="column of the file → phone, reason, expires or keep (not used); columns "
        "not named are guessed by their header",
    )
    region: str | None = Field(
        default=None,
        description="two-letter country of numbers without a country code; unset: the service's",
    )
    encoding: str = Field(default="", description="text encoding of a CSV; empty: found out")
    delimiter: str = Field(default="", max_length=1, description="of a CSV; empty: found out")

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        return region and region_of(region)


class BarFile:
    """An open file of numbers. Blocking: for the import's thread.

    Raises UserError when the file cannot be read or has no column of numbers.
    """

    def __init__(self, path: Path, name: str, options: BarOptions) -> None:
        self._table = open_table(path, name, options.encoding, options.delimiter)
        self._options = options
        self._region = options.region or "CN"
        try:
            self.columns, first = self._look_at_header()
            self._plan, self._single = _plan(self.columns, options, name)
        except UserError:
            self.close()
            raise
        self._rows = chain(first, self._table.rows())

    def batch(self, size: int) -> list["Listed | Reject"]:
        """The next rows, understood; fewer than `size` only at the end."""
        return [self._read(row) for row in islice(self._rows, size)]

    def skip(self, rows: int) -> None:
        """Pass over rows that were stored before."""
        deque(islice(self._rows, rows), maxlen=0)

    def share(self) -> float:
        """How much of the file was read, 0 to 1."""
        return self._table.share()

    def close(self) -> None:
        self._table.close()

    def _look_at_header(self) -> tuple[list[str], list[Row]]:
        """Column names, and the rows that were taken for a header: plain lists have none."""
        columns = self._table.columns
        for at, cell in enumerate(columns):
            if self._is_number(cell):
                names = [f"column {n}" for n in range(1, len(columns) + 1)]
                names[at] = "phone"
                return names, [Row(1, list(columns))]
        return columns, []

    def _is_number(self, cell: str) -> bool:
        try:
            listed_number(cell, self._region)
        except RefusedError:
            return False
        return True

    def _read(self, row: Row) -> "Listed | Reject":
        if row.fault:
            return reject(row, row.fault)
        cells = row.cells + [""] * (len(self.columns) - len(row.cells))
        try:
            texts = [cells[at].strip() for at in self._plan.phones]
            numbers = tuple(listed_number(text, self._region) for text in texts if text)
            if not numbers:
                return reject(row, "no telephone number")
            expires = self._cell(cells, "expires")
            expires_at = _end_of(expires) if expires else self._options.expires_at
        except RefusedError as refused:
            return reject(row, str(refused))
        reason = self._cell(cells, "reason") or self._options.reason
        return Listed(numbers=numbers, reason=reason[:255], expires_at=expires_at)

    def _cell(self, cells: Sequence[str], field: str) -> str:
        at = self._single.get(field)
        return "" if at is None else cells[at].strip().replace("\0", "")


class Listed(BaseModel):
    """A row that makes entries."""

    numbers: tuple[str, ...]
    reason: str
    expires_at: datetime | None


def _plan(
    columns: Sequence[str], options: BarOptions, name: str
) -> tuple[ColumnPlan, dict[str, int]]:
    told = {c: f for c, f in options.mapping.items() if f not in ("reason", "expires")}
    special = {c: f for c, f in options.mapping.items() if f in ("reason", "expires")}
    plan = plan_columns(columns, told | dict.fromkeys(special, "keep"), name)
    places = {column.casefold(): at for at, column in enumerate(columns)}
    single = {field: places[" ".join(c.split()).casefold()] for c, field in special.items()}
    for at, column in plan.kept:
        if column not in told and column not in special:
            for field, words in (("reason", _REASON), ("expires", _EXPIRES)):
                if words.fullmatch(column.strip()):
                    single.setdefault(field, at)
    return plan, single


def _end_of(text: str) -> datetime:
    """The end of a day (UTC), or a moment with its offset."""
    plain = text.strip().replace("/", "-")
    try:
        if len(plain) <= 10:
            year, month, day = (int(part) for part in plain.split("-"))
            midnight = datetime.combine(date(year, month, day), time(), UTC)
            return midnight + timedelta(days=1)
        moment = datetime.fromisoformat(plain)
    except (ValueError, OverflowError):
        raise RefusedError(f"“{text[:20]}” is no date such as 2030-01-31") from None
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment


def rows_of(items: Sequence["Listed | Reject"]) -> Iterator[Listed]:
    """Those that make entries."""
    return (item for item in items if isinstance(item, Listed))
