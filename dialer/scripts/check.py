"""What is wrong with a script: sentences with step and field, before an agent stands in it."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Literal

from pydantic import BaseModel, Field

from cti.texts.reader import Sentence
from dialer.scripts.merge import FIXED, OWN, fields_in
from dialer.scripts.script import Question, ScriptContent, Step

Severity = Literal["error", "warning"]


class Problem(BaseModel):
    """One fault. A script with errors is not saved; warnings are for people to judge."""

    severity: Severity
    step: str = Field(description="id of the step; empty: of the whole script")
    field: str = Field(description="where in it: first, text, questions.2.options, next.0.go …")
    text: Sentence = Field(description="in a sentence")


def problems(content: ScriptContent, columns: Collection[str] | None = None) -> list[Problem]:
    """All there are, errors first, then in the order of the script.

    columns: names of the lists' own columns, for `{{field.…}}`; None: not known.
    """
    found = [
        *_doubles(content),
        *_places(content),
        *_questions(content),
        *_conditions(content),
        *_ways(content),
        *_texts(content, columns),
    ]
    order = {step.id: n for n, step in enumerate(content.steps)}
    return sorted(found, key=lambda p: (p.severity == "warning", order.get(p.step, -1)))


def _error(step: str, field: str, text: str) -> Problem:
    return Problem(severity="error", step=step, field=field, text=text)


def _warning(step: str, field: str, text: str) -> Problem:
    return Problem(severity="warning", step=step, field=field, text=text)


def _called(step: Step) -> str:
    return f"“{step.title}”" if step.title else f"“{step.id}”"


def _doubles(content: ScriptContent) -> Iterator[Problem]:
    steps = Counter(step.id for step in content.steps)
    for step_id in (step_id for step_id, times in steps.items() if times > 1):
        yield _error(step_id, "id", f"Two steps have the id “{step_id}”.")
    seen: dict[str, Step] = {}
    for step in content.steps:
        for n, question in enumerate(step.questions):
            if question.id in seen:
                other = _called(seen[question.id])
                text = f"The question “{question.id}” of {_called(step)} is also in {other}."
                yield _error(step.id, f"questions.{n}.id", text)
            seen.setdefault(question.id, step)


def _places(content: ScriptContent) -> Iterator[Problem]:
    known = {step.id for step in content.steps}
    if content.first not in known:
        yield _error("", "first", f"The script begins with “{content.first}”, which is no step.")
    for step in content.steps:
        always = False
        for n, one in enumerate(step.next):
            if one.go not in known:
                text = f"{_called(step)} leads to “{one.go}”, which is no step."
                yield _error(step.id, f"next.{n}.go", text)
            if always:
                text = f"{_called(step)} never goes to “{one.go}”: what stands before always holds."
                yield _warning(step.id, f"next.{n}", text)
            always = always or one.when is None


def _questions(content: ScriptContent) -> Iterator[Problem]:
    for step in content.steps:
        for n, question in enumerate(step.questions):
            where = f"questions.{n}.options"
            if fault := _options(question):
                yield _error(step.id, where, f"“{question.label}” in {_called(step)} {fault}.")


def _options(question: Question) -> str:
    chosen = question.type in {"choice", "many"}
    if chosen and len(question.options) < 2:
        return "needs at least two options to choose from"
    if not chosen and question.options:
        return f"is a {question.type}, which has no options"
    if twice := [o for o, times in Counter(question.options).items() if times > 1]:
        return f"has the option “{twice[0]}” twice"
    return ""


def _conditions(content: ScriptContent) -> Iterator[Problem]:
    before = _before(content)
    asked_in = {q.id: step.id for step in content.steps for q in step.questions}
    for step in content.steps:
        for n, one in enumerate(step.next):
            if one.when is None:
                continue
            field, question = f"next.{n}.when", content.question(one.when.question)
            if question is None:
                text = f"{_called(step)} asks for the answer to “{one.when.question}”, which is"
                yield _error(step.id, field, f"{text} no question.")
                continue
            if question.options and one.when.is_ not in question.options:
                text = f"“{one.when.is_}” is no option of “{question.label}”"
                yield _error(step.id, field, f"{text}, so {_called(step)} never goes there by it.")
            if asked_in[question.id] not in {step.id} | before.get(step.id, set()):
                text = f"“{question.label}” is not asked before {_called(step)} is left"
                yield _warning(step.id, field, f"{text}, so the condition never holds.")


def _after(content: ScriptContent) -> dict[str, set[str]]:
    """Each step's followers."""
    known = {step.id for step in content.steps}
    return {step.id: {one.go for one in step.next} & known for step in content.steps}


def _reach(after: dict[str, set[str]], start: Collection[str]) -> set[str]:
    """What can be come to from `start`, itself included."""
    seen, left = set(start), list(start)
    while left:
        for step_id in after.get(left.pop(), set()) - seen:
            seen.add(step_id)
            left.append(step_id)
    return seen


def _before(content: ScriptContent) -> dict[str, set[str]]:
    """Of each step, those that one may have come through."""
    after, before = _after(content), dict[str, set[str]]()
    for step_id, followers in after.items():
        for reached in _reach(after, followers):
            before.setdefault(reached, set()).add(step_id)
    return before


def _ways(content: ScriptContent) -> Iterator[Problem]:
    after = _after(content)
    reached = _reach(after, {content.first} & after.keys())
    backwards: dict[str, set[str]] = {}
    for step_id, followers in after.items():
        for follower in followers:
            backwards.setdefault(follower, set()).add(step_id)
    ends = {s.id for s in content.steps if not any(one.when is None for one in s.next)}
    out = _reach(backwards, ends)
    for step in content.steps:
        if step.id not in reached:
            text = f"Nothing leads to {_called(step)}: nobody will ever see it."
            yield _warning(step.id, "id", text)
        elif step.id not in out:
            text = f"From {_called(step)} on the script never ends: it goes round."
            yield _error(step.id, "next", text)


def _texts(content: ScriptContent, columns: Collection[str] | None) -> Iterator[Problem]:
    for step in content.steps:
        if not step.text.strip() and not step.questions:
            yield _warning(step.id, "text", f"{_called(step)} has neither text nor questions.")
        given = [("title", step.title), ("text", step.text)]
        given += [(f"questions.{n}.label", q.label) for n, q in enumerate(step.questions)]
        for field, text in given:
            for fault in _merge_faults(text, columns):
                yield _warning(step.id, field, f"In {_called(step)} {fault}.")


def _merge_faults(text: str, columns: Collection[str] | None) -> Iterator[str]:
    names = fields_in(text)
    if text.count("{{") != len(names):
        yield "stands “{{” that is no merge field such as {{name}}"
    for name in names:
        if name.startswith(OWN):
            if columns is not None and name.removeprefix(OWN) not in columns:
                known = ", ".join(sorted(columns)[:10]) or "none"
                yield f"{{{{{name}}}}} is no column of the lists (there are: {known})"
        elif name not in FIXED:
            known = ", ".join((*FIXED, f"{OWN}…"))
            yield f"{{{{{name}}}}} is no merge field (there are: {known})"
