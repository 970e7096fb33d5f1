"""Sound as the PBX writes it for us."""

from pathlib import Path

import numpy as np

from hearing.sighting import RATE, Samples
from hearing.tail import FILE_RATE


def tone(*hertz: float, seconds: float, level: float = 0.2) -> Samples:
    time = np.arange(round(seconds * RATE)) / RATE
    wave = sum((np.sin(2 * np.pi * f * time) for f in hertz), np.zeros_like(time))
    return (level * wave).astype(np.float32)


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), np.float32)


SIT = np.concatenate([*(tone(f, seconds=0.33) for f in (950, 1400, 1800)), quiet(0.5)])
"""Special information tones, ITU form: a vacant number."""
BUSY = np.concatenate([tone(450, seconds=0.35), quiet(0.35)] * 12)
"""China's busy tone."""


def write(file: Path, sound: Samples) -> None:
    """Append to a file of 48 kHz."""
    with file.open("ab") as out:
        out.write(as_written(sound))


def as_written(sound: Samples) -> bytes:
    """8 kHz → 48 kHz, 16 bit; each sample is held, which costs nothing that a test hears."""
    held = np.repeat(sound, FILE_RATE // RATE)
    return (held * 32767).astype("<i2").tobytes()
