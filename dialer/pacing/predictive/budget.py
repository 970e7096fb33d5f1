"""The abandon budget: what the target still allows, and at what price it is spent."""

import math
from dataclasses import dataclass

RESERVE = 1.5
"""The reserve in standard deviations of an hour's abandons."""
PRICE = 0.012
"""The chance of an abandon that one more call may bring, while the reserve is whole."""
HIGHEST = 2.0
"""Times PRICE, at most, however much is left."""
EDGE = 0.3
"""Abandons left at which nothing is risked any more."""


@dataclass(frozen=True, slots=True)
class Budget:
    """left: abandons the target allows by now, less those there were.

    reserve: what is kept back for bad luck. An hour's allowance is about Poisson, so its root is
    a standard deviation.
    """

    left: float
    reserve: float

    @classmethod
    def of(cls, target: float, answered: int, abandoned: int, answers_per_hour: float) -> "Budget":
        """From the window's counts, and the answers a full floor has in an hour."""
        reserve = RESERVE * math.sqrt(target * answers_per_hour)
        return cls(target * answered - abandoned, max(reserve, 0.5))

    def price(self, at_stake: float = 0.0) -> float:
        """The chance of an abandon that one more call may bring; 0: nothing may be risked.

        at_stake: abandons expected of calls under way, which are as good as spent. The price
        follows the root of what is left: occupancy is concave in the price, so that a price
        which swings costs more than one that stays.
        """
        share = (self.left - at_stake - EDGE) / self.reserve
        return PRICE * min(math.sqrt(max(share, 0.0)), HIGHEST)
