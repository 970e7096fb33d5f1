"""Progressive pacing: one line per free agent, never more."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cti.base.errors import UserError
from dialer.pacing.modes import MODES, make
from dialer.pacing.options import PacerOptions
from dialer.pacing.progressive import progressive
from dialer.pacing.snapshot import AgentState, AgentView, CallState, CallView, Snapshot

STATES: list[AgentState] = ["signed_out", "not_ready", "ready", "reserved", "talking", "wrapping"]
CALLS: list[CallState] = ["placed", "ringing", "answered_waiting"]


def floor(
    agents: list[AgentState],
    calls: list[CallState] | None = None,
    *,
    hopper_size: int = 1000,
    lines_in_use: int = 0,
    max_lines: int | None = None,
    rate_tokens: int | None = None,
) -> Snapshot:
    return Snapshot(
        now=0,
        agents=tuple(AgentView(n, state, 1.0) for n, state in enumerate(agents)),
        calls=tuple(CallView(f"at-{n}", state, 1.0) for n, state in enumerate(calls or [])),
        hopper_size=hopper_size,
        lines_in_use=lines_in_use,
        max_lines=max_lines,
        rate_tokens=rate_tokens,
    )


def test_one_line_per_ready_agent() -> None:
    decision = progressive(floor(["ready", "ready", "talking", "wrapping", "reserved"]))
    assert decision.dial == 2
    assert decision.bound_by == "agents"
    assert decision.reasons == ("2 lines: 2 agents free",)


@pytest.mark.parametrize("state", CALLS)
def test_calls_under_way_have_an_agent_each(state: CallState) -> None:
    decision = progressive(floor(["ready", "ready"], [state]))
    assert decision.dial == 1
    assert decision.reasons == ("1 line: 2 agents free", "1 under way")


def test_more_calls_than_agents_dial_nothing() -> None:
    decision = progressive(floor(["ready"], ["placed", "ringing"]))
    assert decision.dial == 0
    assert decision.reasons == ("0 lines: 1 agent free", "2 under way")


def test_an_empty_hopper() -> None:
    decision = progressive(floor(["ready", "ready"], hopper_size=1))
    assert (decision.dial, decision.bound_by) == (1, "hopper")
    assert decision.reasons == ("1 line: 2 agents free", "1 lead due")


def test_the_campaigns_lines() -> None:
    decision = progressive(floor(["ready"] * 5, lines_in_use=9, max_lines=10))
    assert (decision.dial, decision.bound_by) == (1, "lines")
    assert decision.reasons[1] == "9 of 10 lines in use"


def test_lines_that_were_cut_while_calls_run() -> None:
    assert progressive(floor(["ready"] * 5, lines_in_use=9, max_lines=4)).dial == 0


def test_the_call_rate() -> None:
    decision = progressive(floor(["ready"] * 5, rate_tokens=0))
    assert (decision.dial, decision.bound_by) == (0, "rate")
    assert decision.reasons[1] == "calls per second at their limit"


FLOORS = st.builds(
    floor,
    st.lists(st.sampled_from(STATES), max_size=50),
    st.lists(st.sampled_from(CALLS), max_size=50),
    hopper_size=st.integers(0, 50),
    lines_in_use=st.integers(0, 60),
    max_lines=st.none() | st.integers(0, 50),
    rate_tokens=st.none() | st.integers(0, 50),
)


@settings(deadline=None)
@given(FLOORS)
def test_never_more_calls_than_ready_agents_and_no_limit_is_broken(seen: Snapshot) -> None:
    limits = [seen.count("ready") - len(seen.calls), seen.hopper_size]
    limits += [] if seen.max_lines is None else [seen.max_lines - seen.lines_in_use]
    limits += [] if seen.rate_tokens is None else [seen.rate_tokens]
    assert progressive(seen).dial == max(0, min(limits))


def test_modes_by_name() -> None:
    assert make("progressive", PacerOptions()) is progressive
    for mode in MODES:
        assert make(mode, PacerOptions(lines=1))(floor([])).dial == (mode == "agentless")
    with pytest.raises(UserError, match=r"'turbo' is not a dialing mode\. Known: manual, preview"):
        make("turbo", PacerOptions())
