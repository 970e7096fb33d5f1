"""What happens to attempts. Moments are aware UTC."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class AttemptPlaced:
    """Committed, and its Originate leaves."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    e164: str
    caller_id: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptAnswered:
    """Somebody or something picked up."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    e164: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptBridged:
    """An agent and the customer hear each other. `wait_ms`: from answer to both in the bridge."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    e164: str
    agent_id: int
    wait_ms: float
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """The attempt has its outcome."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    e164: str
    outcome: str
    reason: str
    answered_at: datetime | None
    agent_id: int | None
    at: datetime
    cause: int | None = None
    sip_code: int | None = None
    bridged_at: datetime | None = None
    saved_seconds: float | None = None  # ring time left when we ended it early; else None
    late: bool = False  # the agent came after the campaign's grace


@dataclass(frozen=True, slots=True)
class AttemptDisposed:
    """The agent said what came of an answered call."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    agent_id: int | None
    disposition: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AttemptRejudged:
    """An ended attempt has another outcome now: an agent said something else of it."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    was: str
    outcome: str
    reason: str
    at: datetime
    answered_at: datetime | None = None
    late: bool = False  # the agent came after the campaign's grace


@dataclass(frozen=True, slots=True)
class SoundsLike:
    """The agent who has the call should know what it sounds like, and decide."""

    attempt_id: str
    campaign_id: int
    agent_id: int
    heard: str
    confidence: float
    at: datetime


@dataclass(frozen=True, slots=True)
class MachineTakenBack:
    """An agent lost a call that no person had answered.

    heard: machine, fax, ivr or silence; confidence: None when the agent said so.
    then: hang_up or message. seconds: how long the agent had it. saved: how much longer, by the
    campaign's estimate, without being taken back.
    """

    attempt_id: str
    campaign_id: int
    agent_id: int
    heard: str
    confidence: float | None
    then: str
    seconds: float
    saved: float
    at: datetime


@dataclass(frozen=True, slots=True)
class LeadScheduled:
    """A lead will be called again at `due_at`, or is closed (`due_at` is None)."""

    lead_id: int
    campaign_id: int
    due_at: datetime | None
    words: str
