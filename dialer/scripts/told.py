"""What was answered, with the questions' own words."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pydantic import BaseModel, Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.access.masking import TextWithNumbers
from dialer.scripts.models import AttemptAnswersRow, ScriptRow, ScriptVersionRow
from dialer.scripts.script import Answer, ScriptContent


class AnswerView(BaseModel):
    """One question and its answer."""

    question: str = Field(description="its id")
    label: str
    step: str = Field(description="title of its step")
    answer: TextWithNumbers = Field(description="several options with commas between")


class AnswersView(BaseModel):
    """What was answered in an attempt, in the order of the script."""

    script_id: int
    script: str = Field(description="its name now")
    version: int = Field(description="the one that was followed")
    items: list[AnswerView]


@dataclass(frozen=True, slots=True)
class Asked:
    """A version of a script, as far as its answers are told."""

    name: str
    content: ScriptContent

    def labels(self) -> dict[str, tuple[str, str]]:
        """Question's id → (label, title of its step), in the order of the script."""
        return {
            question.id: (question.label, step.title or step.id)
            for step in self.content.steps
            for question in step.questions
        }


async def read_asked(
    session: AsyncSession, versions: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], Asked]:
    """These (script, version), as far as there are any."""
    wanted = set(versions)
    rows = await session.execute(
        select(
            *(ScriptVersionRow.script_id, ScriptVersionRow.version),
            *(ScriptVersionRow.content, ScriptRow.name),
        )
        .join(ScriptRow, ScriptRow.id == ScriptVersionRow.script_id)
        .where(ScriptVersionRow.script_id.in_({script_id for script_id, _ in wanted}))
        .order_by(ScriptVersionRow.script_id, ScriptVersionRow.version)
    )
    return {
        (row.script_id, row.version): Asked(row.name, ScriptContent.model_validate(row.content))
        for row in rows
        if (row.script_id, row.version) in wanted
    }


async def read_answers(session: AsyncSession, attempt_id: str) -> AnswersView | None:
    """Of one attempt; None when it had no script."""
    row = await session.get(AttemptAnswersRow, attempt_id)
    if row is None:
        return None
    key = (row.script_id, row.version)
    asked = (await read_asked(session, [key])).get(key)
    if asked is None:
        return None
    return AnswersView(
        script_id=row.script_id,
        script=asked.name,
        version=row.version,
        items=[
            AnswerView(question=key, label=label, step=step, answer=in_words(row.answers, key))
            for key, (label, step) in asked.labels().items()
            if key in row.answers
        ],
    )


def in_words(answers: Mapping[str, Answer], question: str) -> str:
    """An answer as one text; empty: not answered."""
    given = answers.get(question, "")
    return given if isinstance(given, str) else ", ".join(given)
