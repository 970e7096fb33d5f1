"""kill -9 in the middle of a conversion: the next run finds the job and finishes it."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from cti.base.clock import SystemClock
from cti.bus.payloads import Message, RecordingReady
from cti.store.engine import Store
from recordings import catalogue
from recordings.service import RecordingService
from tests.unit.recordings.conftest import tones

T = TypeVar("T")

SERVICE = """
import asyncio, sys
from pathlib import Path
from cti.base.clock import SystemClock
from cti.store.engine import Store, sqlite_url
from recordings.service import RecordingService

async def main():
    folder = Path(sys.argv[1])
    service = RecordingService(
        Store(sqlite_url(folder)), folder / "archive", folder / "incoming", SystemClock(), print,
        settle=0,
    )
    await service.start()
    service.finished("at-01", agent_id=3, outcome="answered")
    await asyncio.Event().wait()

asyncio.run(main())
"""


async def seen(look: Callable[[], T]) -> T:
    """Wait until another process has done what `look` looks for."""
    async with asyncio.timeout(20):
        while not (found := look()):  # noqa: ASYNC110 - nothing else tells
            await asyncio.sleep(0.005)
        return found


async def test_a_killed_conversion_is_done_by_the_next_run(store: Store, tmp_path: Path) -> None:
    heard: asyncio.Queue[Message] = asyncio.Queue()
    service = RecordingService(
        store,
        tmp_path / "archive",
        tmp_path / "incoming",
        SystemClock(),
        heard.put_nowait,
        settle=0,
    )
    raw = tones(service.path_for("at-01"), 300)
    started = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    await service.expected(service.expected_row("at-01", raw_path=raw, started_at=started))

    scratch = tmp_path / "archive" / ".unfinished"
    first = await asyncio.create_subprocess_exec(sys.executable, "-c", SERVICE, str(tmp_path))
    try:
        half = await seen(lambda: [file for file in scratch.glob("*.mp3.*") if file.stat().st_size])
    finally:
        first.kill()
        await first.wait()
    os.killpg(int(half[0].suffix[1:]), signal.SIGKILL)  # its converting process, and ffmpeg
    row = await catalogue.get(store, "at-01")
    assert row.state == "processing"
    assert half[0].exists()
    assert not list((tmp_path / "archive").glob("2026/**/*.*"))

    await service.start()
    assert await service.resume(lambda _: False) == 1
    async with asyncio.timeout(30):
        ready = await heard.get()
    await service.close()
    assert isinstance(ready, RecordingReady)
    row = await catalogue.get(store, "at-01")
    assert (row.state, row.seconds, row.agent_id, row.outcome) == ("ready", 300.0, 3, "answered")
    assert not raw.exists()
    assert list(scratch.iterdir()) == []


async def test_close_in_the_middle_ends_the_converting_process(
    store: Store, tmp_path: Path
) -> None:
    service = RecordingService(
        store, tmp_path / "archive", tmp_path / "incoming", SystemClock(), print, settle=0
    )
    raw = tones(service.path_for("at-01"), 600)
    started = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
    await service.expected(service.expected_row("at-01", raw_path=raw, started_at=started))
    await service.start()
    service.finished("at-01")
    scratch = tmp_path / "archive" / ".unfinished"
    half = await seen(lambda: [file for file in scratch.glob("*.mp3.*") if file.stat().st_size])
    async with asyncio.timeout(3):
        await service.close()
    group = int(half[0].suffix[1:])
    await seen(lambda: not _alive(group))
    assert (await catalogue.get(store, "at-01")).state == "processing"
    assert raw.exists()


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
