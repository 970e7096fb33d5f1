"""When a campaign may call: local times of the lead, day by day.

A weekday's times come first. A holiday's own times, a region's times and a rule's part of the day
only ever narrow them. Times of one particular date stand instead of those of its weekday and of
a holiday: that is how a working Saturday or a closed day is said.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import combinations, pairwise
from typing import Annotated, Final, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    field_validator,
    model_validator,
)

from cti.base.errors import UserError
from dialer.compliance.holidays import holiday_name, holidays_of

WEEKDAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY_NAMES: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MOST_DATES: Final = 1000
_FORM = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)")
_DAY: Final = 24 * 60
# Weekly times recur within weeks, and MOST_DATES particular days cannot hide them for longer.
_LOOK_AHEAD: Final = 7 * MOST_DATES + 60


class NeverOpen(UserError):
    """A lead for whom no calling time will ever come."""


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Minutes of a local day, from `start` up to but not including `end`."""

    start: int
    end: int

    def __str__(self) -> str:
        return "{:02}:{:02}-{:02}:{:02}".format(*divmod(self.start, 60), *divmod(self.end, 60))

    def holds(self, moment: time) -> bool:
        return self.start <= moment.hour * 60 + moment.minute < self.end


Spans = tuple[Span, ...]


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


def overlap(spans: Iterable[Span]) -> tuple[Span, Span] | None:
    """The first two that have a minute in common, if any have."""
    for first, second in pairwise(sorted(spans)):
        if second.start < first.end:
            return first, second
    return None


def common(first: Spans, second: Spans) -> Spans:
    """The minutes that lie in both."""
    pairs = [
        Span(max(a.start, b.start), min(a.end, b.end))
        for a in first
        for b in second
        if a.start < b.end and b.start < a.end
    ]
    return tuple(sorted(pairs))


def _check_spans(where: str, spans: Spans) -> None:
    if pair := overlap(spans):
        raise ValueError(f"{where} the windows {pair[0]} and {pair[1]} overlap")


class HolidayTimes(BaseModel):
    """Public holidays of a place, and what is open then."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    country: str = Field(pattern=r"^[A-Z]{2}$", description="ISO 3166-1: CN, DE, US …")
    subdivision: str | None = Field(
        default=None, pattern=r"^[A-Za-z0-9 -]{1,32}$", description="ISO 3166-2: BY, CA …"
    )
    times: tuple[Window, ...] = Field(default=(), description="on holidays; none: closed")

    @model_validator(mode="after")
    def _sound(self) -> Self:
        _check_spans("on holidays", self.times)
        holidays_of(self.country, self.subdivision, 2026)  # whether there is such a place
        return self

    def name_of(self, day: date) -> str | None:
        """The holiday that `day` is, if it is one."""
        return holiday_name(self.country, self.subdivision, day)


class _Week(BaseModel):
    """Times per weekday, and on holidays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mon: tuple[Window, ...]
    tue: tuple[Window, ...]
    wed: tuple[Window, ...]
    thu: tuple[Window, ...]
    fri: tuple[Window, ...]
    sat: tuple[Window, ...]
    sun: tuple[Window, ...]
    holidays: HolidayTimes | None = Field(
        default=None, description="a place whose holidays are closed, or have times of their own"
    )

    @model_validator(mode="after")
    def _days_sound(self) -> Self:
        for name in WEEKDAYS:
            _check_spans(f"on {name}", getattr(self, name))
        return self

    def weekday_times(self, name: str) -> Spans:
        """The times of a weekday, by its name of three letters."""
        spans: Spans = getattr(self, name)
        return spans

    def weekday(self, day: date) -> Spans:
        """The times of the weekday that `day` is."""
        return self.weekday_times(WEEKDAYS[day.weekday()])

    def ordinary(self, day: date) -> Spans:
        """The times of `day`, with what a holiday leaves of them."""
        spans = self.weekday(day)
        if spans and self.holidays is not None and self.holidays.name_of(day):
            return common(spans, self.holidays.times)
        return spans


_WHOLE_DAY: Final = (Span(0, _DAY),)
_PREFIX = Annotated[str, Field(pattern=r"^\+[1-9]\d{0,14}$")]


