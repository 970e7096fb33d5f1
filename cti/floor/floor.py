"""Which answered call goes to which agent: longest idle first, and nobody waits in silence.

Answered outbound calls have a deadline: a person who was called hears an agent or the campaign's
own message within 2 s (invariant 8; FTC 16 CFR 310.4(b)(4)(iii)). Callers who rang us wait with
music until an agent is free who is not promised to a call that rings.
"""

import asyncio
from collections.abc import Callable, Container, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any

import structlog

from cti.agents.crew import EVERYONE, Crew
from cti.agents.events import AgentFreed
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.ids import is_agent_leg
from cti.base.signals import Signals
from cti.calls.events import LegEnded, LegPooled, LegRefused, LegsBridged, LegVanished
from cti.calls.pbx import Pbx, PbxError, agent_leg_id
from cti.floor.events import CallConnected, CallParted, CallTakenBack, CallUnserved
from cti.floor.sharing import Sharing

log = structlog.get_logger(__name__)

SERVE_WITHIN = 1.0
"""Seconds an answered call waits for an agent before the message starts; 2 s is the law's."""
CONNECT_WITHIN = 3.0
"""Seconds after which a reserved agent whose bridge never came is set free again."""
PATIENCE = 5.0
"""Seconds a caller lets calls that ring for the free agents go first, so that nobody whom we
called finds the agent gone; the pacers count such callers and dial fewer meanwhile."""
HANDED_ON = 15.0
"""Seconds for the notes of who has handed a call on, unless the site says otherwise."""
RING_WITHIN = 15.0
"""Seconds an agent's phone may ring (ringing phones only)."""


@dataclass(slots=True)
class Offered:
    """An answered call on the floor. `patient` callers (inbound) have no deadline.

    serve_within: seconds from `since` to the message. only: the one agent it is for.
    failed: agents who could not be connected.
    """

    call: str
    since: float
    patient: bool
    prefer: int | None
    wrap_up: float
    serve_within: float = SERVE_WITHIN
    only: int | None = None
    agent: Agent | None = None
    timer: asyncio.TimerHandle | None = None
    connected: bool = False
    failed: set[int] = field(default_factory=set)


