"""Thirty virtual days of a campaign: nothing is broken on the way, and the figures are sound."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.windows import local_day
from dialer.outcomes.outcome import Outcome
from dialer.retry.simulate import Dial, People, Run, simulate

MONDAY = datetime(2026, 8, 3, tzinfo=UTC)
ZONES = ("Asia/Shanghai", "Europe/Berlin", "America/New_York")


class Inspector:
    """Looks at every dial."""

    def __init__(self, settings: CampaignSettings) -> None:
        self.settings = settings
        self.dials: Counter[tuple[int, date]] = Counter()
        self.promised: set[tuple[int, date]] = set()
        self.last: dict[int, datetime] = {}
        self.barred: set[int] = set()
        self.spent: set[tuple[int, int]] = set()

    def __call__(self, dial: Dial) -> None:
        facts = dial.facts
        assert dial.lead not in self.barred
        assert (dial.lead, facts.position) not in self.spent
        assert self.settings.windows.open_at(dial.at, facts.time_zone)
        assert dial.lead not in self.last or dial.at > self.last[dial.lead]
        self.last[dial.lead] = dial.at
        day = (dial.lead, local_day(dial.at, facts.time_zone))
        self.dials[day] += 1
        if facts.promised:
            self.promised.add(day)
        if dial.answer.disposition == "do_not_call":
            self.barred.add(dial.lead)
        if dial.answer.outcome in {Outcome.VACANT, Outcome.FAX, Outcome.NUMBER_CHANGED}:
            self.spent.add((dial.lead, facts.position))

    def check_caps(self) -> None:
        cap = self.settings.retry.max_per_day
        assert all(n <= cap + (day in self.promised) for day, n in self.dials.items())
        total = Counter(lead for (lead, _), n in self.dials.items() for _ in range(n))
        appointments = Counter(lead for lead, _ in self.promised)
        most = self.settings.retry.max_total
        assert all(n <= most + appointments[lead] for lead, n in total.items())


def thirty_days(base: str, leads: int, **more: object) -> Run:
    settings = CampaignSettings.model_validate({"retry": {"base": base, **more}})
    inspector = Inspector(settings)
    people = People(time_zones=ZONES)
    run = simulate(
        settings, people, leads, start=MONDAY, days=30, lines=leads // 500, watch=inspector
    )
    inspector.check_caps()
    assert run.dials == inspector.dials.total() == run.outcomes.total()
    assert run.closed.total() + run.waiting == leads
    return run


@pytest.fixture(scope="module")
def sales() -> Run:
    return thirty_days("outbound_sales", 10_000)


def test_a_campaign_of_ten_thousand_is_worked_through_in_a_month(sales: Run) -> None:
    assert sales.waiting == 0
    assert 5 < sales.dials / 10_000 < 10
    # Most people answer in the first days; then only those are left who hardly ever do.
    first_week = sum(sales.talks_a_day[day] for day in range(7))
    assert first_week > 0.9 * sales.dispositions.total()
    assert 0.6 < sales.reached / 10_000 < 0.9
    assert sales.closed["do_not_call"] == sales.dispositions["do_not_call"]
    assert sales.closed["success"] == sales.dispositions["success"]


def test_dead_numbers_are_dialled_once_and_closed(sales: Run) -> None:
    # 6 % of all numbers are vacant; of the leads with one number each is closed at once.
    assert 0.04 < sales.closed["vacant"] / 10_000 < 0.06
    assert sales.outcomes["vacant"] < 0.09 * 10_000


def test_the_cap_closes_who_never_answers(sales: Run) -> None:
    assert 0.1 < sales.closed["max_total"] / 10_000 < 0.35
    assert max(sales.dials_a_lead) <= 20


def test_follow_up_gives_machines_up_and_keeps_every_rule() -> None:
    run = thirty_days("follow_up", 1_000)
    assert run.closed["machine"] > 0
    assert run.waiting == 0


def test_the_same_seed_gives_the_same_campaign() -> None:
    assert thirty_days("follow_up", 500) == thirty_days("follow_up", 500)


def test_a_tight_cap_leaves_leads_waiting_and_never_breaks() -> None:
    run = thirty_days("outbound_sales", 500, max_per_day=1, pause_hours=72, max_total=100)
    assert run.waiting > 0
    assert max(run.dials_a_lead) <= 30
