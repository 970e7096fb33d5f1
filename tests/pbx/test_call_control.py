"""Calls held, handed on and shared, on the real PBX: who hears whom is told by tones.

The customer says 440 Hz, ann 1000 Hz, bob 1600 Hz, somebody outside 2700 Hz.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pytest_asyncio

from cti.agents.states import AgentState
from cti.base.errors import Conflict, UserError
from cti.base.ids import is_outside_leg
from cti.base.notices import Notice
from cti.floor.control import CallControl
from cti.floor.talks import GuestState, How, TargetKind
from cti.floor.transfer import Transfers
from tests.pbx.house import (
    DATA,
    RATE,
    House,
    decode_ear,
    level,
    longest_silence,
    open_house,
)
from tests.pbx.tones import heard

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

S = AgentState
CUSTOMER, ANN, BOB, OUTSIDE = 440, 1000, 1600, 2700


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        personas = DATA / "personas-control.yaml"
        house = await open_house(tmp_path_factory.mktemp("h"), undo, personas)
        house.voices["agent-bob"] = "tone-1600"
        await house.hire("ann", "bob")
        await house.hire("rick", mode="ringing")
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    """Nothing may have been missed or miscounted when a test is over."""
    yield home
    await home.settle()
    assert not home.service.room.control.talks


def control(house: House) -> CallControl:
    return house.service.room.control


def transfers(house: House) -> Transfers:
    return house.service.room.transfers


async def talking(house: House, persona: str = "customer", **settings: Any) -> str:
    """Ann talks to a customer; the attempt's id."""
    await house.campaign(house.number(persona), **settings)
    agent = await house.state_of("ann", S.TALKING)
    return agent.call or ""


async def allow(house: House, persona: str) -> str:
    """A number outside that calls may be handed on to."""
    number = house.number(persona)
    await house.service.site.change({"outside_numbers": [{"name": "Claims", "number": number}]})
    return number


def said(house: House, kind: str) -> list[Notice]:
    found: list[Notice] = []
    house.service.signals.on(Notice, lambda n: found.append(n) if n.kind == kind else None)
    return found


async def legs(house: House, call: str) -> list[tuple[str, str]]:
    await house.until(lambda: not house.service.ledger.queued, "all is written down")
    return [
        (leg["who"] or leg["kind"], leg["how"])
        for leg in await house.ask("GET", f"/v1/attempts/{call}/legs")
    ]


async def test_on_hold_the_customer_hears_music_and_the_agent_nothing(
    house: House, tmp_path: Path
) -> None:
    await house.ready("ann")
    call = await talking(house)
    assert (await heard(house, "persona-", tmp_path))[ANN] > 0.8
    await control(house).hold("ann")
    assert house.service.tracker.legs[call].pooled
    customer = await heard(house, "persona-", tmp_path)
    assert customer[ANN] < 0.05
    music = decode_ear(sorted(tmp_path.glob("persona-*.sln48"))[-1])
    assert np.sqrt((music**2).mean()) > 0.003
    assert not any((await heard(house, "agent-ann", tmp_path)).values())
    assert house.agent("ann").state is S.TALKING
    await control(house).hold("ann")  # a double click
    await control(house).resume("ann")
    assert (await heard(house, "persona-", tmp_path))[ANN] > 0.8
    assert (await heard(house, "agent-ann", tmp_path))[CUSTOMER] > 0.8
    await control(house).hold("ann")
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", S.WRAPPING)
    await house.until(lambda: house.agent("ann").leg_ready, "ann's leg is home")


