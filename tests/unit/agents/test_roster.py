"""The roster: what people, phones and calls do to agents."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from cti.agents.events import AgentChanged, AgentFreed, WrapUpEnded
from cti.agents.roster import Roster
from cti.agents.states import LEGAL, Agent, AgentState
from cti.base.clock import ManualClock
from cti.base.errors import Conflict, NotFound
from cti.base.signals import Signals

S = AgentState
LEG = "ag-1-x"


class Desk:
    """A roster with one nailed-up agent, and what it tells."""

    def __init__(self, mode: str = "nailed_up") -> None:
        self.clock = ManualClock(datetime(2026, 8, 3, 4, tzinfo=UTC))
        signals = Signals()
        self.roster = Roster(signals, self.clock)
        self.heard: list[object] = []
        self.steps: list[tuple[AgentState, AgentState]] = []
        for kind in (AgentFreed, WrapUpEnded):
            signals.on(kind, self.heard.append)
        signals.on(AgentChanged, lambda e: self.steps.append((e.before, e.agent.state)))
        self.anna = self.roster.add(Agent(1, "anna", "agent-anna", mode))

    def wait(self, seconds: float) -> None:
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))

    def work(self) -> None:
        """Signed in, phone there: ready."""
        self.roster.sign_in(self.anna)
        self.anna.leg = LEG
        self.roster.phone_ready(self.anna)

    def talk(self, call: str = "at-1") -> None:
        self.roster.reserve(self.anna, call)
        self.roster.phone_busy(self.anna)
        self.roster.talk(self.anna, call)


@pytest.fixture
def desk() -> Desk:
    return Desk()


@pytest.fixture
def working(desk: Desk) -> Desk:
    desk.work()
    desk.heard.clear()
    return desk


def test_an_unknown_agent_is_named(desk: Desk) -> None:
    with pytest.raises(NotFound, match="'otto'"):
        desk.roster.get("otto")
    assert desk.roster.get("anna") is desk.roster.by_id(1) is desk.anna
    assert desk.roster.by_id(None) is desk.roster.by_id(7) is None


def test_signing_in_waits_for_the_phone(desk: Desk) -> None:
    desk.roster.sign_in(desk.anna)
    assert (desk.anna.state, desk.anna.reason) == (S.NOT_READY, "connecting the phone")
    assert desk.roster.free() == []
    desk.anna.leg = LEG
    assert desk.roster.of_leg(LEG) is desk.anna
    desk.roster.phone_ready(desk.anna)
    assert (desk.anna.state, desk.anna.reason) == (S.READY, "")
    assert desk.roster.free() == [desk.anna]
    assert desk.heard == [AgentFreed(desk.anna, 0.0)]


def test_a_break_asked_for_before_the_phone_is_there_stays(desk: Desk) -> None:
    desk.roster.sign_in(desk.anna)
    desk.roster.make_not_ready(desk.anna, "lunch")
    desk.roster.phone_ready(desk.anna)
    assert (desk.anna.state, desk.anna.reason) == (S.NOT_READY, "lunch")


def test_ready_asked_for_before_the_phone_is_there_is_kept(desk: Desk) -> None:
    desk.roster.sign_in(desk.anna)
    desk.roster.make_not_ready(desk.anna, "lunch")
    desk.roster.make_ready(desk.anna)
    assert desk.anna.state is S.NOT_READY
    desk.roster.phone_ready(desk.anna)
    assert desk.anna.free


def test_signed_out_people_ask_for_nothing(desk: Desk) -> None:
    for ask in (desk.roster.make_ready, lambda a: desk.roster.make_not_ready(a, "lunch")):
        with pytest.raises(Conflict, match="signed out"):
            ask(desk.anna)


def test_a_break_and_back(working: Desk) -> None:
    working.roster.make_not_ready(working.anna, "lunch")
    assert (working.anna.state, working.anna.reason) == (S.NOT_READY, "lunch")
    working.roster.make_not_ready(working.anna, "training")
    assert working.anna.reason == "training"
    working.roster.make_ready(working.anna)
    assert working.heard == [AgentFreed(working.anna, 0.0)]
    steps = len(working.steps)
    working.roster.make_ready(working.anna)
    assert len(working.steps) == steps


@pytest.mark.parametrize(
    ("ask", "after"),
    [
        (lambda r, a: r.make_not_ready(a, "lunch"), (S.NOT_READY, "lunch")),
        (lambda r, a: r.sign_out(a), (S.SIGNED_OUT, "")),
        (lambda r, a: None, (S.READY, "")),
    ],
)
@pytest.mark.parametrize("when", ["reserved", "talking"])
def test_what_is_asked_for_during_a_call_counts_after_wrap_up(
    working: Desk, ask: object, after: tuple[AgentState, str], when: str
) -> None:
    anna, roster = working.anna, working.roster
    assert callable(ask)
    roster.reserve(anna, "at-1")
    if when == "reserved":
        ask(roster, anna)
        assert anna.state is S.RESERVED
    roster.talk(anna, "at-1")
    if when == "talking":
        ask(roster, anna)
        assert anna.state is S.TALKING
    roster.wrap_up(anna, 20)
    assert anna.state is S.WRAPPING
    roster.wrap_up_done(anna)
    assert (anna.state, anna.reason) == after
    assert (anna.wanted, anna.wanted_reason) == (None, "")


def test_ready_in_wrap_up_ends_it(working: Desk) -> None:
    working.talk()
    working.roster.wrap_up(working.anna, 20)
    working.roster.make_ready(working.anna)
    assert working.roster.free() == []  # the leg is not back yet
    working.roster.phone_ready(working.anna)
    assert working.anna.free
    assert working.heard[0] == WrapUpEnded(working.anna, "at-1", False, 0.0)


def test_wrap_up_ends_by_the_clock(working: Desk) -> None:
    assert working.roster.expire_wrap_ups() is None
    working.talk()
    working.wait(30)
    working.roster.wrap_up(working.anna, 20)
    working.roster.phone_ready(working.anna)
    assert (working.anna.call, working.anna.idle_since) == ("at-1", 30.0)
    working.wait(19.5)
    assert working.roster.expire_wrap_ups() == pytest.approx(0.5)
    assert working.anna.state is S.WRAPPING
    working.wait(0.5)
    assert working.roster.expire_wrap_ups() is None
    assert working.anna.free
    assert working.heard == [
        AgentFreed(working.anna, 50.0),
        WrapUpEnded(working.anna, "at-1", True, 50.0),
    ]


def test_a_disposition_ends_wrap_up_once(working: Desk) -> None:
    working.talk()
    working.roster.wrap_up(working.anna, 20)
    working.roster.wrap_up_done(working.anna)
    working.roster.wrap_up_done(working.anna)
    assert working.heard == [WrapUpEnded(working.anna, "at-1", False, 0.0)]


def test_the_next_wrap_up_of_several_is_told(desk: Desk) -> None:
    desk.work()
    bert = desk.roster.add(Agent(2, "bert", "agent-bert", state=S.TALKING, leg="ag-2-x"))
    desk.talk()
    desk.roster.wrap_up(desk.anna, 20)
    desk.roster.wrap_up(bert, 5)
    assert desk.roster.expire_wrap_ups() == 5.0


def test_who_has_been_idle_longest_comes_first(desk: Desk) -> None:
    for number, name in ((2, "bert"), (3, "cleo")):
        desk.roster.add(Agent(number, name, f"agent-{name}", "ringing"))
    bert, cleo = desk.roster.get("bert"), desk.roster.get("cleo")
    for agent in (cleo, desk.anna, bert):
        desk.wait(1)
        desk.roster.sign_in(agent)
        desk.roster.phone_ready(agent)
    assert desk.roster.free() == [cleo, desk.anna, bert]
    desk.wait(1)
    desk.roster.make_not_ready(cleo, "lunch")
    desk.roster.make_ready(cleo)  # a break is no call: it does not cost the place
    assert desk.roster.free() == [cleo, desk.anna, bert]
    desk.roster.reserve(cleo, "at-1")
    desk.roster.talk(cleo, "at-1")
    desk.roster.wrap_up(cleo, 0)
    desk.roster.wrap_up_done(cleo)
    assert desk.roster.free() == [desk.anna, bert, cleo]


# -- the phone is lost, in each state -----------------------------------------------------------


def test_lost_while_signed_out(desk: Desk) -> None:
    desk.anna.leg = LEG
    desk.roster.phone_lost(desk.anna)
    assert desk.anna.state is S.SIGNED_OUT
    assert desk.roster.of_leg(LEG) is None


def test_lost_while_not_ready(working: Desk) -> None:
    working.roster.make_not_ready(working.anna, "lunch")
    working.roster.phone_lost(working.anna)
    assert (working.anna.state, working.anna.reason) == (S.NOT_READY, "lunch")
    working.roster.phone_ready(working.anna)
    assert working.anna.state is S.NOT_READY


def test_lost_while_ready(working: Desk) -> None:
    working.roster.phone_lost(working.anna)
    assert (working.anna.state, working.anna.reason) == (S.NOT_READY, "phone lost")
    assert working.roster.free() == []
    working.anna.leg = "ag-1-y"
    working.roster.phone_ready(working.anna)
    assert working.anna.free


def test_lost_while_reserved(working: Desk) -> None:
    working.roster.reserve(working.anna, "at-1")
    working.roster.phone_lost(working.anna)
    assert working.anna.state is S.RESERVED
    working.roster.release(working.anna)
    assert (working.anna.state, working.anna.wanted) == (S.NOT_READY, S.READY)


@pytest.mark.parametrize("when", ["talking", "wrapping"])
def test_lost_in_a_call(working: Desk, when: str) -> None:
    working.talk()
    if when == "talking":
        working.roster.phone_lost(working.anna)
        assert working.anna.state is S.TALKING
    working.roster.wrap_up(working.anna, 20)
    if when == "wrapping":
        working.roster.phone_lost(working.anna)
    assert working.anna.state is S.WRAPPING
    working.roster.wrap_up_done(working.anna)
    assert (working.anna.state, working.anna.reason) == (S.NOT_READY, "phone lost")
    working.anna.leg = "ag-1-y"
    working.roster.phone_ready(working.anna)
    assert working.anna.free


def test_a_phone_that_is_back_before_wrap_up_ends(working: Desk) -> None:
    working.talk()
    working.roster.wrap_up(working.anna, 20)
    working.roster.phone_lost(working.anna)
    working.anna.leg = "ag-1-y"
    working.roster.phone_ready(working.anna)
    assert working.heard == []
    working.roster.wrap_up_done(working.anna)
    assert working.anna.free


def test_the_leg_of_a_ringing_phone_comes_and_goes() -> None:
    desk = Desk("ringing")
    desk.roster.sign_in(desk.anna)
    desk.roster.phone_ready(desk.anna)
    desk.anna.leg = LEG
    desk.roster.phone_lost(desk.anna)
    assert desk.anna.free
    assert desk.anna.leg is None


def test_after_a_restart_any_state_is_taken_up_again(desk: Desk) -> None:
    desk.wait(5)
    desk.roster.restore(desk.anna, S.TALKING, "at-1")
    assert (desk.anna.state, desk.anna.call, desk.anna.since) == (S.TALKING, "at-1", 5.0)
    assert desk.heard == []
    desk.anna.leg, desk.anna.leg_ready = LEG, True
    desk.roster.restore(desk.anna, S.READY, None)
    assert desk.heard == [AgentFreed(desk.anna, 5.0)]


# -- anything in any order -------------------------------------------------------------------------


class Acts(RuleBasedStateMachine):
    """People, phones and calls do what they can do, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.desk = Desk()
        self.anna, self.roster = self.desk.anna, self.desk.roster

    def _in(self, *states: AgentState) -> bool:
        return self.anna.state in states

    @precondition(lambda self: self._in(S.SIGNED_OUT))
    @rule()
    def sign_in(self) -> None:
        self.roster.sign_in(self.anna)

    @precondition(lambda self: not self._in(S.SIGNED_OUT))
    @rule(ready=st.booleans())
    def ask(self, ready: bool) -> None:
        if ready:
            self.roster.make_ready(self.anna)
        else:
            self.roster.make_not_ready(self.anna, "lunch")

    @precondition(lambda self: not self._in(S.SIGNED_OUT))
    @rule()
    def sign_out(self) -> None:
        self.roster.sign_out(self.anna)

    @rule()
    def phone_there(self) -> None:
        self.anna.leg = LEG
        self.roster.phone_ready(self.anna)

    @rule()
    def phone_gone(self) -> None:
        self.roster.phone_lost(self.anna)

    @precondition(lambda self: self.anna.free)
    @rule()
    def reserve(self) -> None:
        self.roster.reserve(self.anna, "at-1")

    @precondition(lambda self: self._in(S.RESERVED))
    @rule(came=st.booleans())
    def connect(self, came: bool) -> None:
        if came:
            self.roster.phone_busy(self.anna)
            self.roster.talk(self.anna, "at-1")
        else:
            self.roster.release(self.anna)

    @precondition(lambda self: self._in(S.TALKING))
    @rule()
    def call_ends(self) -> None:
        self.roster.wrap_up(self.anna, 20)

    @rule(seconds=st.sampled_from([1, 15, 30]))
    def time_passes(self, seconds: int) -> None:
        self.desk.wait(seconds)
        self.roster.expire_wrap_ups()

    @invariant()
    def only_legal_steps(self) -> None:
        for before, after in self.desk.steps:
            assert before is after or after in LEGAL[before]

    @invariant()
    def a_call_belongs_to_a_busy_state(self) -> None:
        busy = self._in(S.RESERVED, S.TALKING, S.WRAPPING)
        assert (self.anna.call is not None) is busy
        assert (self.anna.wrap_until is not None) is self._in(S.WRAPPING)

    @invariant()
    def nobody_is_free_without_a_phone(self) -> None:
        assert not self.anna.free or self.anna.leg_ready
        assert self.roster.free() == ([self.anna] if self.anna.free else [])

    @invariant()
    def each_freedom_is_told(self) -> None:
        told = [e for e in self.desk.heard if isinstance(e, AgentFreed)]
        assert told or not self.anna.free


Acts.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyOrder = Acts.TestCase
