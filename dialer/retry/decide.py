"""The next dial of a lead, or its end. Pure: the same facts give the same answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dialer.compliance.windows import CallingWindows, zone
from dialer.outcomes.outcome import Outcome
from dialer.retry.facts import LeadFacts
from dialer.retry.rules import RetryRules, Rule, Then


@dataclass(frozen=True, slots=True)
class Again:
    """The lead waits for another dial."""

    due_at: datetime  # UTC, inside a calling window
    number_position: int
    prefer_agent: int | None  # set only by an appointment
    words: str
    unusable: tuple[int, ...] = ()  # positions that may not be dialled any more


@dataclass(frozen=True, slots=True)
class Closed:
    """The lead is done with."""

    reason: str  # one word: an outcome, a disposition, max_total or no_usable_number
    words: str
    unusable: tuple[int, ...] = ()


def decide(
    rules: RetryRules,
    facts: LeadFacts,
    outcome: Outcome,
    *,
    disposition: str | None,
    callback_at: datetime | None,
    agent_id: int | None,
    now: datetime,
    windows: CallingWindows,
) -> Again | Closed:
    """What becomes of a lead whose attempt has ended.

    An answered call is decided when its disposition is known, or with None when the agent let
    the wrap-up pass in silence. Every due time is in a calling window. A lead is dialled at
    most `max_per_day` times on its local day, one more only to keep an appointment.
    """
    rule = rules.rule(outcome, disposition)
    word = disposition or outcome.value
    case = _Case(rules, facts, word, now.astimezone(UTC), windows)
    match rule.then:
        case Then.CLOSE:
            return Closed(word, f"Closed: {word}.")
        case Then.BAR:
            return Closed(word, f"Closed: {word}; no number is dialled again.", facts.usable)
        case Then.NEXT_NUMBER:
            return case.next_number()
        case Then.AT_CALLBACK if callback_at is not None:
            return case.appointment(callback_at.astimezone(UTC), agent_id)
        case Then.NEXT_DAY:
            return case.later(windows.next_day(case.now, facts.time_zone), rule.other_number)
        case Then.AGAIN | Then.AT_CALLBACK:
            return case.later(case.now + _pause(rule, rules, facts, case.now), rule.other_number)


def _pause(rule: Rule, rules: RetryRules, facts: LeadFacts, now: datetime) -> timedelta:
    if not rule.after_minutes:
        return timedelta(hours=rules.pause_hours)
    nth = max(facts.dials_on(now), 1)
    return timedelta(minutes=rule.after_minutes[min(nth, len(rule.after_minutes)) - 1])


@dataclass(frozen=True, slots=True)
class _Case:
    rules: RetryRules
    facts: LeadFacts
    word: str
    now: datetime
    windows: CallingWindows

    def later(self, earliest: datetime, other_number: bool) -> Again | Closed:
        return self._again(earliest, self._number(self.facts.usable, other_number), ())

    def next_number(self) -> Again | Closed:
        spent = (self.facts.position,)
        left = tuple(p for p in self.facts.usable if p != self.facts.position)
        if not left:
            return Closed(self.word, f"Closed: {self.word}, and no other number is left.", spent)
        return self._again(self.now, self._number(left, True), spent)

    def appointment(self, at: datetime, agent_id: int | None) -> Again | Closed:
        position = self._number(self.facts.usable, False)
        if position is None:
            return Closed("no_usable_number", f"{self.word}: closed, no usable number is left.")
        due = self.windows.next_open(max(at, self.now), self.facts.time_zone)
        # One dial over the day's cap keeps the promise; a second one would not be asked for.
        if self.facts.dials_on(due) > self.rules.max_per_day:
            due = self.windows.next_day(due, self.facts.time_zone)
        moved = "" if due == at else " (moved into the calling times)"
        words = f"{self.word}: appointment at {self._local(due)}{moved}, to the same agent if free."
        return Again(due, position, agent_id, words)

    def _again(
        self, earliest: datetime, position: int | None, spent: tuple[int, ...]
    ) -> Again | Closed:
        if position is None:
            return Closed("no_usable_number", f"{self.word}: closed, no usable number is left.")
        if self.facts.dials >= self.rules.max_total:
            words = f"{self.word}: closed after {self.facts.dials} dials, the most a lead may get."
            return Closed("max_total", words, spent)
        due, why = self._due(earliest)
        number = "" if position == self.facts.position else f" on number {position + 1}"
        words = f"{self.word}: again at {self._local(due)}{number}{why}."
        return Again(due, position, None, words, spent)

    def _due(self, earliest: datetime) -> tuple[datetime, str]:
        due = self.windows.next_open(earliest, self.facts.time_zone)
        if self.facts.dials_on(due) >= self.rules.max_per_day:
            due = self.windows.next_day(due, self.facts.time_zone)
            return due, f", as today's {self.rules.max_per_day} dials are used"
        return due, "" if due == earliest else ", when calling is allowed"

    def _number(self, usable: tuple[int, ...], other: bool) -> int | None:
        """The same number while it is usable, else (or if `other`) the next one, round."""
        here = self.facts.position
        if not usable or (here in usable and not other):
            return here if usable else None
        return min((p for p in usable if p > here), default=min(usable))

    def _local(self, moment: datetime) -> str:
        return f"{moment.astimezone(zone(self.facts.time_zone)):%Y-%m-%d %H:%M}"
