"""All agents of this moment: the only place that changes an agent's state. No I/O."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from cti.agents.events import AgentChanged, AgentFreed, WrapUpEnded
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound
from cti.base.signals import Signals

BUSY = frozenset({AgentState.RESERVED, AgentState.TALKING, AgentState.WRAPPING})
CONNECTING, PHONE_LOST = "connecting the phone", "phone lost"
"""Reasons of those who are not ready only because their phone is not there."""


@dataclass(slots=True)
class Roster:
    """Agents by id and name; every change is told to `signals`."""

    signals: Signals
    clock: Clock
    _by_id: dict[int, Agent] = field(default_factory=dict)
    _by_name: dict[str, Agent] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Agent]:
        return iter(self._by_id.values())

    def add(self, agent: Agent) -> Agent:
        """Make a known agent visible, signed out."""
        agent.since = self.clock.monotonic()
        self._by_id[agent.id] = agent
        self._by_name[agent.name] = agent
        return agent

    def remove(self, agent: Agent) -> None:
        """Forget an agent who is signed out."""
        self._by_id.pop(agent.id, None)
        self._by_name.pop(agent.name, None)

    def get(self, name: str) -> Agent:
        """The agent of that name, or NotFound."""
        agent = self._by_name.get(name)
        if agent is None:
            raise NotFound(f"There is no agent {name!r}.", "`cti agent list` shows all.")
        return agent

    def by_id(self, agent_id: int | None) -> Agent | None:
        """The agent with that id, if known."""
        return None if agent_id is None else self._by_id.get(agent_id)

    def of_leg(self, uniqueid: str) -> Agent | None:
        """Whose phone leg this is."""
        return next((agent for agent in self if agent.leg == uniqueid), None)

    def free(self) -> list[Agent]:
        """Who can take a call now, longest idle first."""
        return sorted((a for a in self if a.free), key=lambda a: (a.idle_since, a.id))

    def restore(self, agent: Agent, state: AgentState, call: str | None, reason: str = "") -> None:
        """Put an agent back to where they were before a restart; any state is legal here."""
        now = self.clock.monotonic()
        before, agent.state = agent.state, state
        agent.since, agent.reason, agent.call = now, reason, call
        agent.idle_since = agent.idle_since or now
        self._tell(agent, before)
        if agent.free:
            self.signals.emit(AgentFreed(agent, now))

    # -- what people do -----------------------------------------------------------------------

    def sign_in(self, agent: Agent) -> None:
        """Signed out → not ready, until the phone is there."""
        agent.idle_since = self.clock.monotonic()
        agent.wanted = AgentState.READY
        self._go(agent, AgentState.NOT_READY, CONNECTING)

    def sign_out(self, agent: Agent) -> None:
        """At once, or after the call that runs."""
        self._want(agent, AgentState.SIGNED_OUT, "")

    def make_ready(self, agent: Agent) -> None:
        """Ask for calls; in wrap-up it says that there is nothing more to say."""
        if agent.state is AgentState.SIGNED_OUT:
            raise Conflict(f"Agent {agent.name} is signed out.", "Sign in first.")
        if agent.state is AgentState.WRAPPING:
            agent.wanted = AgentState.READY
            self.wrap_up_done(agent)
            return
        if agent.mode == "nailed_up" and not agent.leg_ready and agent.state not in BUSY:
            agent.wanted = AgentState.READY
            return
        self._want(agent, AgentState.READY, "")

    def make_not_ready(self, agent: Agent, reason: str) -> None:
        """Ask for a break, at once or after the call that runs."""
        if agent.state is AgentState.SIGNED_OUT:
            raise Conflict(f"Agent {agent.name} is signed out.", "Sign in first.")
        self._want(agent, AgentState.NOT_READY, reason)

    def _want(self, agent: Agent, state: AgentState, reason: str) -> None:
        if agent.state in BUSY:
            agent.wanted, agent.wanted_reason = state, reason
            self._tell(agent, agent.state)
        elif agent.state is state and agent.reason == reason:
            agent.wanted = None
        elif state is AgentState.NOT_READY and agent.state is AgentState.NOT_READY:
            agent.wanted, agent.reason = None, reason
            self._tell(agent, agent.state)
        else:
            agent.wanted = None
            self._go(agent, state, reason)

    # -- what phones do -----------------------------------------------------------------------

    def phone_ready(self, agent: Agent) -> None:
        """The nailed-up leg waits on the floor."""
        agent.leg_ready = True
        if agent.state is AgentState.NOT_READY and agent.wanted is AgentState.READY:
            agent.wanted = None
            self._go(agent, AgentState.READY)
        elif agent.free:
            self.signals.emit(AgentFreed(agent, self.clock.monotonic()))
        else:
            self._tell(agent, agent.state)

    def phone_busy(self, agent: Agent) -> None:
        """The leg left the floor, into a call."""
        agent.leg_ready = False

    def phone_lost(self, agent: Agent) -> None:
        """The phone's leg ended. Who was ready is not, until it is back; a ringing phone's leg
        comes and goes with each call."""
        agent.leg, agent.leg_ready = None, False
        if agent.state is AgentState.READY and agent.mode == "nailed_up":
            agent.wanted = AgentState.READY
            self._go(agent, AgentState.NOT_READY, PHONE_LOST)
        else:
            self._tell(agent, agent.state)

    # -- what calls do ------------------------------------------------------------------------

    def reserve(self, agent: Agent, call: str) -> None:
        """Set aside for a call that is being connected."""
        self._go(agent, AgentState.RESERVED, call=call)

    def release(self, agent: Agent) -> None:
        """The call did not come about."""
        self._after_call(agent)

    def talk(self, agent: Agent, call: str) -> None:
        """Agent and caller hear each other."""
        self._go(agent, AgentState.TALKING, call=call)

    def take_back(self, agent: Agent) -> None:
        """The call was none for an agent (a machine answered): free without wrap-up, at the same
        place in line. No talk is counted."""
        self._after_call(agent)

    def wrap_up(self, agent: Agent, seconds: float) -> None:
        """The call ended; the agent has `seconds` to say what came of it."""
        call = agent.call
        now = self.clock.monotonic()
        agent.idle_since = now
        agent.wrap_until = now + seconds
        before = agent.state
        agent.go(AgentState.WRAPPING, now)
        agent.call = call
        agent.wrap_until = now + seconds
        self._tell(agent, before)

    def hurry(self, agent: Agent, seconds: float) -> None:
        """Somebody else has the call: what is left of a wrap-up is for notes, `seconds` at most."""
        soon = self.clock.monotonic() + seconds
        if agent.state is AgentState.WRAPPING and (agent.wrap_until or 0.0) > soon:
            agent.wrap_until = soon
            self._tell(agent, agent.state)

    def wrap_up_done(self, agent: Agent, *, expired: bool = False) -> None:
        """Wrap-up is over, by the disposition or by the clock."""
        if agent.state is not AgentState.WRAPPING:
            return
        call = agent.call or ""
        self._after_call(agent)
        self.signals.emit(WrapUpEnded(agent, call, expired, self.clock.monotonic()))

    def expire_wrap_ups(self) -> float | None:
        """End wrap-ups whose time is over; seconds until the next one, or None."""
        now = self.clock.monotonic()
        wrapping = [a for a in self if a.wrap_until is not None]
        for agent in wrapping:
            if agent.wrap_until is not None and agent.wrap_until <= now:
                self.wrap_up_done(agent, expired=True)
        left = [a.wrap_until - now for a in wrapping if a.wrap_until is not None]
        return min(left, default=None)

    def _after_call(self, agent: Agent) -> None:
        wanted, reason = agent.wanted, agent.wanted_reason
        agent.wanted, agent.wanted_reason = None, ""
        phone_there = agent.mode == "ringing" or agent.leg is not None
        if wanted in {AgentState.NOT_READY, AgentState.SIGNED_OUT}:
            self._go(agent, wanted, reason)
        elif phone_there:
            self._go(agent, AgentState.READY)
        else:
            agent.wanted = AgentState.READY
            self._go(agent, AgentState.NOT_READY, PHONE_LOST)

    def _go(
        self, agent: Agent, state: AgentState, reason: str = "", *, call: str | None = None
    ) -> None:
        before = agent.state
        now = self.clock.monotonic()
        agent.go(state, now, reason)
        if call is not None:
            agent.call = call
        self._tell(agent, before)
        if agent.free:
            self.signals.emit(AgentFreed(agent, now))

    def _tell(self, agent: Agent, before: AgentState) -> None:
        self.signals.emit(AgentChanged(agent, before, self.clock.monotonic()))
