"""When calls under way will be answered: competing hazards of answer and end, by elapsed time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dialer.pacing.predictive.drift import Drift
from dialer.pacing.predictive.hazard import Array, Hazard

BINS = 90
"""Bins of a second; the last one holds all later ages."""
LAST = 60.0
ANSWER, END = 0, 1
PRIOR_WEIGHT = 6.0
"""Calls that the shape of the prior is worth."""
RECALLED = 150.0
"""Calls, or answers of one segment, that an earlier day's experience is worth at most."""
ANOTHER_DAY = 8.0
"""Answers that all memory is worth when it is asked how sure we are."""
HOUR_RECALLED = 60.0
"""Answers that earlier days' experience of one hour is worth at most."""
HOUR_KEPT = 0.7
"""Of an hour's earlier experience, this is kept when a day is added to it."""
MOST_SEGMENTS = 64


@dataclass(slots=True)
class Lines:
    """Calls that ring. factors: each lead's answer rate ÷ the usual one; None: all as usual."""

    placed: list[float] = field(default_factory=list)
    factors: list[float] | None = None

    def add(self, placed: float, factor: float | None = None) -> None:
        """One more call; factor None: as usual."""
        if factor is not None and self.factors is None:
            self.factors = [1.0] * len(self.placed)
        self.placed.append(placed)
        if self.factors is not None:
            self.factors.append(1.0 if factor is None else factor)


@dataclass(frozen=True, slots=True)
class Outlook:
    """Of one segment. share: (horizons, bins), the probability that a call of this age is
    answered within a horizon; p: that a new call is answered at all."""

    share: Array
    p: float
    relative_variance: float
    seen: int = 0  # answers, by this pacer

    def chances(self, lines: Lines, now: float) -> Array:
        """Of calls that ring: (horizons, n)."""
        at = (now - np.array(lines.placed)).astype(np.intp)
        chances = self.share.take(at, axis=1, mode="clip")
        return chances if lines.factors is None else 1 - (1 - chances) ** np.array(lines.factors)

    def new(self, factor: float | None) -> list[float]:
        """Of a call dialled now, by horizon."""
        shares: list[float] = self.share[:, 0].tolist()
        return shares if factor is None else [1 - (1 - share) ** factor for share in shares]


@dataclass(slots=True)
class _Segment:
    drift: Drift
    outlook: Outlook
    answers: int = 0  # since we last took stock
    exposure: float = 0.0
    seen: int = 0


