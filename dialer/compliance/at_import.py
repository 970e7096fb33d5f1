"""What a list of leads meets on its way in: numbers that are barred, consents that it brings."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy import Table, insert
from sqlalchemy.ext.asyncio import AsyncSession

from cti.base.tasks import undivided
from dialer.compliance.check import Entry
from dialer.compliance.facts import read_barred
from dialer.compliance.models import ConsentRow
from dialer.compliance.scopes import scopes_of, widest_of_client
from dialer.leads.rows import Candidate

_CONSENTS = cast("Table", ConsentRow.__table__)
CHANNEL = "import"


async def read_barred_for_good(
    session: AsyncSession,
    campaign_id: int,
    client_id: int | None,
    numbers: Collection[str],
    now: datetime,
) -> dict[str, Entry]:
    """The entries that bar these numbers for this campaign and never end."""
    scopes = scopes_of(campaign_id, client_id)
    barred = await undivided(
        session.run_sync(lambda s: read_barred(s.connection(), scopes, numbers, now))
    )
    return {number: entry for number, entry in barred.items() if entry.expires_at is None}


def why_barred(candidate: Candidate, barred: Mapping[str, Entry]) -> str:
    """Why none of a lead's numbers may be called, for people; empty when one may."""
    entries = [barred.get(e164) for e164, _ in candidate.numbers]
    first = entries[0]
    if first is None or None in entries:
        return ""
    reason = f": {first.reason}" if first.reason else ""
    return f"the number is on the do-not-call list since {first.added_at:%Y-%m-%d}{reason}"


async def store_consents(
    session: AsyncSession,
    candidates: Sequence[Candidate],
    campaign_id: int,
    client_id: int | None,
    file_name: str,
    now: datetime,
) -> None:
    """Keep the consents that rows bring, for the campaign's client, or for it alone.

    Where a row names no proof, the proof is the row itself: file and line.
    """
    scope = widest_of_client(campaign_id, client_id)
    rows = [
        {
            "number": e164,
            "reach": scope.reach.value,
            "reach_key": scope.key,
            "given_at": min(candidate.consent.given_at or now, now),
            "channel": CHANNEL,
            "proof": candidate.consent.proof or f"{file_name}, line {candidate.row.line}",
            "recorded_by": "",
            "recorded_at": now,
        }
        for candidate in candidates
        if candidate.consent is not None
        for e164, _ in candidate.numbers
    ]
    if rows:
        await session.execute(insert(_CONSENTS), rows)
