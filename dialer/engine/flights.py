"""Attempts under way: what is known of each, and the evidence as it comes in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from dialer.outcomes.evidence import Evidence, Kind
from dialer.pacing.snapshot import CallState, CallView
from dialer.retry.facts import LeadFacts


@dataclass(frozen=True, slots=True)
class Disposed:
    """What an agent said came of the call."""

    code: str
    at: datetime
    agent_id: int | None
    callback_at: datetime | None = None
    note: str = ""


@dataclass(slots=True)
class Flight:
    """One attempt from its commit to its outcome. Offsets are seconds since it was placed."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    number_id: int
    e164: str
    facts: LeadFacts
    prefer_agent: int | None
    placed_at: datetime
    t0: float
    number_ids: dict[int, int] = field(default_factory=dict)
    evidence: Evidence = field(default_factory=Evidence)
    ringing: float | None = None
    answered: float | None = None
    bridged: float | None = None
    agent_id: int | None = None
    ring_timeout: float = 30.0
    unserved: bool = False
    caller_id: str = ""
    disposed: Disposed | None = None

    @property
    def state(self) -> CallState | None:
        """As a pacer sees it; None once it wants no agent: one talks, or the message plays."""
        if self.bridged is not None or self.unserved:
            return None
        if self.answered is not None:
            return "answered_waiting"
        return "placed" if self.ringing is None else "ringing"

    def saw(self, t: float, kind: Kind, **detail: object) -> float:
        """Add evidence seen at monotonic `t`; returns the offset."""
        at = max(0.0, t - self.t0)
        self.evidence.add(at, kind, **detail)
        return at

    def moment(self, offset: float | None) -> datetime | None:
        """The wall-clock time of an offset."""
        return None if offset is None else self.placed_at + timedelta(seconds=offset)


@dataclass(slots=True)
class Flights:
    """All attempts under way, by id."""

    _by_id: dict[str, Flight] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self._by_id)

    def __iter__(self) -> Iterator[Flight]:
        return iter(self._by_id.values())

    def get(self, attempt_id: str) -> Flight | None:
        """The flight of that attempt, if it is under way."""
        return self._by_id.get(attempt_id)

    def add(self, flight: Flight) -> None:
        """From its commit on."""
        self._by_id[flight.attempt_id] = flight

    def pop(self, attempt_id: str) -> Flight | None:
        """It has its outcome."""
        return self._by_id.pop(attempt_id, None)

    def unserved(self, now: float) -> tuple[CallView, ...]:
        """Calls that have no agent yet, as a pacer sees them."""
        return tuple(
            CallView(f.attempt_id, f.state, now - f.t0)
            for f in self._by_id.values()
            if f.state is not None
        )

    def lines(self, campaign_id: int) -> int:
        """Channels a campaign uses."""
        return sum(f.campaign_id == campaign_id for f in self._by_id.values())

    def by_state(self) -> dict[str, int]:
        """How many are placed, ringing, waiting, talking, or hear the message."""
        return dict(
            Counter("message" if f.unserved else f.state or "talking" for f in self._by_id.values())
        )
