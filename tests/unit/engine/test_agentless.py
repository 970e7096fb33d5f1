"""Calls without agents: what is heard, what becomes evidence, what follows for the lead."""

import asyncio
from typing import Any

import pytest

from cti.agents.states import AgentState
from cti.ami import actions as act
from dialer.compliance.models import BarRow
from dialer.engine.events import HeardOnLine
from dialer.leads.models import LeadRow
from hearing.sighting import Phase, Sighting, Source
from tests.fake_pbx import MESSAGE_SECONDS, NO_ANSWER, STAYS, Far
from tests.unit.engine.rig import Engine, Outside

SPOKEN: dict[str, Any] = {"message": "custom/offer", "lines": 3}
ASKED: dict[str, Any] = {"menu": "survey", "lines": 3, "keys": {"1": "success", "9": "do_not_call"}}


async def started(outside: Outside, leads: int = 1, **pacing: Any) -> tuple[Engine, int]:
    campaign = await outside.campaign(leads=leads, mode="agentless", pacing=pacing)
    return await outside.engine().start(), campaign


async def pressed(engine: Engine, *digits: str) -> None:
    """As the menus report it, while the menu plays."""
    for flight in engine.attempts.flights:
        for digit in digits:
            await engine.teller.chose(flight.attempt_id, "survey", digit)


def told(attempt: Any) -> dict[str, Any]:
    (detail,) = [detail for _, kind, detail in attempt.evidence if kind == "told"]
    return dict(detail)


async def test_who_answers_hears_the_message_and_nobody_is_needed(outside: Outside) -> None:
    outside.pbx.default = STAYS
    engine, campaign = await started(outside, leads=8, **SPOKEN)
    most = 0
    for _ in range(200):
        await asyncio.sleep(0.1)
        most = max(most, engine.attempts.flights.lines(campaign))
    assert most == 3
    attempts = await outside.attempts()
    assert [a.outcome for a in attempts] == ["answered"] * 8
    assert {a.outcome_reason for a in attempts} == {"Answered; heard the message out."}
    assert told(attempts[0]) == {
        "sound": "custom/offer",
        "whole": True,
        "seconds": pytest.approx(MESSAGE_SECONDS, abs=0.1),
    }
    dialled = [a for a in outside.pbx.asked(act.Originate) if isinstance(a, act.Originate)]
    assert {a.variables["CTI_TELL"] for a in dialled} == {"custom/offer"}
    leads = await outside.all(LeadRow)
    assert {(lead.state, lead.closed_reason, lead.why) for lead in leads} == {
        ("closed", "heard", "Closed: the message was heard.")
    }
    assert (engine.figures.answered(campaign), engine.figures.abandoned(campaign)) == (8, 0)
    assert engine.dialler.reasons(campaign)[0] == "0 lines: 0 of 3 in use, no agents needed"


async def test_a_ready_agent_gets_none_of_these_calls(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    engine, _ = await started(outside, leads=2, **SPOKEN)
    states = set()
    for _ in range(100):
        await asyncio.sleep(0.1)
        states.add(engine.roster.get("agent0").state)
    assert AgentState.RESERVED not in states
    assert AgentState.TALKING not in states
    assert await outside.outcomes() == ["answered"] * 2


async def test_agents_of_another_campaign_are_not_kept_waiting_by_them(outside: Outside) -> None:
    outside.pbx.default = NO_ANSWER
    await outside.agents(2)
    await outside.campaign(leads=5, mode="agentless", pacing=SPOKEN)
    other = await outside.campaign(leads=5)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    assert engine.attempts.flights.lines(other) == 2
    assert engine.attempts.flights.by_state() == {"ringing": 5}
    assert len(list(engine.attempts.promised())) == 2


async def test_hanging_up_in_the_message_is_no_abandoned_call(outside: Outside) -> None:
    outside.pbx.default = Far(answers=1.0, talks=1.5)
    engine, campaign = await started(outside, **SPOKEN, heard="success", cut_short="refused")
    await asyncio.sleep(6)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition) == ("answered", "refused")
    assert attempt.outcome_reason == "Answered; heard the message for 1.5 s."
    assert engine.figures.abandoned(campaign) == 0


async def test_hearing_it_out_gives_its_own_disposition(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await started(outside, **SPOKEN, heard="no_time_fixed", cut_short="refused")
    await asyncio.sleep(6)
    (attempt,) = await outside.attempts()
    assert (attempt.disposition, attempt.disposition_by) == ("no_time_fixed", None)
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.last_disposition) == ("waiting", "no_time_fixed")


