"""What became of every lead of a list, and which of its numbers are wrong.

Read in batches by the leads' ids, so that a list of a million costs no more memory than a hundred.
"""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from cti.base.errors import NotFound
from cti.store.engine import Store
from cti.texts.reader import label, told_words
from dialer.attempts.models import AttemptRow
from dialer.campaigns.dispositions import Disposition, Meaning
from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import zone
from dialer.leads.models import ImportRow, LeadListRow, LeadRow, NumberRow, RejectRow
from dialer.outcomes.outcome import Outcome

BATCH: Final = 1000
# Columns, not objects: a million objects cost a minute.
_LEAD_COLUMNS: Final = (
    *(LeadRow.id, LeadRow.name, LeadRow.reference, LeadRow.time_zone, LeadRow.state),
    *(LeadRow.due_at, LeadRow.dials, LeadRow.closed_reason),
    *(LeadRow.last_outcome, LeadRow.last_disposition),
)


class Wrong(StrEnum):
    """Why a number is wrong data."""

    VACANT = "vacant"
    CHANGED = "changed"
    WRONG_CONTACT = "wrong contact"
    FAX = "fax"
    SUSPENDED = "suspended"


_BY_OUTCOME: Final = {
    Outcome.VACANT: Wrong.VACANT,
    Outcome.NUMBER_CHANGED: Wrong.CHANGED,
    Outcome.FAX: Wrong.FAX,
    Outcome.SUSPENDED: Wrong.SUSPENDED,
}
_BY_MEANING: Final = {
    Meaning.WRONG_CONTACT: Wrong.WRONG_CONTACT,
    Meaning.NUMBER_CHANGED: Wrong.CHANGED,
}


@dataclass(frozen=True, slots=True)
class ListFacts:
    """The list a report is about. dispositions: by code. leads: on it, now."""

    list_id: int
    campaign: str
    client: str
    name: str
    imported_at: datetime
    dispositions: dict[str, Disposition]
    client_id: int | None
    leads: int

    def told(self, code: str) -> str:
        """A disposition, or the code of why a lead was closed, as the report's reader has it."""
        known = self.dispositions.get(code)
        return label(code, known.label_zh or known.label) if known else told_words(code)


@dataclass(frozen=True, slots=True)
class WrongNumber:
    """A number to be sent back."""

    kind: Wrong
    number: str
    name: str
    reference: str
    outcome: str
    disposition: str
    reason: str
    last_attempt: str


@dataclass(frozen=True, slots=True)
class LeadResult:
    """What became of one lead. Times are the lead's own, `YYYY-MM-DD HH:MM`."""

    reference: str
    name: str
    numbers: str
    result: str  # closed, waiting, due or in flight
    closed_because: str
    outcome: str
    disposition: str
    reason: str
    note: str
    dials: int
    last_attempt: str
    next_dial: str
    wrong: tuple[WrongNumber, ...]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row of the client's file that made no lead."""

    file: str
    line: int
    reason: str
    cells: Sequence[str]


@dataclass(slots=True)
class Summary:
    """Counts of a whole list. matrix: (last outcome, what became of the lead) → leads."""

    leads: int = 0
    dials: int = 0
    results: Counter[str] = field(default_factory=Counter)
    wrong: Counter[Wrong] = field(default_factory=Counter)
    matrix: Counter[tuple[str, str]] = field(default_factory=Counter)

    def add(self, lead: LeadResult) -> None:
        """Count a lead."""
        self.leads += 1
        self.dials += lead.dials
        self.results[lead.result] += 1
        self.wrong.update(number.kind for number in lead.wrong)
        self.matrix[lead.outcome or "not dialled", lead.closed_because or lead.result] += 1


async def find_list(store: Store, campaign_id: int, name: str | None) -> ListFacts:
    """The list of this name, or the campaign's only one.

    Raises NotFound, naming those there are.
    """
    async with store.read() as session:
        campaign = await session.get(CampaignRow, campaign_id)
        if campaign is None:
            raise NotFound(f"There is no campaign {campaign_id}.")
        query = select(LeadListRow).filter_by(campaign_id=campaign_id).order_by(LeadListRow.id)
        lists = list(await session.scalars(query))
        chosen = [row for row in lists if row.name == name or (name is None and len(lists) == 1)]
        if not chosen:
            names = ", ".join(f"“{row.name}”" for row in lists) or "none; import leads first"
            which = f"no list “{name}”" if name is not None else "not one list alone"
            raise NotFound(f"Campaign “{campaign.name}” has {which}.", f"There are: {names}.")
        client = await session.get(ClientRow, campaign.client_id) if campaign.client_id else None
        counted = select(func.count()).where(LeadRow.list_id == chosen[0].id)
        leads = await session.scalar(counted) or 0
    settings = CampaignSettings.model_validate(campaign.settings)
    return ListFacts(
        chosen[0].id,
        campaign.name,
        client.name if client else "",
        chosen[0].name,
        chosen[0].created_at,
        {disposition.code: disposition for disposition in settings.dispositions},
        campaign.client_id,
        leads,
    )


