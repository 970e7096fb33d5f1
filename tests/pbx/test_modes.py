"""Calls without agents, and calls that agents ask for, on the real PBX."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import pytest
import pytest_asyncio

from cti.agents.states import AgentState
from tests.pbx.house import DATA, House, first_sound, level, open_house

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

MESSAGE = "demo-thanks"
SURVEY: dict[str, Any] = {
    "menu": "survey", "lines": 2, "keys": {"1": "success", "9": "do_not_call"},
}  # fmt: skip


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        state = tmp_path_factory.mktemp("h")
        house = await open_house(state, undo, DATA / "personas-modes.yaml")
        await house.hire("ann", "bob")
        await house.hire("rick", mode="ringing")
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    yield home
    await home.settle()


def told(attempt: dict[str, Any]) -> dict[str, Any]:
    (item,) = [item for item in attempt["evidence"] if item["kind"] == "told"]
    return dict(item["detail"])


async def test_without_an_agent_the_message_is_heard_to_its_end(house: House) -> None:
    pacing = {"message": MESSAGE, "lines": 2}
    campaign = await house.campaign(house.number("tone"), mode="agentless", pacing=pacing)
    (attempt,) = await house.ended(campaign)
    assert (attempt["outcome"], attempt["agent_id"]) == ("answered", None)
    assert attempt["outcome_reason"] == "Answered; heard the message out."
    assert told(attempt)["sound"] == MESSAGE
    assert told(attempt)["seconds"] > 1
    lead = await house.scheduled(attempt)
    assert (lead["state"], lead["closed_reason"]) == ("closed", "heard")
    sound = await house.sound(attempt["id"])
    assert level(sound, 440)[0] > 0.8  # the customer, all along
    assert first_sound(sound[:, 1]) < 1.0  # and the message, at once
    assert len(sound) / 8000 == pytest.approx(told(attempt)["seconds"], abs=0.7)


async def test_a_key_pressed_in_the_menu_says_what_came_of_it(house: House) -> None:
    campaign = await house.campaign(house.number("presses-9"), mode="agentless", pacing=SURVEY)
    (attempt,) = await house.ended(campaign)
    assert (attempt["outcome"], attempt["disposition"]) == ("answered", "do_not_call")
    assert told(attempt)["keys"] == ["survey:9"]
    assert (await house.scheduled(attempt))["closed_reason"] == "do_not_call"


async def test_who_asks_for_an_agent_in_the_menu_talks_to_one(house: House) -> None:
    await house.ready("ann")
    campaign = await house.campaign(house.number("presses-1"), mode="agentless", pacing=SURVEY)
    ann = await house.state_of("ann", AgentState.TALKING)
    call = ann.call or ""
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", AgentState.WRAPPING)
    await house.dispose(call, "refused")
    (attempt,) = await house.ended(campaign)
    assert (attempt["id"], attempt["outcome"], attempt["agent_id"]) == (call, "answered", ann.id)
    assert (await house.scheduled(attempt))["closed_reason"] == "refused"


async def test_a_lead_is_looked_at_dialled_and_given_to_who_looked(house: House) -> None:
    await house.ready("bob", "ann")
    number, other = house.number("tone"), house.number("busy")
    campaign = await house.campaign(number, other, mode="preview", wrap_up_s=0)
    desk = f"/v1/campaigns/{campaign}/preview"
    first = await house.ask("POST", desk, json={"agent": "ann"})
    assert [n["e164"] for n in first["numbers"]] == [number]
    placed = await house.ask("POST", f"{desk}/{first['lead_id']}/dial")
    ann = await house.state_of("ann", AgentState.TALKING)
    assert ann.call == placed["attempt_id"] == first["attempt_id"]
    assert house.agent("bob").state is AgentState.READY
    await house.grown(placed["attempt_id"], 1.0)
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.ended(campaign)
    second = await house.ask("POST", desk, json={"agent": "bob"})
    await house.ask("POST", f"{desk}/{second['lead_id']}/dial")
    done = await house.ended(campaign, 2)
    assert [a["outcome"] for a in done] == ["answered", "busy"]
    await house.state_of("bob", AgentState.READY)


async def test_a_number_is_dialled_by_hand(house: House) -> None:
    await house.ready("bob", "ann")
    campaign = await house.campaign(house.number("busy"), mode="manual")
    asked = {"campaign_id": campaign, "agent": "ann", "number": house.number("tone")}
    placed = await house.ask("POST", "/v1/calls", json=asked)
    ann = await house.state_of("ann", AgentState.TALKING)
    assert ann.call == placed["attempt_id"]
    await house.grown(placed["attempt_id"], 1.0)
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", AgentState.WRAPPING)
    await house.dispose(placed["attempt_id"], "success")
    (attempt,) = await house.ended(campaign)  # the lead on the list was left alone
    assert (attempt["outcome"], attempt["disposition"]) == ("answered", "success")


async def test_a_phone_that_rings_is_rung_once_the_number_answers(house: House) -> None:
    await house.ready("rick", "ann")
    campaign = await house.campaign(house.number("busy"), mode="manual", wrap_up_s=0)
    asked = {"campaign_id": campaign, "agent": "rick", "number": house.number("tone")}
    placed = await house.ask("POST", "/v1/calls", json=asked)
    rick = await house.state_of("rick", AgentState.TALKING)
    assert rick.call == placed["attempt_id"]
    assert house.agent("ann").state is AgentState.READY
    await house.ask("POST", "/v1/agents/rick/hang-up")
    (attempt,) = await house.ended(campaign)
    assert (attempt["outcome"], attempt["agent_id"]) == ("answered", rick.id)
