"""The tracker: PBX events in, true legs and leg events out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ami import events as ami
from cti.ami.events import ChannelState
from cti.calls.events import (
    LegAnswered,
    LegCreated,
    LegEnded,
    LegMarked,
    LegPooled,
    LegProgressed,
    LegRefused,
    LegRinging,
    LegsBridged,
    LegUnbridged,
    LegVanished,
)
from cti.calls.tracker import Mismatch
from tests.unit.calls.legs import (
    Tracked,
    created,
    entered,
    hung_up,
    left,
    ringing,
    row,
    state,
    up,
)

NOTHING = Mismatch(frozenset(), frozenset())


@pytest.fixture
def at() -> Tracked:
    return Tracked()


def test_a_call_from_its_channel_to_its_end(at: Tracked) -> None:
    assert at.take(created("a")) == [LegCreated("a", 0.0)]
    leg = at.tracker.legs["a"]
    assert (leg.caller, leg.exten, leg.up, leg.since) == ("139", "s", False, 0.0)
    at.wait(1)
    assert at.take(ami.DialProgressed("a", "PROGRESS")) == [LegProgressed("a", 1.0)]
    assert at.take(ringing("a"), ami.DialProgressed("a", "RINGING")) == [LegRinging("a", 1.0)]
    at.wait(1)
    assert at.take(up("a"), up("a")) == [LegAnswered("a", 2.0)]
    assert leg.up
    assert at.take(hung_up("a", 17, 486)) == [LegEnded("a", 17, 486, 2.0)]
    assert at.tracker.legs == {}


def test_either_word_for_ringing_counts_once(at: Tracked) -> None:
    at.take(created("a"))
    assert at.take(ami.DialProgressed("a", "RINGING"), ringing("a")) == [LegRinging("a", 0.0)]


def test_nothing_is_heard_before_the_answer_once_it_is_answered(at: Tracked) -> None:
    at.take(created("a"), up("a"))
    late = (ringing("a"), ami.DialProgressed("a", "RINGING"), ami.DialProgressed("a", "PROGRESS"))
    assert at.take(*late, ami.DialProgressed("a", "PROCEEDING")) == []


def test_other_states_say_nothing(at: Tracked) -> None:
    at.take(created("a"))
    assert at.take(*(state("a", s) for s in ChannelState if s not in {5, 6})) == []


def test_two_legs_meet_when_the_second_is_in(at: Tracked) -> None:
    at.take(created("a"), created("b"))
    assert at.take(entered("a", "x")) == []
    assert at.take(entered("b", "x")) == [LegsBridged("b", "a", 0.0)]
    assert at.tracker.partners("a") == {"b"}
    assert at.take(left("a", "x")) == [LegUnbridged("a", 0.0)]
    assert at.tracker.partners("a") == at.tracker.partners("b") == frozenset()


def test_a_third_leg_meets_both(at: Tracked) -> None:
    at.take(created("a"), created("b"), created("c"), entered("a", "x"), entered("b", "x"))
    assert at.take(entered("c", "x")) == [LegsBridged("c", "a", 0.0), LegsBridged("c", "b", 0.0)]
    assert at.tracker.partners("b") == {"a", "c"}
    at.take(hung_up("b"))
    assert at.tracker.partners("a") == {"c"}
    assert at.tracker.partners("b") == frozenset()


def test_waiting_legs_do_not_hear_each_other(at: Tracked) -> None:
    at.take(created("a"), created("b"))
    assert at.take(entered("a", "pool"), entered("b", "pool")) == [
        LegPooled("a", 0.0),
        LegPooled("b", 0.0),
    ]
    assert at.tracker.legs["a"].pooled
    assert at.tracker.partners("a") == frozenset()
    assert at.take(left("a", "pool")) == []
    assert not at.tracker.legs["a"].pooled


def test_a_leg_that_moves_is_in_one_bridge_only(at: Tracked) -> None:
    at.take(created("a"), created("b"), created("c"), entered("a", "x"), entered("b", "x"))
    at.take(entered("c", "y"), entered("b", "y"))
    assert at.tracker.partners("a") == frozenset()
    assert at.tracker.partners("b") == {"c"}
    at.take(entered("b", "pool"))
    assert at.tracker.legs["b"].pooled
    assert at.tracker.partners("c") == frozenset()


def test_news_of_unknown_legs_is_passed_over(at: Tracked) -> None:
    unknown = (
        up("a"),
        ringing("a"),
        entered("a", "x"),
        left("a", "x"),
        hung_up("a"),
        ami.DialProgressed("a", "RINGING"),
        ami.DialEnded("a", "ANSWER"),
        ami.LinkUp("", ""),
    )
    assert at.take(*unknown) == []
    assert at.tracker.legs == {}


def test_a_leg_is_created_and_ends_once(at: Tracked) -> None:
    assert len(at.take(created("a"), created("a"))) == 1
    assert len(at.take(hung_up("a"), hung_up("a"))) == 1


def test_only_an_originate_without_a_channel_is_refused(at: Tracked) -> None:
    at.tracker.expect("a")
    failed = ami.OriginateEnded("a", False, 8, "")
    assert at.take(ami.OriginateEnded("b", False, 8, "")) == []
    assert at.take(failed, failed) == [LegRefused("a", 8, 0.0)]
    at.tracker.expect("c")
    at.take(created("c"))
    assert at.take(ami.OriginateEnded("c", False, 3, "")) == []
    at.tracker.expect("d")
    assert at.take(ami.OriginateEnded("d", True, 4, "")) == []
    at.tracker.forget("d")
    assert at.take(ami.OriginateEnded("d", False, 8, "")) == []


def test_the_dialplans_marks_are_passed_on(at: Tracked) -> None:
    assert at.take(ami.Marked("CtiQueued", "a", {"Queue": "sales"}), ami.Marked("X", "a", {})) == [
        LegMarked("a", "CtiQueued", "sales", 0.0),
        LegMarked("a", "X", "", 0.0),
    ]


# -- attaching to a running PBX ----------------------------------------


def test_living_legs_are_taken_over_in_silence(at: Tracked) -> None:
    rows = [
        row("ag-1", application="BridgeWait", way=("agents", "nailed"), bridge="p"),
        row("ag-2", application="BridgeWait", way=("agents", "nailed"), bridge="p"),
        row("at-1", bridge="", seconds=4),
        row("at-2", ChannelState.RINGING),
        row("at-3", ChannelState.DOWN),
    ]
    at.wait(100)
    assert [leg.uniqueid for leg in at.tracker.adopt(rows)] == [r.uniqueid for r in rows]
    assert at.heard == []
    legs = at.tracker.legs
    assert [leg.pooled for leg in legs.values()] == [True, True, False, False, False]
    assert [leg.up for leg in legs.values()] == [True, True, True, False, False]
    assert (legs["at-2"].ringing, legs["at-1"].since) == (True, 96.0)
    assert at.tracker.partners("ag-1") == frozenset()
    assert at.tracker.adopt(rows) == []


@pytest.mark.parametrize(
    "customer",
    [
        row("at-1", application="", bridge="x"),
        row("at-1", application="BridgeWait", way=("customers", "hold"), bridge="x"),
    ],
)
def test_an_agent_who_talks_is_not_taken_for_one_who_waits(
    at: Tracked, customer: ami.ChannelRow
) -> None:
    # As Asterisk shows it: the nailed-up leg never left the application BridgeWait.
    agent = row("ag-1", application="BridgeWait", way=("agents", "nailed"), bridge="x")
    at.tracker.adopt([agent, customer])
    assert at.tracker.partners("ag-1") == {"at-1"}
    assert not at.tracker.legs["ag-1"].pooled


def test_a_leg_that_has_just_ended_is_not_taken_over_from_an_old_snapshot(at: Tracked) -> None:
    at.take(created("a"), hung_up("a"))
    assert at.tracker.adopt([row("a")]) == []


# -- reconciliation ----------------------------------------


def test_legs_on_both_sides_agree(at: Tracked) -> None:
    at.take(created("a"), up("a"))
    at.wait(10)
    assert at.tracker.compare([row("a")]) == NOTHING
    assert not NOTHING


def test_what_only_one_side_has_is_found(at: Tracked) -> None:
    at.take(created("a"))
    at.wait(10)
    found = at.tracker.compare([row("b")])
    assert found == Mismatch(frozenset({"a"}), frozenset({"b"}))
    assert found


def test_what_came_or_went_within_a_second_is_left_out(at: Tracked) -> None:
    at.take(created("old"))
    at.wait(10)
    at.take(created("new"), hung_up("old"))
    assert at.tracker.compare([row("old"), row("newer", seconds=1)]) == NOTHING
    at.wait(1.01)
    assert at.tracker.compare([row("old"), row("newer", seconds=2)]) == Mismatch(
        frozenset({"new"}), frozenset({"old", "newer"})
    )


@pytest.mark.parametrize(
    ("known", "there"),
    [
        ([created("a")], row("a")),
        ([created("a"), up("a")], row("a", application="BridgeWait", bridge="p")),
        ([created("a"), up("a"), entered("a", "pool")], row("a")),
        ([created("a"), up("a"), entered("a", "x")], row("a")),
        ([created("a"), up("a"), entered("a", "x")], row("a", bridge="y")),
    ],
    ids=["answered", "waits", "waits no more", "talks no more", "talks elsewhere"],
)
def test_a_leg_that_the_pbx_has_elsewhere_is_behind_and_catches_up(
    at: Tracked, known: list[ami.Event], there: ami.ChannelRow
) -> None:
    at.take(*known)
    at.wait(10)
    found = at.tracker.compare([there])
    assert found == Mismatch(frozenset(), frozenset(), frozenset({"a"}))
    assert found
    at.tracker.catch_up([there], found.stale)
    assert at.tracker.compare([there]) == NOTHING


def test_what_was_missed_is_told(at: Tracked) -> None:
    rows = [
        row("at-1", application="", bridge="x"),
        row("ag-1", application="BridgeWait", way=("agents", "nailed"), bridge="x"),
        row("ag-2", application="BridgeWait", way=("agents", "nailed"), bridge="p"),
        row("not asked for"),
    ]
    at.take(created("ag-1"))
    before = len(at.heard)
    at.tracker.catch_up(rows, {"at-1", "ag-1", "ag-2", "gone"})
    assert at.heard[before:] == [
        LegCreated("at-1", 0.0),
        LegAnswered("at-1", 0.0),
        LegAnswered("ag-1", 0.0),
        LegsBridged("ag-1", "at-1", 0.0),
        LegCreated("ag-2", 0.0),
        LegAnswered("ag-2", 0.0),
        LegPooled("ag-2", 0.0),
    ]
    assert "not asked for" not in at.tracker.legs


def test_a_vanished_leg_ends_once_and_leaves_its_bridge(at: Tracked) -> None:
    at.take(created("a"), created("b"), entered("a", "x"), entered("b", "x"))
    before = len(at.heard)
    at.tracker.remove(["a", "a", "unknown"])
    assert at.heard[before:] == [LegVanished("a", 0.0)]
    assert at.tracker.partners("b") == frozenset()
    assert at.take(hung_up("a")) == []


def test_two_looks_must_agree() -> None:
    first = Mismatch(frozenset("ab"), frozenset("cd"), frozenset("ef"))
    second = Mismatch(frozenset("bx"), frozenset("dx"), frozenset("fx"))
    assert first & second == Mismatch(frozenset("b"), frozenset("d"), frozenset("f"))


# -- any order of legal events ----------------------------------------

LEGS = ("a", "b", "c", "d")
ACTS = ("created", "ringing", "up", "x", "y", "pool", "left", "hung up", "failed")


class World:
    """What the PBX has, told in events that are legal for it."""

    def __init__(self) -> None:
        self.alive: dict[str, str] = {}
        self.made: set[str] = set()
        self.ended: set[str] = set()
        self.up: set[str] = set()

    def legal(self) -> list[tuple[str, str]]:
        """What may happen next, to which leg."""
        return [(leg, act) for leg in LEGS for act in ACTS if self._may(leg, act)]

    def _may(self, leg: str, act: str) -> bool:
        if act == "created":
            return leg not in self.made
        if leg not in self.alive:
            return False
        if act in {"x", "y", "pool"}:
            return leg in self.up and not self.alive[leg]
        return act != "left" or bool(self.alive[leg])

    def event(self, leg: str, act: str) -> ami.Event:
        """Let it happen."""
        if act == "created":
            self.made.add(leg)
            self.alive[leg] = ""
            return created(leg)
        if act == "hung up":
            del self.alive[leg]
            self.ended.add(leg)
            return hung_up(leg)
        if act in {"x", "y", "pool"}:
            self.alive[leg] = act
            return entered(leg, act)
        if act == "left":
            bridge, self.alive[leg] = self.alive[leg], ""
            return left(leg, bridge)
        if act == "up":
            self.up.add(leg)
            return up(leg)
        return ringing(leg) if act == "ringing" else ami.OriginateEnded(leg, False, 3, "")


@given(st.lists(st.integers(0, 10_000), min_size=20, max_size=80))
def test_any_order_of_legal_events_keeps_the_legs_true(picks: list[int]) -> None:
    at, world = Tracked(), World()
    for pick in picks:
        legal = world.legal()
        if not legal:
            break
        leg, act = legal[pick % len(legal)]
        event = world.event(leg, act)
        if act == "created":
            at.tracker.expect(leg)
        at.take(event)
        legs = at.tracker.legs
        assert legs.keys() == world.made - world.ended
        assert {i: leg.bridge or ("pool" if leg.pooled else "") for i, leg in legs.items()} == (
            world.alive
        )
        assert at.tracker._bridges.keys() == set(world.alive.values()) & {"x", "y"}
        for one in LEGS:
            talk = {i for i, b in world.alive.items() if b == world.alive.get(one)}
            hears = talk - {one} if world.alive.get(one) in {"x", "y"} else set()
            assert at.tracker.partners(one) == hears
    for kind, legs_told in ((LegCreated, world.made), (LegEnded, world.ended)):
        assert sorted(e.uniqueid for e in at.heard if isinstance(e, kind)) == sorted(legs_told)
    answers = [e.uniqueid for e in at.heard if isinstance(e, LegAnswered)]
    assert sorted(answers) == sorted(world.up)
    assert not any(isinstance(e, LegRefused) for e in at.heard)
