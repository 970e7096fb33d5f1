"""Routes of retry rules."""

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cti.access.rights import Right
from cti.access.who import needs
from dialer.campaigns.settings import CampaignSettings
from dialer.retry.files import RuleChange
from dialer.retry.service import RulesService, RulesView, ShippedView, checked, shipped, view


class RuleText(BaseModel):
    """Rules as YAML."""

    text: str = Field(max_length=100_000)


def router(service: RulesService) -> APIRouter:
    """A campaign's rules, and rules that nobody has yet."""
    routes = APIRouter(prefix="/v1", tags=["rules"])

    @routes.get(
        "/campaigns/{campaign_id}/rules",
        summary="When a campaign calls again, in words",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def rules(campaign_id: int) -> RulesView:
        return await service.rules(campaign_id)

    @routes.put(
        "/campaigns/{campaign_id}/rules",
        summary="Set the sections that are given; others stay",
        dependencies=[needs(Right.EDIT_CAMPAIGNS)],
    )
    async def change(campaign_id: int, rules: RuleChange) -> RulesView:
        return await service.change(campaign_id, rules)

    @routes.post(
        "/rules/check",
        summary="What these rules would mean, beside the shipped ones",
        dependencies=[needs(Right.SEE_CAMPAIGNS, reads=True)],
    )
    async def check(rules: RuleChange) -> RulesView:
        return view(checked(rules, CampaignSettings()))

    @routes.get(
        "/campaigns/{campaign_id}/rules/text",
        summary="A campaign's windows and rules as YAML",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def text(campaign_id: int) -> RuleText:
        return RuleText(text=await service.text(campaign_id))

    @routes.post(
        "/campaigns/{campaign_id}/rules/text",
        summary="What this YAML would mean for the campaign; nothing is changed",
        dependencies=[needs(Right.SEE_CAMPAIGNS, reads=True)],
    )
    async def check_text(campaign_id: int, given: RuleText) -> RulesView:
        return await service.check_text(campaign_id, given.text)

    @routes.get(
        "/rules/shipped",
        summary="The sets of rules to start from",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def shipped_sets() -> list[ShippedView]:
        return shipped()

    return routes
