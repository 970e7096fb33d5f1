"""What a campaign chooses of its pacer. Depends on nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class PacerOptions:
    """A pacer takes what its mode needs, and lets the rest be.

    ratio: lines per ready agent (power). lines: most at once; None: the campaign's own limit
    (agentless). prior: what the same mode learned of this campaign earlier, as it was handed out,
    ready for JSON (predictive).
    """

    ratio: float = 2.0
    lines: int | None = None
    prior: Mapping[str, Any] | None = None
