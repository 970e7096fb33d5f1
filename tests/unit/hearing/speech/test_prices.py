"""What errors cost, and what is cheapest to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.base.errors import UserError
from hearing.speech.prices import Prices

money = st.floats(0.01, 1e6)
share = st.floats(0, 1)


@given(lost=money, wasted=money, seconds=st.floats(0.1, 600), nobody=share)
def test_a_call_is_taken_exactly_where_leaving_it_costs_more(
    lost: float, wasted: float, seconds: float, nobody: float
) -> None:
    prices = Prices(lost, wasted, seconds, waiting_second=0.0)
    leave, take = nobody * wasted * seconds, (1 - nobody) * lost
    if leave > take * 1.001:
        assert prices.act(nobody, 0.24) == "machine"
    elif take > leave * 1.001:
        assert prices.act(nobody, 0.24) != "machine"


def test_a_dearer_person_asks_for_more_certainty() -> None:
    assert Prices(lost_person=1000).machine_threshold > Prices(lost_person=10).machine_threshold


def test_waiting_ends_sooner_where_a_persons_second_is_dear() -> None:
    patient, hasty = Prices(waiting_second=1), Prices(waiting_second=50)
    assert patient.act(0.2, 0.24) == "wait"
    assert hasty.act(0.2, 0.24) == "person"


def test_the_last_moment_decides_for_the_person() -> None:
    prices = Prices()
    below = prices.machine_threshold - 0.01
    assert prices.act(below, 0.24) == "wait"
    assert prices.act(below, 0.24, last=True) == "person"


@pytest.mark.parametrize("field", ["lost_person", "wasted_second", "seconds_with_machine"])
def test_prices_below_nothing_are_refused(field: str) -> None:
    with pytest.raises(UserError, match="below 0"):
        Prices(**{field: -1.0})
