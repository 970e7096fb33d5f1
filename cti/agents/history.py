"""Keeps when agents were in which state: working days can be looked at, and played again."""

from dataclasses import dataclass

from cti.agents.events import AgentChanged
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.store.batches import Batches

REASON_LENGTH = 64


@dataclass(slots=True)
class AgentHistory:
    """Writes a row at every change of state to `batches`, whose table is `agent_states`."""

    batches: Batches
    signals: Signals
    clock: Clock

    def __post_init__(self) -> None:
        self.signals.on(AgentChanged, self._changed)

    def _changed(self, event: AgentChanged) -> None:
        agent = event.agent
        if agent.state is event.before:  # a phone, or what is wanted next
            return
        self.batches.put(
            {
                "agent_id": agent.id,
                "at": self.clock.now(),
                "state": agent.state.value,
                "reason": agent.reason[:REASON_LENGTH],
            }
        )