@dataclass(slots=True)
class Rings:
    """Learns from calls as they end and as they ring; foretells for horizons (seconds)."""

    horizons: tuple[float, ...]
    usual_p: float = 0.0
    fresh: int = 0  # answers since we last took stock
    hazard: Hazard = field(init=False)
    _segments: dict[str, _Segment] = field(default_factory=dict)
    _hours: Array = field(default_factory=lambda: np.zeros((24, 2)))  # answers, exposure
    _earlier: Array = field(default_factory=lambda: np.zeros((24, 2)))
    _cumulated: Array = field(init=False)  # (bins + 1,): hazard of an answer up to an age
    _rates: Array = field(init=False)  # (2, bins)
    _ends: Array = field(init=False)  # (bins + 1,): edges
    _looked: float | None = None

    def __post_init__(self) -> None:
        self.hazard = Hazard.of(np.arange(BINS, dtype=float), LAST, _prior(), PRIOR_WEIGHT)
        self._ends = np.append(self.hazard.edges, self.hazard.edges[-1] + LAST)
        self._set_rates(np.zeros(0))

    # -- learning ------------------------------------------------------------------------------

    def learn(
        self,
        placed: float,
        at: float,
        *,
        answered: bool | None,
        segment: str = "",
        factor: float | None = None,
    ) -> None:
        """A call ended. answered None: we ended it; it might have been answered later."""
        mine = self._of(segment)
        since = placed if self._looked is None else max(placed, min(self._looked, at))
        usual = self._usual(at - placed) - self._usual(since - placed)
        mine.exposure += usual if factor is None else usual * factor
        mine.answers += answered is True
        mine.seen += answered is True
        self.fresh += answered is True
        if answered is not None:
            self.hazard.learn(ANSWER if answered else END, at - placed)

    def refresh(self, now: float, hour: float, ringing: Mapping[str, Lines]) -> None:
        """Take stock of what ended and of what rings now, by segment. hour: of the day, 0–24."""
        seconds = 0.0 if self._looked is None else min(60.0, max(0.0, now - self._looked))
        for name, lines in ringing.items():
            self._of(name).exposure += self._exposure(lines, now)
        self._looked, self.fresh = now, 0
        placed = [placed for lines in ringing.values() for placed in lines.placed]
        self._set_rates(np.maximum(0.0, now - np.array(placed, dtype=float)))
        at = int(hour) % 24
        known = self._earlier[at] * min(1.0, HOUR_RECALLED / max(self._earlier[at, 0], 1e-9))
        for mine in self._segments.values():
            self._hours[at] += (mine.answers, mine.exposure)
            mine.drift.learn(mine.answers, mine.exposure, seconds, (known[0], known[1]))
            mine.answers, mine.exposure = 0, 0.0
            mine.outlook = self._outlook(mine.drift, mine.seen)

    def _usual(self, age: float) -> float:
        """The hazard of an answer up to an age, at the usual rate."""
        if age <= 0:
            return 0.0
        whole = min(int(age), BINS - 1)
        inside = min(age - whole, LAST if whole == BINS - 1 else 1.0)
        return float(self._cumulated[whole] + inside * self._rates[ANSWER, whole])

    def _exposure(self, lines: Lines, until: float) -> float:
        """Answers that were usual of these calls since we last took stock."""
        placed = np.array(lines.placed)
        since = placed if self._looked is None else np.maximum(placed, min(self._looked, until))
        now = np.interp(until - placed, self._ends, self._cumulated)
        usual = now - np.interp(since - placed, self._ends, self._cumulated)
        return float(usual.sum() if lines.factors is None else usual @ np.array(lines.factors))

    # -- foretelling ---------------------------------------------------------------------------

    def outlook(self, segment: str) -> Outlook:
        """Of a segment; one that was never seen is as usual."""
        return self._of(segment).outlook

    def factor(self, probability: float | None) -> float | None:
        """How many times the usual answer rate makes this answer probability; None: as usual."""
        if probability is None:
            return None
        theirs, ours = min(max(probability, 0.001), 0.98), min(max(self.usual_p, 0.001), 0.98)
        return float(np.log1p(-theirs) / np.log1p(-ours))

    def _of(self, segment: str) -> _Segment:
        if segment not in self._segments:
            if len(self._segments) >= MOST_SEGMENTS:
                self._segments.pop(next(iter(self._segments)))
            self._add(segment, Drift())
        return self._segments[segment]

    def _add(self, segment: str, drift: Drift) -> None:
        self._segments[segment] = _Segment(drift, self._outlook(drift))

    def _set_rates(self, under_way: Array) -> None:
        self._rates = self.hazard.rates(under_way)
        steps = self._rates[ANSWER] * self.hazard.widths
        self._cumulated = np.concatenate(([0.0], np.cumsum(steps)))
        self.usual_p = float(self._course(1.0)[0][-1])

    def _course(self, faster: float) -> tuple[Array, Array]:
        """At bin edges (bins + 1,): probability to be answered by then, and to ring still."""
        answer, end = self._rates[ANSWER] * faster, self._rates[END]
        total = answer + end
        gone = 1 - np.exp(-total * self.hazard.widths)
        ringing = np.concatenate(([1.0], np.cumprod(1 - gone)))
        answered = ringing[:-1] * gone * answer / np.maximum(total, 1e-12)
        return np.concatenate(([0.0], np.cumsum(answered))), ringing

    def _outlook(self, drift: Drift, seen: int = 0) -> Outlook:
        answered, ringing = self._course(drift.mean)
        ends = self._ends
        # A call of an age is somewhere within that second: look from its middle.
        ages = self.hazard.edges + 0.5
        before, left = np.interp(ages, ends, answered), np.interp(ages, ends, ringing)
        share = np.stack([np.interp(ages + h, ends, answered) - before for h in self.horizons])
        share = np.clip(share / np.maximum(left, 1e-9), 0.0, 1.0)
        share[:, 0] = np.interp(self.horizons, ends, answered)  # new calls are of age 0
        # However much is remembered, today may be another day.
        unsure = max(drift.relative_variance, 1 / (ANOTHER_DAY + seen))
        return Outlook(share, float(answered[-1]), unsure, seen)

    # -- from day to day -----------------------------------------------------------------------

    def experience(self) -> dict[str, Any]:
        """To begin another day with."""
        return {
            "hazard": self.hazard.experience(),
            "segments": {name: mine.drift.experience() for name, mine in self._segments.items()},
            "hours": (HOUR_KEPT * self._earlier + self._hours).tolist(),
        }

    def recall(self, experience: Mapping[str, Any]) -> None:
        """Begin with an earlier day's. ValueError, KeyError, TypeError: it is none."""
        self.hazard.recall(experience["hazard"], RECALLED)
        hours = np.asarray(experience["hours"], dtype=float)
        if hours.shape != self._hours.shape or not np.isfinite(hours).all() or (hours < 0).any():
            raise ValueError("the hours' experience is no table of 24 × 2 counts")
        self._earlier = hours
        self._set_rates(np.zeros(0))
        for name, drift in experience["segments"].items():
            self._add(str(name), Drift.begin(drift, RECALLED))


def _prior() -> Array:
    """Rates by age before anything was seen: a quarter is answered, most within 20 s; of the
    others some fail at once and the rest ring out after half a minute."""
    ages = np.arange(BINS)
    answer = np.where(ages < 30, 0.022, 0.012)
    end = np.where(ages < 5, 0.05, np.where(ages < 24, 0.005, 0.15))
    return np.stack([answer, end])
