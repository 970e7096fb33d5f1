"""What is looked at on this machine, each fault with its cure."""

import shutil
import socket
from collections import namedtuple
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.base.errors import UserError
from cti.doctor import machine
from cti.doctor.findings import Report
from cti.doctor.machine import (
    LITTLE_DISK,
    NO_DISK,
    look_at_asterisk,
    look_at_clock,
    look_at_folders,
    look_at_machine,
    look_at_menus,
    look_at_ports,
    look_at_programs,
    look_at_python,
    needed_modules,
)
from cti.processes.asterisk import AsteriskInstall
from cti.settings import SHIPPED_MENUS, Settings

Usage = namedtuple("Usage", "total used free")


def levels(report: Report) -> dict[str, str]:
    return {finding.part: finding.level for finding in report.findings}


@pytest.mark.parametrize(
    ("version", "level"),
    [((3, 10), "fault"), ((3, 11), "ok"), ((3, 13), "ok"), ((3, 14), "fault")],
)
def test_python_is_of_a_version_that_was_tried(version: tuple[int, int], level: str) -> None:
    report = Report()
    look_at_python(report, version)
    assert levels(report) == {"python": level}


def test_servers_that_run_elsewhere_are_not_needed_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(name: str) -> str:
        raise UserError(f"{name} is not installed.", "Install it.")

    monkeypatch.setattr(machine, "program", nothing)
    report = Report()
    look_at_programs(report, Settings(redis_url="redis://far", mqtt_url="mqtt://far"))
    assert levels(report) == {"ffmpeg": "fault", "ffprobe": "fault"}
    report = Report()
    look_at_programs(report, Settings(redis_url=None, mqtt_url=None))
    assert set(levels(report)) >= {"redis-server", "mosquitto", "mosquitto_passwd"}
    assert not report.healthy
    assert report.findings[0].cure == "Install it."


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsteriskInstall:
    """An Asterisk with everything it needs."""
    modules, data = tmp_path / "modules", tmp_path / "data"
    modules.mkdir()
    (data / "sounds/en").mkdir(parents=True)
    for name in needed_modules():
        (modules / name).touch()
    for name in ("im-sorry", "please-try-call-later", "goodbye"):
        (data / "sounds/en" / f"{name}.gsm").touch()
    made = AsteriskInstall(("asterisk",), modules, data, "22.10.1")
    monkeypatch.setattr(machine, "find_asterisk", lambda _: made)
    return made


def test_a_whole_asterisk_is_in_order(install: AsteriskInstall) -> None:
    report = Report()
    look_at_asterisk(report, None)
    assert levels(report) == {"asterisk": "ok", "modules": "ok", "sounds": "ok"}


def test_a_missing_module_and_sound_are_named(install: AsteriskInstall) -> None:
    (install.module_dir / "app_mixmonitor.so").unlink()
    (install.data_dir / "sounds/en/goodbye.gsm").unlink()
    report = Report()
    look_at_asterisk(report, None)
    assert levels(report) == {"asterisk": "ok", "modules": "fault", "sounds": "fault"}
    assert "lacks app_mixmonitor.so." in report.findings[1].what
    assert "lacks goodbye:" in report.findings[2].what
    assert all(finding.cure for finding in report.findings[1:])


def test_no_asterisk_is_one_fault(tmp_path: Path) -> None:
    report = Report()
    look_at_asterisk(report, tmp_path / "none")
    assert levels(report) == {"asterisk": "fault"}


def test_an_asterisk_elsewhere_needs_none_here(tmp_path: Path) -> None:
    report = Report()
    settings = Settings(state=tmp_path, ami_url="ami://a:b@far", asterisk=tmp_path / "none")
    look_at_machine(report, settings, datetime.now(UTC))
    assert "asterisk" not in levels(report)


@pytest.mark.parametrize(
    ("free", "level"),
    [(NO_DISK - 1, "fault"), (NO_DISK, "warn"), (LITTLE_DISK - 1, "warn"), (LITTLE_DISK, "ok")],
)
def test_room_on_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, level: str
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(10**13, 0, free))
    report = Report()
    look_at_folders(report, Settings(state=tmp_path / "new" / "state"))
    assert levels(report) == {
        "state": "ok",
        "disk (state)": level,
        "recordings": "ok",
        "disk (recordings)": level,
    }
    assert list(tmp_path.iterdir()) == []  # looking leaves nothing behind


def test_a_folder_where_nothing_can_be_written(tmp_path: Path) -> None:
    report = Report()
    look_at_folders(report, Settings(state=tmp_path, recordings=Path("/proc/recordings")))
    assert levels(report)["state"] == "ok"
    assert levels(report)["recordings"] == "fault"


def test_a_clock_before_this_program_was_written_is_wrong() -> None:
    report = Report()
    look_at_clock(report, datetime(2001, 1, 1, tzinfo=UTC))
    look_at_clock(report, datetime(2026, 1, 1, tzinfo=UTC))
    assert [finding.level for finding in report.findings] == ["fault", "ok"]


def test_a_taken_port_is_a_fault_and_any_free_one_never(tmp_path: Path) -> None:
    with socket.socket() as holder:
        holder.bind(("127.0.0.1", 0))
        holder.listen()
        port = holder.getsockname()[1]
        report = Report()
        look_at_ports(report, Settings(state=tmp_path, api_port=port, agi_port=0, sip_port=0))
    assert levels(report) == {"port (api)": "fault", "port (agi)": "ok", "port (sip)": "ok"}
    assert "CTI_API_PORT" in report.findings[0].cure
    report = Report()
    look_at_ports(report, Settings(state=tmp_path, api_port=port, agi_port=0, sip_port=0))
    assert report.healthy


def test_a_menu_that_names_a_sound_nobody_has_is_told(tmp_path: Path) -> None:
    report = Report()
    look_at_menus(report, SHIPPED_MENUS, tmp_path)
    assert levels(report) == {"menus": "warn"}
    assert "main: " in report.findings[0].what


def test_menus_of_a_pbx_elsewhere_are_only_read() -> None:
    report = Report()
    look_at_menus(report, SHIPPED_MENUS, None)
    assert levels(report) == {"menus": "ok"}
