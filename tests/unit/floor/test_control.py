"""Calls on hold, handed on and lost to broken phones: what the real PBX cannot be made to do."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import nullcontext

import pytest

from cti.agents.memory import Remembered
from cti.agents.states import Agent, AgentState
from cti.ami import actions as act
from cti.base.errors import Conflict, UserError
from cti.base.notices import Notice
from cti.floor.control import MUSIC_ENDS_WITHIN, PAUSE_AT_MOST
from cti.floor.events import CallConnected, CallUnserved
from cti.floor.floor import RING_WITHIN
from cti.floor.outside import AN_HOUR
from cti.floor.takeover import Takeover
from cti.floor.talks import GuestState, How, TargetKind
from cti.floor.transfer import RING_OUTSIDE
from tests.fake_pbx import BUSY, NO_ANSWER, Far
from tests.unit.floor.control_rig import CLAIMS, ControlRig
from tests.unit.floor.rig import SOON

S = AgentState
NO_TRUNK = Far(refused="no such trunk")
TOGETHER = {frozenset({"customer", "anna"})}


@pytest.fixture
async def desk() -> AsyncIterator[ControlRig]:
    rig = ControlRig()
    yield rig
    await rig.close()


def notices(desk: ControlRig) -> list[str]:
    return [n.text for n in desk.of(Notice)]


# -- hold ----------------------------------------------------------------------------------------


async def test_hold_and_resume(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    await desk.control.hold("anna")
    assert desk.rooms() == set()
    assert desk.fake.channels_now[talk.call].way == ("customers", "parked")
    assert (anna.state, anna.free) == (S.TALKING, False)
    await desk.control.resume("anna")
    assert desk.rooms() == TOGETHER
    assert len(desk.of(CallConnected)) == 1


async def test_music_that_goes_on_in_a_talk_is_ended(desk: ControlRig) -> None:
    """The customer would hear it instead of the agent."""
    talk, _ = await desk.talk("anna")
    leg = desk.control.tracker.legs[talk.call]
    await desk.control.hold("anna")
    assert leg.music
    desk.fake.music_goes_on = 1
    await desk.control.resume("anna")
    assert (desk.rooms(), leg.music) == (TOGETHER, True)
    await asyncio.sleep(MUSIC_ENDS_WITHIN + SOON)
    assert (desk.rooms(), leg.music, talk.held) == (TOGETHER, False, False)
    assert len(desk.of(CallConnected)) == 1


async def test_a_call_that_was_taken_over_is_not_moved_for_its_music(desk: ControlRig) -> None:
    """Its supervisor would be let go, and the call end."""
    talk, _ = await desk.talk("anna")
    await desk.control.hold("anna")
    desk.fake.music_goes_on = 1
    await desk.control.resume("anna")
    talk.agent = None
    await asyncio.sleep(MUSIC_ENDS_WITHIN + SOON)
    assert desk.rooms() == TOGETHER
    assert desk.control.tracker.legs[talk.call].music


async def test_a_hold_that_the_pbx_refuses_changes_nothing(desk: ControlRig) -> None:
    talk, _ = await desk.talk("anna")
    desk.fake.refuse = lambda a: "no" if isinstance(a, act.Redirect) else ""
    with pytest.raises(Conflict, match="could not do it: no"):
        await desk.control.hold("anna")
    assert not talk.held
    await asyncio.sleep(SOON)
    assert desk.rooms() == TOGETHER


async def test_who_hangs_up_on_hold_sets_the_agent_free(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    await desk.control.hold("anna")
    desk.fake.end(talk.call)
    await asyncio.sleep(SOON)
    assert anna.state is S.WRAPPING
    assert anna.leg_ready
    assert not desk.control.talks


async def test_a_leg_that_falls_out_of_a_talk_is_brought_back(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    desk.fake._sent(desk.fake.channels_now[anna.leg or ""], ("agents", "nailed"))
    await asyncio.sleep(0.3)
    assert desk.rooms() == TOGETHER
    assert desk.fake.channels_now[talk.call].wait is None or anna.state is S.TALKING


# -- digits and the recording ----------------------------------------------------------------------


async def test_digits_go_to_who_is_talked_to(desk: ControlRig) -> None:
    talk, _ = await desk.talk("anna")
    await desk.control.send_digits("anna", "12#")
    sent = [a for a in desk.fake.asked(act.PlayDigit) if isinstance(a, act.PlayDigit)]
    assert [(a.channel, a.digit) for a in sent] == [(talk.call, d) for d in "12#"]
    await desk.control.hold("anna")
    with pytest.raises(Conflict, match="on hold"):
        await desk.control.send_digits("anna", "1")
    for bad in ("", "x", "1" * 33, "1\n"):
        with pytest.raises(UserError, match="cannot be keyed"):
            await desk.control.send_digits("anna", bad)


async def test_a_pause_ends_by_itself_and_with_the_call(desk: ControlRig) -> None:
    talk, _ = await desk.talk("anna")
    await desk.control.pause_recording("anna", 10)
    assert (talk.recording, desk.fake.muted[talk.call]) == ("paused", True)
    await desk.control.pause_recording("anna", 20)  # longer, from now on
    await asyncio.sleep(15)
    assert talk.recording == "paused"
    await asyncio.sleep(6)
    assert (talk.recording, desk.fake.muted[talk.call]) == ("on", False)
    await desk.control.pause_recording("anna", 20)
    await desk.control.resume_recording("anna")
    assert (talk.recording, talk.resumes_at) == ("on", None)
    await desk.control.pause_recording("anna", 20)
    desk.fake.end(talk.call)
    await asyncio.sleep(30)  # nothing is asked of a call that is over
    assert [a.mute for a in desk.fake.asked(act.MuteRecording) if isinstance(a, act.MuteRecording)][
        -1
    ]
    for bad in (0, PAUSE_AT_MOST + 1):
        with pytest.raises(UserError, match="seconds"):
            await desk.control.pause_recording("anna", bad)


async def test_a_call_that_is_handed_on_is_recorded_again(desk: ControlRig) -> None:
    talk, _ = await desk.talk("anna")
    await desk.control.pause_recording("anna", 60)
    await desk.transfers.transfer("anna", TargetKind.QUEUE, "", How.BLIND)
    await asyncio.sleep(SOON)
    assert desk.fake.muted[talk.call] is False


# -- phones that go away ---------------------------------------------------------------------------


async def test_a_page_that_is_back_in_time_has_its_call_again(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    anna.phone_kind = "browser"
    desk.fake.phones["agent-anna"] = Far(refused="not registered")
    desk.fake.end(anna.leg or "")
    await asyncio.sleep(10)
    assert (anna.state, anna.call, anna.leg) == (S.TALKING, talk.call, None)
    assert desk.fake.channels_now[talk.call].way == ("customers", "parked")
    del desk.fake.phones["agent-anna"]
    desk.phones.registered("agent-anna", "sip:anna@there")
    await asyncio.sleep(0.3)
    assert desk.rooms() == TOGETHER
    assert desk.parts()[-1] == ("anna", "returned")
    await asyncio.sleep(30)
    assert anna.state is S.TALKING  # the grace is over, and does nothing


@pytest.mark.parametrize("somebody", [True, False])
async def test_a_page_that_stays_away_loses_its_call(desk: ControlRig, somebody: bool) -> None:
    talk, (anna, *_) = await desk.talk("anna", *(["bert"] if somebody else []))
    anna.phone_kind = "browser"
    desk.fake.phones["agent-anna"] = Far(refused="not registered")
    desk.fake.end(anna.leg or "")
    await asyncio.sleep(desk.control.grace - 1)
    assert str(anna.state) == "talking"
    await asyncio.sleep(1.1 + SOON)
    assert anna.state is S.WRAPPING
    if somebody:
        assert desk.rooms() == {frozenset({"customer", "bert"})}
    else:
        await asyncio.sleep(1.1)
        assert [e.call for e in desk.of(CallUnserved)] == [talk.call]
        assert desk.fake.channels_now[talk.call].way == ("customers", "message")


async def test_a_customer_who_does_not_wait_for_the_page(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    anna.phone_kind = "browser"
    desk.fake.phones["agent-anna"] = Far(refused="not registered")
    desk.fake.end(anna.leg or "")
    await asyncio.sleep(3)
    desk.fake.end(talk.call)
    await asyncio.sleep(SOON)
    assert anna.state is S.WRAPPING
    assert not desk.control.talks


async def test_a_phone_of_ones_own_that_hangs_up_gives_the_call_away_at_once(
    desk: ControlRig,
) -> None:
    _, (anna, _) = await desk.talk("anna", "bert")
    desk.fake.end(anna.leg or "")
    await asyncio.sleep(SOON)
    assert anna.state is S.WRAPPING
    assert desk.rooms() == {frozenset({"customer", "bert"})}


# -- asking somebody -------------------------------------------------------------------------------


async def test_ask_swap_and_complete(desk: ControlRig) -> None:
    talk, (anna, bert) = await desk.talk("anna", "bert")
    await desk.ask("bert")
    assert desk.rooms() == {frozenset({"anna", "bert"})}
    assert (bert.state, bert.call) == (S.TALKING, talk.call)
    await desk.transfers.swap("anna")
    assert desk.rooms() == TOGETHER
    await desk.transfers.swap("anna")
    await desk.transfers.conference("anna")
    assert desk.rooms() == {frozenset({"customer", "anna", "bert"})}
    await desk.transfers.complete("anna")
    await asyncio.sleep(SOON)
    assert desk.rooms() == {frozenset({"customer", "bert"})}
    assert (anna.state, anna.leg_ready, bert.state) == (S.WRAPPING, True, S.TALKING)
    assert [e.agent_id for e in desk.of(CallConnected)] == [anna.id, bert.id]
    desk.fake.end(talk.call)
    await asyncio.sleep(SOON)
    assert bert.state is S.WRAPPING
    assert desk.parts() == [
        ("customer", "answered"),
        ("anna", "answered"),
        ("bert", "consulted"),
        ("bert", "conferenced"),
        ("bert", "transferred"),
    ]
    assert all(row["seconds"] is not None for row in desk.rows if "key" in row)
    assert len([row for row in desk.rows if "key" in row]) == len(desk.parts())


async def test_a_leg_is_not_bridged_while_it_is_on_its_way(desk: ControlRig) -> None:
    """On a busy PBX the agent's leg is apart a moment after the customer hears music."""
    desk.fake.lags = 0.2
    _talk, (anna, bert) = await desk.talk("anna", "bert")
    await desk.ask("bert")
    assert desk.rooms() == {frozenset({"anna", "bert"})}
    await desk.transfers.cancel("anna")
    assert desk.rooms() == {frozenset({"customer", "anna"})}
    await desk.control.hold("anna")
    await desk.control.resume("anna")
    assert desk.rooms() == {frozenset({"customer", "anna"})}
    assert (anna.state, bert.state) == (S.TALKING, S.READY)


