"""How likely answers outnumber agents: the distribution of answers minus free agents.

Answers within a horizon are a sum of unequal chances, one per call under way, and so are agents
who come free. Both are matched by a binomial of the same mean and variance; where what we
believe of the answer rate is uncertain, the variance exceeds the mean and the same formulas
are a negative binomial (Katz 1965 joins the two). Large floors use a normal.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

EXACT_BELOW = 4.0
"""Means (answers and agents together) up to which the sum is done number by number."""
_ENOUGH = 1e-7
DENSITY = 1 / math.sqrt(2 * math.pi)
ROOT_HALF = math.sqrt(0.5)


def counts(mean: float, variance: float) -> list[float]:
    """Probabilities of 0, 1, 2 … of a count with this mean and variance, until nothing is left.

    By Katz's recursion P(k+1) / P(k) = (a + b k) / (k + 1).
    """
    if mean <= 1e-12:
        return [1.0]
    b = 1 - mean / max(variance, mean * 0.02)
    a = mean * (1 - b)
    chance = math.exp(-mean if abs(b) < 1e-9 else a / b * math.log1p(-b))
    chances = [chance]
    total, k = chance, 0
    while total < 1 - _ENOUGH and k < 400:
        step = a + b * k
        if step <= 0:
            break
        k += 1
        chance *= step / k
        total += chance
        chances.append(chance)
        if k > mean and chance < _ENOUGH:
            break
    return chances


@dataclass(slots=True)
class Moment:
    """What is foretold for one horizon: answers, and agents free, as mean and variance."""

    answers: float
    answers_variance: float
    free: float
    free_variance: float
    ready: int  # agents free already, less callers who wait
    _free: list[float] | None = None

    def outnumbered(self, more: float = 0.0, more_variance: float = 0.0) -> float:
        """The probability that one answer more finds no agent: answers ≥ agents.

        more: answers expected of further calls, and their variance.
        """
        mean, variance = self.answers + more, self.answers_variance + more_variance
        if mean + self.free > EXACT_BELOW:
            return self._nearly(mean, variance)
        if self._free is None:
            self._free = counts(self.free, self.free_variance)
        return _tail(counts(mean, variance), self._free, self.ready)

    def short(self, more: float = 0.0, more_variance: float = 0.0) -> float:
        """Answers expected beyond the agents, E[(answers − agents)⁺], by a normal."""
        mean = self.answers + more - self.free - self.ready
        spread = math.sqrt(self.answers_variance + more_variance + self.free_variance + 1e-9)
        z = mean / spread
        if z < -5:
            return 0.0
        density = math.exp(-z * z / 2) * DENSITY
        return max(0.0, spread * density + mean * 0.5 * math.erfc(-z * ROOT_HALF))

    def _nearly(self, mean: float, variance: float) -> float:
        """By a normal, corrected for skewness (Edgeworth's first term)."""
        spread = math.sqrt(variance + self.free_variance + 1e-9)
        z = (self.ready + self.free - mean - 0.5) / spread
        if not -6 < z < 6:
            return float(z < 0)
        skew = _third(mean, variance) - _third(self.free, self.free_variance)
        bend = skew / (6 * spread**3) * (z * z - 1) * math.exp(-z * z / 2) * DENSITY
        return min(1.0, max(0.0, 0.5 * math.erfc(z * ROOT_HALF) + bend))


def _third(mean: float, variance: float) -> float:
    """The third central moment of Katz's family."""
    return variance * (2 * variance / mean - 1) if mean > 1e-9 else 0.0


def _tail(answers: Sequence[float], free: Sequence[float], ready: int) -> float:
    """P(answers ≥ ready + free)."""
    at_least, left = [0.0] * (len(answers) + 1), 0.0
    for k in range(len(answers) - 1, -1, -1):
        left += answers[k]
        at_least[k] = left
    total, most = 0.0, len(answers)
    for k, chance in enumerate(free):
        need = ready + k
        if need > most:
            break
        total += chance * (at_least[need] if need > 0 else 1.0)
    return min(1.0, total)
