"""What an announcement sounds like, small and comparable: its levels in bands of pitch over time.

A fingerprint keeps 50 frames a second of 18 mel bands between 250 and 3500 Hz, in half decibels.
Codecs of telephone networks keep these levels well; gain, place in the stream and noise are dealt
with when two are compared (`hearing.announcements.alignment`).
"""

import struct
from dataclasses import dataclass
from functools import cache
from typing import Self

import numpy as np
import numpy.typing as npt

from hearing.sighting import RATE, Samples

VERSION = 1
"""Of the method. Fingerprints of another version are made anew from the kept sample."""
HOP = RATE // 50
WINDOW = 256
BANDS = 18
FRAMES_PER_SECOND = RATE // HOP
FLOOR = -100.0  # dB of full scale: below there is nothing
_STEP = 0.5  # dB
_LOWEST, _HIGHEST = 250.0, 3500.0  # Hz
_HEADER = struct.Struct("<4sHHI")
_MAGIC = b"ctfp"

Levels = npt.NDArray[np.float32]
"""Frames × bands, dB of full scale."""


@dataclass(frozen=True, slots=True, eq=False)
class Fingerprint:
    """Levels of a recording. `steps`: frames × BANDS, half decibels above FLOOR."""

    steps: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, levels: Levels) -> Self:
        """From levels in dB."""
        return cls(np.clip(np.rint((levels - FLOOR) / _STEP), 0, 255).astype(np.uint8))

    @property
    def levels(self) -> Levels:
        """In dB of full scale."""
        return (self.steps * np.float32(_STEP) + np.float32(FLOOR)).astype(np.float32)

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.steps) / FRAMES_PER_SECOND

    def to_bytes(self) -> bytes:
        """To keep it; `from_bytes` reads it."""
        head = _HEADER.pack(_MAGIC, VERSION, BANDS, len(self.steps))
        return head + self.steps.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` wrote. ValueError when it is not that, or of another VERSION."""
        if len(data) < _HEADER.size:
            raise ValueError("this is no fingerprint")
        magic, version, bands, frames = _HEADER.unpack_from(data)
        if magic != _MAGIC:
            raise ValueError("this is no fingerprint")
        if version != VERSION:
            raise ValueError(f"a fingerprint of version {version}, this is {VERSION}")
        if bands != BANDS or len(data) != _HEADER.size + frames * bands:
            raise ValueError("a damaged fingerprint")
        steps = np.frombuffer(data, np.uint8, offset=_HEADER.size).reshape(frames, bands)
        return cls(steps)


def levels_of(samples: Samples) -> Levels:
    """Levels of every whole frame: ⌊(n − WINDOW) / HOP⌋ + 1 of them, none for shorter sound."""
    if len(samples) < WINDOW:
        return np.empty((0, BANDS), np.float32)
    frames = np.lib.stride_tricks.sliding_window_view(samples, WINDOW)[::HOP]
    power = np.square(np.abs(np.fft.rfft(frames * _window(), axis=1)))
    energy = power.astype(np.float32) @ _filters()
    levels: Levels = np.maximum(10 * np.log10(energy + np.float32(1e-12)), np.float32(FLOOR))
    return levels


@cache
def _window() -> npt.NDArray[np.float32]:
    hann: npt.NDArray[np.float64] = np.hanning(WINDOW + 1)[:-1]
    scaled = hann / hann.sum() * 2
    return np.asarray(scaled, np.float32)  # a full-scale sine has 0 dB


@cache
def _filters() -> npt.NDArray[np.float32]:
    """Triangles, evenly spaced in mel (O'Shaughnessy's formula): FFT bins × bands."""

    def mel(hertz: float) -> float:
        return float(2595 * np.log10(1 + hertz / 700))

    edges = 700 * (10 ** (np.linspace(mel(_LOWEST), mel(_HIGHEST), BANDS + 2) / 2595) - 1)
    bins = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    rise = (bins - edges[:-2]) / (edges[1:-1] - edges[:-2])
    fall = (edges[2:] - bins) / (edges[2:] - edges[1:-1])
    return np.maximum(np.minimum(rise, fall), 0).astype(np.float32)
