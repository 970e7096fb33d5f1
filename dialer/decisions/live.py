"""Each campaign's pacing at this moment, for the board, the bus and the metrics."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from prometheus_client import Gauge

from cti.base.clock import Clock
from cti.base.signals import Signals
from dialer.campaigns.events import CampaignChanged
from dialer.decisions.keeping import columns
from dialer.decisions.views import PacingView
from dialer.engine.events import PacerDecided

MINUTE: Final = 60.0
EVERY: Final = 1.0
"""Seconds between two messages of a campaign, at least."""

RATE = Gauge("cti_abandon_rate", "Abandoned ÷ answered in the measuring window.", ["campaign"])
RATE_HIGH = Gauge("cti_abandon_rate_high", "Upper end of its 95 % interval.", ["campaign"])
BUDGET = Gauge("cti_abandon_budget", "Abandons that the target still allows.", ["campaign"])
DIALLED = Gauge("cti_pacing_dialled_last_minute", "Calls placed by the pacer.", ["campaign"])


@dataclass(slots=True)
class _Lately:
    """One campaign. dialled: when, and how many."""

    at: datetime
    row: dict[str, Any]
    dialled: deque[tuple[float, int]] = field(default_factory=deque)
    published: float | None = None


@dataclass(slots=True)
class LivePacing:
    """Remembers the last decision of every running campaign.

    window: a campaign's measuring window in words.
    """

    signals: Signals
    clock: Clock
    window: Callable[[int], str]
    publish: Callable[[PacingView], None] = lambda _: None
    _campaigns: dict[int, _Lately] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals.on(PacerDecided, self._decided)
        self.signals.on(CampaignChanged, self._changed)

    def view(self, campaign_id: int) -> PacingView | None:
        """A running campaign's pacing; None for others, and before its first decision."""
        lately = self._campaigns.get(campaign_id)
        if lately is None:
            return None
        since = self.clock.monotonic() - MINUTE
        while lately.dialled and lately.dialled[0][0] <= since:
            lately.dialled.popleft()
        return PacingView.of(
            lately.at,
            lately.row,
            window=self.window(campaign_id),
            dialled_last_minute=sum(count for _, count in lately.dialled),
        )

    def _decided(self, event: PacerDecided) -> None:
        now, at, row = self.clock.monotonic(), self.clock.now(), columns(event)
        lately = self._campaigns.setdefault(event.campaign_id, _Lately(at, row))
        lately.at, lately.row = at, row
        if event.dialled:
            lately.dialled.append((now, event.dialled))
        if lately.published is not None and 0 <= now - lately.published < EVERY:
            return
        lately.published = now
        view = self.view(event.campaign_id)
        if view is not None:
            _measure(view)
            self.publish(view)

    def _changed(self, event: CampaignChanged) -> None:
        if event.state != "running":
            self._campaigns.pop(event.campaign_id, None)


def _measure(view: PacingView) -> None:
    RATE.labels(view.campaign).set(view.abandon_rate)
    RATE_HIGH.labels(view.campaign).set(view.abandon_high)
    BUDGET.labels(view.campaign).set(view.target * view.answered - view.abandoned)
    DIALLED.labels(view.campaign).set(view.dialled_last_minute)
