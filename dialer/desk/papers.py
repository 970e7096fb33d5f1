"""What an agent needs to know of a call, read at once from the database: the person, what was
before, the script, and what was written down already.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import phonenumbers
from sqlalchemy import Connection, select

from cti.agents.models import AgentRow
from cti.calls.models import InboundCallRow
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import NOTHING_KNOWN, Blocked, check
from dialer.compliance.facts import read_facts
from dialer.compliance.look import look_at
from dialer.desk.models import CallNoteRow
from dialer.desk.views import EarlierCall, WrittenNote
from dialer.leads.models import LeadRow, NumberRow
from dialer.retry.rows import facts_of
from dialer.scripts.models import AttemptAnswersRow
from dialer.scripts.reading import read_script
from dialer.scripts.script import Answers, Script

SHOWN: Final = 50
"""Earlier calls that are shown, at most."""


@dataclass(frozen=True, slots=True)
class KnownNumber:
    """A number of the person. why_not: what stands in the way of dialling it now."""

    id: int
    position: int
    e164: str
    next: bool
    usable: bool
    why_not: str = ""


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A lead as its agent sees it."""

    lead_id: int
    campaign_id: int
    name: str
    reference: str
    fields: dict[str, str]
    time_zone: str
    promised_at: datetime | None
    state: str
    why: str
    numbers: tuple[KnownNumber, ...]
    history: tuple[EarlierCall, ...]


@dataclass(slots=True)
class Papers:
    """All of a call. What is written down in it (`notes` by agent, `answers`, `step`) changes."""

    person: KnownPerson | None = None
    campaign: str = ""
    settings: CampaignSettings | None = None
    script: Script | None = None
    notes: dict[int, WrittenNote] = field(default_factory=dict)
    answers: Answers = field(default_factory=dict)
    step: str = ""

    def notes_of(self, agent_id: int) -> str:
        """What this agent wrote down."""
        return _apart(self.notes, agent_id)[0]

    def notes_beside(self, agent_id: int) -> list[WrittenNote]:
        """What others wrote down."""
        return _apart(self.notes, agent_id)[1]


def read_papers(
    connection: Connection,
    call: str,
    now: datetime,
    *,
    lead_id: int | None,
    ours: bool,
    dialled_by_hand: bool = False,
) -> Papers:
    """lead_id: of the person, if known. ours: a call of a campaign, so its script is followed.

    dialled_by_hand: which numbers may be dialled now is looked up, too.
    """
    papers = Papers(notes=written(connection, [call]).get(call, {}))
    if lead_id is None:
        return papers
    lead = connection.execute(select(LeadRow.__table__).where(LeadRow.id == lead_id)).first()
    if lead is None:
        return papers
    campaign = connection.execute(
        select(CampaignRow.__table__).where(CampaignRow.id == lead.campaign_id)
    ).one()
    papers.campaign = campaign.name
    papers.settings = CampaignSettings.model_validate(campaign.settings)
    numbers = _numbers(connection, lead, campaign, papers.settings, now, dialled_by_hand)
    papers.person = KnownPerson(
        lead_id=lead.id,
        campaign_id=lead.campaign_id,
        name=lead.name,
        reference=lead.reference,
        fields={str(key): str(value) for key, value in lead.fields.items()},
        time_zone=lead.time_zone,
        promised_at=lead.promised_at,
        state=lead.state,
        why=lead.why or "",
        numbers=numbers,
        history=_history(connection, lead.id, [number.e164 for number in numbers], call),
    )
    if ours:
        _read_script(connection, call, papers)
    return papers


def find_lead(connection: Connection, caller: str, region: str) -> int | None:
    """The lead whose number a caller's is, of any campaign: the one that was called last.

    caller: as the network told it. region: two-letter country of numbers without a country code.
    """
    found = _e164(caller, region)
    if found is None:
        return None
    last = (
        select(AttemptRow.lead_id)
        .where(AttemptRow.e164 == found)
        .order_by(AttemptRow.placed_at.desc())
        .limit(1)
    )
    lead_id = connection.scalar(last)
    if lead_id is not None:
        return int(lead_id)
    # By campaign: that is what numbers are sorted by.
    campaigns = select(CampaignRow.id)
    listed = select(NumberRow.lead_id).where(
        NumberRow.campaign_id.in_(campaigns), NumberRow.e164 == found
    )
    return connection.scalar(listed.order_by(NumberRow.id.desc()).limit(1))


def _e164(caller: str, region: str) -> str | None:
    try:
        number = phonenumbers.parse(caller, region)
    except phonenumbers.NumberParseException:
        return None
    return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def written(connection: Connection, calls: Iterable[str]) -> dict[str, dict[int, WrittenNote]]:
    """Of each call the notes by agent, in the order they were begun or last changed."""
    query = (
        select(CallNoteRow.call, CallNoteRow.text, AgentRow.id, AgentRow.name)
        .add_columns(AgentRow.display_name)
        .join(AgentRow, AgentRow.id == CallNoteRow.agent_id)
        .where(CallNoteRow.call.in_(calls))
        .order_by(CallNoteRow.at)
    )
    found: defaultdict[str, dict[int, WrittenNote]] = defaultdict(dict)
    for row in connection.execute(query):
        found[row.call][row.id] = WrittenNote(agent=row.display_name or row.name, text=row.text)
    return found


