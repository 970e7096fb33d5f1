"""Issabel's dialer: agents free now, and those almost certain to be free at the next answer."""

from collections import deque
from math import exp
from typing import Final

from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Handled, Resolved, Snapshot
from dialer.simulator.baselines.ticks import BETWEEN_TICKS, Every, dial

_BUSY: Final = frozenset({"reserved", "talking", "wrapping"})
_SURE = 0.97
_ENOUGH_CALLS = 10
_LEAST_ASR, _ASR_WINDOW_S = 0.2, 1800.0


class Issabel:
    """Free agents and almost free ones, less the calls under way, every 5 s.

    Rule (Issabel's call centre module, a branch of Elastix): an agent in a call for t seconds
    counts as free when 1 − exp(−(mean time to answer + t) / mean duration) ≥ .97, once ten calls
    were handled. N = free + these − waiting − pending calls. With `overcommit`, off as shipped, N
    is divided by the share of calls answered in the last 30 minutes, at least .2.
    """

    def __init__(self, *, overcommit: bool = False) -> None:
        self.overcommit = overcommit
        self._tick = Every(5.0)
        self._answers, self._answer_s = 0, 0.0
        self._handled, self._handle_s = 0, 0.0
        self._results: deque[tuple[float, bool]] = deque()  # of the last 30 minutes

    def __call__(self, snapshot: Snapshot) -> Decision:
        """Calls to place now."""
        self._learn(snapshot)
        if not self._tick(snapshot.now):
            return BETWEEN_TICKS
        almost = self._almost_free(snapshot)
        wanted = snapshot.count("ready") + almost - len(snapshot.calls)
        if self.overcommit and wanted > 0:
            wanted = int(wanted / max(self._answered_share(snapshot.now), _LEAST_ASR))
        return dial(snapshot, wanted, f"{almost} almost free")

    def _almost_free(self, snapshot: Snapshot) -> int:
        if self._handled < _ENOUGH_CALLS or not self._handle_s or not self._answers:
            return 0
        answer_s = self._answer_s / self._answers
        duration_s = self._handle_s / self._handled
        return sum(
            1 - exp(-(answer_s + snapshot.now - agent.since) / duration_s) >= _SURE
            for agent in snapshot.agents
            if agent.state in _BUSY
        )

    def _answered_share(self, now: float) -> float:
        while self._results and self._results[0][0] < now - _ASR_WINDOW_S:
            self._results.popleft()
        if not self._results:
            return 1.0
        return sum(answered for _, answered in self._results) / len(self._results)

    def _learn(self, snapshot: Snapshot) -> None:
        for event in snapshot.news:
            if isinstance(event, Resolved) and event.result != "cancelled":
                answered = event.result == "answered"
                self._results.append((event.at, answered))
                if answered:
                    self._answers += 1
                    self._answer_s += event.at - event.placed
            elif isinstance(event, Handled):
                self._handled += 1
                self._handle_s += event.at - event.since
