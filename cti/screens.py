"""What people's screens are fed from: the live link, agents' desks, the board. Part of the
composition root.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from zoneinfo import ZoneInfo

from fastapi import APIRouter

from cti.access.events import SessionEnded
from cti.agents.days import WorkingDays
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.base.clock import Clock
from cti.base.notices import Notice
from cti.base.signals import Signals
from cti.bus.publisher import Bus
from cti.floor.inbound import InboundDesk
from cti.live_link.api import router as live_link_router
from cti.live_link.board import BoardFeed
from cti.live_link.hub import LiveHub
from cti.live_link.seeing import Belongings
from cti.site.service import SiteService
from cti.store.engine import Store
from dialer.board.board import Board
from dialer.board.feed import BoardLooks
from dialer.board.history import BoardHistory
from dialer.board.narrow import Narrow
from dialer.by_hand.service import ByHand
from dialer.campaigns.owners import CampaignOwners
from dialer.compliance.service import DoNotCallService
from dialer.compliance.windows import zone
from dialer.desk.api import router as desk_router
from dialer.desk.days import Days
from dialer.desk.hands import Hands
from dialer.desk.service import DeskService
from dialer.desk.showing import Showing
from dialer.engine.attempts import Attempts
from dialer.engine.dialler import Dialler
from dialer.leads.numbers import zone_of_region
from dialer.schedule.service import ScheduleService
from dialer.scripts.api import router as scripts_router
from dialer.scripts.service import ScriptService


@dataclass(frozen=True, slots=True)
class Ground:
    """What screens show is made of."""

    store: Store
    clock: Clock
    signals: Signals
    bus: Bus
    roster: Roster
    agents: AgentService
    inbound: InboundDesk
    attempts: Attempts
    dialler: Dialler
    by_hand: ByHand
    bars: DoNotCallService
    board: Board
    site: SiteService
    days: WorkingDays


@dataclass(frozen=True, slots=True)
class Screens:
    """Live link, desks and board, by name."""

    hub: LiveHub
    feed: BoardFeed
    history: BoardHistory
    owners: CampaignOwners
    narrow: Narrow
    days: Days
    desk: DeskService
    scripts: ScriptService

    async def load(self) -> None:
        """Read what must be known before anything changes."""
        await self.owners.load()
        await self.days.load()

    def start(self) -> None:
        """Begin to show."""
        self.feed.start()
        self.history.start()

    async def close(self) -> None:
        """Show nothing any more."""
        await self.feed.close()
        await self.history.close()
        await self.desk.close()
        await self.owners.close()

    def routers(self) -> list[APIRouter]:
        """Their routes."""
        return [
            live_link_router(self.hub, self.desk),
            desk_router(self.desk),
            scripts_router(self.scripts),
        ]


def make_screens(ground: Ground) -> Screens:
    """Make them, and let them hear of what happens."""
    store, clock, signals, site = ground.store, ground.clock, ground.signals, ground.site
    owners, team_of = CampaignOwners(store, signals), _teams(ground.roster)
    hub = LiveHub(
        clock,
        Belongings(owners.client_of, team_of, _names(ground.roster)),
        version=version("cti"),
    )
    ground.bus.taps.append(hub.publish)
    signals.on(SessionEnded, lambda event: hub.end_session(event.session))
    signals.on(Notice, hub.notify)
    campaigns = ground.attempts.campaigns
    days = Days(ground.days, signals, campaigns.get)
    hands = Hands(
        store,
        ground.roster,
        ground.attempts,
        ground.inbound,
        signals,
        clock,
        lambda: site.now.region,
    )
    schedule = ScheduleService(store, ground.dialler.hopper, ground.roster, clock)
    showing = Showing(
        ground.roster,
        hands,
        days,
        ground.by_hand,
        ground.dialler,
        schedule,
        signals,
        clock,
        lambda: site.now,
        hub,
    )
    desk = DeskService(
        store,
        ground.roster,
        ground.agents,
        ground.attempts,
        ground.by_hand,
        ground.dialler,
        schedule,
        ground.bars,
        hands,
        showing,
        clock,
    )
    narrow = Narrow(owners.client_of, team_of)
    feed = BoardFeed(hub, BoardLooks(ground.board, narrow).look)
    history = BoardHistory(ground.board, owners.client_of)
    return Screens(hub, feed, history, owners, narrow, days, desk, ScriptService(store, clock))


def _names(roster: Roster) -> Callable[[int], str | None]:
    def name(agent_id: int) -> str | None:
        agent = roster.by_id(agent_id)
        return agent.name if agent else None

    return name


def _teams(roster: Roster) -> Callable[[str], str | None]:
    def team(name: str) -> str | None:
        found = next((agent for agent in roster if agent.name == name), None)
        return found.team or None if found else None

    return team


def zone_of_site(site: SiteService) -> Callable[[], ZoneInfo]:
    """Whose midnight begins the day: asked when it is needed, as the site may move."""
    return lambda: zone(zone_of_region(site.now.region))
