"""Which numbers outside a call may be handed on to: a stolen sign-in must not become a free line.

Only numbers that the site has named, none that costs extra, not many at once and not many an hour.
"""

from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import phonenumbers
from phonenumbers import PhoneNumberType

from cti.base.clock import Clock
from cti.base.errors import Conflict, UserError
from cti.site.settings import OutsideNumber, SiteSettings

AT_ONCE = 20
"""Calls to the outside under way for the whole site."""
AN_HOUR = 30
"""Calls to the outside that one agent may make in an hour."""
COSTLY = frozenset({PhoneNumberType.PREMIUM_RATE, PhoneNumberType.SHARED_COST})
HOUR = 3600.0


@dataclass(frozen=True, slots=True)
class Way:
    """How a number is dialled: `target` is like PJSIP/number@trunk."""

    target: str
    caller_id: str


Dial = Callable[[str, str], Awaitable[Way]]
"""For a call's id and an E.164 number: how to dial it. UserError, with why, when it must not be."""


@dataclass(slots=True)
class OutsideGuard:
    """Asked before each call to the outside. under_way: how many there are now."""

    site: Callable[[], SiteSettings]
    clock: Clock
    under_way: Callable[[], int]
    _made: dict[int, deque[float]] = field(default_factory=dict)

    def allowed(self, number: str) -> OutsideNumber:
        """The site's entry for a number. UserError when it is none."""
        found = self.site().outside(number)
        if found is None:
            raise UserError(
                f"{number[:20]!r} is no number that calls may be handed on to.",
                "An administrator can add it: Site, Outside numbers.",
            )
        try:
            parsed = phonenumbers.parse(found.number, None)
        except phonenumbers.NumberParseException as error:
            raise UserError(f"{found.name} has no valid number.") from error
        if phonenumbers.number_type(parsed) in COSTLY:
            raise UserError(f"{found.name} is a number that costs extra.", "Use another one.")
        return found

    def count(self, agent_id: int) -> None:
        """One more call is about to be made for the agent. Conflict when there are too many."""
        if self.under_way() >= AT_ONCE:
            raise Conflict("Too many calls to the outside are under way.", "Try again shortly.")
        now = self.clock.monotonic()
        made = self._made.setdefault(agent_id, deque())
        while made and now - made[0] > HOUR:
            made.popleft()
        if len(made) >= AN_HOUR:
            raise Conflict(
                f"You have made {AN_HOUR} calls to the outside in the last hour.",
                "Ask a supervisor to take the call over.",
            )
        made.append(now)
