"""What pacers with a clock of their own share."""

from dialer.pacing.decision import Decision, bounded, limit_words
from dialer.pacing.snapshot import Snapshot

BETWEEN_TICKS = Decision(0, ("between ticks",), "mode")


class Every:
    """Says once in each period that it is time. period: seconds.

    A late look does not shift the ticks after it; a clock that jumps begins anew.
    """

    __slots__ = ("due", "period")

    def __init__(self, period: float) -> None:
        self.period = period
        self.due: float | None = None

    def __call__(self, now: float) -> bool:
        """Whether a tick is due; it is then done."""
        if self.due is None or abs(now - self.due) > 10 * self.period:
            self.due = now
        if now < self.due:
            return False
        self.due += self.period * (1 + (now - self.due) // self.period)
        return True


def dial(snapshot: Snapshot, wanted: int, rule: str) -> Decision:
    """`wanted` calls within the limits every pacer keeps, by this rule."""
    count, bound_by = bounded(snapshot, wanted, "ratio")
    return Decision(count, (f"{rule}: {count}", *limit_words(snapshot, bound_by)), bound_by)


def one_to_one(snapshot: Snapshot) -> int:
    """Calls wanted so that each under way has a free agent."""
    return snapshot.count("ready") - len(snapshot.calls)
