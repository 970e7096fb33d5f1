"""The last look before a dial: may this lead be called on this number now?"""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from dialer.campaigns.settings import CampaignSettings
from dialer.retry.facts import LeadFacts


class Bar(StrEnum):
    """What stands in the way."""

    NUMBER = "number"
    DO_NOT_CALL = "do_not_call"
    DAILY_CAP = "daily_cap"
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


def check(
    facts: LeadFacts,
    e164: str,
    settings: CampaignSettings,
    now: datetime,
    *,
    barred: Container[str] = (),
) -> Pass | Blocked:
    """Whether `e164`, the lead's number at `facts.position`, may be dialled at `now`.

    facts: before the dial, so without it in the counts. barred: numbers nobody may call.
    """
    if facts.position not in facts.usable:
        return Blocked(Bar.NUMBER, "The number is marked as unusable.", None)
    if e164 in barred:
        return Blocked(Bar.DO_NOT_CALL, "The number is on the do-not-call list.", None)
    windows = settings.windows
    cap = settings.retry.max_per_day + (1 if facts.promised else 0)
    dialled = facts.dials_on(now)
    if dialled >= cap:
        until = windows.next_day(now, facts.time_zone)
        return Blocked(Bar.DAILY_CAP, f"Dialled {dialled} times today, {cap} are allowed.", until)
    if not windows.open_at(now, facts.time_zone):
        until = windows.next_open(now, facts.time_zone)
        return Blocked(Bar.WINDOW, f"Outside the calling times in {facts.time_zone}.", until)
    return Pass()
