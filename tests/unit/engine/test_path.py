"""One lead's way from the hopper to its next step, and every outcome on it."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from cti.agents.states import AgentState
from cti.ami import actions as act
from cti.base.errors import Conflict, NotFound, UserError
from dialer.attempts.events import AttemptBridged, AttemptEnded, LeadScheduled
from dialer.attempts.models import AttemptRow
from dialer.engine.carriers import OneCarrier
from dialer.leads.models import LeadRow, NumberRow
from tests.fake_pbx import (
    BUSY,
    CONGESTED,
    NO_ANSWER,
    REJECTS,
    STAYS,
    TALKS,
    VACANT,
    Far,
)
from tests.unit.engine.rig import WRAP_UP, Engine, Outside

HOUR = timedelta(hours=1)


def near(moment: Any, expected: Any, seconds: float = 1.0) -> bool:
    return bool(abs((moment - expected).total_seconds()) < seconds)


async def one_call(outside: Outside, far: Far, agents: int = 1, **settings: Any) -> Engine:
    """An engine that has one lead, whose number behaves like `far`."""
    outside.pbx.default = far
    await outside.agents(agents)
    await outside.campaign(leads=1, **settings)
    return await outside.engine().start()


async def test_a_lead_is_called_talked_to_and_closed(outside: Outside) -> None:
    engine = await one_call(outside, TALKS)
    await asyncio.sleep(60)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.disposition) == ("answered", "success")
    assert (attempt.agent_id, attempt.disposition_by, attempt.cause) == (1, 1, 16)
    assert attempt.answered_at is not None
    assert attempt.bridged_at is not None
    assert near(attempt.answered_at, attempt.placed_at + timedelta(seconds=1), 0.1)
    assert near(attempt.bridged_at, attempt.answered_at, 0.1)
    assert near(attempt.ended_at, attempt.answered_at + timedelta(seconds=20), 0.1)
    kinds = [kind for _, kind, _ in attempt.evidence]
    assert kinds == ["placed", "ringing", "answered", "bridged", "released", "hangup"]
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.closed_reason, lead.due_at) == ("closed", "success", None)
    assert (lead.dials, lead.dials_today, lead.last_outcome) == (1, 1, "answered")
    assert engine.roster.get("agent0").free
    await engine.close()


async def test_the_attempt_is_committed_before_its_originate_leaves(outside: Outside) -> None:
    found: list[tuple[str, str | None, str]] = []

    def look(originate: act.Originate) -> None:
        if originate.context == "customers":
            asyncio.get_running_loop().create_task(read(originate.channel_id))

    async def read(attempt_id: str) -> None:
        rows = {a.id: a for a in await outside.attempts()}
        leads = {lead.id: lead for lead in await outside.all(LeadRow)}
        attempt = rows[attempt_id]
        found.append((attempt.e164, attempt.outcome, leads[attempt.lead_id].state))

    # A connection of its own reads, at the moment the PBX is asked: it sees commits only.
    outside.pbx.on_originate = look
    await outside.agents(3)
    await outside.campaign(leads=5)
    await outside.engine().start()
    await asyncio.sleep(120)
    assert sorted(outside.pbx.dialled) == sorted(e164 for e164, _, _ in found)
    assert {(outcome, state) for _, outcome, state in found} == {(None, "in_flight")}
    assert len(found) == 5


@pytest.mark.parametrize(
    ("far", "outcome", "state", "later"),
    [
        (BUSY, "busy", "waiting", 4 * HOUR),
        (NO_ANSWER, "no_answer", "waiting", 4 * HOUR),
        (REJECTS, "rejected", "waiting", 4 * HOUR),
        (CONGESTED, "congestion", "waiting", HOUR / 12),
        (Far(impossible=True), "failed", "waiting", HOUR / 12),
        (
            Far(rings=None, progress=0.2, ends=3.0, cause=19, sip=480),
            "unreachable",
            "waiting",
            4 * HOUR,
        ),
        (VACANT, "vacant", "closed", None),
        (Far(rings=None, ends=1.0, cause=22, sip=410), "number_changed", "closed", None),
    ],
)
async def test_each_outcome_has_its_row_and_its_next_step(
    outside: Outside, far: Far, outcome: str, state: str, later: timedelta | None
) -> None:
    engine = await one_call(outside, far, ring_timeout_s=20)
    ended: list[AttemptEnded] = []
    scheduled: list[LeadScheduled] = []
    engine.signals.on(AttemptEnded, ended.append)
    engine.signals.on(LeadScheduled, scheduled.append)
    await asyncio.sleep(30)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == outcome == ended[0].outcome
    assert attempt.outcome_reason
    assert (attempt.answered_at, attempt.agent_id) == (None, None)
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.last_outcome, lead.dials) == (state, outcome, 1)
    assert lead.due_at == scheduled[0].due_at
    if later is None:
        assert lead.due_at is None
        (number,) = await outside.all(NumberRow)
        assert not number.usable
    else:
        assert attempt.ended_at is not None
        assert near(lead.due_at, attempt.ended_at + later)
    assert len(engine.attempts.flights) == len(engine.attempts.awaiting) == 0
    assert len(scheduled) == 1


async def test_rung_out_by_us_is_told_from_the_network_s_480(outside: Outside) -> None:
    await one_call(outside, NO_ANSWER, ring_timeout_s=20)
    await asyncio.sleep(30)
    (attempt,) = await outside.attempts()
    assert attempt.evidence[-1][2]["by"] == "ring_timeout"
    assert (attempt.cause, attempt.sip_code) == (19, 480)


async def test_nobody_free_is_abandoned_and_counted(outside: Outside) -> None:
    engine = await one_call(outside, STAYS)
    await asyncio.sleep(0.5)
    engine.roster.make_not_ready(engine.roster.get("agent0"), "lunch")
    await asyncio.sleep(30)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.bridged_at) == ("abandoned", None)
    assert "message" in attempt.outcome_reason
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.last_outcome) == ("waiting", "abandoned")
    figures = engine.figures.campaigns[attempt.campaign_id]
    assert (figures.answered, figures.abandoned, figures.bridged) == (1, 1, 0)


async def test_a_person_who_hangs_up_while_being_connected_is_abandoned(outside: Outside) -> None:
    outside.pbx.refuse = lambda action: "No" if isinstance(action, act.Bridge) else ""
    await one_call(outside, Far(answers=1.0, talks=0.5))
    await asyncio.sleep(30)
    assert await outside.outcomes() == ["abandoned"]


async def test_a_refused_call_was_not_dialled_and_does_not_count(outside: Outside) -> None:
    engine = await one_call(outside, Far(refused="Extension does not exist."))
    await asyncio.sleep(10)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "failed"
    assert [kind for _, kind, _ in attempt.evidence] == ["placed", "not_dialled"]
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.dials, lead.dials_today) == ("waiting", 0, 0)
    assert near(lead.due_at, attempt.placed_at + timedelta(seconds=30))
    outside.pbx.default = TALKS
    await asyncio.sleep(90)
    assert await outside.outcomes() == ["failed", "answered"]
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.dials) == ("closed", 1)
    await engine.close()


async def test_what_cannot_be_said_to_the_pbx_is_not_dialled(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=1)
    engine = outside.engine()
    engine.dialler.carriers = OneCarrier("my trunk")
    await engine.start()
    await asyncio.sleep(10)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, outside.pbx.dialled) == ("failed", [])
    assert "Channel" in attempt.outcome_reason
    assert await outside.lead_states() == {"waiting": 1}


async def test_a_request_that_was_not_answered_is_followed_by_its_events(
    outside: Outside,
) -> None:
    await one_call(outside, Far(answers=2.0, talks=10.0, silent=True))
    await asyncio.sleep(60)
    assert await outside.outcomes() == ["answered"]
    assert len(outside.pbx.dialled) == 1


async def test_a_request_that_never_arrived_was_not_dialled(outside: Outside) -> None:
    await one_call(outside, Far(silent=True, deaf=True))
    await asyncio.sleep(15)
    (attempt,) = await outside.attempts()
    assert [kind for _, kind, _ in attempt.evidence] == ["placed", "not_dialled"]
    assert await outside.lead_states() == {"waiting": 1}


async def test_an_agent_lost_in_mid_call_hands_the_person_over(outside: Outside) -> None:
    engine = await one_call(outside, STAYS, agents=2)
    bridged: list[AttemptBridged] = []
    engine.signals.on(AttemptBridged, bridged.append)
    await asyncio.sleep(10)
    (flight,) = engine.attempts.flights
    first = engine.roster.by_id(flight.agent_id)
    assert first is not None
    outside.pbx.end(first.leg or "")
    await asyncio.sleep(1)
    assert flight.agent_id != first.id
    await asyncio.sleep(WRAP_UP)  # the first one's wrap-up says nothing of this call
    outside.pbx.end(flight.attempt_id)
    await asyncio.sleep(5)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.agent_id) == ("answered", flight.agent_id)
    assert (attempt.disposition, attempt.disposition_by) == ("success", flight.agent_id)
    assert len(bridged) == 1


async def test_the_wrap_up_of_who_left_does_not_end_that_of_who_stayed(outside: Outside) -> None:
    engine = await one_call(outside, STAYS, agents=2)
    engine.says = lambda _: None
    await asyncio.sleep(10)
    (flight,) = engine.attempts.flights
    first = engine.roster.by_id(flight.agent_id)
    assert first is not None
    outside.pbx.end(first.leg or "")
    await asyncio.sleep(WRAP_UP / 2)
    outside.pbx.end(flight.attempt_id)
    await asyncio.sleep(WRAP_UP * 0.7)
    assert first.state is AgentState.READY
    engine.attempts.dispose(flight.attempt_id, "refused")
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    assert (attempt.disposition, attempt.disposition_by) == ("refused", flight.agent_id)


async def test_the_agent_of_an_appointment_is_asked_first(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(3)
    campaign = await outside.campaign()
    await outside.leads(campaign, 1, prefer_agent=2)
    engine = await outside.engine().start()
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    assert flight.agent_id == 2


# -- the agent's word ---------------------------------------------------------------------------


async def talking(outside: Outside, **settings: Any) -> tuple[Engine, str]:
    """An engine with a talk under way, whose agent says nothing by itself."""
    engine = await one_call(outside, STAYS, **settings)
    engine.says = lambda _: None
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    assert flight.bridged is not None
    return engine, flight.attempt_id


async def ended(outside: Outside, attempt_id: str) -> None:
    outside.pbx.end(attempt_id)
    await asyncio.sleep(1)


async def row(outside: Outside) -> tuple[AttemptRow, LeadRow]:
    (attempt,) = await outside.attempts()
    (lead,) = await outside.all(LeadRow)
    return attempt, lead


async def test_said_during_the_talk_counts_at_its_end(outside: Outside) -> None:
    engine, call = await talking(outside)
    engine.attempts.dispose(call, "refused", note="angry")
    await asyncio.sleep(1)
    attempt, lead = await row(outside)
    assert (attempt.disposition, lead.state) == (None, "in_flight")
    await ended(outside, call)
    attempt, lead = await row(outside)
    assert (attempt.disposition, attempt.note) == ("refused", "angry")
    assert (lead.state, lead.last_disposition) == ("closed", "refused")
    assert engine.roster.get("agent0").free


async def test_said_in_wrap_up_ends_it(outside: Outside) -> None:
    engine, call = await talking(outside)
    await ended(outside, call)
    attempt, lead = await row(outside)
    assert (attempt.outcome, lead.state, lead.last_outcome) == (
        "answered",
        "in_flight",
        "answered",
    )
    assert engine.roster.get("agent0").state is AgentState.WRAPPING
    engine.attempts.dispose(call, "no_time_fixed")
    assert engine.roster.get("agent0").free
    await asyncio.sleep(1)
    attempt, lead = await row(outside)
    assert (attempt.disposition, lead.state) == ("no_time_fixed", "waiting")
    assert near(lead.due_at, outside.clock.now() + 4 * HOUR, 5)


async def test_said_twice_in_wrap_up_is_too_late(outside: Outside) -> None:
    engine, call = await talking(outside)
    await ended(outside, call)
    engine.attempts.dispose(call, "refused")
    with pytest.raises(NotFound):
        engine.attempts.dispose(call, "success")
    await asyncio.sleep(1)
    assert (await row(outside))[0].disposition == "refused"


async def test_said_twice_during_the_talk_the_last_word_counts(outside: Outside) -> None:
    engine, call = await talking(outside)
    engine.attempts.dispose(call, "refused")
    engine.attempts.dispose(call, "success")
    await ended(outside, call)
    assert (await row(outside))[0].disposition == "success"


async def test_an_appointment_is_kept_by_the_same_agent(outside: Outside) -> None:
    engine, call = await talking(outside)
    await ended(outside, call)
    at = outside.clock.now() + 2 * HOUR
    engine.attempts.dispose(call, "callback_at", callback_at=at)
    await asyncio.sleep(1)
    attempt, lead = await row(outside)
    assert (lead.state, lead.due_at, lead.prefer_agent) == ("waiting", at, 1)
    assert attempt.callback_at == at


@pytest.mark.parametrize(
    ("code", "more", "words"),
    [
        ("nonsense", {}, "is not one of this campaign's"),
        ("callback_at", {}, "needs a time"),
        ("callback_at", {"callback_at": "naive"}, "no UTC offset"),
    ],
)
async def test_a_word_that_makes_no_sense_changes_nothing(
    outside: Outside, code: str, more: dict[str, Any], words: str
) -> None:
    engine, call = await talking(outside)
    await ended(outside, call)
    if more:
        more = {"callback_at": outside.clock.now().replace(tzinfo=None)}
    with pytest.raises(UserError, match=words):
        engine.attempts.dispose(call, code, **more)
    engine.attempts.dispose(call, "success")
    await asyncio.sleep(1)
    assert (await row(outside))[0].disposition == "success"


async def test_nothing_can_be_said_of_a_call_without_a_talk(outside: Outside) -> None:
    engine = await one_call(outside, NO_ANSWER)
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    with pytest.raises(Conflict, match="No agent has talked"):
        engine.attempts.dispose(flight.attempt_id, "success")
    with pytest.raises(NotFound):
        engine.attempts.dispose("at-unknown", "success")


async def test_silence_in_wrap_up_follows_its_own_rule(outside: Outside) -> None:
    engine, call = await talking(outside)
    await ended(outside, call)
    await asyncio.sleep(WRAP_UP)
    attempt, lead = await row(outside)
    assert (attempt.disposition, lead.state, lead.last_outcome) == (None, "waiting", "answered")
    assert attempt.ended_at is not None
    assert near(lead.due_at, attempt.ended_at + 4 * HOUR + timedelta(seconds=WRAP_UP))
    assert engine.roster.get("agent0").free
    with pytest.raises(NotFound):
        engine.attempts.dispose(call, "success")


async def test_a_call_whose_agent_is_gone_does_not_wait_for_a_word(outside: Outside) -> None:
    engine, call = await talking(outside)
    agent = engine.roster.get("agent0")
    outside.pbx.end(agent.leg or "")  # wraps up, nobody else takes the person
    await asyncio.sleep(0.1)
    engine.roster.make_not_ready(agent, "lunch")
    engine.roster.wrap_up_done(agent)
    await asyncio.sleep(30)
    attempt, lead = await row(outside)
    assert (attempt.id, attempt.outcome) == (call, "answered")
    assert lead.state == "waiting"
