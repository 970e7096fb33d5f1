"""The last look before a dial: may this lead be called on this number now?"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.caps import Allowance, Exhausted, exhausted
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
    scope: str
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


def check(
    facts: LeadFacts,
    settings: CampaignSettings,
    now: datetime,
    number: NumberFacts = NOTHING_KNOWN,
) -> Pass | Blocked:
    """Whether the lead's number at `facts.position` may be dialled at `now`.

    facts: before the dial, so without it in the counts. number: `dialer.compliance.facts` reads
    it. What closes a lead for good is told before what makes it wait.
    """
    if facts.position not in facts.usable:
        return Blocked(Bar.NUMBER, "The number is marked as unusable.", None)
    return (
        _barred(facts, settings, number.barred)
        or _without_consent(settings, number)
        or _daily_cap(facts, settings, now)
        or _frequency_cap(facts, settings, now, number)
        or _closed_window(facts, settings, now)
        or Pass()
    )


def _barred(facts: LeadFacts, settings: CampaignSettings, entry: Entry | None) -> Blocked | None:
    if entry is None:
        return None
    whose = {"everyone": "", "client": " for this client", "campaign": " for this campaign"}
    words = f"{entry.number} is on the do-not-call list{whose[entry.scope]}"
    reason = f": {entry.reason}" if entry.reason else ""
    if entry.expires_at is None:
        return Blocked(Bar.DO_NOT_CALL, f"{words}{reason}.", None)
    until = settings.windows.next_open(entry.expires_at, facts.time_zone)
    return Blocked(Bar.DO_NOT_CALL, f"{words} until {entry.expires_at:%Y-%m-%d}{reason}.", until)


def _without_consent(settings: CampaignSettings, number: NumberFacts) -> Blocked | None:
    if not settings.needs_consent or number.consented:
        return None
    return Blocked(Bar.CONSENT, "The campaign needs a consent, and none holds.", None)


def _daily_cap(facts: LeadFacts, settings: CampaignSettings, now: datetime) -> Blocked | None:
    cap = settings.retry.max_per_day + _extra(facts)
    dialled = facts.dials_on(now)
    if dialled < cap:
        return None
    until = settings.windows.next_day(now, facts.time_zone)
    return Blocked(Bar.DAILY_CAP, f"Dialled {dialled} times today, {cap} are allowed.", until)


def _frequency_cap(
    facts: LeadFacts, settings: CampaignSettings, now: datetime, number: NumberFacts
) -> Blocked | None:
    reached: list[Exhausted] = []
    for allowance in number.allowances:
        found = exhausted(allowance, now, facts.time_zone, settings.windows, extra=_extra(facts))
        reached += [found] if found else []
    if not reached:
        return None
    worst = max(reached, key=lambda one: one.free_at)
    return Blocked(Bar.FREQUENCY_CAP, worst.words, worst.free_at)


def _closed_window(facts: LeadFacts, settings: CampaignSettings, now: datetime) -> Blocked | None:
    if settings.windows.open_at(now, facts.time_zone):
        return None
    until = settings.windows.next_open(now, facts.time_zone)
    return Blocked(Bar.WINDOW, f"Outside the calling times in {facts.time_zone}.", until)


def _extra(facts: LeadFacts) -> int:
    """An appointment that the person asked for is kept one dial over a cap."""
    return 1 if facts.promised else 0
