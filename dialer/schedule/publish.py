"""Tells the bus of appointments that come near."""

from cti.agents.roster import Roster
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.bus.payloads import AgentAppointment
from cti.bus.publisher import Bus
from dialer.schedule.events import AppointmentNear


def publish_reminders(bus: Bus, signals: Signals, roster: Roster, clock: Clock) -> None:
    """Publish each reminder to its agent."""

    def near(event: AppointmentNear) -> None:
        agent = roster.by_id(event.agent_id)
        if agent is not None:
            bus.publish(
                AgentAppointment(
                    at=clock.now(),
                    agent=agent.name,
                    campaign=event.campaign_id,
                    lead=event.lead_id,
                    number=event.e164,
                    due_at=event.due_at,
                )
            )

    signals.on(AppointmentNear, near)
