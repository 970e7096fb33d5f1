"""This moment of the floor, as a campaign's pacer sees it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cti.agents.crew import Crew
from cti.agents.roster import BUSY, Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.floor.sharing import Sharing
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.attempts import Attempts
from dialer.engine.news import News
from dialer.engine.window import Window
from dialer.leads.numbers import zone_of_region
from dialer.pacing.snapshot import AgentView, CallView, Snapshot

AT_WORK = BUSY | {AgentState.READY}


@dataclass(frozen=True, slots=True)
class Wanting:
    """A call that wants an agent of a crew. own: of the campaign that looks."""

    view: CallView
    crew: Crew
    own: bool


@dataclass(slots=True)
class Looker:
    """Gathers what pacers base their decisions on.

    Campaigns share agents, so calls of others are seen, too, as far as they want agents of this
    campaign's crew.
    """

    attempts: Attempts
    roster: Roster
    news: News
    window: Window
    clock: Clock

    def look(
        self,
        campaign_id: int,
        settings: CampaignSettings,
        zone: ZoneInfo,
        *,
        supply: int,
        segment: str,
        rate_tokens: int | None,
    ) -> Snapshot:
        """A campaign's snapshot; what is new since the one before is told in it, once."""
        counts = self.window.counts(campaign_id)
        here = self.clock.now().astimezone(zone)
        wanting = [*self._calls(campaign_id), *self._callers()]
        return Snapshot(
            now=self.clock.monotonic(),
            agents=tuple(self._agents(settings.crew)),
            calls=tuple(competing(settings.crew, list(self.roster), wanting)),
            hopper_size=supply,
            lines_in_use=self.attempts.flights.lines(campaign_id),
            max_lines=settings.max_lines,
            rate_tokens=rate_tokens,
            abandon_target=settings.abandon_target,
            answered=counts.answered,
            abandoned=counts.abandoned,
            news=self.news.take(campaign_id),
            grace=settings.pacing.grace_s,
            hour=here.hour + here.minute / 60 + here.second / 3600,
            min_ring=settings.pacing.min_ring_s,
            segment=segment,
        )

    def _agents(self, crew: Crew) -> Iterator[AgentView]:
        for agent in self.roster:
            if crew.has(agent):
                waits = agent.state is AgentState.READY and not agent.free
                yield AgentView(
                    agent.id,
                    "reserved" if waits else agent.state.value,
                    agent.since,
                    self.news.call_since(agent.id),
                )

    def _calls(self, campaign_id: int) -> Iterator[Wanting]:
        crews = self.attempts.campaigns
        for flight, view in self.attempts.flights.unserved():
            crew = crews[flight.campaign_id].crew
            yield Wanting(view, crew, flight.campaign_id == campaign_id)

    def _callers(self) -> Iterator[Wanting]:
        """Callers who wait: each wants an agent as much as a call of ours does."""
        for offered in self.attempts.floor.waiting:
            if offered.patient:
                view = CallView(offered.call, "answered_waiting", offered.since)
                yield Wanting(view, self.attempts.crew_of(offered.call), own=False)


def competing(
    crew: Crew, agents: Sequence[Agent], wanting: Sequence[Wanting]
) -> Iterator[CallView]:
    """The calls that a crew's agents must be enough for: its own, and of the others as many as
    they cannot leave to agents outside the crew.

    While every call has a free agent of its own, that is exact: the crew's free agents less the
    calls told here are as many as can be called without leaving anybody alone. When others dial
    more than their free agents, the crew is told of its share in those, too.
    """
    others = [w for w in wanting if not w.own]
    own = len(wanting) - len(others)
    if any(w.crew != crew for w in others):
        free = [agent for agent in agents if agent.free]
        sharing = Sharing(free, (w.crew for w in wanting), asked=crew)
        count = sum(crew.has(agent) for agent in free) - own - sharing.room(crew)
        shares = {w.crew: _share(w.crew, crew, agents) for w in others}
        if sharing.unserved:
            count = max(count, round(sum(shares[w.crew] for w in others)))
        others = sorted(others, key=lambda w: -shares[w.crew])[: max(0, count)]
    yield from (w.view for w in wanting if w.own)
    yield from (w.view for w in others)


def _share(theirs: Crew, crew: Crew, agents: Sequence[Agent]) -> float:
    """Of the agents of another crew who are at work, the part that is in this one."""
    at_work = [agent for agent in agents if agent.state in AT_WORK and theirs.has(agent)]
    return sum(crew.has(agent) for agent in at_work) / len(at_work) if at_work else 0.0


def zone_of(settings: CampaignSettings, home_region: str) -> ZoneInfo:
    """Where the campaign's day begins and its hours are told: its own zone, else the one of its
    region, else of the service's."""
    name = settings.pacing.time_zone or zone_of_region(settings.region or home_region)
    return ZoneInfo(name)
