"""What happened on the floor since a pacer last looked."""

from collections import deque
from dataclasses import dataclass, field
from typing import Final

from cti.agents.crew import Crew
from cti.agents.events import AgentChanged
from cti.agents.states import AgentState
from cti.base.signals import Signals
from dialer.engine.events import CallResolved, PersonAbandoned
from dialer.engine.flights import Flight
from dialer.pacing.snapshot import Abandoned, Handled, Resolved
from dialer.pacing.snapshot import News as Item

MOST: Final = 20_000
"""Items kept for a pacer that does not look, as dialling is paused; the oldest go first."""
WITH_A_CALL: Final = frozenset({AgentState.TALKING, AgentState.WRAPPING})


@dataclass(slots=True)
class _Inbox:
    crew: Crew
    items: deque[Item] = field(default_factory=lambda: deque(maxlen=MOST))


@dataclass(slots=True)
class News:
    """Gathers it, for each running campaign.

    Campaigns share agents, so each is told how every call ended that its snapshots may show, and
    of every agent of its crew who was done: what it saw begin it hears end, once. Abandoned is
    told only to the campaign whose call it was.
    """

    signals: Signals
    _inboxes: dict[int, _Inbox] = field(default_factory=dict)
    _begun: dict[int, float] = field(default_factory=dict)  # by agent: when the call came
    _adopted: set[int] = field(default_factory=set)  # agents whose call began before us

    def __post_init__(self) -> None:
        self.signals.on(CallResolved, self._resolved)
        self.signals.on(PersonAbandoned, self._abandoned)
        self.signals.on(AgentChanged, self._changed)

    def open(self, campaign_id: int, crew: Crew) -> None:
        """From now on news is kept for this campaign, of this crew."""
        self._inboxes.setdefault(campaign_id, _Inbox(crew)).crew = crew

    def close(self, campaign_id: int) -> None:
        """It runs no more."""
        self._inboxes.pop(campaign_id, None)

    def take(self, campaign_id: int) -> tuple[Item, ...]:
        """What is new since the last time."""
        inbox = self._inboxes.get(campaign_id)
        if inbox is None:
            return ()
        items = tuple(inbox.items)
        inbox.items.clear()
        return items

    def call_since(self, agent_id: int) -> float | None:
        """When the call came that this agent talks in or wraps up."""
        return self._begun.get(agent_id)

    def _resolved(self, event: CallResolved) -> None:
        if seen_by_pacers(event.flight):
            f = event.flight
            for inbox in self._inboxes.values():
                inbox.items.append(Resolved(f.t0, event.t, event.result, f.segment))

    def _abandoned(self, event: PersonAbandoned) -> None:
        inbox = self._inboxes.get(event.campaign_id)
        if inbox is not None:
            inbox.items.append(Abandoned(event.t))

    def _changed(self, event: AgentChanged) -> None:
        agent = event.agent
        if agent.state in WITH_A_CALL:
            if agent.id not in self._begun:
                self._begun[agent.id] = agent.since
                if agent.state is AgentState.WRAPPING or event.before is AgentState.SIGNED_OUT:
                    self._adopted.add(agent.id)  # how long it took will never be known
            return
        begun = self._begun.pop(agent.id, None)
        if begun is None:
            return
        if agent.id in self._adopted:
            self._adopted.discard(agent.id)
            return
        for inbox in self._inboxes.values():
            if inbox.crew.has(agent):
                inbox.items.append(Handled(agent.id, begun, event.t))


def seen_by_pacers(flight: Flight) -> bool:
    """Whether it was ever among a snapshot's calls: those of one agent's own, and those without
    agents, are not."""
    return not flight.agentless and flight.own_agent is None
