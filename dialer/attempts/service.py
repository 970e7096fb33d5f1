"""Looking attempts up: one with its whole story, or many by what they have in common."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, PlainSerializer
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.access.masking import PhoneNumber, SentenceWithNumbers, said
from cti.agents.models import AgentRow
from cti.base.errors import NotFound
from cti.store.engine import Store
from cti.texts.reader import Sentence, Words
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.corrections.models import CorrectionRow
from dialer.engine.flights import Flight, Flights
from dialer.scripts.told import AnswersView, read_answers

WORDS = {
    "placed": "dialled",
    "ringing": "rings",
    "progress": "sound before the answer (early media)",
    "answered": "answered",
    "bridged": "connected to an agent",
    "released": "conversation over",
    "message_played": "nobody free: the campaign's message",
    "originate_failed": "the PBX could not place it",
    "hangup": "hung up",
    "not_dialled": "never dialled",
    "cancelled": "taken back by us",
    "recovered": "found again after an interruption",
    "heard": "heard",
    "barred": "its number was put on the do-not-call list",
    "judged": "taken for no person",
    "agent_said": "the agent said",
    "message_left": "the campaign's message was left",
    "told": "heard the campaign's message or menu",
}


IN_WORDS: Final = frozenset({"what", "why", "source"})
"""Details that are for people."""


def _told(detail: dict[str, Any]) -> dict[str, Any]:
    return {
        name: said(value) if name in IN_WORDS and isinstance(value, str) else value
        for name, value in detail.items()
    }


Detail = Annotated[
    dict[str, Any], PlainSerializer(_told, return_type=dict[str, Any], when_used="json")
]
"""What evidence holds beside its kind: JSON has its words in the reader's language."""


class Moment(BaseModel):
    """One piece of evidence."""

    seconds: float = Field(description="since the attempt was placed")
    kind: str
    words: Words
    detail: Detail


class CorrectionView(BaseModel):
    """A disposition that was changed after its wrap-up, or given only then."""

    at: datetime
    by: str
    was: str | None
    becomes: str
    why: str
    effect: Sentence = Field(description="what it changed for the lead")


class AttemptView(BaseModel):
    """One attempt. `outcome` is empty while it runs."""

    id: str
    campaign_id: int
    lead_id: int
    number: PhoneNumber
    caller_id: str
    placed_at: datetime
    ringing_at: datetime | None = None
    answered_at: datetime | None = None
    bridged_at: datetime | None = None
    ended_at: datetime | None = None
    agent_id: int | None = None
    agent: str | None = Field(None, description="sign-in name of the agent who had the call")
    cause: int | None = Field(None, description="Q.850")
    sip_code: int | None = None
    outcome: str | None = None
    outcome_reason: SentenceWithNumbers = ""
    disposition: str | None = None
    callback_at: datetime | None = None
    note: str = ""
    evidence: list[Moment]
    corrections: list[CorrectionView] = Field(default=[], description="of the disposition")
    answers: AnswersView | None = Field(None, description="to the script; null: there was none")


