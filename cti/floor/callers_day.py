"""What became of the callers of the site's day, by queue."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from cti.base.day import LocalDay
from cti.calls.models import InboundCallRow
from cti.store.engine import Store

LONGEST = timedelta(days=1)
"""A call that ended today did not begin earlier than this before midnight."""


@dataclass(slots=True)
class QueueDay:
    """What became of a queue's callers today.

    in_time: of the answered, those who did not wait longer than the site wants.
    """

    answered: int = 0
    abandoned: int = 0
    in_time: int = 0

    @property
    def service_level(self) -> float | None:
        """In time ÷ all who waited (those who gave up count as not), 0 to 1; None: nobody yet."""
        offered = self.answered + self.abandoned
        return self.in_time / offered if offered else None


@dataclass(slots=True)
class CallersDay:
    """Callers count when their call ends. served_within: seconds of waiting that are in time."""

    store: Store
    today: LocalDay
    served_within: Callable[[], float]
    _queues: defaultdict[str, QueueDay] = field(default_factory=lambda: defaultdict(QueueDay))

    async def load(self) -> None:
        """Make this day of what was written down of it, before anybody is counted."""
        self.today.begin()
        self._queues.clear()
        since = self.today.began
        for row in await self.store.look(lambda connection: _ended(connection, since)):
            self.count(row.queue, row.queued_at, row.bridged_at, row.ended_at)

    @property
    def queues(self) -> dict[str, QueueDay]:
        """By name, as far as anybody has waited there today."""
        self._turn()
        return dict(self._queues)

    @property
    def whole(self) -> QueueDay:
        """All queues together."""
        whole = QueueDay()
        for day in self.queues.values():
            whole.answered += day.answered
            whole.abandoned += day.abandoned
            whole.in_time += day.in_time
        return whole

    def count(
        self,
        queue: str,
        queued_at: datetime | None,
        bridged_at: datetime | None,
        ended_at: datetime,
    ) -> None:
        """A caller's call has ended. Who never waited, or ended before today, is not counted."""
        self._turn()
        if queued_at is None or ended_at < self.today.began:
            return
        day = self._queues[queue]
        if bridged_at is None:
            day.abandoned += 1
            return
        day.answered += 1
        day.in_time += (bridged_at - queued_at).total_seconds() <= self.served_within()

    def _turn(self) -> None:
        if self.today.turned():
            self._queues.clear()


def _ended(connection: Connection, since: datetime) -> Sequence[Any]:
    return connection.execute(
        select(
            *(InboundCallRow.queue, InboundCallRow.queued_at),
            *(InboundCallRow.bridged_at, InboundCallRow.ended_at),
        ).where(InboundCallRow.arrived_at >= since - LONGEST, InboundCallRow.ended_at >= since)
    ).all()
