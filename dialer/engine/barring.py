"""The do-not-call list and the calls of this moment: what a person says goes on it, and who is put
on it while being called is noted."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from cti.base.clock import Clock
from cti.base.signals import Signals
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.events import NumbersBarred
from dialer.compliance.scopes import Reach, Scope
from dialer.compliance.writing import BAR_LEAD, PROLONG_BARS
from dialer.engine.flights import Flight, Flights
from dialer.engine.ledger import Ledger
from dialer.outcomes.evidence import Kind
from dialer.retry.rule import Then


def bar_if_said(
    ledger: Ledger, settings: CampaignSettings, lead_id: int, code: str, by: str, at: datetime
) -> bool:
    """Put a lead's numbers on the do-not-call list if its disposition bars them.

    The entries are committed with what else the ledger holds now. Returns whether it bars.
    """
    if settings.retry.rule_of(code).then is not Then.BAR:
        return False
    said = {"lead": lead_id, "wide": settings.do_not_call, "why": code, "by": by[:64], "at": at}
    ledger.add(BAR_LEAD, said)
    ledger.add(PROLONG_BARS, said)
    return True


@dataclass(slots=True)
class BarWatch:
    """Notes in a call under way that its number was put on the list. It is not hung up: the
    person may be talking; the next dial is what the list forbids."""

    flights: Flights
    signals: Signals
    clock: Clock
    client_of: Callable[[int], int | None]

    def __post_init__(self) -> None:
        self.signals.on(NumbersBarred, self._note)

    def in_flight(self, numbers: Sequence[str], scope: Scope) -> int:
        """How many calls to these numbers, or prefixes with a `*`, run in a scope."""
        return len(self._calls(numbers, scope))

    def _note(self, event: NumbersBarred) -> None:
        for flight in self._calls(event.numbers, event.scope):
            flight.saw(self.clock.monotonic(), Kind.BARRED, reach=event.scope.reach.value)

    def _calls(self, numbers: Sequence[str], scope: Scope) -> list[Flight]:
        if not len(self.flights):
            return []
        whole = {number for number in numbers if not number.endswith("*")}
        starts = tuple(number[:-1] for number in numbers if number.endswith("*"))
        return [
            flight
            for flight in self.flights
            if self._within(flight.campaign_id, scope)
            and (flight.e164 in whole or flight.e164.startswith(starts))
        ]

    def _within(self, campaign_id: int, scope: Scope) -> bool:
        if scope.reach is Reach.EVERYONE:
            return True
        if scope.reach is Reach.CAMPAIGN:
            return campaign_id == scope.key
        return self.client_of(campaign_id) == scope.key
