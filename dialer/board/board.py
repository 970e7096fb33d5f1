"""Gathers one moment of the whole floor."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from pydantic import BaseModel, Field
from sqlalchemy import case, func, select

from cti.access.masking import PhoneNumber
from cti.agents.api import AgentView
from cti.agents.days import WorkingDays
from cti.agents.roster import Roster
from cti.agents.states import Agent
from cti.base.clock import Clock
from cti.store.engine import Store
from cti.texts.reader import Sentence
from dialer.campaigns.models import CampaignRow
from dialer.decisions.views import PacingView
from dialer.engine.attempts import Attempts
from dialer.engine.dialler import Dialler
from dialer.engine.figures import CampaignFigures
from dialer.leads.models import LeadRow

NEXT_RETRIES = 5


class WaitingView(BaseModel):
    """A caller who waits for an agent."""

    call: str = Field(description="the call's id")
    caller: PhoneNumber
    since: datetime


class QueueView(BaseModel):
    """A queue of this moment, and its callers since the site's midnight."""

    name: str
    waiting: list[WaitingView] = Field(description="the longest first")
    talking: int
    answered: int
    abandoned: int = Field(description="hung up while they waited")
    service_level: float | None = Field(
        description="answered in time ÷ all who waited, 0 to 1; null: nobody yet"
    )


class CallersView(BaseModel):
    """Callers of this moment and day."""

    in_menu: int
    waiting: int
    longest_wait_seconds: float
    talking: int
    answered: int
    abandoned: int
    service_level: float | None = Field(
        None, description="answered in time ÷ all who waited, 0 to 1; null: nobody yet"
    )
    served_within_seconds: float = Field(20.0, description="what counts as in time")
    queues: list[QueueView] = []


class LinkView(BaseModel):
    """How well we know what the PBX does."""

    up: bool
    events_seen: int
    events_dropped: int = Field(description="lost in our queue; must be 0")
    samples: int = Field(description="comparisons with the PBX's channels")
    mismatches: int = Field(description="of these, how many disagreed; must be 0")


class RecordingsView(BaseModel):
    """Recordings by state."""

    ready: int
    waiting: int
    missing: int
    seconds: float


class RetryView(BaseModel):
    """A lead that is called again soon."""

    lead_id: int
    name: str
    due_at: datetime
    last_outcome: str | None
    time_zone: str


class CampaignView(BaseModel):
    """One campaign's figures since the service started, and its leads by place."""

    id: int
    name: str
    mode: str
    state: str
    lines: int
    hopper: int
    reason: Sentence = Field(description="the pacer's reason in one sentence")
    attempts: int
    answered: int
    bridged: int
    abandoned: int
    abandon_rate: float = Field(description="abandoned ÷ answered, 0 to 1")
    abandon_target: float
    retries_scheduled: int
    retries_waiting: int = Field(description="leads dialled before that will be dialled again")
    closed: int
    early_ended: int = Field(description="calls ended as what was heard settled the outcome")
    early_ended_seconds_saved: float = Field(description="ring time these did not use")
    machines_taken_back: int = Field(0, description="calls agents lost, as no person had answered")
    machine_seconds: float = Field(0.0, description="agents had these in all")
    machine_seconds_saved: float = Field(0.0, description="by the campaign's estimate")
    outcomes: dict[str, int]
    leads: dict[str, int]
    pacing: PacingView | None = Field(None, description="null while it does not run")


class BoardAgentView(AgentView):
    """An agent, and for whom the call in hand is."""

    since: datetime = Field(description="since when in this state")
    campaign_id: int | None = Field(None, description="of the call in hand")
    campaign: str = Field("", description="its name")
    queue: str = Field("", description="of the caller in hand")


class BoardView(BaseModel):
    """The floor at this moment."""

    at: datetime
    agents: list[BoardAgentView]
    agents_by_state: dict[str, int]
    calls_by_state: dict[str, int]
    callers: CallersView
    campaigns: list[CampaignView]
    answer_to_bridge_ms: dict[str, float] = Field(description="p50, p99, max; empty at first")
    next_retries: list[RetryView]
    recordings: RecordingsView
    link: LinkView


