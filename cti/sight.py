"""Whose things are, for people who see a part only: the campaigns of a client, a team's calls."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Select, select

from cti.agents.roster import Roster
from cti.base.errors import NotFound
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.leads.models import ImportRow, LeadRow
from recordings.models import RecordingRow

_BY_TEXT: Final[dict[str, type[AttemptRow] | type[RecordingRow]]] = {
    "attempt_id": AttemptRow,
    "recording_id": RecordingRow,
}
_BY_NUMBER: Final[dict[str, type[LeadRow] | type[ImportRow]]] = {
    "lead_id": LeadRow,
    "import_id": ImportRow,
}


@dataclass(frozen=True, slots=True)
class HouseSight:
    """Answers `cti.access.who.Sight` from the database. report: campaign of a report, by id."""

    store: Store
    roster: Roster
    report: Callable[[int], int | None]

    async def client_of(self, kind: str, key: str) -> int | None:
        """The client of the campaign that a thing belongs to."""
        query = self._campaign(kind, key)
        if query is None:
            return None
        owner = select(CampaignRow.client_id).where(CampaignRow.id.in_(query))
        async with self.store.read() as session:
            client: int | None = await session.scalar(owner)
        return client

    def _campaign(self, kind: str, key: str) -> Select[Any] | None:
        by_text = _BY_TEXT.get(kind)
        if by_text is not None:
            return select(by_text.campaign_id).where(by_text.id == key)
        if not (key.isascii() and key.isdecimal() and len(key) < 10):
            return None
        number = int(key)
        if kind == "report_id":
            number, kind = self.report(number) or 0, "campaign_id"
        if kind == "campaign_id":
            return select(CampaignRow.id).where(CampaignRow.id == number)
        by_number = _BY_NUMBER.get(kind)
        if by_number is None:
            return None
        return select(by_number.campaign_id).where(by_number.id == number)

    def team_of(self, agent: str) -> str | None:
        """The team of an agent, by name."""
        try:
            return self.roster.get(agent).team or None
        except NotFound:
            return None

    async def agent_of(self, kind: str, key: str) -> str | None:
        """The name of the agent who had the call."""
        row = RecordingRow if kind == "recording_id" else AttemptRow
        async with self.store.read() as session:
            agent_id = await session.scalar(select(row.agent_id).where(row.id == key))
        agent = self.roster.by_id(agent_id)
        return agent.name if agent else None


def client_exists(store: Store) -> Callable[[int], Awaitable[bool]]:
    """Tells whether there is a client of an id."""

    async def exists(client_id: int) -> bool:
        async with store.read() as session:
            return await session.get(ClientRow, client_id) is not None

    return exists
