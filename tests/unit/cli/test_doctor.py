"""`cti doctor` shows the report and ends with its verdict."""

import pytest

from cti.doctor.findings import Report
from tests.unit.cli.conftest import Run


@pytest.fixture
def report(monkeypatch: pytest.MonkeyPatch) -> Report:
    report = Report()
    report.ok("python", "3.11")
    report.warn("trunk", "No carrier.", "Set it.")

    async def examine(*_: object) -> Report:
        return report

    monkeypatch.setattr("cti.doctor.examine.examine", examine)
    monkeypatch.setattr("cti.logs.configure", lambda *_: None)
    return report


def test_warnings_do_not_fail(report: Report, run: Run) -> None:
    said = run("doctor")
    assert said.code == 0
    assert "✓ ok" in said.out
    assert "→ Set it." in said.out


def test_a_fault_fails(report: Report, run: Run) -> None:
    report.fault("redis", "Redis does not answer.", "Start it.")
    assert run("doctor").code == 1
    said = run("doctor", "--json")
    assert said.code == 1
    assert said.json["healthy"] is False
    assert said.json["findings"][2] == {
        "part": "redis",
        "level": "fault",
        "what": "Redis does not answer.",
        "cure": "Start it.",
    }
