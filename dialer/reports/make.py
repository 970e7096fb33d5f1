"""Writes the feedback report of a list to a file."""

from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Self, get_args

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from cti.access.masking import in_full, said
from cti.store.engine import Store
from dialer.reports.answers import find_questions, read_answered
from dialer.reports.feedback import (
    Days,
    LeadResult,
    ListFacts,
    RefusedRow,
    Summary,
    Wrong,
    WrongNumber,
    find_list,
    read_leads,
    read_refused,
)
from dialer.reports.sheets import Book, Column, CsvTable

Part = Literal["leads", "wrong", "answers", "refused"]

LEAD_COLUMNS: Final = (
    Column("reference"),
    Column("name", 20),
    Column("numbers", 18, number=True),
    Column("result", 10),
    Column("closed because", 16),
    Column("last outcome", 14),
    Column("disposition", 16),
    Column("reason", 48),
    Column("note", 30),
    Column("dials", 7),
    Column("last attempt (lead's time)", 18),
    Column("next dial (lead's time)", 18),
)
WRONG_COLUMNS: Final = (
    Column("wrong because", 14),
    Column("number", 18, number=True),
    Column("name", 20),
    Column("reference"),
    Column("outcome", 16),
    Column("disposition", 16),
    Column("reason", 48),
    Column("last attempt (lead's time)", 18),
)
REFUSED_COLUMNS: Final = (
    Column("file", 24),
    Column("line", 7),
    Column("reason", 40),
    Column("the row as it was read", 60),
)


LeadColumn = Literal[
    "reference",
    "name",
    "numbers",
    "result",
    "closed_because",
    "last_outcome",
    "disposition",
    "reason",
    "note",
    "dials",
    "last_attempt",
    "next_dial",
]
LEAD_COLUMN_KEYS: Final = get_args(LeadColumn)
"""`LEAD_COLUMNS`, as programs name them."""


class FeedbackOrder(BaseModel):
    """What is to be written. part: of a CSV, which holds one table; a workbook holds them all."""

    campaign_id: int
    list_name: str | None = None
    format: Literal["xlsx", "csv"] = "xlsx"
    part: Part = "leads"
    full_numbers: bool | None = Field(
        default=None,
        description="with nothing hidden: needs the right to see numbers; "
        "unset: masked for people, in full for programs",
    )
    since: AwareDatetime | None = Field(
        default=None, description="only leads that were dialled at or after this, with UTC offset"
    )
    before: AwareDatetime | None = Field(default=None, description="… and before this")
    columns: list[LeadColumn] | None = Field(
        default=None,
        min_length=1,
        description="of the table of leads, in this order; unset: all",
    )

    @property
    def days(self) -> Days:
        """The time that the report is of."""
        return Days(self.since, self.before)

    @property
    def positions(self) -> list[int]:
        """Which of `LEAD_COLUMNS`, each once, in the order they were asked for."""
        asked = dict.fromkeys(self.columns or LEAD_COLUMN_KEYS)
        return [LEAD_COLUMN_KEYS.index(key) for key in asked]

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.since and self.before and self.since >= self.before:
            raise ValueError("the time ends before it begins")
        return self


async def make_feedback(
    store: Store, order: FeedbackOrder, path: Path, seen: Callable[[int], None]
) -> Summary:
    """Write the report; returns its figures. seen: told how many leads were written so far.

    Raises NotFound for campaign or list, OSError when the disk is full.
    """
    about = await find_list(store, order.campaign_id, order.list_name)
    with in_full() if order.full_numbers else nullcontext():
        make = _csv if order.format == "csv" else _book
        return await make(store, about, order, path, seen)


async def _csv(
    store: Store, about: ListFacts, order: FeedbackOrder, path: Path, seen: Callable[[int], None]
) -> Summary:
    part, chosen = order.part, order.positions
    if part == "answers":
        return await _answers_csv(store, about, order.days, path)
    summary = Summary()
    columns = {
        "leads": _lead_columns(chosen),
        "wrong": WRONG_COLUMNS,
        "refused": REFUSED_COLUMNS,
    }[part]
    with closing(CsvTable(path, columns)) as table:
        if part == "refused":
            async for rows in read_refused(store, about):
                for row in rows:
                    table.add(_refused_cells(row))
            return summary
        async for leads in read_leads(store, about, order.days):
            for lead in leads:
                summary.add(lead)
                if part == "leads":
                    table.add(_lead_cells(lead, chosen))
                else:
                    for number in lead.wrong:
                        table.add(_wrong_cells(number))
            seen(summary.leads)
    return summary


