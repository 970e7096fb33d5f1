"""From a call's end to the catalogue, and what happens when something breaks on the way."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog.testing

from cti.base.clock import ManualClock
from cti.base.errors import UserError
from cti.bus.payloads import Incident, Message, RecordingMissing, RecordingReady
from cti.store.engine import Store
from recordings import catalogue, jobs
from recordings.convert import ConversionFailed, Converted, NoRoom, NothingRecorded
from recordings.models import RecordingRow
from recordings.service import RecordingService
from tests.unit.recordings.conftest import tones

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DONE = Converted(seconds=1.0, size=4000, sha256="ab" * 32)


class Script:
    """A converter that does what it is told, in order, and then succeeds."""

    def __init__(self, *faults: Exception) -> None:
        self._faults = list(faults)
        self.converted: list[str] = []
        self.gate = asyncio.Event()
        self.gate.set()

    async def convert(self, raw: Path, audio: Path, waveform: Path, scratch: Path) -> Converted:
        await self.gate.wait()
        if self._faults:
            raise self._faults.pop(0)
        self.converted.append(raw.stem)
        return DONE

    async def close(self) -> None:
        """Nothing runs."""


class Desk:
    """The service, and the messages it publishes."""

    def __init__(self, store: Store, folder: Path, **options: Any) -> None:
        self.messages: asyncio.Queue[Message] = asyncio.Queue()
        self.service = RecordingService(
            store,
            folder / "archive",
            folder / "incoming",
            ManualClock(START),
            self.messages.put_nowait,
            settle=0,
            **{"pause": 0, **options},
        )

    async def begin(self, call_id: str, *, sound: bool = True) -> Path:
        """A call begins to be recorded."""
        raw = self.service.path_for(call_id)
        if sound:
            tones(raw, 1)
        await self.service.expected(
            self.service.expected_row(
                call_id, raw_path=raw, started_at=START, campaign_id=7, number="+4930123456"
            )
        )
        return raw

    async def told(self) -> Message:
        async with asyncio.timeout(30):
            return await self.messages.get()

    async def row(self, call_id: str) -> RecordingRow:
        return await catalogue.get(self.service.store, call_id)


@asynccontextmanager
async def desk(store: Store, folder: Path, **options: Any) -> AsyncIterator[Desk]:
    opened = Desk(store, folder, **options)
    await opened.service.start()
    try:
        yield opened
    finally:
        await opened.service.close()


async def test_a_call_becomes_a_file_a_waveform_and_a_message(store: Store, tmp_path: Path) -> None:
    async with desk(store, tmp_path) as one:
        raw = await one.begin("at-01")
        assert raw == tmp_path / "incoming" / "at-01.raw"
        one.service.finished("at-01", agent_id=3, outcome="answered")
        message = await one.told()
        row = await one.row("at-01")
    assert isinstance(message, RecordingReady)
    assert (message.recording, message.agent_id, message.campaign_id) == ("at-01", 3, 7)
    assert row.state == "ready"
    assert (row.agent_id, row.outcome) == (3, "answered")
    assert (row.seconds, row.size, row.sha256) == (1.0, message.size, message.sha256)
    assert row.path == "2026/03/01/at-01.mp3"
    assert (tmp_path / "archive" / row.path).stat().st_size == row.size
    assert (tmp_path / "archive" / row.waveform_path).is_file()
    assert not raw.exists()


async def test_the_raw_file_goes_only_after_the_row_is_committed(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, there = jobs.record, []

    async def record(*args: Any) -> None:
        there.append(raw.exists())
        await real(*args)
        there.append(raw.exists())

    monkeypatch.setattr(jobs, "record", record)
    async with desk(store, tmp_path, converter=Script()) as one:
        raw = await one.begin("at-01")
        one.service.finished("at-01")
        await one.told()
        assert there == [True, True]
        assert not raw.exists()


@pytest.mark.parametrize("sound", [b"", None])
async def test_a_call_without_sound_is_missing_and_an_incident(
    store: Store, tmp_path: Path, sound: bytes | None
) -> None:
    async with desk(store, tmp_path) as one:
        raw = await one.begin("at-01", sound=False)
        if sound is not None:
            raw.write_bytes(sound)
        one.service.finished("at-01")
        missing, incident = await one.told(), await one.told()
        row = await one.row("at-01")
    assert isinstance(missing, RecordingMissing)
    assert isinstance(incident, Incident)
    assert (incident.kind, incident.subject) == ("recording_missing", "at-01")
    assert row.state == "missing"
    assert "at-01.raw" in row.error


async def test_a_failure_is_tried_again(store: Store, tmp_path: Path) -> None:
    script = Script(ConversionFailed("odd"), ConversionFailed("odd"))
    async with desk(store, tmp_path, converter=script) as one:
        await one.begin("at-01")
        one.service.finished("at-01", agent_id=3)
        assert isinstance(await one.told(), RecordingReady)
        row = await one.row("at-01")
    assert (row.state, row.tries, row.error, row.agent_id) == ("ready", 2, "", 3)


async def test_the_third_failure_is_the_last_and_keeps_the_raw_file(
    store: Store, tmp_path: Path
) -> None:
    async with desk(store, tmp_path, converter=Script(*[ConversionFailed("odd")] * 3)) as one:
        raw = await one.begin("at-01")
        one.service.finished("at-01")
        assert isinstance(await one.told(), RecordingMissing)
        incident = await one.told()
        row = await one.row("at-01")
        assert raw.exists()
    assert isinstance(incident, Incident)
    assert incident.kind == "recording_failed"
    assert (row.state, row.tries, row.error) == ("failed", 3, "odd")


async def test_a_full_disk_makes_all_wait_and_is_told_once(store: Store, tmp_path: Path) -> None:
    script = Script(*[NoRoom("no space")] * 5)
    with structlog.testing.capture_logs() as logs:
        async with desk(store, tmp_path, converter=script) as one:
            script.gate.clear()
            for number in range(3):
                await one.begin(f"at-{number}")
                one.service.finished(f"at-{number}")
            script.gate.set()
            for _ in range(3):
                assert isinstance(await one.told(), RecordingReady)
            rows = [await one.row(f"at-{number}") for number in range(3)]
    assert [(row.state, row.tries) for row in rows] == [("ready", 0)] * 3
    assert script.converted == ["at-0", "at-1", "at-2"]
    assert [entry["log_level"] for entry in logs] == ["error", "info"]
    assert "disk is full" in logs[0]["reason"]


async def test_while_the_disk_is_full_the_recordings_are_pending(
    store: Store, tmp_path: Path
) -> None:
    async with desk(store, tmp_path, converter=Script(NoRoom("no space")), pause=3600) as one:
        await one.begin("at-01")
        with structlog.testing.capture_logs() as logs:
            one.service.finished("at-01")
            async with asyncio.timeout(30):
                while not logs:  # noqa: ASYNC110 - the log line is all that is told
                    await asyncio.sleep(0.01)
        assert (await one.row("at-01")).state == "pending"
        assert one.service.waiting == 1


async def test_a_lost_database_makes_recordings_wait(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = jobs.record, 0

    async def record(*args: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == 1:
            raise OSError("database is away")
        await real(*args)

    monkeypatch.setattr(jobs, "record", record)
    with structlog.testing.capture_logs() as logs:
        async with desk(store, tmp_path, converter=Script()) as one:
            raw = await one.begin("at-01")
            one.service.finished("at-01")
            assert isinstance(await one.told(), RecordingReady)
            assert not raw.exists()
    assert [entry["event"] for entry in logs] == [
        "recordings wait",
        "recordings are converted again",
    ]


async def test_an_unknown_or_repeated_call_is_only_logged(store: Store, tmp_path: Path) -> None:
    with structlog.testing.capture_logs() as logs:
        async with desk(store, tmp_path, converter=Script()) as one:
            await one.begin("at-01")
            one.service.finished("at-01", agent_id=3)
            await one.told()
            one.service.finished("at-01", agent_id=9)
            one.service.finished("at-99")
            await one.begin("at-02")
            one.service.finished("at-02")
            await one.told()
            assert (await one.row("at-01")).agent_id == 3
            assert one.messages.empty()
    assert {entry["call"] for entry in logs} == {"at-01", "at-99"}


async def test_resume_takes_up_what_was_left_but_not_living_calls(
    store: Store, tmp_path: Path
) -> None:
    before = Desk(store, tmp_path, converter=Script())
    for call_id in ("at-dead", "at-living"):
        await before.begin(call_id)
    script = Script()
    async with desk(store, tmp_path, converter=script) as one:
        assert await one.service.resume(lambda call_id: call_id == "at-living") == 1
        await one.told()
        assert script.converted == ["at-dead"]
        assert (await one.row("at-living")).state == "pending"
        one.service.finished("at-living")
        await one.told()
        assert script.converted == ["at-dead", "at-living"]


async def test_resume_deletes_only_what_a_crash_left(store: Store, tmp_path: Path) -> None:
    async with desk(store, tmp_path, converter=Script()) as one:
        raw = await one.begin("at-01")
        one.service.finished("at-01")
        await one.told()
    tones(raw, 1)  # as if the crash had come between the commit and the deletion
    stranger = tones(raw.with_name("at-unknown.raw"), 1)
    half = tmp_path / "archive" / ".unfinished" / "at-01.mp3.4711"
    half.parent.mkdir(parents=True)
    half.touch()
    assert await Desk(store, tmp_path).service.resume(lambda _: False) == 0
    assert not raw.exists()
    assert not half.exists()
    assert stranger.exists()


@pytest.mark.parametrize("call_id", ["", "../x", "a/b", "a\0", ".", "a..b", "-x", "x" * 65, "a\n"])
async def test_an_id_that_is_no_file_name_is_refused(
    store: Store, tmp_path: Path, call_id: str
) -> None:
    with pytest.raises(ValueError, match="not a recording's id"):
        Desk(store, tmp_path).service.path_for(call_id)


@pytest.mark.parametrize("name", ["a,b", "a${X}", 'a"b', "a;b"])
async def test_a_folder_the_dialplan_would_misread_is_refused(
    store: Store, tmp_path: Path, name: str
) -> None:
    with pytest.raises(UserError, match="cannot record"):
        Desk(store, tmp_path / name)


async def test_nothing_recorded_by_script_reaches_the_row(store: Store, tmp_path: Path) -> None:
    async with desk(store, tmp_path, converter=Script(NothingRecorded("why " * 200))) as one:
        await one.begin("at-01")
        one.service.finished("at-01")
        await one.told()
        assert len((await one.row("at-01")).error) == 255
