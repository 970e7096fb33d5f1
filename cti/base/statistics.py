"""Shares, waits and quantiles as people are told them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass


def percentile(ordered: Sequence[float], share: float) -> float:
    """The value that `share` of an ascending, non-empty list does not exceed (nearest rank)."""
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927): sound also for few and for none."""
    if of == 0:
        return 0.0, 1.0
    p, zz = hits / of, z * z
    middle = (p + zz / (2 * of)) / (1 + zz / of)
    half = z * math.sqrt(p * (1 - p) / of + zz / (4 * of * of)) / (1 + zz / of)
    return max(0.0, middle - half), min(1.0, middle + half)


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds; 0 where nobody waited."""

    mean: float
    p90: float
    longest: float

    @classmethod
    def of(cls, values: list[float]) -> "Waits":
        """Of all values."""
        if not values:
            return cls(0.0, 0.0, 0.0)
        ordered = sorted(values)
        return cls(sum(ordered) / len(ordered), percentile(ordered, 0.9), ordered[-1])
