"""The spectral front end that all tone detectors share: sound in, frames of power out."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hearing.sighting import RATE, Samples

HOP = 80
"""Samples from frame to frame: 10 ms."""
WINDOW = 512
"""Samples a frame looks at: 64 ms under a Hann window, half power over the middle 23 ms."""
BIN_HZ = RATE / WINDOW
LOWEST = 8
"""First bin that counts, 125 Hz: offset and mains hum lie below."""
HIGHEST = 240
"""Bins that are kept, up to 3750 Hz: what a telephone carries."""
_STEP = 4  # frames made at once; fewer would cost more overhead than work

Floats = npt.NDArray[np.float32]

_HANN = (0.5 - 0.5 * np.cos(2 * np.pi * (np.arange(WINDOW) + 0.5) / WINDOW)).astype(np.float32)
# So that the bins of a sine of amplitude 1 add up to 1, and of noise to twice its mean square.
_SCALED = (_HANN * np.sqrt(4 / (WINDOW * np.sum(_HANN**2, dtype=np.float64)))).astype(np.float32)


@dataclass(frozen=True, slots=True)
class Frames:
    """Some frames in a row.

    first: number of the first one since the start. power: frames × bins, 1 for a sine of full
    scale. total: what `power` sums to in each. pcm: the samples from the first frame's first to
    the last frame's last.
    """

    first: int
    power: Floats
    total: Floats
    pcm: Samples

    def __len__(self) -> int:
        return len(self.total)


def middle(frame: float) -> float:
    """The second of sound at which a frame looks."""
    return (frame * HOP + WINDOW / 2) / RATE


def end(frame: int) -> float:
    """The second of sound up to which must be heard for this frame to exist."""
    return (frame * HOP + WINDOW) / RATE


class FrontEnd:
    """Cuts a stream into frames; the result does not depend on how the stream was cut."""

    def __init__(self) -> None:
        # Half a window of silence first, so that a tone that starts with the stream has an edge.
        self._next = -(WINDOW // 2 // HOP)
        self._rest: Samples = np.zeros(-self._next * HOP, np.float32)

    @property
    def last(self) -> int:
        """Number of the last frame made."""
        return self._next - 1

    def feed(self, samples: Samples) -> Frames | None:
        """The frames that are now complete, or None when there is none."""
        self._rest = np.concatenate((self._rest, samples))
        ready = (len(self._rest) - WINDOW) // HOP + 1
        return self._cut(ready // _STEP * _STEP)

    def finish(self) -> Frames | None:
        """The rest, but what is shorter than a frame."""
        return self._cut((len(self._rest) - WINDOW) // HOP + 1)

    def _cut(self, count: int) -> Frames | None:
        if count <= 0:
            return None
        pcm = self._rest[: (count - 1) * HOP + WINDOW]
        strides = (HOP * pcm.itemsize, pcm.itemsize)  # frames overlap: a view, not a copy
        windows: Samples = np.ndarray((count, WINDOW), np.float32, pcm, 0, strides)
        spectrum = np.fft.rfft(windows * _SCALED)[:, LOWEST:HIGHEST]
        power: Floats = np.asarray(spectrum.real**2 + spectrum.imag**2, np.float32)
        frames = Frames(self._next, power, power.sum(axis=1), pcm)
        self._rest = self._rest[count * HOP :]
        self._next += count
        return frames
