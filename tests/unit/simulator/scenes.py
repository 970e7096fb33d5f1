"""Scenarios for tests, small and made in place."""

from typing import Any

from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Snapshot
from dialer.simulator.scenario import Scenario

RING = {"answered": {"is": "exponential", "mean": 12}, "unanswered": 20}


def scene(**fields: Any) -> Scenario:
    """An hour of three agents; each field may be another."""
    plain = {
        "name": "test",
        "hours": 1,
        "agents": 3,
        "answer": 0.3,
        "ring": RING,
        "work": {"talk": {"is": "exponential", "mean": 60}},
    }
    return Scenario.model_validate(plain | fields)


class Script:
    """A pacer that dials so many at given moments, and remembers what it saw."""

    def __init__(self, dials: dict[float, int]) -> None:
        self.dials = dict(dials)
        self.seen: list[Snapshot] = []

    def __call__(self, snapshot: Snapshot) -> Decision:
        self.seen.append(snapshot)
        due = [at for at in self.dials if at <= snapshot.now]
        return Decision(sum(self.dials.pop(at) for at in due), (), "mode")
