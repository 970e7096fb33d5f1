"""What a pacer sees: one moment of one campaign's floor. Depends on nothing.

Anything that fills in these classes can drive a pacer: the engine, our simulator, somebody
else's. All times are seconds on one monotonic clock; shares and probabilities are 0 to 1.
"""

from dataclasses import dataclass
from typing import Literal

AgentState = Literal["signed_out", "not_ready", "ready", "reserved", "talking", "wrapping"]
CallState = Literal["placed", "ringing", "deciding", "answered_waiting"]
"""placed: it does not ring yet. deciding: answered, and no agent before it is known by whom.
answered_waiting: it wants an agent now."""
Result = Literal["answered", "unanswered", "machine", "cancelled"]
"""answered: it wants an agent, whoever answered (a machine may show only later). machine:
answered, and known to want no agent before one had it. cancelled: by us."""


@dataclass(frozen=True, slots=True)
class AgentView:
    """One agent who works on this campaign, and since when in this state."""

    id: int
    state: AgentState
    since: float
    call_since: float | None = None  # talking, wrapping: when this call came to the agent


@dataclass(frozen=True, slots=True)
class CallView:
    """One call that has no agent yet. segment: the part of the leads it is from, e.g. a list."""

    id: str
    state: CallState
    placed: float
    segment: str = ""
    answer_probability: float | None = None  # of this lead, where it is known better than of all


@dataclass(frozen=True, slots=True)
class Resolved:
    """A call that stopped ringing (or deciding), and how."""

    placed: float
    at: float
    result: Result
    segment: str = ""
    answer_probability: float | None = None


@dataclass(frozen=True, slots=True)
class Abandoned:
    """A person who answered was not given to an agent in time."""

    at: float


@dataclass(frozen=True, slots=True)
class Handled:
    """An agent was done with a call, wrap-up included. since: when the agent got it."""

    agent: int
    since: float
    at: float


News = Resolved | Abandoned | Handled


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All a pacer may base its decision on; the same snapshots give the same decisions."""

    now: float
    agents: tuple[AgentView, ...]
    calls: tuple[CallView, ...]
    hopper_size: int  # leads that may be dialled now
    lines_in_use: int  # channels of this campaign, talking ones included
    max_lines: int | None = None
    rate_tokens: int | None = None  # calls that may start now; None: no limit
    abandon_target: float = 0.03
    answered: int = 0  # answered by a person in the campaign's measuring window
    abandoned: int = 0  # of these, not given to an agent in time
    news: tuple[News, ...] = ()  # since the snapshot before
    grace: float = 2.0  # an answered call is in time with an agent within these seconds
    hour: float = 12.0  # of the day where the campaign is, 0 to 24
    min_ring: float = 15.0  # seconds a ringing call is left alone before we may cancel it
    segment: str = ""  # of the leads that come next
    answer_probability: float | None = None  # of the leads that come next, where known better

    def count(self, state: AgentState) -> int:
        """How many agents are in a state."""
        return [agent.state for agent in self.agents].count(state)
