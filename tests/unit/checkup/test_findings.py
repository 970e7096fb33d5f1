"""Everything that keeps a campaign from dialling is found, and nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cti.trunks.settings import SENTENCES, TrunkState, Word
from dialer.campaigns.settings import CampaignSettings
from dialer.checkup.findings import AgentsSeen, LeadsSeen, Seen, TrunkSeen, findings

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # Monday, 12:00 in Shanghai
WELL = Seen(
    mode="progressive",
    state="running",
    settings=CampaignSettings(caller_ids=("+861012345678",)),
    now=NOON,
    leads=LeadsSeen({"waiting": 10, "closed": 2}, {"Asia/Shanghai": 10}, NOON),
    agents=AgentsSeen(3, 2, 2, 1),
    trunk=TrunkSeen("carrier", known=True, state=TrunkState(word="ok")),
    script=(),
    notice="Recorded.",
    menus=("main",),
    pacer_says=("1 line",),
)


def found(seen: Seen) -> dict[str, str]:
    """Code → level, of all that is not well."""
    return {f.code: f.level for f in findings(seen) if f.level != "ok"}


def trunk(word: Word) -> TrunkSeen:
    return TrunkSeen("north", known=True, state=TrunkState(word=word, sentence=SENTENCES[word]))


def test_a_campaign_that_is_well() -> None:
    assert found(WELL) == {}
    assert {f.where for f in findings(WELL)} == {"state", "whom", "how", "when", "what", "who"}
    assert all(f.sentence for f in findings(WELL))


@pytest.mark.parametrize(
    ("values", "code", "level"),
    [
        ({"state": "stopped"}, "stopped", "stops"),
        ({"state": "paused"}, "not_running", "warning"),
        ({"leads": LeadsSeen({}, {}, None)}, "no_leads", "stops"),
        ({"leads": LeadsSeen({"closed": 2}, {}, None)}, "all_closed", "stops"),
        ({"leads": replace(WELL.leads, importing=1)}, "importing", "warning"),
        (
            {"leads": replace(WELL.leads, next_due=NOON + timedelta(hours=1))},
            "none_due",
            "warning",
        ),
        ({"trunk": TrunkSeen("x", known=False, state=TrunkState())}, "no_trunk", "stops"),
        ({"trunk": trunk("off")}, "trunk_down", "stops"),
        ({"trunk": trunk("unreachable")}, "trunk_down", "stops"),
        ({"trunk": trunk("rejected")}, "trunk_down", "stops"),
        ({"trunk": trunk("registering")}, "trunk_registering", "warning"),
        ({"settings": CampaignSettings()}, "no_caller_id", "warning"),
        (
            {"trunk": replace(WELL.trunk, caller_ids=("+8699999999",))},
            "caller_id_not_allowed",
            "warning",
        ),
        ({"mode": "agentless"}, "pacing", "stops"),
        (
            {"settings": CampaignSettings(caller_ids=("+861012345678",), abandon_target=0.05)},
            "abandon_target",
            "warning",
        ),
        ({"now": NOON + timedelta(hours=10)}, "closed_now", "warning"),
        (
            {"leads": replace(WELL.leads, zones={"Asia/Shanghai": 1, "Europe/London": 9})},
            "closed_for_some",
            "warning",
        ),
        ({"script": None}, "no_script", "warning"),
        ({"script": ("it no longer exists.",)}, "script_broken", "stops"),
        ({"notice": ""}, "no_notice", "warning"),
        ({"agents": AgentsSeen(0, 0, 0, 0)}, "no_agents", "stops"),
        ({"agents": AgentsSeen(0, 0, 0, 0, ["north"])}, "missing", "stops"),
        ({"agents": AgentsSeen(3, 2, 2, 1, ["north"])}, "missing", "warning"),
        ({"agents": AgentsSeen(3, 0, 0, 0)}, "nobody_in", "warning"),
        ({"agents": AgentsSeen(3, 3, 0, 0)}, "no_phones", "warning"),
    ],
)
def test_each_fault_is_found_alone(values: dict[str, Any], code: str, level: str) -> None:
    assert found(replace(WELL, **values)) == {code: level}


def test_a_campaign_without_agents_wants_none() -> None:
    nobody = replace(WELL, mode="agentless", agents=AgentsSeen(0, 0, 0, 0), script=None)
    assert set(found(nobody)) == {"pacing"}


def test_the_number_of_leads_that_must_wait_is_told() -> None:
    zones = {"Asia/Shanghai": 1, "Europe/London": 9}
    seen = replace(WELL, leads=replace(WELL.leads, zones=zones))
    (finding,) = [f for f in findings(seen) if f.code == "closed_for_some"]
    assert finding.facts == {"count": 9, "at": "2026-03-02T09:00+00:00"}
