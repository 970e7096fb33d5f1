"""A pacer's answer, and the limits every pacer keeps."""

from dataclasses import dataclass
from typing import Literal

from dialer.pacing.snapshot import Snapshot

BoundBy = Literal["agents", "budget", "ratio", "mode", "hopper", "lines", "rate"]
"""agents: those free, now or soon. budget: abandons that the target still allows. ratio: lines
per agent the campaign set. mode: this mode never dials by itself."""


@dataclass(frozen=True, slots=True)
class Decision:
    """How many to dial now, and why, in words a supervisor reads.

    cancel: ids of calls to take back, as too many would be answered.
    """

    dial: int
    reasons: tuple[str, ...]
    bound_by: BoundBy  # what kept the number from being higher
    expected_answers: float | None = None  # answers soon, of calls under way and these
    expected_free: float | None = None  # agents free by then
    budget_left: float | None = None  # abandons the target allows, less those there were
    answer_probability: float | None = None  # of a call dialled now, as the pacer has learned it
    cancel: tuple[str, ...] = ()


def bounded(snapshot: Snapshot, wanted: int, bound_by: BoundBy = "agents") -> tuple[int, BoundBy]:
    """`wanted` cut to leads, lines and the call rate, and what cut it; never below 0."""
    limits: list[tuple[int, BoundBy]] = [(wanted, bound_by), (snapshot.hopper_size, "hopper")]
    if snapshot.max_lines is not None:
        limits.append((snapshot.max_lines - snapshot.lines_in_use, "lines"))
    if snapshot.rate_tokens is not None:
        limits.append((snapshot.rate_tokens, "rate"))
    dial, bound_by = min(limits, key=lambda limit: limit[0])
    return max(0, dial), bound_by


def limit_words(snapshot: Snapshot, bound_by: BoundBy) -> tuple[str, ...]:
    """The limit outside the pacer that bound it, in words; nothing where none did."""
    if bound_by == "hopper":
        return (f"{plural(snapshot.hopper_size, 'lead')} due",)
    if bound_by == "lines":
        return (f"{snapshot.lines_in_use} of {snapshot.max_lines} lines in use",)
    if bound_by == "rate":
        return ("calls per second at their limit",)
    return ()


def under_way_words(snapshot: Snapshot) -> tuple[str, ...]:
    """How many calls have no agent yet, in words; nothing where there are none."""
    return (f"{len(snapshot.calls)} under way",) if snapshot.calls else ()


def deferred_words(count: int) -> str:
    """That leads were due, and may not be called."""
    return (
        f"{plural(count, 'lead')} may not be called now, by hour, cap or bar: "
        "see “cti schedule explain”"
    )


def plural(count: int, noun: str) -> str:
    """`1 line`, `2 lines`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
