"""Hazards by elapsed time, learned from what ended and what has lasted so far.

The hazard of an age is events ÷ time at risk of that age: the occurrence-exposure rate of
survival analysis (the discrete form of Nelson 1969 and Aalen 1978). What is still under way
counts as time at risk, so that nothing is believed to be short because only short ones have
ended.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
FADE_AFTER = 100
"""Events after which what was learned before fades by FADE."""
FADE = 0.97


def exposure(ages: Array, edges: Array, widths: Array) -> Array:
    """Seconds spent in each age bin by things of these final ages (n,) → (bins,)."""
    if not len(ages):
        return np.zeros(len(edges))
    inside = np.clip(ages[:, None] - edges[None, :], 0.0, widths[None, :])
    return np.asarray(inside.sum(axis=0))


@dataclass(slots=True)
class Hazard:
    """Events of one kind or several, by age. edges: (bins,), seconds, the first is 0.

    events: (kinds, bins), counts; at_risk: (bins,), seconds. Both begin with a prior.
    """

    edges: Array
    widths: Array
    events: Array
    at_risk: Array
    _since_fade: int = 0

    @classmethod
    def of(cls, edges: Array, last: float, rates: Array, weight: float) -> "Hazard":
        """Begin with rates (kinds, bins), per second, as if `weight` things had been seen."""
        widths = np.diff(edges, append=edges[-1] + last)
        total = rates.sum(axis=0)
        survival = np.exp(-np.concatenate(([0.0], np.cumsum(total * widths)[:-1])))
        inside = np.where(
            total > 0, (1 - np.exp(-total * widths)) / np.maximum(total, 1e-12), widths
        )
        at_risk = weight * survival * inside + 1e-6
        return cls(edges, widths, rates * at_risk, at_risk)

    def learn(self, kind: int, age: float) -> None:
        """Something ended, in this way, at this age in seconds."""
        age = max(0.0, age)
        at = self.bin(age)
        self.at_risk[:at] += self.widths[:at]
        self.at_risk[at] += min(age - self.edges[at], self.widths[at])
        self.events[kind, at] += 1
        self._since_fade += 1
        if self._since_fade >= FADE_AFTER:
            self._since_fade = 0
            self.events *= FADE
            self.at_risk *= FADE

    def bin(self, age: float) -> int:
        """The bin of an age."""
        return int(np.searchsorted(self.edges, age, side="right")) - 1

    def rates(self, under_way: Array) -> Array:
        """Events per second (kinds, bins), given the ages of what is still under way."""
        return self.events / (self.at_risk + exposure(under_way, self.edges, self.widths))

    def experience(self) -> dict[str, Any]:
        """To begin another day with."""
        return {"events": self.events.tolist(), "at_risk": self.at_risk.tolist()}

    def recall(self, experience: dict[str, Any], weight: float) -> None:
        """Take up an earlier day's experience, as if at most `weight` events had been seen.

        ValueError: it is none, or of another shape.
        """
        events = np.asarray(experience["events"], dtype=float)
        at_risk = np.asarray(experience["at_risk"], dtype=float)
        if events.shape != self.events.shape or at_risk.shape != self.at_risk.shape:
            raise ValueError("the experience is of another shape")
        if not (np.isfinite(events).all() and np.isfinite(at_risk).all()):
            raise ValueError("the experience is not finite")
        if (events < 0).any() or (at_risk < 0).any():
            raise ValueError("the experience is negative")
        scale = min(1.0, weight / max(float(events.sum()), 1e-9))
        self.events = self.events + events * scale
        self.at_risk = self.at_risk + at_risk * scale
