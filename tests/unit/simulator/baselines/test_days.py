"""Whole days: near the figures an independent simulator had, and cheap between ticks."""

import pytest

from dialer.simulator.baselines import BASELINES
from dialer.simulator.scenario import shipped
from dialer.simulator.world import simulate


@pytest.mark.parametrize(
    ("name", "occupancy", "abandon_rate"),
    [
        ("vicidial-hard-limit", (0.70, 0.75), (0.025, 0.045)),
        ("vicidial-tapered", (0.79, 0.95), (0.20, 0.70)),
        ("omnidialer", (0.71, 0.79), (0.05, 0.40)),
        ("issabel", (0.69, 0.74), (0.0, 0.03)),
        ("pi", (0.70, 0.79), (0.01, 0.04)),
    ],
)
def test_days_of_ten_agents(
    name: str, occupancy: tuple[float, float], abandon_rate: tuple[float, float]
) -> None:
    scenario = shipped("stationary-p30").with_agents(10).model_copy(update={"hours": 4.0})

    day = simulate(scenario, BASELINES[name](), seed=1)

    assert occupancy[0] <= day.occupancy <= occupancy[1]
    assert abandon_rate[0] <= day.abandon_rate <= abandon_rate[1]


@pytest.mark.parametrize("name", BASELINES)
def test_the_same_day_again(name: str) -> None:
    scenario = shipped("stationary-p50").with_agents(3).model_copy(update={"hours": 1.0})

    assert simulate(scenario, BASELINES[name](), 7) == simulate(scenario, BASELINES[name](), 7)
