"""Routes of campaigns."""

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from dialer.campaigns.service import Campaign, CampaignService
from dialer.campaigns.settings import CampaignSettings
from dialer.pacing.modes import Mode


class NewCampaign(BaseModel):
    """A campaign to be made."""

    name: str = Field(description="unique among campaigns", examples=["Spring offer"])
    mode: Mode = "progressive"
    client_id: int | None = Field(default=None, description="the company it is run for")
    settings: CampaignSettings = CampaignSettings()


class CampaignChange(BaseModel):
    """What to change; what is left out stays."""

    name: str | None = None
    mode: Mode | None = Field(default=None, description="also while it runs; calls go on as placed")
    settings: CampaignSettings | None = Field(
        default=None, description="all settings, not only those that change"
    )


class PacingChange(BaseModel):
    """What a supervisor may change of a campaign's pacing; what is left out stays."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode | None = None
    abandon_target: float | None = Field(
        default=None, ge=0, le=1, description="abandoned ÷ answered that is allowed"
    )
    ratio: float | None = Field(default=None, ge=1, le=10, description="power: lines per agent")


def router(service: CampaignService) -> APIRouter:
    """Everything under /v1/campaigns but imports, which are with the leads."""
    routes = APIRouter(prefix="/v1/campaigns", tags=["campaigns"])

    @routes.get(
        "",
        summary="All campaigns, the newest first",
        dependencies=[needs(Right.SEE_CAMPAIGNS, narrowed=True)],
    )
    async def campaigns(who: Me) -> list[Campaign]:
        return await service.campaigns(who.only_client)

    @routes.post(
        "",
        status_code=201,
        summary="Make a campaign; it is a draft until started",
        dependencies=[needs(Right.EDIT_CAMPAIGNS)],
    )
    async def create(new: NewCampaign) -> Campaign:
        return await service.create(new.name, new.settings, new.mode, new.client_id)

    @routes.get("/{campaign_id}", summary="One campaign", dependencies=[needs(Right.SEE_CAMPAIGNS)])
    async def campaign(campaign_id: int) -> Campaign:
        return await service.get(campaign_id)

    @routes.patch(
        "/{campaign_id}",
        summary="Rename a campaign or change its settings",
        dependencies=[needs(Right.EDIT_CAMPAIGNS)],
    )
    async def update(campaign_id: int, change: CampaignChange) -> Campaign:
        return await service.update(campaign_id, change.name, change.settings, change.mode)

    @routes.patch(
        "/{campaign_id}/pacing",
        summary="Change how many are dialled at once, also while it runs",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def pace(campaign_id: int, change: PacingChange) -> Campaign:
        return await service.pace(campaign_id, change.mode, change.abandon_target, change.ratio)

    @routes.post(
        "/{campaign_id}/start",
        summary="Dial, first or again after a pause",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def start(campaign_id: int) -> Campaign:
        return await service.start(campaign_id)

    @routes.post(
        "/{campaign_id}/pause",
        summary="Place no new calls; living calls go on",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def pause(campaign_id: int) -> Campaign:
        return await service.pause(campaign_id)

    @routes.post(
        "/{campaign_id}/stop",
        summary="Place no new calls, for good",
        dependencies=[needs(Right.RUN_CAMPAIGNS)],
    )
    async def stop(campaign_id: int) -> Campaign:
        return await service.stop(campaign_id)

    return routes
