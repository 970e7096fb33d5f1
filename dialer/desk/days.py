"""Each agent's own day: seconds by state, calls, successes; from the site's midnight on."""

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select

from cti.agents.events import AgentChanged
from cti.agents.models import AgentStateRow
from cti.agents.roster import Roster
from cti.agents.states import AgentState
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.attempts.events import AttemptDisposed
from dialer.attempts.models import AttemptRow
from dialer.campaigns.dispositions import Meaning
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.desk.views import HourOfDay, Today

TALKED: Final = (AgentState.TALKING, AgentState.WRAPPING)
"""A call counts when its talk goes over into the wrap-up; one taken back does not."""
SettingsOf = Callable[[int], CampaignSettings | None]


@dataclass(slots=True)
class Day:
    """One agent's day. state: since when, and which; seconds: of states before that."""

    state: AgentState
    since: datetime
    seconds: defaultdict[AgentState, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[int] = field(default_factory=Counter)  # by hour
    successes: dict[str, int] = field(default_factory=dict)  # attempt → hour

    def become(self, state: AgentState, at: datetime, hour: int) -> None:
        """From `at` on in another state."""
        if (self.state, state) == TALKED:
            self.calls[hour] += 1
        self.seconds[self.state] += max(0.0, (at - self.since).total_seconds())
        self.state, self.since = state, at


@dataclass(slots=True)
class Days:
    """All agents' days.

    zone: of the site, asked anew each day. settings_of: a campaign's, for what counts as success.
    """

    store: Store
    roster: Roster
    signals: Signals
    clock: Clock
    zone: Callable[[], ZoneInfo]
    settings_of: SettingsOf
    _midnight: datetime = field(init=False)
    _zone: ZoneInfo = field(init=False)
    _days: dict[int, Day] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._begin()
        self.signals.on(AgentChanged, self._changed)
        self.signals.on(AttemptDisposed, self._disposed)

    async def load(self) -> None:
        """Make this day of what was written down of it, before anything changes."""
        self._begin()
        since = self._midnight
        states, said = await self.store.look(
            lambda connection: (_states(connection, since), _said(connection, since))
        )
        for agent_id, at, state in states:
            moment = max(at, since)
            day = self._days.setdefault(agent_id, Day(AgentState.SIGNED_OUT, since))
            day.become(state, moment, self._hour(moment))
        for agent_id, attempt_id, at, success in said:
            self._say(agent_id, attempt_id, at, success=success)

    def today(self, agent_id: int) -> Today:
        """How the day stands."""
        day = self._day(agent_id)
        seconds = day.seconds.copy()
        seconds[day.state] += max(0.0, (self.clock.now() - day.since).total_seconds())
        per_hour = Counter(day.successes.values())
        return Today(
            calls=sum(day.calls.values()),
            talk_seconds=round(seconds[AgentState.TALKING], 1),
            wrap_seconds=round(seconds[AgentState.WRAPPING], 1),
            ready_seconds=round(seconds[AgentState.READY] + seconds[AgentState.RESERVED], 1),
            not_ready_seconds=round(seconds[AgentState.NOT_READY], 1),
            successes=len(day.successes),
            hours=[
                HourOfDay(hour=hour, calls=day.calls[hour], successes=per_hour[hour])
                for hour in sorted(day.calls.keys() | per_hour.keys())
            ],
        )

    def _changed(self, event: AgentChanged) -> None:
        if event.agent.state is not event.before:
            day = self._day(event.agent.id, event.before)
            now = self.clock.now()
            day.become(event.agent.state, now, self._hour(now))

    def _disposed(self, event: AttemptDisposed) -> None:
        if event.agent_id is None:
            return
        settings = self.settings_of(event.campaign_id)
        known = settings.disposition(event.disposition) if settings else None
        success = known is not None and known.meaning is Meaning.SUCCESS
        self._say(event.agent_id, event.attempt_id, event.at, success=success)

    def _say(self, agent_id: int, attempt_id: str, at: datetime, *, success: bool) -> None:
        """The last word on an attempt counts: a correction may take a success away."""
        day = self._day(agent_id)
        if not success:
            day.successes.pop(attempt_id, None)
        elif attempt_id not in day.successes and at >= self._midnight:
            day.successes[attempt_id] = self._hour(at)

    def _day(self, agent_id: int, state: AgentState | None = None) -> Day:
        now = self.clock.now()
        if now >= self._midnight + timedelta(days=1):
            self._begin()
        if agent_id not in self._days:
            agent = self.roster.by_id(agent_id)
            known = state or (agent.state if agent else AgentState.SIGNED_OUT)
            since = now
            if agent is not None:  # it may be so since before midnight
                since = now - timedelta(seconds=max(0.0, self.clock.monotonic() - agent.since))
            self._days[agent_id] = Day(known, min(now, max(since, self._midnight)))
        return self._days[agent_id]

    def _begin(self) -> None:
        self._zone = self.zone()
        local = self.clock.now().astimezone(self._zone)
        self._midnight = local.replace(hour=0, minute=0, second=0, microsecond=0)
        self._days = {}

    def _hour(self, at: datetime) -> int:
        return at.astimezone(self._zone).hour


def _states(connection: Connection, since: datetime) -> list[tuple[int, datetime, AgentState]]:
    """Changes of state from `since` on, and of each agent the last one of the day before."""
    query = select(AgentStateRow.agent_id, AgentStateRow.at, AgentStateRow.state).order_by(
        AgentStateRow.at, AgentStateRow.id
    )
    day_before = query.where(
        AgentStateRow.at < since, AgentStateRow.at >= since - timedelta(days=1)
    )
    last = {row.agent_id: row for row in connection.execute(day_before)}
    rows = [*last.values(), *connection.execute(query.where(AgentStateRow.at >= since))]
    return [(row.agent_id, row.at, AgentState(row.state)) for row in rows]


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
