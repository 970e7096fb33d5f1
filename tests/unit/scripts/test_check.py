"""What is wrong with a script, said before an agent stands in it."""

from typing import Any

import pytest

from dialer.scripts.check import problems
from dialer.scripts.merge import merged, merged_script
from dialer.scripts.script import Script, ScriptContent
from dialer.scripts.walk import faults, way


def content(*steps: dict[str, Any], first: str = "a") -> ScriptContent:
    return ScriptContent.model_validate({"first": first, "steps": steps})


def step(step_id: str, *go: Any, **more: Any) -> dict[str, Any]:
    """go: ids of next steps, or (question, answer, id)."""
    following = [
        {"go": to}
        if isinstance(to, str)
        else {"when": {"question": to[0], "is": to[1]}, "go": to[2]}
        for to in go
    ]
    return {"id": step_id, "text": "Hello.", "next": following, **more}


def choice(question_id: str = "q", **more: Any) -> dict[str, Any]:
    return {"id": question_id, "label": "Sure?", "type": "choice", "options": ["yes", "no"], **more}


def said(script: ScriptContent, **more: Any) -> list[tuple[str, str, str]]:
    return [(p.step, p.field, p.text) for p in problems(script, **more)]


def test_a_sound_script_has_no_problems() -> None:
    script = content(
        step("a", ("q", "yes", "b"), "c", questions=[choice()]), step("b", "c"), step("c")
    )
    assert said(script) == []


@pytest.mark.parametrize(
    ("script", "severity", "found"),
    [
        (content(step("b"), first="a"), "error", ("", "first", "“a”, which is no step")),
        (content(step("a", "x")), "error", ("a", "next.0.go", "leads to “x”, which is no step")),
        (content(step("a"), step("a")), "error", ("a", "id", "Two steps have the id “a”")),
        (
            content(step("a", "b", questions=[choice()]), step("b", questions=[choice()])),
            "error",
            ("b", "questions.0.id", "is also in “a”"),
        ),
        (
            content(step("a", questions=[choice(options=["yes"])])),
            "error",
            ("a", "questions.0.options", "at least two options"),
        ),
        (
            content(step("a", questions=[choice(options=["yes", "yes"])])),
            "error",
            ("a", "questions.0.options", "“yes” twice"),
        ),
        (
            content(step("a", questions=[choice(type="text")])),
            "error",
            ("a", "questions.0.options", "is a text, which has no options"),
        ),
        (
            content(step("a", ("z", "yes", "b")), step("b")),
            "error",
            ("a", "next.0.when", "“z”, which is no question"),
        ),
        (
            content(step("a", ("q", "maybe", "b"), questions=[choice()]), step("b")),
            "error",
            ("a", "next.0.when", "“maybe” is no option of “Sure?”"),
        ),
        (content(step("a", "b"), step("b", "a")), "error", ("a", "next", "never ends")),
        (content(step("a"), step("b")), "warning", ("b", "id", "Nothing leads to “b”")),
        (
            content(step("a", "b", "c"), step("b"), step("c")),
            "warning",
            ("a", "next.1", "never goes to “c”"),
        ),
        (
            content(step("a", ("q", "yes", "b")), step("b", questions=[choice()])),
            "warning",
            ("a", "next.0.when", "is not asked before “a” is left"),
        ),
        (content(step("a", text=" ")), "warning", ("a", "text", "neither text nor questions")),
        (
            content(step("a", text="Dear {{nam}}")),
            "warning",
            ("a", "text", "{{nam}} is no merge field"),
        ),
        (content(step("a", text="Dear {{name}")), "warning", ("a", "text", "“{{”")),
    ],
)
def test_each_fault_is_told_with_its_step_and_field(
    script: ScriptContent, severity: str, found: tuple[str, str, str]
) -> None:
    matching = [p for p in problems(script) if (p.step, p.field) == found[:2]]
    assert [p.severity for p in matching] == [severity]
    assert found[2] in matching[0].text


def test_own_columns_are_held_against_those_of_the_lists() -> None:
    script = content(step("a", text="{{field.company}} {{field.plan}}"))
    assert said(script) == []
    (only,) = said(script, columns={"company"})
    assert only[2] == "In “a” {{field.plan}} is no column of the lists (there are: company)."


def test_a_circle_with_a_way_out_is_allowed() -> None:
    again = content(step("a", ("q", "no", "a"), "b", questions=[choice()]), step("b"))
    assert said(again) == []


def test_merge_fields_are_filled_once_and_stay_text() -> None:
    values = {"name": "{{agent}}", "agent": "Anna", "field.x": "<b>&amp;</b>"}
    text = "{{name}} {{ agent }} {{field.x}} {{unknown}}{{"
    assert merged(text, values) == "{{agent}} Anna <b>&amp;</b> {{"


def test_options_are_not_filled_in() -> None:
    questions = [choice(label="{{name}}?", options=["{{name}}", "no"])]
    script = Script.model_validate(
        {
            "id": 1,
            "name": "x",
            "version": 1,
            "first": "a",
            "steps": [step("a", questions=questions)],
        }
    )
    (question,) = merged_script(script, {"name": "Li"}).steps[0].questions
    assert (question.label, question.options) == ("Li?", ("{{name}}", "no"))


def test_the_way_follows_the_answers() -> None:
    script = content(
        step("a", ("q", "yes", "b"), "c", questions=[choice(required=True)]),
        step("b", ("m", "x", "c"), questions=[
            {"id": "m", "label": "Which?", "type": "many", "options": ["x", "y"]},
            {"id": "d", "label": "When?", "type": "date", "required": True},
        ]),
        step("c", "a"),
    )  # fmt: skip
    assert [s.id for s in way(script, {"q": "yes", "m": ["y", "x"]})] == ["a", "b", "c"]
    assert [s.id for s in way(script, {"q": "yes", "m": ["y"]})] == ["a", "b"]
    assert [s.id for s in way(script, {"q": "no"})] == ["a", "c"]
    assert [s.id for s in way(script, {"q": "yes"}, "b")] == ["a"]
    assert faults(way(script, {"q": "yes"}), {"q": "yes", "d": "tomorrow"}) == [
        "“When?” in step “b”: “tomorrow” is not a date such as 2030-01-31."
    ]
    assert faults(way(script, {}), {}) == ["“Sure?” in step “a” is not answered."]
    assert faults(way(script, {"q": "yes"}), {"q": "yes", "d": "2030-01-31"}) == []
