"""Rule files: calling windows, retry rules and dispositions of a campaign, as YAML."""

from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cti.base.errors import UserError
from cti.base.yaml_file import YamlFile
from dialer.campaigns.dispositions import Disposition
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import CallingWindows
from dialer.retry.rule import RuleFault
from dialer.retry.rules import RetryRules


class RuleChange(BaseModel):
    """The part of a campaign's settings that says when its leads are called.

    A section that is given stands instead of the campaign's; what it leaves out is as shipped.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    windows: CallingWindows | None = Field(default=None, description="when calls are allowed")
    retry: RetryRules | None = Field(default=None, description="what follows which outcome")
    dispositions: tuple[Disposition, ...] | None = Field(
        default=None, description="what agents can say"
    )

    def given(self) -> dict[str, Any]:
        """The sections that are given, as JSON."""
        return self.model_dump(mode="json", exclude_unset=True, exclude_none=True)

    def over(self, settings: CampaignSettings) -> CampaignSettings:
        """These settings with the change. Raises RuleFault for what does not go together."""
        try:
            return CampaignSettings.model_validate(settings.model_dump(mode="json") | self.given())
        except ValidationError as error:
            first = error.errors()[0]
            fault = first.get("ctx", {}).get("error")
            if isinstance(fault, RuleFault):
                raise RuleFault((*first["loc"], *fault.path), fault.sentence) from error
            sentence = first["msg"].removeprefix("Value error, ")
            raise RuleFault(tuple(first["loc"]), sentence) from error


def read_rules(
    path: Path, settings: CampaignSettings | None = None, *, text: str | None = None
) -> RuleChange:
    """The rules in a YAML file, checked beside `settings` (unset: the shipped ones).

    text: the YAML itself; `path` is then only a name for it. Raises UserError with file, line and
    field.
    """
    file = YamlFile(path, RuleChange, what="rule file", text=text)
    if not file.content.given():
        raise UserError(f"{path} says nothing.", "Write windows, retry or dispositions.")
    try:
        file.content.over(settings or CampaignSettings())
    except RuleFault as fault:
        raise file.fault(fault.path, fault.sentence) from fault
    return file.content


_SECTIONS: Final = ("windows", "retry")


def as_text(settings: CampaignSettings) -> str:
    """A campaign's windows and retry rules as YAML, for people; only what is not as shipped."""
    given = settings.model_dump(mode="json", include=set(_SECTIONS), exclude_defaults=True)
    if not given:
        given = {"retry": settings.model_dump(mode="json")["retry"]}
    shown = {section: given[section] for section in _SECTIONS if given.get(section)}
    return yaml.safe_dump(shown, allow_unicode=True, sort_keys=False, default_flow_style=None)
