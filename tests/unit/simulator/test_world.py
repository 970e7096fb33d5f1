"""The rules of the simulated floor, and what holds in every scenario."""

from itertools import pairwise
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dialer.pacing.decision import Decision
from dialer.pacing.progressive import progressive
from dialer.pacing.snapshot import Abandoned, Handled, Resolved, Snapshot
from dialer.simulator.results import Day
from dialer.simulator.scenario import Scenario, shipped, shipped_names
from dialer.simulator.world import GAP, TICK, simulate
from tests.unit.simulator.scenes import Script, scene

AT_ONCE: dict[str, Any] = {"answer": 1, "ring": {"answered": 5, "unanswered": 20}}


class Restless:
    """Dials and cancels at random, and checks each snapshot on the way."""

    def __init__(self, seed: int, eager: float) -> None:
        self._rng = Random(seed)
        self._eager = eager
        self.before: Snapshot | None = None
        self.resolved: list[Resolved] = []
        self.handled: list[Handled] = []
        self.abandoned = 0

    def __call__(self, snapshot: Snapshot) -> Decision:
        self._check(snapshot)
        self.before = snapshot
        for news in snapshot.news:
            if isinstance(news, Resolved):
                self.resolved.append(news)
            elif isinstance(news, Handled):
                self.handled.append(news)
            else:
                self.abandoned += 1
        rng = self._rng
        dial = int(rng.random() < self._eager) * rng.randrange(4)
        cancel = tuple(call.id for call in snapshot.calls if rng.random() < 0.02)
        return Decision(dial, (), "mode", cancel=cancel)

    def _check(self, snapshot: Snapshot) -> None:
        ids = [agent.id for agent in snapshot.agents]
        assert len(ids) == len(set(ids))
        assert snapshot.lines_in_use - len(snapshot.calls) == snapshot.count("talking")
        assert len({call.id for call in snapshot.calls}) == len(snapshot.calls)
        waiting = [call for call in snapshot.calls if call.state == "answered_waiting"]
        assert not (waiting and snapshot.count("ready"))
        assert all(agent.since <= snapshot.now for agent in snapshot.agents)
        assert all(call.placed <= snapshot.now for call in snapshot.calls)
        if self.before is not None:
            assert GAP - 1e-9 <= snapshot.now - self.before.now <= TICK + 1e-9
            assert all(news.at <= snapshot.now for news in snapshot.news)


TIMES = st.sampled_from(
    [
        0.5,
        30,
        {"is": "exponential", "mean": 20},
        {"is": "lognormal", "mean": 40, "cv": 1.2},
        {"is": "gamma", "mean": 15, "cv": 0.4},
        {"is": "weibull", "mean": 25, "shape": 0.7},
        {"is": "uniform", "low": 0, "high": 60},
    ]
)
SHARES = st.sampled_from([0, 0.05, 0.4, 0.9, 1])
MACHINES = st.fixed_dictionaries(
    {"share": SHARES, "unfound": TIMES},
    optional={
        "detection": st.fixed_dictionaries(
            {"delay": TIMES, "found": SHARES, "lost_persons": SHARES, "first": st.booleans()}
        )
    },
)
RINGS = st.fixed_dictionaries(
    {"answered": TIMES, "unanswered": TIMES},
    optional={"post_dial": TIMES, "limit_s": st.sampled_from([10, 60])},
)
STAFF = st.sampled_from(
    [
        0,
        1,
        4,
        [{"at": 0, "count": 0}, {"at": 300, "count": 6, "over": 200}, {"at": 900, "count": 1}],
        [{"at": 200, "count": 5}, {"at": 400, "count": 0}, {"at": 410, "count": 3}],
    ]
)
SEGMENTS = [
    {"name": "a", "share": 1, "answer": 0.8, "foretold": True},
    {"name": "b", "share": 2, "answer": 0.1, "told": False, "work": {"talk": 10, "wrap": 5}},
]
SCENARIOS = st.fixed_dictionaries(
    {"hours": st.just(0.4), "agents": STAFF, "ring": RINGS},
    optional={
        "answer": SHARES,
        "work": st.fixed_dictionaries({"talk": TIMES}, optional={"wrap": TIMES}),
        "machines": MACHINES,
        "patience": TIMES,
        "grace_s": st.sampled_from([0, 2, 10]),
        "leads": st.sampled_from([1, 40]),
        "lines": st.sampled_from([1, 7]),
        "calls_per_second": st.sampled_from([0.1, 3]),
        "min_ring_s": st.sampled_from([0, 15]),
        "window": st.sampled_from([{"hours": 0.15}, {"answered": 9, "abandoned": 3}]),
        "breaks": st.just([{"at": 100, "lasts": 120, "share": 0.6, "spread": 60}] * 2),
    },
) | st.fixed_dictionaries(
    {
        "hours": st.just(0.4),
        "answer": st.none(),
        "segments": st.just(SEGMENTS),
        "order": st.sampled_from(["mixed", "blocks"]),
        "block": st.sampled_from([1, 20]),
    }
)


