"""How many calls are labelled, and which verdict runs."""

import json
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cti.base.errors import UserError
from dialer.labels import running as module
from dialer.labels.models import LabelRow
from dialer.labels.running import Running
from dialer.labels.service import LabelService
from hearing.speech import telling
from tests.unit.dialer.test_reclassify import BUSY, NOW, Book
from tests.unit.dialer.test_reclassify import book as book  # noqa: PLC0414

SHIPPED = {"file": "/somewhere/model.onnx", "source": "shipped", "calls": 7519, "seed": 1}
SITE = {
    "file": "/state/amd/answers-1.onnx",
    "source": "site",
    "calls": 160,
    "trained": "2026-03-04T12:00:00+00:00",
    "figures": {"persons": 20, "cost": 0.5},
}


async def label(book: Book, attempt: str, said: str, source: str, minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    async with book.store.write() as session:
        session.add(
            LabelRow(attempt_id=attempt, label=said, said_by="ann", said_at=at, source=source)
        )


async def test_nothing_is_labelled(book: Book) -> None:
    counts = await LabelService(book.store).counts()
    assert (counts.calls, counts.persons, counts.others, counts.newest_at) == (0, 0, 0, None)
    assert counts.least == 40


async def test_the_newest_label_of_each_call_is_counted(book: Book) -> None:
    lead = await book.lead(1)
    attempts = [await book.attempt(lead, 0, "answered", BUSY) for _ in range(4)]
    await label(book, attempts[0], "machine", "overrule", 1)
    await label(book, attempts[0], "person", "correction", 2)
    await label(book, attempts[1], "ivr", "overrule", 3)
    await label(book, attempts[2], "machine", "disposition", 4)
    await label(book, attempts[3], "fax", "overrule", 5)
    service = LabelService(book.store)
    counts = await service.counts(book.campaign)
    assert counts.by_label == {"person": 1, "ivr": 1, "machine": 1, "fax": 1}
    assert counts.by_source == {"correction": 1, "overrule": 2, "disposition": 1}
    assert (counts.calls, counts.persons, counts.others) == (4, 1, 2)
    assert counts.newest_at == NOW + timedelta(minutes=5)
    assert (await service.counts(book.campaign + 1)).calls == 0


async def test_a_process_is_asked_once_for_each_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = [SHIPPED, SITE]

    async def ask(_: Path) -> dict[str, Any]:
        return answers.pop(0)

    monkeypatch.setattr(module, "_ask", ask)
    running = Running(tmp_path)
    for _ in range(2):
        model = await running.model()
        assert (model.source, model.file, model.calls) == ("shipped", "model.onnx", 7519)
        assert model.figures == {}
    (tmp_path / "answers-1.onnx").touch()
    (tmp_path / "current").write_text("answers-1.onnx\n")
    model = await running.model()
    assert (model.source, model.calls, model.figures["persons"]) == ("site", 160, 20)


@pytest.mark.parametrize(
    ("said", "what"),
    [("{'no json", "could not be read"), ('{"error": "Wrong.", "cure": "Train."}', "Wrong")],
)
async def test_what_cannot_be_read_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, said: str, what: str
) -> None:
    program = tmp_path / "python"
    program.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\n")
    program.chmod(0o700)
    monkeypatch.setattr(sys, "executable", str(program))
    with pytest.raises(UserError, match=what):
        await Running(tmp_path).model()


def test_the_process_tells_which_model_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["telling", str(tmp_path)])
    telling.main()
    told = json.loads(capsys.readouterr().out)
    assert (told["source"], Path(told["file"]).name) == ("shipped", "model.onnx")
    (tmp_path / "answers-1.onnx").write_bytes(b"no model")
    (tmp_path / "current").write_text("answers-1.onnx\n")
    telling.main()
    assert "is no model of who answers" in json.loads(capsys.readouterr().out)["error"]
