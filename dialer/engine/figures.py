"""Counters of the running day, per campaign: what the board, the pacers and the metrics read."""

from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field

from cti.base.signals import Signals
from cti.base.statistics import percentile
from dialer.attempts.events import (
    AttemptBridged,
    AttemptEnded,
    AttemptPlaced,
    AttemptRejudged,
    LeadScheduled,
    MachineTakenBack,
)

PERSON = frozenset({"answered", "abandoned"})
"""Outcomes of calls that a person answered."""

KEPT_WAITS = 10_000
"""Answer-to-bridge times kept for percentiles."""


@dataclass(slots=True)
class CampaignFigures:
    """One campaign's counts since the service started.

    taken_back: calls agents lost again, as no person had answered; they had them for
    machine_seconds in all.
    """

    attempts: int = 0
    answered: int = 0
    bridged: int = 0
    retries: int = 0
    closed: int = 0
    taken_back: int = 0
    machine_seconds: float = 0.0
    machine_seconds_saved: float = 0.0
    early_ended: int = 0
    saved_seconds: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)

    @property
    def abandoned(self) -> int:
        """Answered by a person and not given to an agent in time."""
        return self.outcomes["abandoned"]


@dataclass(slots=True)
class Figures:
    """All campaigns' figures."""

    signals: Signals
    campaigns: defaultdict[int, CampaignFigures] = field(
        default_factory=lambda: defaultdict(CampaignFigures)
    )
    waits_ms: deque[float] = field(default_factory=lambda: deque(maxlen=KEPT_WAITS))

    def __post_init__(self) -> None:
        self.signals.on(AttemptPlaced, self._placed)
        self.signals.on(AttemptBridged, self._bridged)
        self.signals.on(AttemptEnded, self._ended)
        self.signals.on(AttemptRejudged, self._rejudged)
        self.signals.on(LeadScheduled, self._scheduled)
        self.signals.on(MachineTakenBack, self._taken_back)

    def answered(self, campaign_id: int) -> int:
        """Calls a person answered, so far."""
        return self.campaigns[campaign_id].answered

    def abandoned(self, campaign_id: int) -> int:
        """Of these, not served in time."""
        return self.campaigns[campaign_id].abandoned

    def waits(self) -> dict[str, float]:
        """p50, p99 and max of answer-to-bridge in ms; empty before the first call."""
        ordered = sorted(self.waits_ms)
        if not ordered:
            return {}
        return {
            "p50": percentile(ordered, 0.50),
            "p99": percentile(ordered, 0.99),
            "max": ordered[-1],
        }

    def _placed(self, event: AttemptPlaced) -> None:
        self.campaigns[event.campaign_id].attempts += 1

    def _bridged(self, event: AttemptBridged) -> None:
        self.campaigns[event.campaign_id].bridged += 1
        self.waits_ms.append(event.wait_ms)

    def _ended(self, event: AttemptEnded) -> None:
        figures = self.campaigns[event.campaign_id]
        figures.outcomes[event.outcome] += 1
        figures.answered += event.outcome in PERSON
        if event.saved_seconds is not None:
            figures.early_ended += 1
            figures.saved_seconds += event.saved_seconds

    def _taken_back(self, event: MachineTakenBack) -> None:
        figures = self.campaigns[event.campaign_id]
        figures.taken_back += 1
        figures.machine_seconds += event.seconds
        figures.machine_seconds_saved += event.saved

    def _rejudged(self, event: AttemptRejudged) -> None:
        figures = self.campaigns[event.campaign_id]
        figures.outcomes[event.was] -= 1
        figures.outcomes[event.outcome] += 1
        figures.answered += (event.outcome in PERSON) - (event.was in PERSON)

    def _scheduled(self, event: LeadScheduled) -> None:
        figures = self.campaigns[event.campaign_id]
        if event.due_at is None:
            figures.closed += 1
        else:
            figures.retries += 1