@dataclass(frozen=True, slots=True)
class Days:
    """A time in which calls were made: from `since` on, until before `before`; unset: no end."""

    since: datetime | None = None
    before: datetime | None = None

    def __bool__(self) -> bool:
        return self.since is not None or self.before is not None

    def hold(self) -> list[ColumnElement[bool]]:
        """Conditions: the attempt was made then."""
        ends = []
        if self.since is not None:
            ends.append(AttemptRow.placed_at >= self.since)
        if self.before is not None:
            ends.append(AttemptRow.placed_at < self.before)
        return ends


ALWAYS: Final = Days()


async def read_leads(
    store: Store, about: ListFacts, days: Days = ALWAYS
) -> AsyncIterator[list[LeadResult]]:
    """Every lead of the list, in the order of its file; days: those that were dialled then."""
    last = 0
    while True:
        query = (
            select(*_LEAD_COLUMNS)
            .where(LeadRow.list_id == about.list_id, LeadRow.id > last)
            .order_by(LeadRow.id)
            .limit(BATCH)
        )
        if days:
            dialled = select(AttemptRow.id).where(AttemptRow.lead_id == LeadRow.id, *days.hold())
            query = query.where(dialled.exists())
        async with store.read() as session:
            leads = (await session.execute(query)).all()
            if not leads:
                return
            ids = [lead.id for lead in leads]
            numbers = await _numbers(session, ids)
            attempts = await _attempts(session, ids)
        yield [_result(about, lead, numbers[lead.id], attempts[lead.id]) for lead in leads]
        last = leads[-1].id


async def read_refused(store: Store, about: ListFacts) -> AsyncIterator[list[RefusedRow]]:
    """Every row of the list's files that was refused at import."""
    last = 0
    while True:
        query = (
            select(RejectRow, ImportRow.file_name)
            .join(ImportRow, ImportRow.id == RejectRow.import_id)
            .where(ImportRow.list_id == about.list_id, RejectRow.id > last)
            .order_by(RejectRow.id)
            .limit(BATCH)
        )
        async with store.read() as session:
            rows = (await session.execute(query)).all()
        if not rows:
            return
        yield [RefusedRow(file, row.line, row.reason, row.cells) for row, file in rows]
        last = rows[-1][0].id


async def _numbers(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[Any]]:
    found: defaultdict[int, list[Any]] = defaultdict(list)
    query = select(NumberRow.id, NumberRow.lead_id, NumberRow.e164)
    query = query.where(NumberRow.lead_id.in_(ids)).order_by(NumberRow.position)
    for number in await session.execute(query):
        found[number.lead_id].append(number)
    return found


async def _attempts(session: AsyncSession, ids: Sequence[int]) -> dict[int, list[Any]]:
    """The leads' ended attempts, oldest first, without their evidence."""
    found: defaultdict[int, list[Any]] = defaultdict(list)
    columns = (
        *(AttemptRow.lead_id, AttemptRow.number_id, AttemptRow.placed_at, AttemptRow.outcome),
        *(AttemptRow.outcome_reason, AttemptRow.disposition, AttemptRow.note),
    )
    for attempt in await session.execute(
        select(*columns)
        .where(AttemptRow.lead_id.in_(ids), AttemptRow.outcome.is_not(None))
        .order_by(AttemptRow.placed_at, AttemptRow.id)
    ):
        found[attempt.lead_id].append(attempt)
    return found


def _result(
    about: ListFacts, lead: Any, numbers: Sequence[Any], attempts: Sequence[Any]
) -> LeadResult:
    last = attempts[-1] if attempts else None
    last_of = {attempt.number_id: attempt for attempt in attempts}
    wrong = [_wrong(about, lead, n.e164, last_of[n.id]) for n in numbers if n.id in last_of]
    return LeadResult(
        reference=lead.reference,
        name=lead.name,
        numbers=", ".join(number.e164 for number in numbers),
        result=lead.state.replace("_", " "),
        closed_because=lead.closed_reason or "",
        outcome=(last.outcome if last else lead.last_outcome) or "",
        disposition=lead.last_disposition or "",
        reason=last.outcome_reason if last else "",
        note=last.note if last else "",
        dials=lead.dials,
        last_attempt=_local(lead, last.placed_at) if last else "",
        next_dial=_local(lead, lead.due_at) if lead.due_at and lead.state != "closed" else "",
        wrong=tuple(number for number in wrong if number is not None),
    )


def _wrong(about: ListFacts, lead: Any, number: str, attempt: Any) -> WrongNumber | None:
    """What is wrong with a number by its last attempt; the agent's word goes before the line's."""
    said = about.dispositions.get(attempt.disposition or "")
    kind = _BY_MEANING.get(said.meaning) if said else _BY_OUTCOME.get(Outcome(attempt.outcome))
    if kind is None:
        return None
    return WrongNumber(
        kind=kind,
        number=number,
        name=lead.name,
        reference=lead.reference,
        outcome=attempt.outcome,
        disposition=attempt.disposition or "",
        reason=attempt.note or attempt.outcome_reason,
        last_attempt=_local(lead, attempt.placed_at),
    )


def _local(lead: Any, moment: datetime) -> str:
    return f"{moment.astimezone(zone(lead.time_zone)):%Y-%m-%d %H:%M}"
