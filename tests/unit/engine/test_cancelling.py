"""Calls that are taken back: which, how fast, and what becomes of their leads."""

import asyncio
from datetime import timedelta

from cti.ami import actions as act
from cti.base.incidents import Incident
from dialer.campaigns.pacing import PacingSettings
from dialer.engine.next_step import RETRY_NOT_DIALLED, RETRY_TAKEN_BACK
from dialer.leads.models import LeadRow
from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Snapshot
from tests.fake_pbx import NO_ANSWER, Far
from tests.unit.engine.over_dialling import Scripted, always
from tests.unit.engine.rig import Engine, Outside
from tests.unit.engine.test_news import paced

SILENT = Far(rings=None)
SOON = PacingSettings(min_ring_s=5.0)


def without_agents(snapshot: Snapshot) -> tuple[str, ...]:
    """All that ring, once nobody is ready."""
    return () if snapshot.count("ready") else tuple(call.id for call in snapshot.calls)


def hang_ups(outside: Outside) -> list[float]:
    return [at for at, action in outside.pbx.said if isinstance(action, act.HangUp)]


def leave(engine: Engine) -> None:
    for agent in list(engine.roster):
        engine.roster.make_not_ready(agent, "lunch")


async def test_agents_who_leave_are_missed_within_a_second(outside: Outside) -> None:
    await outside.agents(3)
    await outside.campaign(leads=3, pacing=SOON)
    outside.pbx.default = NO_ANSWER
    pacer = Scripted(lines=3, cancels=without_agents)
    engine = await paced(outside, pacer)
    await asyncio.sleep(8.2)
    assert hang_ups(outside) == []
    left, pacer.lines = outside.clock.monotonic(), 0
    leave(engine)
    await asyncio.sleep(1.0)
    assert len(hang_ups(outside)) == 3
    assert max(hang_ups(outside)) - left < 0.2
    assert len(engine.attempts.flights) == 0
    assert [item.result for item in pacer.resolved] == ["cancelled"] * 3


async def test_its_lead_is_due_again_soon_and_was_dialled(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=1, pacing=SOON)
    outside.pbx.default = NO_ANSWER
    pacer = Scripted(lines=1, cancels=without_agents)
    engine = await paced(outside, pacer)
    await asyncio.sleep(8)
    pacer.lines = 0
    leave(engine)
    await asyncio.sleep(2)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "no_answer"
    assert attempt.outcome_reason.startswith("We took it back after 8 s of ringing: ")
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.dials, lead.dials_today, lead.tally) == ("waiting", 1, 1, None)
    assert lead.due_at is not None
    assert attempt.ended_at is not None
    assert abs(lead.due_at - attempt.ended_at - RETRY_TAKEN_BACK) < timedelta(seconds=1)


async def test_one_that_never_rang_was_no_dial(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=1)
    outside.pbx.default = SILENT
    pacer = Scripted(lines=1, cancels=without_agents)
    engine = await paced(outside, pacer)
    await asyncio.sleep(2)  # below the minimum of ringing, but it does not ring
    pacer.lines = 0
    leave(engine)
    await asyncio.sleep(2)
    (attempt,) = await outside.attempts()
    assert (attempt.outcome, attempt.outcome_reason[:32]) == (
        "failed",
        "We took it back before it rang: ",
    )
    (lead,) = await outside.all(LeadRow)
    assert (lead.state, lead.dials) == ("waiting", 0)
    assert lead.due_at is not None
    assert attempt.ended_at is not None
    assert abs(lead.due_at - attempt.ended_at - RETRY_NOT_DIALLED) < timedelta(seconds=1)


async def test_a_phone_rings_its_minimum_whatever_the_pacer_says(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=1, pacing=SOON)
    outside.pbx.default = Far(rings=2.0)
    ringing = lambda s: tuple(c.id for c in s.calls if c.state == "ringing")  # noqa: E731
    pacer = Scripted(lines=1, cancels=ringing)
    await paced(outside, pacer)
    await asyncio.sleep(12)
    (cancelled,) = pacer.resolved
    assert 7.0 <= cancelled.at - cancelled.placed < 7.7


