"""The agent's state machine: which state may follow which. Pure; time comes in."""

from dataclasses import dataclass
from enum import StrEnum

from cti.base.errors import Conflict


class AgentState(StrEnum):
    """What an agent is doing; the words the whole house uses."""

    SIGNED_OUT = "signed_out"
    NOT_READY = "not_ready"
    READY = "ready"
    RESERVED = "reserved"
    TALKING = "talking"
    WRAPPING = "wrapping"


LEGAL: dict[AgentState, frozenset[AgentState]] = {
    AgentState.SIGNED_OUT: frozenset({AgentState.NOT_READY}),
    AgentState.NOT_READY: frozenset({AgentState.READY, AgentState.SIGNED_OUT}),
    AgentState.READY: frozenset(
        {AgentState.RESERVED, AgentState.NOT_READY, AgentState.SIGNED_OUT, AgentState.TALKING}
    ),
    AgentState.RESERVED: frozenset(
        {AgentState.TALKING, AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT}
    ),
    # Past wrap-up only when the call is taken back: it was none for an agent.
    AgentState.TALKING: frozenset(
        {AgentState.WRAPPING, AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT}
    ),
    AgentState.WRAPPING: frozenset({AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT}),
}


@dataclass(slots=True)
class Agent:
    """One agent of this moment. Times are monotonic seconds.

    phone_kind: sip, or browser, whose leg goes with the page and comes back with it.
    leg: uniqueid of the nailed-up (or ringing) phone leg; leg_ready: it waits on the floor.
    call: the call reserved for, talked in, or wrapped up.
    wanted: the state asked for while a call kept the agent: taken after wrap-up.
    idle_since: end of the last call, or sign-in: longest idle first goes by it.
    """

    id: int
    name: str
    phone: str
    mode: str = "nailed_up"
    state: AgentState = AgentState.SIGNED_OUT
    since: float = 0.0
    reason: str = ""
    leg: str | None = None
    leg_ready: bool = False
    call: str | None = None
    wanted: AgentState | None = None
    wanted_reason: str = ""
    idle_since: float = 0.0
    wrap_until: float | None = None
    phone_kind: str = "sip"
    display_name: str = ""
    team: str = ""

    @property
    def free(self) -> bool:
        """May be given a call this instant."""
        return self.state is AgentState.READY and (self.mode == "ringing" or self.leg_ready)

    def go(self, state: AgentState, now: float, reason: str = "") -> None:
        """Change state; an illegal step is a Conflict that names both states."""
        if state not in LEGAL[self.state]:
            raise Conflict(f"Agent {self.name} is {self.state} and cannot become {state}.")
        self.state, self.since, self.reason = state, now, reason
        if state is not AgentState.WRAPPING:
            self.wrap_until = None
        if state in {AgentState.READY, AgentState.NOT_READY, AgentState.SIGNED_OUT}:
            self.call = None
