"""The abandon budget: what the target still allows, and at what price it is spent."""

import math
from dataclasses import dataclass

RESERVE = 2.0
"""The reserve in standard deviations of an hour's abandons."""
PRICE = 0.018
"""The chance of an abandon that one more call may bring, while the reserve is whole."""
HIGHEST = 2.0
"""Times PRICE, at most, however much is left."""
EDGE = 1.0
"""Abandons left below which none is to spare."""
CLUSTERS = 3.0
"""What is at stake counts so many times: who finds no agent rarely does so alone."""
LEAST = 0.001
"""The price while none is to spare. One line per agent would be answered so seldom where few
answer that the debt would last; at this price abandons are a tenth of what is earned."""
LEAST_AT_STAKE = 0.1
FIRST = 1.0
"""Abandons a window must have earned before anything is risked."""


@dataclass(frozen=True, slots=True)
class Budget:
    """left: abandons the target allows by now, less those there were.

    reserve: what is kept back for bad luck. An hour's allowance is about Poisson, so its root is
    a standard deviation.
    """

    left: float
    reserve: float
    earned: float

    @classmethod
    def of(cls, target: float, answered: int, abandoned: int, answers_per_hour: float) -> "Budget":
        """From the window's counts, and the answers a full floor has in an hour."""
        reserve = RESERVE * math.sqrt(target * answers_per_hour)
        earned = target * answered
        return cls(earned - abandoned, max(reserve, 0.5), earned)

    @property
    def used_up(self) -> bool:
        """No abandon is to spare."""
        return self.left < EDGE

    def price(self, at_stake: float = 0.0) -> float:
        """The chance of an abandon that one more call may bring; 0: nothing may be risked.

        at_stake: abandons expected of calls under way, which are as good as spent. The price
        follows the root of what is left: occupancy is concave in the price, so that a price
        which swings costs more than one that stays.
        """
        if self.earned < FIRST:
            return 0.0
        share = (self.left - CLUSTERS * at_stake - EDGE) / self.reserve
        price = PRICE * min(math.sqrt(max(share, 0.0)), HIGHEST)
        return max(price, LEAST if at_stake < LEAST_AT_STAKE else 0.0)
