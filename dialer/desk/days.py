"""Each agent's own day at the desk: the working day, and what came of its calls."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, select

from cti.agents.days import WorkingDays
from cti.agents.states import AgentState
from cti.base.signals import Signals
from dialer.attempts.events import AttemptDisposed
from dialer.attempts.models import AttemptRow
from dialer.campaigns.dispositions import Meaning
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.desk.views import HourOfDay, Today

SettingsOf = Callable[[int], CampaignSettings | None]


@dataclass(slots=True)
class Days:
    """All agents' days. settings_of: a campaign's, for what counts as success."""

    work: WorkingDays
    signals: Signals
    settings_of: SettingsOf
    _since: datetime = field(init=False)
    _successes: defaultdict[int, dict[str, int]] = field(init=False)  # agent → attempt → hour

    def __post_init__(self) -> None:
        self._begin()
        self.signals.on(AttemptDisposed, self._disposed)

    async def load(self) -> None:
        """Make this day of what was written down of it, before anything changes."""
        await self.work.load()
        self._begin()
        since = self._since
        for agent_id, attempt_id, at, success in await self.work.store.look(
            lambda connection: _said(connection, since)
        ):
            self._say(agent_id, attempt_id, at, success=success)

    def today(self, agent_id: int) -> Today:
        """How the day stands."""
        self._turn()
        day = self.work.of(agent_id)
        seconds = day.seconds.copy()
        seconds[day.state] += max(0.0, (self.work.clock.now() - day.since).total_seconds())
        successes = self._successes[agent_id]
        per_hour = Counter(successes.values())
        return Today(
            calls=day.calls.total(),
            talk_seconds=round(seconds[AgentState.TALKING], 1),
            wrap_seconds=round(seconds[AgentState.WRAPPING], 1),
            ready_seconds=round(seconds[AgentState.READY] + seconds[AgentState.RESERVED], 1),
            not_ready_seconds=round(seconds[AgentState.NOT_READY], 1),
            successes=len(successes),
            hours=[
                HourOfDay(hour=hour, calls=day.calls[hour], successes=per_hour[hour])
                for hour in sorted(day.calls.keys() | per_hour.keys())
            ],
        )

    def _disposed(self, event: AttemptDisposed) -> None:
        if event.agent_id is None:
            return
        settings = self.settings_of(event.campaign_id)
        known = settings.disposition(event.disposition) if settings else None
        success = known is not None and known.meaning is Meaning.SUCCESS
        self._say(event.agent_id, event.attempt_id, event.at, success=success)

    def _say(self, agent_id: int, attempt_id: str, at: datetime, *, success: bool) -> None:
        """The last word on an attempt counts: a correction may take a success away."""
        self._turn()
        successes = self._successes[agent_id]
        if not success:
            successes.pop(attempt_id, None)
        elif attempt_id not in successes and at >= self._since:
            successes[attempt_id] = self.work.today.hour(at)

    def _turn(self) -> None:
        self.work.turn()
        if self.work.today.began != self._since:
            self._begin()

    def _begin(self) -> None:
        self._since = self.work.today.began
        self._successes = defaultdict(dict)


def _said(connection: Connection, since: datetime) -> list[tuple[int, str, datetime, bool]]:
    """What agents said of the calls placed since: who, of which, when, whether a success."""
    campaigns = {
        row.id: CampaignSettings.model_validate(row.settings)
        for row in connection.execute(select(CampaignRow.id, CampaignRow.settings))
    }
    meanings: defaultdict[int, dict[str, Meaning]] = defaultdict(dict)
    for campaign_id, settings in campaigns.items():
        meanings[campaign_id] = {d.code: d.meaning for d in settings.dispositions}
    rows = connection.execute(
        select(
            *(AttemptRow.id, AttemptRow.campaign_id, AttemptRow.disposition),
            *(AttemptRow.disposition_at, AttemptRow.disposition_by),
        ).where(
            AttemptRow.campaign_id.in_(campaigns),
            AttemptRow.placed_at >= since,
            AttemptRow.disposition_by.is_not(None),
        )
    )
    return [
        (
            row.disposition_by,
            row.id,
            row.disposition_at,
            meanings[row.campaign_id].get(row.disposition) is Meaning.SUCCESS,
        )
        for row in rows
    ]
