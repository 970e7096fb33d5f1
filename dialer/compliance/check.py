"""The last look before a dial: may this lead be called on this number now?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from cti.base.errors import UserError
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.caps import Allowance, exhausted
from dialer.compliance.windows import LeadHours
from dialer.retry.facts import LeadFacts


class Bar(StrEnum):
    """What stands in the way. Also the reason with which a lead is closed for good."""

    NUMBER = "number"
    DO_NOT_CALL = "barred"
    CONSENT = "no_consent"
    DAILY_CAP = "daily_cap"
    FREQUENCY_CAP = "frequency_cap"
    WINDOW = "window"


@dataclass(frozen=True, slots=True)
class Pass:
    """It may be dialled."""


@dataclass(frozen=True, slots=True)
class Blocked:
    """It may not be dialled: for good, or `until` a moment in UTC inside a window."""

    bar: Bar
    words: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the do-not-call list. number: E.164, or the start of numbers and a `*`."""

    number: str
    reach: str
    reason: str
    added_at: datetime
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class NumberFacts:
    """What is known of one number, beside what its lead tells.

    barred: the do-not-call entry that lasts longest. consented: a consent holds at this moment.
    allowances: every set of frequency caps that applies, with the dials that count for it.
    """

    barred: Entry | None = None
    consented: bool = False
    allowances: tuple[Allowance, ...] = ()


NOTHING_KNOWN = NumberFacts()
_WHOSE = {"everyone": "", "client": " of the campaign's client", "campaign": " of the campaign"}


def check(
    facts: LeadFacts,
    e164: str,
    settings: CampaignSettings,
    now: datetime,
    number: NumberFacts = NOTHING_KNOWN,
) -> Pass | Blocked:
    """Whether `e164`, the lead's number at `facts.position`, may be dialled at `now`.

    facts: before the dial, so without it in the counts. number: `dialer.compliance.facts` reads
    it. What closes a lead for good is told before what makes it wait.
    """
    if facts.position not in facts.usable:
        return Blocked(Bar.NUMBER, "The number is marked as unusable.", None)
    try:
        hours = settings.windows.lead_hours(facts.time_zone, e164)
        return (
            _barred(number.barred, hours)
            or _without_consent(settings, number)
            or _daily_cap(facts, settings, now, hours)
            or _frequency_cap(facts, number, now, hours)
            or _closed_window(now, hours)
            or Pass()
        )
    except UserError as error:  # no window ever opens, or the time zone does not exist
        return Blocked(Bar.WINDOW, error.what, None)


def _barred(entry: Entry | None, hours: LeadHours) -> Blocked | None:
    if entry is None:
        return None
    words = f"{entry.number} is on the do-not-call list{_WHOSE[entry.reach]}"
    reason = f": {entry.reason}" if entry.reason else ""
    if entry.expires_at is None:
        return Blocked(Bar.DO_NOT_CALL, f"{words}{reason}.", None)
    last = f"{hours.local(entry.expires_at):%Y-%m-%d %H:%M}"
    until = hours.next_open(entry.expires_at)
    return Blocked(Bar.DO_NOT_CALL, f"{words} until {last}{reason}.", until)


def _without_consent(settings: CampaignSettings, number: NumberFacts) -> Blocked | None:
    if not settings.needs_consent or number.consented:
        return None
    return Blocked(Bar.CONSENT, "The campaign needs a consent, and none holds.", None)


def _daily_cap(
    facts: LeadFacts, settings: CampaignSettings, now: datetime, hours: LeadHours
) -> Blocked | None:
    cap = settings.retry.max_per_day + _extra(facts)
    dialled = facts.dials_on(now)
    if dialled < cap:
        return None
    words = f"Dialled {dialled} times today, {cap} are allowed."
    return Blocked(Bar.DAILY_CAP, words, hours.next_day(now))


def _frequency_cap(
    facts: LeadFacts, number: NumberFacts, now: datetime, hours: LeadHours
) -> Blocked | None:
    found = [exhausted(one, now, hours, extra=_extra(facts)) for one in number.allowances]
    reached = [one for one in found if one is not None]
    if not reached:
        return None
    worst = max(reached, key=lambda one: one.free_at)
    return Blocked(Bar.FREQUENCY_CAP, worst.words, worst.free_at)


def _closed_window(now: datetime, hours: LeadHours) -> Blocked | None:
    if hours.open_at(now):
        return None
    words = f"Outside the calling times in {hours.zone.key}: {hours.closed_because(now)}."
    return Blocked(Bar.WINDOW, words, hours.next_open(now))


def _extra(facts: LeadFacts) -> int:
    """An appointment that the person asked for is kept one dial over a cap."""
    return 1 if facts.promised else 0
