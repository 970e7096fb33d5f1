"""Ringback, busy, congestion and "number unobtainable" of one country, by pitch and cadence."""

from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from hearing.sighting import RATE, Sighting, Source
from hearing.tones.spectrum import BIN_HZ, HIGHEST, HOP, LOWEST, Floats, Frames, end, middle
from hearing.tones.steady import FLOOR
from hearing.tones.zones import Cadence, Progress, Zone

MEANING = {
    Progress.RINGBACK: None,
    Progress.BUSY: "busy",
    Progress.CONGESTION: "congestion",
    Progress.UNOBTAINABLE: "vacant",
}
_WORDS = {
    Progress.RINGBACK: "ringing tone",
    Progress.BUSY: "busy tone",
    Progress.CONGESTION: "congestion tone",
    Progress.UNOBTAINABLE: "number unobtainable tone",
}
_PITCH = 25.0  # Hz to either side, as E.180 allows China and others
_LOBE = 1.5 * BIN_HZ  # a sine reaches this far under the window
_SHARE = 0.6  # least share of a burst's power on its frequencies
_EACH = 0.04  # least share of each of two tones: 14 dB of twist
_QUIET = 0.16  # greatest power of a pause, relative to the burst: -8 dB
_HOLE = (5, 12)  # frames that a lost packet or a beat may last: as far as the zone's pauses allow
_FADED = 16  # a burst goes on down to this part of its peak, 12 dB: codecs let tones flutter
_RISE = 8  # frames in which a tone comes to its full level under the window
_BLIP = 4  # frames: a shorter burst is noise
_SURE = 15  # frames after which a burst is known to be one
_LONGEST = 400  # frames that are kept: longer than any burst of the table
_LONGEST_PAUSE = 800  # frames: no cadence has one of 8 s
_MEMORY = 12  # elements of the rhythm that are kept
_SLACK, _STRETCH = 0.045, 0.13  # seconds, and share, that an element may be off


@dataclass(frozen=True, slots=True)
class _Element:
    """A burst or pause whose both edges were heard; fits: cadences whose pitch a burst has."""

    sounds: bool
    start: float
    seconds: float
    fits: frozenset[int]


@dataclass(slots=True)
class _Burst:
    """A burst in the making."""

    frames: list[int] = field(default_factory=list)
    band: list[float] = field(default_factory=list)
    spectrum: Floats = field(default_factory=lambda: np.zeros(HIGHEST - LOWEST, np.float32))
    total: float = 0.0
    peak: float = 0.0
    missing: int = 0  # frames since the last loud one

    def add(self, frame: int, band: float, power: Floats, total: float) -> None:
        self.missing = 0
        if len(self.frames) == _LONGEST:
            return
        self.frames.append(frame)
        self.band.append(band)
        self.spectrum += power
        self.total += total
        self.peak = max(self.peak, band)

    def edges(self) -> tuple[float, float]:
        """First and last frame at half amplitude or more."""
        levels = np.array(self.band)
        loud = np.flatnonzero(levels >= np.median(levels[levels >= self.peak / 4]) / 4)
        return self.frames[loud[0]] - 0.5, self.frames[loud[-1]] + 0.5


