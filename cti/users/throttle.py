"""Growing waits after wrong passwords: guessing gets slow, a slip of the fingers costs nothing."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field

from cti.base.clock import Clock

MOST_KEYS = 10_000
"""Names and addresses that are remembered; beyond, those not tried for longest are forgotten."""


@dataclass(slots=True)
class Tries:
    """Of one key. Times are monotonic seconds; no try is heard before `until`."""

    failed: int = 0
    last: float = 0.0
    until: float = 0.0


@dataclass(slots=True)
class Throttle:
    """Counts failures by key. The first `free` cost nothing; then waits double from `first`.

    first, most: seconds. forget: seconds without a try after which all is as at first. blurred:
    keys are kept as this makes them (what is typed as a name may be a password). changed: told the
    kept key of whatever has changed.
    """

    clock: Clock
    free: int
    first: float
    most: float
    forget: float
    blurred: Callable[[str], str] = str
    changed: Callable[[str], None] = lambda _: None
    _tries: OrderedDict[str, Tries] = field(default_factory=OrderedDict)

    def wait(self, key: str) -> float:
        """Seconds until the next try is heard; 0: now."""
        tries = self._of(self.blurred(key))
        return 0.0 if tries is None else max(tries.until - self.clock.monotonic(), 0.0)

    def begin(self, key: str) -> None:
        """A try begins: it counts as failed until `succeeded` or `forgive`, so that a hundred
        at once are not more than a hundred one after the other.
        """
        key = self.blurred(key)
        tries = self._of(key)
        if tries is None:
            tries = self._put(key, Tries())
        self._tries.move_to_end(key)
        now = self.clock.monotonic()
        tries.failed += 1
        tries.last = now
        over = tries.failed - self.free
        if over >= 0:
            tries.until = now + min(self.first * 2.0 ** min(over, 40), self.most)
        self.changed(key)

    def forgive(self, key: str) -> None:
        """That try was none, or was right; earlier ones still count."""
        key = self.blurred(key)
        tries = self._tries.get(key)
        if tries is not None:
            tries.failed = max(tries.failed - 1, 0)
            if tries.failed < self.free:
                tries.until = 0.0
            self.changed(key)

    def clear(self, key: str) -> None:
        """All tries of this key are forgotten."""
        key = self.blurred(key)
        if self._tries.pop(key, None) is not None:
            self.changed(key)

    def known(self, kept: str) -> Tries | None:
        """What is counted under a kept key."""
        return self._tries.get(kept)

    def restore(self, kept: str, tries: Tries) -> bool:
        """Count on after a restart, under a kept key; False when it is forgotten by now."""
        self._put(kept, tries)
        return self._of(kept) is not None

    def _put(self, kept: str, tries: Tries) -> Tries:
        self._tries[kept] = tries
        if len(self._tries) > MOST_KEYS:
            gone, _ = self._tries.popitem(last=False)
            self.changed(gone)
        return tries

    def _of(self, key: str) -> Tries | None:
        tries = self._tries.get(key)
        if tries is None:
            return None
        now = self.clock.monotonic()
        if now - tries.last > self.forget and now >= tries.until:
            del self._tries[key]
            self.changed(key)
            return None
        return tries
