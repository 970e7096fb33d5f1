"""After a crash every attempt gets its one true outcome, and nobody is dialled twice."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.agents.states import AgentState
from cti.ami import actions as act
from dialer.attempts.models import AttemptRow
from dialer.leads.models import LeadRow
from tests.fake_pbx import BUSY, NO_ANSWER, STAYS, Far
from tests.unit.engine.rig import WRAP_UP, Engine, Outside
from tests.virtual_time import run_virtual

FOUR_HOURS = timedelta(hours=4)


async def one_call(outside: Outside, far: Far, **settings: Any) -> Engine:
    """An engine that has dialled one number."""
    outside.pbx.default = far
    await outside.agents(1)
    await outside.campaign(leads=1, **settings)
    engine = await outside.engine().start()
    await asyncio.sleep(3)
    assert len(engine.attempts.flights) == 1
    return engine


async def the_only(outside: Outside) -> tuple[AttemptRow, LeadRow]:
    (attempt,) = await outside.attempts()
    (lead,) = await outside.all(LeadRow)
    return attempt, lead


async def test_a_call_that_rings_is_followed_to_its_answer(outside: Outside) -> None:
    engine = await one_call(outside, Far(answers=10.0, talks=10.0))
    await engine.kill()
    again = await outside.engine().start()
    assert again.recovery.report.adopted == 1
    await asyncio.sleep(40)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.disposition, lead.state) == ("answered", "success", "closed")
    assert attempt.answered_at is not None
    assert (attempt.answered_at - attempt.placed_at).total_seconds() == pytest.approx(10, abs=0.1)
    assert len(outside.pbx.dialled) == 1


async def test_a_call_that_rings_is_followed_to_its_end(outside: Outside) -> None:
    engine = await one_call(outside, NO_ANSWER)
    await engine.kill()
    await outside.engine().start()
    await asyncio.sleep(40)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, lead.state) == ("no_answer", "waiting")


async def test_a_talk_goes_on_and_is_disposed(outside: Outside) -> None:
    engine = await one_call(outside, STAYS)
    await engine.kill()
    again = await outside.engine().start()
    assert again.roster.get("agent0").state is AgentState.TALKING
    assert again.attempts.flights.by_state() == {"talking": 1}
    await asyncio.sleep(20)
    assert len(outside.pbx.asked(act.Bridge)) == 1
    outside.pbx.end(outside.pbx.originated()[0])
    await asyncio.sleep(5)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.agent_id, lead.state) == ("answered", 1, "closed")


async def test_a_person_who_waits_is_served(outside: Outside) -> None:
    outside.pbx.refuse = lambda action: "No" if isinstance(action, act.Bridge) else ""
    await outside.agents(1)
    await outside.campaign(leads=1)
    outside.pbx.default = STAYS
    engine = await outside.engine().start()
    call = asyncio.Event()
    outside.pbx.on_originate = lambda o: call.set() if o.context == "customers" else None
    await call.wait()
    await asyncio.sleep(1.3)
    await engine.kill()
    outside.pbx.refuse = lambda _: ""
    again = await outside.engine().start()
    await asyncio.sleep(1)
    assert again.attempts.flights.by_state() == {"talking": 1}


async def test_who_was_answered_and_left_meanwhile_is_abandoned(outside: Outside) -> None:
    engine = await one_call(outside, Far(answers=10.0, talks=3.0))
    await engine.kill()
    await asyncio.sleep(30)
    again = await outside.engine().start()
    assert again.recovery.report.closed == 1
    await asyncio.sleep(1)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.cause, lead.state) == ("abandoned", 16, "waiting")
    assert attempt.answered_at is not None
    assert attempt.ended_at is not None
    assert (attempt.ended_at - attempt.answered_at).total_seconds() == pytest.approx(3, abs=0.1)


async def test_a_talk_that_ended_meanwhile_is_answered_and_its_word_still_counts(
    outside: Outside,
) -> None:
    engine = await one_call(outside, Far(answers=1.0, talks=10.0))
    await engine.kill()
    await asyncio.sleep(15)
    again = await outside.engine().start()
    agent = again.roster.get("agent0")
    assert agent.state is AgentState.WRAPPING
    assert (again.recovery.report.closed, again.recovery.report.awaiting) == (1, 1)
    await asyncio.sleep(0.5)
    again.attempts.dispose(agent.call or "", "refused")
    await asyncio.sleep(1)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.disposition, lead.state) == ("answered", "refused", "closed")
    assert attempt.agent_id == 1


async def test_what_ended_unanswered_meanwhile_has_its_cause(outside: Outside) -> None:
    engine = await one_call(outside, Far(ends=10.0, cause=17, sip=486))
    await engine.kill()
    await asyncio.sleep(30)
    await outside.engine().start()
    await asyncio.sleep(1)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.cause, lead.state) == ("busy", 17, "waiting")
    assert lead.due_at is not None
    assert lead.due_at - outside.clock.now() == pytest.approx(FOUR_HOURS, abs=timedelta(seconds=5))


async def test_what_was_committed_and_never_dialled_goes_back(outside: Outside) -> None:
    await outside.agents(1)
    engine = await outside.engine().start()
    await asyncio.sleep(1)
    gate, outside.pbx.gate = outside.pbx.gate, asyncio.Event().wait
    engine.dialler.campaign_changed(await outside.campaign(leads=1))
    await asyncio.sleep(2)
    await engine.kill()
    outside.pbx.gate = gate
    again = await outside.engine().start()
    assert again.recovery.report.never_dialled == 1
    await asyncio.sleep(1)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, lead.state, lead.dials) == ("failed", "waiting", 0)
    assert "Never left" in attempt.outcome_reason
    await asyncio.sleep(90)
    assert await outside.outcomes() == ["failed", "answered"]


async def test_an_owed_word_is_waited_for(outside: Outside) -> None:
    engine = await one_call(outside, Far(answers=1.0, talks=5.0))
    engine.says = lambda _: None
    await asyncio.sleep(5)
    call = next(iter(engine.attempts.awaiting))
    await asyncio.sleep(1)
    await engine.kill()
    again = await outside.engine().start()
    again.says = lambda _: None
    assert again.recovery.report.awaiting == 1
    again.attempts.dispose(call, "refused")
    await asyncio.sleep(1)
    attempt, lead = await the_only(outside)
    assert (attempt.disposition, lead.state) == ("refused", "closed")


async def test_an_owed_word_that_can_no_longer_come_follows_its_rule(outside: Outside) -> None:
    engine = await one_call(outside, Far(answers=1.0, talks=5.0))
    engine.says = lambda _: None
    await asyncio.sleep(6)
    await engine.kill()
    outside.remembered.clear()
    again = await outside.engine().start()
    assert again.recovery.report.awaiting == 0
    await asyncio.sleep(1)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.disposition, lead.state) == ("answered", None, "waiting")


async def test_an_older_call_without_a_word_does_not_move_a_lead_that_is_being_called(
    outside: Outside,
) -> None:
    engine = await one_call(outside, Far(answers=1.0, talks=5.0), retry={"pause_hours": 0.01})
    engine.says = lambda _: None
    outside.pbx.default = STAYS
    await asyncio.sleep(5 + WRAP_UP + 36 + 5)
    assert engine.attempts.flights.by_state() == {"talking": 1}
    await engine.kill()
    await outside.engine().start()
    await asyncio.sleep(1)
    assert await outside.lead_states() == {"in_flight": 1}
    assert len(outside.pbx.dialled) == 2


async def test_a_lead_in_flight_without_an_attempt_is_released(outside: Outside) -> None:
    await outside.agents(1)
    campaign = await outside.campaign()
    await outside.leads(campaign, 1, state="in_flight")
    engine = await outside.engine().start()
    assert engine.recovery.report.released == 1
    await asyncio.sleep(60)
    assert await outside.lead_states() == {"closed": 1}


# -- without a crash: what the link missed ---------------------------------------------------------


async def blink(outside: Outside, engine: Engine, seconds: float) -> None:
    """The link is down for a while, and comes back."""
    outside.pbx.up = False
    await asyncio.sleep(seconds)
    outside.pbx.up = True
    engine.watchdog.look_now()


async def test_an_end_that_was_missed_is_found(outside: Outside) -> None:
    engine = await one_call(outside, Far(answers=1.0, talks=10.0))
    await blink(outside, engine, 15)
    await asyncio.sleep(WRAP_UP + 5)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.agent_id) == ("answered", 1)
    assert lead.state == "closed"
    assert engine.roster.get("agent0").free


async def test_an_answer_that_was_missed_is_served(outside: Outside) -> None:
    engine = await one_call(outside, Far(answers=5.0))
    await blink(outside, engine, 3)
    await asyncio.sleep(3)
    assert engine.attempts.flights.by_state() == {"talking": 1}


@pytest.mark.parametrize("down", [2.0, 8.0, 40.0])
async def test_a_call_that_was_placed_as_the_link_broke_is_found_alive(
    outside: Outside, down: float
) -> None:
    outside.pbx.default = Far(answers=60.0)
    await outside.agents(1)
    await outside.campaign(leads=1, ring_timeout_s=100)
    engine = await outside.engine().start()

    def cut(originate: act.Originate) -> None:
        if originate.context == "customers":
            outside.pbx.up = False

    outside.pbx.on_originate = cut
    await asyncio.sleep(1)
    await blink(outside, engine, down)
    await asyncio.sleep(10)
    assert engine.attempts.flights.by_state() == {"placed": 1}
    assert await outside.outcomes() == [None]
    await asyncio.sleep(60)
    assert engine.attempts.flights.by_state() == {"talking": 1}
    assert len(outside.pbx.dialled) == 1


async def test_a_pbx_that_died_took_its_calls_with_it(outside: Outside) -> None:
    engine = await one_call(outside, STAYS)
    outside.pbx.up = False
    outside.pbx.die()
    await asyncio.sleep(2)
    outside.pbx.up = True
    engine.watchdog.look_now()
    await asyncio.sleep(WRAP_UP + 5)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, attempt.agent_id) == ("answered", 1)
    assert engine.roster.get("agent0").free
    assert lead.state in {"waiting", "closed"}


async def test_a_pbx_that_died_before_it_told_of_a_call(outside: Outside) -> None:
    outside.pbx.default = NO_ANSWER
    await outside.agents(1)
    await outside.campaign(leads=1)
    engine = await outside.engine().start()
    outside.pbx.on_originate = lambda o: setattr(outside.pbx, "up", o.context == "agents")
    await asyncio.sleep(5)
    outside.pbx.die()
    outside.pbx.on_originate = lambda _: None
    outside.pbx.up = True
    engine.watchdog.look_now()
    await asyncio.sleep(60)
    assert await outside.outcomes() == [None]
    await asyncio.sleep(60)
    assert await outside.outcomes() == ["failed"]
    assert await outside.lead_states() == {"waiting": 1}


@pytest.mark.parametrize(("far", "outcome"), [(STAYS, "answered"), (Far(rings=None), "failed")])
async def test_a_call_that_was_seen_is_never_taken_for_one_not_dialled(
    outside: Outside, far: Far, outcome: str
) -> None:
    engine = await one_call(outside, far)
    engine.recovery.read_cel = lambda _: {}  # somebody's own PBX, whose log we cannot read
    (flight,) = engine.attempts.flights
    outside.pbx.up = False
    outside.pbx.end(flight.attempt_id)
    await blink(outside, engine, 2)
    await asyncio.sleep(5)
    attempt, lead = await the_only(outside)
    assert (attempt.outcome, lead.dials) == (outcome, 1)


# -- killed anywhere ------------------------------------------------------------------------------

FARS = [
    Far(answers=0.5, talks=3.0),
    Far(answers=2.0, talks=8.0),
    BUSY,
    Far(ends=4.0, cause=21, sip=603),
    Far(rings=None, ends=0.2, cause=1, sip=404),
]


async def live_and_die(outside: Outside, deaths: list[tuple[int, float]]) -> None:
    """Engines that die at a step each, and stay dead for a while; the last one lives."""
    await outside.agents(2)
    await outside.campaign(leads=len(FARS), ring_timeout_s=10)
    outside.pbx.numbers = await outside.script(FARS)
    for steps, pause in deaths:
        outside.gate.dead.clear()
        outside.gate.kill_at = outside.gate.steps + steps
        engine = await outside.engine().start()
        try:
            async with asyncio.timeout(60):
                await outside.gate.dead.wait()
        except TimeoutError:
            pass
        await engine.kill()
        outside.gate.kill_at = None
        outside.gate.dead.clear()
        await asyncio.sleep(pause)
    await outside.engine().start()
    await asyncio.sleep(75)


async def nothing_is_lost(outside: Outside) -> None:
    attempts = await outside.attempts()
    leads = {lead.id: lead for lead in await outside.all(LeadRow)}
    assert [a for a in attempts if a.outcome is None] == []
    assert sorted(outside.pbx.dialled) == sorted(outside.pbx.numbers)
    assert {lead.state for lead in leads.values()} <= {"waiting", "closed"}
    for lead in leads.values():
        assert (lead.due_at is None) is (lead.state == "closed")
    assert {lead.dials for lead in leads.values()} == {1}
    real = Counter(a.e164 for a in attempts if "Never left" not in a.outcome_reason)
    assert set(real.values()) == {1}
    assert [c for c in outside.pbx.channels_now if c.startswith("at-")] == []
    assert all(agent.free for agent in outside.engines[-1].roster)


def check_deaths(make_outside: Callable[[], Outside], deaths: list[tuple[int, float]]) -> None:
    async def example() -> None:
        outside = make_outside()
        try:
            await live_and_die(outside, deaths)
            await nothing_is_lost(outside)
        finally:
            await outside.close()

    run_virtual(example())


@given(
    st.lists(
        st.tuples(st.integers(1, 90), st.sampled_from([0.0, 0.5, 5.0, 20.0])),
        min_size=1,
        max_size=2,
    )
)
@settings(
    max_examples=12,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_killed_at_any_step_nothing_is_lost_and_nobody_dialled_twice(
    make_outside: Callable[[], Outside], deaths: list[tuple[int, float]]
) -> None:
    check_deaths(make_outside, deaths)
