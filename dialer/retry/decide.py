"""The next dial of a lead, or its end. Pure: the same facts give the same answer."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from dialer.compliance.windows import CallingWindows, LeadHours, NeverOpen
from dialer.outcomes.outcome import Outcome
from dialer.retry.facts import LeadFacts
from dialer.retry.rule import Rule, Then, clock
from dialer.retry.rules import RetryRules
from dialer.retry.shipped import NO_DISPOSITION

TRIES = 14  # days on which a rule's own times are looked for in the windows


@dataclass(frozen=True, slots=True)
class Again:
    """The lead waits for another dial."""

    due_at: datetime  # UTC, inside a calling window
    number_position: int
    prefer_agent: int | None  # set only by an appointment
    words: str
    unusable: tuple[int, ...] = ()  # positions that may not be dialled any more
    promised_at: datetime | None = None  # UTC: the time the person asked for
    priority: int | None = None  # the lead's own from now on; None: as it is


@dataclass(frozen=True, slots=True)
class Closed:
    """The lead is done with."""

    reason: str  # one word: an outcome, a disposition, max_total, no_usable_number …
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
    word = counted_as(outcome, disposition)
    rule = rules.step(rules.rule(outcome, disposition), facts.times(word).total)
    case = _Case(
        rules, rule, facts, disposition or outcome.value, word, now.astimezone(UTC), windows
    )
    try:
        return case.decided(callback_at, agent_id)
    except NeverOpen:
        return Closed("no_calling_time", f"{case.said}: closed, no calling time is left.")


def counted_as(outcome: Outcome, disposition: str | None) -> str:
    """The word under which a lead's attempt is counted: that of the rule it falls under."""
    if disposition is not None:
        return disposition
    return NO_DISPOSITION if outcome is Outcome.ANSWERED else outcome.value


