"""After a restart agents are where the PBX and our memory say they are."""

import asyncio

import pytest

from cti.agents.memory import Remembered
from cti.agents.roster import CONNECTING, PHONE_LOST
from cti.agents.states import Agent, AgentState
from cti.floor.events import CallConnected, CallParted
from cti.floor.takeover import SHORTEST_WRAP_UP, Takeover
from tests.unit.floor.rig import SOON, Rig

S = AgentState


def memory(agent: Agent, wrap_left: float | None = None, written: float = 0.0) -> Remembered:
    return Remembered(agent.name, agent.state, agent.reason, agent.call, wrap_left, written)


async def restarted(rig: Rig, *remembered: Remembered) -> Rig:
    """Another service on the same PBX, where nobody has heard what happened meanwhile."""
    await rig.close()
    again = Rig(rig.fake)
    for old in rig.roster:
        again.roster.add(Agent(old.id, old.name, old.phone, old.mode))
    again.tracker.adopt(rig.fake.rows())
    known = remembered or tuple(memory(a) for a in rig.roster)
    takeover = Takeover(again.tracker, again.roster, again.floor, again.clock, lambda _: 33.0)
    takeover.agents({r.name: r for r in known})
    again.phones.connect_all()
    await asyncio.sleep(SOON)
    return again


async def test_who_waited_waits_and_is_free(rig: Rig) -> None:
    await rig.agent("anna")
    again = await restarted(rig)
    anna = again.roster.get("anna")
    assert anna.free
    assert len(rig.fake.channels_now) == 1
    await again.call()
    await asyncio.sleep(SOON)
    assert again.talks() == {"at-1": "anna"}
    await again.close()


async def test_who_talks_goes_on_talking(rig: Rig) -> None:
    await rig.agent("anna")
    call = await rig.call()
    await asyncio.sleep(5)
    again = await restarted(rig)
    anna = again.roster.get("anna")
    assert (anna.state, anna.call, anna.free) == (S.TALKING, call, False)
    assert again.of(CallConnected) == []
    rig.fake.end(call)
    await asyncio.sleep(SOON)
    assert anna.state is S.WRAPPING
    assert anna.wrap_until == pytest.approx(again.clock.monotonic() + 33, abs=0.1)
    assert [e.call for e in again.of(CallParted)] == [call]
    again.roster.wrap_up_done(anna)
    assert anna.free
    await again.close()


@pytest.mark.parametrize(("left", "shortest"), [(18.0, 10.0), (6.0, SHORTEST_WRAP_UP)])
async def test_who_wrapped_up_has_the_rest_of_it(rig: Rig, left: float, shortest: float) -> None:
    anna = await rig.agent("anna")
    written = rig.clock.now().timestamp()
    await asyncio.sleep(8)
    kept = Remembered("anna", S.WRAPPING, "", "at-1", left, written)
    again = await restarted(rig, kept)
    anna = again.roster.get("anna")
    assert (anna.state, anna.call) == (S.WRAPPING, "at-1")
    assert anna.wrap_until == pytest.approx(again.clock.monotonic() + shortest, abs=0.1)
    await again.close()


async def test_whose_call_ended_meanwhile_wraps_up(rig: Rig) -> None:
    await rig.agent("anna")
    call = await rig.call()
    await asyncio.sleep(5)
    kept = memory(rig.roster.get("anna"))
    rig.fake.end(call)
    again = await restarted(rig, kept)
    anna = again.roster.get("anna")
    assert (anna.state, anna.call) == (S.WRAPPING, call)
    assert anna.wrap_until == pytest.approx(again.clock.monotonic() + SHORTEST_WRAP_UP, abs=0.1)
    again.roster.wrap_up_done(anna)
    assert anna.free
    await again.close()


async def test_a_break_goes_on(rig: Rig) -> None:
    anna = await rig.agent("anna")
    rig.roster.make_not_ready(anna, "lunch")
    again = await restarted(rig)
    anna = again.roster.get("anna")
    assert (anna.state, anna.reason) == (S.NOT_READY, "lunch")
    assert anna.leg in rig.fake.channels_now
    await again.close()


@pytest.mark.parametrize("reason", [CONNECTING, PHONE_LOST])
@pytest.mark.parametrize("leg_there", [True, False])
async def test_who_only_waited_for_the_phone_is_ready_once_it_is_there(
    rig: Rig, reason: str, leg_there: bool
) -> None:
    anna = await rig.agent("anna")
    if not leg_there:
        rig.fake.end(anna.leg or "")
        await rig.phones.close()
    again = await restarted(rig, Remembered("anna", S.NOT_READY, reason, None, None, 0.0))
    assert again.roster.get("anna").free
    await again.close()


@pytest.mark.parametrize("state", [S.READY, S.RESERVED])
async def test_whose_phone_was_lost_meanwhile_is_called(rig: Rig, state: AgentState) -> None:
    anna = await rig.agent("anna")
    await rig.phones.close()
    rig.fake.end(anna.leg or "")
    again = await restarted(rig, Remembered("anna", state, "", "at-1", None, 0.0))
    assert again.states == [("anna", S.NOT_READY), ("anna", S.READY)]
    assert again.roster.get("anna").free
    await again.close()


async def test_who_was_signed_out_or_is_unknown_stays_out(rig: Rig) -> None:
    anna, _ = await rig.agent("anna", mode="ringing"), await rig.agent("bert", mode="ringing")
    rig.roster.sign_out(anna)
    again = await restarted(rig, memory(anna))
    assert [a.state for a in again.roster] == [S.SIGNED_OUT, S.SIGNED_OUT]
    await again.close()


async def test_a_ringing_phone_agent_is_ready_again(rig: Rig) -> None:
    await rig.agent("anna", mode="ringing")
    again = await restarted(rig)
    assert again.roster.get("anna").free
    await again.close()
