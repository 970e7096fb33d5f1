"""`cti client`, `dnc`, `consent`, `caps`, `report`, `outcome`: what they ask and what they tell."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from cti.cli import outcomes, reports
from tests.unit.cli.conftest import Run, answer_with

ONE = "+8613800000001"
MOMENT = "2026-03-02T09:00:00Z"
BAR = {
    "id": 1, "number": ONE, "reach": "client", "reach_key": 4, "reason": "letter",
    "source": "person", "added_by": "ann", "added_at": MOMENT, "expires_at": None,
}  # fmt: skip
REPORT = {
    "number": ONE, "barred": True, "words": "It may not be called.", "bars": [BAR],
    "lifted": [BAR | {"lifted_by": "bob", "lifted_at": MOMENT, "why": "mistake"}],
    "consents": [], "dials_today": 1, "dials_week": 2, "dials_30_days": 3,
}  # fmt: skip
RUN = {
    "id": 3, "state": "done", "applied": False, "looked": 9, "changed": 2, "reworded": 0,
    "unreadable": 1, "leads": {}, "error": None, "started_at": MOMENT,
    "changes": [
        {
            "old": "no_answer", "new": "vacant", "attempts": 2,
            "examples": [{"attempt_id": "at-1", "old_reason": "a", "new_reason": "announced"}],
        }
    ],
}  # fmt: skip


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> "Service":
    service = Service()
    answer_with(monkeypatch, service.answer)
    monkeypatch.setattr(reports, "LOOK_SECONDS", 0)
    monkeypatch.setattr(outcomes, "LOOK_SECONDS", 0)
    return service


class Service:
    """Answers as the API would, and remembers what was sent."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []
        campaign = {"id": 2, "name": "Spring"}
        self.answers: dict[str, Any] = {
            "GET /v1/clients": [{"id": 4, "name": "Acme", "campaigns": 1}],
            "POST /v1/clients": {"id": 5, "name": "Bolt", "campaigns": 0},
            "GET /v1/campaigns": [campaign],
            "POST /v1/campaigns": campaign,
        }

    def answer(self, request: httpx.Request) -> httpx.Response:
        name = f"{request.method} {request.url.path}"
        body = request.read()
        sent = json.loads(body) if body.startswith(b"{") else dict(request.url.params) or body
        self.asked.append((request.method, request.url.path, sent))
        found = self.answers.get(name, {})
        if isinstance(found, list) and found and isinstance(found[0], Next):
            found = found.pop(0).value if len(found) > 1 else found[0].value
        if isinstance(found, bytes):
            return httpx.Response(200, content=found)
        return httpx.Response(200, json=found)

    @property
    def last(self) -> Any:
        return self.asked[-1][2]


class Next:
    """One answer of several in turn."""

    def __init__(self, value: Any) -> None:
        self.value = value


def test_campaigns_are_made_for_clients(run: Run, service: Service) -> None:
    assert "Made client 5" in run("client", "add", "Bolt").out
    assert "Acme" in run("client", "list").out
    assert run("campaign", "create", "Spring", "--client", "Acme").code == 0
    assert service.last["client_id"] == 4
    wrong = run("campaign", "create", "Spring", "--client", "Nobody")
    assert "There is no client “Nobody”" in wrong.err
    assert "Acme" in wrong.err


def test_numbers_are_barred_for_a_client(run: Run, service: Service) -> None:
    refused = [{"number": "what", "reason": "letters in the number"}]
    service.answers["POST /v1/dnc"] = {
        "added": 1, "known": 0, "rejected": refused, "in_flight": 1,
    }  # fmt: skip
    said = run("dnc", "add", ONE, "what", "--reason", "letter", "--client", "Acme", "--by", "ann")
    assert said.code == 1
    assert "is not hung up" in said.out
    assert "what: letters in the number" in said.err
    sent = service.last
    assert (sent["numbers"], sent["client_id"], sent["by"]) == ([ONE, "what"], 4, "ann")
    assert sent["source"] == "person"


def test_a_check_tells_by_its_exit_code(run: Run, service: Service) -> None:
    service.answers["GET /v1/dnc/check"] = REPORT
    said = run("dnc", "check", ONE, "--campaign", "Spring")
    assert said.code == 1
    for words in ("It may not be called.", "client 4", "letter", "mistake", "bob"):
        assert words in said.out
    assert service.last == {"number": ONE, "campaign_id": "2"}
    service.answers["GET /v1/dnc/check"] = REPORT | {"barred": False}
    assert run("dnc", "check", ONE, "--json").json["dials_week"] == 2