@dataclass(frozen=True, slots=True)
class _Case:
    rules: RetryRules
    rule: Rule
    facts: LeadFacts
    said: str
    word: str
    now: datetime
    windows: CallingWindows

    def decided(self, callback_at: datetime | None, agent_id: int | None) -> Again | Closed:
        said = self.said
        match self.rule.then:
            case Then.CLOSE:
                return Closed(said, f"Closed: {said}{self._how_often()}.")
            case Then.BAR:
                words = f"Closed: {said}; no number is dialled again."
                return Closed(said, words, self.facts.usable)
            case Then.NEXT_NUMBER:
                return self._next_number()
            case Then.AT_CALLBACK if callback_at is not None:
                return self._appointment(callback_at.astimezone(UTC), agent_id)
            case Then.AGAIN | Then.AT_CALLBACK | Then.NEXT_DAY:
                return self._later()

    # -- which number --------------------------------------------------------------------------

    def _later(self) -> Again | Closed:
        other = self.rule.other_number
        position = self._number(self.facts.usable, bool(other))
        if other == "first" and position is not None and position > self.facts.position:
            return self._again(self.now, position, (), scheduled=False)
        return self._again(self._earliest(), position, ())

    def _next_number(self) -> Again | Closed:
        spent = (self.facts.position,)
        left = tuple(p for p in self.facts.usable if p != self.facts.position)
        if not left:
            return Closed(self.said, f"Closed: {self.said}, and no other number is left.", spent)
        return self._again(self.now, self._number(left, True), spent)

    def _number(self, usable: tuple[int, ...], other: bool) -> int | None:
        """The same number while it is usable, else (or if `other`) the next one, round."""
        here = self.facts.position
        if not usable or (here in usable and not other):
            return here if usable else None
        return min((p for p in usable if p > here), default=min(usable))

    # -- when ----------------------------------------------------------------------------------

    def _appointment(self, at: datetime, agent_id: int | None) -> Again | Closed:
        position = self._number(self.facts.usable, False)
        if position is None:
            return self._without_number()
        hours = self._hours(position)
        due = hours.next_open(max(at, self.now))
        # One dial over the day's cap keeps the promise; a second one would not be asked for.
        if self.facts.dials_on(due) > self.rules.max_per_day:
            due = hours.next_day(due)
        moved = "" if due == at else " (moved into the calling times)"
        to = ", to the same agent if free" if agent_id is not None else ""
        words = f"{self.said}: appointment at {_local(due, hours)}{moved}{to}."
        return Again(due, position, agent_id, words, promised_at=at)

    def _again(
        self,
        earliest: datetime,
        position: int | None,
        spent: tuple[int, ...],
        *,
        scheduled: bool = True,
    ) -> Again | Closed:
        if position is None:
            return self._without_number()
        if self.facts.dials >= self.rules.max_total:
            words = f"{self.said}: closed after {self.facts.dials} dials, the most a lead may get."
            return Closed("max_total", words, spent)
        hours = self._hours(position)
        due, why = self._due(hours, earliest, scheduled=scheduled)
        number = "" if position == self.facts.position else f" on number {position + 1}"
        words = f"{self.said}: again at {_local(due, hours)}{number}{why}."
        return Again(due, position, None, words, spent, priority=self.rule.priority)

    def _earliest(self) -> datetime:
        """When the rule's wait is over, before windows and caps."""
        if self.rule.then is Then.NEXT_DAY:
            return _tomorrow(self.now, self._hours(self.facts.position))
        waits = self.rule.after_minutes
        if not waits:
            return self.now + timedelta(hours=self.rules.pause_hours)
        nth = max(self.facts.dials_on(self.now), 1)
        return self.now + timedelta(minutes=waits[min(nth, len(waits)) - 1])

    def _due(
        self, hours: LeadHours, earliest: datetime, *, scheduled: bool
    ) -> tuple[datetime, str]:
        """The first moment that the rule, the windows and the day's caps allow, and why then."""
        due, why = self._scheduled(hours, earliest) if scheduled else self._opening(hours, earliest)
        used = self._used_up(due)
        if used:
            due, _ = self._scheduled(hours, _tomorrow(due, hours))
            why = used
        return due, why

    def _scheduled(self, hours: LeadHours, earliest: datetime) -> tuple[datetime, str]:
        if self.rule.at:
            return self._at_its_time(hours, earliest)
        part = self._part_to_go_to(hours)
        if part is None:
            return self._opening(hours, earliest)
        try:
            return hours.narrowed((self.rules.parts_of_day[part],)).next_open(earliest), (
                f", in the {part}"
            )
        except NeverOpen:  # that part of the day lies outside of this lead's windows
            return self._opening(hours, earliest)

    def _opening(self, hours: LeadHours, earliest: datetime) -> tuple[datetime, str]:
        due = hours.next_open(earliest)
        if self.rule.then is Then.NEXT_DAY:
            return due, ", in the next day's list"
        return due, "" if due == earliest else ", when calling is allowed"

    def _at_its_time(self, hours: LeadHours, earliest: datetime) -> tuple[datetime, str]:
        when = earliest
        for _ in range(TRIES * len(self.rule.at)):
            when = hours.next_time(when, self.rule.at)
            if hours.open_at(when):
                return when, f", at its time of {clock(_minute(when, hours))}"
            when += timedelta(minutes=1)
        return self._opening(hours, earliest)

    def _part_to_go_to(self, hours: LeadHours) -> str | None:
        to_part = self.rule.to_part
        if not isinstance(to_part, dict):
            return to_part
        local = hours.local(self.now).time()
        now_in = next((n for n, s in self.rules.parts_of_day.items() if s.holds(local)), "")
        return to_part.get(now_in)

    def _used_up(self, due: datetime) -> str:
        """Which cap leaves no dial on the local day of `due`, as a part of a sentence."""
        cap = self.rules.max_per_day
        dialled = self.facts.dials_on(due)
        if dialled >= cap:
            return f", as today's {cap} dials are used"
        most = self.rule.times_per_day
        if most is not None and dialled and self.facts.times(self.word).today > most:
            often = "once" if most == 1 else f"{most} times"
            return f", as {self.said} came more than {often} today"
        return ""

    # -- words ---------------------------------------------------------------------------------

    def _hours(self, position: int) -> LeadHours:
        return self.windows.lead_hours(self.facts.time_zone, self.facts.number(position))

    def _how_often(self) -> str:
        total = self.facts.times(self.word).total
        return f", {total} times by now" if total > 1 else ""

    def _without_number(self) -> Closed:
        return Closed("no_usable_number", f"{self.said}: closed, no usable number is left.")


def _tomorrow(moment: datetime, hours: LeadHours) -> datetime:
    """The beginning of the next local day."""
    day = hours.local(moment).date() + timedelta(days=1)
    return datetime.combine(day, time(), hours.zone).astimezone(UTC)


def _local(moment: datetime, hours: LeadHours) -> str:
    return f"{hours.local(moment):%Y-%m-%d %H:%M}"


def _minute(moment: datetime, hours: LeadHours) -> int:
    local = hours.local(moment)
    return local.hour * 60 + local.minute
