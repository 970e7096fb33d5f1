"""What a campaign may want to follow the answer, and the sentences for what contradicts itself."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from dialer.campaigns.hearing import AnswerSettings, Follow, Prices
from dialer.campaigns.settings import CampaignSettings

DOCS = Path(__file__).parents[3] / "docs" / "answering.md"


def test_the_example_of_the_docs_is_a_campaign_s_settings() -> None:
    example = DOCS.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]
    given = CampaignSettings.model_validate(yaml.safe_load(example)).answering
    assert (given.follow("machine"), given.follow("ivr")) == (Follow.MESSAGE, Follow.LOOK)
    assert given.prices == Prices()


def test_shipped_settings_survive_their_row() -> None:
    settings = CampaignSettings()
    assert CampaignSettings.model_validate(settings.model_dump(mode="json")) == settings


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"machine": "message"}, "name the sound to leave"),
        ({"message": "vm-goodbye"}, "the message is never left"),
        ({"fax": "message"}, "Input should be"),
        ({"detector": "none", "when": "decide_first"}, "decide_first needs a detector"),
        ({"detector": "asterisk"}, "set when: decide_first"),
        ({"decide_within_s": 2.0}, "less than or equal to 1.8"),
        ({"message": "../secret", "machine": "message"}, "should match pattern"),
        ({"prices": {"lost_person": 0}}, "greater than 0"),
    ],
)
def test_contradictions_are_told(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        AnswerSettings.model_validate(given)


def test_the_threshold_follows_from_the_prices() -> None:
    assert Prices().threshold == pytest.approx(300 / 315)
    assert Prices(lost_person=10, wasted_second=1, machine_seconds=10).threshold == 0.5
    assert Prices(wasted_second=0).threshold == 1  # nothing is saved: nothing is risked
    dear, cheap = Prices(lost_person=1e6), Prices(lost_person=1)
    assert dear.threshold > Prices().threshold > cheap.threshold


def test_a_person_is_connected_whatever_the_policies_are() -> None:
    settings = AnswerSettings(machine=Follow.HANG_UP, ivr=Follow.HANG_UP, silence=Follow.HANG_UP)
    assert settings.follow("person") is Follow.CONNECT
