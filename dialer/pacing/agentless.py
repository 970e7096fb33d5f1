"""Agentless: each call hears the campaign's message, so lines and rate are the only limits."""

from collections.abc import Callable
from dataclasses import replace

from dialer.pacing.decision import Decision, bounded, limit_words, plural
from dialer.pacing.snapshot import Snapshot


def agentless(lines: int | None) -> Callable[[Snapshot], Decision]:
    """Up to `lines` at once, or the campaign's own limit where that is lower or alone.

    With neither it dials nothing: a list of any length would otherwise ring at once. Nobody can
    be abandoned, as nobody is to have an agent.
    """

    def decide(snapshot: Snapshot) -> Decision:
        limits = [limit for limit in (lines, snapshot.max_lines) if limit is not None]
        if not limits:
            return Decision(0, ("0 lines: the campaign sets no number of lines",), "lines")
        most = min(limits)
        used = snapshot.lines_in_use
        dial, bound_by = bounded(snapshot, most - used, "lines")
        said = f"{plural(dial, 'line')}: {used} of {most} in use, no agents needed"
        seen = replace(snapshot, max_lines=most)
        more = () if bound_by == "lines" else limit_words(seen, bound_by)
        return Decision(dial, (said, *more), bound_by)

    return decide
