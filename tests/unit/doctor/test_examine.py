"""The whole examination: which parts are asked, and where."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from cti.base.errors import UserError
from cti.client import Client, ServiceAddress
from cti.doctor import examine as whole
from cti.doctor.addresses import addresses
from cti.doctor.examine import examine
from cti.doctor.findings import Report
from cti.processes.child import Child
from cti.settings import Settings

NOW = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """URLs of the parts that were looked at; the machine itself is not."""
    seen: dict[str, str] = {}

    def looker(part: str) -> Callable[..., Any]:
        async def look(_report: Report, url: str) -> None:
            seen[part] = url

        return look

    for part in ("redis", "broker", "database", "pbx"):
        monkeypatch.setattr(whole, f"look_at_{part}", looker(part))
    monkeypatch.setattr(whole, "look_at_machine", lambda *_: None)
    for name in ("CTI_API_URL", "CTI_API_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    return seen


def connecting(answer: httpx.Response) -> Callable[[ServiceAddress], Client]:
    return partial(Client, transport=httpx.MockTransport(lambda _: answer))


def running(state: Path) -> Settings:
    """A state folder as a running service leaves it."""
    for name, secret in (
        ("redis/password", "r"),
        ("mosquitto/password", "m"),
        ("pbx/ami.secret", "a"),
    ):
        (state / name).parent.mkdir()
        (state / name).write_text(f"{secret}\n")
    (state / "cti.sqlite3").touch()
    (state / "ports.json").write_text('{"base": 1, "ports": {"redis": 1, "mqtt": 2, "ami": 3}}')
    said = {"url": "http://127.0.0.1:9", "pid": 1, "token": "t"}
    (state / "service.json").write_text(json.dumps(said))
    return Settings(state=state)


async def test_with_a_service_its_private_parts_are_asked(
    asked: dict[str, str], tmp_path: Path
) -> None:
    settings = running(tmp_path)
    answer = httpx.Response(200, json={"ok": True, "parts": {"pbx": "ok"}})
    report = await examine(settings, NOW, connecting(answer))
    assert [(f.part, f.level) for f in report.findings] == [("service", "ok")]
    assert asked == {
        "redis": "redis://:r@127.0.0.1:1/0",
        "broker": "mqtt://cti:m@127.0.0.1:2",
        "database": f"sqlite+aiosqlite:///{tmp_path / 'cti.sqlite3'}",
        "pbx": "ami://cti:a@127.0.0.1:3",
    }


async def test_what_the_service_complains_of_is_a_fault(
    asked: dict[str, str], tmp_path: Path
) -> None:
    parts = {"pbx": "not connected", "redis": "ok"}
    answer = httpx.Response(503, json={"ok": False, "parts": parts})
    report = await examine(running(tmp_path), NOW, connecting(answer))
    assert [f.what for f in report.findings] == ["pbx: not connected."]
    assert not report.healthy


async def test_without_a_service_only_what_settings_name_is_asked(
    asked: dict[str, str], tmp_path: Path
) -> None:
    settings = Settings(state=tmp_path / "new", redis_url="redis://far", api_port=0)
    report = await examine(settings, NOW)
    assert asked == {"redis": "redis://far"}
    said = {finding.part: finding for finding in report.findings}
    assert said["service"].level == said["trunk"].level == "warn"
    assert said["ami"].what == "private: comes with `cti serve`"
    assert {"port (api)", "port (agi)", "port (sip)"} <= said.keys()
    assert report.healthy
    assert not (tmp_path / "new").exists()


async def test_a_service_on_another_machine_is_asked_for_its_parts_alone(
    asked: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CTI_API_URL", "http://far.example")
    answer = httpx.Response(200, json={"ok": True, "parts": {}})
    report = await examine(Settings(state=tmp_path), NOW, connecting(answer))
    assert report.healthy
    assert asked == {}


async def test_something_else_in_its_place_is_a_fault(
    asked: dict[str, str], tmp_path: Path
) -> None:
    report = await examine(running(tmp_path), NOW, connecting(httpx.Response(200, text="<html>")))
    assert report.findings[0].part == "service"
    assert report.findings[0].level == "fault"


async def test_children_left_by_a_killed_service_are_told(
    asked: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Child, "pid", lambda child: 4711 if child.name == "pbx" else None)
    report = await examine(Settings(state=tmp_path), NOW)
    told = [finding.what for finding in report.findings if finding.part == "service"]
    assert told[1] == "A service was killed here; still running: pbx."
    assert not any(finding.part.startswith("port") for finding in report.findings)


def test_damaged_ports_are_told(tmp_path: Path) -> None:
    settings = running(tmp_path)
    (tmp_path / "ports.json").write_text('{"ports": 3}')
    with pytest.raises(UserError, match=r"ports\.json cannot be read"):
        addresses(settings, running=True)
