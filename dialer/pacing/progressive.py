"""Progressive: one line per free agent, never more."""

from dialer.pacing.decision import Decision, bounded, limit_words, plural
from dialer.pacing.snapshot import Snapshot


def progressive(snapshot: Snapshot) -> Decision:
    """Lines so that every call under way has a ready agent of its own.

    An agent reserved for an answered call is not ready, and the call counts until it is
    bridged: for these milliseconds one line less is dialled, never one too many.
    """
    free = snapshot.count("ready")
    under_way = len(snapshot.calls)
    dial, bound_by = bounded(snapshot, free - under_way)
    calls = f", {under_way} under way" if under_way else ""
    said = f"{plural(dial, 'line')}: {plural(free, 'agent')} free{calls}"
    return Decision(
        dial, (said, *limit_words(snapshot, bound_by)), bound_by, expected_free=float(free)
    )
