"""The converting process: alive across jobs, started again when it dies."""

import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from recordings.convert import ConversionFailed, Converted, NothingRecorded
from recordings.converter import Converter
from tests.unit.recordings.conftest import tones


@pytest.fixture
async def converter() -> AsyncIterator[Converter]:
    converter = Converter()
    yield converter
    await converter.close()


async def run(converter: Converter, folder: Path, name: str) -> Converted:
    return await converter.convert(
        raw=folder / f"{name}.raw",
        audio=folder / "archive" / f"{name}.mp3",
        waveform=folder / "archive" / f"{name}.json",
        scratch=folder / "unfinished",
    )


def process_id(converter: Converter) -> int:
    assert converter._process is not None
    return converter._process.pid


async def test_one_process_does_job_after_job(converter: Converter, tmp_path: Path) -> None:
    tones(tmp_path / "a.raw", 1)
    assert (await run(converter, tmp_path, "a")).seconds == 1
    first = process_id(converter)
    with pytest.raises(NothingRecorded, match=r"b\.raw"):
        await run(converter, tmp_path, "b")
    tones(tmp_path / "c.raw", 2)
    assert (await run(converter, tmp_path, "c")).seconds == 2
    assert process_id(converter) == first
    assert os.getpriority(os.PRIO_PROCESS, first) > os.getpriority(os.PRIO_PROCESS, 0)


async def test_a_fault_of_ffmpeg_comes_back_as_words(
    converter: Converter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fake = tmp_path / "bin" / "ffmpeg"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\necho 'codec is away' >&2\nexit 1\n")
    fake.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fake.parent}:{os.environ['PATH']}")
    tones(tmp_path / "a.raw", 1)
    with pytest.raises(ConversionFailed, match="codec is away"):
        await run(converter, tmp_path, "a")


async def test_a_process_that_died_is_replaced(converter: Converter, tmp_path: Path) -> None:
    tones(tmp_path / "a.raw", 1)
    await run(converter, tmp_path, "a")
    first = process_id(converter)
    os.kill(first, signal.SIGKILL)
    with pytest.raises(ConversionFailed, match="died"):
        await run(converter, tmp_path, "a")
    assert (await run(converter, tmp_path, "a")).seconds == 1
    assert process_id(converter) != first
