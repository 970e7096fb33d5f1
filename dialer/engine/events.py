"""What the engine hears on the line of an attempt."""

from dataclasses import dataclass
from enum import StrEnum

from hearing.sighting import Sighting


class Phase(StrEnum):
    """Which sound of the far end is listened to."""

    EARLY = "early"  # before the answer: tones and announcements of the network
    ANSWERED = "answered"  # from the answer on: who or what picked up


@dataclass(frozen=True, slots=True)
class HeardOnLine:
    """A detector is sure of something.

    The sighting's seconds count from the first sound of its phase; of `answered` that is the
    answer, give or take 50 ms.
    """

    attempt_id: str
    phase: Phase
    sighting: Sighting
