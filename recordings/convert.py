"""From what the PBX wrote to what people play: a small stereo MP3 and a waveform to draw.

Both are made in constant memory, however long the call: ffmpeg streams, the peaks are taken
bucket by bucket. (pydub holds a whole file in memory, three hours would be 350 MB, and leaves
the encoding to ffmpeg anyway; so ffmpeg is called directly.)

Why MP3: it is the one small format that every browser plays, Safari of any age included; Opus in
Ogg is half the size but Safari learnt it only in 18.4, and AAC costs twice the CPU. 16 kHz because
8 kHz exists only in MPEG-2.5, which was never a standard. Constant bit rate, so that a byte range
is a time range and seeking is exact. The channels are coded apart: joint stereo would let one side
be heard faintly on the other.
"""

import errno
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

RATE = 8000  # frames a second in the raw file
FRAME = 4  # bytes: two channels of signed 16-bit little-endian samples
BUCKETS = 800
WAVEFORM_VERSION = 1
_BIT_RATE = 32_000
_ENCODER = (
    *("ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"),
    *("-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i"),
)
_OUTPUT = (
    *("-c:a", "libmp3lame", "-ar", "16000", "-b:a", str(_BIT_RATE), "-joint_stereo", "0"),
    # Level 7 of 9 takes a third less CPU than the default and sounds the same at this band width.
    *("-compression_level", "7", "-map_metadata", "-1", "-f", "mp3", "pipe:1"),
)
_PIECE = 1 << 20  # samples of a side joined at a time
_SLACK = 8192  # bytes: header frames and the encoder's delay


def sides(raw: Path) -> tuple[Path, Path]:
    """Where the PBX writes the customer's side and the agent's, if each has a file of its own."""
    return raw.with_name(f"{raw.stem}-in.raw"), raw.with_name(f"{raw.stem}-out.raw")


def whole_of(raw: Path) -> Path:
    """The recording that a raw file is, or is a side of."""
    for end in ("-in", "-out"):
        if raw.stem.endswith(end):
            return raw.with_name(f"{raw.stem.removesuffix(end)}.raw")
    return raw


class ConversionFailed(Exception):
    """This file could not be made presentable; the message says why."""


class NoRoom(Exception):
    """The archive's disk is full."""


class NothingRecorded(Exception):
    """The raw file is not there, or holds no sound."""


@dataclass(frozen=True)
class Converted:
    """Facts of the audio file: `seconds` of sound, `size` in bytes, `sha256` in hexadecimal."""

    seconds: float
    size: int
    sha256: str


def convert(raw: Path, audio: Path, waveform: Path, scratch: Path) -> Converted:
    """Make `audio` and `waveform` from `raw`; both appear complete, on disk, or not at all.

    raw: s16le, 8 kHz, two channels: left the customer, right the agent. Where there are `sides`
    instead, it is made from these.
    scratch: folder of unfinished files, on the same file system as the others.
    Raises NothingRecorded, NoRoom or ConversionFailed; what the PBX wrote is never touched.
    """
    try:
        _join(raw, scratch)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom(str(error)) from error
        raise ConversionFailed(str(error)) from error
    try:
        frames = raw.stat().st_size // FRAME
    except FileNotFoundError:
        raise NothingRecorded(f"the PBX wrote no file {raw.name}") from None
    if not frames:
        raise NothingRecorded(f"the PBX wrote an empty file {raw.name}")
    try:
        for folder in (audio.parent, waveform.parent, scratch):
            folder.mkdir(parents=True, exist_ok=True)
        with _appearing(audio, scratch) as part:
            encode(raw, part)
            _check_length(part, frames)
            facts = Converted(frames / RATE, part.stat().st_size, _sha256(part))
        with _appearing(waveform, scratch) as part:
            part.write_text(json.dumps(peaks(raw, frames)), encoding="utf-8")
        _sync(audio.parent)
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise NoRoom(str(error)) from error
        raise ConversionFailed(str(error)) from error
    return facts


def _join(raw: Path, scratch: Path) -> None:
    """Make `raw` from its two sides; the shorter one ends in silence. OSError."""
    files = sides(raw)
    if raw.exists() or not any(file.exists() for file in files):
        return
    scratch.mkdir(parents=True, exist_ok=True)
    part = scratch / f"{raw.name}.{os.getpid()}"
    try:
        with part.open("wb") as out, ExitStack() as stack:
            sources = [stack.enter_context(f.open("rb")) for f in files if f.exists()]
            columns = [n for n, f in enumerate(files) if f.exists()]
            while True:
                pieces = [np.fromfile(source, "<i2", _PIECE) for source in sources]
                longest = max(len(piece) for piece in pieces)
                if not longest:
                    break
                both = np.zeros((longest, 2), "<i2")
                for column, piece in zip(columns, pieces, strict=True):
                    both[: len(piece), column] = piece
                both.tofile(out)
        part.rename(raw)
    finally:
        part.unlink(missing_ok=True)


def encode(raw: Path, target: Path) -> None:
    """Write `raw` as MP3 to `target`. Raises NoRoom, ConversionFailed or OSError."""
    with target.open("wb") as out:
        done = subprocess.run(
            [*_ENCODER, f"file:{raw}", *_OUTPUT],
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
        )
    if done.returncode:
        words = done.stderr.decode(errors="replace").strip()
        if os.strerror(errno.ENOSPC) in words:
            raise NoRoom(words)
        raise ConversionFailed(words.splitlines()[-1] if words else f"ffmpeg: {done.returncode}")


def peaks(raw: Path, frames: int) -> dict[str, Any]:
    """The waveform: for each of BUCKETS equal spans of time the loudest sample of each side.

    {"version": 1, "seconds": 12.5, "buckets": 800, "customer": [0…255], "agent": [0…255]}
    255 is full scale, linear. A file of fewer frames than buckets repeats its frames.
    """
    edges = np.linspace(0, frames, BUCKETS + 1).astype(np.int64)
    sides = np.zeros((BUCKETS, 2), np.int32)
    with raw.open("rb") as source:
        for bucket, (start, end) in enumerate(pairwise(edges)):
            source.seek(int(start) * FRAME)
            count = max(int(end - start), 1)
            samples = np.fromfile(source, "<i2", count * 2).reshape(-1, 2)
            # -32768 has no positive twin in 16 bits.
            sides[bucket] = np.abs(samples.astype(np.int32)).max(axis=0)
    scaled = np.minimum(sides * 255 // 32767, 255)
    return {
        "version": WAVEFORM_VERSION,
        "seconds": round(frames / RATE, 3),
        "buckets": BUCKETS,
        "customer": scaled[:, 0].tolist(),
        "agent": scaled[:, 1].tolist(),
    }


@contextmanager
def _appearing(final: Path, scratch: Path) -> Iterator[Path]:
    """A file to write in `scratch`, moved to `final` once it is safe on disk.

    Its name is this process's own: after a crash the old process may still be at the same job.
    """
    part = scratch / f"{final.name}.{os.getpid()}"
    try:
        yield part
        _sync(part)
        part.rename(final)
    finally:
        part.unlink(missing_ok=True)


def _check_length(audio: Path, frames: int) -> None:
    """At a constant bit rate the size tells the length: nothing may have been cut off."""
    expected = frames / RATE * _BIT_RATE / 8
    size = audio.stat().st_size
    if abs(size - expected) > _SLACK:
        raise ConversionFailed(f"the encoder wrote {size} bytes where {expected:.0f} were due")


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    """Make the file, or the folder's entries, survive a power cut."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
