"""Calling windows: what is refused, and which moments are open across clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cti.base.errors import UserError
from dialer.compliance.windows import WEEKDAYS, CallingWindows

SHANGHAI = "Asia/Shanghai"
BERLIN = "Europe/Berlin"  # 2026: 29 March 02:00 → 03:00, 25 October 03:00 → 02:00


def daily(*spans: str) -> CallingWindows:
    return CallingWindows.model_validate(dict.fromkeys(WEEKDAYS, spans))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("spans", "sentence"),
    [
        (["09:00-12:00", "11:59-13:00"], "on mon the windows 09:00-12:00 and 11:59-13:00 overlap"),
        (["11:00-13:00", "09:00-12:00"], "overlap"),
        (["09:00-09:00"], "the window 09:00-09:00 is empty"),
        (["20:00-09:00"], "ends before it starts; split it at midnight"),
        (["23:00-24:01"], "ends after 24:00"),
        (["9-17"], "write HH:MM-HH:MM"),
        (["24:00-24:30"], "write HH:MM-HH:MM"),
        ([5], "write HH:MM-HH:MM"),
    ],
)
def test_what_is_refused(spans: list[object], sentence: str) -> None:
    with pytest.raises(ValidationError, match=sentence):
        CallingWindows.model_validate({"mon": spans})


def test_a_campaign_that_may_never_call_is_refused() -> None:
    with pytest.raises(ValidationError, match="could never call"):
        daily()


def test_an_unknown_day_is_refused() -> None:
    with pytest.raises(ValidationError):
        CallingWindows.model_validate({"monday": ["09:00-10:00"]})


def test_windows_survive_json() -> None:
    windows = daily("00:00-08:30", "08:30-24:00")
    assert windows.model_dump(mode="json")["sun"] == ["00:00-08:30", "08:30-24:00"]
    assert CallingWindows.model_validate_json(windows.model_dump_json()) == windows


def test_shipped_hours_are_the_leads_own() -> None:
    windows = CallingWindows()
    assert not windows.open_at(utc("2026-08-03T00:59:59"), SHANGHAI)
    assert windows.open_at(utc("2026-08-03T01:00:00"), SHANGHAI)
    assert windows.open_at(utc("2026-08-03T11:59:59"), SHANGHAI)
    assert not windows.open_at(utc("2026-08-03T12:00:00"), SHANGHAI)
    assert windows.open_at(utc("2026-08-03T12:00:00"), BERLIN)


def test_next_open_is_now_while_open_and_the_next_window_after() -> None:
    windows = daily("09:00-12:00", "14:00-20:00")
    inside = utc("2026-08-03T03:59:59")
    assert windows.next_open(inside, SHANGHAI) == inside
    assert windows.next_open(utc("2026-08-03T04:00:00"), SHANGHAI) == utc("2026-08-03T06:00:00")
    assert windows.next_open(utc("2026-08-03T12:00:00"), SHANGHAI) == utc("2026-08-04T01:00:00")


def test_days_off_are_skipped() -> None:
    windows = CallingWindows.model_validate({"sat": [], "sun": []})
    friday_evening = utc("2026-08-07T12:00:00")
    assert windows.next_open(friday_evening, SHANGHAI) == utc("2026-08-10T01:00:00")
    assert windows.next_day(utc("2026-08-07T02:00:00"), SHANGHAI) == utc("2026-08-10T01:00:00")


def test_next_day_is_a_later_local_day_even_while_open() -> None:
    windows = daily("00:00-24:00")
    moment = utc("2026-08-03T15:30:00")  # 23:30 in Shanghai
    assert windows.next_day(moment, SHANGHAI) == utc("2026-08-03T16:00:00")


class TestClockChanges:
    def test_a_start_that_is_left_out_begins_at_the_change(self) -> None:
        windows = daily("02:30-05:00")
        assert windows.next_open(utc("2026-03-29T00:00:00"), BERLIN) == utc("2026-03-29T01:00:00")

    def test_a_window_that_is_left_out_is_next_days(self) -> None:
        windows = daily("02:15-02:45")
        assert windows.next_open(utc("2026-03-29T00:00:00"), BERLIN) == utc("2026-03-30T00:15:00")

    def test_a_weekly_window_that_is_left_out_is_next_weeks(self) -> None:
        days_off = dict.fromkeys(WEEKDAYS, ())
        windows = CallingWindows.model_validate({**days_off, "sun": ["02:15-02:45"]})
        after = windows.next_open(utc("2026-03-22T12:00:00"), BERLIN)
        assert after == utc("2026-04-05T00:15:00")

    def test_a_repeated_window_opens_twice(self) -> None:
        windows = daily("02:15-02:45")
        first = windows.next_open(utc("2026-10-25T00:00:00"), BERLIN)
        assert first == utc("2026-10-25T00:15:00")
        second = windows.next_open(utc("2026-10-25T00:45:00"), BERLIN)
        assert second == utc("2026-10-25T01:15:00")

    def test_a_clock_that_falls_back_into_a_window_opens_it_at_once(self) -> None:
        windows = daily("01:00-02:30")
        again = windows.next_open(utc("2026-10-25T00:30:00"), BERLIN)
        assert again == utc("2026-10-25T01:00:00")

    def test_a_midnight_that_is_left_out(self) -> None:
        # Beirut, 29 March 2026: 00:00 → 01:00.
        windows = daily("00:30-03:00")
        opened = windows.next_open(utc("2026-03-28T12:00:00"), "Asia/Beirut")
        assert opened == utc("2026-03-28T22:00:00")


def test_a_zone_that_does_not_exist_is_said() -> None:
    with pytest.raises(UserError, match=r"'Mars/Olympus' is not a time zone.*Asia/Shanghai"):
        CallingWindows().open_at(utc("2026-08-03T00:00:00"), "Mars/Olympus")


@pytest.mark.parametrize("name", ["", "../etc/passwd", "/etc/passwd", "a\0b"])
def test_a_zone_is_never_a_path(name: str) -> None:
    with pytest.raises(UserError):
        CallingWindows().open_at(utc("2026-08-03T00:00:00"), name)


ZONES = st.sampled_from(
    [SHANGHAI, BERLIN, "America/New_York", "Australia/Lord_Howe", "Asia/Beirut", "Africa/Cairo"]
)
QUARTERS = st.lists(st.integers(0, 95), min_size=2, max_size=2, unique=True).map(sorted)


def minutes_of(quarter: int) -> str:
    return "{:02}:{:02}".format(*divmod(quarter * 15, 60))


@settings(max_examples=60, deadline=None)
@given(
    ZONES,
    QUARTERS,
    # Around the clock changes of spring and autumn, where it is hard.
    st.sampled_from([date(2026, 3, 28), date(2026, 10, 24), date(2026, 4, 4), date(2026, 11, 1)]),
    st.integers(0, 2 * 24 * 60),
)
def test_next_open_agrees_with_a_walk_minute_by_minute(
    time_zone: str, quarters: list[int], day: date, minute: int
) -> None:
    windows = daily(f"{minutes_of(quarters[0])}-{minutes_of(quarters[1])}")
    start = datetime.combine(day, time(), UTC) + timedelta(minutes=minute)
    walked = start
    while not windows.open_at(walked, time_zone):
        walked += timedelta(minutes=1)
    assert windows.next_open(start, time_zone) == walked
    local = start.astimezone(ZoneInfo(time_zone)).date()
    assert windows.next_day(start, time_zone).astimezone(ZoneInfo(time_zone)).date() > local
