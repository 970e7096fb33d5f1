"""Whether a number may be dialled by hand now; nothing is written."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from dialer.compliance.check import NOTHING_KNOWN, Blocked, check
from dialer.compliance.facts import read_facts
from dialer.engine.placing import LEADS_BY_ID, Campaign, read_leads
from dialer.leads.models import LeadRow, NumberRow
from dialer.leads.numbers import time_zone_of, zone_of_region
from dialer.retry.facts import LeadFacts
from dialer.retry.rows import facts_of


@dataclass(frozen=True, slots=True)
class Looked:
    """blocked: why it may not be dialled; None: it may. lead_id, name: whose it is, if known."""

    e164: str
    blocked: Blocked | None = None
    busy: bool = False
    lead_id: int | None = None
    name: str = ""


def look_at_number(
    connection: Connection, campaign: Campaign, e164: str, region: str, now: datetime
) -> Looked:
    """What `commit_number` would find. busy: it is being called, or an agent looks at it."""
    found = connection.execute(
        select(NumberRow.lead_id, LeadRow.name)
        .join(LeadRow, LeadRow.id == NumberRow.lead_id)
        .where(NumberRow.campaign_id == campaign.id, NumberRow.e164 == e164)
    ).first()
    known = read_facts(
        connection, campaign.id, campaign.client_id, campaign.settings, {e164}, now
    ).get(e164, NOTHING_KNOWN)
    if found is None:
        facts = LeadFacts(
            time_zone=time_zone_of(e164, zone_of_region(region)),
            dials=0,
            dials_today=0,
            dials_day=None,
            position=0,
            usable=(0,),
        )
        verdict = check(facts, e164, campaign.settings, now, known)
        return Looked(e164, verdict if isinstance(verdict, Blocked) else None)
    (rows,) = read_leads(connection, LEADS_BY_ID, [found.lead_id])
    number = next(row for row in rows if row.e164 == e164)
    verdict = check(facts_of(rows[0], rows, number.position), e164, campaign.settings, now, known)
    return Looked(
        e164,
        verdict if isinstance(verdict, Blocked) else None,
        rows[0].state == "in_flight",
        found.lead_id,
        found.name,
    )
