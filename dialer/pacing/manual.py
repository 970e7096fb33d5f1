"""Manual: agents dial, one number at a time; nothing is dialled by itself."""

from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Snapshot


def manual(_: Snapshot) -> Decision:
    """Never a line: agents ask for each call."""
    return Decision(0, ("0 lines: agents dial by hand",), "mode")
