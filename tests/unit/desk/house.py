"""Desks as the service wires them, on the engine's rig; pages that see what agents see."""

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import orjson

from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.agents.days import WorkingDays
from cti.agents.service import AgentService
from cti.agents.states import AgentState
from cti.base.day import LocalDay
from cti.bus.publisher import Bus
from cti.floor.inbound import InboundDesk
from cti.live_link.browser import Browser
from cti.screens import Ground, Screens, make_screens, zone_of_site
from cti.site.service import SiteService
from dialer.compliance.service import DoNotCallService
from dialer.desk.service import DeskService
from dialer.desk.views import DeskView
from dialer.leads.models import LeadRow
from dialer.scripts.script import ScriptContent
from tests.fake_pbx import STAYS
from tests.unit.engine.rig import Engine, Outside
from tests.virtual_time import standing_still


@dataclass
class Page:
    """One browser of an agent: reads at once what it is told."""

    browser: Browser
    frames: list[dict[str, Any]] = field(default_factory=list)

    @property
    def desks(self) -> list[dict[str, Any]]:
        return [frame["payload"] for frame in self.frames if frame["type"] == "desk"]

    @property
    def notices(self) -> list[dict[str, Any]]:
        return [frame["payload"] for frame in self.frames if frame["type"] == "notice"]

    async def read(self) -> None:
        while True:
            self.frames += [orjson.loads(frame) for frame in await self.browser.next_frames()]


class House:
    """One life of engine and desks."""

    def __init__(self, outside: Outside, folder: Path) -> None:
        self.outside = outside
        self.engine = engine = Engine(outside)
        outside.engines.append(engine)
        engine.says = lambda _: None
        clock, signals, store = outside.clock, engine.signals, outside.store
        self.site = SiteService(store, clock, signals)
        self.inbound = InboundDesk(
            store, engine.floor, signals, clock, lambda call: Path("/r") / call
        )
        self.bars = DoNotCallService(store, clock, signals, folder)
        self.screens: Screens = make_screens(
            Ground(
                store,
                clock,
                signals,
                Bus("mqtt://127.0.0.1:1", "t", clock),
                engine.roster,
                AgentService(store, engine.roster, engine.pbx, clock, cast("Any", None)),
                self.inbound,
                engine.attempts,
                engine.dialler,
                engine.by_hand,
                self.bars,
                cast("Any", None),
                self.site,
                WorkingDays(
                    store,
                    engine.roster,
                    signals,
                    clock,
                    LocalDay(clock, zone_of_site(self.site)),
                ),
            )
        )
        self.desk: DeskService = self.screens.desk
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> "House":
        await self.screens.load()
        await self.engine.start()
        await asyncio.sleep(2)
        return self

    async def close(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.screens.close()
        await self.inbound.close()

    def page(self, agent: str = "agent0") -> Page:
        """A browser of the agent's, opened now."""
        who = Who(1, agent, Role.AGENT, ROLES[Role.AGENT], agent=agent, session=f"s-{agent}")
        page = Page(self.screens.hub.join(who))
        self._tasks.append(asyncio.get_running_loop().create_task(page.read()))
        return page

    async def view(self, agent: str = "agent0") -> DeskView:
        with standing_still():
            return await self.desk.fresh(agent)

    def state(self, agent: str = "agent0") -> AgentState:
        return self.engine.roster.get(agent).state

    def call(self, agent: str = "agent0") -> str:
        """Id of the call in hand."""
        call = self.engine.roster.get(agent).call
        assert call is not None
        return call

    async def script(self, content: dict[str, Any], campaign: int) -> int:
        """A script, followed in this campaign from now on."""
        made = await self.screens.scripts.create("Spring", ScriptContent.model_validate(content))
        await self.outside.change(campaign, script_id=made.id)
        return made.id


async def opened(outside: Outside, folder: Path, *, agents: int = 1, **more: Any) -> House:
    """A campaign that runs, with agents who are ready; calls stay up until they are ended."""
    outside.pbx.default = more.pop("far", STAYS)
    await outside.agents(agents)
    await outside.campaign(leads=0, **more)
    return await House(outside, folder).start()


async def person(outside: Outside, **values: Any) -> int:
    """A lead of the only campaign, due now."""
    (lead_id,) = await outside.leads(1, 1, **values)
    return lead_id


async def lead(outside: Outside, lead_id: int) -> LeadRow:
    return next(row for row in await outside.all(LeadRow) if row.id == lead_id)
