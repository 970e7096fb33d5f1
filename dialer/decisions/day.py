"""One day of a campaign as it was recorded: enough to play it again with another pacer."""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from cti.agents.models import AgentStateRow
from cti.base.errors import NotFound
from cti.base.statistics import Waits
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.service import Campaign
from dialer.decisions.models import DecisionRow
from dialer.decisions.paging import pages
from dialer.engine.figures import PERSON
from dialer.engine.window import midnight

BUSY: Final = frozenset({"reserved", "talking", "wrapping"})
WORKING: Final = BUSY | {"ready"}
NO_PERSON: Final = frozenset({"machine", "fax"})
SHIFT: Final = timedelta(days=1)
"""So long before midnight is looked for who was signed in at midnight."""
_CALLS = select(
    AttemptRow.id,
    AttemptRow.placed_at,
    AttemptRow.answered_at,
    AttemptRow.bridged_at,
    AttemptRow.ended_at,
    AttemptRow.outcome,
    AttemptRow.outcome_reason,
    AttemptRow.late,
)
TAKEN_BACK: Final = "We took it back"
"""How the reason of a call that we cancelled begins, see `dialer.outcomes.classify`."""


class Actual(BaseModel):
    """What the day came to. Of shared agents all work counts, whatever campaign it was for."""

    dialled: int
    answered: int = Field(description="by a person")
    served: int
    abandoned: int
    machines: int
    cancelled: int
    occupancy: float = Field(description="agents' share of working time in or after calls")
    agent_hours: float = Field(description="signed in and not on a break")
    talk_minutes_per_agent_hour: float
    customer_wait_mean: float = Field(description="seconds from answer to agent; so the next two")
    customer_wait_p90: float
    customer_wait_longest: float


class DayFacts(BaseModel):
    """Times are seconds since `begins`, durations are seconds."""

    campaign: int
    name: str
    day: date
    begins: datetime = Field(description="midnight where the campaign is")
    ends: float = Field(description="the next midnight, or now")
    starts_at: float = Field(description="hour of the day at which work began, 0 to 24")
    mode: str = Field(description="that paced most of the day")
    ratio: float = Field(description="lines per free agent, of the mode power")
    target: float
    grace_s: float
    min_ring_s: float
    ring_timeout_s: float
    max_lines: int | None
    calls_per_second: float | None
    staff: list[tuple[float, int]] = Field(description="from then on so many agents worked")
    dials: list[tuple[float, bool]] = Field(description="when, and whether it wanted an agent")
    rings_answered: list[float] = Field(description="of those, from the dial to the answer")
    rings_unanswered: list[float] = Field(description="of the others, from the dial to the end")
    talks: list[float] = Field(description="with persons")
    machine_talks: list[float] = Field(description="with machines, until they were found")
    wraps: list[float] = Field(description="wrap-up times")
    actual: Actual


async def read_day(
    store: Store, campaign: Campaign, day: date, zone: ZoneInfo, now: datetime
) -> DayFacts:
    """Read it. NotFound when nothing was dialled on that day, or nobody's work is known of it."""
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    ends = min(ends, now)
    made = _CALLS.where(
        AttemptRow.campaign_id == campaign.id,
        AttemptRow.placed_at >= begins,
        AttemptRow.placed_at < ends,
        AttemptRow.outcome.is_not(None),
    )
    calls: list[Any] = []
    async for rows in pages(store, made, AttemptRow.placed_at, AttemptRow.id):
        calls += rows
    if not calls:
        raise NotFound(f"“{campaign.name}” dialled nobody on {day} ({zone.key}).")
    work = Work(begins, ends)
    changed = select(
        AgentStateRow.id, AgentStateRow.agent_id, AgentStateRow.at, AgentStateRow.state
    ).where(AgentStateRow.at >= begins - SHIFT, AgentStateRow.at < ends)
    async for rows in pages(store, changed, AgentStateRow.at, AgentStateRow.id):
        for row in rows:
            work.change(row.agent_id, row.at, row.state)
    work.close()
    if not any(count for _, count in work.staff):
        raise NotFound(f"Of {day} it is not known which agents worked.")
    async with store.read() as session:
        modes = (
            await session.execute(
                select(DecisionRow.mode, func.count())
                .where(
                    DecisionRow.campaign_id == campaign.id,
                    DecisionRow.at >= begins,
                    DecisionRow.at < ends,
                )
                .group_by(DecisionRow.mode)
            )
        ).all()
    mode = max(modes, key=lambda row: row[1])[0] if modes else campaign.mode
    return await asyncio.to_thread(_facts, campaign, day, zone, mode, calls, work)