@settings(deadline=None, max_examples=25, suppress_health_check=list(HealthCheck))
@given(SCENARIOS, st.integers(0, 1000), st.sampled_from([0.02, 0.3]))
def test_what_holds_in_every_scenario(fields: dict[str, Any], seed: int, eager: float) -> None:
    scenario = scene(**fields)
    pacer = Restless(seed, eager)
    day = simulate(scenario, pacer, seed)
    counts_agree(scenario, day)
    assert day == simulate(scenario, Restless(seed, eager), seed)
    told = len(pacer.resolved)
    ended = day.dialled - day.under_way
    assert 0 <= ended - told <= day.lines_most + 3  # the last of them nobody was told
    for agent in {handled.agent for handled in pacer.handled}:
        calls = [handled for handled in pacer.handled if handled.agent == agent]
        assert all(earlier.at <= later.since for earlier, later in pairwise(calls))
    assert 0 <= day.abandoned - pacer.abandoned <= 3 + day.lines_most


def counts_agree(scenario: Scenario, day: Day) -> None:
    """What a day's figures say together."""
    assert day.dialled == (
        day.answered + day.machines + day.unanswered + day.cancelled + day.under_way
    )
    assert day.answered == day.served + day.abandoned + day.lost_persons + day.waiting
    for name in ("dialled", "answered", "abandoned"):
        assert sum(getattr(part, name) for part in day.series) == getattr(day, name)
    staff = sum(part.staff_s for part in day.series)
    busy = sum(part.busy_s for part in day.series)
    assert day.occupancy == pytest.approx(busy / staff if staff else 0)
    assert busy <= staff + 1e-6
    assert day.lines_mean == pytest.approx(
        sum(part.line_s for part in day.series) / scenario.seconds
    )
    before = scenario.window
    known = day.answered - day.lost_persons
    assert sum(window.answered for window in day.windows) == known + before.answered
    assert sum(window.abandoned for window in day.windows) == day.abandoned + before.abandoned
    if scenario.lines is not None:
        assert day.lines_most <= scenario.lines
    if scenario.leads is not None:
        assert day.dialled <= scenario.leads + day.cancelled


@pytest.mark.parametrize("name", shipped_names())
def test_shipped_scenarios_play(name: str) -> None:
    scenario = shipped(name).with_agents(6)
    scenario = scenario.model_copy(update={"hours": min(scenario.hours, 2.0)})
    day = simulate(scenario, progressive, 1)
    counts_agree(scenario, day)
    assert day.abandon_rate <= scenario.target
    assert day.occupancy > 0.3


def test_the_longest_idle_agent_is_first() -> None:
    pacer = Script({0: 1, 30: 1, 60: 1, 90: 1})
    simulate(scene(**AT_ONCE, work={"talk": 10}), pacer, 1)
    handled = [news.agent for seen in pacer.seen for news in seen.news if isinstance(news, Handled)]
    assert handled == [1, 2, 3, 1]


def test_an_answered_call_without_an_agent_waits_for_the_grace() -> None:
    pacer = Script({0: 2})
    day = simulate(scene(**AT_ONCE, agents=1, work={"talk": 100}), pacer, 1)
    assert (day.served, day.abandoned) == (1, 1)
    assert day.customer_wait.longest == 2
    moments = [news.at for seen in pacer.seen for news in seen.news if isinstance(news, Abandoned)]
    assert moments == [pytest.approx(7)]


def test_an_agent_who_is_free_within_the_grace_takes_it() -> None:
    rings = {"answered": {"is": "uniform", "low": 5, "high": 5.2}, "unanswered": 20}
    day = simulate(scene(answer=1, ring=rings, agents=1, work={"talk": 1.5}), Script({0: 2}), 1)
    assert (day.served, day.abandoned) == (2, 0)
    assert 1.2 < day.customer_wait.longest < 1.6


def test_a_person_without_patience_is_abandoned_earlier() -> None:
    scenario = scene(**AT_ONCE, agents=0, patience=0.5)
    day = simulate(scenario, Script({0: 1}), 1)
    assert (day.abandoned, day.customer_wait.longest) == (1, 0.5)


def test_a_call_is_cancelled_only_after_it_rang_long_enough() -> None:
    cancelled: list[float] = []

    def impatient(snapshot: Snapshot) -> Decision:
        cancelled.extend(news.at for news in snapshot.news if isinstance(news, Resolved))
        dial = int(snapshot.now < 0.5)
        return Decision(dial, (), "mode", cancel=tuple(call.id for call in snapshot.calls))

    ring = {"answered": 5, "unanswered": 40, "post_dial": 3}
    day = simulate(scene(answer=0, ring=ring, min_ring_s=15), impatient, 1)
    assert day.cancelled == 1
    assert cancelled == [pytest.approx(1)]  # it did not ring yet
    ring.pop("post_dial")
    cancelled.clear()
    simulate(scene(answer=0, ring=ring, min_ring_s=15), impatient, 1)
    assert cancelled == [pytest.approx(15)]


