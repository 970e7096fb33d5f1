"""What happens inside the engine."""

from dataclasses import dataclass

from dialer.engine.flights import Flight
from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Result, Snapshot
from hearing.sighting import Phase, Sighting

__all__ = ["CallResolved", "HeardOnLine", "PacerDecided", "PersonAbandoned", "Phase"]


@dataclass(frozen=True, slots=True)
class HeardOnLine:
    """A detector is sure of something.

    The sighting's seconds count from the first sound of its phase; of `answered` that is the
    answer, give or take 50 ms.
    """

    attempt_id: str
    phase: Phase
    sighting: Sighting


@dataclass(frozen=True, slots=True)
class CallResolved:
    """A call stopped ringing, or being decided on, at monotonic `t`. Told once a call."""

    flight: Flight
    result: Result
    t: float


@dataclass(frozen=True, slots=True)
class PersonAbandoned:
    """Who answered had no agent in time, as far as is known at monotonic `t`. Told once a call."""

    campaign_id: int
    attempt_id: str
    t: float


@dataclass(frozen=True, slots=True)
class PacerDecided:
    """A campaign's pacer has looked. dialled, cancelled: what was really done, not only wanted."""

    campaign_id: int
    mode: str
    snapshot: Snapshot
    decision: Decision
    dialled: int
    cancelled: int
