"""What the engine hears on the line of an attempt."""

from dataclasses import dataclass

from hearing.sighting import Phase, Sighting

__all__ = ["HeardOnLine", "Phase"]


@dataclass(frozen=True, slots=True)
class HeardOnLine:
    """A detector is sure of something.

    The sighting's seconds count from the first sound of its phase; of `answered` that is the
    answer, give or take 50 ms.
    """

    attempt_id: str
    phase: Phase
    sighting: Sighting
