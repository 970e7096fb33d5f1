"""Log lines: text for people, JSON for machines."""

import json
import logging
from collections.abc import Iterator
from typing import Literal

import pytest
import structlog

from cti.logs import configure


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(level)


def test_machines_get_one_json_object_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("info", "json")
    log = structlog.get_logger("test")
    log.debug("not.shown")
    log.info("attempt.ended", attempt="at-1", outcome="busy")
    try:
        int("why")
    except ValueError:
        log.exception("it.failed")
    first, second = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert first["timestamp"].endswith("Z")
    del first["timestamp"]
    assert first == {
        "event": "attempt.ended",
        "level": "info",
        "attempt": "at-1",
        "outcome": "busy",
    }
    assert second["exception"][0]["exc_value"].endswith("'why'")


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_error_is_told_without_what_variables_held(
    capsys: pytest.CaptureFixture[str], form: Literal["json", "text"]
) -> None:
    configure("info", form)
    keyed = "4111" + "2222"
    try:
        int("why" if keyed else "")
    except ValueError:
        structlog.get_logger("test").exception("it.failed")
    told = capsys.readouterr().err
    assert "ValueError" in told
    assert "test_logs.py" in told
    assert "41112222" not in told


def test_people_get_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    configure("debug")
    structlog.get_logger("test").debug("shown", attempt="at-1")
    (line,) = capsys.readouterr().err.splitlines()
    assert "shown" in line
    assert "attempt=at-1" in line


def test_other_libraries_speak_from_warnings_on(capsys: pytest.CaptureFixture[str]) -> None:
    configure("debug")
    logging.getLogger("some.library").info("chatter")
    logging.getLogger("some.library").warning("trouble")
    assert capsys.readouterr().err.splitlines() == ["trouble"]