class CallProgress:
    """A detector's half: fed frames, gives sightings `tone.{ringback|busy|…}.{zone}`, each once.

    Busy and its like are sure after two bursts and two pauses, ringback after one of each, when
    the next burst has begun.
    """

    def __init__(self, zone: Zone) -> None:
        self._zone = zone
        self._masks = [_mask(cadence) for cadence in zone.cadences]
        bins = np.flatnonzero(np.logical_or.reduce(self._masks))
        self._band = slice(int(bins[0]), int(bins[-1]) + 1)
        shortest = min(time for one in zone.cadences for time in one.times[1::2])
        self._hole = min(max(int(shortest * RATE / HOP * 0.6), _HOLE[0]), _HOLE[1])
        self._rhythm: deque[_Element] = deque(maxlen=_MEMORY)
        self._burst: _Burst | None = None
        self._sure: frozenset[int] | None = None  # of the burst: cadences of its pitch, once known
        self._pause: list[float] = []  # total power of each frame since the last burst
        self._last_end: float | None = None  # frame of the last burst's end, if it was one of ours
        self._level = 0.0  # mean total power of the last burst
        self._reference = 0.0  # its power in the band
        self._said: set[Progress] = set()

    def feed(self, frames: Frames) -> list[Sighting]:
        """What these frames make sure."""
        band = frames.power[:, self._band].sum(axis=1)
        candidates = (band >= FLOOR) & (band >= 0.4 * frames.total)
        if self._burst is None and not candidates.any():
            self._pause += frames.total.tolist()
            del self._pause[: -2 * _LONGEST_PAUSE]
            return []
        said: list[Sighting] = []
        rows = zip(
            band.tolist(), frames.total.tolist(), candidates.tolist(), frames.power, strict=True
        )
        for offset, (in_band, total, candidate, power) in enumerate(rows):
            said += self._hear(frames.first + offset, in_band, total, candidate, power)
        return said

    def _hear(
        self, frame: int, band: float, total: float, candidate: bool, power: Floats
    ) -> Iterator[Sighting]:
        burst = self._burst
        if burst is None:
            if not candidate or band < self._reference / 4:
                self._pause.append(total)
                return
            burst = self._burst = _Burst()
        if band > _FADED * burst.peak and len(burst.frames) > _RISE:
            self._sure = None  # what came before was but noise
            burst = self._burst = _Burst()
        if band >= max(burst.peak / _FADED, FLOOR / 4):
            del self._pause[len(self._pause) - burst.missing :]  # it was but a hole
            burst.add(frame, band, power, total)
            if self._sure is None and frame - burst.frames[0] >= _SURE:
                self._begin(burst)
                yield from self._decide(frame)
            return
        burst.missing += 1
        self._pause.append(total)
        if burst.missing > self._hole:
            yield from self._close(burst, frame)

    def _begin(self, burst: _Burst) -> None:
        """The burst is real: the pause before it is complete."""
        self._sure = self._pitch(burst)
        start, _ = burst.edges()
        if not self._sure:
            self._forget()
            return
        if self._last_end is not None:
            if start - self._last_end > _LONGEST_PAUSE or not self._is_quiet():
                self._forget()
            else:
                self._add(False, self._last_end, start, self._sure)
        self._pause.clear()

    def _close(self, burst: _Burst, frame: int) -> Iterator[Sighting]:
        self._burst = None
        tail = self._pause[-burst.missing :]
        if self._sure is None:
            if len(burst.frames) < _BLIP:
                return
            del self._pause[-burst.missing :]
            self._begin(burst)
            self._pause = tail
        fits = self._pitch(burst)
        self._sure = None
        if not fits:
            self._forget()
            return
        start, stop = burst.edges()
        if middle(start) > 2 * HOP / RATE:  # else it began before the stream did
            self._add(True, start, stop, fits)
        self._last_end = stop
        self._level = burst.total / len(burst.frames)
        self._reference = float(np.median(burst.band))
        yield from self._decide(frame)

    def _forget(self) -> None:
        self._rhythm.clear()
        self._last_end = None
        self._reference = 0.0

    def _add(self, sounds: bool, start: float, stop: float, fits: frozenset[int]) -> None:
        seconds = (stop - start) * HOP / RATE
        self._rhythm.append(_Element(sounds, middle(start), seconds, fits))

    def _pitch(self, burst: _Burst) -> frozenset[int]:
        """The cadences on whose frequencies the burst lies."""
        return frozenset(
            index
            for index, cadence in enumerate(self._zone.cadences)
            if _has_pitch(burst.spectrum, burst.total, cadence, self._masks[index])
        )

    def _is_quiet(self) -> bool:
        inner = self._pause[4:-4] if len(self._pause) > 11 else [min(self._pause, default=0.0)]
        return sum(inner) / len(inner) <= _QUIET * self._level

    def _decide(self, frame: int) -> list[Sighting]:
        """The one cadence that the rhythm can only be, if it has not been said."""
        found = {
            index: error
            for index, cadence in enumerate(self._zone.cadences)
            if (error := self._error(index, _needed(cadence))) is not None
        }
        if not found:
            return []
        best = max(found, key=lambda index: (self._explained(index), -found[index]))
        cadence = self._zone.cadences[best]
        if cadence.says in self._said or self._has_rival(best, found):
            return []
        self._said.add(cadence.says)
        first = self._rhythm[-_needed(cadence)]
        return [
            Sighting(
                source=Source.TONE,
                name=f"tone.{cadence.says}.{self._zone.name}",
                what=f"{_WORDS[cadence.says]} ({self._zone.country})",
                at=round(max(first.start, 0.0), 3),
                until=round(end(frame), 3),
                meaning=MEANING[cadence.says],
                confidence=round(1 - 0.05 * found[best], 3),
            )
        ]

    def _has_rival(self, best: int, found: Collection[int]) -> bool:
        """Whether a longer cadence, not yet heard in full, explains as much of the rhythm."""
        explained = self._explained(best)
        return any(
            index not in found and self._explained(index) >= explained
            for index in range(len(self._zone.cadences))
        )

    def _explained(self, index: int) -> int:
        """How many of the last elements fit the cadence."""
        counts = range(len(self._rhythm), 0, -1)
        return next((count for count in counts if self._error(index, count) is not None), 0)

    def _error(self, index: int, count: int) -> float | None:
        """How far the last `count` elements are off the cadence, in shares of what is allowed.

        None when one is off by more, or has another pitch, or there are too few.
        """
        if len(self._rhythm) < count:
            return None
        heard = list(self._rhythm)[-count:]
        if not all(index in element.fits for element in heard):
            return None
        times = self._zone.cadences[index].times
        errors = []
        for phase in range(0 if heard[0].sounds else 1, len(times), 2):
            wanted = (times[(phase + step) % len(times)] for step in range(count))
            off = [
                abs(element.seconds - time) / max(_SLACK, _STRETCH * time)
                for element, time in zip(heard, wanted, strict=True)
            ]
            if max(off) <= 1:
                errors.append(sum(off) / count)
        return min(errors, default=None)