def test_a_file_is_sent_and_followed(run: Run, service: Service, tmp_path: Path) -> None:
    job = {"id": 7, "file_name": "a.txt", "rows_done": 1, "rows_total": 2, "error": None}
    done = job | {"state": "done", "added": 1, "known": 1, "rejected": 1}
    service.answers["POST /v1/dnc/imports"] = {"id": 7}
    service.answers["GET /v1/dnc/imports/7"] = [Next(job | {"state": "running"}), Next(done)]
    service.answers["GET /v1/dnc/imports/7/rejects.csv"] = (
        b"line,reason,phone\r\n2,too short,12\r\n"
    )
    (tmp_path / "a.txt").write_text(f"{ONE}\n12\n")
    said = run("dnc", "import", "a.txt", "--reason", "law", "--campaign", "Spring")
    assert "1 added, 1 known, 1 rejected." in said.out
    assert "line 2,too short,12" in said.out
    form = next(sent for method, path, sent in service.asked if path == "/v1/dnc/imports")
    assert b'"reason": "law"' in form
    assert b'name="campaign_id"\r\n\r\n2' in form


def test_consents_and_caps(run: Run, service: Service) -> None:
    kept = {"id": 1, "number": ONE}
    service.answers["POST /v1/consents"] = {"consent": kept, "reopened": 2}
    said = run("consent", "record", ONE, "--proof", "form", "--given", "2026-03-01T10:00+08:00")
    assert "2 leads reopened" in said.out
    given = datetime.fromisoformat(service.last["given_at"])
    assert given == datetime(2026, 3, 1, 2, tzinfo=UTC)
    service.answers["POST /v1/consents/withdraw"] = {"withdrawn": 1}
    assert "1 withdrawn" in run("consent", "withdraw", ONE, "--why", "called").out
    cap = {"client_id": 4, "caps": {"per_day": 2, "per_week": None, "per_30_days": None}}
    service.answers["GET /v1/caps"] = [cap | {"changed_by": "ann", "changed_at": MOMENT}]
    assert "Acme" in run("caps", "show").out
    run("caps", "set", "--per-day", "2", "--client", "Acme")
    assert service.last["caps"] == {"per_day": 2, "per_week": None, "per_30_days": None}
    assert service.last["client_id"] == 4


def test_a_report_is_waited_for_and_kept(run: Run, service: Service, tmp_path: Path) -> None:
    job = {"id": 9, "state": "running", "leads": 0, "error": None}
    service.answers["POST /v1/reports/feedback"] = job
    service.answers["GET /v1/reports/9"] = [Next(job), Next(job | {"state": "done", "leads": 6})]
    service.answers["GET /v1/reports/9/file"] = b"PK"
    days = ("--since", MOMENT, "--column", "name", "--column", "dials")
    said = run("report", "feedback", "Spring", "--list", "north", "-o", "a.xlsx", *days)
    assert (said.code, (tmp_path / "a.xlsx").read_bytes()) == (0, b"PK")
    ordered = next(sent for _, path, sent in service.asked if path == "/v1/reports/feedback")
    assert (ordered["campaign_id"], ordered["list_name"], ordered["format"]) == (2, "north", "xlsx")
    assert (ordered["columns"], ordered["before"]) == (["name", "dials"], None)
    assert datetime.fromisoformat(ordered["since"]) == datetime.fromisoformat(MOMENT)
    service.answers["GET /v1/reports/9"] = job | {"state": "failed", "error": "No room."}
    assert "error: No room." in run("report", "feedback", "Spring", "-o", "a.csv").err
    assert ordered["language"] is None
    run("report", "feedback", "Spring", "-o", "a.csv", "--language", "zh")
    assert service.asked[-2][2]["language"] == "zh"
    assert "--format" in run("report", "feedback", "Spring", "-o", "a.doc").err


@pytest.mark.parametrize("flag", [(), ("--apply",)])
def test_a_reclassification_is_a_dry_run_unless_applied(
    run: Run, service: Service, flag: tuple[str, ...]
) -> None:
    service.answers["POST /v1/reclassifications"] = RUN | {"state": "running"}
    ended = RUN | {"applied": bool(flag), "leads": {"moved_on": 2} if flag else {}}
    service.answers["GET /v1/reclassifications/3"] = ended
    said = run(
        "outcome", "reclassify", "--since", "2026-03-01T00:00", "--campaign", "Spring", *flag
    )
    assert said.code == 0
    assert "9 attempts looked at, 2 get another outcome." in said.out
    assert "announced" in said.out
    assert ("Their leads: 2 moved on." in said.out) is bool(flag)
    assert ("Write it with --apply" in said.out) is not bool(flag)
    sent = next(sent for method, path, sent in service.asked if path == "/v1/reclassifications")
    assert (sent["apply"], sent["campaign_id"]) == (bool(flag), 2)
