"""A fax on the line: its answer tone, its calling tone, the preamble of its first frame.

ITU-T T.30: CED is 2100 Hz (±15) for 2.6 to 4 s, V.8's ANSam the same with phase reversals every
450 ms and 15 Hz of amplitude modulation; CNG is 1100 Hz (±38), 0.5 s on and 3 s off (±15 %); every
HDLC transmission begins with 1 s of flags (0x7E) in V.21 channel 2: 300 bit/s, 1650 Hz for 1 and
1850 Hz for 0.
"""

from collections import deque
from functools import cache

import numpy as np
import numpy.typing as npt

from hearing.sighting import RATE, Samples, Sighting, Source
from hearing.tones.spectrum import BIN_HZ, HOP, LOWEST, Frames, end
from hearing.tones.steady import FLOOR, Tone

_CED, _CED_REACH, _CED_SURE = 2100.0, 22.0, 1.5  # Hz, Hz, seconds
_CED_PURE = 0.8  # least share of all power: a note of a tune seldom sounds so alone
_CNG, _CNG_REACH = 1100.0, 42.0  # Hz
_CNG_PURE = 0.85  # least share of all power
_FAINT = 30  # a tone weaker by so much, 15 dB, is but noise beside it
_CNG_ON, _CNG_OFF = (0.42, 0.58), (2.5, 3.5)  # seconds
_ONE, _ZERO, _BAUD = 1650.0, 1850.0, 300
_BIT = RATE / _BAUD  # samples
_V21_BAND = slice(round(1500 / BIN_HZ) - LOWEST, round(2000 / BIN_HZ) - LOWEST + 1)
_V21_SHARE = 0.7  # least share of all power in the band
_V21_LOOK = 32  # frames, 0.32 s: twelve flags
_V21_AGAIN = 8  # frames until the next look
_FLAGS = 0.7  # least correlation of the bits with those of flags


class FaxTones:
    """Fed steady tones and frames, gives `fax.ced`, `fax.cng` and `fax.v21`, each once."""

    def __init__(self) -> None:
        self._said: set[str] = set()
        self._answering: Tone | None = None  # the last tone, which may go on after a lost packet
        self._calling: Tone | None = None
        self._flags = _Flags()

    def hear(self, tone: Tone) -> list[Sighting]:
        """What this tone makes sure: an answer tone while it sounds, a calling tone twice."""
        if self._answering and tone.continues(self._answering):
            tone = tone.joined(self._answering)
        self._answering = tone if tone.over else None
        if _is_answer(tone):
            return self._say("ced", "fax answer tone", tone.start, tone.heard, 0.99)
        faint = self._calling is not None and tone.level < self._calling.level / _FAINT
        if not tone.over or faint:
            return []
        before, self._calling = self._calling, tone if _is_calling(tone) else None
        if before and self._calling and _CNG_OFF[0] <= tone.start - before.end <= _CNG_OFF[1]:
            return self._say("cng", "fax calling tone", before.start, tone.heard, 0.99)
        return []

    def feed(self, frames: Frames) -> list[Sighting]:
        """What these frames make sure: a preamble."""
        heard = None if "v21" in self._said else self._flags.feed(frames)
        if heard is None:
            return []
        return self._say("v21", "fax preamble", heard - _V21_LOOK * HOP / RATE, heard, 0.995)

    def _say(self, name: str, what: str, at: float, until: float, sure: float) -> list[Sighting]:
        if name in self._said:
            return []
        self._said.add(name)
        place = (round(max(at, 0.0), 3), round(until, 3))
        return [Sighting(Source.FAX, f"fax.{name}", what, *place, "fax", sure)]


def _is_answer(tone: Tone) -> bool:
    near = abs(tone.frequency - _CED) <= _CED_REACH
    return near and tone.seconds >= _CED_SURE and tone.purity >= _CED_PURE


def _is_calling(tone: Tone) -> bool:
    near = abs(tone.frequency - _CNG) <= _CNG_REACH
    alone = tone.purity >= _CNG_PURE and tone.after <= 1 - _CNG_PURE
    return near and alone and _CNG_ON[0] <= tone.seconds <= _CNG_ON[1]


class _Flags:
    """Looks into the samples only while nearly all power lies where V.21 has it."""

    def __init__(self) -> None:
        self._run = 0
        self._hops: deque[Samples] = deque(maxlen=_V21_LOOK)

    def feed(self, frames: Frames) -> float | None:
        """The second of sound up to which flags were heard, once they are sure."""
        band = frames.power[:, _V21_BAND].sum(axis=1)
        inside = (band >= _V21_SHARE * frames.total) & (band >= FLOOR)
        if not inside.any():
            self._run = 0
            return None
        for offset, is_inside in enumerate(inside.tolist()):
            self._hops.append(frames.pcm[offset * HOP : (offset + 1) * HOP])
            self._run = self._run + 1 if is_inside else 0
            late = self._run - _V21_LOOK
            look = late >= 0 and late % _V21_AGAIN == 0
            if look and is_flags(np.concatenate(self._hops)):
                return end(frames.first + offset)
        return None


def is_flags(pcm: Samples) -> bool:
    """Whether V.21 says 01111110 over and over: six bits of 1650 Hz, two of 1850 Hz."""
    one, zero = (np.abs(np.convolve(pcm, bit, "valid")) for bit in _matched_filters())
    says = (one - zero) / (one + zero + 1e-12)
    says = says - says.mean()
    alike = (_flags(len(says)) * says).sum(axis=1)
    return bool(alike.max() >= _FLAGS * np.sqrt(np.sum(says**2) + 1e-12))


@cache
def _matched_filters() -> tuple[npt.NDArray[np.complex128], npt.NDArray[np.complex128]]:
    """One bit of each frequency."""
    time = np.arange(round(_BIT)) / RATE
    return np.exp(2j * np.pi * _ONE * time), np.exp(2j * np.pi * _ZERO * time)


@cache
def _flags(length: int) -> npt.NDArray[np.float64]:
    """Flags that begin at each quarter of a bit, without their mean, of power 1 in all."""
    bit = (np.arange(length) / _BIT + np.arange(32)[:, None] / 4) % 8
    flags = np.where((bit < 1) | (bit >= 7), -1.0, 1.0)
    flags -= flags.mean(axis=1, keepdims=True)
    normal: npt.NDArray[np.float64] = flags / np.sqrt(np.sum(flags**2, axis=1, keepdims=True))
    return normal
