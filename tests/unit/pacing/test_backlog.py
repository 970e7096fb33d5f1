"""The chance that answers outnumber agents, against sums done by hand."""

from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dialer.pacing.predictive.backlog import Moment, counts

CHANCES = st.lists(st.floats(0.02, 0.6), min_size=1, max_size=5)


def moment(answers: list[float], free: list[float], ready: int) -> Moment:
    return Moment(
        sum(answers),
        sum(q * (1 - q) for q in answers),
        sum(free),
        sum(f * (1 - f) for f in free),
        ready,
    )


def by_hand(answers: list[float], free: list[float], ready: int) -> float:
    """P(answers ≥ ready + free), case by case."""
    found = 0.0
    chances = [*answers, *free]
    for happens in product((0, 1), repeat=len(chances)):
        chance = 1.0
        for yes, p in zip(happens, chances, strict=True):
            chance *= p if yes else 1 - p
        if sum(happens[: len(answers)]) >= ready + sum(happens[len(answers) :]):
            found += chance
    return found


@pytest.mark.parametrize(("mean", "variance"), [(2.0, 1.2), (0.4, 0.4), (3.0, 4.5), (0.01, 0.0099)])
def test_counts_have_the_mean_and_variance_they_were_made_for(mean: float, variance: float) -> None:
    chances = counts(mean, variance)
    assert sum(chances) == pytest.approx(1, abs=1e-4)
    found = sum(k * p for k, p in enumerate(chances))
    assert found == pytest.approx(mean, rel=0.01)
    assert sum((k - found) ** 2 * p for k, p in enumerate(chances)) == pytest.approx(
        variance, rel=0.05
    )


def test_nothing_expected_is_nothing_for_certain() -> None:
    assert counts(0.0, 0.0) == [1.0]


@settings(deadline=None, max_examples=40)
@given(answers=CHANCES, free=CHANCES, ready=st.integers(0, 4))
def test_near_the_sum_done_case_by_case(
    answers: list[float], free: list[float], ready: int
) -> None:
    found = moment(answers, free, ready).outnumbered()
    assert 0 <= found <= 1
    assert found == pytest.approx(by_hand(answers, free, ready), abs=0.08)


def test_small_risks_are_told_within_a_fifth() -> None:
    """Prices are about a hundredth, so the tail must be right."""
    answers, free = [0.25, 0.25, 0.2, 0.15, 0.1], [0.3, 0.2, 0.1]
    for ready in (2, 3):
        expected = by_hand(answers, free, ready)
        assert moment(answers, free, ready).outnumbered() == pytest.approx(expected, rel=0.2)


def test_large_floors_join_small_ones_without_a_step() -> None:
    just_exact = Moment(2.0, 1.7, 1.98, 1.7, 3).outnumbered()
    just_normal = Moment(2.0, 1.7, 2.02, 1.7, 3).outnumbered()
    assert just_normal == pytest.approx(just_exact, abs=0.01)


def test_callers_who_wait_use_up_agents() -> None:
    assert Moment(0.0, 0.0, 0.0, 0.0, -1).outnumbered() == 1.0
    assert Moment(0.0, 0.0, 0.0, 0.0, 1).outnumbered() == 0.0
