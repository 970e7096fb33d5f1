"""Why a lead is not being called now, and when it will be: in words. Pure.

Built on the same last look that every dial passes, so that whatever bars a dial also explains
itself here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import NumberFacts
from dialer.compliance.look import Look, look_at
from dialer.compliance.windows import zone

STEPS = 12
"""How many bars, one after the other, are looked past for the next possible time."""
MOST_AHEAD = 10_000
"""Leads that are counted before this one; beyond it says “more than”."""


@dataclass(frozen=True, slots=True)
class Standing:
    """All that is known of a lead at this moment."""

    lead: Any  # a LeadRow
    numbers: Sequence[Any]  # NumberRows, in order
    campaign: str
    campaign_state: str
    settings: CampaignSettings
    known: Mapping[str, NumberFacts] = field(default_factory=dict)
    ahead: int = 0  # leads of the campaign that go first, up to MOST_AHEAD + 1
    pacer: tuple[str, ...] = ()  # why it dials as many as it does
    agent: str | None = None  # of an appointment


@dataclass(frozen=True, slots=True)
class Explanation:
    """next_at: UTC, when it may be called next as things stand; None if never.

    where: in which of its four places the lead is, and since which decision. not_now: what
    stands in the way at this moment, one sentence each.
    """

    where: str
    next_at: datetime | None
    not_now: tuple[str, ...]
    when: str


def explain(standing: Standing, now: datetime) -> Explanation:
    """Where a lead stands at `now`, when it is called next and what keeps it until then."""
    state = standing.lead.state
    where = _where(standing)
    if state == "closed":
        return Explanation(where, None, ("It is closed.",), "It is not called again.")
    if state == "in_flight":
        words = "It is being called, or an agent still has to say what came of the call."
        return Explanation(where, None, (words,), "What comes of this call decides when again.")
    due = standing.lead.due_at or now
    look = _look(standing, now)
    not_now = [
        *_campaign(standing),
        *_not_due(standing, due, now),
        *(b.words for b in look.blocked),
    ]
    if not not_now:
        not_now = _in_line(standing)
    next_at, after = _next(standing, max(due, now))
    return Explanation(where, next_at, tuple(not_now), _when(standing, next_at, now, after))


def _where(standing: Standing) -> str:
    lead = standing.lead
    match lead.state:
        case "closed":
            return lead.why or f"Closed: {lead.closed_reason or 'no reason was kept'}."
        case "in_flight":
            return f"In flight: dial number {lead.dials}."
        case "due":
            place = "In the hopper, ready to be dialled"
        case _:
            place = "Waits for its time"
    if lead.promised_at is not None:
        with_whom = f" with {standing.agent}" if standing.agent else ""
        return f"{place}: an appointment{with_whom} at {_local(lead, lead.promised_at)}."
    return f"{place}. {lead.why}" if lead.why else f"{place}; not dialled yet."


def _campaign(standing: Standing) -> list[str]:
    state = standing.campaign_state
    if state == "running":
        return []
    how = {"draft": "has not been started", "paused": "is paused"}.get(state, f"is {state}")
    return [f"The campaign “{standing.campaign}” {how}."]


def _not_due(standing: Standing, due: datetime, now: datetime) -> list[str]:
    if due <= now:
        return []
    return [f"It is not due before {_local(standing.lead, due)} there, {_in(due - now)}."]


def _in_line(standing: Standing) -> list[str]:
    """Nothing bars it: then others go first, or nobody is free to talk."""
    ahead = standing.ahead
    count = f"More than {MOST_AHEAD:,}" if ahead > MOST_AHEAD else f"{ahead:,}"
    first = [f"{count} leads of a higher priority or an earlier time go first."] if ahead else []
    return [*first, *(f"The pacer says: {reason}." for reason in standing.pacer)]


def _next(standing: Standing, moment: datetime) -> tuple[datetime | None, list[str]]:
    """The first moment that passes the last look, and what else stands in the way until then."""
    words: list[str] = []
    for _ in range(STEPS):
        look = _look(standing, moment)
        if look.number is not None:
            return moment, words
        words += [b.words for b in look.blocked if b.words not in words]
        if look.until is None:
            return None, words
        moment = max(look.until, moment + timedelta(seconds=1))
    return None, words


def _look(standing: Standing, moment: datetime) -> Look:
    known = {number: _at(facts, moment) for number, facts in standing.known.items()}
    return look_at(standing.lead, standing.numbers, standing.settings, moment, known)


def _at(facts: NumberFacts, moment: datetime) -> NumberFacts:
    """What is known, without an entry that has expired by then."""
    entry = facts.barred
    if entry is None or entry.expires_at is None or entry.expires_at > moment:
        return facts
    return replace(facts, barred=None)


def _when(standing: Standing, next_at: datetime | None, now: datetime, after: Sequence[str]) -> str:
    if next_at is None:
        return " ".join(("It is not called again as things stand.", *after))
    if next_at <= now:
        return "It may be called now."
    there = f"{_local(standing.lead, next_at)} there, {_in(next_at - now)}"
    started = "" if standing.campaign_state == "running" else ", if the campaign runs by then"
    return f"It may be called from {there}{started}."


def _local(lead: Any, moment: datetime) -> str:
    return f"{moment.astimezone(zone(lead.time_zone)):%a %Y-%m-%d %H:%M}"


def _in(span: timedelta) -> str:
    minutes = max(1, round(span.total_seconds() / 60))
    if minutes < 120:
        return f"in {minutes} min"
    hours = round(minutes / 60)
    return f"in {hours} h" if hours < 48 else f"in {round(hours / 24)} days"
