"""What a campaign may choose of its pacing."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from cti.agents.crew import Crew
from cti.agents.models import AgentRow
from cti.base.clock import ManualClock
from cti.base.errors import UserError
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.pacing import PacingSettings, check_pacing
from dialer.campaigns.service import CampaignService
from dialer.campaigns.settings import CampaignSettings

MARCH = datetime(2026, 3, 2, tzinfo=UTC)
SPOKEN = {"message": "custom/offer", "lines": 10}


def chosen(**pacing: Any) -> CampaignSettings:
    return CampaignSettings.model_validate({"pacing": pacing})


def test_older_campaigns_have_the_shipped_pacing() -> None:
    pacing = CampaignSettings.model_validate({"abandon_target": 0.5}).pacing
    assert (pacing.ratio, pacing.min_ring_s, pacing.grace_s) == (2.0, 15.0, 2.0)
    assert (pacing.window_days, pacing.window_words) == (1, "today")


@pytest.mark.parametrize(
    ("window", "days", "words"),
    [
        ("day", 1, "today"),
        ("30_days", 30, "in the last 30 days"),
        (7, 7, "in the last 7 days"),
        (1, 1, "today"),
    ],
)
def test_the_measuring_window_in_words(window: str | int, days: int, words: str) -> None:
    pacing = PacingSettings.model_validate({"window": window})
    assert (pacing.window_days, pacing.window_words) == (days, words)


@pytest.mark.parametrize(
    "pacing",
    [
        {"ratio": 0.5},
        {"ratio": 11},
        {"ratio": float("nan")},
        {"lines": 0},
        {"window": "month"},
        {"window": 0},
        {"window": 400},
        {"grace_s": 2.5},
        {"min_ring_s": -1},
        {"message": "../../etc/passwd"},
        {"menu": "a,b"},
        {"message": "offer", "menu": "survey"},
        {"keys": {"1": "success"}, "message": "offer"},
        {"keys": {"12": "success"}, "menu": "survey"},
        {"keys": {"1": "sold"}, "menu": "survey"},
        {"heard": "callback_at", "message": "offer"},
        {"speed": 3},
    ],
)
def test_what_is_refused(pacing: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        chosen(**pacing)


@pytest.mark.parametrize("mode", ["predictive", "power", "progressive"])
def test_a_target_above_10_percent_is_refused_with_the_law(mode: str) -> None:
    wild = CampaignSettings(abandon_target=0.15)
    with pytest.raises(
        UserError, match=r"abandon_target: 15%.*16 CFR 310\.4\(b\)\(4\)\(i\)"
    ) as said:
        check_pacing(mode, wild)
    assert "pacing.confirm_target: true" in said.value.cure
    check_pacing(mode, CampaignSettings(abandon_target=0.1))
    check_pacing(mode, CampaignSettings(abandon_target=0))
    confirmed = PacingSettings(confirm_target=True)
    check_pacing(mode, CampaignSettings(abandon_target=0.15, pacing=confirmed))


def test_an_agentless_campaign_says_what_is_heard_and_how_many_at_once() -> None:
    check_pacing("agentless", chosen(**SPOKEN))
    check_pacing("agentless", chosen(menu="survey", lines=3, keys={"9": "do_not_call"}))
    check_pacing("agentless", CampaignSettings(max_lines=5, pacing=PacingSettings(message="offer")))
    with pytest.raises(UserError, match="must hear something"):
        check_pacing("agentless", chosen(lines=3))
    with pytest.raises(UserError, match="no agents to go by"):
        check_pacing("agentless", chosen(message="offer"))
    check_pacing("progressive", chosen())
    with pytest.raises(UserError, match=r"no menu 'survey'\. There are: main, vote"):
        check_pacing("agentless", chosen(menu="survey", lines=1), {"vote", "main"})


@pytest.fixture
def campaigns(store: Store) -> CampaignService:
    return CampaignService(store, ManualClock(MARCH), lambda _: None)


async def test_what_a_mode_needs_is_asked_for_when_it_is_chosen(
    campaigns: CampaignService,
) -> None:
    with pytest.raises(UserError, match="must hear something"):
        await campaigns.create("Voice", mode="agentless")
    made = await campaigns.create("Voice", chosen(**SPOKEN), mode="agentless")
    with pytest.raises(UserError, match="must hear something"):
        await campaigns.update(made.id, settings=chosen(lines=2))
    assert (await campaigns.get(made.id)).settings == chosen(**SPOKEN)
    assert (await campaigns.update(made.id, mode="power")).mode == "power"
    await campaigns.update(made.id, settings=chosen(lines=2))
    with pytest.raises(UserError, match="must hear something"):
        await campaigns.update(made.id, mode="agentless")
    assert (await campaigns.get(made.id)).mode == "power"


async def test_a_campaign_of_older_days_is_asked_when_it_is_started(
    campaigns: CampaignService, store: Store
) -> None:
    made = await campaigns.create("Old")
    async with store.write() as session:
        row = await session.get_one(CampaignRow, made.id)
        row.settings = row.settings | {"abandon_target": 0.5}
    assert (await campaigns.get(made.id)).settings.abandon_target == 0.5
    with pytest.raises(UserError, match="50% of the people"):
        await campaigns.start(made.id)


async def test_only_agents_there_are_can_be_named(campaigns: CampaignService, store: Store) -> None:
    crew = CampaignSettings(crew=Crew(teams=("a team to be",), agents=("anna",)))
    with pytest.raises(UserError, match=r"settings\.crew\.agents: there is no agent 'anna'"):
        await campaigns.create("Own", crew)
    async with store.write() as session:
        row = AgentRow(name="anna", phone="p", phone_secret="s", created_at=MARCH)
        session.add(row)
    made = await campaigns.create("Own", crew)
    async with store.write() as session:
        (await session.get_one(AgentRow, row.id)).retired_at = MARCH
    kept = crew.model_copy(update={"wrap_up_s": 5})  # whoever has left since does not bar changes
    assert (await campaigns.update(made.id, settings=kept)).settings == kept
    with pytest.raises(UserError, match="no agent 'anna'"):
        await campaigns.create("Another", crew)


async def test_pacing_is_changed_and_the_other_settings_stay(campaigns: CampaignService) -> None:
    before = CampaignSettings(wrap_up_s=33, pacing=PacingSettings(grace_s=1.5))
    made = await campaigns.create("Paced", before)
    changed = await campaigns.pace(made.id, "power", 0.02, 3.0)
    assert (changed.mode, changed.settings.abandon_target) == ("power", 0.02)
    assert (changed.settings.pacing.ratio, changed.settings.pacing.grace_s) == (3.0, 1.5)
    assert changed.settings.wrap_up_s == 33
    with pytest.raises(UserError, match="20% of the people"):
        await campaigns.pace(made.id, abandon_target=0.2)
    assert (await campaigns.get(made.id)).settings == changed.settings
