"""A pacer's answer, and the limits every pacer keeps."""

from dataclasses import dataclass
from typing import Literal

from dialer.pacing.snapshot import Snapshot

BoundBy = Literal["agents", "hopper", "lines", "rate"]


@dataclass(frozen=True, slots=True)
class Decision:
    """How many to dial now, and why, in words a supervisor reads."""

    dial: int
    reasons: tuple[str, ...]
    bound_by: BoundBy  # what kept the number from being higher
    expected_answers: float | None = None  # answers soon, of calls under way and these
    expected_free: float | None = None  # agents free by then


def bounded(snapshot: Snapshot, wanted: int) -> tuple[int, BoundBy]:
    """`wanted` cut to leads, lines and the call rate, and what cut it; never below 0."""
    limits: list[tuple[int, BoundBy]] = [(wanted, "agents"), (snapshot.hopper_size, "hopper")]
    if snapshot.max_lines is not None:
        limits.append((snapshot.max_lines - snapshot.lines_in_use, "lines"))
    if snapshot.rate_tokens is not None:
        limits.append((snapshot.rate_tokens, "rate"))
    dial, bound_by = min(limits, key=lambda limit: limit[0])
    return max(0, dial), bound_by