@dataclass(slots=True)
class AttemptService:
    """Reads attempts from the database, and those under way from memory.

    flush: writes what has ended since, see `dialer.engine.ledger`.
    """

    store: Store
    flights: Flights
    flush: Callable[[], Awaitable[None]]

    async def get(self, attempt_id: str) -> AttemptView:
        """The attempt, or NotFound."""
        flights = await self._under_way()
        async with self.store.read() as session:
            row = await session.get(AttemptRow, attempt_id)
            query = select(CorrectionRow).where(CorrectionRow.attempt_id == attempt_id)
            corrections = (await session.scalars(query.order_by(CorrectionRow.id))).all()
            answers = await read_answers(session, attempt_id)
            agents = await self._agents(session, [row] if row else [], flights)
        if row is None:
            raise NotFound(f"There is no attempt {attempt_id!r}.")
        view = _view(row, flights.get(attempt_id), agents)
        view.answers = answers
        view.corrections = [
            CorrectionView(
                at=c.made_at, by=c.made_by, was=c.was, becomes=c.becomes, why=c.why, effect=c.effect
            )
            for c in corrections
        ]
        return view

    async def find(
        self,
        *,
        campaign_id: int | None = None,
        lead_id: int | None = None,
        outcome: str | None = None,
        limit: int = 100,
        before: datetime | None = None,
        client_id: int | None = None,
        team: str | None = None,
    ) -> list[AttemptView]:
        """The newest first; `before` pages on from the last one's `placed_at`.

        client_id: only of campaigns run for it. team: only talks of its agents; None: all.
        """
        query = select(AttemptRow).order_by(AttemptRow.placed_at.desc(), AttemptRow.id)
        if campaign_id is not None:
            query = query.where(AttemptRow.campaign_id == campaign_id)
        if lead_id is not None:
            query = query.where(AttemptRow.lead_id == lead_id)
        if outcome is not None:
            query = query.where(AttemptRow.outcome == (outcome or None))
        if before is not None:
            query = query.where(AttemptRow.placed_at < before)
        if client_id is not None:
            theirs = select(CampaignRow.id).where(CampaignRow.client_id == client_id)
            query = query.where(AttemptRow.campaign_id.in_(theirs))
        if team is not None:
            of_team = select(AgentRow.id).where(AgentRow.team == team, AgentRow.team != "")
            query = query.where(AttemptRow.agent_id.in_(of_team))
        flights = await self._under_way()
        async with self.store.read() as session:
            rows = (await session.scalars(query.limit(limit))).all()
            agents = await self._agents(session, rows, flights)
        return [_view(row, flights.get(row.id), agents) for row in rows]

    async def _under_way(self) -> Mapping[str, Flight]:
        """The attempts under way by id; of all others the rows tell the end from now on."""
        flights = {flight.attempt_id: flight for flight in self.flights}
        with suppress(SQLAlchemyError, OSError):  # the ledger says so, and writes it later
            await self.flush()
        return flights

    @staticmethod
    async def _agents(
        session: AsyncSession, rows: Sequence[AttemptRow], flights: Mapping[str, Flight]
    ) -> dict[int, str]:
        """Names of the agents who had, or have, these calls."""
        now = [flight for row in rows if (flight := flights.get(row.id))]
        ids = {row.agent_id for row in rows} | {flight.agent_id for flight in now}
        ids.discard(None)
        if not ids:
            return {}
        query = select(AgentRow.id, AgentRow.name).where(AgentRow.id.in_(ids))
        return {agent.id: agent.name for agent in await session.execute(query)}


def _view(row: AttemptRow, flight: Flight | None, agents: Mapping[int, str]) -> AttemptView:
    evidence = flight.evidence.as_list() if flight else row.evidence
    agent_id = flight.agent_id if flight else row.agent_id
    return AttemptView(
        id=row.id,
        campaign_id=row.campaign_id,
        lead_id=row.lead_id,
        number=row.e164,
        caller_id=row.caller_id,
        placed_at=row.placed_at,
        ringing_at=flight.moment(flight.ringing) if flight else row.ringing_at,
        answered_at=flight.moment(flight.answered) if flight else row.answered_at,
        bridged_at=flight.moment(flight.bridged) if flight else row.bridged_at,
        ended_at=row.ended_at,
        agent_id=agent_id,
        agent=agents.get(agent_id) if agent_id is not None else None,
        cause=row.cause,
        sip_code=row.sip_code,
        outcome=row.outcome,
        outcome_reason=row.outcome_reason,
        disposition=row.disposition,
        callback_at=row.callback_at,
        note=row.note,
        evidence=[
            Moment(seconds=at, kind=kind, words=WORDS.get(kind, kind), detail=detail)
            for at, kind, detail in evidence
        ],
    )
