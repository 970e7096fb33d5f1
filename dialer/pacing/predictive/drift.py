"""How much faster or slower than usual things happen now: a rate that may drift or jump.

Counts are compared with their *exposure*, the number that the usual rate would have brought in
the time at risk, and not with what has ended: short outcomes come first, and shares of what has
ended so far are wrong until the slow ones are in.

Nobody knows beforehand how fast a rate changes. So several experts watch, each forgetting at
its own speed; each foretells the next count by the negative binomial law of its Gamma belief,
and is heard in proportion to how well it has foretold (Bayesian model averaging over forgetting
factors, Raftery et al. 2010).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

HALF_LIVES = (45.0, 180.0, 720.0, 3600.0, 1e9)
"""Seconds after which an expert has forgotten half. The last one never forgets."""
TRUST = (0.02, 0.04, 0.08, 0.26, 0.6, 0.3)
"""How much each is believed before it has foretold anything: rates mostly stay as they are.
The last is the expert of the hour."""
MEMORY_OF_MERIT = 1800.0
"""Seconds after which half of what an expert has foretold no longer counts for it."""
BELIEF = 10.0
"""Weight of the usual rate in each expert's belief, in events."""


@dataclass(slots=True)
class _Expert:
    half_life: float
    events: float = 0.0
    exposure: float = 0.0
    merit: float = 0.0  # log likelihood of what came, old ones faded

    def foretells(self, events: int, exposure: float) -> float:
        """The log probability of so many events, before they are learned."""
        shape, rate = self.belief
        chance = math.lgamma(shape + events) - math.lgamma(shape) - math.lgamma(events + 1)
        chance += shape * math.log(rate / (rate + exposure))
        return chance + (events * math.log(exposure / (rate + exposure)) if events else 0.0)

    def learn(self, events: int, exposure: float, seconds: float) -> None:
        kept = 0.5 ** (seconds / self.half_life)
        self.events = self.events * kept + events
        self.exposure = self.exposure * kept + exposure

    @property
    def belief(self) -> tuple[float, float]:
        """Shape and rate of the Gamma distribution it believes in."""
        return BELIEF + self.events, BELIEF + self.exposure


@dataclass(slots=True)
class Drift:
    """Rate now ÷ usual rate: `mean`, and the `variance` of what we believe of it."""

    mean: float = 1.0
    variance: float = 1 / BELIEF
    _experts: list[_Expert] = field(default_factory=lambda: [_Expert(h) for h in HALF_LIVES])
    _hour: _Expert = field(default_factory=lambda: _Expert(math.inf))

    def learn(
        self, events: int, exposure: float, seconds: float, hour: tuple[float, float] = (0.0, 0.0)
    ) -> None:
        """So many events came where `exposure` were usual, within these seconds.

        hour: events and exposure of this hour on earlier days; one more expert knows only these.
        """
        exposure += 1e-9
        self._hour.events, self._hour.exposure = hour
        experts = [*self._experts, self._hour]
        for expert in experts:
            expert.merit *= 0.5 ** (seconds / MEMORY_OF_MERIT)
            expert.merit += expert.foretells(events, exposure)
        for expert in self._experts:
            expert.learn(events, exposure, seconds)
        self._blend(experts)

    def _blend(self, experts: list[_Expert]) -> None:
        best = max(expert.merit for expert in experts)
        total = first = second = 0.0
        for trust, expert in zip(TRUST, experts, strict=True):
            shape, rate = expert.belief
            weight, mean = trust * math.exp(expert.merit - best), shape / rate
            total += weight
            first += weight * mean
            second += weight * (mean * mean + mean / rate)
        self.mean = first / total
        self.variance = max(0.0, second / total - self.mean**2)

    @property
    def relative_variance(self) -> float:
        """Of the rate, in squares of its mean."""
        return self.variance / self.mean**2

    def experience(self) -> dict[str, float]:
        """What the expert of the last hours knows, to begin another day with."""
        slow = self._experts[-2]
        return {"events": slow.events, "exposure": slow.exposure}

    @classmethod
    def begin(cls, experience: Mapping[str, Any], most: float) -> "Drift":
        """Believe an earlier day as if it had brought at most so many events.

        ValueError, KeyError, TypeError: the experience is none.
        """
        events, exposure = float(experience["events"]), float(experience["exposure"])
        if not (0 <= events < math.inf and 0 <= exposure < math.inf):
            raise ValueError(f"no experience: {events} events in an exposure of {exposure}")
        drift = cls()
        scale = min(1.0, most / events) if events > 0 else 0.0
        for expert in drift._experts:
            expert.events, expert.exposure = events * scale, exposure * scale
        drift._blend([*drift._experts, drift._hour])
        return drift
