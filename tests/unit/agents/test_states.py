"""Which state may follow which."""

import pytest

from cti.agents.states import LEGAL, Agent, AgentState
from cti.base.errors import Conflict

S = AgentState


@pytest.mark.parametrize("before", list(S))
@pytest.mark.parametrize("after", list(S))
def test_only_legal_steps_are_taken(before: AgentState, after: AgentState) -> None:
    agent = Agent(1, "anna", "agent-anna", state=before, since=1.0, call="at-1")
    if after in LEGAL[before]:
        agent.go(after, 5.0, "why")
        assert (agent.state, agent.since, agent.reason) == (after, 5.0, "why")
        return
    with pytest.raises(Conflict, match=f"anna is {before} and cannot become {after}"):
        agent.go(after, 5.0)
    assert (agent.state, agent.since, agent.call) == (before, 1.0, "at-1")


def test_nobody_gets_to_a_call_without_being_ready_or_to_wrap_up_without_a_talk() -> None:
    assert {s for s in S if S.RESERVED in LEGAL[s]} == {S.READY}
    assert {s for s in S if S.TALKING in LEGAL[s]} == {S.READY, S.RESERVED}
    assert LEGAL[S.TALKING] == {S.WRAPPING, S.READY, S.NOT_READY, S.SIGNED_OUT}
    assert {s for s in S if S.WRAPPING in LEGAL[s]} == {S.TALKING}
    assert LEGAL[S.SIGNED_OUT] == {S.NOT_READY}


def test_a_talk_goes_over_into_the_wrap_up() -> None:
    agent = Agent(1, "anna", "agent-anna", state=S.TALKING, since=10.0, call="at-1")
    agent.wrap_until = 99.0
    agent.go(S.WRAPPING, 25.0)
    assert agent.call == "at-1"
    assert agent.wrap_until == 99.0
    agent.go(S.READY, 30.0)
    assert [agent.call, agent.wrap_until] == [None, None]


def test_a_call_that_is_taken_back_is_no_talk() -> None:
    agent = Agent(1, "anna", "agent-anna", state=S.TALKING, since=10.0, call="at-1")
    agent.go(S.READY, 14.0)
    assert agent.call is None


@pytest.mark.parametrize(
    ("mode", "leg_ready", "free"),
    [("nailed_up", True, True), ("nailed_up", False, False), ("ringing", False, True)],
)
def test_free_is_ready_with_a_phone_that_can_take_a_call(
    mode: str, leg_ready: bool, free: bool
) -> None:
    agent = Agent(1, "anna", "agent-anna", mode, S.READY, leg_ready=leg_ready)
    assert agent.free is free
    agent.state = S.WRAPPING
    assert not agent.free
