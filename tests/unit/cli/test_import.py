"""Sending a file, following the job, telling how it ended."""

import io
from pathlib import Path

import httpx
import pytest

from cti.client import Client
from tests.unit.cli.conftest import Run
from tests.unit.cli.house import House


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_bytes("电话\n13800138000\n".encode() * 50_000)
    return path


def test_an_import_is_followed_to_its_end(house: House, run: Run, file: Path) -> None:
    options = ("--list", "May", "--map", "a=b=phone", "--region", "CN", "--priority", "-3")
    said = run("lead", "import", file, "--campaign", "Spring", *options)
    assert said.code == 0
    assert house.leads.file == file.read_bytes()
    assert house.leads.list_name == "May"
    assert house.leads.options.mapping == {"a=b": "phone"}
    assert (house.leads.options.region, house.leads.options.priority) == ("CN", -3)
    assert house.leads.looks == 2
    lines = said.out.splitlines()
    assert lines[0] == "Import 7: 1 accepted, 6 rejected."
    assert [line.split()[0] for line in lines[2:7]] == ["2", "3", "4", "5", "6"]
    assert "cti lead rejects 7" in lines[7]


def test_json_is_all_there_is_on_standard_output(house: House, run: Run, file: Path) -> None:
    said = run("lead", "import", file, "--campaign", "1", "--json")
    assert said.json["accepted"] == 1
    assert said.err == ""


def test_a_failed_import_is_a_fault(house: House, run: Run, file: Path) -> None:
    house.leads.ends = {"state": "failed", "error": "The disk is full."}
    said = run("lead", "import", file, "--campaign", "Spring")
    assert said.code == 1
    assert said.err == "error: The disk is full.\n"


def test_why_nothing_was_usable_is_told(house: House, run: Run) -> None:
    house.leads.ends = {"state": "done", "error": "No row could be used."}
    assert "No row could be used." in run("lead", "follow", "7").out


def test_bad_options_are_told_as_the_service_tells_them(house: House, run: Run, file: Path) -> None:
    said = run("lead", "import", file, "--campaign", "Spring", "--region", "Mars")
    assert said.code == 1
    assert said.err.startswith("error: The import's options are wrong: region")
    said = run("lead", "import", file, "--campaign", "Spring", "--map", "phone")
    assert said.err.startswith("error: --map 'phone' is not understood.")


def test_rejects_are_downloaded(house: House, run: Run, tmp_path: Path) -> None:
    target = tmp_path / "rejects.csv"
    assert run("lead", "rejects", "7", "-o", target, "--json").json["file"] == str(target)
    assert target.read_text(encoding="utf-8-sig").splitlines()[0] == "line,reason,电话"
    said = run("lead", "rejects", "7", "-o", tmp_path / "no" / "rejects.csv")
    assert said.code == 1
    assert "cannot be written: No such file or directory" in said.err


def test_an_interrupted_wait_leaves_the_import_running(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(_: float) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("cti.cli.importing.time.sleep", interrupted)
    said = run("lead", "follow", "7")
    assert said.code == 130
    assert said.err == "The import goes on in the service; follow it with `cti lead follow 7`.\n"


def test_a_service_that_goes_away_meanwhile_is_told(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = Client.get

    def get(client: Client, path: str) -> object:
        if house.leads.looks:
            raise_connection_lost(client)
        return seen(client, path)

    monkeypatch.setattr(Client, "get", get)
    said = run("lead", "follow", "7")
    assert said.code == 1
    assert "goes on by itself" in said.err


def raise_connection_lost(client: Client) -> None:
    """As httpx does when the service was killed."""
    with client._faults():
        raise httpx.ConnectError("refused")


def test_an_import_is_taken_back_once_it_was_asked(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("n\n"))
    refused = run("lead", "take-back", "7")
    assert refused.code != 0
    assert "6 go, as they were never called; 2 that were called are kept" in refused.err
    assert house.leads.ends["state"] == "done"
    said = run("lead", "take-back", "7", "--yes")
    assert said.out == "Import 7: 7 leads are gone, 2 are closed.\n"
    assert run("lead", "take-back", "7", "-y", "--json").json["state"] == "taken_back"
    assert run("lead", "take-back", "8", "-y").code == 1
