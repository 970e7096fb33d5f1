"""What a campaign's settings refuse, and in which words."""

from typing import Any

import pytest
from pydantic import ValidationError

from dialer.campaigns.dispositions import SHIPPED, Disposition, Meaning
from dialer.campaigns.settings import CampaignSettings
from dialer.outcomes.outcome import Outcome
from dialer.retry.rules import RetryRules
from dialer.retry.shipped import DISPOSITION_RULES, NO_DISPOSITION, OUTCOME_RULES

SOLD = {"code": "sold", "label": "Sold", "meaning": "success", "key": 1}


def test_shipped_settings_survive_json() -> None:
    settings = CampaignSettings()
    assert CampaignSettings.model_validate(settings.model_dump(mode="json")) == settings


def test_every_outcome_and_every_shipped_disposition_has_a_rule() -> None:
    assert set(OUTCOME_RULES) == set(Outcome) - {Outcome.ANSWERED}
    assert set(DISPOSITION_RULES) == {d.code for d in SHIPPED} | {NO_DISPOSITION}


def test_a_message_taken_by_another_person_counts_as_success() -> None:
    third_party = CampaignSettings().disposition("third_party")
    assert third_party is not None
    assert third_party.meaning is Meaning.SUCCESS


def test_a_disposition_of_its_own_with_its_rule() -> None:
    settings = CampaignSettings.model_validate(
        {"dispositions": [SOLD], "retry": {"dispositions": {"sold": {"then": "close"}}}}
    )
    assert settings.disposition("sold") == Disposition.model_validate(SOLD)
    assert settings.disposition("refused") is None


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"dispositions": [SOLD]}, "the disposition 'sold' has no rule"),
        (
            {"retry": {"dispositions": {"solt": {"then": "close"}}}},
            "a rule for 'solt', which is not a disposition here",
        ),
        ({"dispositions": []}, "at least one disposition"),
        ({"dispositions": [SHIPPED[0], SHIPPED[0]]}, "two dispositions have the code 'success'"),
        (
            {"dispositions": [SHIPPED[0], {**SHIPPED[4].model_dump(), "key": 1}]},
            "two dispositions have the key 1",
        ),
        (
            {"dispositions": [{"code": NO_DISPOSITION, "label": "-", "meaning": "success"}]},
            "cannot be a disposition",
        ),
        (
            {"dispositions": [{"code": "callback_at", "label": "Later", "meaning": "callback"}]},
            "needs needs_time: true",
        ),
        ({"retry": {"outcomes": {"busy": {"then": "at_callback"}}}}, "has no callback time"),
        ({"retry": {"outcomes": {"answered": {"then": "again"}}}}, "use no_disposition"),
        ({"retry": {"outcomes": {"bussy": {"then": "again"}}}}, "outcomes.bussy"),
        (
            {"retry": {"outcomes": {"busy": {"then": "close", "after_minutes": 5}}}},
            "after_minutes belongs to",
        ),
        (
            {"retry": {"outcomes": {"busy": {"then": "close", "other_number": True}}}},
            "other_number belongs to",
        ),
        ({"region": "Atlantis"}, "'Atlantis' is not a region"),
        ({"caller_ids": ["13800000000"]}, "caller_ids"),
        ({"caller_ids": ["+1\r\nAction: Logoff"]}, "caller_ids"),
        ({"message": "../../etc/passwd"}, "message"),
        ({"message": "hello&goodbye"}, "message"),
        ({"trunk": "carrier/x"}, "trunk"),
        ({"ring_timeout_s": 4}, "ring_timeout_s"),
        ({"ring_timeout_s": 121}, "ring_timeout_s"),
        ({"ringtime": 30}, "ringtime"),
        ({"windows": {"mon": ["20:00-09:00"]}}, "split it at midnight"),
    ],
)
def test_what_is_refused(given: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        CampaignSettings.model_validate(given)


@pytest.mark.parametrize("message", ["cti/nobody-free", "please-wait", "a/b_c/d1"])
def test_sounds_by_name(message: str) -> None:
    assert CampaignSettings(message=message).message == message


def test_rules_that_are_given_replace_only_themselves() -> None:
    rules = RetryRules.model_validate(
        {"outcomes": {"busy": {"then": "again", "after_minutes": 30}}}
    )
    assert rules.rule(Outcome.BUSY, None).after_minutes == (30,)
    assert rules.rule(Outcome.VACANT, None) == OUTCOME_RULES[Outcome.VACANT]


def test_an_agents_word_goes_before_the_line() -> None:
    rules = RetryRules()
    assert rules.rule(Outcome.BUSY, "refused") == DISPOSITION_RULES["refused"]
    assert rules.rule(Outcome.ANSWERED, None) == DISPOSITION_RULES[NO_DISPOSITION]
