"""Which answered call goes to which agent, and that nobody waits in silence."""

import asyncio

import pytest
from structlog.testing import capture_logs

from cti.agents.crew import EVERYONE
from cti.agents.states import AgentState
from cti.ami import actions as act
from cti.floor.events import CallConnected, CallParted, CallTakenBack, CallUnserved
from cti.floor.floor import CONNECT_WITHIN, PATIENCE, RING_WITHIN, SERVE_WITHIN
from tests.fake_pbx import Far
from tests.unit.floor.rig import SOON, Rig

MESSAGES = act.Redirect


async def test_a_call_and_a_free_agent_are_connected_at_once(rig: Rig) -> None:
    anna = await rig.agent("anna")
    call = await rig.call()
    before = rig.clock.monotonic()
    await asyncio.sleep(SOON)
    (connected,) = rig.of(CallConnected)
    assert (connected.call, connected.agent_id) == (call, anna.id)
    assert 0 < connected.waited < 0.01
    assert connected.t - before < 0.01
    assert (anna.state, anna.call, anna.leg_ready) == (AgentState.TALKING, call, False)
    assert rig.talks() == {call: "anna"}


async def test_who_has_been_idle_longest_is_first(rig: Rig) -> None:
    anna, bert, cleo = [await rig.agent(name) for name in ("anna", "bert", "cleo")]
    for n in range(3):
        await rig.call(f"at-{n}")
        await asyncio.sleep(SOON)
    assert [e.agent_id for e in rig.of(CallConnected)] == [anna.id, bert.id, cleo.id]
    for call in ("at-1", "at-0", "at-2"):
        rig.fake.end(call)
        await asyncio.sleep(1)
    for agent in (cleo, anna, bert):
        rig.roster.wrap_up_done(agent)
    for n in range(3, 6):
        await rig.call(f"at-{n}")
        await asyncio.sleep(SOON)
    assert [e.agent_id for e in rig.of(CallConnected)][3:] == [bert.id, anna.id, cleo.id]


async def test_the_agent_of_an_appointment_goes_first_if_free(rig: Rig) -> None:
    _, bert = await rig.agent("anna"), await rig.agent("bert")
    rig.prefer = bert.id
    await rig.call("at-1")
    await asyncio.sleep(SOON)
    await rig.call("at-2")
    await asyncio.sleep(SOON)
    assert rig.talks() == {"at-1": "bert", "at-2": "anna"}


async def test_nobody_free_the_message_starts_in_time(rig: Rig) -> None:
    call = await rig.call()
    offered = rig.clock.monotonic()
    await asyncio.sleep(SERVE_WITHIN - 0.01)
    assert rig.of(CallUnserved) == []
    await asyncio.sleep(0.02)
    assert rig.of(CallUnserved) == [CallUnserved(call, offered + SERVE_WITHIN)]
    assert rig.fake.asked(MESSAGES) == [act.Redirect(call, "customers", "message")]
    assert rig.floor.calls == {}
    assert SERVE_WITHIN < 2.0


async def test_an_agent_who_becomes_free_in_time_gets_the_call(rig: Rig) -> None:
    await rig.call()
    await asyncio.sleep(SERVE_WITHIN / 2)
    await rig.agent("anna")
    await asyncio.sleep(5)
    assert rig.talks() == {"at-1": "anna"}
    assert rig.of(CallUnserved) == []


async def test_a_message_that_cannot_be_asked_for_is_left_to_the_dialplan(rig: Rig) -> None:
    await rig.call()
    rig.fake.refuse = lambda _: "No"
    with capture_logs() as logs:
        await asyncio.sleep(2)
    assert [line["event"] for line in logs] == ["floor.message_by_dialplan"]


async def test_a_person_who_hangs_up_while_waiting_is_forgotten(rig: Rig) -> None:
    call = await rig.call()
    rig.fake.end(call)
    await asyncio.sleep(5)
    assert rig.floor.calls == {}
    assert rig.of(CallUnserved) == []
    assert rig.fake.asked(MESSAGES) == []


