"""Phones are nailed up to the floor, and called again when they are lost."""

import asyncio
import itertools

import pytest
from structlog.testing import capture_logs

from cti.agents.phones import LONGEST_RETRY
from cti.agents.states import Agent, AgentState
from cti.ami import actions as act
from tests.fake_pbx import NO_ANSWER, PICKS_UP, Far
from tests.unit.floor.rig import SOON, Rig

S = AgentState
HERE, THERE = "sip:anna@127.0.0.1:5070;transport=ws", "sip:anna@127.0.0.1:5071;transport=ws"


def calls(rig: Rig, agent: Agent) -> list[float]:
    """When the agent's phone was called."""
    return [
        at
        for at, action in rig.fake.said
        if isinstance(action, act.Originate) and action.endpoint_target == f"PJSIP/{agent.phone}"
    ]


def living(rig: Rig) -> list[str]:
    return list(rig.fake.channels_now)


async def test_signing_in_calls_the_phone(rig: Rig) -> None:
    anna = await rig.agent("anna")
    assert anna.free
    assert living(rig) == [anna.leg]
    assert len(calls(rig, anna)) == 1


async def test_signing_out_lets_the_phone_go(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.roster.sign_out(anna)
    await asyncio.sleep(100)
    assert living(rig) == []
    assert (anna.leg, anna.leg_ready, len(calls(rig, anna))) == (None, False, 1)


async def test_a_lost_phone_is_called_again_at_once(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.fake.end(anna.leg or "")
    assert anna.state is S.NOT_READY
    await asyncio.sleep(SOON)
    assert anna.free
    assert len(calls(rig, anna)) == 2


async def test_a_phone_that_does_not_answer_is_called_less_and_less_often(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(ends=0.1, cause=20, sip=480)
    with capture_logs() as logs:
        anna = await rig.agent("anna")
        await asyncio.sleep(300)
    times = calls(rig, anna)
    pauses = [b - a for a, b in itertools.pairwise(times)]
    assert pauses[0] < 1.5
    assert all(b > a for a, b in itertools.pairwise(pauses[:5]))
    assert max(pauses) <= LONGEST_RETRY * 1.2 + 0.2
    assert len(times) < 20
    assert [line["event"] for line in logs] == ["agent.phone_unreachable"]
    rig.fake.phones["agent-anna"] = PICKS_UP
    await asyncio.sleep(LONGEST_RETRY * 1.2)
    assert anna.free
    rig.fake.end(anna.leg or "")
    await asyncio.sleep(SOON)
    assert anna.free


async def test_a_phone_may_be_away_for_a_day(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(refused="no contact")
    anna = await rig.agent("anna")
    await asyncio.sleep(86_400)
    times = calls(rig, anna)
    assert 86_400 / (LONGEST_RETRY * 1.2) < len(times) < 86_400 / (LONGEST_RETRY * 0.8) + 10
    assert times[-1] > rig.clock.monotonic() - 40


async def test_a_phone_that_registers_is_called_without_waiting(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(refused="no contact")
    anna = await rig.agent("anna")
    await asyncio.sleep(200)
    rig.fake.phones["agent-anna"] = PICKS_UP
    rig.phones.registered("agent-bert", HERE)
    await asyncio.sleep(SOON)
    assert not anna.free
    rig.phones.registered("agent-anna", HERE)
    await asyncio.sleep(SOON)
    assert anna.free


async def test_a_call_to_where_the_phone_was_is_given_up_for_where_it_is(rig: Rig) -> None:
    """A page that is read anew: what was sent to its old connection is lost without a word."""
    rig.phones.registered("agent-anna", HERE)
    rig.fake.phones["agent-anna"] = NO_ANSWER
    anna = await rig.agent("anna")
    lost = anna.leg
    rig.phones.registered("agent-anna", HERE)  # the same once more: renewed
    await asyncio.sleep(SOON)
    assert living(rig) == [lost]
    rig.fake.phones["agent-anna"] = PICKS_UP
    rig.phones.registered("agent-anna", THERE)
    await asyncio.sleep(SOON)
    assert anna.free
    assert living(rig) == [anna.leg]
    assert anna.leg != lost
    rig.phones.registered("agent-anna", HERE)  # the line that is up is left alone
    await asyncio.sleep(SOON)
    assert len(calls(rig, anna)) == 2


async def test_a_registered_phone_of_nobody_who_waits_is_left_alone(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.phones.registered("agent-anna", HERE)
    rig.roster.sign_out(anna)
    await asyncio.sleep(SOON)
    rig.phones.registered("agent-anna", HERE)
    await asyncio.sleep(SOON)
    assert len(calls(rig, anna)) == 1


async def test_who_signs_out_between_two_tries_is_not_called_any_more(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(refused="no contact")
    anna = await rig.agent("anna")
    await asyncio.sleep(60)
    rig.fake.phones["agent-anna"] = PICKS_UP
    rig.roster.sign_out(anna)
    tries = len(calls(rig, anna))
    await asyncio.sleep(100)
    assert len(calls(rig, anna)) == tries
    assert living(rig) == []


async def test_a_phone_picked_up_after_sign_out_is_let_go(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(answers=5.0)
    anna = await rig.agent("anna")
    # The hang-up comes before the channel, which the PBX makes a moment after its answer.
    rig.fake.refuse = lambda a: "No such channel" if isinstance(a, act.HangUp) else ""
    rig.roster.sign_out(anna)
    await asyncio.sleep(SOON)
    rig.fake.refuse = lambda _: ""
    await asyncio.sleep(10)
    assert living(rig) == []
    assert (anna.state, anna.leg) == (S.SIGNED_OUT, None)


async def test_out_and_in_again_quickly(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.roster.sign_out(anna)
    rig.roster.sign_in(anna)
    await asyncio.sleep(SOON)
    assert anna.free
    assert living(rig) == [anna.leg]


async def test_a_request_the_pbx_did_without_an_answer_is_adopted(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(answers=5.5, silent=True)
    anna = await rig.agent("anna")
    await asyncio.sleep(60)
    assert anna.free
    assert living(rig) == [anna.leg] == rig.fake.originated("ag-")


async def test_a_phone_that_is_there_twice_keeps_one_line(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(answers=8.0, silent=True)
    anna = await rig.agent("anna")
    await asyncio.sleep(5.5)
    rig.fake.phones["agent-anna"] = PICKS_UP
    await asyncio.sleep(60)
    assert anna.free
    assert len(rig.fake.originated("ag-")) == 2
    assert living(rig) == [anna.leg]


async def test_a_ringing_phone_is_not_nailed_up(rig: Rig) -> None:
    anna = await rig.agent("anna", mode="ringing")
    await asyncio.sleep(60)
    assert anna.free
    assert living(rig) == []
    assert calls(rig, anna) == []


async def test_all_phones_are_called_when_the_pbx_is_back(rig: Rig) -> None:
    anna = rig.roster.add(Agent(1, "anna", "agent-anna"))
    bert = rig.roster.add(Agent(2, "bert", "agent-bert"))
    anna.wanted = S.READY
    anna.state = S.NOT_READY
    rig.phones.connect_all()
    await asyncio.sleep(SOON)
    assert (anna.free, bert.leg) == (True, None)


async def test_an_impossible_call_is_tried_again(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(impossible=True)
    anna = await rig.agent("anna")
    assert anna.leg is None
    rig.fake.phones["agent-anna"] = PICKS_UP
    await asyncio.sleep(3)
    assert anna.free


@pytest.mark.parametrize("far", [PICKS_UP, Far(refused="no contact")])
async def test_closing_stops_calling_and_leaves_legs(rig: Rig, far: Far) -> None:
    rig.fake.phones["agent-anna"] = far
    anna = await rig.agent("anna")
    legs = living(rig)
    await rig.phones.close()
    before = len(calls(rig, anna))
    await asyncio.sleep(100)
    assert (len(calls(rig, anna)), living(rig)) == (before, legs)
