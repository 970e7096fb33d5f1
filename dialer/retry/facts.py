"""What the rules need to know about a lead."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dialer.compliance.windows import local_day


@dataclass(frozen=True, slots=True)
class Times:
    """How often something became of a lead: in all, and on the local day it last did."""

    total: int = 0
    today: int = 0
    day: date | None = None


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """A lead at the moment a rule looks at it; the counts include the attempt just made."""

    time_zone: str  # IANA name
    dials: int  # attempts in all
    dials_today: int  # attempts on `dials_day`
    dials_day: date | None  # the lead's local day of the last attempt
    position: int  # the number just dialled, or to be dialled
    usable: tuple[int, ...]  # positions of the numbers that may still be dialled
    promised: bool = False  # the dial keeps an appointment the person asked for
    priority: int = 0  # the lead's own, which an appointment only lifts for a while
    numbers: Mapping[int, str] = field(default_factory=dict)  # position → E.164, as far as known
    tally: Mapping[str, Times] = field(default_factory=dict)  # what became of earlier attempts

    def dials_on(self, moment: datetime) -> int:
        """Attempts on the lead's local day of `moment`."""
        return self.dials_today if self.dials_day == local_day(moment, self.time_zone) else 0

    def number(self, position: int) -> str:
        """The E.164 number at a position; empty if it is not known."""
        return self.numbers.get(position, "")

    def times(self, word: str) -> Times:
        """How often `word` came of this lead's attempts, with the one just made."""
        before = self.tally.get(word, Times())
        today = before.today if before.day == self.dials_day else 0
        return Times(before.total + 1, today + 1, self.dials_day)

    def counted(self, word: str) -> dict[str, Times]:
        """The tally with the attempt just made, of which `word` came."""
        return {**self.tally, word: self.times(word)}


def tally_as_json(tally: Mapping[str, Times]) -> dict[str, list[Any]]:
    """As the lead's row keeps it: word → [in all, that day, the day]."""
    return {
        word: [times.total, times.today, times.day and times.day.isoformat()]
        for word, times in tally.items()
    }


def tally_from_json(kept: Mapping[str, Sequence[Any]] | None) -> dict[str, Times]:
    """The reverse; rows of older versions have none."""
    return {
        word: Times(total, today, day and date.fromisoformat(day))
        for word, (total, today, day) in (kept or {}).items()
    }