async def test_a_call_is_offered_once(rig: Rig) -> None:
    await rig.agent("anna")
    await rig.agent("bert")
    call = await rig.call()
    rig.floor.offer(call)
    await asyncio.sleep(1)
    rig.floor.offer(call)
    await asyncio.sleep(1)
    assert rig.talks() == {call: "anna"}
    assert [a.state for a in rig.roster] == [AgentState.TALKING, AgentState.READY]


@pytest.mark.parametrize("others_first", [True, False])
async def test_after_a_talk_the_agent_wraps_up_and_is_free_again(
    rig: Rig, others_first: bool
) -> None:
    rig.fake.others_first = others_first
    anna = await rig.agent("anna")
    call = await rig.call()
    await asyncio.sleep(10)
    rig.fake.end(call)
    await asyncio.sleep(SOON)
    (parted,) = rig.of(CallParted)
    assert (parted.call, parted.agent_id, parted.agent_left) == (call, anna.id, False)
    assert (anna.state, anna.call, anna.free) == (AgentState.WRAPPING, call, False)
    rig.roster.wrap_up_done(anna)
    assert anna.free
    await rig.call("at-2")
    await asyncio.sleep(SOON)
    assert rig.talks() == {"at-2": "anna"}


# -- what goes wrong --------------------------------------------------------------------------


async def test_a_bridge_that_fails_goes_to_the_next_agent(rig: Rig) -> None:
    anna, bert = await rig.agent("anna"), await rig.agent("bert")
    rig.fake.refuse = lambda a: (
        "No" if isinstance(a, act.Bridge) and a.channel_b == anna.leg else ""
    )
    with capture_logs() as logs:
        call = await rig.call()
        await asyncio.sleep(5)
    assert rig.talks() == {call: "bert"}
    assert (anna.state, bert.state) == (AgentState.READY, AgentState.TALKING)
    assert len(rig.fake.asked(act.Bridge)) == 2
    assert [line["event"] for line in logs] == ["floor.bridge_failed"]


async def test_when_all_bridges_fail_each_is_tried_once_and_the_message_plays(rig: Rig) -> None:
    await rig.agent("anna")
    await rig.agent("bert")
    rig.fake.refuse = lambda a: "No" if isinstance(a, act.Bridge) else ""
    await rig.call()
    await asyncio.sleep(2)
    assert len(rig.fake.asked(act.Bridge)) == 2
    assert len(rig.of(CallUnserved)) == 1
    assert all(agent.free for agent in rig.roster)


async def test_what_was_tried_in_vain_does_not_prolong_the_silence(rig: Rig) -> None:
    await rig.agent("anna")
    rig.fake.refuse = lambda a: "No" if isinstance(a, act.Bridge) else ""
    rig.fake.slow = 0.6
    await rig.call()
    offered = rig.clock.monotonic()
    await asyncio.sleep(5)
    assert [e.t - offered for e in rig.of(CallUnserved)] == [pytest.approx(SERVE_WITHIN)]


async def test_a_caller_with_whom_all_bridges_failed_is_tried_again_later(rig: Rig) -> None:
    await rig.agent("anna")
    rig.fake.refuse = lambda a: "No" if isinstance(a, act.Bridge) else ""
    await rig.call("in-1", patient=True)
    await asyncio.sleep(PATIENCE - 1)
    assert len(rig.fake.asked(act.Bridge)) == 1
    rig.fake.refuse = lambda _: ""
    await asyncio.sleep(2)
    assert rig.talks() == {"in-1": "anna"}


async def test_a_bridge_that_never_comes_frees_the_agent(rig: Rig) -> None:
    anna, _ = await rig.agent("anna"), await rig.agent("bert")
    del rig.fake.channels_now[anna.leg or ""]
    rig.fake.slow = 5.0
    call = await rig.call()
    rig.fake.slow = 0.001
    rig.floor.match()
    assert anna.state is AgentState.RESERVED
    await asyncio.sleep(CONNECT_WITHIN + SOON)
    assert rig.talks() == {call: "bert"}


