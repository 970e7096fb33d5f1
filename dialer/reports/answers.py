"""What was answered by the people on a list: a row for each attempt, a column for each question."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.access.masking import shown, shown_text
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.compliance.windows import zone
from dialer.leads.models import LeadRow
from dialer.reports import feedback
from dialer.reports.feedback import ALWAYS, Days, ListFacts
from dialer.reports.sheets import Column
from dialer.scripts.models import AttemptAnswersRow
from dialer.scripts.told import in_words, read_asked

MOST_QUESTIONS: Final = 1000
"""Columns for questions, at most: a sheet has 16,384."""
FIXED: Final = (
    Column("reference", "编号"),
    Column("name", "姓名", 20),
    Column("number", "号码", 18, number=True),
    Column("called (lead's time)", "呼叫时间（当地时间）", 18),
    Column("disposition", "处理结果", 16),
    Column("script", "话术", 24),
    Column("version", "版本", 8),
)


@dataclass(frozen=True, slots=True)
class Questions:
    """Every question that was answered to in a list, whatever version of which script asked it."""

    columns: tuple[Column, ...]
    keys: tuple[tuple[int, str], ...]  # script's id, question's id
    names: dict[int, str]  # of scripts


async def find_questions(store: Store, about: ListFacts) -> Questions:
    """The columns of the table. A question that changed its words keeps the newest."""
    used = (
        select(AttemptAnswersRow.script_id, AttemptAnswersRow.version)
        .join(AttemptRow, AttemptRow.id == AttemptAnswersRow.attempt_id)
        .join(LeadRow, LeadRow.id == AttemptRow.lead_id)
        .where(LeadRow.list_id == about.list_id)
        .distinct()
    )
    async with store.read() as session:
        versions = [(row.script_id, row.version) for row in await session.execute(used)]
        asked = await read_asked(session, versions)
    labels: dict[tuple[int, str], str] = {}
    for (script_id, _), version in asked.items():
        for question, (words, _) in version.labels().items():
            labels[script_id, question] = words
    chosen = list(labels.items())[:MOST_QUESTIONS]
    return Questions(
        (*FIXED, *(Column(words[:200], words[:200], 20) for _, words in chosen)),
        tuple(key for key, _ in chosen),
        {script_id: version.name for (script_id, _), version in asked.items()},
    )


async def read_answered(
    store: Store, about: ListFacts, questions: Questions, days: Days = ALWAYS
) -> AsyncIterator[list[list[str | int]]]:
    """The rows of the table, in the order of the attempts' ids, which is that of their time.

    days: only of attempts that were made then.
    """
    last = ""
    while True:
        async with store.read() as session:
            rows = await _page(session, about, days, last)
        if not rows:
            return
        yield [_cells(row, about, questions) for row in rows]
        last = rows[-1].id


async def _page(session: AsyncSession, about: ListFacts, days: Days, last: str) -> Sequence[Any]:
    query = (
        select(
            *(AttemptRow.id, AttemptRow.e164, AttemptRow.placed_at, AttemptRow.disposition),
            *(LeadRow.reference, LeadRow.name, LeadRow.time_zone),
            *(AttemptAnswersRow.script_id, AttemptAnswersRow.version, AttemptAnswersRow.answers),
        )
        .join(AttemptAnswersRow, AttemptAnswersRow.attempt_id == AttemptRow.id)
        .join(LeadRow, LeadRow.id == AttemptRow.lead_id)
        .where(LeadRow.list_id == about.list_id, AttemptRow.id > last, *days.hold())
        .order_by(AttemptRow.id)
        .limit(feedback.BATCH)
    )
    return (await session.execute(query)).all()


def _cells(row: Any, about: ListFacts, questions: Questions) -> list[str | int]:
    return [
        *(row.reference, row.name, shown(row.e164)),
        f"{row.placed_at.astimezone(zone(row.time_zone)):%Y-%m-%d %H:%M}",
        *(about.told(row.disposition or ""), questions.names.get(row.script_id, ""), row.version),
        *(
            shown_text(in_words(row.answers, question)) if script_id == row.script_id else ""
            for script_id, question in questions.keys
        ),
    ]
