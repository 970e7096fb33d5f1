"""Stores one batch of an import: leads, numbers, rejected rows and the import's counters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast

from sqlalchemy import Table, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.at_import import read_barred_for_good, store_consents, why_barred
from dialer.compliance.windows import CallingWindows, closed_until
from dialer.leads.models import ImportRow, LeadListRow, LeadRow, NumberRow, RejectRow
from dialer.leads.rows import Candidate, Reject, reject

_LEADS = cast("Table", LeadRow.__table__)
_NUMBERS = cast("Table", NumberRow.__table__)
_REJECTS = cast("Table", RejectRow.__table__)
_LOOK_UP = 1000  # numbers in one query: databases limit its parameters


@dataclass(frozen=True, slots=True)
class Destination:
    """Where leads go. list_id: None for a list that is yet to be made."""

    campaign_id: int
    client_id: int | None
    list_id: int | None
    list_name: str = ""


@dataclass(frozen=True, slots=True)
class Sifted:
    """Rows parted: those that become leads, those refused; barred: of these, not to be called."""

    fresh: list[Candidate]
    rejects: list[Reject]
    barred: int


async def sift(
    session: AsyncSession,
    batch: Sequence[Candidate | Reject],
    into: Destination,
    now: datetime,
    within: dict[str, str] | None = None,
) -> Sifted:
    """Part `batch`; writes nothing. A row whose number the campaign already has is rejected, and
    so is one whose numbers are all on the do-not-call list for good.

    within: numbers of earlier rows that are not stored, and where they are; it is added to.
    """
    candidates = [item for item in batch if isinstance(item, Candidate)]
    rejects = [item for item in batch if isinstance(item, Reject)]
    earlier = {} if within is None else within
    known = await _whereabouts(session, into, candidates) | earlier
    barred = await read_barred_for_good(
        session,
        into.campaign_id,
        into.client_id,
        {e164 for candidate in candidates for e164, _ in candidate.numbers},
        now,
    )
    fresh, refused_as_barred = [], 0
    for candidate in candidates:
        if where := known.get(candidate.numbers[0][0]):
            rejects.append(reject(candidate.row, f"the number is already {where}"))
            continue
        if why := why_barred(candidate, barred):
            rejects.append(reject(candidate.row, why))
            refused_as_barred += 1
            continue
        fresh.append(_without_known(candidate, known))
        for e164, _ in candidate.numbers:
            here = f"on line {candidate.row.line} of this file"
            known.setdefault(e164, here)
            earlier.setdefault(e164, here)
    return Sifted(fresh, rejects, refused_as_barred)


async def store_batch(
    session: AsyncSession,
    import_id: int,
    batch: Sequence[Candidate | Reject],
    share: float,
    now: datetime,
) -> None:
    """Store `batch` in the session's transaction and move the import's counters.

    share: how much of the file was read after this batch, 0 to 1. now: when the leads are due,
    unless their calling windows open later. What is rejected, `sift` tells.
    """
    job = await session.get_one(ImportRow, import_id)
    # Of several imports into one campaign, one at a time looks up numbers and adds to them.
    campaign = select(CampaignRow.settings, CampaignRow.client_id)
    campaign = campaign.where(CampaignRow.id == job.campaign_id).with_for_update(key_share=True)
    settings, client_id = (await session.execute(campaign)).one()
    windows = CampaignSettings.model_validate(settings).windows
    sifted = await sift(session, batch, Destination(job.campaign_id, client_id, job.list_id), now)
    fresh, rejects = sifted.fresh, sifted.rejects
    job.barred += sifted.barred
    await _insert_leads(session, job, fresh, windows, now)
    await store_consents(session, fresh, job.campaign_id, client_id, job.file_name, now)
    if rejects:
        await session.execute(insert(_REJECTS), [_reject_values(import_id, r) for r in rejects])
    job.rows_done += len(batch)
    job.accepted += len(fresh)
    job.rejected += len(rejects)
    job.rows_total = round(job.rows_done / share) if share else None


async def _whereabouts(
    session: AsyncSession, into: Destination, candidates: Sequence[Candidate]
) -> dict[str, str]:
    """Which of the candidates' numbers the campaign has, and where, in words."""
    wanted = [e164 for candidate in candidates for e164, _ in candidate.numbers]
    known: dict[str, str] = {}
    for start in range(0, len(wanted), _LOOK_UP):
        found = await session.execute(
            select(NumberRow.e164, LeadListRow.id, LeadListRow.name)
            .join(LeadRow, LeadRow.id == NumberRow.lead_id)
            .join(LeadListRow, LeadListRow.id == LeadRow.list_id)
            .where(NumberRow.campaign_id == into.campaign_id)
            .where(NumberRow.e164.in_(wanted[start : start + _LOOK_UP]))
        )
        for e164, list_id, name in found:
            known[e164] = "on this list" if list_id == into.list_id else f"on list “{name}”"
    return known


def _without_known(candidate: Candidate, known: dict[str, str]) -> Candidate:
    """The first number makes the lead; a further one that is another lead's is kept as text."""
    for e164, column in candidate.numbers[1:]:
        if e164 in known:
            candidate.numbers.remove((e164, column))
            candidate.fields[column] = e164
    return candidate


async def _insert_leads(
    session: AsyncSession,
    job: ImportRow,
    leads: Sequence[Candidate],
    windows: CallingWindows,
    now: datetime,
) -> None:
    if not leads:
        return
    ids = await _reserve_lead_ids(session, len(leads))
    rows = [
        {"id": lead_id, **_lead_values(job, lead, _due(lead, windows, now))}
        for lead_id, lead in zip(ids, leads, strict=True)
    ]
    await session.execute(insert(_LEADS), rows)
    numbers: list[dict[str, Any]] = [
        {"campaign_id": job.campaign_id, "lead_id": lead_id, "position": position, "e164": e164}
        for lead_id, lead in zip(ids, leads, strict=True)
        for position, (e164, _) in enumerate(lead.numbers)
    ]
    await session.execute(insert(_NUMBERS), numbers)


async def _reserve_lead_ids(session: AsyncSession, count: int) -> Sequence[int]:
    """Ids known beforehand let leads and numbers go in as two bulk statements."""
    if session.get_bind().dialect.name == "sqlite":  # its only writer is this transaction
        last = await session.scalar(select(func.max(_LEADS.c.id))) or 0
        return range(last + 1, last + 1 + count)
    sequence = func.pg_get_serial_sequence(_LEADS.name, "id")
    series = func.generate_series(1, count).table_valued("n")
    drawn = await session.scalars(select(func.nextval(sequence)).select_from(series))
    return drawn.all()


def _due(lead: Candidate, windows: CallingWindows, now: datetime) -> datetime:
    return closed_until(windows, lead.time_zone, lead.numbers[0][0], now) or now


def _lead_values(job: ImportRow, lead: Candidate, due_at: datetime) -> dict[str, Any]:
    return {
        "campaign_id": job.campaign_id,
        "list_id": job.list_id,
        "import_id": job.id,
        "name": lead.name,
        "reference": lead.reference,
        "fields": lead.fields,
        "time_zone": lead.time_zone,
        "priority": lead.priority,
        "state": "waiting",
        "due_at": due_at,
    }


def _reject_values(import_id: int, refused: Reject) -> dict[str, Any]:
    return {
        "import_id": import_id,
        "line": refused.line,
        "reason": refused.reason,
        "cells": refused.cells,
    }
