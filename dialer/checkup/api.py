"""Routes of a campaign's check, and of the calendar of one invented lead."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import AwareDatetime, BaseModel, Field

from cti.access.rights import Right
from cti.access.who import needs
from cti.base.clock import Clock
from dialer.campaigns.settings import CampaignSettings
from dialer.checkup.service import Checkup, CheckupService
from dialer.leads.numbers import zone_of_region
from dialer.outcomes.outcome import Outcome
from dialer.retry.files import RuleChange
from dialer.retry.service import checked
from dialer.retry.simulate import Answer
from dialer.retry.week import MOST_DAYS, Lead, Week, week


class Said(BaseModel):
    """What becomes of a dial."""

    outcome: Outcome = Outcome.NO_ANSWER
    disposition: str | None = Field(default=None, description="of an answered call")


class Imagined(BaseModel):
    """An invented lead, and rules to try on it."""

    campaign_id: int | None = Field(default=None, description="whose rules; unset: as shipped")
    rules: RuleChange = Field(default=RuleChange(), description="instead of the campaign's")
    time_zone: str | None = Field(default=None, description="unset: of the campaign's region")
    numbers: int = Field(default=1, ge=1, le=9)
    says: list[Said] = Field(default=[Said()], min_length=1, max_length=50)
    start: AwareDatetime | None = Field(default=None, description="unset: now")
    days: int = Field(default=7, ge=1, le=MOST_DAYS)


def router(service: CheckupService, clock: Clock, region: str) -> APIRouter:
    """/v1/campaigns/{id}/check and /v1/rules/week."""
    routes = APIRouter(prefix="/v1", tags=["campaigns"])

    @routes.get(
        "/campaigns/{campaign_id}/check",
        summary="What would keep a campaign from dialling",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def check(campaign_id: int) -> Checkup:
        return await service.check(campaign_id)

    @routes.post(
        "/rules/week",
        summary="When an invented lead would be dialled under these rules",
        dependencies=[needs(Right.SEE_CAMPAIGNS, reads=True)],
    )
    async def lead_week(lead: Imagined) -> Week:
        settings = CampaignSettings()
        if lead.campaign_id is not None:
            settings = (await service.campaigns.get(lead.campaign_id)).settings
        settings = checked(lead.rules, settings)
        zone = lead.time_zone or zone_of_region(settings.region or region)
        says = [Answer(said.outcome, said.disposition) for said in lead.says]
        start: datetime = lead.start or clock.now()
        return week(settings, Lead(zone, lead.numbers, says), start, lead.days)

    return routes
