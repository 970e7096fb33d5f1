"""One row of a file, read as a lead: pure, and run in the import's own thread."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from pydantic import BaseModel, ConfigDict, Field, field_validator

from dialer.leads.files import Row
from dialer.leads.mapping import plan_columns
from dialer.leads.numbers import RefusedError, normalise, region_of, time_zone_of, zone_of_region

MAX_PRIORITY = 1000
_YES = frozenset({"yes", "y", "true", "1", "x", "ok", "是", "有", "同意", "已同意"})
_NO = frozenset({"", "no", "n", "false", "0", "否", "无", "不同意", "未同意"})
_KEPT = 2000  # characters of one cell that are kept of a rejected row


class ImportOptions(BaseModel):
    """How to read a file; everything has a sensible guess."""

    model_config = ConfigDict(extra="forbid")

    mapping: dict[str, str] = Field(
        default_factory=dict,
        description="column of the file → name, phone, phone2 … phone9, time_zone, region, "
        "priority, reference, consent, consent_proof or keep; columns not named are guessed by "
        "their header, but never a consent",
    )
    region: str | None = Field(
        default=None,
        description="two-letter country of numbers without a country code; unset: campaign's",
    )
    time_zone: str | None = Field(
        default=None,
        description="IANA zone of leads whose row and number tell none; unset: the region's",
    )
    encoding: str = Field(default="", description="text encoding of a CSV; empty: found out")
    delimiter: str = Field(default="", max_length=1, description="of a CSV; empty: found out")
    priority: int = Field(
        default=0,
        ge=-MAX_PRIORITY,
        le=MAX_PRIORITY,
        description="of leads without one; higher goes first",
    )
    assigned_only: bool = Field(
        default=False,
        description="refuse numbers outside the ranges that libphonenumber knows as assigned, "
        "not only those of impossible length",
    )

    @field_validator("region")
    @classmethod
    def _known_region(cls, region: str | None) -> str | None:
        return region and region_of(region)

    @field_validator("time_zone")
    @classmethod
    def _known_zone(cls, zone: str | None) -> str | None:
        return zone and _zone(zone)


@dataclass(frozen=True, slots=True)
class Reject:
    """A row that is not imported."""

    line: int
    reason: str
    cells: list[str]


@dataclass(frozen=True, slots=True)
class RowConsent:
    """A consent that a row brings. given_at: None if the row only says yes; proof: may be empty."""

    given_at: datetime | None
    proof: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A row that makes a lead, unless its number is known already."""

    row: Row
    name: str
    reference: str
    time_zone: str
    priority: int
    numbers: list[tuple[str, str]]  # (E.164, column it came from), in the order to dial
    fields: dict[str, str]
    consent: RowConsent | None = None


def reject(row: Row, reason: str) -> Reject:
    """`row` as refused; its cells made fit to be stored: no NUL, none endless."""
    cells = [_storable(cell[:_KEPT]) for cell in row.cells]
    return Reject(row.line, reason[:255], cells)


class RowReader:
    """Reads the rows of one file. Raises UserError if its columns cannot be mapped.

    file_name: for people. `options.region` has to be set.
    """

    def __init__(self, columns: Sequence[str], options: ImportOptions, file_name: str) -> None:
        if options.region is None:
            raise ValueError("the region of numbers without a country code must be decided")
        self._plan = plan_columns(columns, options.mapping, file_name)
        self._columns = columns
        self._options = options
        self._region = options.region

    def read(self, row: Row) -> Candidate | Reject:
        if row.fault:
            return reject(row, row.fault)
        try:
            return self._candidate(row)
        except RefusedError as refused:
            return reject(row, str(refused))

    def _candidate(self, row: Row) -> Candidate:
        cells = row.cells + [""] * (len(self._columns) - len(row.cells))
        code = self._single(cells, "region")
        region = region_of(code) if code else self._region
        fields = {column: _storable(cells[at].strip()) for at, column in self._plan.kept}
        numbers = self._numbers(cells, region, fields)
        zone = self._single(cells, "time_zone")
        expected = self._options.time_zone or zone_of_region(region)
        time_zone = _zone(zone) if zone else time_zone_of(numbers[0][0], expected)
        return Candidate(
            row=row,
            name=_short(" ".join(cells[at].strip() for at in self._plan.names).strip(), 256),
            reference=_short(self._single(cells, "reference"), 128),
            time_zone=time_zone,
            priority=self._priority(cells),
            numbers=numbers,
            fields={column: text for column, text in fields.items() if text},
            consent=self._consent(cells, time_zone),
        )

    def _numbers(
        self, cells: list[str], region: str, fields: dict[str, str]
    ) -> list[tuple[str, str]]:
        """The row's numbers. One bad among good ones is kept as text in `fields`, not dialled."""
        numbers: dict[str, str] = {}
        refused: RefusedError | None = None
        for at in self._plan.phones:
            if not (text := cells[at].strip()):
                continue
            try:
                e164 = normalise(text, region, strict=self._options.assigned_only)
                numbers.setdefault(e164, self._columns[at])
            except RefusedError as error:
                refused = refused or error
                fields[self._columns[at]] = _storable(text)
        if not numbers:
            raise refused or RefusedError("no telephone number")
        return list(numbers.items())

    def _consent(self, cells: list[str], time_zone: str) -> RowConsent | None:
        text = self._single(cells, "consent")
        if text.casefold() in _NO:
            return None
        given_at = None if text.casefold() in _YES else _moment(text, time_zone)
        return RowConsent(given_at, _short(self._single(cells, "consent_proof"), 1000))

    def _single(self, cells: list[str], field: str) -> str:
        at = self._plan.single.get(field)
        return "" if at is None else cells[at].strip()

    def _priority(self, cells: list[str]) -> int:
        text = self._single(cells, "priority")
        if not text:
            return self._options.priority
        try:
            priority = int(text)
        except ValueError:
            raise RefusedError(f"priority “{text[:20]}” is not a whole number") from None
        if abs(priority) > MAX_PRIORITY:
            raise RefusedError(f"priority {text[:20]} is not within ±{MAX_PRIORITY}")
        return priority


def _moment(text: str, time_zone: str) -> datetime:
    """A date or time as people write it; where the lead lives, unless it has an offset."""
    plain = text.replace("/", "-").replace(".", "-", 2) if len(text) <= 10 else text
    try:
        if len(plain) <= 10:
            year, month, day = (int(part) for part in plain.split("-"))
            moment = datetime(year, month, day)  # noqa: DTZ001 - its zone is the lead's, below
        else:
            moment = datetime.fromisoformat(plain.replace("/", "-"))
        local = moment if moment.tzinfo else moment.replace(tzinfo=ZoneInfo(time_zone))
        return local.astimezone(UTC)
    except (ValueError, OverflowError):
        raise RefusedError(f"consent “{text[:20]}” is no date, yes or no") from None


def _storable(text: str) -> str:
    """PostgreSQL keeps no NUL and no half of a surrogate pair."""
    return text.replace("\0", "␀").encode("utf-8", "replace").decode("utf-8")


def _short(text: str, most: int) -> str:
    if len(text) > most:
        raise RefusedError(f"“{text[:20]}…” is longer than {most} characters")
    return _storable(text)


@cache
def _zones() -> dict[str, str]:
    return {zone.casefold(): zone for zone in available_timezones()}


def _zone(name: str) -> str:
    zone = _zones().get(name.strip().casefold())
    if zone is None:
        raise RefusedError(f"“{name[:40]}” is not an IANA time zone such as Asia/Shanghai")
    return zone