@dataclass(slots=True)
class Board:
    """Reads what the rooms keep. Leads are counted at most once a second.

    queue_of: of a caller's call, by its id; '' for other calls.
    """

    store: Store
    roster: Roster
    attempts: Attempts
    dialler: Dialler
    clock: Clock
    days: WorkingDays
    callers: Callable[[], CallersView]
    link: Callable[[], LinkView]
    recordings: Callable[[], RecordingsView]
    pacing: Callable[[int], PacingView | None] = lambda _: None
    queue_of: Callable[[str], str] = lambda _: ""
    _campaigns: dict[int, tuple[str, str, str]] = field(default_factory=dict)
    _leads: dict[int, dict[str, int]] = field(default_factory=dict)
    _again: dict[int, int] = field(default_factory=dict)
    _retries: list[RetryView] = field(default_factory=list)
    _read_at: float = -1e9

    async def view(self) -> BoardView:
        """This moment."""
        await self._read_leads()
        return BoardView(
            at=self.clock.now(),
            agents=[self._agent(agent) for agent in self.roster],
            agents_by_state=dict(Counter(agent.state.value for agent in self.roster)),
            calls_by_state=self.attempts.flights.by_state(),
            callers=self.callers(),
            campaigns=[self._campaign(campaign_id) for campaign_id in self._known()],
            answer_to_bridge_ms=self.attempts.figures.waits(),
            next_retries=self._retries,
            recordings=self.recordings(),
            link=self.link(),
        )

    def _agent(self, agent: Agent) -> BoardAgentView:
        """The agent with the call in hand: one of ours, or a caller's."""
        flights, call = self.attempts.flights, agent.call or ""
        flight = flights.get(call) or self.attempts.awaiting.get(call)
        campaign_id = flight.campaign_id if flight else None
        name, _, _ = self._campaigns.get(campaign_id or 0, ("", "", ""))
        view = AgentView.of(agent, self.days)
        return BoardAgentView(
            **view.model_dump(),
            since=self.clock.now() - timedelta(seconds=view.seconds),
            campaign_id=campaign_id,
            campaign=name,
            queue="" if flight else self.queue_of(call),
        )

    def _known(self) -> list[int]:
        return sorted(self.dialler.running.keys() | self.attempts.figures.campaigns.keys())

    def _campaign(self, campaign_id: int) -> CampaignView:
        running = self.dialler.running.get(campaign_id)
        figures = self.attempts.figures.campaigns.get(campaign_id, CampaignFigures())
        settings = self.attempts.campaigns.get(campaign_id)
        name, mode, state = self._campaigns.get(campaign_id, ("", "", ""))
        reason = f"no new calls: {state}"
        if running is not None:
            reason = "; ".join(running.last.reasons) if running.last else "no new calls: starting"
        return CampaignView(
            id=campaign_id,
            name=name,
            mode=mode,
            state=state,
            lines=self.attempts.flights.lines(campaign_id),
            hopper=running.supply if running else 0,
            reason=reason,
            attempts=figures.attempts,
            answered=figures.answered,
            bridged=figures.bridged,
            abandoned=figures.abandoned,
            abandon_rate=figures.abandoned / figures.answered if figures.answered else 0.0,
            abandon_target=settings.abandon_target if settings else 0.0,
            retries_scheduled=figures.retries,
            retries_waiting=self._again.get(campaign_id, 0),
            closed=figures.closed,
            early_ended=figures.early_ended,
            early_ended_seconds_saved=round(figures.saved_seconds, 1),
            machines_taken_back=figures.taken_back,
            machine_seconds=round(figures.machine_seconds, 1),
            machine_seconds_saved=round(figures.machine_seconds_saved, 1),
            outcomes=dict(figures.outcomes.most_common()),
            leads=self._leads.get(campaign_id, {}),
            pacing=self.pacing(campaign_id) if running else None,
        )

    async def _read_leads(self) -> None:
        now = self.clock.monotonic()
        if now - self._read_at < 1.0:
            return
        self._read_at = now
        campaigns = self._known()
        places = (
            select(
                LeadRow.campaign_id,
                LeadRow.state,
                func.count(),
                func.sum(case((LeadRow.dials > 0, 1), else_=0)),
            )
            .where(LeadRow.campaign_id.in_(campaigns))
            .group_by(LeadRow.campaign_id, LeadRow.state)
        )
        retries = (
            select(LeadRow)
            .where(
                LeadRow.campaign_id.in_(campaigns), LeadRow.state == "waiting", LeadRow.dials > 0
            )
            .order_by(LeadRow.due_at)
            .limit(NEXT_RETRIES)
        )
        named = select(CampaignRow.id, CampaignRow.name, CampaignRow.mode, CampaignRow.state).where(
            CampaignRow.id.in_(campaigns)
        )
        async with self.store.read() as session:
            self._campaigns = {
                row.id: (row.name, row.mode, row.state) for row in await session.execute(named)
            }
            counted = (await session.execute(places)).all()
            soon = (await session.scalars(retries)).all()
        self._leads, self._again = {}, {}
        for campaign_id, state, count, dialled in counted:
            self._leads.setdefault(campaign_id, {})[state] = count
            if state == "waiting":
                self._again[campaign_id] = int(dialled)
        self._retries = [
            RetryView(
                lead_id=lead.id,
                name=lead.name,
                due_at=lead.due_at,
                last_outcome=lead.last_outcome,
                time_zone=lead.time_zone,
            )
            for lead in soon
            if lead.due_at is not None
        ]
