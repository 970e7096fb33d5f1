"""Keeps signed-in agents' phones nailed up to the floor."""

import asyncio
import random
from dataclasses import dataclass, field

import structlog

from cti.agents.events import AgentChanged
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.signals import Signals
from cti.calls.events import LegEnded, LegPooled, LegRefused, LegVanished
from cti.calls.pbx import Pbx, PbxError, agent_leg_id, agent_of_leg

log = structlog.get_logger(__name__)

FIRST_RETRY, LONGEST_RETRY = 1.0, 30.0  # seconds between calls to a phone that does not answer
MOST_DOUBLINGS = 5  # past LONGEST_RETRY; a phone may be away for days


@dataclass(slots=True)
class Phones:
    """Calls a phone when its agent signs in, again when it is lost, lets go at sign-out."""

    pbx: Pbx
    roster: Roster
    signals: Signals
    rng: random.Random
    _failures: dict[int, int] = field(default_factory=dict)
    _contacts: dict[str, str] = field(default_factory=dict)  # phone -> its address, a SIP URI
    _called_at: dict[int, str] = field(default_factory=dict)  # agent -> where their phone is called
    _tasks: dict[int, asyncio.Task[None]] = field(default_factory=dict)
    _hang_ups: set[asyncio.Task[None]] = field(default_factory=set)
    _closed: bool = False

    def __post_init__(self) -> None:
        self.signals.on(AgentChanged, self._agent_changed)
        self.signals.on(LegPooled, self._pooled)
        # The floor listens to these first and settles the call; then the phone is called again.
        self.signals.on(LegEnded, lambda e: self._gone(e.uniqueid))
        self.signals.on(LegVanished, lambda e: self._gone(e.uniqueid))
        self.signals.on(LegRefused, lambda e: self._gone(e.uniqueid))

    def connect_all(self) -> None:
        """Call every phone that should be nailed up and is not: after the PBX came back."""
        for agent in self.roster:
            self._connect(agent)

    def registered(self, phone: str, contact: str) -> None:
        """A phone has just registered at `contact`: if its agent waits for it, call it now.

        A call to where it was before, a page's closed connection say, nobody would answer: it is
        given up for one to the new address.
        """
        self._contacts[phone] = contact
        for agent in self.roster:
            if agent.phone != phone:
                continue
            if agent.leg is not None and self._called_at.get(agent.id, contact) != contact:
                self._failures.pop(agent.id, None)
                self._let_go(agent.leg)
            elif agent.leg is None:
                self._failures.pop(agent.id, None)
                task = self._tasks.get(agent.id)
                if task is None:
                    self._connect(agent)
                else:
                    task.cancel()  # it sleeps between tries; its end starts the next one

    async def close(self) -> None:
        """Stop calling; legs stay as they are."""
        self._closed = True
        tasks = [*self._tasks.values(), *self._hang_ups]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _agent_changed(self, event: AgentChanged) -> None:
        agent = event.agent
        if event.before is agent.state:
            return
        if agent.state is AgentState.SIGNED_OUT:
            self._failures.pop(agent.id, None)
            if agent.leg is not None and agent.mode == "nailed_up":
                self._let_go(agent.leg)
        elif event.before is AgentState.SIGNED_OUT:
            if agent.mode == "ringing":
                self.roster.phone_ready(agent)
            else:
                self._connect(agent)

    def _pooled(self, event: LegPooled) -> None:
        agent = self.roster.by_id(agent_of_leg(event.uniqueid))
        if agent is None or agent.mode != "nailed_up":
            return
        self._called_at.pop(agent.id, None)
        signed_in = agent.state is not AgentState.SIGNED_OUT
        if agent.leg is None and signed_in:
            agent.leg = event.uniqueid  # the PBX did not answer our request, and did it
        if agent.leg == event.uniqueid and signed_in:
            self._failures.pop(agent.id, None)
            self.roster.phone_ready(agent)
        else:
            self._let_go(event.uniqueid)  # picked up after sign-out, or a second time

    def _gone(self, uniqueid: str) -> None:
        agent = self.roster.by_id(agent_of_leg(uniqueid))
        if agent is None or (agent.leg is not None and agent.leg != uniqueid):
            return
        self._called_at.pop(agent.id, None)
        if agent.leg == uniqueid:
            self.roster.phone_lost(agent)
        self._connect(agent)

    def _connect(self, agent: Agent) -> None:
        if self._wanted(agent) and agent.id not in self._tasks:
            task = asyncio.get_running_loop().create_task(self._call(agent))
            self._tasks[agent.id] = task
            task.add_done_callback(lambda _: self._called(agent))

    @staticmethod
    def _wanted(agent: Agent) -> bool:
        signed_in = agent.state is not AgentState.SIGNED_OUT
        return agent.mode == "nailed_up" and signed_in and agent.leg is None

    def _called(self, agent: Agent) -> None:
        self._tasks.pop(agent.id, None)
        if not self._closed:
            self._connect(agent)  # the leg may have ended before the task did

    async def _call(self, agent: Agent) -> None:
        """Call the phone, after a pause that grows with each failure."""
        while self._wanted(agent):
            failures = self._failures.get(agent.id, 0)
            self._failures[agent.id] = failures + 1
            if failures:
                pause = min(LONGEST_RETRY, FIRST_RETRY * 2 ** min(failures - 1, MOST_DOUBLINGS))
                await asyncio.sleep(pause * self.rng.uniform(0.8, 1.2))
                if not self._wanted(agent):
                    return
            if failures == 1:
                log.warning("agent.phone_unreachable", agent=agent.name, phone=agent.phone)
            # Named before it exists: its events may overtake the answer to the request.
            agent.leg = agent_leg_id(agent.id)
            self._called_at[agent.id] = self._contacts.get(agent.phone, "")
            try:
                await self.pbx.call_phone(agent.leg, agent.phone)
            except PbxError as error:
                agent.leg = None
                log.debug("agent.phone_not_called", agent=agent.name, why=str(error))

    def _let_go(self, leg: str) -> None:
        task = asyncio.get_running_loop().create_task(self._hang_up(leg))
        self._hang_ups.add(task)
        task.add_done_callback(self._hang_ups.discard)

    async def _hang_up(self, leg: str) -> None:
        try:
            await self.pbx.hang_up(leg)
        except PbxError as error:
            log.debug("agent.leg_already_gone", leg=leg, why=str(error))
