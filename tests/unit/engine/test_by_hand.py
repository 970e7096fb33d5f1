"""Preview and manual dialing: leads set aside for an agent, and calls that are theirs alone."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from cti.agents.states import AgentState
from cti.base.errors import Conflict, NotFound, UserError
from cti.live.errors import LiveStateDown
from dialer.attempts.models import AttemptRow
from dialer.by_hand.views import PreviewLead
from dialer.compliance.models import BarRow
from dialer.compliance.windows import CallingWindows
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from tests.fake_pbx import BUSY, NO_ANSWER, STAYS, TALKS, Far
from tests.unit.engine.rig import Engine, Outside
from tests.virtual_time import standing_still

NEVER_NOW = {day: ["03:00-03:30"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")}


async def opened(outside: Outside, *, agents: int = 2, leads: int = 3, **more: Any) -> "Desk":
    """A campaign of previews that runs, with agents who are ready."""
    outside.pbx.default = more.pop("far", STAYS)
    await outside.agents(agents)
    campaign = await outside.campaign(leads=leads, mode=more.pop("mode", "preview"), **more)
    engine = await outside.engine().start()
    await asyncio.sleep(2)
    return Desk(outside, engine, campaign)


class Desk:
    """What agents do, and what is seen of it."""

    def __init__(self, outside: Outside, engine: Engine, campaign: int) -> None:
        self.outside, self.engine, self.campaign = outside, engine, campaign

    async def next(self, agent: str = "agent0") -> PreviewLead:
        with standing_still():
            return await self.engine.by_hand.next_lead(self.campaign, agent)

    async def dial(self, lead_id: int, number: str | None = None) -> str:
        placed = await self.engine.by_hand.dial_previewed(self.campaign, lead_id, number)
        return placed.attempt_id

    async def call(self, number: str, agent: str = "agent0", **more: str) -> str:
        placed = await self.engine.by_hand.call_number(self.campaign, agent, number, **more)
        return placed.attempt_id

    async def skip(self, lead_id: int) -> None:
        await self.engine.by_hand.skip(self.campaign, lead_id)

    def state(self, agent: str = "agent0") -> AgentState:
        return self.engine.roster.get(agent).state

    async def lead(self, lead_id: int) -> LeadRow:
        return next(lead for lead in await self.outside.all(LeadRow) if lead.id == lead_id)


# -- preview ---------------------------------------------------------------------------------------


async def test_nothing_is_dialled_by_itself(outside: Outside) -> None:
    it = await opened(outside)
    await asyncio.sleep(10)
    assert outside.pbx.dialled == []
    reason = it.engine.dialler.reasons(it.campaign)
    assert reason == ("0 lines: agents look before they dial", "3 leads due")


async def test_a_lead_is_shown_and_its_call_is_for_this_agent_only(outside: Outside) -> None:
    it = await opened(outside)
    lead = await it.next("agent1")  # agent0 is as free, and idle for longer
    assert (it.state("agent1"), it.state("agent0")) == (AgentState.RESERVED, AgentState.READY)
    assert lead.seconds_left == 120
    (number,) = lead.numbers
    assert (number.next, number.may_call, number.why_not) == (True, True, "")
    assert await outside.lead_states() == {"in_flight": 1, "due": 2}
    assert await outside.attempts() == []
    attempt_id = await it.dial(lead.lead_id)
    assert attempt_id == lead.attempt_id
    await asyncio.sleep(3)
    assert it.state("agent1") is AgentState.TALKING
    assert it.state("agent0") is AgentState.READY
    (attempt,) = await outside.attempts()
    assert attempt.evidence[0][2]["mode"] == "preview"
    outside.pbx.end(attempt_id, 16)
    await asyncio.sleep(5)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition, attempt.agent_id) == ("answered", "success", 2)


async def test_the_attempt_is_committed_before_the_pbx_is_asked(outside: Outside) -> None:
    it = await opened(outside)
    lead = await it.next()
    committed: list[int] = []

    def look(action: Any) -> None:
        if action.context == "customers":
            committed.append(len(it.engine.attempts.flights))

    outside.pbx.on_originate = look
    await it.dial(lead.lead_id)
    assert [a.id for a in await outside.attempts()] == [lead.attempt_id]
    await asyncio.sleep(1)
    assert committed == [1]


async def test_no_two_agents_look_at_the_same_lead(outside: Outside) -> None:
    it = await opened(outside, agents=3, leads=2)
    first, second = await it.next("agent0"), await it.next("agent1")
    assert first.lead_id != second.lead_id
    with pytest.raises(NotFound, match=r"No lead of “campaign .*” may be called now"):
        await it.next("agent2")
    assert it.state("agent2") is AgentState.READY


async def test_earlier_calls_and_notes_are_shown(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=1)
    it.engine.says = lambda _: None
    await it.dial((await it.next()).lead_id)
    await asyncio.sleep(3)
    outside.pbx.end(it.engine.roster.get("agent0").call or "", 16)
    await asyncio.sleep(1)
    (call,) = it.engine.attempts.awaiting
    it.engine.attempts.dispose(call, "no_time_fixed", note="prefers mornings")
    (lead,) = await outside.all(LeadRow)
    await asyncio.sleep(5)
    with standing_still():
        async with outside.bare.write() as session:
            row = await session.get_one(LeadRow, lead.id)
            row.state, row.due_at = "waiting", outside.clock.now()
    await asyncio.sleep(3)
    shown = await it.next()
    (earlier,) = shown.attempts
    assert (earlier.note, earlier.agent) == ("prefers mornings", "agent0")
    assert (earlier.outcome, earlier.disposition) == ("answered", "no_time_fixed")


async def test_a_skipped_lead_goes_to_the_end_of_the_line(outside: Outside) -> None:
    it = await opened(outside, agents=1)
    seen = []
    for _ in range(4):
        lead = await it.next()
        seen.append(lead.lead_id)
        await it.skip(lead.lead_id)
        assert it.state() is AgentState.READY
        await asyncio.sleep(2)
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[0]
    assert (await it.lead(seen[1])).why == "Skipped by agent0 after a look."
    assert await outside.attempts() == []


async def test_a_lead_left_alone_goes_back_by_itself_and_keeps_its_place(outside: Outside) -> None:
    it = await opened(outside, agents=1, pacing={"preview_s": 30})
    lead = await it.next()
    due = (await it.lead(lead.lead_id)).due_at
    await asyncio.sleep(29)
    assert (await it.lead(lead.lead_id)).state == "in_flight"
    await asyncio.sleep(3)
    assert it.state() is AgentState.READY
    assert (await it.lead(lead.lead_id)).due_at == due
    with pytest.raises(NotFound, match=f"Nobody looks at lead {lead.lead_id}"):
        await it.dial(lead.lead_id)
    assert (await it.next()).lead_id == lead.lead_id


@pytest.mark.parametrize("how", ["break", "sign out", "pause", "close"])
async def test_who_goes_away_leaves_the_lead_to_others(outside: Outside, how: str) -> None:
    it = await opened(outside, agents=1, leads=1)
    lead = await it.next()
    agent = it.engine.roster.get("agent0")
    if how == "break":
        it.engine.roster.make_not_ready(agent, "lunch")
    elif how == "sign out":
        it.engine.roster.sign_out(agent)
    elif how == "pause":
        await outside.set_state(it.campaign, "paused")
        it.engine.dialler.campaign_changed(it.campaign)
    else:
        await it.engine.close()
    await asyncio.sleep(2)
    expected = {"break": AgentState.NOT_READY, "sign out": AgentState.SIGNED_OUT}
    assert agent.state is expected.get(how, AgentState.READY)
    assert (await it.lead(lead.lead_id)).state in {"waiting", "due"}
    assert not it.engine.by_hand.previews


async def test_a_call_that_is_not_answered_frees_the_agent(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=1, far=BUSY)
    lead = await it.next()
    await it.dial(lead.lead_id)
    assert it.state() is AgentState.RESERVED
    await asyncio.sleep(2)
    assert it.state() is AgentState.READY
    row = await it.lead(lead.lead_id)
    assert (row.state, row.last_outcome) == ("waiting", "busy")


async def test_a_call_the_pbx_refuses_frees_the_agent_and_the_lead(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=1, far=Far(refused="no such trunk"))
    lead = await it.next()
    await it.dial(lead.lead_id)
    await asyncio.sleep(1)
    assert it.state() is AgentState.READY
    assert (await it.lead(lead.lead_id)).state == "waiting"


async def test_one_of_several_numbers_is_chosen(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=1)
    lead = await it.next()
    other = NumberRow(
        campaign_id=it.campaign, lead_id=lead.lead_id, position=1, e164="+8613900000001"
    )
    await outside._add(other)
    with pytest.raises(Conflict, match=r"\+8613911111111 is not a number of lead"):
        await it.dial(lead.lead_id, "139 1111 1111")
    await it.dial(lead.lead_id, "139 0000 0001")
    assert [a.e164 for a in await outside.attempts()] == ["+8613900000001"]


async def test_a_number_barred_while_it_is_looked_at_is_not_dialled(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=1)
    lead = await it.next()
    await bar(outside, lead.numbers[0].e164)
    with pytest.raises(Conflict, match="is on the do-not-call list: asked"):
        await it.dial(lead.lead_id)
    assert it.state() is AgentState.RESERVED  # and still looks at it
    assert await outside.attempts() == []
    shown = await it.engine.by_hand.shown(it.campaign, "agent0")
    assert "do-not-call list" in shown.numbers[0].why_not
    await it.skip(lead.lead_id)


async def bar(outside: Outside, number: str) -> None:
    await outside._add(
        BarRow(
            number=number,
            reach="everyone",
            reach_key=0,
            reason="asked",
            added_at=outside.clock.now(),
            source="agent",
            added_by="ann",
        )
    )


async def test_leads_that_may_not_be_called_now_give_way(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=2)
    first = (await outside.all(NumberRow))[0]
    await bar(outside, first.e164)
    assert (await it.next()).lead_id != first.lead_id
    closed = await it.lead(first.lead_id)
    assert (closed.state, closed.closed_reason) == ("closed", "barred")


async def test_an_appointment_is_shown_to_its_own_agent(outside: Outside) -> None:
    it = await opened(outside, agents=2, leads=1)
    (theirs,) = await outside.leads(
        it.campaign,
        1,
        prefer_agent=2,
        promised_at=outside.clock.now(),
        priority=500_000,
        own_priority=0,
    )
    await asyncio.sleep(3)
    assert (await it.next("agent0")).lead_id != theirs
    mine = await it.next("agent1")
    assert (mine.lead_id, mine.promised_at is not None) == (theirs, True)
    before = outside.clock.now()
    await it.skip(theirs)
    await asyncio.sleep(1)
    due = (await it.lead(theirs)).due_at
    assert due is not None
    assert due - before == timedelta(minutes=1)


async def test_only_who_is_ready_looks_and_at_one_lead(outside: Outside) -> None:
    it = await opened(outside)
    await it.next()
    with pytest.raises(Conflict, match="Agent agent0 looks at lead"):
        await it.next()
    it.engine.roster.make_not_ready(it.engine.roster.get("agent1"), "lunch")
    with pytest.raises(Conflict, match="Agent agent1 is not_ready"):
        await it.next("agent1")
    with pytest.raises(NotFound, match="no agent 'nobody'"):
        await it.next("nobody")


async def test_only_campaigns_of_previews_that_run_show_leads(outside: Outside) -> None:
    it = await opened(outside, mode="manual")
    with pytest.raises(Conflict, match="dials in mode manual"):
        await it.next()
    await outside.set_mode(it.campaign, "preview")
    it.engine.dialler.campaign_changed(it.campaign)
    lead = await it.next()  # at once: no lap of the dialler is waited for
    await it.skip(lead.lead_id)
    await outside.set_state(it.campaign, "paused")
    it.engine.dialler.campaign_changed(it.campaign)
    with pytest.raises(Conflict, match="does not run"):
        await it.next()


async def test_a_crash_while_looking_loses_no_lead(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=2)
    await it.next()
    assert await outside.lead_states() == {"in_flight": 1, "due": 1}
    await it.engine.kill()
    again = await outside.engine().start()
    assert again.recovery.report.released == 1
    await asyncio.sleep(2)
    assert await outside.lead_states() == {"due": 2}
    assert again.roster.get("agent0").state is AgentState.READY


@pytest.mark.parametrize("part", ["redis", "database"])
async def test_while_a_part_is_away_nobody_is_kept(outside: Outside, part: str) -> None:
    it = await opened(outside, agents=1, leads=1)
    outside.gate.away.add(part)
    with pytest.raises((LiveStateDown, OperationalError)):
        await it.next()
    assert it.state() is AgentState.READY
    outside.gate.away.clear()
    lead = await it.next()
    outside.gate.away.add("database")
    with pytest.raises(OperationalError):
        await it.dial(lead.lead_id)
    outside.gate.away.clear()
    assert it.state() is AgentState.RESERVED
    await it.dial(lead.lead_id)
    await asyncio.sleep(2)
    assert it.state() is AgentState.TALKING


async def test_a_lead_whose_time_is_over_while_the_database_is_away_goes_back(
    outside: Outside,
) -> None:
    it = await opened(outside, agents=1, leads=1, pacing={"preview_s": 10})
    lead = await it.next()
    outside.gate.away.add("database")
    await asyncio.sleep(30)
    assert (await it.lead(lead.lead_id)).state == "in_flight"
    outside.gate.away.clear()
    await asyncio.sleep(30)
    assert (await it.next()).lead_id == lead.lead_id


async def test_redis_away_after_the_commit_loses_no_lead(
    outside: Outside, monkeypatch: pytest.MonkeyPatch
) -> None:
    it = await opened(outside, agents=1, leads=1)

    async def away(*_: object) -> None:
        raise LiveStateDown("Redis does not answer.")

    with monkeypatch.context() as patched:
        patched.setattr(it.engine.hopper, "done", away)
        lead = await it.next()
    assert (await it.lead(lead.lead_id)).state == "in_flight"
    await it.skip(lead.lead_id)
    await asyncio.sleep(70)  # what stayed taken in the hopper is passed over
    assert (await it.next()).lead_id == lead.lead_id


@pytest.mark.parametrize("step", range(1, 13))
async def test_a_crash_at_any_step_dials_once_and_loses_nothing(
    outside: Outside, step: int
) -> None:
    it = await opened(outside, agents=1, leads=1, far=TALKS)
    outside.gate.kill_at = outside.gate.steps + step

    async def work() -> None:
        lead = await it.engine.by_hand.next_lead(it.campaign, "agent0")
        await it.dial(lead.lead_id)

    task = asyncio.get_running_loop().create_task(work())
    await asyncio.wait({task, asyncio.ensure_future(outside.gate.dead.wait())}, timeout=3)
    await it.engine.kill()
    outside.gate.kill_at = None
    outside.gate.dead.clear()
    again = await outside.engine().start()
    await asyncio.sleep(60)
    dialled = [n for n in outside.pbx.dialled if n.startswith("+")]
    assert len(dialled) <= 1
    attempts = await outside.attempts()
    assert all(attempt.outcome for attempt in attempts)
    (lead,) = await outside.all(LeadRow)
    assert lead.state in {"due", "waiting", "closed"}
    assert again.roster.get("agent0").state is AgentState.READY
    if not attempts:
        shown = await again.by_hand.next_lead(it.campaign, "agent0")
        assert shown.lead_id == lead.id


async def test_after_a_restart_the_call_is_still_its_agents(outside: Outside) -> None:
    it = await opened(outside, agents=2, leads=1, far=Far(answers=6.0))
    lead = await it.next("agent1")
    await it.dial(lead.lead_id)
    await asyncio.sleep(2)
    await it.engine.kill()
    again = await outside.engine().start()
    agent = again.roster.get("agent1")
    assert (agent.state, agent.call) == (AgentState.RESERVED, lead.attempt_id)
    await asyncio.sleep(6)
    assert agent.state is AgentState.TALKING


# -- manual ----------------------------------------------------------------------------------------


async def test_a_number_nobody_knew_is_dialled_and_kept(outside: Outside) -> None:
    it = await opened(outside, leads=0, mode="manual", caller_ids=["+862150000000"])
    attempt_id = await it.call("139 0000 0007", "agent1", name="Ms Li")
    (attempt,) = await outside.attempts()
    assert (attempt.id, attempt.e164, attempt.caller_id) == (
        attempt_id,
        "+8613900000007",
        "+862150000000",
    )
    (lead,) = await outside.all(LeadRow)
    assert (lead.name, lead.state, lead.time_zone) == ("Ms Li", "in_flight", "Asia/Shanghai")
    assert [row.name for row in await outside.all(LeadListRow)][-1] == "Dialled by hand"
    await asyncio.sleep(3)
    assert (it.state("agent1"), it.state("agent0")) == (AgentState.TALKING, AgentState.READY)
    outside.pbx.end(attempt_id, 16)
    await asyncio.sleep(5)
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.last_disposition) == ("closed", "success")
    await it.call("13900000008", "agent0")
    assert len([r for r in await outside.all(LeadListRow) if r.name == "Dialled by hand"]) == 1


async def test_a_lead_that_has_the_number_is_the_one_called(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=2, mode="manual", far=NO_ANSWER)
    number = (await outside.all(NumberRow))[1]
    await it.call(number.e164)
    (attempt,) = await outside.attempts()
    assert attempt.lead_id == number.lead_id
    assert (await outside.hopper(it.campaign)).due == 1
    with pytest.raises(Conflict, match="agent0 is reserved"):
        await it.call("+8613900000001")
    await asyncio.sleep(35)
    lead = await it.lead(number.lead_id)
    assert (lead.state, lead.last_outcome, lead.dials) == ("waiting", "no_answer", 1)


async def promised(it: Desk, hours: int = 3) -> tuple[int, str, datetime]:
    """A lead that was promised a call by agent1: its id, number and time."""
    at = it.outside.clock.now() + timedelta(hours=hours)
    more = {"priority": 500_000, "own_priority": 0}
    (lead,) = await it.outside.leads(
        it.campaign, 1, prefer_agent=2, promised_at=at, due_at=at, **more
    )
    return lead, (await it.outside.all(NumberRow))[-1].e164, at


@pytest.mark.parametrize("crash", [False, True])
async def test_a_call_before_its_time_leaves_an_appointment_as_it_is(
    outside: Outside, crash: bool
) -> None:
    it = await opened(outside, agents=1, leads=0, mode="manual", far=NO_ANSWER)
    lead, number, at = await promised(it)
    await it.call(number)
    if crash:
        await asyncio.sleep(1)
        await it.engine.kill()
        await outside.engine().start()
    await asyncio.sleep(40)
    row = await it.lead(lead)
    assert (row.state, row.due_at, row.promised_at, row.prefer_agent) == ("waiting", at, at, 2)
    assert (row.last_outcome, row.why) == ("no_answer", "no_answer: the appointment stays.")
    assert (row.dials, row.priority) == (1, 500_000)


async def test_an_agents_word_settles_an_appointment_early(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=0, mode="manual", far=Far(answers=1.0, talks=5.0))
    lead, number, _ = await promised(it)
    await it.call(number)
    await asyncio.sleep(12)
    row = await it.lead(lead)
    assert (row.state, row.closed_reason, row.promised_at) == ("closed", "success", None)


async def test_a_call_before_its_time_that_never_left_leaves_it_too(outside: Outside) -> None:
    it = await opened(outside, agents=1, leads=0, mode="manual", far=Far(refused="no trunk"))
    lead, number, at = await promised(it)
    await it.call(number)
    await asyncio.sleep(2)
    row = await it.lead(lead)
    assert (row.state, row.due_at, row.promised_at, row.dials) == ("waiting", at, at, 0)


async def test_a_number_that_is_being_called_is_not_called_twice(outside: Outside) -> None:
    it = await opened(outside, agents=2, leads=1, mode="manual", far=NO_ANSWER)
    number = (await outside.all(NumberRow))[0].e164
    await it.call(number, "agent0")
    with pytest.raises(Conflict, match="is being called"):
        await it.call(number, "agent1")
    assert it.state("agent1") is AgentState.READY
    assert len(await outside.attempts()) == 1


async def test_why_a_number_may_not_be_called_is_a_sentence(outside: Outside) -> None:
    it = await opened(outside, leads=0, mode="manual")
    await bar(outside, "+8613900000001")
    with pytest.raises(Conflict, match=r"\+8613900000001 may not be called: .*do-not-call list"):
        await it.call("+8613900000001")
    windows = CallingWindows.model_validate(NEVER_NOW)
    await outside.change(it.campaign, windows=windows.model_dump(mode="json"))
    it.engine.dialler.campaign_changed(it.campaign)
    await asyncio.sleep(1)
    with pytest.raises(Conflict, match="Outside the calling times") as said:
        await it.call("+8613900000002")
    assert "It may be from " in said.value.cure
    with pytest.raises(UserError, match="number: '12a' cannot be dialled: letters in the number"):
        await it.call("12a")
    assert await outside.all(LeadRow) == []
    assert await outside.all(AttemptRow) == []
    assert it.state() is AgentState.READY


async def test_frequency_caps_hold_for_calls_by_hand(outside: Outside) -> None:
    it = await opened(outside, leads=0, mode="manual", caps={"per_day": 1}, far=BUSY)
    await it.call("+8613900000001")
    await asyncio.sleep(3)
    with pytest.raises(Conflict, match="may not be called now"):
        await it.call("+8613900000001")


async def test_lines_in_use_are_counted(outside: Outside) -> None:
    it = await opened(outside, leads=0, mode="manual", max_lines=1, far=NO_ANSWER)
    await it.call("+8613900000001")
    with pytest.raises(Conflict, match="All lines of the campaign are in use: 1"):
        await it.call("+8613900000002", "agent1")
    assert it.state("agent1") is AgentState.READY


async def test_calls_by_hand_take_no_line_from_the_pacer(outside: Outside) -> None:
    """In any mode; their agent is not free, and their call wants none who is."""
    it = await opened(outside, agents=2, leads=0, mode="progressive", far=NO_ANSWER)
    await it.call("+8613900000001")
    await outside.leads(it.campaign, 5)
    await asyncio.sleep(3)
    assert it.engine.attempts.flights.lines(it.campaign) == 2
    assert {f.mode for f in it.engine.attempts.flights} == {"manual", "progressive"}


async def test_their_agents_phone_is_lost_and_the_person_hears_the_message(
    outside: Outside,
) -> None:
    it = await opened(outside, agents=2, leads=0, mode="manual", far=Far(answers=3.0))
    await it.call("+8613900000001")
    outside.pbx.phones["phone0"] = Far(refused="gone")
    outside.pbx.end(it.engine.roster.get("agent0").leg or "", 16)
    await asyncio.sleep(6)
    assert it.state("agent1") is AgentState.READY
    await asyncio.sleep(5)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "abandoned"
    assert "message_played" in [k for _, k, _ in attempt.evidence]
