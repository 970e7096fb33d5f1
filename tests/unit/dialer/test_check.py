"""The last look before a dial."""

from datetime import UTC, date, datetime
from typing import Any

from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.check import Bar, Blocked, Pass, check
from dialer.retry.facts import LeadFacts

SETTINGS = CampaignSettings()
NOON = datetime(2026, 8, 3, 4, tzinfo=UTC)  # 12:00 in Shanghai
NUMBER = "+8613800000000"
NIGHT = datetime(2026, 8, 3, 13, tzinfo=UTC)


def facts(**more: Any) -> LeadFacts:
    known: dict[str, Any] = {
        "time_zone": "Asia/Shanghai",
        "dials": 0,
        "dials_today": 0,
        "dials_day": None,
        "position": 0,
        "usable": (0,),
    }
    return LeadFacts(**{**known, **more})


def dialled(times: int, day: date = date(2026, 8, 3), **more: Any) -> LeadFacts:
    return facts(dials=times, dials_today=times, dials_day=day, **more)


def test_nothing_stands_in_the_way() -> None:
    assert check(facts(), NUMBER, SETTINGS, NOON) == Pass()


def test_outside_the_window_it_waits_for_the_next() -> None:
    assert check(facts(), NUMBER, SETTINGS, NIGHT) == Blocked(
        Bar.WINDOW,
        "Outside the calling times in Asia/Shanghai: it is 21:00 there, and calls are allowed "
        "09:00-20:00.",
        datetime(2026, 8, 4, 1, tzinfo=UTC),
    )


def test_the_daily_cap_waits_for_the_next_day() -> None:
    assert check(dialled(2), NUMBER, SETTINGS, NOON) == Pass()
    blocked = check(dialled(3), NUMBER, SETTINGS, NOON)
    assert blocked == Blocked(
        Bar.DAILY_CAP,
        "Dialled 3 times today, 3 are allowed.",
        datetime(2026, 8, 4, 1, tzinfo=UTC),
    )


def test_the_dials_of_another_day_do_not_count() -> None:
    assert check(dialled(3, date(2026, 8, 2)), NUMBER, SETTINGS, NOON) == Pass()


def test_the_day_is_the_leads_own() -> None:
    late = datetime(2026, 8, 3, 17, tzinfo=UTC)  # 4 August in Shanghai, 3 August in New York
    settings = CampaignSettings.model_validate(
        {"windows": dict.fromkeys(("mon", "tue"), ("00:00-24:00",))}
    )
    assert isinstance(
        check(dialled(3, time_zone="America/New_York"), NUMBER, settings, late), Blocked
    )
    assert check(dialled(3), NUMBER, settings, late) == Pass()


def test_an_appointment_may_be_kept_one_dial_over_the_cap() -> None:
    assert check(dialled(3, promised=True), NUMBER, SETTINGS, NOON) == Pass()
    assert isinstance(check(dialled(4, promised=True), NUMBER, SETTINGS, NOON), Blocked)


def test_an_unusable_number_never() -> None:
    assert check(facts(usable=(1,)), NUMBER, SETTINGS, NOON) == Blocked(
        Bar.NUMBER, "The number is marked as unusable.", None
    )
