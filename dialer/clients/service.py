"""Clients: the companies that campaigns are run for."""

from pydantic import BaseModel, Field
from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow, ClientRow


class Client(BaseModel):
    """A company, and how many campaigns are run for it."""

    id: int
    name: str
    campaigns: int = Field(description="of any state")


class ClientService:
    """Use cases of clients."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def add(self, name: str) -> Client:
        """Make a client. Raises UserError for a bad name, Conflict for one in use."""
        row = ClientRow(name=_check_name(name))
        try:
            async with self._store.write() as session:
                session.add(row)
        except IntegrityError as error:  # the name is all that is unique of a client
            raise Conflict(
                f"There is already a client “{row.name}”.", "Choose another name."
            ) from error
        return Client(id=row.id, name=row.name, campaigns=0)

    async def clients(self) -> list[Client]:
        """All clients, by name."""
        campaigns = func.count(CampaignRow.id)
        query = (
            select(ClientRow.id, ClientRow.name, campaigns.label("campaigns"))
            .outerjoin(CampaignRow, CampaignRow.client_id == ClientRow.id)
            .group_by(ClientRow.id, ClientRow.name)
            .order_by(ClientRow.name)
        )
        async with self._store.read() as session:
            rows = await session.execute(query)
            return [Client(id=r.id, name=r.name, campaigns=r.campaigns) for r in rows]

    async def rename(self, client_id: int, name: str) -> Client:
        """Raises NotFound, UserError for a bad name, Conflict for one in use."""
        name = _check_name(name)
        try:
            async with self._store.write() as session:
                row = await session.get(ClientRow, client_id, with_for_update=True)
                if row is None:
                    raise NotFound(f"There is no client {client_id}.")
                row.name = name
        except IntegrityError as error:
            raise Conflict(
                f"There is already a client “{name}”.", "Choose another name."
            ) from error
        return next(client for client in await self.clients() if client.id == client_id)


def _check_name(name: str) -> str:
    name = name.strip()
    if not name or len(name) > 128 or not name.isprintable():
        raise UserError("A client's name has 1 to 128 printable characters.")
    return name
