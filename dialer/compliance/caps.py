"""Frequency caps: how often a number may be dialled, whichever campaigns dial it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict, Field

from dialer.compliance.windows import LeadHours

LOOK_BACK: Final = timedelta(days=30)
"""The longest window of a cap; older dials count nowhere."""
_WEEK: Final = timedelta(days=7)


class FrequencyCaps(BaseModel):
    """Most dials of one number; unset: no cap.

    A day is the lead's own calendar day; a week and 30 days reach back from the moment of the dial.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, from_attributes=True)

    per_day: int | None = Field(default=None, ge=1, le=1000)
    per_week: int | None = Field(default=None, ge=1, le=1000, description="in 7 × 24 hours")
    per_30_days: int | None = Field(default=None, ge=1, le=1000, description="in 30 × 24 hours")

    def __bool__(self) -> bool:
        return any(most is not None for most in (self.per_day, self.per_week, self.per_30_days))


@dataclass(frozen=True, slots=True)
class Allowance:
    """Caps, and the dials of a number that count for them.

    dials: moments of the last 30 days, in ascending order. whose: who set the caps, for people.
    """

    caps: FrequencyCaps
    dials: Sequence[datetime]
    whose: str


@dataclass(frozen=True, slots=True)
class Exhausted:
    """A cap that is reached. free_at: when a dial is possible again, in UTC, in a window."""

    words: str
    free_at: datetime


def exhausted(
    allowance: Allowance, now: datetime, hours: LeadHours, *, extra: int = 0
) -> Exhausted | None:
    """The cap that holds a dial at `now` back for the longest, or None.

    extra: dials over a cap that are allowed. Raises NeverOpen.
    """
    found = [
        Exhausted(_words(dialled, span, most, allowance.whose), free_at)
        for dialled, span, most, free_at in (
            *_calendar_day(allowance, now, hours, extra),
            *_rolling(allowance, now, hours, extra),
        )
    ]
    return max(found, key=lambda one: one.free_at, default=None)


_Found = tuple[int, str, int, datetime]


def _calendar_day(
    allowance: Allowance, now: datetime, hours: LeadHours, extra: int
) -> list[_Found]:
    most = allowance.caps.per_day
    if most is None:
        return []
    today = hours.local(now).date()
    # A local day is never longer than 25 hours or so: most dials need no look at the calendar.
    recent = [t for t in allowance.dials if now - t < timedelta(hours=30)]
    dialled = sum(hours.local(t).date() == today for t in recent)
    if dialled < most + extra:
        return []
    return [(dialled, "today", most, hours.next_day(now))]


def _rolling(allowance: Allowance, now: datetime, hours: LeadHours, extra: int) -> list[_Found]:
    found = []
    caps = allowance.caps
    for most, length, span in (
        (caps.per_week, _WEEK, "in 7 days"),
        (caps.per_30_days, LOOK_BACK, "in 30 days"),
    ):
        within = [t for t in allowance.dials if now - t < length]
        if most is not None and len(within) >= most + extra:
            leaves = within[len(within) - most] + length  # with it the count falls below the cap
            found.append((len(within), span, most, hours.next_open(leaves)))
    return found


def _words(dialled: int, span: str, most: int, whose: str) -> str:
    times = "once" if dialled == 1 else f"{dialled} times"
    return f"The number was dialled {times} {span}, {most} allowed {whose}."
