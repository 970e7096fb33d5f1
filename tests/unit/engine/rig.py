"""The engine as the service wires it, on what outlives it: database, Redis and PBX.

`Outside.gate` is passed before and after everything the engine does outside of itself; there it
can be killed (`Outside.kill_at`), and there each part can be away.
"""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from redis.asyncio import Redis
from sqlalchemy import Connection, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.agents.events import AgentChanged
from cti.agents.memory import Remembered
from cti.agents.models import AgentRow
from cti.agents.phones import Phones
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.ami.errors import LinkDownError
from cti.ami.link import AmiLink
from cti.base.ids import is_agent_leg
from cti.base.signals import Signals
from cti.base.tasks import UNDIVIDED, end
from cti.calls.pbx import agent_of_leg
from cti.calls.tracker import Tracker
from cti.calls.watchdog import Watchdog
from cti.floor.floor import Floor
from cti.floor.takeover import Takeover
from cti.live.errors import LiveStateDown
from cti.live.redis import connect
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.by_hand.service import ByHand
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.answering import Answering
from dialer.engine.attempts import Attempts
from dialer.engine.carriers import OneCarrier
from dialer.engine.dialler import Dialler
from dialer.engine.figures import Figures
from dialer.engine.filler import Filler
from dialer.engine.ledger import Ledger
from dialer.engine.recovery import Recovery
from dialer.engine.telling import Teller
from dialer.hopper.hopper import Hopper, HopperSizes
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from tests.fake_pbx import FakePbx, Far
from tests.virtual_time import VirtualClock, standing_still

T = TypeVar("T")
WRAP_UP = 10


class GatedStore(Store):
    """A store for virtual time: the clock stands still while the database works."""

    def __init__(self, url: str, gate: "Gate") -> None:
        super().__init__(url)
        self.gate = gate

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        await self.gate.pass_by("database")
        with standing_still():
            async with super().read() as session:
                yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        await self.gate.pass_by("database")
        with standing_still():
            async with super().write() as session:
                yield session
        await self.gate.pass_by("")

    async def transact(self, work: Callable[[Connection], T]) -> T:
        await self.gate.pass_by("database")
        with standing_still():
            done = await super().transact(work)
        await self.gate.pass_by("")
        return done

    async def look(self, work: Callable[[Connection], T]) -> T:
        await self.gate.pass_by("database")
        with standing_still():
            return await super().look(work)

    async def close(self) -> None:
        with standing_still():
            await super().close()


class GatedHopper(Hopper):
    """A hopper for virtual time."""

    def __init__(self, redis: Redis, prefix: str, gate: "Gate") -> None:
        super().__init__(redis, prefix)
        self.gate = gate

    async def _run(self, script: Any, campaign_id: int, arguments: list[Any]) -> Any:
        await self.gate.pass_by("redis")
        with standing_still():
            done = await super()._run(script, campaign_id, arguments)
        await self.gate.pass_by("")
        return done

    async def sizes(self, campaign_id: int, now: datetime) -> HopperSizes:
        await self.gate.pass_by("redis")
        with standing_still():
            return await super().sizes(campaign_id, now)

    async def clear(self, campaign_id: int) -> None:
        await self.gate.pass_by("redis")
        with standing_still():
            await super().clear(campaign_id)


@dataclass
class Gate:
    """away: parts that do not work now. kill_at: the step at which the engine dies."""

    away: set[str] = field(default_factory=set)
    kill_at: int | None = None
    steps: int = 0
    dead: asyncio.Event = field(default_factory=asyncio.Event)

    async def pass_by(self, part: str) -> None:
        self.steps += 1
        if self.kill_at is not None and self.steps >= self.kill_at:
            self.dead.set()
            await asyncio.Event().wait()
        if part in self.away and part == "redis":
            raise LiveStateDown("Redis does not answer (refused).")
        if part in self.away:
            raise OperationalError("COMMIT", None, Exception("database or disk is full"))


