"""Power: a fixed number of lines per ready agent, as long as the abandon target is kept."""

import math
from collections.abc import Callable

from dialer.pacing.decision import Decision, bounded, limit_words, plural, under_way_words
from dialer.pacing.snapshot import Snapshot

ROUNDING = 1e-9
"""1.15 lines for 20 agents are 23, whatever binary fractions make of it."""


def power(ratio: float) -> Callable[[Snapshot], Decision]:
    """`ratio` lines (1 to 10) for each ready agent, those under way counted.

    It knows nothing of how many will answer, so the campaign's abandon target is its one brake:
    while more than that were abandoned in the measuring window, and at a target of 0, each free
    agent has one line, which abandons nobody.
    """

    def decide(snapshot: Snapshot) -> Decision:
        free, under_way = snapshot.count("ready"), len(snapshot.calls)
        budget = snapshot.abandon_target * snapshot.answered - snapshot.abandoned
        braked = snapshot.abandon_target <= 0 or budget < 0
        lines = free if braked else math.floor(ratio * free + ROUNDING)
        dial, bound_by = bounded(snapshot, lines - under_way, "budget" if braked else "ratio")
        per_agent = "1" if braked else f"{ratio:g}"
        said = f"{plural(dial, 'line')}: {per_agent} for each of {plural(free, 'free agent')}"
        why = (_why_braked(snapshot),) if braked and ratio > 1 else ()
        return Decision(
            dial,
            (said, *under_way_words(snapshot), *why, *limit_words(snapshot, bound_by)),
            bound_by,
            expected_free=float(free),
            budget_left=budget,
        )

    return decide


def _why_braked(snapshot: Snapshot) -> str:
    if snapshot.abandon_target <= 0:
        return "one line per free agent, as nobody may be abandoned"
    share = snapshot.abandoned / max(1, snapshot.answered)
    return (
        f"one line per free agent until fewer are abandoned: "
        f"{share:.1%} were, {snapshot.abandon_target:.1%} may be"
    )