@dataclass(slots=True)
class Work:
    """Adds up agents' states from `begins` to `ends`. Give changes in the order of time."""

    begins: datetime
    ends: datetime
    staff: list[tuple[float, int]] = field(default_factory=list)
    seconds: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    wraps: list[float] = field(default_factory=list)
    _since: dict[int, tuple[datetime, str]] = field(default_factory=dict)

    def change(self, agent: int, at: datetime, state: str) -> None:
        """From now on the agent is in this state."""
        self._end(agent, at)
        self._since[agent] = (at, state)
        count = sum(each in WORKING for _, each in self._since.values())
        offset = max(0.0, (at - self.begins).total_seconds())
        if self.staff and self.staff[-1][0] >= offset:
            self.staff[-1] = (offset, count)
        elif (self.staff[-1][1] if self.staff else 0) != count:
            self.staff.append((offset, count))

    def close(self) -> None:
        """The day is over."""
        for agent in list(self._since):
            self._end(agent, self.ends)

    def _end(self, agent: int, at: datetime) -> None:
        since, state = self._since.get(agent, (at, ""))
        lasted = (at - max(since, self.begins)).total_seconds()
        if lasted <= 0:
            return
        self.seconds[state] += lasted
        if state == "wrapping":
            self.wraps.append(round(lasted, 2))


def _facts(
    campaign: Campaign,
    day: date,
    zone: ZoneInfo,
    mode: str,
    calls: Sequence[Any],
    work: Work,
) -> DayFacts:
    settings, pacing = campaign.settings, campaign.settings.pacing
    ours = [call.outcome_reason.startswith(TAKEN_BACK) for call in calls]
    told = [call for call, cancelled in zip(calls, ours, strict=True) if not cancelled]
    bridged = [call for call in told if call.bridged_at is not None]
    wanted = [_wanted_agent(call) for call in told]
    first = next((at for at, count in work.staff if count), 0.0)
    return DayFacts(
        campaign=campaign.id,
        name=campaign.name,
        day=day,
        begins=work.begins,
        ends=_gap(work.begins, work.ends),
        starts_at=_hour(work.begins + timedelta(seconds=first), zone),
        mode=mode,
        ratio=pacing.ratio,
        target=settings.abandon_target,
        grace_s=pacing.grace_s,
        min_ring_s=pacing.min_ring_s,
        ring_timeout_s=settings.ring_timeout_s,
        max_lines=settings.max_lines,
        calls_per_second=settings.calls_per_second,
        staff=work.staff,
        dials=[(_gap(work.begins, c.placed_at), yes) for c, yes in zip(told, wanted, strict=True)],
        rings_answered=[
            _gap(c.placed_at, c.answered_at) for c, yes in zip(told, wanted, strict=True) if yes
        ],
        rings_unanswered=[
            _gap(c.placed_at, c.answered_at or c.ended_at)
            for c, yes in zip(told, wanted, strict=True)
            if not yes
        ],
        talks=[_gap(c.bridged_at, c.ended_at) for c in bridged if c.outcome not in NO_PERSON],
        machine_talks=[_gap(c.bridged_at, c.ended_at) for c in bridged if c.outcome in NO_PERSON],
        wraps=work.wraps,
        actual=_actual(calls, sum(ours), bridged, work),
    )


def _wanted_agent(call: Any) -> bool:
    """A machine that was heard before an agent had the call is as good as unanswered."""
    served = call.bridged_at is not None or call.outcome in PERSON
    return call.answered_at is not None and served


def _actual(calls: Sequence[Any], cancelled: int, bridged: Sequence[Any], work: Work) -> Actual:
    persons = [call for call in calls if call.outcome in PERSON]
    waits = Waits.of([_gap(c.answered_at, c.bridged_at) for c in bridged if c.answered_at])
    worked = sum(work.seconds[state] for state in WORKING)
    talked = sum(_gap(c.bridged_at, c.ended_at) for c in bridged)
    return Actual(
        dialled=len(calls),
        answered=len(persons),
        served=sum(c.outcome == "answered" and not c.late for c in persons),
        abandoned=sum(c.outcome == "abandoned" or bool(c.late) for c in persons),
        machines=sum(c.outcome in NO_PERSON for c in calls),
        cancelled=cancelled,
        occupancy=sum(work.seconds[state] for state in BUSY) / worked if worked else 0.0,
        agent_hours=round(worked / 3600, 4),
        talk_minutes_per_agent_hour=talked / 60 / (worked / 3600) if worked else 0.0,
        customer_wait_mean=waits.mean,
        customer_wait_p90=waits.p90,
        customer_wait_longest=waits.longest,
    )


def _gap(begin: datetime, end: datetime | None) -> float:
    """Seconds between two moments, 0 where the clock was set back."""
    return 0.0 if end is None else round(max(0.0, (end - begin).total_seconds()), 2)


def _hour(moment: datetime, zone: ZoneInfo) -> float:
    here = moment.astimezone(zone)
    return here.hour + here.minute / 60 + here.second / 3600