async def test_the_paused_span_of_a_recording_is_silent(house: House) -> None:
    await house.ready("ann")
    call = await talking(house)
    await asyncio.sleep(1.0)
    await control(house).pause_recording("ann", 2)
    talk = control(house).of_agent("ann")
    assert talk.recording == "paused"
    await house.until(lambda: talk.recording == "on", "the recording goes on by itself")
    await asyncio.sleep(1.5)
    await house.ask("POST", "/v1/agents/ann/hang-up")
    sound = await house.sound(call)
    for side in (0, 1):
        assert longest_silence(sound[:, side]) == pytest.approx(2.0, abs=0.4)
    quiet = np.abs(sound).max(axis=1)[: len(sound) // 800 * 800].reshape(-1, 800).max(axis=1)
    assert quiet[-5:].min() > 0.01  # sound again at the end


async def test_a_blind_transfer_goes_from_one_to_the_other(house: House, tmp_path: Path) -> None:
    await house.ready("ann")
    call = await talking(house)
    await house.ready("bob")
    await asyncio.sleep(1.0)
    await transfers(house).transfer("ann", TargetKind.AGENT, "bob", How.BLIND)
    assert house.agent("ann").state is S.WRAPPING
    assert (house.agent("bob").state, house.agent("bob").call) == (S.TALKING, call)
    assert (await heard(house, "persona-", tmp_path))[BOB] > 0.8
    assert not any((await heard(house, "agent-ann", tmp_path)).values())
    house.service.roster.wrap_up_done(house.agent("ann"))
    await house.until(lambda: house.agent("ann").free, "ann is free while the call goes on")
    await house.ask("POST", "/v1/agents/bob/hang-up")
    await house.state_of("bob", S.WRAPPING)
    await house.dispose(call, "success")
    sound = await house.sound(call)
    first, later = sound[: RATE * 3 // 2], sound[RATE * 3 :]
    assert level(first, ANN)[1] > 0.5
    assert level(later, BOB)[1] > 0.8
    assert longest_silence(sound[:, 1]) < 0.5
    facts = await house.recording(call)
    assert facts["agent_id"] == house.agent("bob").id
    assert await legs(house, call) == [
        ("customer", "answered"),
        ("ann", "answered"),
        ("bob", "transferred"),
    ]


async def test_who_hands_on_is_done_and_who_has_it_last_says_what_came_of_it(house: House) -> None:
    await house.ready("ann")
    call = await talking(house, wrap_up_s=60)
    await house.ready("bob")
    desk = house.service.screens.desk
    await desk.save_notes("ann", call, "Asks for Bob.")
    await transfers(house).transfer("ann", TargetKind.AGENT, "bob", How.WARM)
    await house.state_of("bob", S.TALKING)
    await transfers(house).complete("ann")
    shown = (await desk.fresh("ann")).call
    assert shown is not None
    assert shown.handed_on is not None
    assert (shown.handed_on.kind, shown.handed_on.name) == ("agent", "bob")
    with pytest.raises(Conflict, match="bob has this call now"):
        await desk.dispose("ann", call, "success")
    assert [(n.agent, n.text) for n in (await desk.fresh("bob")).colleagues] == [
        ("ann", "Asks for Bob.")
    ]
    await desk.done("ann", call)
    await house.until(lambda: house.agent("ann").free, "ann is free while the call goes on")
    await desk.save_notes("bob", call, "Sold.")
    await house.ask("POST", "/v1/agents/bob/hang-up")
    await house.state_of("bob", S.WRAPPING)
    await desk.dispose("bob", call, "success")
    await house.ended(shown.campaign_id or 0)
    await house.until(lambda: not house.service.ledger.queued, "all is written down")
    parts = await house.ask("GET", f"/v1/attempts/{call}/legs")
    assert [(p["who"], p["how"], p["note"]) for p in parts if p["kind"] == "agent"] == [
        ("ann", "answered", "Asks for Bob."),
        ("bob", "consulted", ""),
        ("bob", "transferred", "Sold."),
    ]
    attempt = await house.ask("GET", f"/v1/attempts/{call}")
    assert (attempt["disposition"], attempt["note"]) == ("success", "Sold.")


async def test_whoever_has_the_call_is_recorded(house: House) -> None:
    """In a simple bridge every other agent was lost: lower RTP numbers were taken for late ones."""
    await house.ready("ann")
    call = await talking(house)
    await house.ready("bob")
    bob, ann = (house.agent(name).leg or "" for name in ("bob", "ann"))
    control(house).talks.pop(call)  # hands off: it would bring ann back
    for leg in (bob, ann, bob, ann):
        await house.service.pbx.bridge(call, leg)
        await asyncio.sleep(1.5)
    await house.service.pbx.hang_up(call)
    sound = (await house.sound(call))[-6 * RATE :]
    for second, hertz in ((0.4, BOB), (1.9, ANN), (3.4, BOB), (4.9, ANN)):
        part = sound[int(second * RATE) :][: RATE // 2]
        assert level(part, hertz)[1] > 0.5, (second, len(sound) / RATE)


async def test_a_warm_transfer_asks_swaps_and_completes(house: House, tmp_path: Path) -> None:
    await house.ready("ann")
    call = await talking(house)
    await house.ready("bob")
    await transfers(house).transfer("ann", TargetKind.AGENT, "bob", How.WARM)
    assert (house.agent("bob").state, house.agent("bob").call) == (S.TALKING, call)
    assert (await heard(house, "agent-ann", tmp_path))[BOB] > 0.8
    assert (await heard(house, "agent-bob", tmp_path))[ANN] > 0.8
    customer = await heard(house, "persona-", tmp_path)
    assert max(customer[ANN], customer[BOB]) < 0.05
    await transfers(house).swap("ann")
    assert (await heard(house, "persona-", tmp_path))[ANN] > 0.8
    assert not any((await heard(house, "agent-bob", tmp_path)).values())
    await transfers(house).swap("ann")
    assert (await heard(house, "agent-ann", tmp_path))[BOB] > 0.8
    await transfers(house).complete("ann")
    assert house.agent("ann").state is S.WRAPPING
    assert (await heard(house, "persona-", tmp_path))[BOB] > 0.8
    await house.until(lambda: house.agent("ann").leg_ready, "ann's leg is home")
    await house.ask("POST", "/v1/agents/bob/hang-up")
    await house.state_of("bob", S.WRAPPING)
    assert ("bob", "consulted") in await legs(house, call)


async def test_a_question_that_is_cancelled_costs_nobody_anything(
    house: House, tmp_path: Path
) -> None:
    await house.ready("ann")
    await talking(house)
    await house.ready("bob")
    await transfers(house).transfer("ann", TargetKind.AGENT, "bob", How.WARM)
    await transfers(house).cancel("ann")
    assert (await heard(house, "persona-", tmp_path))[ANN] > 0.8
    await house.until(lambda: house.agent("bob").free, "bob is free, without wrap-up")


async def test_three_hear_each_other_and_one_leaves(house: House, tmp_path: Path) -> None:
    await house.ready("ann")
    call = await talking(house)
    await house.ready("bob")
    await transfers(house).transfer("ann", TargetKind.AGENT, "bob", How.WARM)
    await transfers(house).conference("ann")
    customer = await heard(house, "persona-", tmp_path)
    assert min(customer[ANN], customer[BOB]) > 0.2
    bob = await heard(house, "agent-bob", tmp_path)
    assert min(bob[ANN], bob[CUSTOMER]) > 0.2
    await transfers(house).complete("ann")
    assert (await heard(house, "persona-", tmp_path))[BOB] > 0.8
    assert house.agent("ann").state is S.WRAPPING
    await house.ask("POST", "/v1/agents/bob/hang-up")
    await house.state_of("bob", S.WRAPPING)
    assert ("bob", "conferenced") in await legs(house, call)


async def test_to_somebody_outside_who_goes_on_alone(house: House, tmp_path: Path) -> None:
    await house.ready("ann")
    call = await talking(house)
    number = await allow(house, "colleague")
    await transfers(house).transfer("ann", TargetKind.NUMBER, number, How.WARM)
    talk = control(house).of_agent("ann")
    await house.until(
        lambda: talk.guest is not None and talk.guest.state is GuestState.TALKING, "they answered"
    )
    assert (await heard(house, "agent-ann", tmp_path))[OUTSIDE] > 0.8
    assert (await heard(house, "persona-customer", tmp_path))[OUTSIDE] < 0.05
    await transfers(house).swap("ann")
    assert (await heard(house, "persona-customer", tmp_path))[ANN] > 0.8
    await transfers(house).complete("ann")
    assert house.agent("ann").state is S.WRAPPING
    assert (await heard(house, "persona-customer", tmp_path))[OUTSIDE] > 0.8
    house.service.roster.wrap_up_done(house.agent("ann"))
    await house.until(lambda: house.agent("ann").free, "ann is free")
    (leg,) = [leg for leg in house.service.tracker.legs if is_outside_leg(leg)]
    await house.service.pbx.hang_up(leg)
    await house.until(lambda: call not in house.service.tracker.legs, "the call is over, too")
    assert (await legs(house, call))[-1] == (number, "transferred")


@pytest.mark.parametrize("persona", ["busy", "brief"])
async def test_who_does_not_take_it_leaves_it_to_the_agent(
    house: House, tmp_path: Path, persona: str
) -> None:
    """Busy, and who hangs up while being asked: the customer is back with the agent."""
    await house.ready("ann")
    await talking(house)
    number = await allow(house, persona)
    gone = said(house, "guest_gone")
    how = How.BLIND if persona == "busy" else How.WARM
    await transfers(house).transfer("ann", TargetKind.NUMBER, number, how)
    await house.until(lambda: bool(gone), "ann is told")
    assert gone[0].agent == "ann"
    assert gone[0].text.startswith("Claims ")
    assert (await heard(house, "persona-customer", tmp_path))[ANN] > 0.8
    assert house.agent("ann").state is S.TALKING


async def test_a_customer_who_hangs_up_in_the_question_frees_both(house: House) -> None:
    await house.ready("ann")
    call = await talking(house, "leaves")
    await house.ready("bob")
    await transfers(house).transfer("ann", TargetKind.AGENT, "bob", How.WARM)
    await house.state_of("ann", S.WRAPPING)
    assert house.agent("ann").call == call
    await house.until(lambda: house.agent("bob").free, "bob is free")
    await house.until(lambda: house.agent("ann").leg_ready, "ann's leg is home")


async def test_an_agent_whose_phone_rings_is_asked(house: House, tmp_path: Path) -> None:
    await house.ready("ann")
    await talking(house)
    await house.ready("rick")
    await transfers(house).transfer("ann", TargetKind.AGENT, "rick", How.BLIND)
    await house.state_of("rick", S.TALKING)
    assert house.agent("ann").state is S.WRAPPING
    assert (await heard(house, "persona-", tmp_path))[ANN] > 0.8  # rick's phone plays 1000 Hz, too
    await house.ask("POST", "/v1/agents/rick/hang-up")
    await house.state_of("rick", S.WRAPPING)


async def test_back_to_the_floor_for_another_agent(house: House, tmp_path: Path) -> None:
    await house.ready("ann")
    call = await talking(house)
    await transfers(house).transfer("ann", TargetKind.QUEUE, "", How.BLIND)
    assert house.agent("ann").state is S.WRAPPING
    assert house.service.tracker.legs[call].pooled  # music, until somebody is free
    await house.ask("POST", "/v1/agents/bob/sign-in")
    await house.state_of("bob", S.TALKING)
    assert (await heard(house, "persona-", tmp_path))[BOB] > 0.8


async def test_what_may_not_be_is_refused_in_words(house: House) -> None:
    await house.ready("ann")
    await talking(house)
    with pytest.raises(UserError, match="no number that calls may be handed on to"):
        await transfers(house).transfer("ann", TargetKind.NUMBER, "+8613900000000", How.WARM)
    with pytest.raises(Conflict, match="bob cannot take a call"):
        await transfers(house).transfer("ann", TargetKind.AGENT, "bob", How.WARM)
    with pytest.raises(UserError, match="to yourself"):
        await transfers(house).transfer("ann", TargetKind.AGENT, "ann", How.WARM)
    with pytest.raises(Conflict, match="Nobody was asked"):
        await transfers(house).complete("ann")
    with pytest.raises(Conflict, match="bob is not in a call"):
        await control(house).hold("bob")
    with pytest.raises(UserError, match="cannot be keyed"):
        await control(house).send_digits("ann", "12\r\nAction: Hangup")


async def test_a_page_that_is_read_anew_finds_its_call(house: House, tmp_path: Path) -> None:
    await house.ready("ann")
    call = await talking(house)
    ann = house.agent("ann")
    ann.phone_kind = "browser"
    try:
        file = tmp_path / "customer.sln48"
        await house.ear(file)
        leg = ann.leg or ""
        await house.service.pbx.hang_up(leg)  # as the page's end does
        await house.until(lambda: ann.leg not in {leg, None}, "the phone is called again")
        assert (ann.state, ann.call) == (S.TALKING, call)
        await house.until(
            lambda: ann.leg in house.service.tracker.partners(call), "they talk again"
        )
        assert (await heard(house, "agent-ann", tmp_path))[CUSTOMER] > 0.8
        assert longest_silence(decode_ear(file)[RATE // 4 :]) < 1.0
    finally:
        ann.phone_kind = "sip"
    assert [how for _, how in await legs(house, call)] == ["answered", "answered", "returned"]


async def test_a_page_that_stays_away_gives_its_call_to_another(
    house: House, tmp_path: Path
) -> None:
    await house.ready("ann")
    call = await talking(house)
    await house.ready("bob")
    ann = house.agent("ann")
    ann.phone_kind = "browser"
    grace, control(house).grace = control(house).grace, 0.5
    phone, ann.phone = ann.phone, "agent-nobody"
    try:
        await house.service.pbx.hang_up(ann.leg or "")
        await house.until(lambda: house.service.tracker.legs[call].pooled, "music meanwhile")
        await house.state_of("bob", S.TALKING)
        assert ann.state is S.WRAPPING
        assert (await heard(house, "persona-", tmp_path))[BOB] > 0.8
    finally:
        ann.phone_kind, ann.phone, control(house).grace = "sip", phone, grace
