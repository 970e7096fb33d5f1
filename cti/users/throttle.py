"""Growing waits after wrong passwords: guessing gets slow, a slip of the fingers costs nothing."""

from collections import OrderedDict
from dataclasses import dataclass, field

from cti.base.clock import Clock

MOST_KEYS = 10_000
"""Names and addresses that are remembered; beyond, those not tried for longest are forgotten."""


@dataclass(slots=True)
class _Tries:
    failed: int = 0
    last: float = 0.0
    until: float = 0.0


@dataclass(slots=True)
class Throttle:
    """Counts failures by key. The first `free` cost nothing; then waits double from `first`.

    first, most: seconds. forget: seconds without a try after which all is as at first.
    """

    clock: Clock
    free: int
    first: float
    most: float
    forget: float
    _tries: OrderedDict[str, _Tries] = field(default_factory=OrderedDict)

    def wait(self, key: str) -> float:
        """Seconds until the next try is heard; 0: now."""
        tries = self._of(key)
        return 0.0 if tries is None else max(tries.until - self.clock.monotonic(), 0.0)

    def begin(self, key: str) -> None:
        """A try begins: it counts as failed until `succeeded` or `forgive`, so that a hundred
        at once are not more than a hundred one after the other.
        """
        tries = self._of(key)
        if tries is None:
            tries = self._tries[key] = _Tries()
            if len(self._tries) > MOST_KEYS:
                self._tries.popitem(last=False)
        self._tries.move_to_end(key)
        now = self.clock.monotonic()
        tries.failed += 1
        tries.last = now
        over = tries.failed - self.free
        if over >= 0:
            tries.until = now + min(self.first * 2.0 ** min(over, 40), self.most)

    def forgive(self, key: str) -> None:
        """That try was none, or was right; earlier ones still count."""
        tries = self._tries.get(key)
        if tries is not None:
            tries.failed = max(tries.failed - 1, 0)
            if tries.failed < self.free:
                tries.until = 0.0

    def clear(self, key: str) -> None:
        """All tries of this key are forgotten."""
        self._tries.pop(key, None)

    def _of(self, key: str) -> _Tries | None:
        tries = self._tries.get(key)
        if tries is None:
            return None
        now = self.clock.monotonic()
        if now - tries.last > self.forget and now >= tries.until:
            del self._tries[key]
            return None
        return tries
