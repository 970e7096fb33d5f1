"""A recording of an announcement: from any file to what is kept of it."""

import io
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cti.base.errors import UserError
from hearing.announcements.fingerprint import VERSION, Fingerprint
from hearing.announcements.speechlike import LONGEST
from hearing.announcements.taking import fingerprint
from hearing.audio import from_pcm16, read_audio, to_pcm16
from hearing.sighting import RATE, Samples
from hearing.tail import Tail

_SLACK = 30.0
"""Seconds of silence that may surround an announcement in a file."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What is kept of a recording. fingerprint: `Fingerprint.to_bytes`; sample: a WAV file."""

    fingerprint: bytes
    version: int
    sample: bytes
    seconds: float

    @property
    def print(self) -> Fingerprint:
        """The fingerprint itself."""
        return Fingerprint.from_bytes(self.fingerprint)


def take_file(path: Path) -> Taken:
    """From a file of any format. Blocking: decodes. UserError when it is nothing to learn from."""
    blocks, length = [], 0
    for block in read_audio(path):
        blocks.append(block)
        length += len(block)
        if length > (LONGEST + _SLACK) * RATE:
            raise UserError(
                f"{path.name} is longer than {LONGEST + _SLACK:.0f} s.",
                "Cut out one announcement.",
            )
    return take(np.concatenate(blocks))


def take(samples: Samples) -> Taken:
    """From sound. UserError when it is silent, too short, or no speech."""
    made = fingerprint(samples)
    return Taken(made.to_bytes(), VERSION, wav(samples), round(made.seconds, 2))


def wav(samples: Samples) -> bytes:
    """A WAV file: 8 kHz, 16 bit, one channel."""
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(to_pcm16(samples).astype("<i2").tobytes())
    return buffer.getvalue()


def unwav(sample: bytes) -> Samples:
    """The sound of what `wav` made."""
    with wave.open(io.BytesIO(sample)) as kept:
        return from_pcm16(kept.readframes(kept.getnframes()))


def heard_file(path: Path) -> Samples:
    """All of what the PBX wrote for the ears. Raises OSError."""
    tail = Tail(path)
    try:
        blocks = [np.zeros(0, np.float32)]
        while len(block := tail.read(10.0)):
            blocks.append(block)
        return np.concatenate(blocks)
    finally:
        tail.close()
