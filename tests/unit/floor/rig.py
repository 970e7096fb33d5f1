"""A floor with agents, phones and the fake PBX, and everything that is told."""

import asyncio
import random
from typing import TypeVar

from cti.agents.events import AgentChanged, AgentFreed, WrapUpEnded
from cti.agents.phones import Phones
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.signals import Signals
from cti.calls.events import LegMarked
from cti.calls.tracker import Tracker
from cti.floor.events import CallConnected, CallParted, CallTakenBack, CallUnserved
from cti.floor.floor import Floor
from tests.fake_pbx import STAYS, FakePbx
from tests.virtual_time import VirtualClock

E = TypeVar("E")
SOON = 0.05
KINDS = (CallConnected, CallUnserved, CallParted, CallTakenBack, AgentFreed, WrapUpEnded)


class Rig:
    """Rooms wired as the service wires them; whatever is answered is offered to the floor."""

    def __init__(self, fake: FakePbx | None = None, *, offers: bool = True) -> None:
        self.clock = VirtualClock()
        self.signals = Signals()
        self.fake = fake or FakePbx(self.clock)
        self.fake.default = STAYS
        self.tracker = Tracker(self.signals, self.clock)
        self.pbx = self.fake.pbx(self.tracker)
        self.roster = Roster(self.signals, self.clock)
        self.floor = Floor(self.pbx, self.roster, self.signals, self.clock)
        self.phones = Phones(self.pbx, self.roster, self.signals, random.Random(1))
        self.heard: list[object] = []
        self.states: list[tuple[str, AgentState]] = []
        for kind in KINDS:
            self.signals.on(kind, self.heard.append)
        self.signals.on(AgentChanged, self._changed)
        if offers:
            self.signals.on(LegMarked, self._marked)
        self.patient = False
        self.prefer: int | None = None

    def _changed(self, event: AgentChanged) -> None:
        if event.before is not event.agent.state:
            self.states.append((event.agent.name, event.agent.state))

    def _marked(self, event: LegMarked) -> None:
        if event.mark in {"CtiAnswered", "CtiQueued"}:
            self.floor.offer(event.uniqueid, patient=self.patient, prefer=self.prefer, wrap_up=20.0)

    async def agent(self, name: str, *, mode: str = "nailed_up") -> Agent:
        """Signed in, and ready once the phone is there."""
        agent = self.roster.add(Agent(len(list(self.roster)) + 1, name, f"agent-{name}", mode))
        self.roster.sign_in(agent)
        await asyncio.sleep(SOON)
        return agent

    async def call(self, call: str = "at-1", *, patient: bool = False) -> str:
        """A call that has just been answered and offered; the person stays."""
        self.patient = patient
        if patient:
            self.fake.arrive(call)
            return call
        await self.pbx.place(
            call, f"PJSIP/{call}@carrier", caller_id="", ring_seconds=30, variables={}
        )
        answered = asyncio.Event()
        self.signals.on(LegMarked, lambda e: answered.set() if e.uniqueid == call else None)
        await answered.wait()
        return call

    def of(self, kind: type[E]) -> list[E]:
        """What was told of one kind."""
        return [event for event in self.heard if isinstance(event, kind)]

    def talks(self) -> dict[str, str]:
        """Who really hears whom on the PBX: call → agent's name, or `nobody`."""
        rooms: dict[str, str] = {}
        for channel in self.fake.channels_now.values():
            if not channel.uniqueid.startswith("ag-"):
                mates = [
                    agent.name
                    for agent in self.roster
                    if (leg := self.fake.channels_now.get(agent.leg or ""))
                    and channel.bridge
                    and leg.bridge == channel.bridge
                ]
                rooms[channel.uniqueid] = " and ".join(mates) or "nobody"
        return rooms

    async def close(self) -> None:
        await self.floor.close()
        await self.phones.close()
