"""Calling windows: what is refused, and which moments are open across clock changes."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from cti.base.errors import UserError
from dialer.compliance.windows import (
    WEEKDAYS,
    CallingWindows,
    HolidayTimes,
    NeverOpen,
    Span,
)

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


class TestHolidays:
    GERMAN = HolidayTimes(country="DE", subdivision="BY")

    def test_a_holiday_is_closed(self) -> None:
        windows = CallingWindows(holidays=self.GERMAN)
        christmas = utc("2026-12-25T10:00:00")  # a Friday
        assert not windows.open_at(christmas, BERLIN)
        assert windows.next_open(christmas, BERLIN) == utc("2026-12-27T08:00:00")
        because = windows.lead_hours(BERLIN).closed_because(christmas)
        assert because == "Friday 2026-12-25 is a holiday, Christmas Day"

    def test_a_holiday_of_another_subdivision_is_a_day_like_any(self) -> None:
        epiphany = utc("2026-01-06T10:00:00")
        assert not CallingWindows(holidays=self.GERMAN).open_at(epiphany, BERLIN)
        elsewhere = CallingWindows.model_validate({"holidays": {"country": "DE"}})
        assert elsewhere.open_at(epiphany, BERLIN)

    def test_times_of_its_own_narrow_the_weekdays(self) -> None:
        windows = CallingWindows.model_validate(
            {"mon": ["10:00-20:00"], "holidays": {"country": "CN", "times": ["09:00-11:00"]}}
        )
        qingming = date(2026, 4, 6)  # a Monday
        assert windows.lead_hours(SHANGHAI).on(qingming) == (Span(600, 660),)

    def test_holidays_are_known_of_every_year(self) -> None:
        windows = CallingWindows.model_validate({"holidays": {"country": "CN"}})
        for year in (2025, 2027, 2031):
            assert not windows.open_at(utc(f"{year}-10-01T04:00:00"), SHANGHAI)

    def test_a_particular_date_stands_instead(self) -> None:
        windows = CallingWindows.model_validate(
            {
                "sat": [],
                "holidays": {"country": "CN"},
                "dates": {
                    "2026-02-14": ["09:00-17:00"],
                    "2026-10-01": ["10:00-11:00"],
                    "2026-08-03": [],
                },
            }
        )
        hours = windows.lead_hours(SHANGHAI)
        assert hours.on(date(2026, 2, 14)) == (Span(540, 1020),)  # a Saturday that is worked
        assert hours.on(date(2026, 10, 1)) == (Span(600, 660),)
        assert hours.on(date(2026, 8, 3)) == ()
        because = hours.closed_because(utc("2026-08-03T04:00:00"))
        assert because == "Monday 2026-08-03 is closed by the campaign"
        assert CallingWindows.model_validate(windows.model_dump(mode="json")) == windows

    @pytest.mark.parametrize(
        ("given", "sentence"),
        [
            ({"holidays": {"country": "XX"}}, "no holidays are known of the country 'XX'"),
            ({"holidays": {"country": "de"}}, "pattern"),
            ({"holidays": {"country": "DE", "subdivision": "QQ"}}, "use one of BB, BE, BW"),
            ({"holidays": {"country": "CN", "times": ["9-12"]}}, "write HH:MM-HH:MM"),
            (
                {"holidays": {"country": "CN", "times": ["09:00-12:00", "11:00-13:00"]}},
                "on holidays the windows 09:00-12:00 and 11:00-13:00 overlap",
            ),
            ({"dates": {"2026-02-30": []}}, "dates"),
            ({"dates": {"2026-02-28": ["09:00-12:00", "11:00-13:00"]}}, "on 2026-02-28 the"),
        ],
    )
    def test_what_is_refused(self, given: dict[str, object], sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence):
            CallingWindows.model_validate(given)


class TestRegions:
    WINDOWS = CallingWindows.model_validate(
        {
            "regions": [
                {"name": "florida", "prefixes": ["+1305", "+1786"], "sun": []},
                {
                    "name": "west",
                    "time_zones": ["America/Los_Angeles"],
                    "mon": ["08:00-19:00"],
                },
            ]
        }
    )

    def test_a_number_knows_its_region(self) -> None:
        sunday = utc("2026-08-02T16:00:00")
        zone_name = "America/New_York"
        assert self.WINDOWS.open_at(sunday, zone_name)
        assert self.WINDOWS.open_at(sunday, zone_name, "+12125550100")
        assert not self.WINDOWS.open_at(sunday, zone_name, "+13055550100")
        monday = self.WINDOWS.next_open(sunday, zone_name, "+13055550100")
        assert monday == utc("2026-08-03T13:00:00")

    def test_a_region_only_narrows(self) -> None:
        hours = self.WINDOWS.lead_hours("America/Los_Angeles")
        assert hours.on(date(2026, 8, 3)) == (Span(540, 1140),)
        assert hours.on(date(2026, 8, 4)) == (Span(540, 1200),)

    def test_all_regions_that_fit_count(self) -> None:
        hours = self.WINDOWS.lead_hours("America/Los_Angeles", "+13055550100")
        assert hours.on(date(2026, 8, 2)) == ()
        assert hours.on(date(2026, 8, 3)) == (Span(540, 1140),)

    @pytest.mark.parametrize(
        ("region", "sentence"),
        [
            ({}, "the region 'x' is nowhere"),
            ({"prefixes": ["86"]}, "prefixes"),
            ({"time_zones": ["Mars/Olympus"]}, "'Mars/Olympus' is not a time zone"),
            (
                {"prefixes": ["+86"], **dict.fromkeys(WEEKDAYS, ("20:00-21:00",))},
                "the times of 'x' leave no calling time on any weekday",
            ),
            ({"prefixes": ["+86"], "tue": ["09:00-12:00", "11:00-12:30"]}, "on tue the windows"),
        ],
    )
    def test_what_is_refused(self, region: dict[str, object], sentence: str) -> None:
        with pytest.raises(ValidationError, match=sentence):
            CallingWindows.model_validate({"regions": [{"name": "x", **region}]})

    def test_two_regions_that_leave_nothing_together_are_refused(self) -> None:
        regions = [
            {"name": "a", "prefixes": ["+86"], **dict.fromkeys(WEEKDAYS, ("09:00-12:00",))},
            {"name": "b", "prefixes": ["+8613"], **dict.fromkeys(WEEKDAYS, ("12:00-14:00",))},
        ]
        with pytest.raises(ValidationError, match="'a' and 'b' leave no calling time"):
            CallingWindows.model_validate({"regions": regions})

    def test_a_lead_who_can_never_be_called_is_said(self) -> None:
        # A number and a zone that cannot be known to meet until a lead has both.
        regions = [
            {"name": "a", "prefixes": ["+86"], **dict.fromkeys(WEEKDAYS, ("09:00-12:00",))},
            {"name": "b", "time_zones": [SHANGHAI], **dict.fromkeys(WEEKDAYS, ("12:00-14:00",))},
        ]
        windows = CallingWindows.model_validate({"regions": regions})
        with pytest.raises(NeverOpen, match="No calling time is left"):
            windows.next_open(utc("2026-08-03T00:00:00"), SHANGHAI, "+8613800000000")


class TestPartsOfTheDay:
    def test_they_narrow_the_windows(self) -> None:
        evening = daily("09:00-20:00").lead_hours(SHANGHAI).narrowed((Span(1050, 1320),))
        assert evening.next_open(utc("2026-08-03T02:00:00")) == utc("2026-08-03T09:30:00")
        assert evening.next_open(utc("2026-08-03T12:00:00")) == utc("2026-08-04T09:30:00")

    def test_next_time_is_a_local_time(self) -> None:
        hours = daily("00:00-24:00").lead_hours(BERLIN)
        at = (10 * 60, 18 * 60)
        assert hours.next_time(utc("2026-08-03T08:00:00"), at) == utc("2026-08-03T08:00:00")
        assert hours.next_time(utc("2026-08-03T08:00:01"), at) == utc("2026-08-03T16:00:00")
        assert hours.next_time(utc("2026-10-24T17:00:00"), at) == utc("2026-10-25T09:00:00")

    def test_next_time_in_the_hour_that_is_left_out(self) -> None:
        hours = daily("00:00-24:00").lead_hours(BERLIN)
        assert hours.next_time(utc("2026-03-28T23:00:00"), (150,)) == utc("2026-03-29T01:30:00")


@pytest.mark.parametrize(
    ("moment", "because"),
    [
        ("2026-08-03T12:30:00", "it is 20:30 there, and calls are allowed 09:00-20:00"),
        ("2026-08-02T04:00:00", "Sunday 2026-08-02 has no calling times"),
        ("2026-08-03T04:00:00", ""),
    ],
)
def test_why_it_is_closed(moment: str, because: str) -> None:
    hours = CallingWindows.model_validate({"sun": []}).lead_hours(SHANGHAI)
    assert hours.closed_because(utc(moment)) == because
