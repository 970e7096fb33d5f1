"""Rules as YAML that people write into a page."""

from pathlib import Path

import pytest

from cti.base.errors import UserError
from dialer.campaigns.settings import CampaignSettings
from dialer.retry.files import as_text, read_rules

NAME = Path("The rules")


@pytest.mark.parametrize(
    "settings",
    [
        CampaignSettings(),
        CampaignSettings.model_validate(
            {
                "windows": {"sat": [], "holidays": {"country": "CN"}},
                "retry": {
                    "max_per_day": 2,
                    "outcomes": {"busy": {"then": "again", "after_minutes": [5, 30], "times": 3}},
                },
            }
        ),
    ],
)
def test_what_is_shown_is_read_back(settings: CampaignSettings) -> None:
    change = read_rules(NAME, settings, text=as_text(settings))
    assert change.over(settings) == settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("retry:\n  max_total: 0\n", "The rules, line 2, retry.max_total"),
        ("retry: [", "cannot be read"),
        ("retry:\n  nonsense: 1\n", "line 2, retry.nonsense"),
        ("", "rule"),
    ],
)
def test_a_fault_is_told_with_its_line(text: str, said: str) -> None:
    with pytest.raises(UserError, match=said):
        read_rules(NAME, CampaignSettings(), text=text)
