"""Each agent's own day: counted as it goes, made again after a restart, begun anew at midnight."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from cti.agents.api import AgentView
from cti.agents.days import WorkingDays
from cti.agents.models import AgentRow, AgentStateRow
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import ManualClock
from cti.base.day import LocalDay
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.attempts.events import AttemptDisposed
from dialer.attempts.models import AttemptRow
from dialer.campaigns.settings import CampaignSettings
from dialer.desk.days import Days
from tests.unit.compliance.book import Book

SHANGHAI = ZoneInfo("Asia/Shanghai")
NINE = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
"""Nine in the morning in Shanghai; the day began at 16:00 UTC the day before."""


class Desk:
    """One agent who works, and their day."""

    def __init__(self, store: Store, clock: ManualClock) -> None:
        self.signals, self.clock = Signals(), clock
        self.roster = Roster(self.signals, clock)
        self.working = WorkingDays(
            store, self.roster, self.signals, clock, LocalDay(clock, lambda: SHANGHAI)
        )
        self.days = Days(self.working, self.signals, {1: CampaignSettings()}.get)
        self.agent = self.roster.add(Agent(1, "anna", "phone", leg="ag-1", leg_ready=True))

    def wait(self, **much: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**much))

    def work(self) -> None:
        """Signed in at once; ready for 10 minutes, a talk of 3, a minute of wrap-up."""
        self.roster.sign_in(self.agent)
        self.roster.make_ready(self.agent)
        self.roster.phone_ready(self.agent)
        self.wait(minutes=10)
        self.call("at-1")

    def call(self, attempt: str) -> None:
        self.roster.reserve(self.agent, attempt)
        self.roster.talk(self.agent, attempt)
        self.wait(minutes=3)
        self.roster.wrap_up(self.agent, 60)
        self.wait(minutes=1)
        self.roster.wrap_up_done(self.agent)

    def said(self, attempt: str, code: str) -> None:
        self.signals.emit(AttemptDisposed(attempt, 1, 1, 1, code, self.clock.now()))

    def board(self) -> tuple[int, float]:
        """What supervisors see of the agent's day."""
        view = AgentView.of(self.agent, self.working)
        return view.calls_today, view.talk_seconds_today

    def spent(self) -> tuple[float, float, float, float]:
        today = self.days.today(1)
        return (
            today.ready_seconds,
            today.talk_seconds,
            today.wrap_seconds,
            today.not_ready_seconds,
        )


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, ManualClock(NINE))


def test_seconds_by_state_and_calls(desk: Desk) -> None:
    desk.work()
    desk.wait(minutes=5)
    assert desk.spent() == (15 * 60, 180, 60, 0)
    desk.roster.make_not_ready(desk.agent, "lunch")
    desk.wait(minutes=30)
    today = desk.days.today(1)
    assert (today.calls, today.not_ready_seconds) == (1, 1800)
    assert [(hour.hour, hour.calls) for hour in today.hours] == [(9, 1)]
    assert desk.board() == (1, 180)
    desk.roster.make_ready(desk.agent)
    desk.roster.reserve(desk.agent, "at-2")
    desk.roster.talk(desk.agent, "at-2")
    desk.wait(minutes=2)
    assert desk.board() == (1, 180), "a talk counts once it is over"


def test_a_call_that_was_taken_back_is_none(desk: Desk) -> None:
    desk.work()
    desk.roster.reserve(desk.agent, "at-2")
    desk.roster.talk(desk.agent, "at-2")
    desk.roster.take_back(desk.agent)
    assert desk.days.today(1).calls == 1


def test_the_last_word_decides_what_is_a_success(desk: Desk) -> None:
    desk.said("at-1", "success")
    desk.said("at-1", "success")
    desk.said("at-2", "refused")
    assert desk.days.today(1).successes == 1
    desk.said("at-1", "refused")  # corrected
    assert desk.days.today(1).successes == 0
    desk.signals.emit(AttemptDisposed("at-3", 1, 1, None, "success", NINE))  # nobody's


def test_a_new_day_begins_at_the_sites_midnight(desk: Desk) -> None:
    desk.clock.set(datetime(2026, 3, 2, 15, 30, tzinfo=UTC))  # half past eleven at night
    desk.work()
    desk.said("at-1", "success")
    desk.wait(minutes=31)  # a quarter past midnight; ready since 23:44
    assert desk.spent() == (15 * 60, 0, 0, 0)
    today = desk.days.today(1)
    assert (today.calls, today.successes) == (0, 0)
    assert desk.board() == (0, 0), "the board's day turns with the desk's"
    desk.said("at-0", "success")
    assert [hour.hour for hour in desk.days.today(1).hours] == [0]


async def test_a_restart_finds_the_day_as_it_was(store: Store) -> None:
    book = await Book.made(store, ManualClock(NINE))
    placed = await book.dial(book.campaign("spring"), [await book.lead("spring", "+8613800000001")])
    call = placed.flights[0].attempt_id
    midnight = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)
    async with store.write() as session:
        session.add(AgentRow(id=1, name="anna", phone="p", phone_secret="s", created_at=NINE))
        await session.flush()
        for at, state in (
            (midnight - timedelta(hours=1), "not_ready"),  # since before midnight
            (midnight + timedelta(minutes=10), "ready"),
            (midnight + timedelta(minutes=20), "talking"),
            (midnight + timedelta(minutes=25), "wrapping"),
            (midnight + timedelta(minutes=26), "signed_out"),
        ):
            session.add(AgentStateRow(agent_id=1, at=at, state=state))
        attempt = await session.get_one(AttemptRow, call)
        attempt.disposition, attempt.disposition_by, attempt.disposition_at = "success", 1, NINE
    desk = Desk(store, ManualClock(NINE))
    await desk.days.load()
    today = desk.days.today(1)
    assert desk.spent() == (600, 300, 60, 600)
    assert (today.calls, today.successes) == (1, 1)
    assert desk.board() == (1, 300)
    assert [(h.hour, h.calls, h.successes) for h in today.hours] == [(0, 1, 0), (9, 0, 1)]
    assert desk.agent.state is AgentState.SIGNED_OUT
    desk.work()
    assert desk.days.today(1).calls == 2
