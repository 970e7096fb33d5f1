"""Agentless calls: who answers hears the campaign's message, or is led through a menu.

The dialplan plays; what it and the menus report becomes evidence. Who asks for an agent in the
menu waits for one as a caller does, with music and without a deadline.
"""

from dataclasses import dataclass

from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.calls.events import LegMarked
from cti.floor.floor import Floor
from dialer.campaigns.pacing import PacingSettings
from dialer.engine.attempts import Attempts
from dialer.engine.flights import Flight, Telling


def variables(pacing: PacingSettings) -> dict[str, str]:
    """What the dialplan must know to speak to who answers, by channel variable."""
    if pacing.menu is not None:
        return {"CTI_MENU": pacing.menu}
    return {"CTI_TELL": pacing.message or ""}


@dataclass(slots=True)
class Teller:
    """Follows what agentless calls hear. Also keeps the book of their menus (`ivr.Arrivals`)."""

    attempts: Attempts
    floor: Floor
    signals: Signals
    clock: Clock

    def __post_init__(self) -> None:
        self.signals.on(LegMarked, self._marked)

    def _marked(self, event: LegMarked) -> None:
        flight = self._flight(event.uniqueid)
        if flight is None:
            return
        if event.mark == "CtiTelling":
            pacing = self.attempts.campaigns[flight.campaign_id].pacing
            sound = None if pacing.menu else pacing.message
            flight.telling = Telling(event.t, sound, pacing.menu)
        elif event.mark == "CtiTold":
            flight.told_over(event.t, whole=event.value in {"SUCCESS", "hangup", "floor"})
        elif event.mark == "CtiQueued":
            self.queue(flight)

    def queue(self, flight: Flight) -> None:
        """The person asked for an agent."""
        settings = self.attempts.campaigns[flight.campaign_id]
        self.floor.offer(flight.attempt_id, patient=True, wrap_up=float(settings.wrap_up_s))

    def _flight(self, uniqueid: str) -> Flight | None:
        flight = self.attempts.flights.get(uniqueid)
        return flight if flight is not None and flight.agentless else None

    # -- what the menus tell -------------------------------------------------------------------

    async def arrived(self, uniqueid: str, dialled: str, caller: str) -> None:
        """The menu has the call; `CtiTelling` has said so already."""

    async def chose(self, uniqueid: str, menu: str, digit: str) -> None:
        """A key was pressed in a menu."""
        flight = self._flight(uniqueid)
        if flight is not None:
            flight.keys.append(f"{menu}:{digit}")

    async def queued(self, uniqueid: str, queue: str) -> str:
        """The person asked for an agent. No new recording: the call has been recorded all along."""
        return ""

    async def left(self, uniqueid: str, outcome: str) -> None:
        """The menu is over for this call; `CtiTold` or the hang-up says it too."""
