"""A campaign in virtual time: what a set of rules would bring. Pure, no database.

The last look and the rules are those of the real dialler; only the people are invented. They
live in several time zones, are at home at their own times of day, and a part of the numbers is
vacant, switched off or answered by a machine. The same seed gives the same campaign.
"""

import heapq
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Protocol, TypeVar

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import Blocked, check
from dialer.compliance.windows import closed_until, local_day, zone
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import Again, Closed, counted_as, decide
from dialer.retry.facts import LeadFacts

T = TypeVar("T")
RING: Final = timedelta(seconds=25)
TALK: Final = timedelta(seconds=120)
PROMISED: Final = 1_000_000  # before every priority of a rule or an import


@dataclass(frozen=True, slots=True)
class Answer:
    """What one dial brings. disposition: of an answered call, None if the agent is silent."""

    outcome: Outcome
    disposition: str | None = None
    callback_at: datetime | None = None


class World(Protocol):
    """Who is called."""

    def lead(self, n: int) -> LeadFacts:
        """The n-th lead, before its first dial."""
        ...

    def answer(self, n: int, facts: LeadFacts, now: datetime) -> Answer:
        """What becomes of a dial of its number at `facts.position`."""
        ...


@dataclass(frozen=True, slots=True)
class Dial:
    """One virtual dial; facts: with it in the counts."""

    lead: int
    at: datetime
    facts: LeadFacts
    answer: Answer


@dataclass(slots=True)
class Run:
    """What came of a virtual campaign."""

    dials: int = 0
    deferred: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    dispositions: Counter[str] = field(default_factory=Counter)
    closed: Counter[str] = field(default_factory=Counter)
    waiting: int = 0
    dials_a_day: Counter[int] = field(default_factory=Counter)  # by day of the campaign, from 0
    talks_a_day: Counter[int] = field(default_factory=Counter)
    dials_a_lead: Counter[int] = field(default_factory=Counter)  # number of dials → leads

    @property
    def reached(self) -> int:
        """Leads of whom the campaign has its answer: a disposition closed them."""
        return sum(n for reason, n in self.closed.items() if reason in self.dispositions)


def simulate(
    settings: CampaignSettings,
    world: World,
    leads: int,
    *,
    start: datetime,
    days: int,
    lines: int,
    watch: Callable[[Dial], None] = lambda _: None,
) -> Run:
    """Run a campaign with so many lines (agents) for so many days. watch: told of every dial."""
    simulation = _Simulation(settings, world, start, start + timedelta(days=days), watch)
    simulation.put_in(leads)
    simulation.run(lines)
    return simulation.result()


@dataclass(slots=True)
class _Simulation:
    settings: CampaignSettings
    world: World
    start: datetime
    end: datetime
    watch: Callable[[Dial], None]
    facts: list[LeadFacts] = field(default_factory=list)
    done: Run = field(default_factory=Run)
    later: list[tuple[datetime, int, int]] = field(default_factory=list)  # due, −priority, lead
    ready: list[tuple[int, datetime, int]] = field(default_factory=list)  # −priority, due, lead

    def put_in(self, leads: int) -> None:
        windows = self.settings.windows
        for n in range(leads):
            facts = self.world.lead(n)
            self.facts.append(facts)
            opens = closed_until(windows, facts.time_zone, facts.number(0), self.start)
            heapq.heappush(self.later, (opens or self.start, 0, n))

    def run(self, lines: int) -> None:
        """Each line takes the best lead that is due when it becomes free."""
        free = [self.start] * lines
        now = self.start
        while self.later or self.ready:
            now = max(now, free[0])
            if not self.ready:
                now = max(now, self.later[0][0])
            if now >= self.end:
                return
            while self.later and self.later[0][0] <= now:
                due, rank, n = heapq.heappop(self.later)
                heapq.heappush(self.ready, (rank, due, n))
            _, _, n = heapq.heappop(self.ready)
            heapq.heapreplace(free, self._take(n, now))

    def result(self) -> Run:
        run = self.done
        run.waiting = len(self.later) + len(self.ready)
        run.dials_a_lead = Counter(facts.dials for facts in self.facts)
        return run

    def _take(self, n: int, now: datetime) -> datetime:
        """Dial a lead that may be dialled; returns when the line is free again."""
        facts = self.facts[n]
        verdict = check(facts, facts.number(facts.position), self.settings, now)
        if not isinstance(verdict, Blocked):
            return self._dial(n, now)
        self.done.deferred += 1
        if verdict.until is None:
            self.done.closed[verdict.bar.value] += 1
        else:
            rank = -PROMISED if facts.promised else -facts.priority
            heapq.heappush(self.later, (verdict.until, rank, n))
        return now

    def _dial(self, n: int, now: datetime) -> datetime:
        before = self.facts[n]
        facts = replace(
            before,
            dials=before.dials + 1,
            dials_today=before.dials_on(now) + 1,
            dials_day=local_day(now, before.time_zone),
        )
        answer = self.world.answer(n, facts, now)
        self.watch(Dial(n, now, facts, answer))
        over = now + (TALK if answer.disposition else RING)
        self._count(answer, now)
        step = decide(
            self.settings.retry,
            facts,
            answer.outcome,
            disposition=answer.disposition,
            callback_at=answer.callback_at,
            agent_id=1,
            now=over,
            windows=self.settings.windows,
        )
        self.facts[n] = _after(facts, answer, step)
        if isinstance(step, Closed):
            self.done.closed[step.reason] += 1
        else:
            rank = -PROMISED if step.promised_at else -self.facts[n].priority
            heapq.heappush(self.later, (step.due_at, rank, n))
        return over

    def _count(self, answer: Answer, now: datetime) -> None:
        day = (now - self.start).days
        self.done.dials += 1
        self.done.dials_a_day[day] += 1
        self.done.outcomes[answer.outcome.value] += 1
        if answer.disposition is not None:
            self.done.talks_a_day[day] += 1
            self.done.dispositions[answer.disposition] += 1