async def _answers_csv(store: Store, about: ListFacts, days: Days, path: Path) -> Summary:
    questions = await find_questions(store, about)
    with closing(CsvTable(path, questions.columns)) as table:
        async for rows in read_answered(store, about, questions, days):
            for row in rows:
                table.add(row)
    return Summary()


async def _book(
    store: Store, about: ListFacts, order: FeedbackOrder, path: Path, seen: Callable[[int], None]
) -> Summary:
    summary, book = Summary(), Book()
    page = book.page("Summary", [24, *([14] * 20)])
    wrong = {kind: book.sheet(kind.value.capitalize(), WRONG_COLUMNS) for kind in Wrong}
    chosen = order.positions
    table = book.sheet("All leads", _lead_columns(chosen))
    async for leads in read_leads(store, about, order.days):
        for lead in leads:
            summary.add(lead)
            table.add(_lead_cells(lead, chosen))
            for number in lead.wrong:
                wrong[number.kind].add(_wrong_cells(number))
        seen(summary.leads)
    await _answers_sheet(store, about, order.days, book)
    refused, count = book.sheet("Refused at import", REFUSED_COLUMNS), 0
    async for rows in read_refused(store, about):
        for row in rows:
            refused.add(_refused_cells(row))
        count += len(rows)
    page.title(f"Feedback on list “{about.name}”")
    facts: list[tuple[str, str | int]] = [
        ("campaign", about.campaign),
        ("client", about.client or "–"),
        ("list since", f"{about.imported_at:%Y-%m-%d %H:%M} UTC"),
        ("report of", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        *_span(order.days),
        ("leads", summary.leads),
        ("dials", summary.dials),
        ("rows refused at import", count),
    ]
    for name, value in facts:
        page.add([name, value])
    page.add([])
    page.header(["wrong data", "numbers"])
    for kind in Wrong:
        page.add([kind.value, summary.wrong[kind]])
    page.add([])
    became = sorted({reason for _, reason in summary.matrix})
    page.header(["last outcome", *became, "leads"])
    for outcome in sorted({outcome for outcome, _ in summary.matrix}):
        counts = [summary.matrix[outcome, reason] for reason in became]
        page.add([outcome, *counts, sum(counts)])
    book.save(path)
    return summary


async def _answers_sheet(store: Store, about: ListFacts, days: Days, book: Book) -> None:
    """A sheet of what people answered, if agents followed a script."""
    questions = await find_questions(store, about)
    if not questions.keys:
        return
    table = book.sheet("Answers", questions.columns)
    async for rows in read_answered(store, about, questions, days):
        for row in rows:
            table.add(row)


def _span(days: Days) -> list[tuple[str, str]]:
    """Lines of the summary: of which time the report is."""
    ends = (("dialled since", days.since), ("dialled before", days.before))
    return [
        (name, f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC") for name, at in ends if at is not None
    ]


def _lead_columns(chosen: Sequence[int]) -> list[Column]:
    return [LEAD_COLUMNS[position] for position in chosen]


def _lead_cells(lead: LeadResult, chosen: Sequence[int]) -> list[str | int]:
    shown = replace(
        lead, numbers=said(lead.numbers), reason=said(lead.reason), note=said(lead.note)
    )
    cells = astuple(shown)
    return [cells[position] for position in chosen]


def _wrong_cells(number: WrongNumber) -> list[str]:
    shown = replace(number, number=said(number.number), reason=said(number.reason))
    return [number.kind.value, *astuple(shown)[1:]]


def _refused_cells(row: RefusedRow) -> list[str | int]:
    return [row.file, row.line, said(row.reason), said(" | ".join(row.cells))]
