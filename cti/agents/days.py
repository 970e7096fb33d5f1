"""Each agent's working day: seconds by state, and calls; from the site's midnight on.

Counted as it goes, and made again of what was written down when the service starts: every figure
of an agent's day on any screen comes from here.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, select

from cti.agents.events import AgentChanged
from cti.agents.models import AgentStateRow
from cti.agents.roster import Roster
from cti.agents.states import AgentState
from cti.base.clock import Clock
from cti.base.day import LocalDay
from cti.base.signals import Signals
from cti.store.engine import Store

TALKED: Final = (AgentState.TALKING, AgentState.WRAPPING)
"""A call counts when its talk goes over into the wrap-up; one taken back does not."""


@dataclass(slots=True)
class Day:
    """One agent's day. state: since when, and which; seconds: of states before that; calls: by
    hour of the site's clock."""

    state: AgentState
    since: datetime
    seconds: defaultdict[AgentState, float] = field(default_factory=lambda: defaultdict(float))
    calls: Counter[int] = field(default_factory=Counter)

    def become(self, state: AgentState, at: datetime, hour: int) -> None:
        """From `at` on in another state."""
        if (self.state, state) == TALKED:
            self.calls[hour] += 1
        self.seconds[self.state] += max(0.0, (at - self.since).total_seconds())
        self.state, self.since = state, at

    @property
    def talked(self) -> float:
        """Seconds of the talks that are over."""
        return self.seconds[AgentState.TALKING]


@dataclass(slots=True)
class WorkingDays:
    """All agents' days."""

    store: Store
    roster: Roster
    signals: Signals
    clock: Clock
    today: LocalDay
    _days: dict[int, Day] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals.on(AgentChanged, self._changed)

    async def load(self) -> None:
        """Make this day of what was written down of it, before anything changes."""
        self.today.begin()
        self._days = {}
        since = self.today.began
        for agent_id, at, state in await self.store.look(lambda c: _states(c, since)):
            moment = max(at, since)
            day = self._days.setdefault(agent_id, Day(AgentState.SIGNED_OUT, since))
            day.become(state, moment, self.today.hour(moment))

    def of(self, agent_id: int, state: AgentState | None = None) -> Day:
        """An agent's day so far. state: known to be the one before the change that is told now."""
        now = self.clock.now()
        self.turn()
        if agent_id not in self._days:
            agent = self.roster.by_id(agent_id)
            known = state or (agent.state if agent else AgentState.SIGNED_OUT)
            since = now
            if agent is not None:  # it may be so since before midnight
                since = now - timedelta(seconds=max(0.0, self.clock.monotonic() - agent.since))
            self._days[agent_id] = Day(known, min(now, max(since, self.today.began)))
        return self._days[agent_id]

    def turn(self) -> None:
        """Begin another day, if the site's clock says so."""
        if self.today.turned():
            self._days = {}

    def _changed(self, event: AgentChanged) -> None:
        if event.agent.state is not event.before:
            now = self.clock.now()
            self.of(event.agent.id, event.before).become(
                event.agent.state, now, self.today.hour(now)
            )


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
