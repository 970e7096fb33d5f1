"""The oracle: near the limit, within the target, and only where somebody tells it the future."""

import pytest

from dialer.pacing.snapshot import Snapshot
from dialer.simulator.oracle import Oracle
from dialer.simulator.scenario import shipped
from dialer.simulator.world import simulate


@pytest.mark.parametrize(
    ("name", "agents", "at_least"),
    [
        ("stationary-p30", 5, 0.94),
        ("stationary-p30", 20, 0.96),
        ("refusals-and-sales", 20, 0.96),
        ("slow-trunk", 10, 0.90),
        ("lunch-exodus", 10, 0.94),
        ("detection-errs", 10, 0.94),
    ],
)
def test_agents_hardly_wait(name: str, agents: int, at_least: float) -> None:
    scenario = shipped(name).with_agents(agents).model_copy(update={"hours": 4.0})
    day = simulate(scenario, Oracle(), 3)
    assert day.occupancy > at_least
    assert not day.over_cap


def test_it_knows_nothing_outside_the_simulator() -> None:
    snapshot = Snapshot(0.0, (), (), 10, 0)
    with pytest.raises(RuntimeError, match="outside the simulator"):
        Oracle()(snapshot)