async def test_bert_cannot_be_connected_and_anna_keeps_the_customer(desk: ControlRig) -> None:
    talk, (anna, bert) = await desk.talk("anna", "bert")
    leg = bert.leg or ""
    desk.fake.refuse = lambda a: (
        "no" if isinstance(a, act.Bridge) and leg in {a.channel_a, a.channel_b} else ""
    )
    with pytest.raises(Conflict, match="bert could not be connected"):
        await desk.ask("bert", How.BLIND)
    await asyncio.sleep(0.2)
    assert desk.rooms() == TOGETHER
    assert (anna.state, bert.free, talk.guest) == (S.TALKING, True, None)


async def test_a_question_that_the_pbx_refuses(desk: ControlRig) -> None:
    talk, (_, bert) = await desk.talk("anna", "bert")
    leg = bert.leg or ""
    desk.fake.refuse = lambda a: (
        "no" if isinstance(a, act.Bridge) and leg in {a.channel_a, a.channel_b} else ""
    )
    with pytest.raises(Conflict, match="could not do it"):
        await desk.ask("bert")
    await asyncio.sleep(0.2)
    assert desk.rooms() == TOGETHER
    assert (talk.guest, talk.held) == (None, False)
    assert bert.free


@pytest.mark.parametrize("far", [NO_ANSWER, BUSY, NO_TRUNK, Far(impossible=True)])
async def test_somebody_outside_who_does_not_come(desk: ControlRig, far: Far) -> None:
    _, (anna,) = await desk.talk("anna")
    desk.fake.numbers[CLAIMS] = far
    refused = pytest.raises(Conflict, match="no such trunk")
    with refused if far is NO_TRUNK else nullcontext():
        await desk.ask(CLAIMS)
    assert anna.state is S.TALKING
    await asyncio.sleep(RING_OUTSIDE + 2)
    assert desk.rooms() == TOGETHER
    assert len(notices(desk)) == 1
    assert notices(desk)[0].startswith("Claims ")
    assert not [leg for leg in desk.fake.channels_now if leg.startswith("ou-")]


