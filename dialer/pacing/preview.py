"""Preview: an agent looks at a lead first, and then dials it or leaves it."""

from dialer.pacing.decision import Decision, limit_words
from dialer.pacing.snapshot import Snapshot


def preview(snapshot: Snapshot) -> Decision:
    """Never a line: agents ask for each lead, look at it, and have it dialled."""
    reasons = ("0 lines: agents look before they dial", *limit_words(snapshot, "hopper"))
    return Decision(0, reasons, "mode")
