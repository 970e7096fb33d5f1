"""Progressive: one line per free agent, never more."""

from dialer.pacing.decision import BoundBy, Decision, bounded
from dialer.pacing.snapshot import Snapshot


def progressive(snapshot: Snapshot) -> Decision:
    """Lines so that every call under way has a ready agent of its own.

    An agent reserved for an answered call is not ready, and the call counts until it is
    bridged: for these milliseconds one line less is dialled, never one too many.
    """
    free = snapshot.count("ready")
    under_way = len(snapshot.calls)
    dial, bound_by = bounded(snapshot, max(0, free - under_way))
    said = (_lines(dial, free, under_way), *_limit(snapshot, bound_by))
    return Decision(dial, said, bound_by, expected_free=float(free))


def _lines(dial: int, free: int, under_way: int) -> str:
    calls = f", {under_way} under way" if under_way else ""
    return f"{_plural(dial, 'line')}: {_plural(free, 'agent')} free{calls}"


def _limit(snapshot: Snapshot, bound_by: BoundBy) -> tuple[str, ...]:
    if bound_by == "hopper":
        return (f"{_plural(snapshot.hopper_size, 'lead')} due",)
    if bound_by == "lines":
        return (f"{snapshot.lines_in_use} of {snapshot.max_lines} lines in use",)
    if bound_by == "rate":
        return ("calls per second at their limit",)
    return ()


def _plural(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
