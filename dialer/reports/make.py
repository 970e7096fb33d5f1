"""Writes the feedback report of a list to a file."""

from collections.abc import Callable
from contextlib import closing, nullcontext
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal

from pydantic import BaseModel, Field

from cti.access.masking import in_full, said
from cti.store.engine import Store
from dialer.reports.answers import find_questions, read_answered
from dialer.reports.feedback import (
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


async def make_feedback(
    store: Store, order: FeedbackOrder, path: Path, seen: Callable[[int], None]
) -> Summary:
    """Write the report; returns its figures. seen: told how many leads were written so far.

    Raises NotFound for campaign or list, OSError when the disk is full.
    """
    about = await find_list(store, order.campaign_id, order.list_name)
    with in_full() if order.full_numbers else nullcontext():
        if order.format == "csv":
            return await _csv(store, about, order.part, path, seen)
        return await _book(store, about, path, seen)


async def _csv(
    store: Store, about: ListFacts, part: Part, path: Path, seen: Callable[[int], None]
) -> Summary:
    if part == "answers":
        return await _answers_csv(store, about, path)
    summary = Summary()
    columns = {"leads": LEAD_COLUMNS, "wrong": WRONG_COLUMNS, "refused": REFUSED_COLUMNS}[part]
    with closing(CsvTable(path, columns)) as table:
        if part == "refused":
            async for rows in read_refused(store, about):
                for row in rows:
                    table.add(_refused_cells(row))
            return summary
        async for leads in read_leads(store, about):
            for lead in leads:
                summary.add(lead)
                if part == "leads":
                    table.add(_lead_cells(lead))
                else:
                    for number in lead.wrong:
                        table.add(_wrong_cells(number))
            seen(summary.leads)
    return summary


async def _answers_csv(store: Store, about: ListFacts, path: Path) -> Summary:
    questions = await find_questions(store, about)
    with closing(CsvTable(path, questions.columns)) as table:
        async for rows in read_answered(store, about, questions):
            for row in rows:
                table.add(row)
    return Summary()


async def _book(store: Store, about: ListFacts, path: Path, seen: Callable[[int], None]) -> Summary:
    summary, book = Summary(), Book()
    page = book.page("Summary", [24, *([14] * 20)])
    wrong = {kind: book.sheet(kind.value.capitalize(), WRONG_COLUMNS) for kind in Wrong}
    table = book.sheet("All leads", LEAD_COLUMNS)
    async for leads in read_leads(store, about):
        for lead in leads:
            summary.add(lead)
            table.add(_lead_cells(lead))
            for number in lead.wrong:
                wrong[number.kind].add(_wrong_cells(number))
        seen(summary.leads)
    await _answers_sheet(store, about, book)
    refused, count = book.sheet("Refused at import", REFUSED_COLUMNS), 0
    async for rows in read_refused(store, about):
        for row in rows:
            refused.add(_refused_cells(row))
        count += len(rows)
    page.title(f"Feedback on list “{about.name}”")
    for name, value in (
        ("campaign", about.campaign),
        ("client", about.client or "–"),
        ("list since", f"{about.imported_at:%Y-%m-%d %H:%M} UTC"),
        ("report of", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        ("leads", summary.leads),
        ("dials", summary.dials),
        ("rows refused at import", count),
    ):
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


async def _answers_sheet(store: Store, about: ListFacts, book: Book) -> None:
    """A sheet of what people answered, if agents followed a script."""
    questions = await find_questions(store, about)
    if not questions.keys:
        return
    table = book.sheet("Answers", questions.columns)
    async for rows in read_answered(store, about, questions):
        for row in rows:
            table.add(row)


def _lead_cells(lead: LeadResult) -> list[str | int]:
    shown = replace(
        lead, numbers=said(lead.numbers), reason=said(lead.reason), note=said(lead.note)
    )
    return [*astuple(shown)[:-1]]


def _wrong_cells(number: WrongNumber) -> list[str]:
    shown = replace(number, number=said(number.number), reason=said(number.reason))
    return [number.kind.value, *astuple(shown)[1:]]


def _refused_cells(row: RefusedRow) -> list[str | int]:
    return [row.file, row.line, said(row.reason), said(" | ".join(row.cells))]
