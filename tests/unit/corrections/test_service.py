"""The agent's word after the call: what it changes, what it no longer can, and what is kept."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from cti.base.errors import Conflict, NotFound, UserError
from dialer.attempts.models import AttemptRow
from dialer.attempts.service import AttemptService
from dialer.compliance.models import BarRow
from dialer.corrections.consequences import Story
from dialer.corrections.models import CorrectionRow
from dialer.corrections.service import AgentsWord
from dialer.labels.models import LabelRow
from dialer.leads.models import LeadRow, NumberRow
from tests.fake_pbx import BUSY, TALKS
from tests.unit.engine.rig import Engine, Outside

DAY = timedelta(days=1)


class Over:
    """A call that is over, of which the agent said `first`."""

    def __init__(self, outside: Outside, engine: Engine) -> None:
        self.outside, self.engine = outside, engine
        self.word = AgentsWord(outside.store, engine.attempts, engine.answering, outside.clock)

    async def attempt(self) -> AttemptRow:
        return (await self.outside.attempts())[0]

    async def lead(self) -> LeadRow:
        return (await self.outside.all(LeadRow))[0]

    async def correct(self, code: str, **more: Any) -> str:
        more = {"why": "wrong key", "by": "lena"} | more
        said = await self.word.dispose((await self.attempt()).id, code, **more)
        return said.effect

    async def again(self) -> None:
        """The lead is called once more, and that call goes on."""
        async with self.outside.bare.write() as session:
            lead = await session.get_one(LeadRow, (await self.lead()).id)
            lead.state, lead.due_at = "waiting", self.outside.clock.now()
        await asyncio.sleep(10)
        assert len(self.engine.attempts.flights) == 1


async def over(outside: Outside, first: str | None = "refused", **settings: Any) -> Over:
    outside.pbx.default = TALKS
    await outside.agents(1)
    await outside.campaign(leads=1, **settings)
    engine = await outside.engine().start()
    engine.says = lambda _: first
    await asyncio.sleep(60)
    return Over(outside, engine)


async def test_a_correction_changes_the_word_and_keeps_the_old_one(outside: Outside) -> None:
    call = await over(outside)
    assert await call.correct("success") == "Closed: success."
    attempt = await call.attempt()
    assert (attempt.disposition, attempt.outcome) == ("success", "answered")
    assert attempt.disposition_at == outside.clock.now()
    (kept,) = await outside.all(CorrectionRow)
    assert (kept.was, kept.becomes, kept.made_by, kept.why) == (
        "refused",
        "success",
        "lena",
        "wrong key",
    )
    lead = await call.lead()
    assert (lead.state, lead.closed_reason, lead.last_disposition) == (
        "closed",
        "success",
        "success",
    )
    labels = [(row.label, row.source) for row in await outside.all(LabelRow)]
    assert labels == [("person", "disposition"), ("person", "correction")]
    view = await AttemptService(
        outside.store, call.engine.attempts.flights, call.engine.ledger.flush
    ).get(attempt.id)
    assert [(c.by, c.was, c.becomes) for c in view.corrections] == [("lena", "refused", "success")]


async def test_a_closed_lead_is_called_again_when_the_word_says_so(outside: Outside) -> None:
    call = await over(outside)
    await call.correct("no_time_fixed")
    lead = await call.lead()
    assert (lead.state, lead.closed_reason, lead.dials) == ("waiting", None, 1)
    assert lead.due_at is not None
    assert lead.due_at - outside.clock.now() == timedelta(hours=4)


async def test_an_appointment_is_set_late(outside: Outside) -> None:
    call = await over(outside)
    at = outside.clock.now() + DAY
    effect = await call.correct("callback_at", callback_at=at)
    assert "appointment" in effect
    lead = await call.lead()
    assert (lead.state, lead.due_at, lead.prefer_agent) == ("waiting", at, 1)
    assert (await call.attempt()).callback_at == at


async def test_an_appointment_of_an_earlier_call_counts_too(outside: Outside) -> None:
    call = await over(outside, "no_time_fixed")
    outside.pbx.default = BUSY
    async with outside.bare.write() as session:
        (await session.get_one(LeadRow, (await call.lead()).id)).due_at = outside.clock.now()
    await asyncio.sleep(10)
    assert await outside.outcomes() == ["answered", "busy"]
    assert "later call" in await call.correct("success")
    assert (await call.lead()).state == "waiting"
    at = outside.clock.now() + DAY
    await call.correct("callback_at", callback_at=at)
    assert (await call.lead()).due_at == at


async def test_do_not_call_bars_in_any_state(outside: Outside) -> None:
    call = await over(outside, "no_time_fixed")
    await call.correct("do_not_call")
    await asyncio.sleep(1)
    lead = await call.lead()
    assert (lead.state, lead.closed_reason) == ("closed", "do_not_call")
    assert [number.usable for number in await outside.all(NumberRow)] == [False]
    assert [bar.source for bar in await outside.all(BarRow)] == ["agent"]


async def test_do_not_call_while_the_lead_is_being_called(outside: Outside) -> None:
    call = await over(outside, "no_time_fixed")
    call.engine.says = lambda _: "no_time_fixed"
    await call.again()
    effect = await call.correct("do_not_call")
    assert "after this call" in effect
    assert (await call.lead()).state == "in_flight"
    await asyncio.sleep(60)
    lead = await call.lead()
    assert (lead.state, lead.due_at, lead.dials) == ("closed", None, 2)


async def test_while_the_lead_is_being_called_only_the_record_changes(outside: Outside) -> None:
    call = await over(outside, "no_time_fixed")
    await call.again()
    at = outside.clock.now() + DAY
    with pytest.raises(Conflict, match="being called at this moment"):
        await call.correct("callback_at", callback_at=at)
    assert "that call decides" in await call.correct("refused")
    assert (await call.lead()).state == "in_flight"
    assert (await call.attempt()).disposition == "refused"
    assert len(await outside.all(CorrectionRow)) == 1


async def test_a_number_spent_by_mistake_may_be_dialled_again(outside: Outside) -> None:
    call = await over(outside, "wrong_contact")
    assert [number.usable for number in await outside.all(NumberRow)] == [False]
    await call.correct("no_time_fixed")
    assert [number.usable for number in await outside.all(NumberRow)] == [True]
    assert (await call.lead()).state == "waiting"


async def test_a_bar_is_not_lifted_by_a_correction(outside: Outside) -> None:
    call = await over(outside, "do_not_call")
    await call.correct("no_time_fixed")
    assert [number.usable for number in await outside.all(NumberRow)] == [False]
    assert (await call.lead()).state == "closed"
    assert len(await outside.all(BarRow)) == 1


async def test_a_first_word_that_comes_late_needs_no_reason(outside: Outside) -> None:
    call = await over(outside, None)
    assert (await call.attempt()).disposition is None
    await call.correct("success", why="")
    assert (await call.lead()).state == "closed"
    (kept,) = await outside.all(CorrectionRow)
    assert (kept.was, kept.becomes) == (None, "success")


async def test_what_cannot_be_corrected_is_told(outside: Outside) -> None:
    call = await over(outside)
    attempt = await call.attempt()
    with pytest.raises(UserError, match="why: attempt"):
        await call.correct("success", why=" ")
    with pytest.raises(UserError, match="'nonsense' is not one"):
        await call.correct("nonsense")
    with pytest.raises(UserError, match="needs a time"):
        await call.correct("callback_at")
    with pytest.raises(UserError, match="is past"):
        await call.correct("callback_at", callback_at=outside.clock.now() - DAY)
    with pytest.raises(Conflict, match="says refused already"):
        await call.correct("refused")
    with pytest.raises(NotFound, match="no attempt"):
        await call.word.dispose("at-unknown", "success")
    async with outside.bare.write() as session:
        (await session.get_one(AttemptRow, attempt.id)).bridged_at = None
    with pytest.raises(Conflict, match="No agent talked"):
        await call.correct("success")
    assert await outside.all(CorrectionRow) == []


class Together(AgentsWord):
    """Whoever corrects has read the attempt when the other one has, too, and not before."""

    both: asyncio.Barrier

    async def _story(self, attempt_id: str) -> Story:
        story = await super()._story(attempt_id)
        await self.both.wait()
        return story


async def test_two_corrections_at_once_do_not_both_win(outside: Outside) -> None:
    call = await over(outside)
    engine = call.engine
    call.word = word = Together(outside.store, engine.attempts, engine.answering, outside.clock)
    word.both = asyncio.Barrier(2)
    results = await asyncio.gather(
        call.correct("success"), call.correct("third_party"), return_exceptions=True
    )
    assert sum(isinstance(result, Conflict) for result in results) == 1
    assert len(await outside.all(CorrectionRow)) == 1


# -- who picked up --------------------------------------------------------------------------


async def test_said_later_it_decides_the_outcome_again(outside: Outside) -> None:
    call = await over(outside, None)
    attempt = await call.attempt()
    said = await call.word.heard(attempt.id, "machine", "lena")
    assert said.outcome == "machine"
    attempt = await call.attempt()
    assert (attempt.outcome, "lena said so" in attempt.outcome_reason) == ("machine", True)
    assert attempt.evidence[-1][1:] == ["agent_said", {"is": "machine", "by": "lena"}]
    said = await call.word.heard(attempt.id, "person")
    assert said.outcome == "answered"
    labels = [(row.label, row.said_by) for row in await outside.all(LabelRow)]
    assert labels == [("machine", "lena"), ("person", "agent0")]


async def test_a_corrected_disposition_overrules_what_was_heard(outside: Outside) -> None:
    call = await over(outside, None)
    await call.word.heard((await call.attempt()).id, "machine")
    await call.correct("success", why="")
    attempt = await call.attempt()
    assert (attempt.outcome, attempt.disposition) == ("answered", "success")


async def test_of_what_nobody_answered_nothing_is_said(outside: Outside) -> None:
    outside.pbx.default = BUSY
    await outside.agents(1)
    await outside.campaign(leads=1)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    call = Over(outside, engine)
    with pytest.raises(Conflict, match="was not answered"):
        await call.word.heard((await call.attempt()).id, "machine")
    with pytest.raises(NotFound):
        await call.word.heard("at-unknown", "machine")
