"""The attempt that an agent asked for: looked at, and committed before anything is dialled."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, insert, select

from cti.base.errors import Conflict
from dialer.compliance.check import NOTHING_KNOWN, Blocked, check
from dialer.compliance.facts import read_facts
from dialer.compliance.look import look_at
from dialer.compliance.windows import zone
from dialer.engine.flights import Flight, appointment_ahead
from dialer.engine.placing import (
    LEADS_BY_ID,
    Campaign,
    make_flight,
    read_leads,
    write_attempts,
)
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from dialer.leads.numbers import time_zone_of, zone_of_region
from dialer.retry.facts import LeadFacts
from dialer.retry.rows import facts_of

LIST_NAME: Final = "Dialled by hand"
"""The list of leads that were nobody's before an agent dialled their number."""


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that an agent asks for. mode: preview or manual. t: monotonic seconds of `now`."""

    attempt_id: str
    agent_id: int
    mode: str
    now: datetime
    t: float
    caller_id: Callable[[], str]


def commit_set_aside(
    connection: Connection, campaign: Campaign, asked: Asked, lead_id: int, e164: str | None
) -> Flight:
    """Commit the attempt of a lead that was set aside. e164: the number chosen; None: whose turn
    it is. Conflict with a sentence when it may not be called (any more).
    """
    found = read_leads(connection, LEADS_BY_ID, [lead_id])
    if not found or found[0][0].state != "in_flight":
        raise Conflict(f"Lead {lead_id} is not set aside any more.", "Ask for the next one.")
    return _commit(connection, campaign, asked, found[0], e164)


def commit_number(
    connection: Connection, campaign: Campaign, asked: Asked, e164: str, region: str, name: str
) -> Flight:
    """Commit an attempt of a number, of the lead that has it in this campaign or of a new one.

    region: where numbers of unknown place are. Conflict says why it may not be called now; then
    no lead is made either.
    """
    with_number = select(NumberRow.lead_id).where(
        NumberRow.campaign_id == campaign.id, NumberRow.e164 == e164
    )
    lead_id = connection.scalar(with_number)
    if lead_id is None:
        lead_id = _make_lead(connection, campaign, e164, region, name, asked.now)
    (rows,) = read_leads(connection, LEADS_BY_ID, [lead_id])
    if rows[0].state == "in_flight":
        raise Conflict(f"{e164} is being called, or an agent looks at it.")
    return _commit(connection, campaign, asked, rows, e164)


def _commit(
    connection: Connection, campaign: Campaign, asked: Asked, rows: list[Any], e164: str | None
) -> Flight:
    number, facts = _permitted(connection, campaign, rows, e164, asked.now)
    flight = make_flight(campaign, rows, number, facts, asked.now, asked.t)
    flight = replace(
        flight,
        attempt_id=asked.attempt_id,
        mode=asked.mode,
        own_agent=asked.agent_id,
        appointment=appointment_ahead(asked.mode, rows[0], asked.now),
    )
    write_attempts(connection, [flight], campaign, asked.caller_id)
    return flight


def _permitted(
    connection: Connection, campaign: Campaign, rows: list[Any], e164: str | None, now: datetime
) -> tuple[Any, LeadFacts]:
    """The number to dial and the lead's facts for it, or a Conflict that says why none may be."""
    lead = rows[0]
    numbers = {row.e164 for row in rows}
    known = read_facts(connection, campaign.id, campaign.client_id, campaign.settings, numbers, now)
    if e164 is None:
        look = look_at(lead, rows, campaign.settings, now, known)
        if look.number is not None and look.facts is not None:
            return look.number, look.facts
        raise _refused(f"Lead {lead.id}", lead, look.words, look.until)
    number = next((row for row in rows if row.e164 == e164), None)
    if number is None:
        raise Conflict(f"{e164} is not a number of lead {lead.id}.")
    facts = facts_of(lead, rows, number.position)
    verdict = check(facts, e164, campaign.settings, now, known.get(e164, NOTHING_KNOWN))
    if isinstance(verdict, Blocked):
        raise _refused(e164, lead, verdict.words, verdict.until)
    return number, facts


def _refused(whom: str, lead: Any, words: str, until: datetime | None) -> Conflict:
    if until is None:
        return Conflict(f"{whom} may not be called: {words}")
    there = until.astimezone(zone(lead.time_zone))
    cure = f"It may be from {there:%Y-%m-%d %H:%M} ({lead.time_zone})."
    return Conflict(f"{whom} may not be called now: {words}", cure)


def _make_lead(
    connection: Connection, campaign: Campaign, e164: str, region: str, name: str, now: datetime
) -> int:
    named = select(LeadListRow.id).where(
        LeadListRow.campaign_id == campaign.id, LeadListRow.name == LIST_NAME
    )
    list_id = connection.scalar(named)
    if list_id is None:
        made = {"campaign_id": campaign.id, "name": LIST_NAME, "created_at": now}
        list_id = connection.execute(insert(LeadListRow).values(made)).inserted_primary_key[0]  # type: ignore[index]
    lead = {
        "campaign_id": campaign.id,
        "list_id": list_id,
        "name": name,
        "time_zone": time_zone_of(e164, zone_of_region(region)),
        "due_at": now,
    }
    lead_id = int(connection.execute(insert(LeadRow).values(lead)).inserted_primary_key[0])  # type: ignore[index]
    number = {"campaign_id": campaign.id, "lead_id": lead_id, "e164": e164}
    connection.execute(insert(NumberRow).values(number))
    return lead_id
