"""This moment of the floor, as a campaign's pacer sees it."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from cti.agents.roster import Roster
from cti.base.clock import Clock
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.attempts import Attempts
from dialer.engine.news import News
from dialer.engine.window import Window
from dialer.leads.numbers import zone_of_region
from dialer.pacing.snapshot import AgentView, CallView, Snapshot


@dataclass(slots=True)
class Looker:
    """Gathers what pacers base their decisions on.

    All campaigns share the agents, so the calls of all are seen: each of them may want one.
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
        return Snapshot(
            now=self.clock.monotonic(),
            agents=tuple(self._agents()),
            calls=(*self.attempts.flights.unserved(), *self._callers()),
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

    def _agents(self) -> list[AgentView]:
        return [
            AgentView(
                agent.id,
                "reserved" if agent.state == "ready" and not agent.free else agent.state.value,
                agent.since,
                self.news.call_since(agent.id),
            )
            for agent in self.roster
        ]

    def _callers(self) -> list[CallView]:
        """Callers who wait: each wants an agent as much as a call of ours does."""
        return [
            CallView(offered.call, "answered_waiting", offered.since)
            for offered in self.attempts.floor.waiting
            if offered.patient
        ]


def zone_of(settings: CampaignSettings, home_region: str) -> ZoneInfo:
    """Where the campaign's day begins and its hours are told: its own zone, else the one of its
    region, else of the service's."""
    name = settings.pacing.time_zone or zone_of_region(settings.region or home_region)
    return ZoneInfo(name)
