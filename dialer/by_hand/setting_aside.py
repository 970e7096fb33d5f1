"""The database's part of a preview: a due lead is set aside for one agent, and shown.

A lead that is looked at is `in_flight` without an attempt: no pacer can take it, and a start
after a crash lets it wait again, like any lead whose attempt was never committed.
"""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, update

from dialer.attempts.models import AttemptRow
from dialer.by_hand.views import AttemptShown, NumberShown
from dialer.compliance.check import NOTHING_KNOWN, Blocked, check
from dialer.compliance.facts import read_facts
from dialer.compliance.look import look_at
from dialer.engine.placing import (
    DEFER_LEAD,
    DUE_LEADS,
    LEADS,
    LEADS_BY_ID,
    Campaign,
    Deferral,
    deferral,
    read_leads,
)
from dialer.leads.models import LeadRow
from dialer.retry.rows import facts_of

CALLS_SHOWN: Final = 50
SET_ASIDE = (
    update(LeadRow.__table__)  # type: ignore[arg-type]
    .where(LEADS.c.id == bindparam("key"))
    .values(state="in_flight")
)


@dataclass(frozen=True, slots=True)
class SetAside:
    """What came of some leads. lead: the row of the one set aside; left_over: not looked at."""

    lead: Any | None
    left_over: list[int]


def set_aside(
    connection: Connection,
    campaign: Campaign,
    lead_ids: Sequence[int],
    agent_id: int,
    now: datetime,
    here: Container[int],
) -> SetAside:
    """Set the first of these due leads aside that may be called now; put off those that may not.

    here: ids of agents who are signed in: another's appointment is left to them.
    """
    leads = read_leads(connection, DUE_LEADS, lead_ids)
    numbers = {row.e164 for rows in leads for row in rows if row.usable}
    known = read_facts(connection, campaign.id, campaign.client_id, campaign.settings, numbers, now)
    found: Any | None = None
    deferred: list[Deferral] = []
    left_over: list[int] = []
    for rows in leads:
        lead = rows[0]
        others = lead.prefer_agent not in {None, agent_id} and lead.prefer_agent in here
        if found is not None or others:
            left_over.append(lead.id)
            continue
        look = look_at(lead, rows, campaign.settings, now, known)
        if look.number is None:
            deferred.append(deferral(lead.id, look))
        else:
            found = lead
    if deferred:
        connection.execute(DEFER_LEAD, deferred)
    if found is not None:
        connection.execute(SET_ASIDE, {"key": found.id})
    return SetAside(found, left_over)


@dataclass(frozen=True, slots=True)
class Story:
    """A lead as its agent sees it."""

    lead: Any
    numbers: list[NumberShown]
    attempts: list[AttemptShown]


def read_story(
    connection: Connection,
    campaign: Campaign,
    lead_id: int,
    now: datetime,
    names: Mapping[int, str],
) -> Story:
    """All that helps to decide whether and how to call a lead. names: agents', by id."""
    lead = connection.execute(select(LeadRow).where(LeadRow.id == lead_id)).one()
    (rows,) = read_leads(connection, LEADS_BY_ID, [lead_id])
    known = read_facts(
        connection,
        campaign.id,
        campaign.client_id,
        campaign.settings,
        {row.e164 for row in rows},
        now,
    )
    look = look_at(rows[0], rows, campaign.settings, now, known)
    numbers = []
    for row in rows:
        facts = facts_of(rows[0], rows, row.position)
        number = known.get(row.e164, NOTHING_KNOWN)
        verdict = check(facts, row.e164, campaign.settings, now, number)
        why_not = verdict.words if isinstance(verdict, Blocked) else ""
        chosen = look.number is not None and look.number.position == row.position
        numbers.append(
            NumberShown(
                e164=row.e164,
                position=row.position,
                next=chosen,
                may_call=not why_not,
                why_not=why_not,
            )
        )
    calls = connection.execute(
        select(AttemptRow)
        .where(AttemptRow.lead_id == lead_id)
        .order_by(AttemptRow.placed_at.desc())
        .limit(CALLS_SHOWN)
    )
    return Story(lead, numbers, [_shown(call, names) for call in calls])


def _shown(row: Any, names: Mapping[int, str]) -> AttemptShown:
    return AttemptShown(
        id=row.id,
        placed_at=row.placed_at,
        number=row.e164,
        agent=names.get(row.agent_id),
        outcome=row.outcome,
        outcome_reason=row.outcome_reason,
        disposition=row.disposition,
        callback_at=row.callback_at,
        note=row.note,
    )
