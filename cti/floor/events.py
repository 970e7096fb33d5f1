"""What the floor does with answered calls."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CallConnected:
    """Customer and agent hear each other. `waited`: seconds since the floor got the call."""

    call: str
    agent_id: int
    waited: float
    t: float


@dataclass(frozen=True, slots=True)
class CallUnserved:
    """Nobody was free in time: the customer hears the campaign's message."""

    call: str
    t: float


@dataclass(frozen=True, slots=True)
class CallTakenBack:
    """The agent lost the call because it is none for an agent; `seconds`: spent with it."""

    call: str
    agent_id: int
    seconds: float
    t: float


@dataclass(frozen=True, slots=True)
class CallParted:
    """The conversation is over; `agent_left`: the agent's side ended and the caller stayed."""

    call: str
    agent_id: int
    agent_left: bool
    t: float


@dataclass(frozen=True, slots=True)
class TalkChanged:
    """Hold, recording, or who takes part: something of a call under way is different now.

    agents: names of those whose desks show it.
    """

    call: str
    agents: tuple[str, ...]
    t: float


@dataclass(frozen=True, slots=True)
class GuestGone:
    """Whom an agent asked into a call is out of it, and did not get it; `why` is for people."""

    call: str
    agent_id: int
    name: str
    why: str
    t: float


@dataclass(frozen=True, slots=True)
class ListeningChanged:
    """A supervisor came to an agent, changed the way, or left."""

    agent: str
    t: float
