"""Each rule in small numbers that can be checked by hand."""

import pytest

from dialer.pacing.snapshot import Abandoned, Handled, News, Resolved
from dialer.simulator.baselines.issabel import Issabel
from dialer.simulator.baselines.omnidialer import OmniDialer
from dialer.simulator.baselines.pi import ProportionalIntegral
from dialer.simulator.baselines.ticks import BETWEEN_TICKS, Every
from dialer.simulator.baselines.vicidial import Method, Vicidial
from tests.unit.simulator.baselines.floors import floor


def test_a_late_look_does_not_shift_later_ticks() -> None:
    every = Every(5.0)

    assert [every(now) for now in (0, 4.9, 6.0, 9.9, 10.0)] == [True, False, True, False, True]


@pytest.mark.parametrize("jumped", [-3600.0, 3600.0])
def test_a_clock_that_jumps_begins_anew(jumped: float) -> None:
    every = Every(5.0)
    every(10_000.0)

    assert every(10_000.0 + jumped)
    assert not every(10_001.0 + jumped)


def test_vicidial_counts_talks_as_lines() -> None:
    pacer = Vicidial("tapered")

    # Level 1, raised by 2 of 5 idle agents to 1.4: goal 7, of which 3 talk and 1 rings.
    seen = floor(0.0, {"ready": 2, "talking": 3}, calls={"ringing": 1})

    assert pacer(seen).dial == 3
    assert pacer(floor(1.0, {"ready": 5})) is BETWEEN_TICKS


def test_vicidial_keeps_its_shipped_caps() -> None:
    free = floor(0.0, {"ready": 100})

    assert Vicidial("tapered")(free).dial == 200
    assert Vicidial("tapered", trunks=23)(free).dial == 23
    assert Vicidial("tapered", calls_per_second=5)(free).dial == 12


@pytest.mark.parametrize(
    ("method", "hour", "level"),
    [
        ("hard_limit", 20.0, 1.0),
        ("average", 20.0, 1.5),
        ("tapered", 10.0, 3.0),  # 2100 − 1000 = 1100, at most 1
        ("tapered", 13.5, 3.0 * 0.77),  # 2100 − 1330
        ("tapered", 22.0, 1.0),
    ],
)
def test_vicidial_over_its_limit(method: Method, hour: float, level: float) -> None:
    pacer = Vicidial(method)
    now = 0.0
    while now < 60:  # all agents idle: the level doubles every 15 s, up to 3
        pacer(floor(now, {"ready": 50}, hour=hour))
        now += 1.0

    pacer(floor(60.0, {"ready": 50}, answered=100, abandoned=4, hour=hour))

    assert pacer.level == pytest.approx(level)


def test_vicidial_halves_its_level_when_most_answers_of_a_minute_are_lost() -> None:
    pacer = Vicidial("tapered")
    pacer(floor(0.0, {"ready": 40}))  # level 2, 80 calls
    news: list[News] = [Resolved(0.0, 10.0, "answered")] * 3
    news += [Abandoned(12.0)] * 2

    pacer(floor(15.0, {"ready": 10, "talking": 30}, news=news))

    # 2 · (1 + (40 + 10) / 80) is more than 3, which is halved; two looks were taken.
    assert pacer.level == pytest.approx(1.5)


def _handled(count: int, seconds: float) -> list[News]:
    return [Handled(1, 0.0, seconds)] * count


def test_omnidialer_is_progressive_before_fifty_conversations() -> None:
    pacer = OmniDialer()

    assert pacer(floor(0.0, {"ready": 3}, news=_handled(49, 100.0))).dial == 3
    assert pacer(floor(1.0, {"ready": 3}, news=_handled(1, 100.0))).dial == 10  # 3 / .3


def test_omnidialer_expects_long_talks_to_end() -> None:
    pacer = OmniDialer()
    pacer(floor(0.0, {"ready": 0}, news=_handled(50, 100.0)))

    # In a talk as long as the mean: 1 − exp(−15 / 1), nearly a free agent; over .3: 3.
    assert pacer(floor(100.0, {"talking": 1}, since=0.0)).dial == 3


def test_omnidialer_stays_at_one_to_one_after_one_abandon() -> None:
    pacer = OmniDialer()
    pacer(floor(0.0, {"ready": 0}, news=_handled(50, 100.0)))
    lost: list[News] = [Resolved(0.0, 0.5, "answered"), Abandoned(1.0)]
    pacer(floor(1.0, {"ready": 4}, news=lost))  # D = .1, over .03

    after = [pacer(floor(float(now), {"ready": 4})).dial for now in range(2, 30)]

    assert set(after[5:]) == {4}


def test_issabel_counts_agents_who_are_almost_surely_done() -> None:
    pacer = Issabel()
    known: list[News] = [*_handled(10, 100.0), Resolved(0.0, 10.0, "answered")]
    pacer(floor(0.0, {"ready": 0}, news=known))

    # 1 − exp(−(10 + t) / 100) ≥ .97 from t = 341 s on.
    assert pacer(floor(340.0, {"talking": 1, "ready": 1})).dial == 1
    assert pacer(floor(345.0, {"talking": 1, "ready": 1})).dial == 2


def test_issabel_overcommits_by_the_share_of_answers() -> None:
    pacer = Issabel(overcommit=True)
    results: list[News] = [Resolved(0.0, 10.0, "answered")]
    results += [Resolved(0.0, 10.0, "unanswered")] * 3

    assert pacer(floor(10.0, {"ready": 2}, news=results)).dial == 8
    assert pacer(floor(2000.0, {"ready": 2})).dial == 2  # it knows of no call in 30 minutes


def test_pi_begins_one_to_one_and_then_overdials() -> None:
    pacer = ProportionalIntegral(most=1.5)
    results: list[News] = [Resolved(0.0, 10.0, "answered")] * 10
    results += [Resolved(0.0, 10.0, "unanswered")] * 10

    assert pacer(floor(0.0, {"ready": 4}, news=results)).dial == 4
    # p = .5: 4 + 1.5 · (8 − 4), less the call under way
    assert pacer(floor(300.0, {"ready": 4}, calls={"ringing": 1})).dial == 9


def test_pi_falls_back_above_the_target_and_comes_back_slowly() -> None:
    pacer = ProportionalIntegral(most=1.5)
    results: list[News] = [Resolved(0.0, 10.0, "answered")] * 10
    results += [Resolved(0.0, 10.0, "unanswered")] * 10
    pacer(floor(0.0, {"ready": 4}, news=results))
    over = [
        pacer(floor(300.0 + n, {"ready": 4}, answered=100, abandoned=4)).dial for n in range(200)
    ]

    assert set(over) == {4}
    assert pacer(floor(501.0, {"ready": 4}, answered=1000, abandoned=27)).dial == 4
