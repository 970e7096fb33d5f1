"""Whatever goes wrong is one sentence and a cure on standard error, never a traceback."""

import json
import sys
from pathlib import Path

import httpx
import pytest

from cti.cli import main
from tests.unit.cli.conftest import Run, answer_with
from tests.unit.cli.house import House


def test_no_service_has_a_cure(run: Run, tmp_path: Path) -> None:
    said = run("agent", "list", "--state", tmp_path / "none")
    assert said.code == 1
    assert said.out == ""
    what, cure = said.err.splitlines()
    assert what == f"error: No service runs in {tmp_path / 'none'}."
    assert cure.startswith("  → Start it with `cti serve`.")


def test_a_dead_service_is_told_from_none(run: Run) -> None:
    said = run("agent", "list", "--json")  # the state folder names port 9, where nobody is
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[0] == "error: No service answers at http://127.0.0.1:9."


def test_a_service_elsewhere_is_found_by_the_environment(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CTI_API_URL", "http://far.example:8080/")
    monkeypatch.setenv("CTI_API_TOKEN", "wrong")
    said = run("agent", "list", "--state", tmp_path / "none")
    assert said.err.startswith("error: The service does not know this token.")
    monkeypatch.setenv("CTI_API_TOKEN", "a-token-of-tests")
    assert run("agent", "list", "--json").json == []


@pytest.mark.parametrize("text", ["", "{}", '{"url": 1}', "[]", "\x00"])
def test_a_damaged_service_file_is_told(run: Run, tmp_path: Path, text: str) -> None:
    (tmp_path / "state" / "service.json").write_text(text)
    said = run("agent", "list")
    assert said.code == 1
    assert "service.json cannot be read" in said.err
    assert "Traceback" not in said.err


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        (httpx.ConnectError("no"), "No service answers at"),
        (httpx.ReadTimeout("slow"), "does not answer in time"),
        (httpx.RemoteProtocolError("cut"), "broke off: cut."),
    ],
)
def test_a_broken_connection_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, fault: Exception, words: str
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise fault

    answer_with(monkeypatch, answer)
    said = run("campaign", "list")
    assert said.code == 1
    assert words in said.err
    assert len(said.err.splitlines()) == 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (httpx.Response(200, text="<html>"), "is not the service"),
        (httpx.Response(500, text="oops"), "GET /v1/campaigns failed with 500."),
        (httpx.Response(404, json={"detail": "Not Found"}), "failed with 404."),
        (httpx.Response(409, json={"error": "No.", "cure": "Wait."}), "error: No.\n  → Wait.\n"),
    ],
)
def test_an_odd_answer_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, answer: httpx.Response, words: str
) -> None:
    answer_with(monkeypatch, lambda _: answer)
    said = run("campaign", "list")
    assert said.code == 1
    assert words in said.err


def test_an_unexpected_fault_is_a_sentence_unless_asked_for(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError("really")

    answer_with(monkeypatch, answer)
    said = run("campaign", "list")
    assert said.code == 1
    assert said.err.startswith("error: unexpected ZeroDivisionError: really\n")
    monkeypatch.setenv("CTI_DEBUG", "1")
    monkeypatch.setattr(sys, "argv", ["cti", "campaign", "list"])
    with pytest.raises(ZeroDivisionError):
        main()


def test_an_interrupt_is_quiet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    answer_with(monkeypatch, answer)
    said = run("campaign", "list")
    assert (said.code, said.out, said.err) == (130, "", "")


def test_watching_ends_with_an_interrupt(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []

    def sleep(_: float) -> None:
        looks.append(1)
        if len(looks) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr("cti.cli.status.time.sleep", sleep)
    said = run("campaign", "status", "Spring", "--watch", "--json")
    assert said.code == 130
    assert [json.loads(line)["campaign"]["id"] for line in said.out.splitlines()] == [1, 1, 1]


def test_a_wrong_command_is_a_matter_of_usage(run: Run) -> None:
    assert run("agent", "lst").code == 2
    assert run("attempt", "show").code == 2
    assert run("agent", "add", "alice", "--mode", "smoke").code == 2


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (("agent", "sign-in", "nobody"), "There is no agent 'nobody'."),
        (("agent", "sign-in", "../.."), "'../..' is no name or id."),
        (("agent", "sign-in", ".."), "'..' is no name or id."),
        (("campaign", "start", "Winter"), "There is no campaign “Winter”.\n  → There are: Spring."),
        (("campaign", "create", "Spring"), "There is already a campaign “Spring”."),
        (
            ("campaign", "create", "X", "--mode", "wild"),
            "mode: Input should be 'manual', 'preview'",
        ),
        (("campaign", "create", "X", "--caller-id", "110"), "caller_ids.0: String should match"),
        (("lead", "show", "4"), "There is no lead 4."),
        (("lead", "import", "none.csv", "--campaign", "1"), "none.csv cannot be read: No such"),
        (("lead", "import", ".", "--campaign", "1"), "cannot be read: Is a directory."),
        (("lead", "follow", "8"), "There is no import 8."),
        (("lead", "rejects", "7", "-o", "-", "--json"), "would both fill standard output."),
        (("recording", "get", "at-0", "-o", "-", "--json"), "would both fill standard output."),
        (("recording", "list", "--from", "soon"), "'soon' is no time."),
        (("attempt", "show", "at-9"), "There is no attempt 'at-9'."),
        (("attempt", "dispose", "at-9", "x", "--at", "later"), "'later' is no time."),
    ],
)
def test_what_cannot_be_is_told(house: House, run: Run, command: tuple[str], words: str) -> None:
    said = run(*command)
    assert (said.code, said.out) == (1, "")
    assert words in said.err
    assert said.err.startswith("error: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"a: [", "is not YAML"),
        (b"- 1\n", "is no mapping of settings"),
        (b"\xff\xfe", "is not UTF-8 text"),
        (b"wrap_up_s: long\n", "settings.wrap_up_s: Input should be a valid integer"),
        (b"colour: red\n", "settings.colour: Extra inputs are not permitted"),
    ],
)
def test_a_bad_file_of_settings_is_told(
    house: House, run: Run, tmp_path: Path, content: bytes, words: str
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_bytes(content)
    said = run("campaign", "create", "Autumn", "--settings", file)
    assert said.code == 1
    assert words in said.err
    assert len(house.campaigns.known) == 1


def test_a_bad_setting_names_its_variable_or_option(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run("serve", "--api-port", "70000").err.startswith("error: --api-port cannot be used")
    monkeypatch.setenv("CTI_SIP_PORT", "abc")
    assert run("agent", "list").err.startswith("error: CTI_SIP_PORT cannot be used")
