"""How many people answered, and how many of them were abandoned, in a campaign's measuring window.

Measured: calls that a person answered, by the day of the answer where the campaign is. Abandoned:
of these, who was not given to an agent within the campaign's grace (16 CFR 310.4(b)(1)(iv)), the
message's hearers among them. A call counts as soon as its fate is known, and is corrected when it
turns out that no person had answered. The attempts' rows are the truth: they are read when a
campaign starts and every hour, and between that events are counted.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Executable, case, func, or_, select

from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.attempts.events import AttemptBridged, AttemptEnded, AttemptRejudged
from dialer.attempts.models import AttemptRow
from dialer.engine.events import PersonAbandoned
from dialer.engine.figures import PERSON
from dialer.engine.ledger import Ledger
from dialer.outcomes.outcome import Outcome

READ_AGAIN: Final = timedelta(hours=1)
"""Outcomes are also changed by corrections and by classifying again."""


@dataclass(frozen=True, slots=True)
class Counts:
    """answered: by a person. abandoned: of these."""

    answered: int
    abandoned: int


@dataclass(frozen=True, slots=True)
class _Ended:
    """What one attempt's end, or its second thought, changes."""

    at: datetime
    answered: int
    abandoned: int


@dataclass(slots=True)
class _Measured:
    """One campaign. pending: attempts under way, by whether they are abandoned."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    days: int = 1
    answered: Counter[date] = field(default_factory=Counter)
    abandoned: Counter[date] = field(default_factory=Counter)
    pending: dict[str, bool] = field(default_factory=dict)
    unread: list[_Ended] | None = None  # what ends while the rows are read
    read_at: datetime | None = None

    def begins(self, now: datetime) -> date:
        """The first day of the window."""
        return now.astimezone(self.zone).date() - timedelta(days=self.days - 1)

    def add(self, ended: _Ended) -> None:
        day = ended.at.astimezone(self.zone).date()
        self.answered[day] += ended.answered
        self.abandoned[day] += ended.abandoned


@dataclass(slots=True)
class Window:
    """All campaigns' windows."""

    store: Store
    ledger: Ledger
    signals: Signals
    clock: Clock
    _campaigns: dict[int, _Measured] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals.on(AttemptBridged, self._bridged)
        self.signals.on(PersonAbandoned, self._abandoned)
        self.signals.on(AttemptEnded, self._ended)
        self.signals.on(AttemptRejudged, self._rejudged)

    def counts(self, campaign_id: int) -> Counts:
        """Of the window that holds now; days ahead of a clock that was set back count, too."""
        measured = self._of(campaign_id)
        first = measured.begins(self.clock.now())
        return Counts(
            _since(measured.answered, first) + len(measured.pending),
            _since(measured.abandoned, first) + sum(measured.pending.values()),
        )

    async def open(self, campaign_id: int, zone: ZoneInfo, days: int) -> None:
        """Measure by this window from now on.

        SQLAlchemyError, OSError: it is as it was before.
        """
        measured = self._of(campaign_id)
        before = None if measured.read_at is None else (measured.zone, measured.days)
        if before != (zone, days) or self._stale(measured):
            await self._read(campaign_id, measured, zone, days)

    def _stale(self, measured: _Measured) -> bool:
        age = self.clock.now() - (measured.read_at or self.clock.now())
        return not timedelta() <= age < READ_AGAIN

    async def refresh(self, campaign_id: int) -> None:
        """Read again what was read long ago. SQLAlchemyError, OSError: nothing has changed."""
        measured = self._of(campaign_id)
        if measured.read_at is not None and self._stale(measured):
            await self._read(campaign_id, measured, measured.zone, measured.days)

    async def _read(self, campaign_id: int, measured: _Measured, zone: ZoneInfo, days: int) -> None:
        fresh = _Measured(zone, days)
        first = fresh.begins(self.clock.now())
        ended_meanwhile: list[_Ended] = []
        async with self.ledger.still():
            measured.unread = ended_meanwhile
            try:
                async with self.store.read() as session:
                    for ahead in range(days + 1):  # tomorrow, too: a clock may have been set back
                        day = first + timedelta(days=ahead)
                        row = (await session.execute(_counted(campaign_id, day, zone))).one()
                        fresh.answered[day] = row.answered
                        fresh.abandoned[day] = int(row.abandoned or 0)
            finally:
                measured.unread = None
        for ended in ended_meanwhile:
            fresh.add(ended)
        measured.zone, measured.days = zone, days
        measured.answered, measured.abandoned = fresh.answered, fresh.abandoned
        measured.read_at = self.clock.now()

    # -- events --------------------------------------------------------------------------------

    def _of(self, campaign_id: int) -> _Measured:
        return self._campaigns.setdefault(campaign_id, _Measured())

    def _bridged(self, event: AttemptBridged) -> None:
        self._of(event.campaign_id).pending.setdefault(event.attempt_id, False)

    def _abandoned(self, event: PersonAbandoned) -> None:
        self._of(event.campaign_id).pending[event.attempt_id] = True

    def _ended(self, event: AttemptEnded) -> None:
        measured = self._of(event.campaign_id)
        measured.pending.pop(event.attempt_id, None)
        if event.answered_at is not None:
            self._add(measured, event.answered_at, *_measure(event.outcome, late=event.late))

    def _rejudged(self, event: AttemptRejudged) -> None:
        if event.answered_at is None:
            return
        was = _measure(event.was, late=event.late)
        becomes = _measure(event.outcome, late=event.late)
        change = [after - before for before, after in zip(was, becomes, strict=True)]
        self._add(self._of(event.campaign_id), event.answered_at, *change)

    @staticmethod
    def _add(measured: _Measured, at: datetime, answered: int, abandoned: int) -> None:
        ended = _Ended(at, answered, abandoned)
        measured.add(ended)
        if measured.unread is not None:
            measured.unread.append(ended)


def _measure(outcome: str, *, late: bool) -> tuple[int, int]:
    """What an attempt of this outcome adds to answered and abandoned."""
    person = outcome in PERSON
    return int(person), int(person and (late or outcome == Outcome.ABANDONED.value))


def _counted(campaign_id: int, day: date, zone: ZoneInfo) -> Executable:
    """One day of the rows, from `ix_attempts_measured` alone."""
    begins, ends = midnight(day, zone), midnight(day + timedelta(days=1), zone)
    unserved = or_(AttemptRow.outcome == Outcome.ABANDONED.value, AttemptRow.late.is_(True))
    return select(
        func.count().label("answered"), func.sum(case((unserved, 1), else_=0)).label("abandoned")
    ).where(
        AttemptRow.campaign_id == campaign_id,
        AttemptRow.answered_at >= begins,
        AttemptRow.answered_at < ends,
        AttemptRow.outcome.in_(sorted(PERSON)),
    )


def _since(counts: Counter[date], first: date) -> int:
    return sum(count for day, count in counts.items() if day >= first)


def midnight(day: date, zone: ZoneInfo) -> datetime:
    """When a day begins there, in UTC."""
    return datetime.combine(day, time(), zone).astimezone(UTC)
