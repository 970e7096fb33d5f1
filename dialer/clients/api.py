"""Routes of clients."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from dialer.clients.service import Client, ClientService


class NewClient(BaseModel):
    """A client to be made, or its new name."""

    name: str = Field(description="unique among clients", examples=["Acme Insurance"])


def router(service: ClientService) -> APIRouter:
    """Everything under /v1/clients but caps, which are with compliance."""
    routes = APIRouter(prefix="/v1/clients", tags=["clients"])

    @routes.get(
        "",
        summary="All clients, by name",
        dependencies=[needs(Right.SEE_CAMPAIGNS, narrowed=True)],
    )
    async def clients(who: Me) -> list[Client]:
        everyone = await service.clients()
        return [one for one in everyone if who.only_client in {None, one.id}]

    @routes.post(
        "", status_code=201, summary="Make a client", dependencies=[needs(Right.EDIT_SITE)]
    )
    async def add(new: NewClient) -> Client:
        return await service.add(new.name)

    @routes.patch("/{client_id}", summary="Rename a client", dependencies=[needs(Right.EDIT_SITE)])
    async def rename(client_id: int, change: NewClient) -> Client:
        return await service.rename(client_id, change.name)

    return routes
