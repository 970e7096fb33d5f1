"""From taken leads to committed attempts: one transaction, before anything is dialled."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Executable, bindparam, insert, select, update

from cti.base.ids import ATTEMPT, new_id
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import NumberFacts
from dialer.compliance.facts import read_facts
from dialer.compliance.look import Look, look_at
from dialer.compliance.windows import local_day
from dialer.engine.flights import Flight
from dialer.leads.models import LeadRow, NumberRow
from dialer.outcomes.evidence import Kind
from dialer.retry.appointments import held_until
from dialer.retry.facts import LeadFacts

Deferral = dict[str, Any]
"""Parameters of DEFER_LEAD."""
LEADS = LeadRow.__table__
LEADS_BY_ID = (
    select(
        LeadRow.id,
        LeadRow.list_id,
        LeadRow.state,
        LeadRow.due_at,
        LeadRow.why,
        LeadRow.time_zone,
        LeadRow.dials,
        LeadRow.dials_today,
        LeadRow.dials_day,
        LeadRow.next_number,
        LeadRow.prefer_agent,
        LeadRow.promised_at,
        LeadRow.priority,
        LeadRow.own_priority,
        LeadRow.tally,
        NumberRow.id.label("number_id"),
        NumberRow.position,
        NumberRow.e164,
        NumberRow.usable,
    )
    .join(NumberRow, NumberRow.lead_id == LeadRow.id)
    .where(LeadRow.id.in_(bindparam("ids", expanding=True)))
    .order_by(NumberRow.position)
)
"""Leads with their numbers, a row each."""
DUE_LEADS = LEADS_BY_ID.where(LeadRow.state == "due")
INSERT_ATTEMPT = insert(AttemptRow.__table__)  # type: ignore[arg-type]
PLACE_LEAD = (
    update(LeadRow.__table__)  # type: ignore[arg-type]
    .where(LEADS.c.id == bindparam("key"))
    .values(
        state="in_flight",
        dials=bindparam("dials"),
        dials_today=bindparam("dials_today"),
        dials_day=bindparam("dials_day"),
        next_number=bindparam("next_number"),
    )
)
DEFER_LEAD = (
    update(LeadRow.__table__)  # type: ignore[arg-type]
    .where(LEADS.c.id == bindparam("key"))
    .values(
        state=bindparam("state"),
        due_at=bindparam("due_at"),
        closed_reason=bindparam("closed"),
        why=bindparam("why"),
    )
)


@dataclass(frozen=True, slots=True)
class Campaign:
    """What placing needs of a campaign."""

    id: int
    name: str
    settings: CampaignSettings
    trunk: str
    client_id: int | None = None
    mode: str = "progressive"


@dataclass(frozen=True, slots=True)
class Placed:
    """What came of a handful of leads.

    deferred: how many may not be called now; left_over: ids that were not needed.
    """

    flights: list[Flight]
    deferred: int
    left_over: list[int]


async def commit_attempts(
    store: Store,
    campaign: Campaign,
    lead_ids: Sequence[int],
    *,
    most: int,
    now: Callable[[], datetime],
    monotonic: Callable[[], float],
    caller_id: Callable[[], str],
    busy: Callable[[int], bool] = lambda _: False,
) -> Placed:
    """Commit an attempt for up to `most` leads that may be called now; defer or close the others.

    busy: whether an agent of an appointment is in a call, so that it waits for a moment.
    Only leads that are `due` are touched, so that a lead the hopper still held by mistake is
    never dialled twice. Raises SQLAlchemyError or OSError: then nothing was committed.
    """

    def commit(connection: Connection) -> Placed:
        moment = now()
        flights: list[Flight] = []
        deferred: list[Deferral] = []
        left_over: list[int] = []
        leads = read_leads(connection, DUE_LEADS, lead_ids)
        numbers = {row.e164 for rows in leads for row in rows if row.usable}
        known = read_facts(
            connection, campaign.id, campaign.client_id, campaign.settings, numbers, moment
        )
        for rows in leads:
            if len(flights) == most:
                left_over.append(rows[0].id)
                continue
            verdict = _judge(campaign, rows, moment, monotonic(), known, busy)
            (flights if isinstance(verdict, Flight) else deferred).append(verdict)  # type: ignore[arg-type]
        if flights:
            write_attempts(connection, flights, campaign, caller_id)
        if deferred:
            connection.execute(DEFER_LEAD, deferred)
        return Placed(flights, len(deferred), left_over)

    return await store.transact(commit)


def read_leads(
    connection: Connection, query: Executable, lead_ids: Sequence[int]
) -> list[list[Any]]:
    """Those of these leads that the query finds, each as its numbers' rows in order of position.

    query: LEADS_BY_ID or DUE_LEADS.
    """
    by_lead: defaultdict[int, list[Any]] = defaultdict(list)
    for row in connection.execute(query, {"ids": lead_ids}):
        by_lead[row.id].append(row)
    return [by_lead[lead_id] for lead_id in lead_ids if lead_id in by_lead]


def _judge(
    campaign: Campaign,
    rows: list[Any],
    now: datetime,
    t: float,
    known: Mapping[str, NumberFacts],
    busy: Callable[[int], bool],
) -> Flight | Deferral:
    """A flight for a lead that may be called now; otherwise where the lead goes instead."""
    lead = rows[0]
    look = look_at(lead, rows, campaign.settings, now, known)
    if look.number is None or look.facts is None:
        return deferral(lead.id, look)
    held = held_until(lead.promised_at, lead.prefer_agent, campaign.settings.retry, now, busy)
    if held is not None:
        why = "The agent of the appointment is in a call: it waits a moment."
        return {"key": lead.id, "state": "waiting", "due_at": held, "closed": None, "why": why}
    return make_flight(campaign, rows, look.number, look.facts, now, t)


def deferral(lead_id: int, look: Look) -> Deferral:
    """Where a lead goes none of whose numbers may be dialled now."""
    closed = look.until is None
    return {
        "key": lead_id,
        "state": "closed" if closed else "waiting",
        "due_at": look.until,
        "closed": look.reason if closed else None,
        "why": look.words,
    }


def make_flight(
    campaign: Campaign, rows: list[Any], number: Any, facts: LeadFacts, now: datetime, t: float
) -> Flight:
    """An attempt to be committed: of `number`, one of the lead's rows, at `now`, monotonic `t`.

    facts: the lead's, for that number, without this dial.
    """
    lead = rows[0]
    dialled = replace(
        facts,
        dials=facts.dials + 1,
        dials_today=facts.dials_on(now) + 1,
        dials_day=local_day(now, facts.time_zone),
    )
    return Flight(
        attempt_id=new_id(ATTEMPT),
        campaign_id=campaign.id,
        lead_id=lead.id,
        number_id=number.number_id,
        e164=number.e164,
        facts=dialled,
        prefer_agent=lead.prefer_agent,
        placed_at=now,
        t0=t,
        number_ids={row.position: row.number_id for row in rows},
        ring_timeout=float(campaign.settings.ring_timeout_s),
        mode=campaign.mode,
        segment=str(lead.list_id),
    )


def write_attempts(
    connection: Connection,
    flights: list[Flight],
    campaign: Campaign,
    caller_id: Callable[[], str],
) -> None:
    """Write the attempts, and that their leads are in flight."""
    attempts, leads = [], []
    for flight in flights:
        shown = caller_id()
        flight.caller_id = shown
        flight.evidence.add(
            0.0,
            Kind.PLACED,
            trunk=campaign.trunk,
            caller_id=shown or None,
            mode=flight.mode,
            agent=flight.own_agent,
        )
        attempts.append(
            {
                "id": flight.attempt_id,
                "campaign_id": flight.campaign_id,
                "lead_id": flight.lead_id,
                "number_id": flight.number_id,
                "e164": flight.e164,
                "caller_id": shown,
                "placed_at": flight.placed_at,
                "evidence": flight.evidence.as_list(),
                "outcome_reason": "",
                "note": "",
            }
        )
        leads.append(
            {
                "key": flight.lead_id,
                "dials": flight.facts.dials,
                "dials_today": flight.facts.dials_today,
                "dials_day": flight.facts.dials_day,
                "next_number": flight.facts.position,
            }
        )
    connection.execute(INSERT_ATTEMPT, attempts)
    connection.execute(PLACE_LEAD, leads)
