"""What people answered goes into the report and the attempt's view, whatever version asked it."""

import csv
import io
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook

from cti.base.clock import ManualClock
from cti.store.engine import Store
from dialer.attempts.service import AttemptService
from dialer.engine.flights import Flights
from dialer.engine.ledger import Ledger
from dialer.reports import feedback
from dialer.scripts.models import AttemptAnswersRow
from dialer.scripts.script import ScriptContent
from dialer.scripts.service import ScriptService
from tests.unit.reports.test_feedback import NOW, made
from tests.unit.reports.test_feedback import store as store  # noqa: PLC0414 - a fixture


def asking(*questions: dict[str, Any]) -> ScriptContent:
    step = {"id": "a", "title": "Facts", "questions": questions}
    return ScriptContent.model_validate({"first": "a", "steps": [step]})


@pytest.fixture
async def answered(store: Store) -> Store:
    """Two versions of a script: one question was reworded, one came in, one went."""
    scripts = ScriptService(store, ManualClock(NOW))
    old = {"id": "old", "label": "Old one"}
    plan = {"id": "plan", "label": "Plan?"}
    extras = {"id": "x", "label": "Extras", "type": "many", "options": ["a", "b"]}
    made = await scripts.create("Spring", asking(old, plan))
    await scripts.change(made.id, content=asking(plan | {"label": "Which plan?"}, extras))
    async with store.write() as session:
        for attempt, version, answers in (
            ("at-2-1", 1, {"old": "=1+1", "plan": "small"}),
            ("at-3-0", 2, {"plan": "large", "x": ["a", "b"]}),
        ):
            session.add(AttemptAnswersRow(
                attempt_id=attempt, script_id=made.id, version=version, answers=answers, at=NOW
            ))  # fmt: skip
    return store


async def test_the_workbook_has_a_row_for_each_attempt_with_answers(
    answered: Store, tmp_path: Path
) -> None:
    await made(answered, tmp_path / "a.xlsx")
    book = load_workbook(tmp_path / "a.xlsx")
    rows = [[cell.value for cell in row] for row in book["Answers"]]
    assert rows[0][3:] == [
        *("called (lead's time)", "disposition", "script", "version"),
        *("Old one", "Which plan?", "Extras"),
    ]
    assert rows[1] == [
        *("C-Bob", "Bob", "+8613800020000", "2026-08-03 12:01", "success", "Spring", 1),
        *("=1+1", "small", None),
    ]
    assert rows[2][-3:] == [None, "large", "a, b"]
    assert not any(cell.data_type == "f" for row in book["Answers"] for cell in row)


async def test_the_same_as_csv_page_by_page(
    answered: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feedback, "BATCH", 1)
    await made(answered, tmp_path / "a.csv", format="csv", part="answers")
    rows = list(csv.reader(io.StringIO((tmp_path / "a.csv").read_bytes().decode("utf-8-sig"))))
    assert [row[-3:] for row in rows] == [
        ["Old one", "Which plan?", "Extras"],
        ["'=1+1", "small", ""],
        ["", "large", "a, b"],
    ]


async def test_a_list_without_scripts_has_no_such_sheet(store: Store, tmp_path: Path) -> None:
    await made(store, tmp_path / "a.xlsx")
    assert "Answers" not in load_workbook(tmp_path / "a.xlsx").sheetnames


async def test_an_attempt_tells_its_answers_in_the_words_they_were_asked_in(
    answered: Store,
) -> None:
    service = AttemptService(answered, Flights(), Ledger(answered).flush)
    view = (await service.get("at-2-1")).answers
    assert view is not None
    assert (view.script, view.version) == ("Spring", 1)
    assert [(one.label, one.step, one.answer) for one in view.items] == [
        ("Old one", "Facts", "=1+1"),
        ("Plan?", "Facts", "small"),
    ]
    assert (await service.get("at-1-0")).answers is None