class Outside:
    """What is there before the engine and outlives it. Made on a virtual loop."""

    def __init__(self, database: str, redis_url: str, prefix: str) -> None:
        self.gate = Gate()
        self.clock = VirtualClock()
        self.pbx = FakePbx(self.clock)
        self.pbx.gate = lambda: self.gate.pass_by("")
        self.store = GatedStore(database, self.gate)
        self.bare = Store(database)
        self.redis = connect(redis_url)
        self.prefix = prefix
        self.remembered: dict[str, Remembered] = {}
        self.engines: list[Engine] = []
        self._numbers = itertools.count(13_800_000_000)

    def engine(self) -> "Engine":
        """A new engine, in place of the one before."""
        engine = Engine(self)
        self.engines.append(engine)
        return engine

    async def close(self) -> None:
        self.gate.kill_at = None
        for engine in self.engines:
            await engine.kill()
        with standing_still():
            await self.redis.flushdb()
            await self.redis.aclose()
            await self.bare.close()
        await self.store.close()

    # -- what people put in ----------------------------------------------------------------------

    async def campaign(
        self,
        *,
        leads: int = 0,
        state: str = "running",
        mode: str = "progressive",
        **settings: Any,
    ) -> int:
        """A campaign with leads of one number each, all due now."""
        given = CampaignSettings(**({"wrap_up_s": WRAP_UP} | settings))
        row = CampaignRow(
            name=f"campaign {next(self._numbers)}",
            state=state,
            mode=mode,
            settings=given.model_dump(mode="json"),
            created_at=self.clock.now(),
        )
        await self._add(row)
        await self.leads(row.id, leads)
        return row.id

    async def leads(self, campaign_id: int, count: int, **more: Any) -> list[int]:
        """Leads of a list of their own."""
        values: dict[str, Any] = {
            "campaign_id": campaign_id,
            "time_zone": "Asia/Shanghai",
            "due_at": self.clock.now(),
        }
        made = LeadListRow(
            campaign_id=campaign_id,
            name=f"list {next(self._numbers)}",
            created_at=self.clock.now(),
        )
        await self._add(made)
        leads = [LeadRow(list_id=made.id, **values | more) for _ in range(count)]
        await self._add(*leads)
        numbers = [
            NumberRow(campaign_id=campaign_id, lead_id=lead.id, e164=f"+86{next(self._numbers)}")
            for lead in leads
        ]
        await self._add(*numbers)
        return [lead.id for lead in leads]

    async def agents(self, count: int) -> None:
        """Agents who are remembered as signed in; their phones are called by the engine."""
        for n in range(count):
            await self._add(
                AgentRow(
                    name=f"agent{n}",
                    phone=f"phone{n}",
                    phone_secret="x",
                    created_at=self.clock.now(),
                )
            )
            self.remembered[f"agent{n}"] = Remembered(
                f"agent{n}", AgentState.READY, "", None, None, 0.0
            )

    async def set_state(self, campaign_id: int, state: str) -> None:
        """Start, pause or stop a campaign, as its service commits it."""
        with standing_still():
            async with self.bare.write() as session:
                row = await session.get_one(CampaignRow, campaign_id)
                row.state = state

    async def set_mode(self, campaign_id: int, mode: str) -> None:
        """Let a campaign dial in another mode, as its service commits it."""
        with standing_still():
            async with self.bare.write() as session:
                row = await session.get_one(CampaignRow, campaign_id)
                row.mode = mode

    async def change(self, campaign_id: int, **settings: Any) -> None:
        """Give a campaign other settings, as its service commits them."""
        with standing_still():
            async with self.bare.write() as session:
                row = await session.get_one(CampaignRow, campaign_id)
                row.settings = row.settings | settings

    async def script(self, fars: Sequence[Far]) -> dict[str, Far]:
        """Give the numbers there are these far ends, in turn."""
        numbers = await self.all(NumberRow)
        return {number.e164: far for number, far in zip(numbers, fars, strict=True)}

    async def forget(self) -> None:
        """Redis was started anew, without its data."""
        with standing_still():
            await self.redis.flushdb()

    async def _add(self, *rows: Any) -> None:
        with standing_still():
            async with self.bare.write() as session:
                session.add_all(rows)

    # -- what is written ---------------------------------------------------------------------------

    async def all(self, kind: type[T], by: str = "id") -> Sequence[T]:
        """All rows of a table, oldest first."""
        with standing_still():
            async with self.bare.read() as session:
                query = select(kind).order_by(getattr(kind, by))
                return (await session.scalars(query)).all()

    async def attempts(self) -> Sequence[AttemptRow]:
        return await self.all(AttemptRow)

    async def outcomes(self) -> list[str | None]:
        return [attempt.outcome for attempt in await self.attempts()]

    async def lead_states(self) -> dict[str, int]:
        return dict(Counter(lead.state for lead in await self.all(LeadRow)))

    async def hopper(self, campaign_id: int) -> HopperSizes:
        with standing_still():
            bare = Hopper(self.redis, self.prefix)
            return await bare.sizes(campaign_id, self.clock.now())


class DeadLink:
    """The link of an engine that has been killed."""

    up = False

    async def send(self, _: object) -> None:
        raise LinkDownError("killed")