async def test_a_bridge_given_up_that_comes_after_all_is_a_talk(rig: Rig) -> None:
    anna = await rig.agent("anna")
    call = await rig.call("in-1", patient=True)
    rig.floor._not_connected(rig.floor.calls[call], anna)
    assert anna.free
    await asyncio.sleep(SOON)
    assert (anna.state, anna.call) == (AgentState.TALKING, call)
    assert len(rig.of(CallConnected)) == 1


async def test_an_agent_s_leg_that_dies_while_being_connected(rig: Rig) -> None:
    anna, bert = await rig.agent("anna"), await rig.agent("bert")
    call = await rig.call()
    # The end of the leg is told before the refusal of the bridge; both mean the same agent.
    rig.fake.end(anna.leg or "")
    await asyncio.sleep(SOON)
    assert rig.talks() == {call: "bert"}
    assert bert.state is AgentState.TALKING
    assert anna.state in {AgentState.NOT_READY, AgentState.READY}
    assert len(rig.fake.asked(act.Bridge)) == 2


async def test_a_refusal_that_comes_late_does_not_take_the_next_agent_away(rig: Rig) -> None:
    anna, bert = await rig.agent("anna"), await rig.agent("bert")
    rig.fake.slow = 0.01
    call = await rig.call()
    lost = anna.leg or ""
    rig.fake.end(lost)
    assert (anna.state, bert.state) == (AgentState.NOT_READY, AgentState.RESERVED)
    await asyncio.sleep(5)
    assert rig.talks() == {call: "bert"}
    assert (bert.state, bert.call) == (AgentState.TALKING, call)


