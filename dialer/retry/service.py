"""The rules of a campaign: looked at, checked, changed, and told in words."""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, Field

from cti.base.errors import UserError
from dialer.campaigns.service import CampaignService
from dialer.campaigns.settings import CampaignSettings
from dialer.retry.files import RuleChange, as_text, read_rules
from dialer.retry.rule import RuleFault
from dialer.retry.rules import RetryRules
from dialer.retry.shipped import SHIPPED_RULES
from dialer.retry.words import words_of_rules, words_of_windows


class RulesView(BaseModel):
    """Rules as data and in words."""

    rules: dict[str, Any] = Field(description="windows, retry and dispositions, as they are set")
    words: list[str] = Field(description="one sentence each, in English")
    words_zh: list[str] = Field(description="the same in 简体中文")


class ShippedView(RulesView):
    """A set of rules that comes with the software."""

    name: str = Field(description="for `base`")
    about: str


class RulesService:
    """Use cases of rules."""

    def __init__(self, campaigns: CampaignService) -> None:
        self._campaigns = campaigns

    async def rules(self, campaign_id: int) -> RulesView:
        """Raises NotFound."""
        return view((await self._campaigns.get(campaign_id)).settings)

    async def text(self, campaign_id: int) -> str:
        """A campaign's windows and rules as YAML. Raises NotFound."""
        return as_text((await self._campaigns.get(campaign_id)).settings)

    async def check_text(self, campaign_id: int, text: str) -> RulesView:
        """What YAML would mean for a campaign, with what its settings would be. Raises NotFound;
        UserError with line and field."""
        settings = (await self._campaigns.get(campaign_id)).settings
        return view(checked(read_rules(Path("The rules"), settings, text=text), settings))

    async def change(self, campaign_id: int, change: RuleChange) -> RulesView:
        """Set the sections that are given; a running campaign goes by them at once.

        Raises NotFound, UserError for what does not go together, Conflict for a stopped campaign.
        """
        campaign = await self._campaigns.get(campaign_id)
        settings = checked(change, campaign.settings)
        return view((await self._campaigns.update(campaign_id, settings=settings)).settings)


def checked(change: RuleChange, settings: CampaignSettings) -> CampaignSettings:
    """The settings with the change. Raises UserError."""
    try:
        return change.over(settings)
    except RuleFault as fault:
        raise UserError(f"{fault}.") from fault


def view(settings: CampaignSettings) -> RulesView:
    """What is told of a campaign's rules."""
    rules = settings.model_dump(mode="json", include={"windows", "retry", "dispositions"})
    return RulesView(
        rules=rules,
        words=words_of_windows(settings.windows)
        + words_of_rules(settings.retry, settings.dispositions),
        words_zh=words_of_windows(settings.windows, "zh")
        + words_of_rules(settings.retry, settings.dispositions, "zh"),
    )


def shipped() -> list[ShippedView]:
    """The sets that a campaign can start from."""
    views = []
    for name, rules in SHIPPED_RULES.items():
        settings = CampaignSettings(retry=RetryRules.model_validate({"base": name}))
        views.append(ShippedView(name=name, about=rules.about, **dict(view(settings))))
    return views
