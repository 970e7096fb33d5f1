"""Predictive: as many lines as the next answers and the next free agents bear."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from dialer.pacing.decision import BoundBy, Decision, bounded, limit_words, plural
from dialer.pacing.predictive.backlog import Moment
from dialer.pacing.predictive.budget import Budget
from dialer.pacing.predictive.floor import Floor
from dialer.pacing.predictive.handles import Handles
from dialer.pacing.predictive.hazard import Array
from dialer.pacing.predictive.rings import Lines, Rings
from dialer.pacing.snapshot import CallView, Handled, Resolved, Snapshot

HORIZONS = (3.0, 6.0, 10.0, 16.0, 26.0)
"""Seconds ahead at which answers are weighed against agents."""
SOONEST = 2
"""The first horizon that is looked at for what is at stake; it grows with time."""
SPOKEN = 3
"""The horizon whose expectations are told."""
REFRESH, REFRESH_HANDLES = 5.0, 15.0
"""Seconds between takings of stock: of calls that ring, and of talks, which take longer."""
MANY = 10
"""Answers that are worth taking stock at once: a large team that begins learns in seconds."""
UNTRIED, TRIED = 5, 2
"""Lines beyond ready agents: so many, and for each answer seen of this list so many more. What
was learned on another day or of another list may be wrong by far, and a large team would dial
hundreds before the first of them is answered."""
QUIET = 1.0
"""Seconds between looks while nothing happens."""
BREATH, MOST_BREATH = 0.01, 0.75
"""Seconds between looks while much does, for each agent and at most: of a large floor, one agent
is a small part, and looking at it takes longer."""
TAKE_BACK = 0.8
"""A call is taken back when so likely it would find no agent."""


@dataclass(slots=True)
class Predictive:
    """Keeps what it learned from one snapshot to the next. One for each running campaign.

    prior: an earlier `experience()` of the same campaign. ValueError, KeyError or TypeError if
    it is none.
    """

    prior: Mapping[str, Any] | None = None
    _rings: Rings = field(init=False)
    _handles: Handles = field(init=False)
    _persons: float = 1.0  # of answers that were held until it was known who answered
    _held: float = 1.0
    _refreshed: float = -math.inf
    _refreshed_handles: float = -math.inf
    _looked: float = -math.inf
    _absent: int = 0
    _last: Decision | None = None
    _wraps: dict[int, tuple[float, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._rings, self._handles = Rings(HORIZONS), Handles(HORIZONS)
        if self.prior is not None:
            self._rings.recall(self.prior["rings"])
            self._handles.recall(self.prior["handles"])

    def experience(self) -> dict[str, Any]:
        """What it learned, ready for JSON: the prior of another day."""
        return {"rings": self._rings.experience(), "handles": self._handles.experience()}

    def __call__(self, snapshot: Snapshot) -> Decision:
        """How many to dial, and what to cancel."""
        self._hear(snapshot)
        now = snapshot.now
        if self._last is not None and self._may_pause(snapshot):
            if self._last.dial or self._last.cancel:
                self._last = replace(self._last, dial=0, cancel=())
            return self._last
        self._looked = now
        self._absent = _absent(snapshot)
        floor = Floor.of(snapshot, self._rings)
        self._wraps = floor.wraps
        self._take_stock(now, snapshot.hour, floor)
        self._last = self._decide(snapshot, floor)
        return self._last

    def _may_pause(self, snapshot: Snapshot) -> bool:
        """Whether it is too early for another look. Agents who leave are seen at once."""
        pause = min(BREATH * len(snapshot.agents), MOST_BREATH) if snapshot.news else QUIET
        if not 0 <= snapshot.now - self._looked < pause:
            return False
        return _absent(snapshot) <= self._absent

    def _take_stock(self, now: float, hour: float, floor: Floor) -> None:
        if not 0 <= now - self._refreshed < REFRESH or self._rings.fresh >= MANY:
            self._refreshed = now
            self._rings.refresh(now, hour, floor.ringing)
        if not 0 <= now - self._refreshed_handles < REFRESH_HANDLES:
            self._refreshed_handles = now
            wrapping = np.maximum(0.0, now - np.array(floor.wrapping, dtype=float))
            self._handles.refresh(now, floor.talks, wrapping)

    # -- learning ------------------------------------------------------------------------------

    def _hear(self, snapshot: Snapshot) -> None:
        for news in snapshot.news:
            if isinstance(news, Resolved):
                self._hear_end(news)
            elif isinstance(news, Handled):
                self._hear_handled(news)

    def _hear_end(self, news: Resolved) -> None:
        self._rings.learn(
            news.placed,
            news.at,
            answered=None if news.result == "cancelled" else news.result == "answered",
            segment=news.segment,
            factor=self._rings.factor(news.answer_probability),
        )
        if news.result == "machine":
            self._held = 0.98 * self._held + 1
            self._persons *= 0.98
        elif news.result == "answered":
            self._held, self._persons = 0.98 * self._held + 1, 0.98 * self._persons + 1

    def _hear_handled(self, news: Handled) -> None:
        call_since, wraps_since = self._wraps.pop(news.agent, (None, None))
        if wraps_since is not None and call_since == news.since:
            wrapped = news.at - wraps_since
            self._handles.learn(news.agent, news.since, wraps_since, wrapped)
        else:
            self._handles.learn(news.agent, news.since, news.at, None)

    # -- deciding ------------------------------------------------------------------------------

    def _decide(self, snapshot: Snapshot, floor: Floor) -> Decision:
        moments = self._moments(snapshot, floor)
        outlook = self._rings.outlook(snapshot.segment)
        new = outlook.new(self._rings.factor(snapshot.answer_probability))
        per_hour = floor.agents * 3600 / max(self._handles.mean, 1.0)
        budget = Budget.of(snapshot.abandon_target, snapshot.answered, snapshot.abandoned, per_hour)
        over = _Overload(moments, new, outlook.relative_variance, budget)
        safe = floor.unclaimed
        most = max(safe, floor.ready - floor.lines + UNTRIED + TRIED * outlook.seen)
        wanted = over.fit(safe, most)
        dial, bound_by = bounded(snapshot, wanted, "budget" if budget.used_up else "agents")
        cancel = () if dial else self._cancel(snapshot, over)
        told = moments[SPOKEN]
        return Decision(
            dial,
            _words(dial, floor, told, budget, snapshot, bound_by, len(cancel)),
            bound_by,
            expected_answers=told.answers + dial * new[SPOKEN],
            expected_free=max(0.0, told.free + told.ready),
            budget_left=budget.left,
            answer_probability=outlook.p,
            cancel=cancel,
        )

    def _moments(self, snapshot: Snapshot, floor: Floor) -> list[Moment]:
        answers, answers_variance = self._answers(snapshot.now, floor)
        free, free_variance = self._free(snapshot.now + snapshot.grace, floor)
        ready = floor.ready - floor.waiting
        foretold = (answers, answers_variance, free, free_variance)
        each = zip(*(facts.tolist() for facts in foretold), strict=True)
        return [Moment(a, av, f, fv, ready) for a, av, f, fv in each]

    def _answers(self, now: float, floor: Floor) -> tuple[Array, Array]:
        person = self._persons / self._held
        answers = np.full(len(HORIZONS), floor.deciding * person)
        variance = answers * (1 - person)
        for segment, lines in floor.ringing.items():
            outlook = self._rings.outlook(segment)
            chances = outlook.chances(lines, now)
            mean = chances.sum(axis=1)
            answers += mean
            variance += mean - (chances * chances).sum(axis=1)
            variance += outlook.relative_variance * mean * mean
        return answers, variance

    def _free(self, by: float, floor: Floor) -> tuple[Array, Array]:
        """Agents free at the horizons after `by`: who answers may wait as long as the grace."""
        free, variance = np.zeros(len(HORIZONS)), np.zeros(len(HORIZONS))
        if floor.talks.agents:
            chances = self._handles.free_talking(floor.talks, by)
            free += chances.sum(axis=1)
            variance += (chances * (1 - chances)).sum(axis=1)
        if floor.wrapping:
            chances = self._handles.free_wrapping(by - np.array(floor.wrapping))
            free += chances.sum(axis=1)
            variance += (chances * (1 - chances)).sum(axis=1)
        return free, variance + self._handles.relative_variance * free * free

    def _cancel(self, snapshot: Snapshot, over: "_Overload") -> tuple[str, ...]:
        """Calls to take back, those that do not ring yet first."""
        if over.risk(0) <= TAKE_BACK:
            return ()
        cancel = []
        for call in _in_order(snapshot):
            outlook = self._rings.outlook(call.segment)
            line = Lines()
            line.add(call.placed, self._rings.factor(call.answer_probability))
            chances = outlook.chances(line, snapshot.now)
            over.without(chances[:, 0].tolist())
            cancel.append(call.id)
            if over.risk(0) <= TAKE_BACK:
                break
        return tuple(cancel)


def _absent(snapshot: Snapshot) -> int:
    """Agents who are not there, less all: it rises when one leaves, in whatever way."""
    states = [agent.state for agent in snapshot.agents]
    return states.count("not_ready") + states.count("signed_out") - len(states)


def _in_order(snapshot: Snapshot) -> Iterator[CallView]:
    """Calls that may be taken back: not ringing yet, then those that rang long enough."""
    yield from (call for call in snapshot.calls if call.state == "placed")
    long_enough = snapshot.now - snapshot.min_ring
    yield from (c for c in snapshot.calls if c.state == "ringing" and c.placed <= long_enough)


@dataclass(slots=True)
class _Overload:
    """What more calls would bring: the chance to find no agent, and abandons in all.

    new: the chance of a new call to be answered within each horizon.
    """

    moments: list[Moment]
    new: list[float]
    relative_variance: float
    budget: Budget

    def risk(self, calls: int, enough: float = 1.0) -> float:
        """The chance that one call more than these, if answered, finds no agent. Not worked out
        further than needed to see that it is more than `enough`."""
        found, before, enough = 0.0, 0.0, enough * self.new[-1]
        for moment, chance in zip(self.moments, self.new, strict=True):
            found += (chance - before) * moment.outnumbered(*self._more(calls, moment, chance))
            before = chance
            if found > enough:
                break
        return found / max(self.new[-1], 1e-6)

    def at_stake(self, calls: int) -> float:
        """Abandons expected of calls under way and these."""
        each = zip(self.moments[SOONEST:], self.new[SOONEST:], strict=True)
        return max(moment.short(*self._more(calls, moment, p)) for moment, p in each)

    def fit(self, safe: int, most: int) -> int:
        """How many are bearable, never fewer than `safe`."""
        if most <= safe or not self._bearable(safe):
            return safe
        low, high, stride = safe, safe + 1, 1
        while high < most and self._bearable(high):
            low, stride = high, stride * 2
            high += stride
        high = min(high, most)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._bearable(middle) else (low, middle)
        return min(low + 1, most)

    def without(self, chances: list[float]) -> None:
        """A call under way is taken back; its chance to be answered within each horizon."""
        for moment, chance in zip(self.moments, chances, strict=True):
            moment.answers = max(0.0, moment.answers - chance)
            least = 0.0 if moment.answers == 0 else 1e-6
            moment.answers_variance = max(least, moment.answers_variance - chance * (1 - chance))

    def _bearable(self, calls: int) -> bool:
        price = self.budget.price(self.at_stake(calls))
        return price > 0 and self.risk(calls, price) <= price

    def _more(self, calls: int, moment: Moment, chance: float) -> tuple[float, float]:
        """Answers of so many new calls within a horizon: mean and variance. What is not known
        of the answer rate moves these and those under way together."""
        mean = calls * chance
        together = self.relative_variance * (mean * mean + 2 * mean * moment.answers)
        return mean, mean * (1 - chance) + together


def _words(
    dial: int,
    floor: Floor,
    told: Moment,
    budget: Budget,
    snapshot: Snapshot,
    bound_by: BoundBy,
    cancelled: int,
) -> tuple[str, ...]:
    words = [
        f"{plural(dial, 'line')}: {plural(floor.ready, 'agent')} free, "
        f"{told.free:.1f} more expected",
        f"{told.answers:.1f} answers expected of {floor.lines} under way",
    ]
    if cancelled:
        words.append(f"{plural(cancelled, 'call')} to be taken back: too few agents are left")
    if bound_by == "budget":
        words.append(f"no abandon to spare ({budget.left:.1f} left): next to nothing is risked")
    else:
        words.append(f"{budget.left:.1f} abandons left of the target")
    return (*words, *limit_words(snapshot, bound_by))
