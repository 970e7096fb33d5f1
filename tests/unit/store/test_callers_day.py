"""The figures of callers are those of the site's day: after a restart, and past midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

import cti.agents.models  # noqa: F401 - callers name agents
from cti.base.clock import ManualClock
from cti.base.day import LocalDay
from cti.calls.models import InboundCallRow
from cti.floor.callers_day import CallersDay, QueueDay
from cti.store.engine import Store

SHANGHAI = ZoneInfo("Asia/Shanghai")
MIDNIGHT = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)


def day_of(store: Store, clock: ManualClock) -> CallersDay:
    return CallersDay(store, LocalDay(clock, lambda: SHANGHAI), lambda: 20.0)


def call(
    name: str, ended: datetime, *, waits: float = 5, talks: float | None = 30
) -> InboundCallRow:
    """A caller who waited so long and then talked, or gave up."""
    bridged = None if talks is None else ended - timedelta(seconds=talks)
    queued = (bridged or ended) - timedelta(seconds=waits)
    return InboundCallRow(
        id=name,
        dialled="4001",
        queue="sales",
        arrived_at=queued,
        queued_at=queued,
        bridged_at=bridged,
        ended_at=ended,
        outcome="abandoned" if talks is None else "answered",
    )


async def test_a_restart_finds_the_day_as_it_was(store: Store) -> None:
    menu = call("in-menu", MIDNIGHT + timedelta(hours=1))
    menu.queued_at = menu.bridged_at = None
    talks = call("in-now", MIDNIGHT + timedelta(hours=3))
    talks.ended_at = None
    async with store.write() as session:
        session.add_all(
            [
                call("in-yesterday", MIDNIGHT - timedelta(seconds=1)),
                call("in-1", MIDNIGHT + timedelta(seconds=10)),  # since before midnight
                call("in-2", MIDNIGHT + timedelta(hours=1), waits=21),
                call("in-3", MIDNIGHT + timedelta(hours=2), talks=None),
                menu,
                talks,
            ]
        )
    day = day_of(store, ManualClock(MIDNIGHT + timedelta(hours=3)))
    await day.load()
    assert day.queues == {"sales": QueueDay(answered=2, abandoned=1, in_time=1)}
    await day.load()
    assert day.whole == QueueDay(answered=2, abandoned=1, in_time=1), "read twice, counted once"


def test_another_day_begins_at_the_sites_midnight(store: Store) -> None:
    clock = ManualClock(MIDNIGHT - timedelta(minutes=1))
    day = day_of(store, clock)
    then = clock.now()
    day.count("sales", then, then, then)
    assert day.whole.answered == 1
    clock.set(MIDNIGHT)
    assert day.queues == {}, "though nobody has called"
    day.count("sales", then, then, then)
    assert day.whole.answered == 0, "one who ended yesterday, and is told of late"
    day.count("sales", then, None, MIDNIGHT)
    assert day.whole.abandoned == 1


@pytest.mark.parametrize(
    ("midnight", "hours"),
    [(datetime(2026, 3, 28, 23, tzinfo=UTC), 23), (datetime(2026, 10, 24, 22, tzinfo=UTC), 25)],
)
def test_a_day_on_which_the_clock_is_changed(midnight: datetime, hours: int) -> None:
    clock = ManualClock(midnight)
    day = LocalDay(clock, lambda: ZoneInfo("Europe/Berlin"))
    clock.set(midnight + timedelta(hours=hours, seconds=-1))
    assert not day.turned()
    assert day.hour(clock.now()) == 23
    clock.set(midnight + timedelta(hours=hours))
    assert day.turned()
    assert not day.turned()
