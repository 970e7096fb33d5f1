"""What happens to agents."""

from dataclasses import dataclass

from cti.agents.states import Agent, AgentState


@dataclass(frozen=True, slots=True)
class AgentChanged:
    """An agent's state, phone or call changed; `agent` is the live object."""

    agent: Agent
    before: AgentState
    t: float


@dataclass(frozen=True, slots=True)
class AgentFreed:
    """An agent can take a call now."""

    agent: Agent
    t: float


@dataclass(frozen=True, slots=True)
class WrapUpEnded:
    """Wrap-up of a call is over; `expired` when time ended it and not the agent's disposition."""

    agent: Agent
    call: str
    expired: bool
    t: float
