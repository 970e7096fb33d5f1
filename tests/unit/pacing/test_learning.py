"""What the predictive pacer learns of rates, rings and talks."""

from random import Random

import numpy as np
import pytest

from dialer.pacing.predictive.drift import Drift
from dialer.pacing.predictive.handles import Handles, Talks
from dialer.pacing.predictive.rings import Lines, Rings

HORIZONS = (3.0, 10.0, 26.0)


def feed(drift: Drift, rate: float, seconds: int, rng: Random, per_second: float = 0.1) -> None:
    """Events at `rate` times the usual `per_second`, told every five seconds."""
    for _ in range(0, seconds, 5):
        events = sum(rng.random() < rate * per_second / 10 for _ in range(50))
        drift.learn(events, 5 * per_second, 5.0)


def test_a_rate_that_stays_is_learned_ever_better() -> None:
    drift, rng = Drift(), Random(1)
    feed(drift, 1.6, 600, rng)
    unsure = drift.relative_variance
    feed(drift, 1.6, 7200, rng)
    assert drift.mean == pytest.approx(1.6, rel=0.15)
    assert drift.relative_variance < unsure


def test_a_rate_that_halves_is_noticed_within_minutes() -> None:
    drift, rng = Drift(), Random(2)
    feed(drift, 1.0, 7200, rng, per_second=0.5)
    feed(drift, 0.5, 300, rng, per_second=0.5)
    assert drift.mean < 0.7


def test_chance_alone_does_not_move_a_rate_much() -> None:
    drift, rng = Drift(), Random(3)
    feed(drift, 1.0, 7200, rng)
    seen = []
    for _ in range(200):
        feed(drift, 1.0, 30, rng)
        seen.append(drift.mean)
    assert np.std(seen) < 0.12


@pytest.mark.parametrize(
    "experience",
    [
        {},
        {"events": 1},
        {"events": -1, "exposure": 1},
        {"events": "x", "exposure": 1},
        {"events": float("nan"), "exposure": 1},
        {"events": 3, "exposure": None},
    ],
)
def test_what_is_no_experience_is_refused(experience: dict[str, object]) -> None:
    with pytest.raises((ValueError, KeyError, TypeError)):
        Drift.begin(experience, 100)


def play(rings: Rings, p: float, calls: int, rng: Random, until: float | None = None) -> None:
    """Dialled at once, a hundred each: p of them are answered after about 12 s; the others end
    after 4 s or 25 s. Told up to `until`, the others still ring."""
    for batch in range(0, calls, 100):
        batch_of_calls(rings, p, rng, 1000.0 + 2 * batch, until)


def batch_of_calls(rings: Rings, p: float, rng: Random, begin: float, until: float | None) -> None:
    ends = []
    for _ in range(100):
        answered = rng.random() < p
        rings_for = rng.expovariate(1 / 12) if answered else 4.0 if rng.random() < 0.3 else 25.0
        ends.append((begin + rings_for, answered))
    rings.refresh(begin, 10.0, {})
    last = until if until is not None else max(ends)[0]
    now = begin
    while now < last:
        now += 5.0
        for at, answered in ends:
            if now - 5.0 < at <= now:
                rings.learn(begin, at, answered=answered)
        rings.refresh(now, 10.0, {"": Lines([begin for at, _ in ends if at > now])})


def test_the_answer_probability_is_learned() -> None:
    rings = Rings(HORIZONS)
    play(rings, 0.4, 600, Random(4))
    assert rings.outlook("").p == pytest.approx(0.4, abs=0.05)


def test_a_start_all_at_once_does_not_fool_it() -> None:
    """After ten seconds most of what has ended was not answered; yet 40 % will be."""
    rings = Rings(HORIZONS)
    play(rings, 0.4, 100, Random(5), until=1010.0)
    assert rings.outlook("").p > 0.3


def test_how_long_a_call_has_rung_tells_whether_it_will_be_answered() -> None:
    rings = Rings(HORIZONS)
    play(rings, 0.4, 2000, Random(6))
    young, old = rings.outlook("").chances(Lines([100.0, 74.0]), 101.0)[1]
    assert young > 0.15
    assert old > 1.3 * young  # those that nobody answers have ended by then


def test_lists_are_learned_apart() -> None:
    rings = Rings(HORIZONS)
    rng = Random(7)
    for turn in range(300):
        begin = turn * 30.0
        for segment, p in (("rich", 0.5), ("poor", 0.1)):
            for _ in range(3):
                answered = rng.random() < p
                at = begin + (10.0 if answered else 25.0)
                rings.learn(begin, at, answered=answered, segment=segment)
        rings.refresh(begin + 30.0, 9.0, {})
    assert rings.outlook("rich").p > 2 * rings.outlook("poor").p


def test_what_is_known_of_a_lead_goes_before_the_average() -> None:
    rings = Rings(HORIZONS)
    play(rings, 0.3, 600, Random(8))
    likely, unlikely = rings.factor(0.6), rings.factor(0.1)
    assert likely is not None
    assert unlikely is not None
    outlook = rings.outlook("")
    assert outlook.new(likely)[-1] > outlook.new(None)[-1] > outlook.new(unlikely)[-1]


def test_an_earlier_day_is_believed_at_first_and_then_outweighed() -> None:
    earlier = Rings(HORIZONS)
    play(earlier, 0.5, 1000, Random(9))
    rings = Rings(HORIZONS)
    rings.recall(earlier.experience())
    assert rings.outlook("").p == pytest.approx(0.5, abs=0.1)
    for n in range(6):
        play(rings, 0.1, 300, Random(n))
    assert rings.outlook("").p == pytest.approx(0.1, abs=0.06)


def talk(handles: Handles, mean: float, calls: int, rng: Random, wrap: float | None = None) -> None:
    now = 0.0
    for n in range(calls):
        talked = rng.expovariate(1 / mean)
        handles.learn(n % 5, now, now + talked, wrap)
        now += talked
        if n % 5 == 0:
            handles.refresh(now, Talks(), np.zeros(0))


def test_how_long_talks_last_is_learned() -> None:
    handles = Handles(HORIZONS)
    talk(handles, 60.0, 400, Random(10))
    assert handles.mean == pytest.approx(60, rel=0.2)
    soon = handles.free_talking(Talks([1], [0.0]), 20.0)[:, 0]
    assert soon[2] == pytest.approx(1 - np.exp(-26 / 60), abs=0.1)


def test_who_talks_has_the_wrap_up_before_him_and_who_wraps_up_is_nearly_done() -> None:
    handles = Handles(HORIZONS)
    talk(handles, 60.0, 400, Random(11), wrap=20.0)
    talking = handles.free_talking(Talks([1], [0.0]), 20.0)[1, 0]
    wrapping = handles.free_wrapping(np.array([15.0]))[1, 0]
    assert talking < 0.05
    assert wrapping > 0.7


def test_a_quick_agent_is_told_from_a_slow_one() -> None:
    handles = Handles(HORIZONS)
    rng = Random(12)
    now = 0.0
    for n in range(600):
        agent = n % 2
        talked = rng.expovariate(1 / (40 if agent else 120))
        handles.learn(agent, now, now + talked, None)
        now += talked
        handles.refresh(now, Talks(), np.zeros(0))
    slow, quick = handles.free_talking(Talks([0, 1], [0.0, 0.0]), 30.0)[1]
    assert quick > 1.2 * slow
