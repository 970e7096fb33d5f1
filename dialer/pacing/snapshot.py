"""What a pacer sees: one moment of one campaign's floor. Depends on nothing."""

from dataclasses import dataclass
from typing import Literal

AgentState = Literal["signed_out", "not_ready", "ready", "reserved", "talking", "wrapping"]
CallState = Literal["placed", "ringing", "answered_waiting"]


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent who works on this campaign, and for how long in this state."""

    id: int
    state: AgentState
    since_s: float


@dataclass(frozen=True, slots=True)
class CallView:
    """One outbound call that has no agent yet, and for how long since it was placed."""

    id: str
    state: CallState
    elapsed_s: float


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All a pacer may base its decision on; the same snapshot gives the same decision."""

    now: float  # seconds, monotonic
    agents: tuple[AgentView, ...]
    calls: tuple[CallView, ...]
    hopper_size: int  # leads that may be dialled now
    lines_in_use: int  # channels of this campaign, talking ones included
    max_lines: int | None = None
    rate_tokens: int | None = None  # calls that may start now; None: no limit
    abandon_target: float = 0.03
    answered: int = 0  # answered by a person in the campaign's measuring window
    abandoned: int = 0  # of these, not given to an agent in time

    def count(self, state: AgentState) -> int:
        """How many agents are in a state."""
        return sum(agent.state == state for agent in self.agents)
