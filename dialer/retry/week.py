"""One invented lead's next days under a set of rules: what the rules mean, on a calendar. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from pydantic import BaseModel, Field

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import zone
from dialer.outcomes.outcome import Outcome
from dialer.retry.facts import LeadFacts
from dialer.retry.simulate import Answer, Dial, simulate

MOST_DAYS: Final = 31


class WeekDay(BaseModel):
    """A local day of the lead."""

    date: date
    windows: list[str] = Field(description="HH:MM-HH:MM; none: closed")
    holiday: str = Field(description="its name, if it is one")


class WeekDial(BaseModel):
    """A dial of the lead."""

    at: datetime
    local: str = Field(description="YYYY-MM-DDTHH:MM where the lead lives")
    number: int = Field(description="which of its numbers, from 0")
    outcome: Outcome
    disposition: str | None


class Week(BaseModel):
    """What the rules make of one lead."""

    time_zone: str
    days: list[WeekDay]
    dials: list[WeekDial]
    closed: str | None = Field(description="why it is closed; empty: it goes on after these days")


@dataclass(frozen=True, slots=True)
class _OneLead:
    """Answers always the same; the last word of `says` is repeated."""

    time_zone: str
    numbers: int
    says: Sequence[Answer]
    prefix: str = "+10000000"

    def lead(self, _: int) -> LeadFacts:
        return LeadFacts(
            time_zone=self.time_zone,
            dials=0,
            dials_today=0,
            dials_day=None,
            position=0,
            usable=tuple(range(self.numbers)),
            numbers={position: f"{self.prefix}{position}" for position in range(self.numbers)},
        )

    def answer(self, _: int, facts: LeadFacts, now: datetime) -> Answer:
        said = self.says[min(facts.dials, len(self.says)) - 1]
        wants_time = said.disposition is not None and said.callback_at is None
        return (
            Answer(said.outcome, said.disposition, now + timedelta(days=1)) if wants_time else said
        )


@dataclass(frozen=True, slots=True)
class Lead:
    """The invented lead. says: what becomes of each dial, the last one of all that follow."""

    time_zone: str
    numbers: int = 1
    says: Sequence[Answer] = field(default=(Answer(Outcome.NO_ANSWER),))


def week(settings: CampaignSettings, lead: Lead, start: datetime, days: int = 7) -> Week:
    """The days from `start` (aware) on. UserError for an unknown time zone."""
    where = zone(lead.time_zone)
    first = start.astimezone(where).date()
    dials: list[Dial] = []
    run = simulate(
        settings,
        _OneLead(lead.time_zone, lead.numbers, lead.says),
        1,
        start=start,
        days=_days_left(start, first, days, lead.time_zone),
        lines=1,
        watch=dials.append,
    )
    end = datetime.combine(first + timedelta(days=days), time(), where)
    return Week(
        time_zone=lead.time_zone,
        days=[_day(settings, lead.time_zone, first + timedelta(days=n)) for n in range(days)],
        dials=[_dial(dial, lead.time_zone) for dial in dials if dial.at < end],
        closed=next(iter(run.closed), None) if not dials or dials[-1].at < end else None,
    )


def _days_left(start: datetime, first: date, days: int, time_zone: str) -> int:
    """Whole days of the simulation that reach past the last local midnight."""
    end = datetime.combine(first + timedelta(days=days), time(), zone(time_zone))
    return -((start - end) // timedelta(days=1))


def _day(settings: CampaignSettings, time_zone: str, day: date) -> WeekDay:
    holidays = settings.windows.holidays
    return WeekDay(
        date=day,
        windows=[str(span) for span in settings.windows.lead_hours(time_zone).on(day)],
        holiday=(holidays.name_of(day) if holidays else None) or "",
    )


def _dial(dial: Dial, time_zone: str) -> WeekDial:
    return WeekDial(
        at=dial.at,
        local=f"{dial.at.astimezone(zone(time_zone)):%Y-%m-%dT%H:%M}",
        number=dial.facts.position,
        outcome=dial.answer.outcome,
        disposition=dial.answer.disposition,
    )
