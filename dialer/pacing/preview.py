"""Preview: an agent looks at a lead first, and then dials it or leaves it."""

from dialer.pacing.decision import Decision, plural
from dialer.pacing.snapshot import Snapshot


def preview(snapshot: Snapshot) -> Decision:
    """Never a line: agents ask for each lead, look at it, and have it dialled."""
    due = plural(snapshot.hopper_size, "lead")
    return Decision(0, (f"0 lines: agents look before they dial; {due} due",), "mode")
