"""Pacers for tests: they dial and cancel what a test says, and remember all they were shown."""

from collections.abc import Callable
from dataclasses import dataclass, field

from dialer.pacing.decision import Decision, bounded
from dialer.pacing.modes import MakePacer
from dialer.pacing.snapshot import Handled, News, Resolved, Snapshot


@dataclass
class Scripted:
    """Keeps `lines` calls without an agent under way, and takes back what `cancels` names."""

    lines: int = 0
    cancels: Callable[[Snapshot], tuple[str, ...]] = lambda _: ()
    seen: list[Snapshot] = field(default_factory=list)

    def __call__(self, snapshot: Snapshot) -> Decision:
        self.seen.append(snapshot)
        dial, bound_by = bounded(snapshot, self.lines - len(snapshot.calls))
        words = f"{dial} lines, as the test says"
        return Decision(dial, (words,), bound_by, cancel=self.cancels(snapshot))

    @property
    def news(self) -> list[News]:
        return [item for snapshot in self.seen for item in snapshot.news]

    @property
    def resolved(self) -> list[Resolved]:
        return [item for item in self.news if isinstance(item, Resolved)]

    @property
    def handled(self) -> list[Handled]:
        return [item for item in self.news if isinstance(item, Handled)]


def always(pacer: Scripted) -> MakePacer:
    """Every mode is this pacer."""
    return lambda _mode, _options: pacer
