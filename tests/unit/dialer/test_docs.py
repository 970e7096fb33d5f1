"""The page of retry rules stays true."""

import re
from pathlib import Path

import yaml

from dialer.campaigns.pacing import PacingSettings, check_pacing
from dialer.campaigns.settings import CampaignSettings
from dialer.outcomes.outcome import Outcome
from dialer.outcomes.signals import CAUSE_OUTCOMES, SIP_OUTCOMES
from dialer.pacing.modes import MODES
from dialer.retry.rule import Then
from dialer.retry.shipped import DISPOSITION_RULES, OUTCOME_RULES

DOCS = Path(__file__).parents[3] / "docs"


def test_the_example_of_retry_rules_is_accepted() -> None:
    examples = re.findall(r"```yaml\n(.*?)```", (DOCS / "retry.md").read_text("utf-8"), re.DOTALL)
    windows, settings = (CampaignSettings.model_validate(yaml.safe_load(e)) for e in examples)
    assert windows.windows.regions[0].name == "Florida"
    assert settings.retry.rule(Outcome.BUSY, None).after_minutes == (20, 90)
    assert settings.retry.rule(Outcome.ANSWERED, "sold").then is Then.CLOSE


def test_every_shipped_rule_is_on_the_page() -> None:
    shipped = (DOCS / "retry.md").read_text("utf-8").split("## Shipped")[1].split("## Example")[0]
    named = set(re.findall(r"[a-z_]+", shipped))
    assert {str(name) for name in (*OUTCOME_RULES, *DISPOSITION_RULES)} <= named


def test_the_table_of_signals_is_the_code() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]*) \| ([^|]*) ?\|$",
        (DOCS / "outcomes.md").read_text("utf-8"),
        re.MULTILINE,
    )
    causes: dict[int, Outcome] = {}
    statuses: dict[int, Outcome] = {}
    for name, cause_cell, sip_cell in rows:
        causes |= {int(n): Outcome(name) for n in re.findall(r"\d+", cause_cell)}
        statuses |= {int(n): Outcome(name) for n in re.findall(r"\d+", sip_cell) if n != "480"}
    assert causes == CAUSE_OUTCOMES
    assert statuses == SIP_OUTCOMES


def test_every_mode_and_pacing_setting_is_on_its_page() -> None:
    page = (DOCS / "modes.md").read_text("utf-8")
    assert set(MODES) <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))
    named = set(re.findall(r"`pacing\.(\w+)`", page))
    assert set(PacingSettings.model_fields) <= named
    (example,) = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    check_pacing("agentless", CampaignSettings.model_validate(yaml.safe_load(example)))
