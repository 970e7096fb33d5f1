"""Keeps when agents were in which state: working days can be looked at, and played again."""

from dataclasses import dataclass

from cti.agents.events import AgentChanged
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.store.batches import Batches

REASON_LENGTH = 64


@dataclass(slots=True)
class AgentHistory:
    """Writes a row at every change of state to `batches`, whose table is `agent_states`."""

    batches: Batches
    roster: Roster
    signals: Signals
    clock: Clock

    def __post_init__(self) -> None:
        self.signals.on(AgentChanged, self._changed)

    def _changed(self, event: AgentChanged) -> None:
        if event.agent.state is not event.before:  # else a phone, or what is wanted next
            self._put(event.agent, event.agent.state, event.agent.reason)

    async def close(self) -> None:
        """The service stops: while nobody sees agents, they do not work. Writes what is left."""
        for agent in self.roster:
            if agent.state is not AgentState.SIGNED_OUT:
                self._put(agent, AgentState.SIGNED_OUT, "the service stops")
        await self.batches.close()

    def _put(self, agent: Agent, state: AgentState, reason: str) -> None:
        self.batches.put(
            {
                "agent_id": agent.id,
                "at": self.clock.now(),
                "state": state.value,
                "reason": reason[:REASON_LENGTH],
            }
        )
