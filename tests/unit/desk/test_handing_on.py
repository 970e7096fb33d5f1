"""Who hands a call on finishes their notes; who has it last says what came of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from cti.agents.states import AgentState
from cti.base.errors import Conflict
from dialer.attempts.models import AttemptRow
from tests.unit.desk.house import House, opened, person
from tests.unit.engine.rig import Outside

S = AgentState


@pytest.fixture
async def house(outside: Outside, tmp_path: Path) -> AsyncIterator[House]:
    made = await opened(outside, tmp_path, agents=2, wrap_up_s=60)
    yield made
    await made.close()


async def in_call(house: House) -> tuple[str, str, str]:
    """Somebody talks: the call, who has it, and who is free."""
    await person(house.outside, name="Li")
    await asyncio.sleep(5)
    first = next(a.name for a in house.engine.roster if a.state is S.TALKING)
    other = next(a.name for a in house.engine.roster if a.name != first)
    return house.call(first), first, other


def hand_over(house: House, call: str, to: str) -> None:
    house.engine.floor.hand_over(call, house.engine.roster.get(to))


async def attempt(house: House) -> AttemptRow:
    await house.engine.ledger.flush()
    (row,) = await house.outside.attempts()
    return row


async def test_who_hands_on_writes_notes_and_the_other_says_what_came_of_it(house: House) -> None:
    call, first, other = await in_call(house)
    desk = house.desk
    await desk.save_notes(first, call, "Wants the blue one.")
    page = house.page(other)
    hand_over(house, call, other)
    await asyncio.sleep(1)
    view = await house.view(first)
    assert view.call is not None
    assert view.call.wrap_until is not None
    left = (view.call.wrap_until - view.at).total_seconds()
    assert 13 < left <= 15, "a short wrap-up, of the own part only"
    assert view.call.handed_on is not None
    assert (view.call.handed_on.kind, view.call.handed_on.name) == ("agent", other)
    assert not view.call.handed_on.over
    assert view.dispositions == []
    with pytest.raises(Conflict, match=f"{other} has this call now"):
        await desk.dispose(first, call, "success")
    await desk.save_notes(first, call, "Wants the blue one, large.")
    await asyncio.sleep(0.1)
    assert page.desks[-1]["colleagues"] == [{"agent": first, "text": "Wants the blue one, large."}]
    assert page.desks[-1]["notes"] == ""
    await desk.save_notes(other, call, "Sold.")
    after = await desk.done(first, call)
    assert (after.call, after.agent.state) == (None, S.READY)
    assert (await desk.done(first, call)).agent.state is S.READY  # a double click
    house.outside.pbx.end(call)
    await asyncio.sleep(1)
    theirs = await house.view(other)
    assert theirs.call is not None
    assert theirs.call.handed_on is None
    with pytest.raises(Conflict, match="not said yet"):
        await desk.done(other, call)
    await desk.dispose(other, call, "success")
    row = await attempt(house)
    by = house.engine.roster.get(other).id
    assert (row.disposition, row.disposition_by, row.note) == ("success", by, "Sold.")
    assert await desk.notes_of(call) == {
        house.engine.roster.get(first).id: "Wants the blue one, large.",
        by: "Sold.",
    }


async def test_both_notes_are_in_the_history(house: House) -> None:
    call, first, other = await in_call(house)
    await house.desk.save_notes(first, call, "One.")
    hand_over(house, call, other)
    await house.desk.save_notes(other, call, "Two.")
    await house.desk.done(first, call)
    house.outside.pbx.end(call)
    await asyncio.sleep(1)
    await house.desk.dispose(other, call, "refused")
    number = (await attempt(house)).e164
    shown = await house.desk.call_number(first, 1, number)
    assert shown.person is not None
    (earlier,) = shown.person.history
    assert (earlier.agent, earlier.note) == (other, "Two.")
    assert [(one.agent, one.text) for one in earlier.colleagues] == [(first, "One.")]


async def test_the_call_ends_while_the_first_still_writes(house: House) -> None:
    call, first, other = await in_call(house)
    hand_over(house, call, other)
    house.outside.pbx.end(call)
    await asyncio.sleep(1)
    await house.desk.dispose(other, call, "success")
    view = await house.view(first)
    assert view.call is not None
    assert view.call.handed_on is not None
    assert (view.call.handed_on.name, view.call.handed_on.over) == (other, True)
    with pytest.raises(Conflict):
        await house.desk.dispose(first, call, "refused")
    assert (await house.desk.done(first, call)).agent.state is S.READY
    assert (await attempt(house)).disposition == "success"


async def test_done_keeps_the_break_that_was_asked_for(house: House) -> None:
    call, first, other = await in_call(house)
    await house.desk.set_ready(first, ready=False, reason="lunch")
    with pytest.raises(Conflict):
        await house.desk.done(first, call)
    hand_over(house, call, other)
    after = await house.desk.done(first, call)
    assert (after.agent.state, after.agent.reason) == (S.NOT_READY, "lunch")


async def test_in_the_queue_nobody_says_anything_until_somebody_has_it(house: House) -> None:
    call, first, other = await in_call(house)
    await house.desk.set_ready(other, ready=False, reason="lunch")
    house.engine.floor.send_back(call)
    await asyncio.sleep(1)
    view = await house.view(first)
    assert view.call is not None
    assert view.call.handed_on is not None
    assert view.call.handed_on.kind == "queue"
    assert view.dispositions == []
    with pytest.raises(Conflict, match="Another agent has"):
        await house.desk.dispose(first, call, "success")
    house.outside.pbx.end(call)  # the customer does not wait
    await asyncio.sleep(1)
    view = await house.view(first)
    assert view.call is not None
    assert view.call.handed_on is None
    assert view.dispositions, "who had it last says what came of it"
    await house.desk.dispose(first, call, "refused")
    assert (await attempt(house)).disposition == "refused"


async def test_a_word_said_before_handing_on_stands_if_nothing_is_said_after_it(
    house: House,
) -> None:
    call, first, other = await in_call(house)
    await house.desk.dispose(first, call, "refused")
    hand_over(house, call, other)
    house.outside.pbx.end(call)
    await asyncio.sleep(1)
    view = await house.view(other)
    assert (house.state(other), view.disposition) == (S.WRAPPING, None)
    await asyncio.sleep(61)
    row = await attempt(house)
    assert (row.disposition, row.disposition_by) == (
        "refused",
        house.engine.roster.get(first).id,
    )


async def test_a_word_said_before_handing_on_gives_way(house: House) -> None:
    call, first, other = await in_call(house)
    await house.desk.dispose(first, call, "refused")
    hand_over(house, call, other)
    house.outside.pbx.end(call)
    await asyncio.sleep(1)
    await house.desk.dispose(other, call, "success")
    row = await attempt(house)
    assert (row.disposition, row.disposition_by) == (
        "success",
        house.engine.roster.get(other).id,
    )
