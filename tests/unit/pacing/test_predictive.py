"""The predictive pacer: what it dials, what it never does, what it takes back."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing.modes import make
from dialer.pacing.options import PacerOptions
from dialer.pacing.predictive import Predictive
from dialer.pacing.progressive import progressive
from dialer.pacing.snapshot import (
    Abandoned,
    AgentState,
    AgentView,
    CallState,
    CallView,
    Handled,
    News,
    Resolved,
    Snapshot,
)
from dialer.simulator.scenario import Scenario, shipped
from dialer.simulator.world import simulate

NOW = 10_000.0


def floor(
    ready: int = 0,
    talking: int = 0,
    ringing: tuple[float, ...] = (),
    *,
    placed: int = 0,
    answered: int = 0,
    abandoned: int = 0,
    now: float = NOW,
    **more: Any,
) -> Snapshot:
    """ringing: how long each call has rung."""
    agents = [AgentView(n, "ready", now - 5) for n in range(ready)]
    agents += [AgentView(ready + n, "talking", now - 60) for n in range(talking)]
    calls = [CallView(f"r{n}", "ringing", now - age) for n, age in enumerate(ringing)]
    calls += [CallView(f"p{n}", "placed", now - 1) for n in range(placed)]
    return Snapshot(
        now=now, agents=tuple(agents), calls=tuple(calls), hopper_size=100_000,
        lines_in_use=talking + len(calls), answered=answered, abandoned=abandoned, **more,
    )  # fmt: skip


def short(name: str, agents: int, hours: float) -> Scenario:
    return shipped(name).with_agents(agents).model_copy(update={"hours": hours})


# -- limits --------------------------------------------------------------------------------------


def test_no_agents_no_lines() -> None:
    assert Predictive()(floor(answered=1000)).dial == 0


def test_without_a_budget_it_is_progressive() -> None:
    decision = Predictive()(floor(ready=4, talking=10, ringing=(3.0,)))
    assert decision.dial == 3
    assert decision.bound_by == "budget"
    assert any("no abandon to spare" in reason for reason in decision.reasons)


def test_a_target_of_nothing_is_progressive() -> None:
    seen = floor(ready=4, talking=10, answered=10_000, abandon_target=0.0)
    assert Predictive()(seen).dial == 4


def test_with_a_budget_it_dials_ahead() -> None:
    decision = Predictive()(floor(ready=2, talking=18, answered=2000, abandoned=20))
    assert decision.dial > 2
    assert decision.bound_by == "agents"
    assert decision.budget_left == pytest.approx(40)


def test_past_the_target_it_is_progressive_until_the_rate_is_kept_again() -> None:
    assert Predictive()(floor(ready=2, talking=18, answered=2000, abandoned=80)).dial == 2


def test_limits_of_leads_lines_and_rate_hold() -> None:
    seen = floor(ready=20, talking=20, answered=5000)
    assert Predictive()(replace(seen, hopper_size=3)).dial == 3
    assert Predictive()(replace(seen, max_lines=25)).dial == 5
    limited = Predictive()(replace(seen, rate_tokens=1))
    assert (limited.dial, limited.bound_by) == (1, "rate")


def test_calls_that_were_answered_and_wait_come_first() -> None:
    waiting = tuple(CallView(f"w{n}", "answered_waiting", NOW - 9) for n in range(3))
    assert Predictive()(replace(floor(ready=3), calls=waiting)).dial == 0


# -- taking back ---------------------------------------------------------------------------------


def test_when_agents_vanish_calls_are_taken_back_that_do_not_ring_first() -> None:
    pacer = Predictive()
    decision = pacer(floor(ringing=(2.0, 20.0, 3.0), placed=3, answered=500))
    assert decision.dial == 0
    assert decision.cancel[:3] == ("p0", "p1", "p2")
    assert set(decision.cancel) <= {"p0", "p1", "p2", "r1"}
    assert any("taken back" in reason for reason in decision.reasons)


def test_a_call_is_left_to_ring_its_least_time() -> None:
    decision = Predictive()(floor(ringing=(2.0, 20.0), answered=500, min_ring=30.0))
    assert decision.cancel == ()


def test_nothing_is_taken_back_while_agents_are_there() -> None:
    assert Predictive()(floor(ready=3, ringing=(20.0, 20.0), placed=1)).cancel == ()


def test_a_decision_is_carried_out_once() -> None:
    pacer = Predictive()
    first = pacer(floor(ready=5, answered=500))
    assert first.dial > 0
    assert pacer(floor(ready=5, answered=500, now=NOW + 0.1)).dial == 0


def test_agents_who_leave_are_seen_at_once() -> None:
    pacer = Predictive()
    pacer(floor(ready=6, talking=20, answered=500))
    gone = pacer(floor(ringing=(16.0,) * 6, answered=500, now=NOW + 0.1))
    assert len(gone.cancel) > 0


# -- odd input -----------------------------------------------------------------------------------

STATES: list[AgentState] = ["signed_out", "not_ready", "ready", "reserved", "talking", "wrapping"]
CALLS: list[CallState] = ["placed", "ringing", "deciding", "answered_waiting"]
times = st.floats(-1e5, 1e5)
chance = st.none() | st.floats(0, 1)
news = st.lists(
    st.one_of(
        st.builds(
            Resolved, times, times,
            st.sampled_from(["answered", "unanswered", "machine", "cancelled"]),
            st.sampled_from(["", "a", "b"]), chance,
        ),
        st.builds(Abandoned, times),
        st.builds(Handled, st.integers(0, 5), times, times),
    ),
    max_size=8,
).map(tuple)  # fmt: skip
snapshots = st.builds(
    Snapshot,
    now=times,
    agents=st.lists(
        st.builds(AgentView, st.integers(0, 9), st.sampled_from(STATES), times, st.none() | times),
        max_size=12,
    ).map(tuple),
    calls=st.lists(
        st.builds(
            CallView, st.text(max_size=3), st.sampled_from(CALLS), times,
            st.sampled_from(["", "a", "b"]), chance,
        ),
        max_size=12,
    ).map(tuple),
    hopper_size=st.integers(0, 50),
    lines_in_use=st.integers(0, 50),
    max_lines=st.none() | st.integers(1, 40),
    rate_tokens=st.none() | st.integers(-2, 20),
    abandon_target=st.floats(0, 1),
    answered=st.integers(0, 5000),
    abandoned=st.integers(0, 5000),
    news=news,
    grace=st.floats(0, 60),
    hour=st.floats(-5, 40),
    min_ring=st.floats(0, 60),
    segment=st.sampled_from(["", "a", "b"]),
    answer_probability=chance,
)  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(st.lists(snapshots, min_size=1, max_size=6))
def test_whatever_it_sees_limits_hold_and_the_same_gives_the_same(seen: list[Snapshot]) -> None:
    one, other = Predictive(), Predictive()
    for snapshot in seen:
        decision = one(snapshot)
        assert decision == other(snapshot)
        assert 0 <= decision.dial <= snapshot.hopper_size
        if snapshot.max_lines is not None:
            assert decision.dial <= max(0, snapshot.max_lines - snapshot.lines_in_use)
        if snapshot.rate_tokens is not None:
            assert decision.dial <= max(0, snapshot.rate_tokens)
        unanswered = {c.id for c in snapshot.calls if c.state in {"placed", "ringing"}}
        assert set(decision.cancel) <= unanswered
    json.dumps(one.experience(), allow_nan=False)


def test_segments_do_not_pile_up_without_end() -> None:
    pacer = Predictive()
    for n in range(300):
        ended: tuple[News, ...] = (Resolved(NOW, NOW + 20, "unanswered", f"list {n}"),)
        pacer(floor(ready=1, now=NOW + n, news=ended))
    assert len(pacer.experience()["rings"]["segments"]) <= 64


@pytest.mark.parametrize(
    "prior",
    [{}, {"rings": {}}, {"rings": None, "handles": None}, {"rings": [], "handles": []}],
)
def test_what_is_no_experience_is_refused(prior: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        make("predictive", PacerOptions(prior=prior))


@pytest.mark.parametrize("field", ["events", "at_risk"])
def test_negative_durations_in_an_earlier_days_experience_are_refused(field: str) -> None:
    experience = Predictive().experience()
    experience["handles"]["talk"][field] = [-1.0 for _ in experience["handles"]["talk"]["at_risk"]]
    if field == "events":
        experience["handles"]["talk"][field] = [experience["handles"]["talk"][field]]
    with pytest.raises(ValueError, match="negative"):
        Predictive(prior=experience)


# -- days ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("agents", "hours"), [(5, 1.5), (20, 0.6)])
def test_a_day_has_more_talk_than_progressive_and_keeps_the_target(
    agents: int, hours: float
) -> None:
    scenario = short("stationary-p30", agents, hours)
    ours, theirs = simulate(scenario, Predictive(), 3), simulate(scenario, progressive, 3)
    assert ours.occupancy > theirs.occupancy + 0.03
    assert ours.abandon_rate <= scenario.target


def test_a_shock_costs_no_target() -> None:
    day = simulate(short("answers-halve", 10, 1.0), Predictive(), 4)
    assert day.abandon_rate <= 0.03


def test_a_day_begins_better_with_the_experience_of_another() -> None:
    scenario = short("stationary-p10", 20, 0.3)
    yesterday = Predictive()
    simulate(short("stationary-p10", 20, 0.7), yesterday, 5)
    told = json.loads(json.dumps(yesterday.experience()))
    knows = [simulate(scenario, Predictive(prior=told), seed) for seed in range(2)]
    learns = [simulate(scenario, Predictive(), seed) for seed in range(2)]
    assert sum(day.occupancy for day in knows) > sum(day.occupancy for day in learns)


def changed(name: str, **fields: Any) -> Scenario:
    """A quarter of an hour of a shipped scenario with five agents and other fields."""
    plain = short(name, 5, 0.25).model_dump(mode="json", by_alias=True)
    return Scenario.model_validate(plain | fields)


def test_where_nobody_answers_it_goes_on_with_a_few_lines() -> None:
    day = simulate(changed("stationary-p30", answer=0.0), Predictive(), 1)
    assert day.answered == 0
    assert 50 < day.dialled < 500


def test_where_only_machines_answer_nobody_is_abandoned() -> None:
    machines = {"share": 1.0, "unfound": 20, "detection": {"delay": 2, "found": 0.9}}
    day = simulate(changed("stationary-p30", machines=machines), Predictive(), 1)
    assert day.answered == day.abandoned == 0
    assert day.machines > 20
