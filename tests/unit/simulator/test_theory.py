"""The simulated floor against what queueing theory says of it."""

import math
from collections.abc import Sequence
from random import Random
from statistics import fmean, stdev

import pytest

from dialer.pacing.decision import Decision
from dialer.pacing.progressive import progressive
from dialer.pacing.snapshot import Snapshot
from dialer.simulator.results import Interval
from dialer.simulator.scenario import Scenario, shipped
from dialer.simulator.world import simulate
from tests.unit.simulator.scenes import scene

HALF_HOUR = 6  # intervals


def close_to(theory: float, values: Sequence[float], *, error: float) -> None:
    """The mean is the theory's within four of its own standard errors, which is small enough."""
    own = stdev(values) / math.sqrt(len(values))
    assert own < error
    assert fmean(values) == pytest.approx(theory, abs=4 * own)


def batches(series: Sequence[Interval]) -> list[Sequence[Interval]]:
    """Half hours, without the first, in which the floor fills."""
    return [series[n : n + HALF_HOUR] for n in range(HALF_HOUR, len(series), HALF_HOUR)]


def progressive_occupancy(scenario: Scenario, p: float) -> float:
    """An agent's cycle: dial until somebody answers, then talk. A ring is cut at its limit."""
    limit, ring = scenario.ring.limit_s, 12.0
    cut = math.exp(-limit / ring)
    answered = (ring - (limit + ring) * cut) / (1 - cut)
    reached = p * (1 - cut)
    failed = ((1 - p) * (0.3 * 4 + 0.7 * 25) + p * cut * limit) / (1 - reached)
    idle = answered + (1 / reached - 1) * failed
    return 150 / (150 + idle)


@pytest.mark.parametrize(
    ("p", "agents", "hours", "known"),
    [(0.3, 20, 10, 0.730), (0.1, 100, 2.5, 0.454), (0.5, 50, 4, 0.830)],
)
def test_progressive_occupancy(p: float, agents: int, hours: float, known: float) -> None:
    scenario = shipped(f"stationary-p{p * 100:.0f}").with_agents(agents)
    scenario = scenario.model_copy(update={"hours": hours})
    day = simulate(scenario, progressive, 7)
    theory = progressive_occupancy(scenario, p)
    assert theory == pytest.approx(known, abs=0.005)
    occupancies = [
        sum(part.busy_s for part in batch) / sum(part.staff_s for part in batch)
        for batch in batches(day.series)
    ]
    close_to(theory, occupancies, error=0.01)
    assert day.abandoned == 0


class Poisson:
    """Dials at random, whatever the floor looks like."""

    def __init__(self, per_second: float) -> None:
        self._rng = Random(3)
        self._per_second = per_second
        self._next = 0.0

    def __call__(self, snapshot: Snapshot) -> Decision:
        count = 0
        while self._next <= snapshot.now:
            self._next += self._rng.expovariate(self._per_second)
            count += 1
        return Decision(count, (), "mode")


def erlang_b(servers: int, offered: float) -> float:
    """The share of calls lost that find every server busy (Erlang 1917)."""
    loss = 1.0
    for n in range(1, servers + 1):
        loss = offered * loss / (n + offered * loss)
    return loss


def test_the_loss_of_erlang() -> None:
    talk = 15.0
    scenario = scene(
        hours=10,
        agents=10,
        answer=1,
        grace_s=0,
        work={"talk": {"is": "exponential", "mean": talk}},
        ring={"answered": {"is": "exponential", "mean": 12}, "unanswered": 20, "limit_s": 300},
    )
    day = simulate(scenario, Poisson(7 / talk), 5)
    assert erlang_b(10, 7) == pytest.approx(0.0787, abs=1e-4)
    losses = [
        sum(part.abandoned for part in batch) / sum(part.answered for part in batch)
        for batch in batches(day.series)
    ]
    close_to(erlang_b(10, 7), losses, error=0.006)