async def test_a_ringing_phone_that_is_not_picked_up(desk: ControlRig) -> None:
    _, _ = await desk.talk("anna")
    rick = await desk.agent("rick", mode="ringing")
    desk.fake.phones["agent-rick"] = NO_ANSWER
    await desk.ask("rick", How.BLIND)
    await asyncio.sleep(SOON)
    assert (rick.state, desk.rooms()) == (S.RESERVED, set())
    await asyncio.sleep(RING_WITHIN + 2)
    assert desk.rooms() == TOGETHER
    assert rick.state is S.READY
    assert notices(desk) == ["rick did not answer."]


async def test_outside_answers_talks_and_leaves(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    desk.fake.numbers[CLAIMS] = Far(answers=2.0, talks=10.0)
    await desk.ask(CLAIMS)
    await asyncio.sleep(3)
    assert desk.rooms() == {frozenset({"anna", "outside"})}
    await desk.transfers.conference("anna")
    assert desk.rooms() == {frozenset({"customer", "anna", "outside"})}
    await asyncio.sleep(12)
    assert desk.rooms() == TOGETHER
    assert (talk.guest, anna.state) == (None, S.TALKING)


async def test_a_call_that_went_on_outside_ends_with_who_has_it(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    desk.fake.numbers[CLAIMS] = Far(answers=2.0, talks=30.0)
    await desk.ask(CLAIMS, How.BLIND)
    await asyncio.sleep(3)
    assert desk.rooms() == {frozenset({"customer", "outside"})}
    assert anna.state is S.WRAPPING
    assert desk.control.talks[talk.call].agent is None
    await asyncio.sleep(30)
    assert talk.call not in desk.fake.channels_now
    assert not desk.control.talks


async def test_the_customer_hangs_up_in_the_question(desk: ControlRig) -> None:
    talk, (anna, bert) = await desk.talk("anna", "bert")
    await desk.ask("bert")
    desk.fake.end(talk.call)
    await asyncio.sleep(SOON)
    assert (anna.state, anna.leg_ready) == (S.WRAPPING, True)
    assert bert.free
    assert desk.rooms() == set()


@pytest.mark.parametrize("browser", [True, False])
async def test_the_agents_phone_goes_in_the_question(desk: ControlRig, browser: bool) -> None:
    """A page comes back to whom it asked; a phone that hangs up has handed the call on."""
    talk, (anna, bert) = await desk.talk("anna", "bert")
    await desk.ask("bert")
    anna.phone_kind = "browser" if browser else "sip"
    desk.fake.end(anna.leg or "")
    await asyncio.sleep(0.5)
    if browser:
        assert desk.rooms() == {frozenset({"anna", "bert"})}
        assert desk.fake.channels_now[talk.call].way == ("customers", "parked")
    else:
        assert desk.rooms() == {frozenset({"customer", "bert"})}
        assert (anna.state, bert.state) == (S.WRAPPING, S.TALKING)


async def test_a_page_that_never_comes_back_leaves_the_call_to_whom_it_asked(
    desk: ControlRig,
) -> None:
    _, (anna, bert) = await desk.talk("anna", "bert")
    await desk.ask("bert")
    anna.phone_kind = "browser"
    desk.fake.phones["agent-anna"] = Far(refused="not registered")
    desk.fake.end(anna.leg or "")
    await asyncio.sleep(desk.control.grace + 1)
    assert desk.rooms() == {frozenset({"customer", "bert"})}
    assert (anna.state, bert.state) == (S.WRAPPING, S.TALKING)


async def test_who_was_asked_loses_the_phone(desk: ControlRig) -> None:
    talk, (_, bert) = await desk.talk("anna", "bert")
    await desk.ask("bert")
    desk.fake.phones["agent-bert"] = Far(refused="not registered")
    desk.fake.end(bert.leg or "")
    await asyncio.sleep(0.3)
    assert desk.rooms() == TOGETHER
    assert (bert.state, talk.guest) == (S.NOT_READY, None)
    assert notices(desk) == ["bert left the call."]


async def test_hang_up_ends_what_is_heard(desk: ControlRig) -> None:
    talk, (_, bert) = await desk.talk("anna", "bert")
    await desk.ask("bert")
    assert await desk.control.hang_up("anna")  # the question
    await asyncio.sleep(0.2)
    assert desk.rooms() == TOGETHER
    assert bert.free
    await desk.ask("bert")
    assert await desk.control.hang_up("bert")  # bert leaves the question
    await asyncio.sleep(0.2)
    assert desk.rooms() == TOGETHER
    await desk.ask("bert")
    await desk.transfers.conference("anna")
    assert await desk.control.hang_up("anna")  # of three, anna leaves
    await asyncio.sleep(0.2)
    assert desk.rooms() == {frozenset({"customer", "bert"})}
    assert await desk.control.hang_up("bert")
    await asyncio.sleep(SOON)
    assert talk.call not in desk.fake.channels_now
    assert not await desk.control.hang_up("anna")


async def test_only_one_at_a_time_and_only_ones_own(desk: ControlRig) -> None:
    _, (_, bert, _) = await desk.talk("anna", "bert", "cleo")
    await desk.ask("bert")
    with pytest.raises(Conflict, match="bert was asked into this call already"):
        await desk.ask("cleo")
    with pytest.raises(Conflict, match="it is another agent's"):
        await desk.control.hold(bert.name)
    with pytest.raises(Conflict, match="Swap, complete or cancel"):
        await desk.control.hold("anna")
    with pytest.raises(Conflict, match="You talk to bert"):
        await desk.control.resume("anna")


async def test_two_clicks_are_one(desk: ControlRig) -> None:
    talk, _ = await desk.talk("anna", "bert")
    results = await asyncio.gather(desk.ask("bert"), desk.ask("bert"), return_exceptions=True)
    assert [type(r) for r in results if r is not None] == [Conflict]
    assert talk.guest is not None
    assert talk.guest.state is GuestState.TALKING
    await asyncio.gather(
        *(desk.transfers.complete("anna") for _ in range(2)), return_exceptions=True
    )
    assert desk.rooms() == {frozenset({"customer", "bert"})}


async def test_a_stolen_sign_in_is_no_free_line(desk: ControlRig) -> None:
    await desk.talk("anna")
    with pytest.raises(UserError, match="no number that calls may be handed on to"):
        await desk.ask("+8613900000000")
    desk.fake.numbers[CLAIMS] = BUSY
    for _ in range(AN_HOUR):
        await desk.ask(CLAIMS)
        await asyncio.sleep(2)
    with pytest.raises(Conflict, match="in the last hour"):
        await desk.ask(CLAIMS)
    assert desk.rooms() == TOGETHER
    await asyncio.sleep(3600)
    await desk.ask(CLAIMS)


# -- to another agent -----------------------------------------------------------------------------


async def test_back_to_the_floor_another_agent_has_it(desk: ControlRig) -> None:
    talk, (anna, bert) = await desk.talk("anna", "bert")
    await desk.transfers.transfer("anna", TargetKind.QUEUE, "", How.BLIND)
    await asyncio.sleep(SOON)
    assert desk.rooms() == {frozenset({"customer", "bert"})}
    assert (anna.state, bert.call) == (S.WRAPPING, talk.call)
    assert desk.parts()[-1] == ("bert", "transferred")


async def test_back_to_a_floor_where_nobody_is_free_there_is_music(desk: ControlRig) -> None:
    talk, (anna,) = await desk.talk("anna")
    await desk.transfers.transfer("anna", TargetKind.QUEUE, "", How.BLIND)
    await asyncio.sleep(60)
    assert desk.fake.channels_now[talk.call].way == ("customers", "parked")
    assert desk.of(CallUnserved) == []
    desk.roster.wrap_up_done(anna)
    await asyncio.sleep(SOON)
    assert desk.rooms() == TOGETHER  # nobody else came


# -- after a restart -------------------------------------------------------------------------------


async def again(desk: ControlRig) -> ControlRig:
    """Another service on the same PBX; nobody has heard what happened meanwhile."""
    remembered = {
        a.name: Remembered(a.name, a.state, a.reason, a.call, None, 0.0) for a in desk.roster
    }
    await desk.close()
    new = ControlRig(desk.fake)
    for old in desk.roster:
        new.roster.add(Agent(old.id, old.name, old.phone, old.mode, phone_kind=old.phone_kind))
    new.tracker.adopt(desk.fake.rows())
    new.legs.open.update(desk.legs.open)
    asked = {(leg.call, leg.agent_id or 0) for leg in desk.legs.open.values() if leg.how in ASKED}
    Takeover(new.tracker, new.roster, new.floor, new.clock, lambda _: 30.0, asked).agents(
        remembered
    )
    new.control.recover()
    new.phones.connect_all()
    await asyncio.sleep(0.2)
    return new


ASKED = {"consulted", "conferenced"}


@pytest.mark.parametrize("phone_there", [True, False])
async def test_a_call_on_hold_is_found_on_hold(desk: ControlRig, phone_there: bool) -> None:
    """Also one whose agent's page was just away: then it is given to them once it is back."""
    talk, (anna,) = await desk.talk("anna")
    await desk.control.hold("anna")
    if not phone_there:
        await desk.phones.close()
        anna.phone_kind = "browser"
        desk.fake.end(anna.leg or "")
    new = await again(desk)
    agent = new.roster.get("anna")
    assert (agent.state, agent.call) == (S.TALKING, talk.call)
    if phone_there:
        assert new.rooms() == set()
        await new.control.resume("anna")
    assert new.rooms() == TOGETHER
    await new.close()


@pytest.mark.parametrize("state", [GuestState.TALKING, GuestState.HELD, GuestState.JOINED])
async def test_who_was_asked_is_found_as_they_were(desk: ControlRig, state: GuestState) -> None:
    talk, _ = await desk.talk("anna", "bert")
    await desk.ask("bert")
    if state is GuestState.HELD:
        await desk.transfers.swap("anna")
    elif state is GuestState.JOINED:
        await desk.transfers.conference("anna")
    rooms = desk.rooms()
    new = await again(desk)
    found = new.control.talks[talk.call]
    assert found.agent is new.roster.get("anna")
    assert found.guest is not None
    assert (found.guest.agent, found.guest.state) == (new.roster.get("bert"), state)
    assert new.rooms() == {frozenset(room) for room in rooms}  # nobody was moved
    await new.transfers.complete("anna")
    assert await new.control.pbx.moves.until(
        lambda: new.rooms() == {frozenset({"customer", "bert"})}
    )
    await new.close()


async def test_a_leg_to_the_outside_that_nobody_knows_ends(desk: ControlRig) -> None:
    await desk.talk("anna")
    desk.fake.numbers[CLAIMS] = NO_ANSWER
    await desk.ask(CLAIMS)
    await asyncio.sleep(SOON)
    assert [leg for leg in desk.fake.channels_now if leg.startswith("ou-")]
    new = await again(desk)
    assert not [leg for leg in desk.fake.channels_now if leg.startswith("ou-")]
    assert new.roster.get("anna").state is S.TALKING
    await new.close()
