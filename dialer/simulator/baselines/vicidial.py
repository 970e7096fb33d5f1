"""VICIdial's adaptive methods: a dial level moved by how many agents wait."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from math import floor
from typing import Final, Literal

from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Abandoned, Resolved, Snapshot
from dialer.simulator.baselines.ticks import BETWEEN_TICKS, Every, dial

Method = Literal["hard_limit", "average", "tapered"]

_WORKING: Final = frozenset({"ready", "reserved", "talking", "wrapping"})
_SAMPLES, _DIAL_S, _ADAPT_S, _MINUTE = 15, 2.5, 15.0, 60.0
_MANY_LOST, _FEW_CALLS_A_MINUTE, _FEW_CALLS_A_DAY = 0.5, 20, 50


@dataclass(slots=True)
class _Minute:
    """Moments of the last minute."""

    moments: deque[float] = field(default_factory=deque)

    def add(self, at: float, count: int = 1) -> None:
        self.moments.extend([at] * count)

    def count(self, now: float) -> int:
        while self.moments and self.moments[0] <= now - _MINUTE:
            self.moments.popleft()
        return len(self.moments)


class Vicidial:
    """Dial level × agents at work, less the calls in flight, every 2.5 s.

    Rule (AST_VDadapt and AST_VDauto_dial of VICIdial 2.14, with its shipped settings): every 15 s,
    with R ready agents, W waiting calls, T agents signed in, each the mean of 15 looks a second
    apart, d = (R − W) / T and the level L becomes L·(1 + d) (intensity 0), at most
    `most_level`. More than 20 calls in the last minute with over half of the answered ones lost
    halve it. Once 50 calls were placed and the share lost is above the target, HARD_LIMIT sets
    L = 1, AVERAGE halves it, TAPERED multiplies it by (clock until `closes` as HHMM) ÷ 1000, at
    most 1. Never below 1, and what comes out is where the next round begins, so penalties compound.

    trunks, calls_per_second: its own caps, 23 and 5 as shipped; None: none. hour at which the
    server's day ends: `closes`.
    """

    def __init__(
        self,
        method: Method,
        *,
        trunks: int | None = None,
        calls_per_second: float | None = None,
        most_level: float = 3.0,
        closes: float = 21.0,
    ) -> None:
        self.method = method
        self.trunks, self.calls_per_second = trunks, calls_per_second
        self.most_level, self.closes = most_level, closes
        self.level = 1.0
        self._looks: deque[tuple[int, int, int]] = deque(maxlen=_SAMPLES)
        self._look, self._adapt, self._dial = Every(1.0), Every(_ADAPT_S), Every(_DIAL_S)
        self._placed = 0
        self._calls, self._answers, self._drops = _Minute(), _Minute(), _Minute()

    def __call__(self, snapshot: Snapshot) -> Decision:
        """Calls to place now."""
        now = snapshot.now
        for event in snapshot.news:
            if isinstance(event, Abandoned):
                self._drops.add(event.at)
            elif isinstance(event, Resolved) and event.result == "answered":
                self._answers.add(event.at)
        if self._look(now):
            self._looks.append(_look(snapshot))
        if self._adapt(now):
            self._move_level(snapshot)
        if not self._dial(now):
            return BETWEEN_TICKS
        decision = self._place(snapshot)
        self._placed += decision.dial
        self._calls.add(now, decision.dial)
        return decision

    def _place(self, snapshot: Snapshot) -> Decision:
        working = sum(agent.state in _WORKING for agent in snapshot.agents)
        goal = floor(self.level * working + 0.5)
        if self.trunks is not None:
            goal = min(goal, self.trunks)
        wanted = goal - snapshot.lines_in_use
        if self.calls_per_second is not None:
            wanted = min(wanted, int(self.calls_per_second * _DIAL_S))
        return dial(snapshot, wanted, f"level {self.level:.2f}, goal {goal}")

    def _move_level(self, snapshot: Snapshot) -> None:
        ready, waiting, signed_in = (sum(column) for column in zip(*self._looks, strict=True))
        if not signed_in:
            return
        self.level = min(self.level * (1 + (ready - waiting) / signed_in), self.most_level)
        for factor in self._penalties(snapshot):
            self.level *= factor
        self.level = max(self.level, 1.0)

    def _penalties(self, snapshot: Snapshot) -> Iterator[float]:
        now = snapshot.now
        answers, drops = self._answers.count(now), self._drops.count(now)
        if self._calls.count(now) > _FEW_CALLS_A_MINUTE and drops > _MANY_LOST * answers:
            yield 0.5
        lost = snapshot.abandoned / snapshot.answered if snapshot.answered else 0.0
        if self._placed > _FEW_CALLS_A_DAY and lost > snapshot.abandon_target:
            if self.method == "hard_limit":
                yield 1 / self.level
            elif self.method == "average":
                yield 0.5
            else:
                yield _tapered(snapshot.hour, self.closes)


def _look(snapshot: Snapshot) -> tuple[int, int, int]:
    """Agents ready, calls that wait for one, agents signed in."""
    signed_in = [agent.state for agent in snapshot.agents if agent.state != "signed_out"]
    waiting = sum(call.state == "answered_waiting" for call in snapshot.calls)
    return signed_in.count("ready"), waiting, len(signed_in)


def _tapered(hour: float, closes: float) -> float:
    """Clock times are subtracted as four digits: from 11:30 to 21:00 are 970."""
    return min(1.0, max(0.0, (_digits(closes) - _digits(hour)) / 1000))


def _digits(hour: float) -> int:
    return int(hour) * 100 + int(hour % 1 * 60)
