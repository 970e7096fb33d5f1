"""Times that were promised: which are taken, and when they are dialled."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

from cti.base.errors import UserError
from dialer.compliance.windows import CallingWindows, LeadHours, NeverOpen
from dialer.retry.facts import LeadFacts
from dialer.retry.rules import RetryRules

JUST_PAST: Final = timedelta(minutes=10)
"""A time so little ago was to come when the agent began to write: it is dialled at once."""
HELD_FOR: Final = timedelta(seconds=15)
"""How often a due appointment looks whether its agent is free again."""


def check_appointment(
    at: datetime, facts: LeadFacts, rules: RetryRules, windows: CallingWindows, now: datetime
) -> datetime:
    """When an appointment at `at` (aware) would be dialled, UTC.

    Raises UserError for one that is past, too far ahead, or outside of the calling times where
    these are refused.
    """
    hours = windows.lead_hours(facts.time_zone, facts.number(facts.position))
    asked = f"An appointment at {_there(at, hours)}"
    if at < now - JUST_PAST:
        raise UserError(
            f"{asked} is past; it is {_there(now, hours)} there.", "Give a time to come."
        )
    days = rules.appointments.most_days_ahead
    if at > now + timedelta(days=days):
        raise UserError(
            f"{asked} is more than {days} days ahead.", "Look at the year, or give a nearer day."
        )
    try:
        due = hours.next_open(max(at.astimezone(UTC), now))
    except NeverOpen as error:
        raise UserError(f"{asked} cannot be kept: {error.what}", error.cure) from error
    if rules.appointments.outside == "refuse" and (because := hours.closed_because(max(at, now))):
        raise UserError(
            f"{asked} lies outside of the calling times: {because}.",
            f"The next possible time is {_there(due, hours)}.",
        )
    return due


def held_until(
    promised_at: datetime | None,
    agent_id: int | None,
    rules: RetryRules,
    now: datetime,
    busy: Callable[[int], bool],
) -> datetime | None:
    """When a due appointment is looked at again because its agent talks; None: dial it now."""
    if promised_at is None or agent_id is None or not busy(agent_id):
        return None
    if now >= promised_at + timedelta(minutes=rules.appointments.wait_for_agent_minutes):
        return None
    return now + HELD_FOR


def _there(moment: datetime, hours: LeadHours) -> str:
    return f"{hours.local(moment):%Y-%m-%d %H:%M}"
