"""Tells the bus what agents do: one retained message an agent."""

from datetime import timedelta

from cti.agents.events import AgentChanged
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.bus.payloads import AgentState
from cti.bus.publisher import Bus


def publish_agents(bus: Bus, signals: Signals, clock: Clock) -> None:
    """Publish an agent's state at every change."""

    def changed(event: AgentChanged) -> None:
        agent, now = event.agent, clock.now()
        bus.publish(
            AgentState(
                at=now,
                agent=agent.name,
                state=agent.state.value,
                since=now - timedelta(seconds=max(0.0, clock.monotonic() - agent.since)),
                reason=agent.reason,
                call=agent.call,
                phone_up=agent.leg is not None,
            )
        )

    signals.on(AgentChanged, changed)