class RegionTimes(_Week):
    """Stricter times for some of the leads, known by number or time zone.

    A day that is not named is as the campaign has it.
    """

    mon: tuple[Window, ...] = _WHOLE_DAY
    tue: tuple[Window, ...] = _WHOLE_DAY
    wed: tuple[Window, ...] = _WHOLE_DAY
    thu: tuple[Window, ...] = _WHOLE_DAY
    fri: tuple[Window, ...] = _WHOLE_DAY
    sat: tuple[Window, ...] = _WHOLE_DAY
    sun: tuple[Window, ...] = _WHOLE_DAY
    name: str = Field(min_length=1, max_length=64, description="for people")
    prefixes: tuple[_PREFIX, ...] = Field(
        default=(), description="beginnings of numbers, E.164: +86, +1415 …"
    )
    time_zones: tuple[str, ...] = Field(default=(), description="IANA names")

    @field_validator("time_zones")
    @classmethod
    def _zones_exist(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        for name in names:
            try:
                zone(name)
            except UserError as error:
                raise ValueError(str(error).rstrip(".")) from error
        return names

    @model_validator(mode="after")
    def _is_somewhere(self) -> Self:
        if not self.prefixes and not self.time_zones:
            raise ValueError(f"the region {self.name!r} is nowhere: give prefixes or time_zones")
        return self

    def holds(self, time_zone: str, number: str) -> bool:
        """Whether a lead lives there: a number that begins so, or the time zone."""
        return time_zone in self.time_zones or (number != "" and number.startswith(self.prefixes))


class CallingWindows(_Week):
    """Local times at which a lead may be called, per weekday; an empty day is a day off.

    Shipped: every day from 09:00 to 20:00 of the lead's own time.
    """

    mon: tuple[Window, ...] = _SHIPPED
    tue: tuple[Window, ...] = _SHIPPED
    wed: tuple[Window, ...] = _SHIPPED
    thu: tuple[Window, ...] = _SHIPPED
    fri: tuple[Window, ...] = _SHIPPED
    sat: tuple[Window, ...] = _SHIPPED
    sun: tuple[Window, ...] = _SHIPPED
    dates: dict[date, tuple[Window, ...]] = Field(
        default_factory=dict,
        max_length=MOST_DATES,
        description="times of particular days, instead of the weekday's and the holiday's; "
        "none: closed",
    )
    regions: tuple[RegionTimes, ...] = Field(
        default=(), max_length=100, description="where less is allowed; all that fit count"
    )

    @model_validator(mode="after")
    def _sound(self) -> Self:
        for day, spans in self.dates.items():
            _check_spans(f"on {day}", spans)
        if not any(getattr(self, name) for name in WEEKDAYS):
            raise ValueError("no weekday has a window: the campaign could never call")
        for region in self.regions:
            _demand_time(self, (region,))
        for pair in combinations(self.regions, 2):
            if set(pair[0].time_zones) & set(pair[1].time_zones) or _nested(*pair):
                _demand_time(self, pair)
        return self

    def lead_hours(self, time_zone: str, number: str = "") -> "LeadHours":
        """The hours of one lead. number: E.164, for the regions. UserError: no such zone."""
        regions = tuple(r for r in self.regions if r.holds(time_zone, number))
        return LeadHours(self, zone(time_zone), regions)

    def open_at(self, moment: datetime, time_zone: str, number: str = "") -> bool:
        """Whether a lead in this IANA zone may be called at `moment` (aware)."""
        return self.lead_hours(time_zone, number).open_at(moment)

    def next_open(self, moment: datetime, time_zone: str, number: str = "") -> datetime:
        """See `LeadHours.next_open`."""
        return self.lead_hours(time_zone, number).next_open(moment)

    def next_day(self, moment: datetime, time_zone: str, number: str = "") -> datetime:
        """See `LeadHours.next_day`."""
        return self.lead_hours(time_zone, number).next_day(moment)


@dataclass(frozen=True, slots=True)
class LeadHours:
    """When one lead may be called.

    within: further times of every day that narrow the windows, such as the evening.
    """

    windows: CallingWindows
    zone: ZoneInfo
    regions: tuple[RegionTimes, ...] = ()
    within: Spans = _WHOLE_DAY

    def narrowed(self, within: Spans) -> "LeadHours":
        """These hours, but only in some times of the day."""
        return replace(self, within=within)

    def on(self, day: date) -> Spans:
        """The windows of a local day, in order."""
        spans = self.windows.dates.get(day)
        if spans is None:
            spans = self.windows.ordinary(day)
        for region in self.regions:
            spans = common(spans, region.ordinary(day))
        return spans if self.within == _WHOLE_DAY else common(spans, self.within)

    def local(self, moment: datetime) -> datetime:
        """`moment` where the lead lives."""
        return moment.astimezone(self.zone)

    def open_at(self, moment: datetime) -> bool:
        """Whether the lead may be called at `moment` (aware)."""
        local = moment.astimezone(self.zone)
        return any(span.holds(local.time()) for span in self.on(local.date()))

    def next_open(self, moment: datetime) -> datetime:
        """The first moment from `moment` on, in UTC, at which the lead may be called.

        Raises NeverOpen.
        """
        moment = moment.astimezone(UTC)
        if self.open_at(moment):
            return moment
        today = moment.astimezone(self.zone).date()
        for ahead in range(-1, _LOOK_AHEAD):
            openings = self._openings(today + timedelta(days=ahead))
            later = [when for when in openings if when >= moment and self.open_at(when)]
            if later:
                return min(later)
        raise NeverOpen("No calling time is left for this lead.", "Look at the calling windows.")

    def next_day(self, moment: datetime) -> datetime:
        """The first opening, in UTC, on a later local day than that of `moment`."""
        tomorrow = moment.astimezone(self.zone).date() + timedelta(days=1)
        return self.next_open(datetime.combine(tomorrow, time(), self.zone))

    def next_time(self, moment: datetime, minutes: Iterable[int]) -> datetime:
        """The first of these local times (minutes of the day) from `moment` on, in UTC.

        A time that a clock change leaves out is as much later as the clock jumps.
        """
        moment = moment.astimezone(UTC)
        today = moment.astimezone(self.zone).date()
        times = [time(*divmod(minute, 60)) for minute in minutes]
        at = (
            datetime.combine(today + timedelta(days=ahead), clock, self.zone).astimezone(UTC)
            for ahead in range(3)
            for clock in times
        )
        return min(when for when in at if when >= moment)

    def closed_because(self, moment: datetime) -> str:
        """Why the lead may not be called at `moment`, as a part of a sentence; empty if open."""
        if self.open_at(moment):
            return ""
        local = self.local(moment)
        day, spans = local.date(), self.on(local.date())
        if spans:
            return f"it is {local:%H:%M} there, and calls are allowed {listed(spans)}"
        return f"{DAY_NAMES[day.weekday()]} {day} {self._day_off(day)}"

    def _day_off(self, day: date) -> str:
        own = self.windows.dates.get(day)
        if own == ():
            return "is closed by the campaign"
        weeks: tuple[_Week, ...] = self.regions if own else (self.windows, *self.regions)
        for week in weeks:
            name = week.holidays.name_of(day) if week.holidays else None
            if name and week.weekday(day) and not week.ordinary(day):
                return f"is a holiday, {name}"
        return "has no calling times"

    def _openings(self, day: date) -> Iterator[datetime]:
        """Moments at which a window of this day may begin; a superset, to be checked.

        A start that a clock change repeats begins twice; one that it leaves out begins at the
        change, and so does a window into whose middle the clock falls back.
        """
        spans = self.on(day)
        if not spans:
            return
        change = _clock_change(day, self.zone)
        for span in spans:
            start = datetime.combine(day, time(*divmod(span.start, 60)), self.zone)
            yield start.astimezone(UTC)
            if change is not None:
                yield start.replace(fold=1).astimezone(UTC)
        if change is not None:
            yield change


def closed_until(
    windows: CallingWindows, time_zone: str, number: str, now: datetime
) -> datetime | None:
    """When such a lead may be called, unless it is now.

    None also when nobody can tell: then the last look before the dial says why not.
    """
    try:
        hours = windows.lead_hours(time_zone, number)
        return None if hours.open_at(now) else hours.next_open(now)
    except UserError:  # never, or there is no such zone
        return None


def listed(spans: Spans) -> str:
    """`09:00-12:00 and 14:00-20:00`"""
    return " and ".join(str(span) for span in spans)


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


def _nested(one: RegionTimes, other: RegionTimes) -> bool:
    """Whether one number can be in both."""
    return any(a.startswith(b) or b.startswith(a) for a in one.prefixes for b in other.prefixes)


def _demand_time(windows: CallingWindows, regions: tuple[RegionTimes, ...]) -> None:
    for name in WEEKDAYS:
        spans = windows.weekday_times(name)
        for region in regions:
            spans = common(spans, region.weekday_times(name))
        if spans:
            return
    names = " and ".join(repr(region.name) for region in regions)
    raise ValueError(f"the times of {names} leave no calling time on any weekday")


@lru_cache(maxsize=4096)
def _clock_change(day: date, local: ZoneInfo) -> datetime | None:
    """The first second from the day's local midnight, within 24 hours, with another offset."""
    start = datetime.combine(day, time(), local).astimezone(UTC)
    end = start + timedelta(days=1)
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
