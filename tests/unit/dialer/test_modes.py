"""Power, agentless, manual and preview: what they dial, and what none of them ever does."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing.agentless import agentless
from dialer.pacing.decision import Decision
from dialer.pacing.modes import Mode, make
from dialer.pacing.options import PacerOptions
from dialer.pacing.power import power
from dialer.pacing.snapshot import AgentState, AgentView, CallView, Snapshot
from tests.unit.dialer.test_pacing import CALLS, STATES, floor


def said(decision: Decision) -> str:
    return ", ".join(decision.reasons)


@pytest.mark.parametrize(
    ("ratio", "agents", "lines"), [(2.0, 3, 6), (1.5, 3, 4), (1.15, 20, 23), (10.0, 1, 10)]
)
def test_power_dials_its_ratio_for_each_free_agent(ratio: float, agents: int, lines: int) -> None:
    seen: list[AgentState] = ["ready"] * agents
    decision = power(ratio)(floor([*seen, "talking"]))
    assert (decision.dial, decision.bound_by) == (lines, "ratio")


def test_power_counts_what_is_under_way() -> None:
    decision = power(3.0)(floor(["ready", "ready"], ["ringing", "placed"]))
    assert decision.dial == 4
    assert decision.reasons == ("4 lines: 3 for each of 2 free agents", "2 under way")


def counted(answered: int, abandoned: int, target: float) -> Snapshot:
    agents = tuple(AgentView(n, "ready", 0) for n in range(3))
    return Snapshot(
        1, agents, (), 100, 0, abandon_target=target, answered=answered, abandoned=abandoned
    )


@pytest.mark.parametrize(
    ("answered", "abandoned", "target", "lines"),
    [(100, 3, 0.03, 6), (100, 4, 0.03, 3), (0, 0, 0.03, 6), (0, 0, 0.0, 3), (1, 1, 0.03, 3)],
)
def test_power_falls_back_past_the_target(
    answered: int, abandoned: int, target: float, lines: int
) -> None:
    decision = power(2.0)(counted(answered, abandoned, target))
    assert decision.dial == lines
    assert decision.bound_by == ("ratio" if lines == 6 else "budget")
    assert ("one line per free agent" in said(decision)) == (lines == 3)


def test_power_says_how_many_were_abandoned() -> None:
    decision = power(2.0)(counted(50, 4, 0.03))
    assert decision.reasons[1] == (
        "one line per free agent until fewer are abandoned: 8.0% were, 3.0% may be"
    )
    assert decision.budget_left == pytest.approx(-2.5)


def test_agentless_needs_no_agents() -> None:
    decision = agentless(20)(floor([], lines_in_use=5))
    assert (decision.dial, decision.bound_by) == (15, "lines")
    assert decision.reasons == ("15 lines: 5 of 20 in use, no agents needed",)


def test_agentless_goes_by_the_lower_of_two_contradictory_limits() -> None:
    assert agentless(20)(floor([], max_lines=4)).dial == 4
    assert agentless(3)(floor([], max_lines=40)).dial == 3
    assert agentless(None)(floor([], max_lines=40)).dial == 40


def test_agentless_without_any_limit_dials_nothing() -> None:
    decision = agentless(None)(floor([]))
    assert decision.dial == 0
    assert "sets no number of lines" in said(decision)


def test_agentless_tells_which_other_limit_bound() -> None:
    few = agentless(20)(floor([], hopper_size=2))
    assert (few.dial, few.bound_by, few.reasons[1]) == (2, "hopper", "2 leads due")
    slow = agentless(20)(floor([], rate_tokens=1))
    assert (slow.dial, slow.bound_by) == (1, "rate")
    assert slow.reasons[1] == "calls per second at their limit"


@pytest.mark.parametrize("mode", ["manual", "preview"])
def test_by_hand_nothing_is_dialled(mode: Mode) -> None:
    decision = make(mode, PacerOptions())(floor(["ready"] * 5))
    assert (decision.dial, decision.bound_by) == (0, "mode")
    assert decision.reasons[0].startswith("0 lines: agents ")


MOMENTS = st.floats(-1e6, 1e6)
SEEN = st.builds(
    Snapshot,
    now=MOMENTS,  # also before what has begun, as when a clock was set back
    agents=st.lists(
        st.builds(AgentView, st.integers(0, 99), st.sampled_from(STATES), MOMENTS), max_size=40
    ).map(tuple),
    calls=st.lists(
        st.builds(CallView, st.text(max_size=3), st.sampled_from(CALLS), MOMENTS), max_size=40
    ).map(tuple),
    hopper_size=st.integers(-1, 60),
    lines_in_use=st.integers(0, 80),
    max_lines=st.none() | st.integers(-1, 50),
    rate_tokens=st.none() | st.integers(-5, 50),
    abandon_target=st.sampled_from([0.0, 0.03, 0.1, 1.0]),
    answered=st.integers(0, 50),
    abandoned=st.integers(0, 60),
)
OPTIONS = st.builds(
    PacerOptions, ratio=st.floats(1, 10), lines=st.none() | st.integers(1, 60), prior=st.none()
)


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(["manual", "preview", "progressive", "power", "agentless"]), OPTIONS, SEEN)
def test_no_limit_is_broken_on_any_floor(mode: str, options: PacerOptions, seen: Snapshot) -> None:
    decision = make(mode, options)(seen)
    most = [seen.hopper_size]
    most += [] if seen.max_lines is None else [seen.max_lines - seen.lines_in_use]
    most += [] if seen.rate_tokens is None else [seen.rate_tokens]
    if mode == "agentless":
        most += [0 if options.lines is None and seen.max_lines is None else 10**6]
        most += [] if options.lines is None else [options.lines - seen.lines_in_use]
    else:
        braked = mode == "progressive" or seen.abandon_target == 0
        ratio = {"manual": 0.0, "preview": 0.0}.get(mode, 1.0 if braked else options.ratio)
        most += [math.floor(ratio * seen.count("ready") + 1e-6) - len(seen.calls)]
    assert 0 <= decision.dial <= max(0, *most)
    assert decision.reasons
    assert decision.cancel == ()
    assert make(mode, options)(seen) == decision


@given(SEEN)
def test_a_target_of_nobody_makes_power_progressive(seen: Snapshot) -> None:
    nobody = Snapshot(
        *(seen.now, seen.agents, seen.calls, seen.hopper_size, seen.lines_in_use),
        max_lines=seen.max_lines,
        rate_tokens=seen.rate_tokens,
        abandon_target=0.0,
    )
    one_each = make("progressive", PacerOptions())(nobody)
    assert power(5.0)(nobody).dial == one_each.dial