def _needed(cadence: Cadence) -> int:
    """Elements that must fit before the cadence is said."""
    ringback = cadence.says is Progress.RINGBACK
    return len(cadence.times) if ringback else max(4, len(cadence.times))


def _mask(cadence: Cadence) -> npt.NDArray[np.bool_]:
    """The bins that the cadence's frequencies may fill."""
    hertz = (np.arange(LOWEST, HIGHEST)) * BIN_HZ
    near: npt.NDArray[np.bool_] = np.any(
        [np.abs(hertz - frequency) <= _PITCH + _LOBE for frequency in cadence.frequencies], axis=0
    )
    return near


def _has_pitch(
    spectrum: Floats, total: float, cadence: Cadence, mask: npt.NDArray[np.bool_]
) -> bool:
    """Whether the power lies on the cadence's frequencies, and on each of two far apart."""
    power = np.where(mask, spectrum, 0)
    inside = float(power.sum())
    if inside < _SHARE * total:
        return False
    hertz = np.arange(LOWEST, HIGHEST) * BIN_HZ
    groups = _groups(cadence.frequencies)
    for group in groups:
        low, high = group[0] - _PITCH - _LOBE, group[-1] + _PITCH + _LOBE
        own = np.where((hertz >= low) & (hertz <= high), power, 0)
        share = float(own.sum())
        centre = float((own * hertz).sum() / (share or 1))
        if abs(centre - sum(group) / len(group)) > _PITCH or share < _EACH * inside:
            return False
    return True


def _groups(frequencies: tuple[float, ...]) -> list[list[float]]:
    """Frequencies that lie too close to be told apart, together."""
    groups: list[list[float]] = []
    for frequency in frequencies:
        if groups and frequency - groups[-1][-1] < 2 * (_PITCH + _LOBE):
            groups[-1].append(frequency)
        else:
            groups.append([frequency])
    return groups
