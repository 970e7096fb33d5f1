"""What comes out of the converter: the sound, the waveform, and what it refuses."""

import hashlib
import json
import subprocess
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from recordings import convert as module
from recordings.convert import (
    BUCKETS,
    FRAME,
    RATE,
    ConversionFailed,
    Converted,
    NoRoom,
    NothingRecorded,
    convert,
    encode,
    peaks,
    sides,
    whole_of,
)
from tests.unit.recordings.conftest import AGENT_HZ, CUSTOMER_HZ, tones


def into(tmp_path: Path, raw: Path) -> Converted:
    return convert(
        raw, tmp_path / "a" / "x.mp3", tmp_path / "a" / "x.json", tmp_path / "unfinished"
    )


def decoded(audio: Path) -> NDArray[np.int16]:
    """Samples of the archived file as an ordinary player gets them; shape (frames, 2)."""
    done = subprocess.run(
        ["ffmpeg", "-v", "error", "-i", str(audio), "-f", "s16le", "pipe:1"],
        capture_output=True,
        check=True,
    )
    assert not done.stderr
    return np.frombuffer(done.stdout, "<i2").reshape(-1, 2)


def strength(samples: NDArray[np.int16], hertz: int) -> float:
    """How much of the frequency is in the samples (16 kHz)."""
    spectrum = np.abs(np.fft.rfft(samples * np.hanning(len(samples))))
    near = round(hertz * len(samples) / 16000)
    return float(np.linalg.norm(spectrum[near - 9 : near + 10]))


def test_the_customer_is_left_and_the_agent_right(tmp_path: Path) -> None:
    into(tmp_path, tones(tmp_path / "x.raw", 5))
    sound = decoded(tmp_path / "a" / "x.mp3")
    for side, own, other in ((0, CUSTOMER_HZ, AGENT_HZ), (1, AGENT_HZ, CUSTOMER_HZ)):
        assert strength(sound[:, side], own) > 300 * strength(sound[:, side], other)  # 50 dB
    assert strength(sound[:, 0], CUSTOMER_HZ) / strength(sound[:, 1], AGENT_HZ) == pytest.approx(
        2, rel=0.1
    )


def test_the_facts_are_those_of_the_file(tmp_path: Path) -> None:
    facts = into(tmp_path, tones(tmp_path / "x.raw", 12.5))
    audio = tmp_path / "a" / "x.mp3"
    assert facts.seconds == 12.5
    assert len(decoded(audio)) / 16000 == pytest.approx(12.5, abs=0.2)
    assert facts.size == audio.stat().st_size < 12.5 * 4000 + 1000
    assert facts.sha256 == hashlib.sha256(audio.read_bytes()).hexdigest()
    assert (tmp_path / "x.raw").exists()
    assert list((tmp_path / "unfinished").iterdir()) == []


def test_the_waveform_shows_who_spoke_when(tmp_path: Path) -> None:
    sides = np.zeros((8 * RATE, 2), "<i2")
    sides[: 2 * RATE, 0] = 32767  # the customer in the first quarter, as loud as can be
    sides[6 * RATE :, 1] = -32768  # the agent in the last
    sides[4 * RATE, 1] = 16384  # and for one single sample in the middle
    raw = tmp_path / "x.raw"
    sides.tofile(raw)
    into(tmp_path, raw)
    drawn = json.loads((tmp_path / "a" / "x.json").read_text())
    quarter = BUCKETS // 4
    assert drawn["version"] == 1
    assert drawn["seconds"] == 8
    assert drawn["buckets"] == BUCKETS
    assert drawn["customer"] == [255] * quarter + [0] * 3 * quarter
    assert drawn["agent"] == [0] * 2 * quarter + [127] + [0] * (quarter - 1) + [255] * quarter


@pytest.mark.parametrize("frames", [1, 3, BUCKETS - 1, BUCKETS, BUCKETS + 1])
def test_the_waveform_of_the_shortest_call_has_all_its_buckets(tmp_path: Path, frames: int) -> None:
    raw = tmp_path / "x.raw"
    raw.write_bytes(b"\xff\x7f\x00\x80" * frames)
    drawn = peaks(raw, frames)
    assert drawn["customer"] == drawn["agent"] == [255] * BUCKETS


def test_an_hour_needs_no_more_memory_than_a_minute(tmp_path: Path) -> None:
    raw = tmp_path / "x.raw"
    frames = 3600 * RATE
    with raw.open("wb") as sparse:
        sparse.truncate(frames * FRAME)
    tracemalloc.start()
    try:
        assert sum(peaks(raw, frames)["agent"]) == 0
        assert tracemalloc.get_traced_memory()[1] < 4_000_000
    finally:
        tracemalloc.stop()


def test_a_file_cut_in_the_middle_of_a_frame_is_converted(tmp_path: Path) -> None:
    raw = tones(tmp_path / "x.raw", 1)
    raw.write_bytes(raw.read_bytes()[:-3])
    assert into(tmp_path, raw).seconds == (RATE - 1) / RATE


@pytest.mark.parametrize("content", [None, b"", b"abc"])
def test_without_sound_there_is_nothing_to_convert(tmp_path: Path, content: bytes | None) -> None:
    raw = tmp_path / "x.raw"
    if content is not None:
        raw.write_bytes(content)
    with pytest.raises(NothingRecorded, match=r"x\.raw"):
        into(tmp_path, raw)


def test_a_full_disk_is_not_a_broken_recording(tmp_path: Path) -> None:
    with pytest.raises(NoRoom):
        encode(tones(tmp_path / "x.raw", 5), Path("/dev/full"))


def _cut_short(raw: Path, target: Path) -> None:
    target.write_bytes(b"x" * 1000)


def _no_room(raw: Path, target: Path) -> None:
    target.write_bytes(b"x")
    raise OSError(28, "No space left on device")


@pytest.mark.parametrize(("fault", "error"), [(_cut_short, ConversionFailed), (_no_room, NoRoom)])
def test_a_fault_leaves_nothing_in_the_archive(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Path, Path], None],
    error: type[Exception],
) -> None:
    monkeypatch.setattr(module, "encode", fault)
    with pytest.raises(error):
        into(tmp_path, tones(tmp_path / "x.raw", 5))
    assert list((tmp_path / "a").iterdir()) == []
    assert list((tmp_path / "unfinished").iterdir()) == []


def test_without_ffmpeg_the_reason_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ConversionFailed, match="ffmpeg"):
        into(tmp_path, tones(tmp_path / "x.raw", 1))


@pytest.mark.parametrize("missing", ["", "-in", "-out"])
def test_two_files_of_a_side_each_become_one_recording(tmp_path: Path, missing: str) -> None:
    raw = tmp_path / "x.raw"
    tones(raw, 3)
    both = np.fromfile(raw, "<i2").reshape(-1, 2)
    raw.unlink()
    customer, agent = sides(raw)
    both[:, 0].tofile(customer)
    both[: 2 * RATE, 1].tofile(agent)  # the shorter one ends in silence
    for file in (customer, agent):
        assert whole_of(file) == raw
        if missing and file.stem.endswith(missing):
            file.unlink()
    facts = into(tmp_path, raw)
    assert facts.seconds == (2 if missing == "-in" else 3)
    joined = np.fromfile(raw, "<i2").reshape(-1, 2)
    assert (joined[:, 0] == (0 if missing == "-in" else both[: len(joined), 0])).all()
    assert (joined[: 2 * RATE, 1] == (0 if missing == "-out" else both[: 2 * RATE, 1])).all()
    assert not joined[2 * RATE :, 1].any()
    assert not list((tmp_path / "unfinished").iterdir())
