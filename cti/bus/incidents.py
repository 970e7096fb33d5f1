"""Tells the bus what a person should look at."""

from cti.base.clock import Clock
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.bus import payloads
from cti.bus.publisher import Bus


def publish_incidents(bus: Bus, signals: Signals, clock: Clock) -> None:
    """Publish each incident."""

    def happened(incident: Incident) -> None:
        bus.publish(
            payloads.Incident(
                at=clock.now(),
                kind=incident.kind,
                severity=incident.severity,
                text=incident.text,
                subject=incident.subject,
            )
        )

    signals.on(Incident, happened)