async def test_a_call_that_is_not_answered_is_tried_again_by_the_rules(outside: Outside) -> None:
    outside.pbx.default = NO_ANSWER
    await started(outside, **SPOKEN)
    await asyncio.sleep(40)
    (attempt,) = await outside.attempts()
    (lead,) = await outside.all(LeadRow)
    assert (attempt.outcome, lead.state) == ("no_answer", "waiting")


async def test_the_key_pressed_in_the_menu_is_the_disposition(outside: Outside) -> None:
    outside.pbx.default = STAYS
    engine, _ = await started(outside, **ASKED)
    await asyncio.sleep(2.5)
    await pressed(engine, "5", "9")
    await asyncio.sleep(5)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition) == ("answered", "do_not_call")
    assert told(attempt)["keys"] == ["survey:5", "survey:9"]
    assert attempt.outcome_reason == (
        "Answered; heard the menu survey out, pressed survey:5, survey:9."
    )
    (bar,) = await outside.all(BarRow)
    assert bar.number == attempt.e164


async def test_who_asks_for_an_agent_in_the_menu_gets_one(outside: Outside) -> None:
    outside.pbx.default = STAYS
    outside.pbx.route = "floor"
    await outside.agents(1)
    engine, _ = await started(outside, **ASKED)
    engine.says = lambda _: "success"
    await asyncio.sleep(8)
    agent = engine.roster.get("agent0")
    assert agent.state is AgentState.TALKING
    outside.pbx.end(agent.call or "", 16)
    await asyncio.sleep(5)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.agent_id) == ("answered", agent.id)
    assert (attempt.disposition, attempt.disposition_by) == ("success", agent.id)


async def test_waiting_for_an_agent_in_vain_is_not_abandoned_either(outside: Outside) -> None:
    outside.pbx.default = Far(answers=1.0, talks=30.0)
    outside.pbx.route = "floor"
    engine, campaign = await started(outside, **ASKED)
    await asyncio.sleep(20)
    assert engine.attempts.flights.by_state() == {"answered_waiting": 1}
    assert [c.state for c in engine.dialler.snapshot(engine.dialler.running[campaign]).calls] == [
        "answered_waiting"
    ]
    await asyncio.sleep(20)
    assert await outside.outcomes() == ["answered"]
    assert engine.figures.abandoned(campaign) == 0


async def test_a_machine_is_no_person_who_heard_it(outside: Outside) -> None:
    outside.pbx.default = STAYS
    engine, _ = await started(outside, **SPOKEN)
    await asyncio.sleep(2.5)
    (flight,) = engine.attempts.flights
    seen = Sighting(Source.SPEECH, "test", "machine", 0, 1, "machine", 0.99)
    engine.signals.emit(HeardOnLine(flight.attempt_id, Phase.ANSWERED, seen))
    await asyncio.sleep(2)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "machine"
    assert told(attempt)["whole"] is False
    (lead,) = await outside.all(LeadRow)
    assert lead.state == "waiting"


async def test_a_restart_in_the_message_loses_nothing(outside: Outside) -> None:
    outside.pbx.default = STAYS
    engine, _ = await started(outside, **SPOKEN, heard="success")
    await asyncio.sleep(2.5)
    await engine.kill()
    again = await outside.engine().start()
    assert again.recovery.report.adopted == 1
    assert again.attempts.flights.by_state() == {"message": 1}
    await asyncio.sleep(5)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition) == ("answered", "success")
    assert told(attempt)["seconds"] == pytest.approx(MESSAGE_SECONDS, abs=0.2)


async def test_a_call_that_ended_while_we_were_away_was_not_abandoned(outside: Outside) -> None:
    outside.pbx.default = STAYS
    engine, _ = await started(outside, **SPOKEN)
    await asyncio.sleep(2.5)
    await engine.kill()
    await asyncio.sleep(10)
    await outside.engine().start()
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "answered"
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.closed_reason) == ("closed", "heard")


async def test_switching_the_mode_while_it_runs_keeps_calls_as_placed(outside: Outside) -> None:
    outside.pbx.default = Far(answers=10.0)
    await outside.agents(1)
    engine, campaign = await started(outside, leads=4, **SPOKEN)
    await asyncio.sleep(3)
    await outside.set_mode(campaign, "progressive")
    engine.dialler.campaign_changed(campaign)
    await asyncio.sleep(5)
    assert engine.dialler.running[campaign].mode == "progressive"
    assert {f.mode for f in engine.attempts.flights} == {"agentless", "progressive"}
    await asyncio.sleep(10)
    modes = [detail["mode"] for a in await outside.attempts() for _, k, detail in a.evidence[:1]]
    assert modes == ["agentless"] * 3 + ["progressive"]
    agent = engine.roster.get("agent0")
    (flight,) = engine.attempts.flights
    assert (agent.state, agent.call) == (AgentState.TALKING, flight.attempt_id)
