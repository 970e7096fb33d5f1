"""The PI controller of several small dialers: overdial by how far the abandon rate is off."""

from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Resolved, Snapshot
from dialer.simulator.baselines.ticks import BETWEEN_TICKS, Every, dial, one_to_one

_FIRST_ADJUSTMENT = 1.5
_PROPORTIONAL, _INTEGRAL = 2.0, 0.05
_BELOW_TARGET = 0.005  # it steers for 2.5 % where 3 % are allowed
_WARM_UP_S, _WARM_UP_ANSWERS = 300.0, 10


class ProportionalIntegral:
    """Lines for the idle agents by the answer rate, times an adjustment.

    Rule (found alike in several repositories): lines = idle + a·(idle / p − idle), p the share of
    calls answered. a begins at 1.5 and each tick grows by 2·e + .05·Σe, e = target − .005 −
    abandon rate, the target being .03. 1:1 above the target, in the first five minutes and before
    ten answers. Calls under way are taken off the lines. The bounds 0 and `most` on a, and Σe
    standing still at them, are ours: nothing is abandoned at first, and without them a would grow
    for as long as that lasts.
    """

    def __init__(self, *, tick_s: float = 1.0, most: float = 2.5) -> None:
        self.most = most
        self._tick = Every(tick_s)
        self._began: float | None = None
        self._adjustment, self._error_sum = _FIRST_ADJUSTMENT, 0.0
        self._resolved = self._answered = 0

    def __call__(self, snapshot: Snapshot) -> Decision:
        """Calls to place now."""
        results = [e.result for e in snapshot.news if isinstance(e, Resolved)]
        self._resolved += len(results) - results.count("cancelled")
        self._answered += results.count("answered")
        if not self._tick(snapshot.now):
            return BETWEEN_TICKS
        if self._began is None:
            self._began = snapshot.now
        lost = snapshot.abandoned / snapshot.answered if snapshot.answered else 0.0
        warming_up = snapshot.now - self._began < _WARM_UP_S or self._answered < _WARM_UP_ANSWERS
        if not warming_up:
            self._adjust(snapshot.abandon_target - _BELOW_TARGET - lost)
        if warming_up or lost > snapshot.abandon_target:
            return dial(snapshot, one_to_one(snapshot), "1:1")
        idle = snapshot.count("ready")
        lines = idle + self._adjustment * (idle * self._resolved / self._answered - idle)
        return dial(snapshot, int(lines) - len(snapshot.calls), f"× {self._adjustment:.2f}")

    def _adjust(self, error: float) -> None:
        error_sum = self._error_sum + error
        wanted = self._adjustment + _PROPORTIONAL * error + _INTEGRAL * error_sum
        self._adjustment = min(max(wanted, 0.0), self.most)
        if self._adjustment == wanted:
            self._error_sum = error_sum
