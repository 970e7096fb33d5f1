"""Single tones that hold their pitch: the matter of SIT, fax answers and beeps."""

from collections import deque
from dataclasses import dataclass, field, replace

import numpy as np

from hearing.sighting import RATE
from hearing.tones.spectrum import BIN_HZ, HOP, LOWEST, Frames, end, middle

MARKS = (18, 160)
"""Ages in frames at which a tone that still sounds is told of: 0.18 and 1.6 s."""
FLOOR = 2e-6
"""Power below which nothing is a tone: a sine of -57 dB of full scale."""

_BAND = slice(int(375 / BIN_HZ) - LOWEST, int(2250 / BIN_HZ) - LOWEST)  # where peaks are looked for
_AROUND = np.arange(-2, 3)  # bins that a sine under a Hann window fills
_PURE = 0.65  # least share of all power in one sine
_DRIFT = 25.0  # Hz: further away is another tone
_HOLE = 6  # frames: a lost packet or a phase reversal may be this long
_LONGEST = 600  # frames that are kept: nothing longer means more
_BROKEN = 0.13  # seconds that lost packets may cut out of a tone
_OTHER = 2  # frames of another pitch end a tone at once


@dataclass(frozen=True, slots=True)
class Tone:
    """One steady tone.

    start, seconds: of sound, to about 5 ms. frequency in Hz, wobble its standard deviation.
    level: power, 1 for full scale; ripple: standard deviation of the level in dB.
    purity: share of all power. before, after: power of everything just before its start and just
    after its end, relative to `level`.
    over: whether it has ended; one that still sounds is told of at `MARKS`. heard: second of sound
    at which this is known.
    """

    start: float
    seconds: float
    frequency: float
    wobble: float
    level: float
    ripple: float
    purity: float
    before: float
    after: float
    over: bool
    heard: float

    @property
    def end(self) -> float:
        return self.start + self.seconds

    def continues(self, before: "Tone") -> bool:
        """Whether lost packets broke one tone in two."""
        near = abs(before.frequency - self.frequency) <= _DRIFT
        return near and self.start - before.end <= _BROKEN

    def joined(self, before: "Tone") -> "Tone":
        """Both as one."""
        both = before.seconds + self.seconds
        return replace(
            self,
            start=before.start,
            seconds=self.end - before.start,
            purity=(before.purity * before.seconds + self.purity * self.seconds) / both,
            before=before.before,
        )


@dataclass(slots=True)
class _Sounding:
    """A tone in the making: what each of its frames showed, and the total power before it."""

    before: list[float]
    frames: list[int] = field(default_factory=list)
    pitch: list[float] = field(default_factory=list)
    level: list[float] = field(default_factory=list)
    purity: list[float] = field(default_factory=list)
    hole: list[float] = field(default_factory=list)  # total power of the frames since the last one
    others: int = 0  # of them that hold another tone

    def tone(self, *, over: bool, now: int) -> Tone:
        """What is known of it in frame `now`."""
        levels = np.array(self.level)
        typical = float(np.median(levels))
        good = np.flatnonzero(levels >= typical / 4)  # half amplitude: where the edge is
        first, last = self.frames[good[0]], self.frames[good[-1]]
        inner = good[3:-3] if len(good) > 8 else good[2:-2] if len(good) > 5 else good
        pitch = np.array(self.pitch)[inner]
        before, after = self.before[:5], self.hole[3:] or self.hole[-1:]
        return Tone(
            start=max(middle(first - 0.5), 0.0),
            seconds=(last - first + 1) * HOP / RATE,
            frequency=float(np.median(pitch)),
            wobble=float(pitch.std()),
            level=typical,
            ripple=float((10 * np.log10(levels[inner])).std()),
            purity=float(np.median(np.array(self.purity)[inner])),
            before=sum(before) / len(before) / typical if before else 0.0,
            after=sum(after) / len(after) / typical if after else 1.0,
            over=over,
            heard=end(now),
        )


class SteadyTones:
    """Follows the strongest sine from frame to frame."""

    def __init__(self) -> None:
        self._now: _Sounding | None = None
        self._past: deque[float] = deque(maxlen=9)  # total power of the last frames

    def feed(self, frames: Frames) -> list[Tone]:
        """The tones that ended, or reached an age of `MARKS`, within these frames."""
        peak = _BAND.start + frames.power[:, _BAND].argmax(axis=1)
        rows = np.arange(len(frames))[:, None]
        near = frames.power[rows, peak[:, None] + _AROUND]
        level = near.sum(axis=1)
        purity = level / (frames.total + 1e-12)
        tonal = (purity >= _PURE) & (level >= FLOOR)
        if self._now is None and not tonal.any():
            self._past.extend(frames.total[-9:].tolist())
            return []
        # A Hann window's main lobe is nearly a Gaussian: a parabola through the logarithms.
        left, mid, right = np.log(near[:, 1:4] + 1e-20).T
        bend = np.minimum(left - 2 * mid + right, -1e-6)
        pitch = (LOWEST + peak + (left - right) / (2 * bend)) * BIN_HZ
        columns = (tonal, pitch, level, purity, frames.total)
        heard = zip(*(column.tolist() for column in columns), strict=True)
        told: list[Tone] = []
        for frame, (is_tone, hertz, power, pure, total) in enumerate(heard, frames.first):
            if not (is_tone and self._belongs(hertz)):
                told += self._miss(frame, total, is_tone)
            if is_tone and self._belongs(hertz):
                told += self._go_on(frame, hertz, power, pure)
            self._past.append(total)
        return told

    def finish(self, now: int) -> list[Tone]:
        """The tone that sounds to the end of the stream, in frame `now`: the end counts as its."""
        sounding, self._now = self._now, None
        if sounding is None or len(sounding.frames) <= 3:
            return []
        tone = sounding.tone(over=True, now=now)
        return [tone if len(sounding.hole) > 3 else replace(tone, after=0.0)]

    def _belongs(self, hertz: float) -> bool:
        if self._now is None:
            return True
        recent = self._now.pitch[-5:]
        if abs(hertz - recent[-1]) <= _DRIFT:
            return True
        return abs(hertz - sorted(recent)[len(recent) // 2]) <= _DRIFT

    def _go_on(self, frame: int, hertz: float, power: float, pure: float) -> list[Tone]:
        now = self._now = self._now or _Sounding(list(self._past))
        before = frame - now.frames[0] if now.frames else 0
        last = now.frames[-1] - now.frames[0] if now.frames else -1
        now.hole.clear()
        now.others = 0
        if len(now.frames) == _LONGEST:
            return []
        now.frames.append(frame)
        now.pitch.append(hertz)
        now.level.append(power)
        now.purity.append(pure)
        reached = any(last < mark <= before for mark in MARKS)
        return [now.tone(over=False, now=frame)] if reached else []

    def _miss(self, frame: int, total: float, is_tone: bool) -> list[Tone]:
        now = self._now
        if now is None:
            return []
        now.hole.append(total)
        now.others = now.others + 1 if is_tone else 0
        if len(now.hole) <= _HOLE and now.others < _OTHER:
            return []
        self._now = None
        return [now.tone(over=True, now=frame)] if len(now.frames) > 3 else []
