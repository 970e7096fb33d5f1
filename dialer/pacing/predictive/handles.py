"""When agents will be free: talk and wrap-up by elapsed time, each agent at his own speed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from dialer.pacing.predictive.drift import Drift
from dialer.pacing.predictive.hazard import Array, Hazard

EDGES = np.concatenate(([0.0], np.geomspace(4.0, 3600.0, 22)))
LAST = 7200.0
ENDS = np.append(EDGES, EDGES[-1] + LAST)
GRID = 2.0
"""Seconds: how finely the foretold shares are tabled."""
AGES = np.arange(0.0, 1800.0, GRID)
PRIOR_MEAN = 180.0
"""Seconds, rather long: who thinks that agents come free late dials too little at first."""
PRIOR_WRAP = 20.0
PRIOR_WEIGHT = 8.0
RECALLED = 100.0
"""Calls that an earlier day's experience is worth at most."""
OWN = 100.0
"""Calls of an agent's own that weigh as much as what all agents are like."""
OWN_KEPT = 0.99
"""Of an agent's own experience, with each call."""
WRAP_FADE = 0.05


@dataclass(slots=True)
class Talks:
    """Agents who talk, and since when each has the call."""

    agents: list[int] = field(default_factory=list)
    since: list[float] = field(default_factory=list)


@dataclass(slots=True)
class _Own:
    calls: float = 0.0
    usual: float = 0.0  # calls that an average agent would have ended in this time


@dataclass(slots=True)
class Handles:
    """Learns from calls as agents end them; foretells for horizons (seconds)."""

    horizons: tuple[float, ...]
    mean: float = PRIOR_MEAN
    mean_wrap: float = 0.0
    talk: Hazard = field(init=False)
    wrap: Hazard = field(init=False)
    drift: Drift = field(default_factory=Drift)
    _own: dict[int, _Own] = field(default_factory=dict)
    _speeds: dict[int, float] = field(default_factory=dict)
    _talk_ahead: Array = field(init=False)  # (horizons, ages): hazard still to come
    _wrap_ahead: Array = field(init=False)
    _cumulated: Array = field(init=False)
    _ended: int = 0  # since we last took stock
    _seen: int = 0
    _exposure: float = 0.0
    _looked: float | None = None

    def __post_init__(self) -> None:
        bins = len(EDGES)
        self.talk = Hazard.of(EDGES, LAST, np.full((1, bins), 1 / PRIOR_MEAN), PRIOR_WEIGHT)
        self.wrap = Hazard.of(EDGES, LAST, np.full((1, bins), 1 / PRIOR_WRAP), 1.0)
        self._table(np.zeros(0), np.zeros(0))

    @property
    def relative_variance(self) -> float:
        """Of the rate at which agents come free, in squares of it."""
        return 1 / (PRIOR_WEIGHT + self._seen) + self.drift.relative_variance

    def learn(self, agent: int, since: float, until: float, wrapped: float | None) -> None:
        """A talk ended; its agent is ready after seconds of wrap-up (None: there was none)."""
        talked = max(0.0, until - since)
        self._exposure += self._usual(np.array([since]), until)
        self._ended += 1
        self._seen += 1
        self.talk.learn(0, talked)
        if wrapped is not None:
            self.wrap.learn(0, wrapped)
        self.mean_wrap += WRAP_FADE * (max(0.0, wrapped or 0.0) - self.mean_wrap)
        own = self._own.setdefault(agent, _Own())
        usual = float(np.interp(talked, ENDS, self._cumulated))
        own.calls, own.usual = OWN_KEPT * own.calls + 1, OWN_KEPT * own.usual + usual
        self._speeds[agent] = (OWN + own.calls) / (OWN + own.usual)

    def refresh(self, now: float, talks: Talks, wrapping: Array) -> None:
        """Take stock. wrapping: how long it has lasted for those in it now."""
        seconds = 0.0 if self._looked is None else min(60.0, max(0.0, now - self._looked))
        since = np.array(talks.since, dtype=float)
        self._exposure += self._usual(since, now)
        self._looked = now
        self.drift.learn(self._ended, self._exposure, seconds)
        self._ended, self._exposure = 0, 0.0
        self._table(np.maximum(0.0, now - since), wrapping)

    def _usual(self, since: Array, until: float) -> float:
        """Talks that usually had ended of these since we last took stock."""
        seen = since if self._looked is None else np.maximum(since, min(self._looked, until))
        now = np.interp(until - since, ENDS, self._cumulated)
        return float((now - np.interp(seen - since, ENDS, self._cumulated)).sum())

    def free_talking(self, talks: Talks, now: float) -> Array:
        """Probabilities (horizons, n) that those who talk are free by then."""
        at = ((now - np.array(talks.since)) * (1 / GRID)).astype(np.intp)
        speeds = np.array([self._speeds.get(agent, 1.0) for agent in talks.agents])
        ahead = self._talk_ahead.take(at, axis=1, mode="clip")
        return np.asarray(1 - np.exp(ahead * (speeds * -self.drift.mean)))

    def free_wrapping(self, ages: Array) -> Array:
        """Of those who have wrapped up for so many seconds."""
        at = np.minimum(np.maximum(ages / GRID, 0.0).astype(int), len(AGES) - 1)
        return np.asarray(1 - np.exp(-self._wrap_ahead[:, at]))

    def _table(self, talking: Array, wrapping: Array) -> None:
        talk, wrap = self.talk.rates(talking)[0], self.wrap.rates(wrapping)[0]
        self._cumulated = np.concatenate(([0.0], np.cumsum(talk * self.talk.widths)))
        to_wrap = np.concatenate(([0.0], np.cumsum(wrap * self.wrap.widths)))
        left = np.exp(-self._cumulated * self.drift.mean)
        self.mean = float((left[:-1] * self.talk.widths).sum()) + self.mean_wrap
        # Who talks still has the wrap-up before him.
        reach = [max(0.0, horizon - self.mean_wrap) for horizon in self.horizons]
        self._talk_ahead = _ahead(self._cumulated, reach)
        self._wrap_ahead = _ahead(to_wrap, self.horizons)

    def experience(self) -> dict[str, Any]:
        """To begin another day with."""
        return {
            "talk": self.talk.experience(),
            "wrap": self.wrap.experience(),
            "mean_wrap": self.mean_wrap,
        }

    def recall(self, experience: Mapping[str, Any]) -> None:
        """Begin with an earlier day's. ValueError, KeyError, TypeError: it is none."""
        self.talk.recall(experience["talk"], RECALLED)
        self.wrap.recall(experience["wrap"], RECALLED)
        self.mean_wrap = min(max(float(experience["mean_wrap"]), 0.0), 3600.0)
        self._table(np.zeros(0), np.zeros(0))


def _ahead(cumulated: Array, reach: Sequence[float]) -> Array:
    ages = AGES + GRID / 2
    here = np.interp(ages, ENDS, cumulated)
    return np.stack([np.interp(ages + far, ENDS, cumulated) - here for far in reach])
