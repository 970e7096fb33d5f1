"""Tells the bus what state a campaign is in: one retained message a campaign."""

from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.bus.payloads import CampaignState
from cti.bus.publisher import Bus
from dialer.campaigns.events import CampaignChanged


def publish_campaigns(bus: Bus, signals: Signals, clock: Clock) -> None:
    """Publish a campaign's state at every change."""

    def changed(event: CampaignChanged) -> None:
        bus.publish(
            CampaignState(
                at=clock.now(), campaign=event.campaign_id, name=event.name, state=event.state
            )
        )

    signals.on(CampaignChanged, changed)