def _after(facts: LeadFacts, answer: Answer, step: Again | Closed) -> LeadFacts:
    """The lead as its row would say it after the decision."""
    usable = tuple(p for p in facts.usable if p not in step.unusable)
    tally = facts.counted(counted_as(answer.outcome, answer.disposition))
    if isinstance(step, Closed):
        return replace(facts, usable=usable, tally=tally, promised=False)
    return replace(
        facts,
        usable=usable,
        tally=tally,
        position=step.number_position,
        promised=step.promised_at is not None,
        priority=facts.priority if step.priority is None else step.priority,
    )


# -- people ----------------------------------------------------------------------------------------

DEAD: Final[Sequence[tuple[float, Outcome]]] = (
    (0.06, Outcome.VACANT),
    (0.02, Outcome.NUMBER_CHANGED),
    (0.01, Outcome.FAX),
    (0.02, Outcome.SUSPENDED),
)
AT_HOME: Final[Sequence[tuple[float, float, float]]] = (
    (0.35, 0.20, 0.10),  # mornings
    (0.05, 0.12, 0.45),  # evenings
    (0.20, 0.20, 0.22),  # whenever
    (0.02, 0.03, 0.04),  # hardly ever
)
"""How likely such people pick up in the morning, the afternoon and the evening."""
UNANSWERED: Final[Sequence[tuple[float, Outcome]]] = (
    (0.58, Outcome.NO_ANSWER),
    (0.14, Outcome.BUSY),
    (0.12, Outcome.MACHINE),
    (0.07, Outcome.POWERED_OFF),
    (0.04, Outcome.REJECTED),
    (0.03, Outcome.UNREACHABLE),
    (0.02, Outcome.CONGESTION),
)
SAID: Final[Sequence[tuple[float, str | None]]] = (
    (0.16, "success"),
    (0.44, "refused"),
    (0.12, "callback_at"),
    (0.14, "no_time_fixed"),
    (0.05, "wrong_contact"),
    (0.04, "third_party"),
    (0.03, "do_not_call"),
    (0.02, None),
)


@dataclass(frozen=True, slots=True)
class People:
    """Invented leads, the same for the same seed whatever the rules do.

    dispositions: those the campaign has; others count as refused.
    """

    seed: int = 1
    time_zones: tuple[str, ...] = ("Asia/Shanghai",)
    dispositions: frozenset[str] = frozenset(word for _, word in SAID if word)

    def lead(self, n: int) -> LeadFacts:
        rng = self._rng(n, -1)
        numbers = 2 if rng.random() < 0.3 else 1
        return LeadFacts(
            time_zone=rng.choice(self.time_zones),
            dials=0,
            dials_today=0,
            dials_day=None,
            position=0,
            usable=tuple(range(numbers)),
            numbers={p: f"+86{13_000_000_000 + 10 * n + p}" for p in range(numbers)},
        )

    def answer(self, n: int, facts: LeadFacts, now: datetime) -> Answer:
        fate = self._rng(n, 1000 + facts.position)
        dead = _drawn(fate.random(), DEAD)
        if dead is not None:
            return Answer(dead)
        habit = fate.choice(AT_HOME)
        hour = now.astimezone(zone(facts.time_zone)).hour
        rng = self._rng(n, facts.dials)
        if rng.random() >= habit[0 if hour < 12 else 1 if hour < 17 else 2]:
            return Answer(_drawn(rng.random(), UNANSWERED) or Outcome.NO_ANSWER)
        if rng.random() < 0.01:
            return Answer(Outcome.ABANDONED)
        said = _drawn(rng.random(), SAID)
        if said is not None and said not in self.dispositions:
            said = "refused" if "refused" in self.dispositions else None
        at = now + timedelta(hours=rng.uniform(1, 120)) if said == "callback_at" else None
        return Answer(Outcome.ANSWERED, said, at)

    def _rng(self, n: int, what: int) -> random.Random:
        return random.Random(f"{self.seed} {n} {what}")  # noqa: S311 - people, not secrets


def _drawn(chance: float, shares: Sequence[tuple[float, T]]) -> T | None:
    for share, what in shares:
        if chance < share:
            return what
        chance -= share
    return None