async def test_an_appointment_is_not_taken_back(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(pacing=SOON)
    await outside.leads(campaign, 1, promised_at=outside.clock.now())
    outside.pbx.default = NO_ANSWER
    pacer = Scripted(lines=1, cancels=lambda s: tuple(c.id for c in s.calls))
    await paced(outside, pacer)
    await asyncio.sleep(15)
    assert hang_ups(outside) == []


async def test_who_answers_in_the_same_moment_is_served(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=1, pacing=SOON)
    outside.pbx.default = NO_ANSWER
    pacer = Scripted(lines=1)
    engine = await paced(outside, pacer)
    await asyncio.sleep(8)
    (flight,) = engine.attempts.flights
    assert engine.dialler.canceller.cancel(flight.campaign_id, [flight.attempt_id], 5.0) == 1
    outside.pbx.answer(flight.attempt_id)  # before the request has left
    await asyncio.sleep(1)
    assert hang_ups(outside) == []
    assert flight.bridged is not None
    assert [item.result for item in pacer.resolved] == ["answered"]
    assert engine.roster.get("agent0").state == "talking"


async def test_who_is_cut_off_by_it_counts_as_abandoned(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign(leads=1, pacing=SOON)
    outside.pbx.default = NO_ANSWER
    pacer = Scripted(lines=1)
    engine = await paced(outside, pacer)
    await asyncio.sleep(8)
    (flight,) = engine.attempts.flights
    engine.roster.make_not_ready(engine.roster.get("agent0"), "lunch")
    pacer.lines = 0
    outside.pbx.slow = 0.05  # the request is on its way when the phone is picked up
    engine.dialler.canceller.cancel(campaign, [flight.attempt_id], 5.0)
    await asyncio.sleep(0.02)
    outside.pbx.answer(flight.attempt_id)
    await asyncio.sleep(1)
    (attempt,) = await outside.attempts()
    assert attempt.outcome == "abandoned"
    assert "we ended it" in attempt.outcome_reason
    counts = engine.dialler.window.counts(campaign)
    assert (counts.answered, counts.abandoned) == (1, 1)
    assert [item.result for item in pacer.resolved] == ["answered"]


async def test_what_the_pbx_refuses_goes_on(outside: Outside) -> None:
    await outside.agents(1)
    await outside.campaign(leads=1, pacing=SOON)
    outside.pbx.default = Far(answers=20.0, talks=5.0)
    outside.pbx.refuse = lambda a: "No such channel" if isinstance(a, act.HangUp) else ""
    pacer = Scripted(lines=1, cancels=lambda s: tuple(c.id for c in s.calls))
    engine = await paced(outside, pacer)
    await asyncio.sleep(15)
    assert len(hang_ups(outside)) > 1  # asked again
    (flight,) = engine.attempts.flights
    assert flight.state == "ringing"
    await asyncio.sleep(25)
    assert await outside.outcomes() == ["answered"]


async def test_calls_of_other_campaigns_are_let_alone(outside: Outside) -> None:
    await outside.agents(2)
    first = await outside.campaign(leads=1, pacing=SOON)
    outside.pbx.default = NO_ANSWER
    engine = await paced(outside, Scripted(lines=1))
    await asyncio.sleep(8)
    (flight,) = engine.attempts.flights
    assert engine.dialler.canceller.cancel(first + 1, [flight.attempt_id, "unknown"], 5.0) == 0


async def test_no_pacer_dials_beyond_the_campaigns_lines(outside: Outside) -> None:
    await outside.agents(2)
    campaign = await outside.campaign(leads=50, max_lines=3)
    outside.pbx.default = NO_ANSWER

    class Wild(Scripted):
        def __call__(self, snapshot: Snapshot) -> Decision:
            self.seen.append(snapshot)
            return Decision(40, ("40 lines, come what may",), "agents")

    engine = await paced(outside, Wild())
    await asyncio.sleep(5)
    assert engine.attempts.flights.lines(campaign) == 3
    last = engine.dialler.running[campaign].last
    assert last is not None
    assert (last.dial, last.bound_by) == (0, "lines")


async def test_a_pacer_that_fails_dials_one_line_per_free_agent(outside: Outside) -> None:
    await outside.agents(2)
    await outside.campaign(leads=9)
    outside.pbx.default = NO_ANSWER

    class Broken(Scripted):
        def __call__(self, snapshot: Snapshot) -> object:  # type: ignore[override]
            return [][len(snapshot.calls)]

    incidents: list[Incident] = []
    engine = outside.engine()
    engine.signals.on(Incident, incidents.append)
    engine.dialler.make_pacer = always(Broken())
    await engine.start()
    await asyncio.sleep(5)
    assert len(engine.attempts.flights) == 2
    assert [incident.kind for incident in incidents] == ["pacer_failed"]
