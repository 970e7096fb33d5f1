"""Progressive: one line per free agent, never more."""

from dialer.pacing.decision import Decision, bounded, limit_words, plural, under_way_words
from dialer.pacing.snapshot import Snapshot


def progressive(snapshot: Snapshot) -> Decision:
    """Lines so that every call under way has a ready agent of its own.

    An agent reserved for an answered call is not ready, and the call counts until it is
    bridged: for these milliseconds one line less is dialled, never one too many.
    """
    free = snapshot.count("ready")
    dial, bound_by = bounded(snapshot, free - len(snapshot.calls))
    said = f"{plural(dial, 'line')}: {plural(free, 'agent')} free"
    reasons = (said, *under_way_words(snapshot), *limit_words(snapshot, bound_by))
    return Decision(dial, reasons, bound_by, expected_free=float(free))