@dataclass(slots=True)
class Floor:
    """Connects answered calls with free agents.

    crew_of: who may be given a call. promised: the crews of calls that will want an agent, one for
    each. awaited: ids of agents whom a call that rings is meant for. keeps: told that the agent's
    leg is gone and the customer is still there: whether the call stays with this agent, or goes
    on with whom the agent had asked in. handed_on: seconds for the notes of an agent whose call
    another one has.
    """

    pbx: Pbx
    roster: Roster
    signals: Signals
    clock: Clock
    crew_of: Callable[[str], Crew] = lambda _call: EVERYONE
    promised: Callable[[], Iterable[Crew]] = tuple
    keeps: Callable[[str, Agent], bool] = lambda _call, _agent: False
    awaited: Callable[[], Container[int]] = tuple
    handed_on: Callable[[], float] = lambda: HANDED_ON
    calls: dict[str, Offered] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.signals.on(LegsBridged, self._bridged)
        self.signals.on(LegPooled, self._pooled)
        self.signals.on(AgentFreed, lambda _: self.match())
        self.signals.on(LegEnded, lambda e: self._leg_gone(e.uniqueid))
        self.signals.on(LegVanished, lambda e: self._leg_gone(e.uniqueid))
        self.signals.on(LegRefused, lambda e: self._leg_gone(e.uniqueid))

    # -- the use cases ------------------------------------------------------------------------

    def offer(
        self,
        call: str,
        *,
        patient: bool = False,
        prefer: int | None = None,
        wrap_up: float = 20.0,
        serve_within: float = SERVE_WITHIN,
        only: int | None = None,
    ) -> None:
        """An answered call wants an agent. `prefer`: id of the agent who should have it if free.

        serve_within: seconds until the message starts, if nobody is free. only: id of the one
        agent it is for, who may be reserved for it already.
        """
        if call in self.calls:
            return
        now = self.clock.monotonic()
        offered = Offered(call, now, patient, prefer, wrap_up, serve_within, only)
        self.calls[call] = offered
        if patient:
            self._set_timer(offered, PATIENCE, lambda _: self.match())
        else:
            self._set_timer(offered, serve_within, self._give_up)
        reserved = self._reserved_for(call)
        if reserved is not None and reserved.id == only:
            self._assign(offered, reserved)
        else:
            self.match()

    def _reserved_for(self, call: str) -> Agent | None:
        """The agent who is set aside for a call since before it was answered."""
        reserved = (a for a in self.roster if a.state is AgentState.RESERVED)
        return next((a for a in reserved if a.call == call), None)

    def withdraw(self, call: str) -> None:
        """The call wants no agent any more. One who has it is free at once, without wrap-up.

        Whoever withdraws it then sends its leg elsewhere or ends it: only that parts the two legs,
        and a nailed-up agent's goes back to the pool.
        """
        offered, agent = self.calls.get(call), self._reserved_for(call)
        if offered is not None:
            self._forget(offered)
            agent, offered.agent = offered.agent or agent, None
        if agent is None or agent.call != call:
            return
        if agent.state is AgentState.TALKING:
            now = self.clock.monotonic()
            self.signals.emit(CallTakenBack(call, agent.id, now - agent.since, now))
            self.roster.take_back(agent)
        elif agent.state is AgentState.RESERVED:
            self._let_go(agent)

    def adopt(self, call: str, agent: Agent, *, wrap_up: float) -> None:
        """A conversation that already ran when the service started."""
        self.calls[call] = Offered(
            call, self.clock.monotonic(), False, None, wrap_up, agent=agent, connected=True
        )

    def hand_over(self, call: str, to: Agent) -> None:
        """Customer and `to` hear each other; the agent who had the call wraps up."""
        offered = self.calls.get(call)
        if offered is None:
            self.adopt(call, to, wrap_up=20.0)
            offered = self.calls[call]
        self._clear_timer(offered)
        before, offered.agent, offered.connected = offered.agent, to, True
        if before is not None and before is not to:
            self._leave(offered, before)
        if to.state is not AgentState.TALKING:
            self.roster.talk(to, call)
        self._tell_connected(CallConnected(call, to.id, 0.0, self.clock.monotonic()))

    def let_out(self, call: str) -> None:
        """The agent is out and wraps up; the call goes on without one."""
        offered = self.calls.get(call)
        if offered is not None:
            self._forget(offered)
            if offered.agent is not None:
                self._leave(offered, offered.agent)

    def send_back(self, call: str, *, patient: bool = True) -> None:
        """The agent is out and wraps up; the call wants another one.

        patient: the customer waits with music for as long as it takes.
        """
        offered = self.calls.get(call)
        if offered is None:
            return
        before = offered.agent
        self.let_out(call)
        again = patient or offered.patient
        self.offer(call, patient=again, wrap_up=offered.wrap_up)
        now = self.calls.get(call)
        if now is not None and before is not None:
            now.failed.add(before.id)
            if now.agent is None and now.patient:
                self._set_timer(now, PATIENCE, self._try_all_again)

    def agent_of(self, call: str) -> Agent | None:
        """Who has the call."""
        offered = self.calls.get(call)
        return offered.agent if offered is not None and offered.connected else None

    def _leave(self, offered: Offered, agent: Agent) -> None:
        if agent.call == offered.call and agent.state is AgentState.TALKING:
            self._part(offered, agent, agent_left=True)

    @property
    def waiting(self) -> list[Offered]:
        """Calls without an agent, in the order they will be served: the called before callers."""
        return sorted(
            (o for o in self.calls.values() if o.agent is None), key=lambda o: (o.patient, o.since)
        )

    def match(self) -> None:
        """Give waiting calls to free agents, as long as there are both."""
        waiting = self.waiting
        free = self.roster.free() if waiting else []
        for place, offered in enumerate(waiting, 1):
            agent = self._choose(offered, free, waiting[place:])
            if agent is not None:
                free.remove(agent)
                self._assign(offered, agent)

    def _choose(self, offered: Offered, free: list[Agent], behind: list[Offered]) -> Agent | None:
        """Whom the call asks for; else who is idle longest, of those whom no other call needs and
        none awaits, if there are any. Callers do not take whom a call that rings needs, for a
        while.
        """
        crew, only = self.crew_of(offered.call), offered.only
        able = [a for a in free if a.id not in offered.failed and only in {None, a.id}]
        able = [agent for agent in able if crew.has(agent)]
        if not able:
            return None
        called = (self.crew_of(other.call) for other in behind if not other.patient)
        sharing = Sharing(free, [*called, *self.promised()])
        if offered.patient and not self._impatient(offered):
            able = [agent for agent in able if not sharing.needs(agent)]
        for agent in able:
            if agent.id == offered.prefer:
                return agent
        awaited = self.awaited()
        return min(able, key=lambda a: (sharing.needs(a), a.id in awaited), default=None)

    def _impatient(self, offered: Offered) -> bool:
        return self.clock.monotonic() - offered.since >= PATIENCE

    async def close(self) -> None:
        """Cancel what is being connected (calls themselves stay)."""
        for offered in self.calls.values():
            if offered.timer is not None:
                offered.timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- connecting ---------------------------------------------------------------------------

    def _assign(self, offered: Offered, agent: Agent) -> None:
        offered.agent = agent
        if agent.call != offered.call:  # else it was reserved before the dial
            self.roster.reserve(agent, offered.call)
        if agent.mode == "ringing":
            self._set_timer(offered, RING_WITHIN, self._too_late)
            self._spawn(self._ring(offered, agent))
        else:
            self._set_timer(offered, CONNECT_WITHIN, self._too_late)
            self._spawn(self._bridge(offered, agent))

    async def _bridge(self, offered: Offered, agent: Agent) -> None:
        if agent.leg is None:
            self._not_connected(offered, agent)
            return
        try:
            await self.pbx.bridge(offered.call, agent.leg)
        except PbxError as error:
            log.warning("floor.bridge_failed", call=offered.call, agent=agent.name, why=str(error))
            self._not_connected(offered, agent)

    async def _ring(self, offered: Offered, agent: Agent) -> None:
        agent.leg = agent_leg_id(agent.id)
        try:
            await self.pbx.ring_phone(agent.leg, agent.phone, seconds=RING_WITHIN)
        except PbxError as error:
            log.warning("floor.ring_failed", call=offered.call, agent=agent.name, why=str(error))
            self._not_connected(offered, agent)
            return
        try:
            await self.pbx.hold(offered.call)
        except PbxError as error:
            # It has just ended, and is told of in a moment: not the fault of the agent's phone.
            log.info("floor.not_held", call=offered.call, why=str(error))

    def _pooled(self, event: LegPooled) -> None:
        """A ringing phone was picked up: its leg now waits for the call it rang for."""
        if not is_agent_leg(event.uniqueid):
            return
        agent = self.roster.of_leg(event.uniqueid)
        if agent is None or agent.mode != "ringing" or agent.state is not AgentState.RESERVED:
            return
        offered = self.calls.get(agent.call or "")
        if offered is not None and offered.agent is agent and not offered.connected:
            self._set_timer(offered, CONNECT_WITHIN, self._too_late)
            self._spawn(self._bridge(offered, agent))

    def _bridged(self, event: LegsBridged) -> None:
        call, leg = event.first, event.second
        if is_agent_leg(call):
            call, leg = leg, call
        offered, agent = self.calls.get(call), self.roster.of_leg(leg)
        if offered is None or agent is None or offered.connected:
            return
        if offered.agent is None and agent.state is AgentState.READY:
            offered.agent = agent  # we had given this bridge up, and it came
        if offered.agent is not agent:
            return
        offered.connected = True
        self._clear_timer(offered)
        self.roster.phone_busy(agent)
        self.roster.talk(agent, call)
        self._tell_connected(CallConnected(call, agent.id, event.t - offered.since, event.t))

    def _tell_connected(self, event: CallConnected) -> None:
        """Who had the call before wraps up no call any more, only their own part of it."""
        for agent in self.roster:
            if agent.call == event.call and agent.id != event.agent_id:
                self.roster.hurry(agent, self.handed_on())
        self.signals.emit(event)

    def _too_late(self, offered: Offered) -> None:
        if offered.agent is not None:
            self._not_connected(offered, offered.agent)

    def _not_connected(self, offered: Offered, agent: Agent) -> None:
        """The agent could not be connected: free the agent, and look for another."""
        if offered.connected or offered.agent is not agent:
            return  # it was settled otherwise before this became known
        self._clear_timer(offered)
        offered.agent = None
        offered.failed.add(agent.id)
        if agent.state is AgentState.RESERVED:
            if agent.mode == "ringing":
                if agent.leg is not None:
                    self._spawn(self._hang_up(agent.leg))
                    agent.leg = None
                agent.wanted, agent.wanted_reason = AgentState.NOT_READY, "phone did not answer"
            self.roster.release(agent)
        self._look_on(offered)

    def _look_on(self, offered: Offered) -> None:
        if offered.agent is not None:
            return  # whoever was freed got it
        if offered.patient:
            self._set_timer(offered, PATIENCE, self._try_all_again)
        else:
            waited = self.clock.monotonic() - offered.since
            self._set_timer(offered, max(0.0, offered.serve_within - waited), self._give_up)
        self.match()

    def _try_all_again(self, offered: Offered) -> None:
        offered.failed.clear()
        self.match()

    def _give_up(self, offered: Offered) -> None:
        if offered.agent is not None:
            return
        self._forget(offered)
        self.signals.emit(CallUnserved(offered.call, self.clock.monotonic()))
        self._spawn(self._message(offered.call))

    async def _message(self, call: str) -> None:
        try:
            await self.pbx.play_message(call)
        except PbxError as error:
            # The dialplan plays it by itself a moment later.
            log.info("floor.message_by_dialplan", call=call, why=str(error))

    async def _hang_up(self, leg: str) -> None:
        try:
            await self.pbx.hang_up(leg)
        except PbxError as error:
            log.debug("floor.leg_already_gone", leg=leg, why=str(error))

    # -- endings ------------------------------------------------------------------------------

    def _leg_gone(self, uniqueid: str) -> None:
        if is_agent_leg(uniqueid):
            self._agent_leg_gone(uniqueid)
        else:
            self._call_gone(uniqueid)

    def _call_gone(self, call: str) -> None:
        offered = self.calls.get(call)
        if offered is None:
            return
        self._forget(offered)
        agent, offered.agent = offered.agent, None
        if agent is None or agent.call != call:
            return
        if agent.state is AgentState.TALKING:
            self._part(offered, agent, agent_left=False)
        elif agent.state is AgentState.RESERVED:
            self._let_go(agent)

    def _let_go(self, agent: Agent) -> None:
        """The call the agent was reserved for is not theirs any more."""
        if agent.mode == "ringing" and agent.leg is not None:
            self._spawn(self._hang_up(agent.leg))
        self.roster.release(agent)

    def _agent_leg_gone(self, uniqueid: str) -> None:
        agent = self.roster.of_leg(uniqueid)
        if agent is None:
            return
        offered = self.calls.get(agent.call or "")
        self.roster.phone_lost(agent)
        if offered is None or offered.agent is not agent:
            return
        if not offered.connected:
            self._not_connected(offered, agent)
            return
        if offered.call in self.pbx.ending:
            return  # the agent hung up: the call's own end comes in a moment
        if self.keeps(offered.call, agent):
            return
        # The caller is still there: wrap the agent up and find somebody else, quickly.
        self._forget(offered)
        self._part(offered, agent, agent_left=True)
        self.offer(offered.call, patient=offered.patient, wrap_up=offered.wrap_up)

    def _part(self, offered: Offered, agent: Agent, *, agent_left: bool) -> None:
        self.roster.wrap_up(agent, offered.wrap_up)
        self.signals.emit(CallParted(offered.call, agent.id, agent_left, self.clock.monotonic()))

    # -- small tools --------------------------------------------------------------------------

    def _forget(self, offered: Offered) -> None:
        self._clear_timer(offered)
        self.calls.pop(offered.call, None)

    def _set_timer(self, offered: Offered, seconds: float, then: Any) -> None:
        self._clear_timer(offered)
        offered.timer = asyncio.get_running_loop().call_later(seconds, then, offered)

    @staticmethod
    def _clear_timer(offered: Offered) -> None:
        if offered.timer is not None:
            offered.timer.cancel()
            offered.timer = None

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
