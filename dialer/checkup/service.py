"""Looks at all that a campaign needs to dial, and tells what is missing."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Protocol

from pydantic import BaseModel, Field
from sqlalchemy import Connection, func, select

from cti.agents.crew import Crew
from cti.agents.roster import Roster
from cti.agents.states import AgentState
from cti.base.clock import Clock
from cti.base.errors import NotFound
from cti.site.service import SiteService
from cti.store.engine import Store
from cti.trunks.settings import TrunkState, TrunkView
from dialer.campaigns.service import Campaign, CampaignService
from dialer.checkup.findings import (
    AgentsSeen,
    Finding,
    LeadsSeen,
    Level,
    Seen,
    TrunkSeen,
    findings,
)
from dialer.leads.models import ImportRow, LeadRow
from dialer.scripts.check import problems
from dialer.scripts.reading import read_script

MOST_ZONES = 50


class Checkup(BaseModel):
    """What was found. level: the worst of it."""

    level: Level
    can_dial: bool = Field(description="nothing found would stop it")
    findings: list[Finding]


class Trunks(Protocol):
    """What is asked of trunks."""

    @property
    def default(self) -> str:
        """The trunk of campaigns that name none."""
        ...

    def view(self, name: str) -> TrunkView:
        """Raises NotFound."""
        ...


@dataclass(slots=True)
class CheckupService:
    """Use cases of looking a campaign over. pacer_says: why it dials as many as it does."""

    store: Store
    clock: Clock
    campaigns: CampaignService
    roster: Roster
    trunks: Trunks
    site: SiteService
    menus: Collection[str]
    pacer_says: Callable[[int], Iterable[str]]

    async def check(self, campaign_id: int) -> Checkup:
        """Raises NotFound."""
        campaign = await self.campaigns.get(campaign_id)
        leads, script = await self.store.transact(lambda at: self._read(at, campaign))
        settings = campaign.settings
        notice = settings.recording_notice
        found = findings(
            Seen(
                mode=campaign.mode,
                state=campaign.state,
                settings=settings,
                now=self.clock.now(),
                leads=leads,
                agents=self._agents(settings.crew),
                trunk=self._trunk(settings.trunk or self.trunks.default),
                script=script,
                notice=self.site.now.recording_notice if notice is None else notice,
                menus=sorted(self.menus),
                pacer_says=tuple(self.pacer_says(campaign_id)),
            )
        )
        levels = {finding.level for finding in found}
        worst: Level = "stops" if "stops" in levels else "warning" if "warning" in levels else "ok"
        return Checkup(level=worst, can_dial=worst != "stops", findings=found)

    def _agents(self, crew: Crew) -> AgentsSeen:
        everybody = list(self.roster)
        names, teams = {a.name for a in everybody}, {a.team for a in everybody}
        agents = [agent for agent in everybody if crew.has(agent)]
        there = [agent for agent in agents if agent.state is not AgentState.SIGNED_OUT]
        return AgentsSeen(
            known=len(agents),
            signed_in=len(there),
            connected=sum(a.leg is not None or a.mode == "ringing" for a in there),
            ready=sum(agent.free for agent in there),
            missing=[
                *(team for team in crew.teams if team not in teams),
                *(name for name in crew.agents if name not in names),
            ],
        )

    def _trunk(self, name: str) -> TrunkSeen:
        try:
            view = self.trunks.view(name)
        except NotFound:
            return TrunkSeen(name, known=False, state=TrunkState())
        return TrunkSeen(name, known=True, state=view.state, caller_ids=view.caller_ids)

    def _read(
        self, connection: Connection, campaign: Campaign
    ) -> tuple[LeadsSeen, list[str] | None]:
        mine = LeadRow.campaign_id == campaign.id
        states = connection.execute(
            select(LeadRow.state, func.count()).where(mine).group_by(LeadRow.state)
        )
        zones = connection.execute(
            select(LeadRow.time_zone, func.count())
            .where(mine, LeadRow.state.in_(("waiting", "due")))
            .group_by(LeadRow.time_zone)
            .order_by(func.count().desc())
            .limit(MOST_ZONES)
        )
        due = connection.scalar(
            select(func.min(LeadRow.due_at)).where(mine, LeadRow.state.in_(("waiting", "due")))
        )
        importing = connection.scalar(
            select(func.count())
            .select_from(ImportRow)
            .where(ImportRow.campaign_id == campaign.id, ImportRow.state == "running")
        )
        leads = LeadsSeen(
            {row[0]: row[1] for row in states},
            {row[0]: row[1] for row in zones},
            due,
            importing or 0,
        )
        return leads, _script_faults(connection, campaign.settings.script_id)


def _script_faults(connection: Connection, script_id: int | None) -> list[str] | None:
    if script_id is None:
        return None
    script = read_script(connection, script_id)
    if script is None:
        return ["it no longer exists."]
    return [problem.text for problem in problems(script) if problem.severity == "error"]
