"""What is seen by connecting: to a scripted PBX, to databases, to nobody."""

import socket
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cti.doctor import parts
from cti.doctor.findings import Report
from cti.doctor.parts import look_at_broker, look_at_database, look_at_pbx, look_at_redis
from cti.store.engine import Store
from tests.unit.ami.peer import Asked, Peer, error, success


@pytest.fixture
async def peer() -> AsyncIterator[Peer]:
    async with Peer() as peer:
        peer.answers["Ping"] = lambda asked: success(asked, f"Timestamp: {time.time():.6f}")
        yield peer


async def looked(peer: Peer) -> Report:
    report = Report()
    await look_at_pbx(report, f"ami://cti:secret@127.0.0.1:{peer.port}")
    return report


def nobody() -> int:
    """A port where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def test_a_sound_pbx_is_in_order(peer: Peer) -> None:
    report = await looked(peer)
    assert [(finding.part, finding.level) for finding in report.findings] == [
        ("ami", "ok"),
        ("pbx", "ok"),
        ("pbx modules", "ok"),
        ("pbx clock", "ok"),
    ]
    assert {asked["Module"] for asked in await peer.until("ModuleCheck")} == {"res_timing_timerfd"}


async def test_a_module_that_is_not_loaded_is_named(peer: Peer) -> None:
    def check(asked: Asked) -> str:
        missing = asked["Module"] == "app_bridgewait"
        return error(asked, "Module not loaded") if missing else success(asked)

    peer.answers["ModuleCheck"] = check
    fault = (await looked(peer)).findings[2]
    assert (fault.level, fault.what) == ("fault", "Not loaded: app_bridgewait.")


async def test_an_old_pbx_is_refused(peer: Peer) -> None:
    peer.answers["CoreSettings"] = lambda asked: success(asked, "AsteriskVersion: 18.26.4")
    fault = (await looked(peer)).findings[1]
    assert (fault.level, fault.what) == ("fault", "Asterisk 18.26.4 is too old.")


@pytest.mark.parametrize(("off", "level"), [(-3600.0, "fault"), (-5.0, "warn"), (40.0, "fault")])
async def test_a_pbx_of_another_time_is_told(peer: Peer, off: float, level: str) -> None:
    peer.answers["Ping"] = lambda asked: success(asked, f"Timestamp: {time.time() + off:.6f}")
    finding = (await looked(peer)).findings[3]
    assert finding.level == level
    assert f"{abs(off):.0f}." in finding.what


async def test_a_wrong_secret_is_told(peer: Peer) -> None:
    peer.answers["Login"] = lambda asked: error(asked, "Authentication failed")
    report = await looked(peer)
    assert [finding.part for finding in report.findings] == ["ami"]
    assert "refused AMI user 'cti'" in report.findings[0].what


async def test_where_nobody_is_every_part_has_its_fault_and_cure(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(parts, "LOGIN_SECONDS", 0.05)
    report, port = Report(), nobody()
    await look_at_redis(report, f"redis://127.0.0.1:{port}/0")
    await look_at_broker(report, f"mqtt://cti:secret@127.0.0.1:{port}")
    await look_at_database(report, f"postgresql://cti:secret@127.0.0.1:{port}/cti")
    await look_at_pbx(report, f"ami://cti:secret@127.0.0.1:{port}")
    await look_at_pbx(report, "http://127.0.0.1")
    said = [(finding.part, finding.level) for finding in report.findings]
    parts_ = ("redis", "broker", "database", "ami", "ami")
    assert said == [(part, "fault") for part in parts_]
    assert all("secret" not in finding.what for finding in report.findings[:4])


async def test_a_database_of_this_version(store: Store) -> None:
    report = Report()
    await look_at_database(report, store.url.render_as_string(hide_password=False))
    assert [finding.level for finding in report.findings] == ["ok"]


async def test_a_database_that_start_will_update(empty_store: Store) -> None:
    report = Report()
    url = empty_store.url.render_as_string(hide_password=False)
    await look_at_database(report, url)
    await look_at_database(report, url)  # looking has changed nothing
    assert [finding.level for finding in report.findings] == ["warn", "warn"]


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "cti.sqlite3").write_text("this is a text of some length, and no database at all")
    report = Report()
    await look_at_database(report, f"sqlite+aiosqlite:///{tmp_path / 'cti.sqlite3'}")
    assert [finding.level for finding in report.findings] == ["fault"]
