"""After a restart: the agents' legs and conversations that lived on in the PBX are ours again."""

from collections.abc import Callable, Container, Mapping
from dataclasses import dataclass

import structlog

from cti.agents.memory import Remembered
from cti.agents.roster import CONNECTING, PHONE_LOST, Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.ids import is_customer
from cti.calls.pbx import agent_of_leg
from cti.calls.tracker import Tracker
from cti.floor.floor import Floor

log = structlog.get_logger(__name__)

SHORTEST_WRAP_UP = 5.0
"""Seconds of wrap-up an agent gets at least, whose call ended while the service was away."""


@dataclass(slots=True)
class Takeover:
    """Puts agents back where the PBX and our memory say they are.

    guests: (call, agent's id) of agents who were asked into another's call.
    """

    tracker: Tracker
    roster: Roster
    floor: Floor
    clock: Clock
    wrap_up_of: Callable[[str], float]
    guests: Container[tuple[str, int]] = ()

    def agents(self, remembered: Mapping[str, Remembered]) -> int:
        """Restore all agents; returns how many were signed in."""
        legs = {}
        for uniqueid in self.tracker.legs:
            agent_id = agent_of_leg(uniqueid)
            if agent_id is not None:
                legs[agent_id] = uniqueid
        signed_in = 0
        for agent in self.roster:
            memory = remembered.get(agent.name)
            if memory is None or memory.state is AgentState.SIGNED_OUT:
                continue
            signed_in += 1
            self._agent(agent, memory, legs.get(agent.id))
        return signed_in

    def _agent(self, agent: Agent, memory: Remembered, leg: str | None) -> None:
        agent.leg = leg
        agent.leg_ready = leg is not None and self.tracker.legs[leg].pooled
        call = self._call_of(leg) or self._kept(agent, memory)
        if leg is not None and (memory.call or "", agent.id) in self.guests:
            agent.leg_ready = False
            self.roster.restore(agent, AgentState.TALKING, memory.call)
        elif call is not None:
            agent.leg_ready = False
            self.floor.adopt(call, agent, wrap_up=self.wrap_up_of(call))
            self.roster.restore(agent, AgentState.TALKING, call)
        elif memory.state in {AgentState.TALKING, AgentState.WRAPPING} and memory.call:
            self._wrap_up(agent, memory)
        elif memory.state is AgentState.NOT_READY and memory.reason not in {CONNECTING, PHONE_LOST}:
            self.roster.restore(agent, AgentState.NOT_READY, None, memory.reason)
        elif agent.mode == "ringing" or agent.leg_ready:
            self.roster.restore(agent, AgentState.READY, None)
        else:
            agent.wanted = AgentState.READY
            self.roster.restore(agent, AgentState.NOT_READY, None, PHONE_LOST)

    def _kept(self, agent: Agent, memory: Remembered) -> str | None:
        """The call that is on hold, or waits for the agent's phone to come back: nobody has it."""
        call = memory.call or ""
        if memory.state is not AgentState.TALKING or (call, agent.id) in self.guests:
            return None
        alone = call in self.tracker.legs and not self.tracker.partners(call)
        return call if alone and self.tracker.legs[call].pooled else None

    def _wrap_up(self, agent: Agent, memory: Remembered) -> None:
        away = self.clock.now().timestamp() - memory.written
        left = memory.wrap_left - away if memory.wrap_left is not None else 0.0
        agent.wrap_until = self.clock.monotonic() + max(SHORTEST_WRAP_UP, left)
        self.roster.restore(agent, AgentState.WRAPPING, memory.call)

    def _call_of(self, leg: str | None) -> str | None:
        """The customer's leg in a bridge with this agent's."""
        partners = self.tracker.partners(leg) if leg is not None else frozenset()
        return next((p for p in sorted(partners) if is_customer(p)), None)
