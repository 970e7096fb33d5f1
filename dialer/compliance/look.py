"""The last look at a lead: which of its numbers may be dialled, and why the others may not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import NOTHING_KNOWN, Blocked, NumberFacts, check
from dialer.retry.facts import LeadFacts
from dialer.retry.rows import facts_of


@dataclass(frozen=True, slots=True)
class Look:
    """What was found. number: the one to dial; facts: the lead's, for that number."""

    number: Any | None
    facts: LeadFacts | None
    blocked: tuple[Blocked, ...] = ()

    @property
    def until(self) -> datetime | None:
        """When one of the numbers may be dialled; None if none ever may."""
        return min((b.until for b in self.blocked if b.until is not None), default=None)

    @property
    def reason(self) -> str:
        """Why the lead is closed if none ever may, in one word."""
        return self.blocked[0].bar.value if self.blocked else "no_usable_number"

    @property
    def words(self) -> str:
        """What stands in the way of the number whose turn it is, in a sentence; at most 255."""
        words = self.blocked[0].words if self.blocked else "No usable number is left."
        return words[:255]


def look_at(
    lead: Any,
    numbers: Sequence[Any],
    settings: CampaignSettings,
    now: datetime,
    known: Mapping[str, NumberFacts],
) -> Look:
    """The number of a lead that may be dialled at `now`: the one whose turn it is, or another.

    lead, numbers: see `dialer.retry.rows.facts_of`. known: of each number, by E.164.
    """
    blocked: list[Blocked] = []
    for number in _in_turn(lead, numbers):
        facts = facts_of(lead, numbers, number.position)
        verdict = check(facts, number.e164, settings, now, known.get(number.e164, NOTHING_KNOWN))
        if not isinstance(verdict, Blocked):
            return Look(number, facts)
        blocked.append(verdict)
    return Look(None, None, tuple(blocked))


def _in_turn(lead: Any, numbers: Sequence[Any]) -> list[Any]:
    """The usable numbers: the one whose turn it is, then those after it, round."""
    usable = [number for number in numbers if number.usable]
    turn = next((n for n, number in enumerate(usable) if number.position == lead.next_number), 0)
    return usable[turn:] + usable[:turn]