def test_before_it_rings_a_call_is_placed() -> None:
    pacer = Script({0: 1})
    simulate(scene(answer=0, ring={"answered": 5, "unanswered": 10, "post_dial": 4}), pacer, 1)
    states = {seen.now: seen.calls[0].state for seen in pacer.seen if seen.calls}
    assert {state for at, state in states.items() if at < 4} == {"placed"}
    assert {state for at, state in states.items() if at > 4} == {"ringing"}
    assert max(states) == pytest.approx(13)


def test_agents_have_machines_until_they_are_found() -> None:
    machines = {"share": 1, "unfound": 30, "detection": {"delay": 2, "found": 1}}
    pacer = Script({0: 1})
    day = simulate(scene(**AT_ONCE, machines=machines), pacer, 1)
    assert (day.machines, day.answered, day.abandon_rate) == (1, 0, 0)
    handled = [news for seen in pacer.seen for news in seen.news if isinstance(news, Handled)]
    assert [(news.since, news.at) for news in handled] == [(5, 7)]


def test_detection_that_decides_first_spares_the_agents() -> None:
    detection = {"delay": 1.5, "found": 1, "first": True}
    pacer = Script({0: 1})
    machines = {"share": 1, "unfound": 30, "detection": detection}
    day = simulate(scene(**AT_ONCE, machines=machines), pacer, 1)
    results = [news for seen in pacer.seen for news in seen.news if isinstance(news, Resolved)]
    assert [(news.at, news.result) for news in results] == [(6.5, "machine")]
    assert "deciding" in {call.state for seen in pacer.seen for call in seen.calls}
    assert (day.machines, day.agent_wait.longest) == (1, 0)


def test_persons_taken_for_machines_are_counted() -> None:
    detection = {"delay": 9, "found": 1, "lost_persons": 1, "first": True}
    machines = {"share": 0, "unfound": 30, "detection": detection}
    pacer = Script({0: 1})
    day = simulate(scene(**AT_ONCE, machines=machines), pacer, 1)
    assert (day.answered, day.lost_persons, day.served, day.abandoned) == (1, 1, 0, 0)
    moments = [news.at for seen in pacer.seen for news in seen.news if isinstance(news, Resolved)]
    assert moments == [7]  # after two seconds at most


def test_an_agent_on_a_break_finishes_the_call_first() -> None:
    scenario = scene(**AT_ONCE, agents=1, work={"talk": 100}, breaks=[{"at": 50, "lasts": 300}])
    pacer = Script({0: 1})
    simulate(scenario, pacer, 1)
    away = [seen.now for seen in pacer.seen if seen.agents[0].state == "not_ready"]
    assert min(away) == pytest.approx(105)
    assert max(away) == pytest.approx(405, abs=1)


def test_who_talks_leaves_after_the_call() -> None:
    steps = [{"at": 0, "count": 2}, {"at": 50, "count": 0}]
    pacer = Script({0: 1})
    simulate(scene(**AT_ONCE, agents=steps, work={"talk": 100}), pacer, 1)
    there = {seen.now: len(seen.agents) for seen in pacer.seen}
    assert {count for at, count in there.items() if at < 50} == {2}
    assert {count for at, count in there.items() if 50 < at < 105} == {1}
    assert {count for at, count in there.items() if at > 105} == {0}


def test_in_blocks_the_pacer_is_told_what_comes() -> None:
    segments = [
        {"name": "good", "share": 1, "answer": 1, "foretold": True},
        {"name": "bad", "share": 1, "answer": 0, "told": False},
    ]
    pacer = Script({float(n): 1 for n in range(8)})
    scenario = scene(answer=None, segments=segments, order="blocks", block=2)
    simulate(scenario, pacer, 1)
    next_ones = [(seen.segment, seen.answer_probability) for seen in pacer.seen]
    assert set(next_ones) == {("good", 1.0), ("", None)}
    calls = {call.id: call.segment for seen in pacer.seen for call in seen.calls}
    assert [calls[str(n)] for n in range(8)] == ["good", "good", "", ""] * 2


def test_windows_begin_anew() -> None:
    scenario = scene(
        hours=3, agents=0, answer=1, window={"hours": 1, "answered": 99, "abandoned": 1}
    )
    day = simulate(scenario, Script({10.0: 1, 4000.0: 2}), 1)
    assert [(each.answered, each.abandoned) for each in day.windows] == [(100, 2), (2, 2), (0, 0)]
    assert day.over_cap


def test_two_pacers_meet_the_same_chance() -> None:
    slow, fast = Script({float(n): 1 for n in range(0, 900, 30)}), Script({0.0: 30})
    days = [simulate(scene(agents=30), pacer, 4) for pacer in (slow, fast)]
    assert days[0].answered == days[1].answered > 0


def test_a_floor_without_agents_answers_or_persons_ends() -> None:
    machines = {"share": 1, "unfound": 5}
    for fields in ({"agents": 0}, {"answer": 0}, {"machines": machines}):
        day = simulate(scene(**fields), progressive, 1)
        assert (day.answered, day.abandon_rate, day.over_cap) == (0, 0, False)
        assert day.abandon_interval == (0, 1)