class Engine:
    """One life of the engine, wired as `cti.assembly` and `cti.service` wire it."""

    def __init__(self, outside: Outside) -> None:
        self.outside = outside
        clock, store = outside.clock, outside.store
        self.clock = clock
        self.signals = signals = Signals()
        self.tracker = Tracker(signals, clock)
        self.pbx = outside.pbx.pbx(self.tracker)
        self.roster = Roster(signals, clock)
        self.floor = Floor(self.pbx, self.roster, signals, clock)
        self.phones = Phones(self.pbx, self.roster, signals, random.Random(1))
        self.ledger = Ledger(store)
        self.figures = Figures(signals)
        self.attempts = Attempts(self.ledger, self.floor, self.roster, signals, clock, self.figures)
        self.floor.crew_of, self.floor.promised = self.attempts.crew_of, self.attempts.promised
        self.floor.awaited = self.attempts.flights.awaited
        self.answering = Answering(self.attempts, self.floor, self.roster, self.pbx, signals, clock)
        self.teller = Teller(self.attempts, self.floor, signals, clock)
        self.hopper = GatedHopper(outside.redis, outside.prefix, outside.gate)
        self.filler = Filler(store, self.hopper, clock)
        self.dialler = Dialler(
            store,
            self.hopper,
            self.filler,
            self.attempts,
            self.pbx,
            self.roster,
            signals,
            clock,
            OneCarrier("carrier"),
            lambda attempt: Path("/recordings") / f"{attempt}.raw",
        )
        self.by_hand = ByHand(store, self.dialler, self.roster, signals, clock)
        self.recovery = Recovery(
            store, self.attempts, self.tracker, self.floor, signals, clock, outside.pbx.cel
        )
        self.watchdog = Watchdog(self.pbx, self.tracker, self._wanted)
        self.alive = True
        self.says: Callable[[Agent], str | None] = lambda _: "success"
        self._tasks: set[asyncio.Task[Any]] = set()
        signals.on(AgentChanged, self._changed)

    async def start(self) -> "Engine":
        """As the service starts: take over, then work."""
        task = asyncio.get_running_loop().create_task(self._start())
        dead = asyncio.get_running_loop().create_task(self.outside.gate.dead.wait())
        await asyncio.wait({task, dead}, return_when=asyncio.FIRST_COMPLETED)
        dead.cancel()
        self._tasks.add(task)
        if task.done():
            task.result()
        return self

    async def _start(self) -> None:
        for row in await self.outside.all(AgentRow):
            self.roster.add(Agent(row.id, row.name, row.phone, row.mode))
        self.tracker.adopt(await self.pbx.channels())
        flights = await self.recovery.load()
        takeover = Takeover(
            self.tracker, self.roster, self.floor, self.clock, lambda _: float(WRAP_UP)
        )
        takeover.agents(dict(self.outside.remembered))
        self.recovery.settle(flights)
        await self.recovery.release()
        self.ledger.start()
        self.phones.connect_all()
        self.watchdog.start()
        await self.dialler.start()
        self._tasks.add(asyncio.get_running_loop().create_task(self._mind_time()))

    async def close(self) -> None:
        """As the service stops."""
        self.dialler.stop_placing()
        await self.by_hand.close()
        parts = (self.dialler, self.watchdog, self.phones, self.answering, self.floor, self.ledger)
        for part in parts:
            await cast("Any", part).close()
        await self.kill()

    async def kill(self) -> None:
        """As by kill -9: nothing more is done, nothing is written down."""
        self.alive = False
        if self.outside.pbx.hear == self.tracker.handle:
            self.outside.pbx.hear = lambda _: None
        self.pbx.link = cast("AmiLink", DeadLink())
        for offered in self.floor.calls.values():
            if offered.timer is not None:
                offered.timer.cancel()
        tasks = asyncio.all_tasks() - {cast("asyncio.Task[None]", asyncio.current_task())}
        # What the database was asked for already it does, whoever dies.
        await end(task for task in tasks if task.get_name() != UNDIVIDED)

    async def _mind_time(self) -> None:
        beat = 0
        while True:
            await asyncio.sleep(0.1)
            self.roster.expire_wrap_ups()
            beat += 1
            if beat % 50 == 0 and self.pbx.up and not self.watchdog.behind:
                self.recovery.look_for_lost()

    def _wanted(self, uniqueid: str) -> bool:
        if is_agent_leg(uniqueid):
            agent = self.roster.by_id(agent_of_leg(uniqueid))
            return agent is not None and agent.leg == uniqueid
        return self.recovery.knows(uniqueid)

    def _changed(self, event: AgentChanged) -> None:
        agent = event.agent
        if not self.alive:
            return
        left = None if agent.wrap_until is None else agent.wrap_until - self.clock.monotonic()
        self.outside.remembered[agent.name] = Remembered(
            agent.name,
            agent.state,
            agent.reason,
            agent.call,
            left,
            self.clock.now().timestamp(),
        )
        if agent.state is AgentState.WRAPPING and event.before is not agent.state:
            asyncio.get_running_loop().call_later(2.0, self._say, agent, agent.call)

    def _say(self, agent: Agent, call: str | None) -> None:
        code = self.says(agent)
        if code is None or call is None or agent.call != call or not self.alive:
            return
        if call in self.attempts.awaiting:
            self.attempts.dispose(call, code)
