"""Routes of preview and manual dialing."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from cti.access.rights import Right
from cti.access.who import needs
from dialer.by_hand.service import ByHand
from dialer.by_hand.views import PlacedCall, PreviewLead

AgentName = Annotated[str, Field(max_length=64, description="sign-in name")]


class WhoLooks(BaseModel):
    """Who asks for a lead."""

    agent: AgentName


class WhichNumber(BaseModel):
    """Which of the lead's numbers."""

    number: str | None = Field(
        default=None, max_length=64, description="one of the lead's; unset: the one marked next"
    )


class NewCall(BaseModel):
    """A number to be dialled for an agent."""

    campaign_id: int
    agent: AgentName
    number: str = Field(max_length=64, examples=["+8613800000000"])
    name: str = Field(
        default="", max_length=256, description="of the person, if no list of the campaign has it"
    )


def router(service: ByHand) -> APIRouter:
    """Leads that agents look at before they are dialled, and numbers that agents dial."""
    routes = APIRouter(prefix="/v1", tags=["by hand"])
    preview = "/campaigns/{campaign_id}/preview"

    @routes.post(
        preview,
        summary="Set the next lead aside for an agent, who is reserved with it",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def next_lead(campaign_id: int, who: WhoLooks) -> PreviewLead:
        return await service.next_lead(campaign_id, who.agent)

    @routes.get(
        preview,
        summary="The lead that an agent looks at now",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def shown(
        campaign_id: int, agent: Annotated[str, Query(description="sign-in name")]
    ) -> PreviewLead:
        return await service.shown(campaign_id, agent)

    @routes.post(
        preview + "/{lead_id}/dial",
        summary="Dial the lead, for this agent only",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def dial(campaign_id: int, lead_id: int, which: WhichNumber | None = None) -> PlacedCall:
        number = which.number if which else None
        return await service.dial_previewed(campaign_id, lead_id, number)

    @routes.post(
        preview + "/{lead_id}/skip",
        status_code=204,
        summary="Give the lead back to the end of the line",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def skip(campaign_id: int, lead_id: int) -> None:
        await service.skip(campaign_id, lead_id)

    @routes.post(
        "/calls",
        status_code=201,
        summary="Dial a number for an agent",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def call(new: NewCall) -> PlacedCall:
        return await service.call_number(new.campaign_id, new.agent, new.number, new.name)

    return routes
