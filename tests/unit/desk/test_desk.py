"""What an agent sees and does at the desk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from cti.agents.states import AgentState
from cti.base.errors import Conflict, NotFound, UserError
from dialer.attempts.events import MachineTakenBack, SoundsLike
from dialer.attempts.models import AttemptRow
from dialer.compliance.models import BarRow
from dialer.desk.models import CallNoteRow
from dialer.leads.models import NumberRow
from dialer.scripts.models import AttemptAnswersRow
from tests.fake_pbx import NO_ANSWER
from tests.unit.desk.house import House, lead, opened, person
from tests.unit.engine.rig import Outside

Open = Callable[..., Awaitable[House]]
SCRIPT: dict[str, Any] = {
    "first": "hello",
    "steps": [
        {
            "id": "hello",
            "text": "Good day {{name}} of {{field.company}}, this is {{agent}}.",
            "questions": [
                {
                    "id": "interest",
                    "label": "Interested?",
                    "type": "choice",
                    "options": ["yes", "no"],
                    "required": True,
                }
            ],
            "next": [{"when": {"question": "interest", "is": "yes"}, "go": "order"}],
        },
        {
            "id": "order",
            "title": "Order",
            "questions": [
                {"id": "count", "label": "How many?", "type": "number", "required": True}
            ],
        },
    ],
}


@pytest.fixture
async def open_house(outside: Outside, tmp_path: Path) -> AsyncIterator[Open]:
    houses: list[House] = []

    async def make(**more: Any) -> House:
        houses.append(await opened(outside, tmp_path, **more))
        return houses[-1]

    yield make
    for house in houses:
        await house.close()


async def test_nothing_in_hand(open_house: Open) -> None:
    house = await open_house()
    view = await house.view()
    assert (view.call, view.person, view.script, view.preview) == (None, None, None, None)
    assert (view.agent.state, view.agent.phone_up) == (AgentState.READY, True)
    assert [(c.manual, c.preview) for c in view.campaigns] == [(True, False)]
    assert [reason.code for reason in view.reasons][:2] == ["break", "lunch"]
    assert view.today.ready_seconds > 0


async def test_the_person_is_there_the_moment_the_agent_is(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house()
    page = house.page()
    await person(
        outside,
        name="<script>alert(1)</script>",
        reference="A-7",
        fields={"company": '"><img src=x onerror=alert(1)>'},
    )
    await asyncio.sleep(5)
    assert house.state() is AgentState.TALKING
    shown = next(d for d in page.desks if d["agent"]["state"] == "talking")
    assert shown["person"]["name"] == "<script>alert(1)</script>"
    assert shown["person"]["fields"] == {"company": '"><img src=x onerror=alert(1)>'}
    call = shown["call"]
    assert (call["kind"], call["id"]) == ("outbound", house.call())
    assert call["bridged_at"] is not None
    assert call["recording"] == "on"
    assert call["notice"].startswith("This call is recorded")
    assert [party["state"] for party in call["parties"]] == ["talking"]
    (number,) = await outside.all(NumberRow)
    assert call["number"] == f"{number.e164[:6]}****{number.e164[-4:]}"
    assert number.e164 not in str(page.frames)
    assert shown["dispositions"][0]["code"] == "success"


async def test_a_call_is_said_what_came_of_and_the_day_counts_it(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house()
    await person(outside)
    await asyncio.sleep(5)
    call = house.call()
    outside.pbx.end(call)
    await asyncio.sleep(1)
    view = await house.view()
    assert view.call is not None
    assert (view.agent.state, view.call.id) == (AgentState.WRAPPING, call)
    assert view.call.ended_at is not None
    assert view.call.wrap_until is not None
    assert timedelta(seconds=8) < view.call.wrap_until - view.at <= timedelta(seconds=10)
    assert [party.state for party in view.call.parties] == ["gone"]
    await house.desk.save_notes("agent0", call, "Wants two.")
    after = await house.desk.dispose("agent0", call, "success")
    assert (after.call, after.agent.state) == (None, AgentState.READY)
    assert (after.today.calls, after.today.successes) == (1, 1)
    assert sum(hour.successes for hour in after.today.hours) == 1
    assert after.today.talk_seconds == pytest.approx(3, abs=2)
    again = await house.desk.dispose("agent0", call, "success")  # a double click
    assert again.today.successes == 1
    with pytest.raises(Conflict, match="not in your hands"):
        await house.desk.dispose("agent0", call, "refused")
    await house.engine.ledger.flush()
    (attempt,) = await outside.attempts()
    assert (attempt.disposition, attempt.note) == ("success", "Wants two.")


async def test_earlier_calls_and_notes_are_shown_the_newest_first(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house()
    lead_id = await person(outside)
    await asyncio.sleep(5)
    first = house.call()
    await house.desk.save_notes("agent0", first, "Call again about the garden.")
    outside.pbx.end(first)
    await asyncio.sleep(1)
    await house.desk.dispose("agent0", first, "no_time_fixed")
    number = next(n for n in await outside.all(NumberRow) if n.lead_id == lead_id)
    await house.inbound.arrived("in-1", "4001", number.e164[3:])
    await house.inbound.queued("in-1", "sales")
    outside.pbx.arrive("in-1")
    await asyncio.sleep(8)
    view = await house.view()
    assert view.call is not None
    assert view.person is not None
    assert (view.call.kind, view.call.campaign) == ("inbound", "sales")
    assert view.person.lead_id == lead_id
    assert [(one.direction, one.note, one.agent) for one in view.person.history] == [
        ("out", "Call again about the garden.", "agent0")
    ]
    assert view.dispositions == []
    with pytest.raises(Conflict, match="has no disposition"):
        await house.desk.dispose("agent0", "in-1", "success")
    await house.desk.save_notes("agent0", "in-1", "Called back.")
    outside.pbx.end("in-1")
    await asyncio.sleep(1)
    await house.desk.set_ready("agent0", ready=True)
    assert house.state() is AgentState.READY
    shown = await house.desk.call_number("agent0", 1, number.e164)
    assert shown.person is not None
    assert [(one.direction, one.note) for one in shown.person.history] == [
        ("in", "Called back."),
        ("out", "Call again about the garden."),
    ]


async def test_an_unknown_caller_is_a_call_without_a_person(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house()
    await house.inbound.arrived("in-1", "4001", "anonymous")
    await house.inbound.queued("in-1", "sales")
    outside.pbx.arrive("in-1")
    await asyncio.sleep(8)
    view = await house.view()
    assert view.call is not None
    assert (view.call.kind, view.person) == ("inbound", None)
    with pytest.raises(Conflict, match="number is not known"):
        await house.desk.do_not_call("agent0", "in-1")


async def test_notes_and_answers_outlive_the_service(
    outside: Outside, open_house: Open, tmp_path: Path
) -> None:
    house = await open_house()
    await house.script(SCRIPT, 1)
    await outside.set_state(1, "running")
    house.engine.dialler.campaign_changed(1)
    await person(outside, name="Li", fields={"company": "Ri Xin"})
    await asyncio.sleep(5)
    call = house.call()
    await house.desk.save_notes("agent0", call, "half a sen")
    await house.desk.save_answers("agent0", call, {"interest": "yes"}, "order")
    await house.engine.kill()
    again = await House(outside, tmp_path).start()
    view = await again.view()
    assert view.call is not None
    assert (view.call.id, view.agent.state) == (call, AgentState.TALKING)
    assert (view.notes, view.answers, view.step) == ("half a sen", {"interest": "yes"}, "order")
    assert view.script is not None
    assert view.script.steps[0].text == "Good day Li of Ri Xin, this is agent0."
    assert view.call.bridged_at is not None
    await again.desk.save_notes("agent0", call, "half a sentence")
    (kept,) = await outside.all(AttemptAnswersRow, by="attempt_id")
    assert (kept.script_id, kept.version, kept.answers) == (1, 1, {"interest": "yes"})
    await again.close()


async def test_a_success_needs_the_scripts_required_answers(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house()
    await house.script(SCRIPT, 1)
    house.engine.dialler.campaign_changed(1)
    await person(outside)
    await asyncio.sleep(5)
    call = house.call()
    with pytest.raises(UserError, match="“Interested\\?” in step “hello” is not answered"):
        await house.desk.dispose("agent0", call, "success")
    await house.desk.save_answers("agent0", call, {"interest": "yes"}, "order")
    with pytest.raises(UserError, match="“How many\\?” in step “Order” is not answered"):
        await house.desk.dispose("agent0", call, "success")
    await house.desk.save_answers("agent0", call, {"interest": "yes", "count": "two"}, "order")
    with pytest.raises(UserError, match="“two” is not a number"):
        await house.desk.dispose("agent0", call, "success")
    for answers, said in (
        ({"colour": "red"}, "no such question"),
        ({"interest": "perhaps"}, "“perhaps” is not one of its options"),
        ({"interest": ["yes"]}, "answered with one text"),
        ({"count": "1" * 3000}, "longer than 2000"),
    ):
        with pytest.raises(UserError, match=said):
            await house.desk.save_answers("agent0", call, answers, "order")  # type: ignore[arg-type]
    await house.desk.save_answers("agent0", call, {"interest": "yes", "count": "2"}, "order")
    view = await house.desk.dispose("agent0", call, "success")
    assert view.disposition == "success"


async def test_who_was_not_reached_answers_nothing(outside: Outside, open_house: Open) -> None:
    house = await open_house()
    await house.script(SCRIPT, 1)
    house.engine.dialler.campaign_changed(1)
    await person(outside)
    await asyncio.sleep(5)
    view = await house.desk.dispose("agent0", house.call(), "wrong_contact")
    assert view.disposition == "wrong_contact"
    # Refused at the first step: what stands in it could not be asked any more.
    assert (await house.desk.dispose("agent0", house.call(), "refused")).disposition == "refused"
    await house.desk.save_answers("agent0", house.call(), {}, "order")
    with pytest.raises(UserError, match="Interested"):
        await house.desk.dispose("agent0", house.call(), "refused")


async def test_typing_in_one_page_is_shown_in_the_other(outside: Outside, open_house: Open) -> None:
    house = await open_house()
    await person(outside)
    await asyncio.sleep(5)
    first, second = house.page(), house.page()
    await house.desk.save_notes("agent0", house.call(), "typed", browser=first.browser.id)
    await asyncio.sleep(0.1)
    assert first.desks == []
    assert [desk["notes"] for desk in second.desks] == ["typed"]


async def test_the_last_words_are_kept_though_the_call_is_left(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house(agents=2)
    await person(outside)
    await asyncio.sleep(5)
    talking = next(n for n in ("agent0", "agent1") if house.state(n) is AgentState.TALKING)
    call = house.call(talking)
    outside.pbx.end(call)
    await asyncio.sleep(0.5)
    await house.desk.save_notes(talking, call, "a")
    await house.desk.dispose(talking, call, "success")
    await house.desk.save_notes(talking, call, "and more")
    (row,) = await outside.all(CallNoteRow, by="call")
    assert row.text == "and more"
    other = "agent1" if talking == "agent0" else "agent0"
    with pytest.raises(Conflict, match="not in your hands"):
        await house.desk.save_notes(other, call, "not mine")


async def test_do_not_call_holds_from_this_moment_on(outside: Outside, open_house: Open) -> None:
    house = await open_house()
    lead_id = await person(outside)
    await asyncio.sleep(5)
    call = house.call()
    view = await house.desk.do_not_call("agent0", call)
    assert view.disposition == "do_not_call"
    (number,) = await outside.all(NumberRow)
    (bar,) = await outside.all(BarRow)
    assert (bar.number, bar.added_by, bar.source) == (number.e164, "agent0", "agent")
    outside.pbx.end(call)
    await asyncio.sleep(2)
    assert (await lead(outside, lead_id)).state == "closed"
    checked = await house.desk.check("agent0", 1, number.e164)
    assert not checked.may
    assert checked.why_not == "The number is marked as unusable."
    with pytest.raises(Conflict, match="unusable"):
        await house.desk.call_number("agent0", 1, number.e164)


async def test_a_reason_of_the_sites_is_needed_for_a_break(open_house: Open) -> None:
    house = await open_house()
    for reason in ("", "because"):
        with pytest.raises(UserError, match="reason"):
            await house.desk.set_ready("agent0", ready=False, reason=reason)
    view = await house.desk.set_ready("agent0", ready=False, reason="lunch")
    assert (view.agent.state, view.agent.reason) == (AgentState.NOT_READY, "lunch")
    await asyncio.sleep(60)
    assert (await house.view()).today.not_ready_seconds == pytest.approx(60, abs=3)
    await house.desk.sign_out("agent0")
    assert house.state() is AgentState.SIGNED_OUT


async def test_a_lead_is_looked_at_dialled_and_skipped(outside: Outside, open_house: Open) -> None:
    house = await open_house(mode="preview")
    page = house.page()
    lead_id = await person(outside, name="Li")
    await asyncio.sleep(3)
    view = await house.desk.next_lead("agent0", 1)
    assert view.preview is not None
    assert view.person is not None
    assert (view.preview.lead_id, view.person.name, view.call) == (lead_id, "Li", None)
    assert [(n.next, n.usable) for n in view.person.numbers] == [(True, True)]
    view = await house.desk.skip("agent0")
    assert (view.preview, view.person, view.agent.state) == (None, None, AgentState.READY)
    await asyncio.sleep(3)
    view = await house.desk.next_lead("agent0", 1)
    assert view.person is not None
    with pytest.raises(NotFound, match="no number 99"):
        await house.desk.dial_previewed("agent0", 99)
    view = await house.desk.dial_previewed("agent0", view.person.numbers[0].id)
    assert view.call is not None
    assert (view.call.kind, view.preview) == ("preview", None)
    assert [party.state for party in view.call.parties] == ["ringing"]
    await asyncio.sleep(3)
    assert page.desks[-1]["call"]["kind"] == "preview"
    assert page.desks[-1]["agent"]["state"] == "talking"
    with pytest.raises(Conflict, match="look at no lead"):
        await house.desk.skip("agent0")


async def test_a_number_is_looked_at_before_it_is_dialled(
    outside: Outside, open_house: Open
) -> None:
    closed = {day: ["03:00-03:30"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}
    house = await open_house(windows=closed)
    checked = await house.desk.check("agent0", 1, "139 0000 0001")
    assert (checked.number, checked.may, checked.lead_id) == ("+8613900000001", False, None)
    assert "Outside the calling times" in checked.why_not
    assert checked.until is not None
    with pytest.raises(UserError, match="cannot be dialled"):
        await house.desk.check("agent0", 1, "12")
    assert not (await house.desk.check("agent0", 99, "13900000001")).may
    assert await outside.all(AttemptRow) == []


async def test_an_appointment_is_looked_at_and_promised_in_the_leads_zone(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house()
    lead_id = await person(outside, name="Li")
    await asyncio.sleep(5)
    call = house.call()
    at = outside.clock.now() + timedelta(hours=2)
    possible = await house.desk.possible("agent0", at)
    assert (possible.due_at, possible.moved) == (at, False)
    with pytest.raises(UserError, match="needs a time"):
        await house.desk.dispose("agent0", call, "callback_at")
    outside.pbx.end(call)
    await asyncio.sleep(1)
    page = house.page()
    await house.desk.dispose("agent0", call, "callback_at", callback_at=at)
    await house.engine.ledger.flush()
    view = await house.view()
    assert [(one.lead_id, one.name, one.at) for one in view.appointments] == [(lead_id, "Li", at)]
    assert page.desks != []


async def test_what_it_sounds_like_is_shown_and_told(outside: Outside, open_house: Open) -> None:
    house = await open_house()
    await person(outside)
    await asyncio.sleep(5)
    page, call, now = house.page(), house.call(), outside.clock.now()
    house.engine.signals.emit(SoundsLike(call, 1, 1, "machine", 0.9, now))
    await asyncio.sleep(0.1)
    assert page.desks[-1]["call"]["sounds_like"] == {"heard": "machine", "confidence": 0.9}
    house.engine.signals.emit(MachineTakenBack(call, 1, 1, "machine", 0.9, "hang_up", 2, 3, now))
    await asyncio.sleep(0.1)
    assert [notice["kind"] for notice in page.notices] == ["sounds_like", "taken_back"]
    assert page.desks[-1]["call"]["sounds_like"] is None


async def test_a_call_that_rings_for_the_agent_can_be_given_up(
    outside: Outside, open_house: Open
) -> None:
    house = await open_house(far=NO_ANSWER)
    view = await house.desk.call_number("agent0", 1, "13900000001")
    assert view.call is not None
    await asyncio.sleep(2)
    await house.desk.hang_up("agent0")
    await asyncio.sleep(1)
    assert house.state() is AgentState.READY
    await house.engine.ledger.flush()
    (attempt,) = await outside.attempts()
    assert attempt.ended_at is not None
    assert "agent0 hung up" in str(attempt.evidence)
    with pytest.raises(Conflict, match="not in a call"):
        await house.desk.hang_up("agent0")
