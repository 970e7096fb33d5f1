"""Pacers of other systems, written anew from their published rules, to be measured against.

Each sees only what any pacer sees. They keep their own clocks: between their ticks they dial
nothing.
"""

from collections.abc import Callable, Mapping
from typing import Final

from dialer.pacing.modes import Pacer
from dialer.simulator.baselines.issabel import Issabel
from dialer.simulator.baselines.omnidialer import OmniDialer
from dialer.simulator.baselines.pi import ProportionalIntegral
from dialer.simulator.baselines.vicidial import Vicidial

BASELINES: Final[Mapping[str, Callable[[], Pacer]]] = {
    "vicidial-hard-limit": lambda: Vicidial("hard_limit"),
    "vicidial-average": lambda: Vicidial("average"),
    "vicidial-tapered": lambda: Vicidial("tapered"),
    "omnidialer": OmniDialer,
    "issabel": Issabel,
    "pi": ProportionalIntegral,
}
"""A fresh pacer by name. VICIdial's stand without its shipped caps of 23 trunks and 5 calls a
second, which would starve larger teams: `Vicidial(method, trunks=23, calls_per_second=5)` has
them."""