async def test_a_person_who_hangs_up_while_being_connected(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.fake.slow = 0.01
    call = await rig.call()
    assert anna.state is AgentState.RESERVED
    rig.fake.end(call)
    assert anna.free
    rig.fake.slow = 0.001
    await rig.call("at-2")
    await asyncio.sleep(5)
    assert rig.talks() == {"at-2": "anna"}
    assert anna.call == "at-2"


async def test_an_agent_who_goes_in_mid_call_leaves_the_person_to_another(rig: Rig) -> None:
    anna, bert = await rig.agent("anna"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(10)
    rig.fake.end(anna.leg or "")
    assert rig.of(CallParted)[0].agent_left
    assert anna.state is AgentState.WRAPPING
    await asyncio.sleep(SOON)
    assert rig.talks() == {call: "bert"}
    assert [e.agent_id for e in rig.of(CallConnected)] == [anna.id, bert.id]
    rig.fake.end(call)
    assert (anna.state, bert.state) == (AgentState.WRAPPING, AgentState.WRAPPING)


async def test_an_agent_who_goes_in_mid_call_and_nobody_else_is_there(rig: Rig) -> None:
    anna = await rig.agent("anna")
    call = await rig.call()
    await asyncio.sleep(10)
    rig.fake.end(anna.leg or "")
    await asyncio.sleep(SERVE_WITHIN + SOON)
    assert [e.call for e in rig.of(CallUnserved)] == [call]
    assert anna.leg is not None


async def test_a_bridge_that_was_made_though_its_answer_was_lost_stays(rig: Rig) -> None:
    anna, bert = await rig.agent("anna"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(SOON)
    offered = rig.floor.calls[call]
    rig.floor._not_connected(offered, anna)
    await asyncio.sleep(SOON)
    assert rig.talks() == {call: "anna"}
    assert (anna.state, bert.state) == (AgentState.TALKING, AgentState.READY)


# -- callers wait behind those we called --------------------------------------------------------


async def test_the_called_are_served_before_callers(rig: Rig) -> None:
    await rig.call("in-1", patient=True)
    await asyncio.sleep(0.1)
    await rig.call("at-1")
    await rig.agent("anna")
    await asyncio.sleep(SOON)
    assert rig.talks() == {"in-1": "nobody", "at-1": "anna"}


async def test_a_caller_waits_while_the_free_agents_are_promised(rig: Rig) -> None:
    await rig.agent("anna")
    rig.floor.promised = lambda: [EVERYONE]
    await rig.call("in-1", patient=True)
    await asyncio.sleep(PATIENCE - 0.1)
    assert rig.talks() == {"in-1": "nobody"}
    await asyncio.sleep(0.2)
    assert rig.talks() == {"in-1": "anna"}


async def test_a_caller_need_not_wait_for_agents_nobody_was_promised(rig: Rig) -> None:
    await rig.agent("anna")
    await rig.agent("bert")
    rig.floor.promised = lambda: [EVERYONE]
    await rig.call("in-1", patient=True)
    await asyncio.sleep(SOON)
    assert rig.talks() == {"in-1": "anna"}


async def test_callers_wait_in_order_for_as_long_as_it_takes(rig: Rig) -> None:
    await rig.call("in-1", patient=True)
    await asyncio.sleep(60)
    await rig.call("in-2", patient=True)
    await asyncio.sleep(60)
    assert rig.of(CallUnserved) == []
    await rig.agent("anna")
    await asyncio.sleep(SOON)
    assert rig.talks() == {"in-1": "anna", "in-2": "nobody"}


# -- phones that ring -----------------------------------------------------------------------------


async def test_a_phone_rings_for_the_call_while_the_person_hears_music(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(answers=4.0)
    anna = await rig.agent("anna", mode="ringing")
    assert anna.free
    call = await rig.call()
    await asyncio.sleep(3)
    assert (anna.state, rig.fake.asked(MESSAGES)) == (
        AgentState.RESERVED,
        [act.Redirect(call, "customers", "hold")],
    )
    await asyncio.sleep(2)
    assert rig.talks() == {call: "anna"}
    rig.fake.end(call)
    await asyncio.sleep(SOON)
    assert (anna.state, anna.leg) == (AgentState.WRAPPING, None)
    rig.roster.wrap_up_done(anna)
    assert anna.free


async def test_a_phone_that_nobody_picks_up_goes_to_the_next(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far()
    anna, _ = await rig.agent("anna", mode="ringing"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(RING_WITHIN + 0.1)
    assert (anna.state, anna.reason) == (AgentState.NOT_READY, "phone did not answer")
    assert rig.talks() == {call: "bert"}
    await asyncio.sleep(1)
    assert anna.leg is None
    assert [c for c in rig.fake.channels_now if c.startswith("ag-1-")] == []


async def test_a_phone_that_declines_goes_to_the_next_at_once(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(ends=2.0, cause=21, sip=603)
    anna, _ = await rig.agent("anna", mode="ringing"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(2.1)
    assert anna.state is AgentState.NOT_READY
    assert rig.talks() == {call: "bert"}


async def test_a_phone_that_cannot_be_called_goes_to_the_next(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(refused="no contact")
    anna, _ = await rig.agent("anna", mode="ringing"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(SOON)
    assert anna.state is AgentState.NOT_READY
    assert rig.talks() == {call: "bert"}


async def test_a_call_that_ends_as_the_phone_is_rung_is_not_the_phones_fault(rig: Rig) -> None:
    anna, _ = await rig.agent("anna", mode="ringing"), await rig.agent("bert")
    rig.fake.refuse = lambda action: "No such channel" if isinstance(action, act.Redirect) else ""
    call = await rig.call()
    rig.fake.end(call)
    await asyncio.sleep(SOON)
    assert anna.free


async def test_the_call_of_an_agent_who_hangs_up_is_offered_to_nobody(rig: Rig) -> None:
    """Also where the end of the agent's leg is told first."""
    anna, bert = await rig.agent("anna", mode="ringing"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(2)
    assert rig.talks() == {call: "anna"}
    rig.fake.loses = 1
    await rig.pbx.hang_up(call)
    rig.fake.end(anna.leg or "")
    await asyncio.sleep(2)
    assert rig.fake.channels_now == {bert.leg: rig.fake.channels_now[bert.leg or ""]}
    assert [told.agent_id for told in rig.of(CallConnected)] == [anna.id]
    assert anna.state is AgentState.WRAPPING
    assert bert.free


async def test_a_person_who_hangs_up_while_the_phone_rings(rig: Rig) -> None:
    rig.fake.phones["agent-anna"] = Far(answers=10.0)
    anna = await rig.agent("anna", mode="ringing")
    call = await rig.call()
    await asyncio.sleep(3)
    rig.fake.end(call)
    await asyncio.sleep(1)
    assert anna.free
    assert rig.fake.channels_now == {}
    await asyncio.sleep(20)
    assert rig.of(CallConnected) == []


async def test_a_phone_that_picks_up_at_once_does_not_cost_the_call(rig: Rig) -> None:
    """The customer is still on the way to the music; bridged there, the leg would end."""
    rig.fake.lags = 0.2
    await rig.agent("anna", mode="ringing")
    call = await rig.call()
    await asyncio.sleep(0.5)
    assert rig.talks() == {call: "anna"}


async def test_a_word_that_was_lost_keeps_nobody_waiting_for_ever(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.tracker.sent(anna.leg or "")  # and is never heard of
    call = await rig.call()
    await asyncio.sleep(2)
    assert rig.talks() == {call: "anna"}


async def test_a_ringing_phone_agent_who_goes_in_mid_call(rig: Rig) -> None:
    anna, _ = await rig.agent("anna", mode="ringing"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(2)
    assert rig.talks() == {call: "anna"}
    rig.fake.end(anna.leg or "")
    await asyncio.sleep(SOON)
    assert rig.talks() == {call: "bert"}


# -- the end ------------------------------------------------------------------------------------


async def test_closing_stops_timers_and_leaves_calls_alone(rig: Rig) -> None:
    anna = await rig.agent("anna")
    await rig.call("at-1")
    await asyncio.sleep(SOON)
    await rig.call("at-2")
    rig.fake.slow = 10.0
    await rig.call("in-1", patient=True)
    rig.roster.wrap_up(anna, 0)
    rig.roster.wrap_up_done(anna)
    said = len(rig.fake.said)
    await rig.floor.close()
    await asyncio.sleep(1.1)
    assert len(rig.fake.said) == said
    assert rig.of(CallUnserved) == []
    assert "at-1" in rig.fake.channels_now


async def test_a_call_taken_back_frees_the_agent_without_wrap_up(rig: Rig) -> None:
    anna, bert = await rig.agent("anna"), await rig.agent("bert")
    call = await rig.call()
    await asyncio.sleep(4)
    rig.floor.withdraw(call)
    (taken,) = rig.of(CallTakenBack)
    assert (taken.call, taken.agent_id) == (call, anna.id)
    assert taken.seconds == pytest.approx(4, abs=0.1)
    assert (anna.state, anna.free) == (AgentState.READY, False)
    await rig.pbx.hang_up(call)
    await asyncio.sleep(SOON)
    assert anna.free
    assert rig.of(CallParted) == []
    await rig.call("at-2")
    await asyncio.sleep(SOON)
    assert rig.talks() == {"at-2": "anna"}, "she keeps her place in line"
    assert bert.free


async def test_a_call_taken_back_while_it_is_connected_frees_the_agent(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.fake.slow = 0.5
    call = await rig.call()
    await asyncio.sleep(SOON)
    assert rig.roster.free() == []
    rig.floor.withdraw(call)
    assert rig.roster.free() == [anna]
    await rig.pbx.hang_up(call)
    await asyncio.sleep(2)
    assert anna.free
    assert not rig.of(CallConnected)
    assert not rig.of(CallTakenBack)
    assert rig.floor.calls == {}


async def test_a_break_asked_for_comes_after_a_call_that_is_taken_back(rig: Rig) -> None:
    anna = await rig.agent("anna")
    call = await rig.call()
    await asyncio.sleep(2)
    rig.roster.make_not_ready(anna, "lunch")
    rig.floor.withdraw(call)
    assert (anna.state, anna.reason) == (AgentState.NOT_READY, "lunch")


async def test_who_is_offered_late_is_served_sooner(rig: Rig) -> None:
    call = "at-1"
    rig.floor.offer(call, serve_within=0.1)
    await asyncio.sleep(0.11)
    assert [e.call for e in rig.of(CallUnserved)] == [call]
