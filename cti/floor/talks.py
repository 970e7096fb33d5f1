"""What is known of a talk beyond who has it: on hold, who was asked in, whether it is recorded."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal

from cti.agents.states import Agent


class TargetKind(StrEnum):
    """What a call can be handed on to."""

    AGENT = "agent"
    QUEUE = "queue"
    NUMBER = "number"


class How(StrEnum):
    """blind: handed on as soon as the target answers; warm: they are asked first."""

    BLIND = "blind"
    WARM = "warm"


class GuestState(StrEnum):
    """ringing: being called; talking: with the agent, the customer on hold; held: the other way
    round; joined: all three hear each other."""

    RINGING = "ringing"
    TALKING = "talking"
    HELD = "held"
    JOINED = "joined"


@dataclass(frozen=True, slots=True)
class Target:
    """Whom a call is to go to. value: sign-in name, queue, or E.164; name: as people see it."""

    kind: TargetKind
    value: str
    name: str


@dataclass(slots=True)
class Guest:
    """Whom the agent asked into the call. agent: if it is one of ours."""

    target: Target
    how: How
    leg: str
    agent: Agent | None = None
    state: GuestState = GuestState.RINGING
    timer: asyncio.TimerHandle | None = None


Recorded = Literal["on", "paused", "off"]


@dataclass(slots=True)
class Talk:
    """A call that somebody has. agent: who; None: `keeper`, a leg of somebody outside or of a
    supervisor, has it.

    held: the customer hears music. away: the agent's phone is waited for until then. busy: one
    change at a time.
    """

    call: str
    agent: Agent | None
    keeper: str | None = None
    held: bool = False
    guest: Guest | None = None
    away: asyncio.TimerHandle | None = None
    recording: Recorded = "on"
    resumes_at: datetime | None = None
    resume: asyncio.TimerHandle | None = None
    busy: asyncio.Lock = field(default_factory=asyncio.Lock)
    over: bool = False

    @property
    def owner(self) -> str | None:
        """The leg of who has the call; None while it is awaited."""
        if self.agent is None:
            return self.keeper
        return self.agent.leg if self.away is None else None

    def together(self) -> list[str]:
        """The legs that should hear each other now; one or none: nobody."""
        owner, guest = self.owner, self.guest
        if guest is not None and guest.state is GuestState.JOINED:
            return [leg for leg in (self.call, owner, guest.leg) if leg is not None]
        if owner is None:
            return []
        if guest is not None and guest.state is GuestState.TALKING:
            return [owner, guest.leg]
        if self.held or (guest is not None and guest.state is GuestState.RINGING):
            return []
        return [self.call, owner]
