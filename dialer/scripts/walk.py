"""The way through a script that answers take, and what is missing on it."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Final

from cti.base.errors import UserError
from dialer.scripts.script import Answer, Answers, Question, ScriptContent, Step, When

_NUMBER: Final = re.compile(r"[+-]?\d{1,30}([.,]\d{1,30})?")
LONGEST: Final = 2000
"""Characters of one answer."""


def holds(when: When | None, answers: Mapping[str, Answer]) -> bool:
    """Whether a condition holds."""
    if when is None:
        return True
    given = answers.get(when.question, "")
    return when.is_ in given if isinstance(given, list) else given == when.is_


def next_step(content: ScriptContent, step: Step, answers: Mapping[str, Answer]) -> Step | None:
    """The step that follows; None at the script's end."""
    chosen = next((one for one in step.next if holds(one.when, answers)), None)
    return content.step(chosen.go) if chosen is not None else None


def way(content: ScriptContent, answers: Mapping[str, Answer], until: str = "") -> list[Step]:
    """The steps from the first on, to the end, to a step come to before, or to `until` without it.

    A step that the answers do not lead to is no `until`: then the way goes to its end.
    """
    steps: list[Step] = []
    step = content.step(content.first)
    while step is not None and step.id != until and step not in steps:
        steps.append(step)
        step = next_step(content, step, answers)
    return steps


def faults(steps: list[Step], answers: Mapping[str, Answer]) -> list[str]:
    """What is missing or cannot be, a sentence each, in the order of the steps."""
    found = []
    for step in steps:
        where = f"step “{step.title or step.id}”"
        for question in step.questions:
            answer = answers.get(question.id, "")
            if question.required and not answer:
                found.append(f"“{question.label}” in {where} is not answered.")
            elif answer and (why := _wrong(question, answer)):
                found.append(f"“{question.label}” in {where}: {why}.")
    return found


def checked(content: ScriptContent, answers: Answers) -> Answers:
    """What may be saved while it is typed: unfinished numbers and dates too. Empty ones go.

    Raises UserError for a question the script does not have, or an option it does not offer.
    """
    for key, answer in answers.items():
        question = content.question(key)
        if question is None:
            raise UserError(f"answers.{key[:48]}: the script has no such question.")
        if isinstance(answer, list) != (question.type == "many"):
            kind = "a list of options" if question.type == "many" else "one text"
            raise UserError(f"answers.{key}: it is answered with {kind}.")
        if question.options and (why := _wrong(question, answer)) and answer:
            raise UserError(f"answers.{key}: {why}.")
        if any(len(text) > LONGEST for text in ([answer] if isinstance(answer, str) else answer)):
            raise UserError(f"answers.{key}: it is longer than {LONGEST} characters.")
    return {key: answer for key, answer in answers.items() if answer}


def _wrong(question: Question, answer: Answer) -> str:
    """What is wrong with a given answer; empty: nothing."""
    given = answer if isinstance(answer, list) else [answer]
    if question.type in {"choice", "many"}:
        other = [text for text in given if text not in question.options]
        return f"“{other[0][:64]}” is not one of its options" if other else ""
    if question.type == "number" and not _NUMBER.fullmatch(given[0].strip()):
        return f"“{given[0][:32]}” is not a number"
    if question.type == "date":
        try:
            date.fromisoformat(given[0])
        except ValueError:
            return f"“{given[0][:32]}” is not a date such as 2030-01-31"
    return ""
