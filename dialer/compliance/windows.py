"""When a campaign may call: local times of the lead, day by day."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Annotated, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from cti.base.errors import UserError

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes of a local day, from `start` up to but not including `end`."""

    start: int
    end: int

    def __str__(self) -> str:
        return "{:02}:{:02}-{:02}:{:02}".format(*divmod(self.start, 60), *divmod(self.end, 60))

    def holds(self, moment: time) -> bool:
        return self.start <= moment.hour * 60 + moment.minute < self.end


def _span(value: object) -> Span:
    if isinstance(value, Span):
        return value
    match = _FORM.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"{value!r} is not a window: write HH:MM-HH:MM, such as 09:00-20:00")
    hours = [int(part) for part in match.groups()]
    span = Span(hours[0] * 60 + hours[1], hours[2] * 60 + hours[3])
    if span.end > _DAY:
        raise ValueError(f"the window {value} ends after 24:00")
    if span.start == span.end:
        raise ValueError(f"the window {value} is empty")
    if span.start > span.end:
        raise ValueError(f"the window {value} ends before it starts; split it at midnight")
    return span


Window = Annotated[
    Span,
    BeforeValidator(_span),
    PlainSerializer(str, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d\d:\d\d-\d\d:\d\d$"}),
]
_SHIPPED: Final = (Span(9 * 60, 20 * 60),)


class CallingWindows(BaseModel):
    """Local times at which a lead may be called, per weekday; an empty day is a day off.

    Shipped: every day from 09:00 to 20:00 of the lead's own time.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mon: tuple[Window, ...] = _SHIPPED
    tue: tuple[Window, ...] = _SHIPPED
    wed: tuple[Window, ...] = _SHIPPED
    thu: tuple[Window, ...] = _SHIPPED
    fri: tuple[Window, ...] = _SHIPPED
    sat: tuple[Window, ...] = _SHIPPED
    sun: tuple[Window, ...] = _SHIPPED

    @model_validator(mode="after")
    def _sound(self) -> "CallingWindows":
        for name in WEEKDAYS:
            for first, second in pairwise(sorted(getattr(self, name))):
                if second.start < first.end:
                    raise ValueError(f"on {name} the windows {first} and {second} overlap")
        if not any(getattr(self, name) for name in WEEKDAYS):
            raise ValueError("no weekday has a window: the campaign could never call")
        return self

    def on(self, day: date) -> tuple[Span, ...]:
        """The windows of a local day."""
        spans: tuple[Span, ...] = getattr(self, WEEKDAYS[day.weekday()])
        return spans

    def open_at(self, moment: datetime, time_zone: str) -> bool:
        """Whether a lead in this IANA zone may be called at `moment` (aware)."""
        local = moment.astimezone(zone(time_zone))
        return any(span.holds(local.time()) for span in self.on(local.date()))

    def next_open(self, moment: datetime, time_zone: str) -> datetime:
        """The first moment from `moment` on, in UTC, at which the lead may be called."""
        moment = moment.astimezone(UTC)
        if self.open_at(moment, time_zone):
            return moment
        # Two weeks: a weekly window may fall into the hour that a clock change leaves out.
        today = moment.astimezone(zone(time_zone)).date()
        days = [today + timedelta(days=n) for n in range(-1, 16)]
        openings = sorted(when for day in days for when in self._openings(day, zone(time_zone)))
        return next(w for w in openings if w >= moment and self.open_at(w, time_zone))

    def next_day(self, moment: datetime, time_zone: str) -> datetime:
        """The first opening, in UTC, on a later local day than that of `moment`."""
        local = zone(time_zone)
        tomorrow = moment.astimezone(local).date() + timedelta(days=1)
        midnight = datetime.combine(tomorrow, time(), local)
        return self.next_open(midnight, time_zone)

    def _openings(self, day: date, local: ZoneInfo) -> Iterator[datetime]:
        """Moments at which a window of this day may begin; a superset, to be checked.

        A start that a clock change repeats begins twice; one that it leaves out begins at the
        change, and so does a window into whose middle the clock falls back.
        """
        for span in self.on(day):
            start = datetime.combine(day, time(*divmod(span.start, 60)), local)
            for fold in (0, 1):
                yield start.replace(fold=fold).astimezone(UTC)
        midnight = datetime.combine(day, time(), local).astimezone(UTC)
        change = _clock_change(midnight, midnight + timedelta(days=1), local)
        if change is not None:
            yield change


def zone(name: str) -> ZoneInfo:
    """The zone of an IANA name. UserError if there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UserError(
            f"{name!r} is not a time zone.", "Use an IANA name such as Asia/Shanghai."
        ) from error


def local_day(moment: datetime, time_zone: str) -> date:
    """The date at `moment` where the lead lives."""
    return moment.astimezone(zone(time_zone)).date()


def _clock_change(start: datetime, end: datetime, local: ZoneInfo) -> datetime | None:
    """The first second between two UTC moments with another offset than at `start`."""
    before = start.astimezone(local).utcoffset()
    if end.astimezone(local).utcoffset() == before:
        return None
    same, changed = 0, int((end - start).total_seconds())
    while changed - same > 1:
        middle = (same + changed) // 2
        if (start + timedelta(seconds=middle)).astimezone(local).utcoffset() == before:
            same = middle
        else:
            changed = middle
    return start + timedelta(seconds=changed)
