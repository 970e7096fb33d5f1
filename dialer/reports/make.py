"""Writes the feedback report of a list to a file."""

from collections.abc import Callable, Sequence
from contextlib import closing, nullcontext
from dataclasses import astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, Literal, Self, get_args

from pydantic import AwareDatetime, BaseModel, Field, model_validator

from cti.access.masking import in_full, said, shown_text
from cti.store.engine import Store
from cti.texts.catalogue import Language
from cti.texts.reader import label, told_in, told_words
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
    Column("reference", "编号"),
    Column("name", "姓名", 20),
    Column("numbers", "号码", 18, number=True),
    Column("result", "状态", 10),
    Column("closed because", "关闭原因", 16),
    Column("last outcome", "最近结果", 14),
    Column("disposition", "处理结果", 16),
    Column("reason", "结果依据", 48),
    Column("note", "备注", 30),
    Column("dials", "拨打次数", 7),
    Column("last attempt (lead's time)", "最近拨打（当地时间）", 18),
    Column("next dial (lead's time)", "下次拨打（当地时间）", 18),
)
WRONG_COLUMNS: Final = (
    Column("wrong because", "错误类型", 14),
    Column("number", "号码", 18, number=True),
    Column("name", "姓名", 20),
    Column("reference", "编号"),
    Column("outcome", "呼叫结果", 16),
    Column("disposition", "处理结果", 16),
    Column("reason", "结果依据", 48),
    Column("last attempt (lead's time)", "最近拨打（当地时间）", 18),
)
REFUSED_COLUMNS: Final = (
    Column("file", "文件", 24),
    Column("line", "行号", 7),
    Column("reason", "拒绝原因", 40),
    Column("the row as it was read", "原始内容", 60),
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
    language: Language | None = Field(
        default=None, description="of headings and words of ours; unset: that of who orders it"
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
    with in_full() if order.full_numbers else nullcontext(), told_in(order.language or "en"):
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
                    table.add(_lead_cells(about, lead, chosen))
                else:
                    for number in lead.wrong:
                        table.add(_wrong_cells(about, number))
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
    page = book.page(label("Summary", "汇总"), [24, *([14] * 20)])
    wrong = {kind: book.sheet(told_words(kind.value).capitalize(), WRONG_COLUMNS) for kind in Wrong}
    chosen = order.positions
    table = book.sheet(label("All leads", "全部联系人"), _lead_columns(chosen))
    async for leads in read_leads(store, about, order.days):
        for lead in leads:
            summary.add(lead)
            table.add(_lead_cells(about, lead, chosen))
            for number in lead.wrong:
                wrong[number.kind].add(_wrong_cells(about, number))
        seen(summary.leads)
    await _answers_sheet(store, about, order.days, book)
    refused, count = book.sheet(label("Refused at import", "导入时拒绝的行"), REFUSED_COLUMNS), 0
    async for rows in read_refused(store, about):
        for row in rows:
            refused.add(_refused_cells(row))
        count += len(rows)
    page.title(label(f"Feedback on list “{about.name}”", f"名单“{about.name}”的处理结果"))
    facts: list[tuple[str, str | int]] = [
        (label("campaign", "活动"), about.campaign),
        (label("client", "客户"), about.client or "–"),
        (label("list since", "名单导入时间"), f"{about.imported_at:%Y-%m-%d %H:%M} UTC"),
        (label("report of", "报表时间"), f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"),
        *_span(order.days),
        (label("leads", "联系人"), summary.leads),
        (label("dials", "拨打次数"), summary.dials),
        (label("rows refused at import", "导入时拒绝的行"), count),
    ]
    for name, value in facts:
        page.add([name, value])
    page.add([])
    page.header([label("wrong data", "错误号码"), label("numbers", "号码数")])
    for kind in Wrong:
        page.add([told_words(kind.value), summary.wrong[kind]])
    page.add([])
    became = sorted({reason for _, reason in summary.matrix})
    page.header(
        [label("last outcome", "最近结果"), *map(about.told, became), label("leads", "联系人")]
    )
    for outcome in sorted({outcome for outcome, _ in summary.matrix}):
        counts = [summary.matrix[outcome, reason] for reason in became]
        page.add([told_words(outcome), *counts, sum(counts)])
    book.save(path)
    return summary


async def _answers_sheet(store: Store, about: ListFacts, days: Days, book: Book) -> None:
    """A sheet of what people answered, if agents followed a script."""
    questions = await find_questions(store, about)
    if not questions.keys:
        return
    table = book.sheet(label("Answers", "话术回答"), questions.columns)
    async for rows in read_answered(store, about, questions, days):
        for row in rows:
            table.add(row)


def _span(days: Days) -> list[tuple[str, str]]:
    """Lines of the summary: of which time the report is."""
    ends = (
        (label("dialled since", "拨打时间起"), days.since),
        (label("dialled before", "拨打时间止"), days.before),
    )
    return [
        (name, f"{at.astimezone(UTC):%Y-%m-%d %H:%M} UTC") for name, at in ends if at is not None
    ]


def _lead_columns(chosen: Sequence[int]) -> list[Column]:
    return [LEAD_COLUMNS[position] for position in chosen]


def _lead_cells(about: ListFacts, lead: LeadResult, chosen: Sequence[int]) -> list[str | int]:
    shown = replace(
        lead,
        numbers=shown_text(lead.numbers),
        result=told_words(lead.result),
        closed_because=about.told(lead.closed_because),
        outcome=told_words(lead.outcome),
        disposition=about.told(lead.disposition),
        reason=said(lead.reason),
        note=shown_text(lead.note),
    )
    cells = astuple(shown)
    return [cells[position] for position in chosen]


def _wrong_cells(about: ListFacts, number: WrongNumber) -> list[str]:
    shown = replace(
        number,
        number=shown_text(number.number),
        outcome=told_words(number.outcome),
        disposition=about.told(number.disposition),
        reason=said(number.reason),
    )
    return [told_words(number.kind.value), *astuple(shown)[1:]]


def _refused_cells(row: RefusedRow) -> list[str | int]:
    return [row.file, row.line, said(row.reason), shown_text(" | ".join(row.cells))]
