"""What the rules need to know about a lead."""

from dataclasses import dataclass
from datetime import date, datetime

from dialer.compliance.windows import local_day


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

    def dials_on(self, moment: datetime) -> int:
        """Attempts on the lead's local day of `moment`."""
        return self.dials_today if self.dials_day == local_day(moment, self.time_zone) else 0