def _read_script(connection: Connection, call: str, papers: Papers) -> None:
    """The version that was answered to already, else the newest."""
    kept = connection.execute(
        select(AttemptAnswersRow.__table__).where(AttemptAnswersRow.attempt_id == call)
    ).first()
    if kept is not None:
        papers.script = read_script(connection, kept.script_id, kept.version)
        papers.answers, papers.step = dict(kept.answers), kept.step
    elif papers.settings is not None and papers.settings.script_id is not None:
        papers.script = read_script(connection, papers.settings.script_id)


def _numbers(
    connection: Connection,
    lead: Any,
    campaign: Any,
    settings: CampaignSettings,
    now: datetime,
    by_hand: bool,
) -> tuple[KnownNumber, ...]:
    rows = connection.execute(
        select(NumberRow.__table__).where(NumberRow.lead_id == lead.id).order_by(NumberRow.position)
    ).all()
    if not by_hand:
        return tuple(
            KnownNumber(
                row.id, row.position, row.e164, row.position == lead.next_number, row.usable
            )
            for row in rows
        )
    known = read_facts(
        connection, campaign.id, campaign.client_id, settings, {row.e164 for row in rows}, now
    )
    look = look_at(lead, rows, settings, now, known)
    chosen = look.number.position if look.number is not None else None
    made = []
    for row in rows:
        facts = facts_of(lead, rows, row.position)
        verdict = check(facts, row.e164, settings, now, known.get(row.e164, NOTHING_KNOWN))
        why_not = verdict.words if isinstance(verdict, Blocked) else ""
        made.append(
            KnownNumber(
                row.id, row.position, row.e164, row.position == chosen, not why_not, why_not
            )
        )
    return tuple(made)


def _history(
    connection: Connection, lead_id: int, numbers: Sequence[str], but: str
) -> tuple[EarlierCall, ...]:
    calls = [*_attempts(connection, lead_id, but), *_callers(connection, numbers, but)]
    return tuple(sorted(calls, key=lambda call: call.at, reverse=True)[:SHOWN])


def _attempts(connection: Connection, lead_id: int, but: str) -> Iterable[EarlierCall]:
    rows = connection.execute(
        select(
            *(AttemptRow.id, AttemptRow.placed_at, AttemptRow.bridged_at, AttemptRow.ended_at),
            *(AttemptRow.outcome, AttemptRow.disposition, AttemptRow.note),
            *(AttemptRow.agent_id, AgentRow.name, AgentRow.display_name),
        )
        .outerjoin(AgentRow, AgentRow.id == AttemptRow.agent_id)
        .where(AttemptRow.lead_id == lead_id, AttemptRow.id != but)
        .order_by(AttemptRow.placed_at.desc())
        .limit(SHOWN)
    ).all()
    notes = written(connection, [row.id for row in rows])
    for row in rows:
        note, colleagues = _apart(notes.get(row.id, {}), row.agent_id)
        yield EarlierCall(
            attempt=row.id,
            at=row.placed_at,
            agent=row.display_name or row.name,
            outcome=row.outcome,
            disposition=row.disposition,
            note=note or row.note,
            colleagues=colleagues,
            seconds=_seconds(row),
            direction="out",
        )


def _callers(connection: Connection, numbers: Sequence[str], but: str) -> Iterable[EarlierCall]:
    forms = {form for number in numbers for form in _as_told(number)}
    rows = connection.execute(
        select(InboundCallRow.__table__, AgentRow.name, AgentRow.display_name)
        .outerjoin(AgentRow, AgentRow.id == InboundCallRow.agent_id)
        .where(InboundCallRow.caller.in_(forms), InboundCallRow.id != but)
        .order_by(InboundCallRow.arrived_at.desc())
        .limit(SHOWN)
    ).all()
    notes = written(connection, [row.id for row in rows])
    for row in rows:
        note, colleagues = _apart(notes.get(row.id, {}), row.agent_id)
        yield EarlierCall(
            attempt=row.id,
            at=row.arrived_at,
            agent=row.display_name or row.name,
            outcome=row.outcome,
            disposition=None,
            note=note,
            colleagues=colleagues,
            seconds=_seconds(row),
            direction="in",
        )


def _apart(notes: dict[int, WrittenNote], agent_id: int | None) -> tuple[str, list[WrittenNote]]:
    """One agent's own note, and those of the others, as far as they wrote any."""
    own = notes[agent_id].text if agent_id in notes else ""
    return own, [note for one, note in notes.items() if one != agent_id and note.text]


def _as_told(e164: str) -> set[str]:
    """How networks tell a caller's number."""
    number = phonenumbers.parse(e164, None)
    national = str(phonenumbers.national_significant_number(number))
    return {e164, e164[1:], f"00{e164[1:]}", national, f"0{national}"}


def _seconds(row: Any) -> float | None:
    if row.bridged_at is None or row.ended_at is None:
        return None
    return max(0.0, float((row.ended_at - row.bridged_at).total_seconds()))
