"""Attempts under way: what is known of each, and the evidence as it comes in."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dialer.outcomes.evidence import Evidence, Kind
from dialer.outcomes.outcome import Outcome
from dialer.pacing.snapshot import CallState, CallView, Result
from dialer.retry.facts import LeadFacts


@dataclass(frozen=True, slots=True)
class Disposed:
    """What an agent said came of the call."""

    code: str
    at: datetime
    agent_id: int | None
    callback_at: datetime | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Leaving:
    """A message that is being left on a machine since monotonic `began`, `after` what."""

    sound: str
    after: str
    began: float


@dataclass(frozen=True, slots=True)
class Telling:
    """A message or menu that stands for an agent, since monotonic `began`."""

    began: float
    sound: str | None
    menu: str | None


@dataclass(slots=True)
class Flight:
    """One attempt from its commit to its outcome. Offsets are seconds since it was placed.

    entered: the dialplan has the answered call. held: no agent before it is known who answered.
    taken: no agent at all, for it was no person. returning: it was one after all.
    mode: of the campaign when it was placed, or manual. own_agent: for this agent only, who is
    reserved for it. appointment: when one that is still ahead is due; only an agent's word moves
    it. telling: what who answered an agentless call hears now; keys: pressed in it.
    segment: the part of the leads it is from, a list's id. result: how it stopped ringing.
    abandoned: it was told that nobody served it in time. cancelled: we asked to take it back.
    outcome: set at the end, while the agent's disposition is awaited.
    """

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
    certain: bool = False  # what was heard before an answer settles it: we hang up
    ended: bool = False  # its channel is gone; the last of its sound is awaited
    disposed: Disposed | None = None
    entered: bool = False
    held: bool = False
    taken: bool = False
    returning: bool = False
    ended_by_us: bool = False
    leaving: Leaving | None = None
    mode: str = "progressive"
    own_agent: int | None = None
    appointment: datetime | None = None
    telling: Telling | None = None
    keys: list[str] = field(default_factory=list)
    segment: str = ""
    result: Result | None = None
    abandoned: bool = False
    cancelled: bool = False
    outcome: Outcome | None = None

    @property
    def state(self) -> CallState | None:
        """As a pacer sees it; None when it wants none of the free agents: one talks or is its own,
        or a message plays."""
        if self.agentless or self.own_agent is not None or self.being_cancelled:
            return None
        return self.stage

    @property
    def being_cancelled(self) -> bool:
        """Whether we are taking it back, and nobody has answered before."""
        return self.cancelled and self.answered is None

    @property
    def rang_since(self) -> float | None:
        """The offset from which its phone may have rung, by what the network let us hear."""
        progress = self.evidence.first(Kind.PROGRESS)
        signs = (self.ringing, progress.at if progress else None)
        return min((at for at in signs if at is not None), default=None)

    @property
    def agentless(self) -> bool:
        """Whether who answers hears a message or a menu instead of an agent."""
        return self.mode == "agentless"

    @property
    def stage(self) -> CallState | None:
        """How far it is on its way to an agent; None when it is there, or goes nowhere."""
        if self.bridged is not None or self.unserved or self.taken or self.ended:
            return None
        if self.answered is not None:
            return "deciding" if self.held else "answered_waiting"
        return "placed" if self.ringing is None else "ringing"

    def saw(self, t: float, kind: Kind, **detail: object) -> float:
        """Add evidence seen at monotonic `t`; returns the offset."""
        at = max(0.0, t - self.t0)
        self.evidence.add(at, kind, **detail)
        return at

    def message_over(self, t: float, *, whole: bool) -> None:
        """The message on the machine ended, or the machine ended it."""
        left, self.leaving = self.leaving, None
        if left is not None:
            seconds = round(t - left.began, 1)
            more = {"sound": left.sound, "after": left.after, "seconds": seconds, "whole": whole}
            self.saw(t, Kind.MESSAGE_LEFT, **more)

    def told_over(self, t: float, *, whole: bool) -> None:
        """The message or menu ended, or who heard it ended it."""
        told, self.telling = self.telling, None
        if told is not None:
            seconds, keys = round(t - told.began, 1), self.keys or None
            more = {"sound": told.sound, "menu": told.menu, "whole": whole, "keys": keys}
            self.saw(t, Kind.TOLD, seconds=seconds, **more)

    def moment(self, offset: float | None) -> datetime | None:
        """The wall-clock time of an offset."""
        return None if offset is None else self.placed_at + timedelta(seconds=offset)


def appointment_ahead(mode: str, lead: Any, now: datetime) -> datetime | None:
    """When the appointment of a lead is due that is dialled by hand before it, at `now`."""
    ahead = lead.promised_at is not None and lead.due_at is not None and lead.due_at > now
    return lead.due_at if ahead and mode == "manual" else None


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

    def unserved(self) -> Iterator[tuple[Flight, CallView]]:
        """Calls that have no agent yet, and as a pacer sees each."""
        for f in self:
            if f.state is not None:
                yield f, CallView(f.attempt_id, f.state, f.t0, f.segment)

    def lines(self, campaign_id: int) -> int:
        """Channels a campaign uses."""
        return sum(f.campaign_id == campaign_id and not f.ended for f in self._by_id.values())

    def promised(self) -> Iterator[Flight]:
        """Calls that an agent is promised to: those that ring, and answered ones that are held."""
        for f in self:
            if f.state in {"placed", "ringing"} or (f.held and f.own_agent is None):
                yield f

    def awaited(self) -> set[int]:
        """Agents whose appointments ring: other calls go to others while there are any."""
        return {
            f.prefer_agent
            for f in self._by_id.values()
            if f.prefer_agent is not None and f.state in {"placed", "ringing"}
        }

    def by_state(self) -> dict[str, int]:
        """How many are placed, ringing, waiting, talking, hear the message, or are machines."""
        return dict(Counter(_doing(f) for f in self._by_id.values() if not f.ended))


def _doing(flight: Flight) -> str:
    if flight.taken:
        return "machine"
    if flight.unserved or flight.telling is not None:
        return "message"
    return flight.stage or "talking"
