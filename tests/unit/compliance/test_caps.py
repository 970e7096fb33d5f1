"""Frequency caps as a pure function: no window of time ever holds more dials than allowed."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from dialer.compliance.caps import LOOK_BACK, Allowance, FrequencyCaps, exhausted
from dialer.compliance.windows import CallingWindows

START = datetime(2026, 10, 20, tzinfo=UTC)  # clocks change on the following days
CAP = st.none() | st.integers(1, 4)
CAPS = st.builds(FrequencyCaps, per_day=CAP, per_week=CAP, per_30_days=CAP)
ZONES = st.sampled_from(["Asia/Shanghai", "Europe/Berlin", "America/New_York", "Pacific/Apia"])


@settings(deadline=None, max_examples=60)
@given(CAPS, ZONES, st.lists(st.integers(1, 3 * 24 * 60), min_size=5, max_size=40))
def test_no_cap_is_ever_broken_and_every_wait_ends_in_a_dial(
    caps: FrequencyCaps, time_zone: str, pauses: list[int]
) -> None:
    hours = CallingWindows().lead_hours(time_zone)
    dials: list[datetime] = []
    now = START
    for pause in pauses:  # minutes until somebody wants to dial again
        now = hours.next_open(now + timedelta(minutes=pause))
        recent = tuple(t for t in dials if now - t < LOOK_BACK)
        held = exhausted(Allowance(caps, recent, ""), now, hours)
        if held is not None:
            assert held.free_at > now
            assert hours.open_at(held.free_at)
            now = held.free_at
            assert exhausted(Allowance(caps, recent, ""), now, hours) is None
        dials.append(now)
        _assert_kept(caps, dials, now, time_zone)


def _assert_kept(caps: FrequencyCaps, dials: list[datetime], now: datetime, zone: str) -> None:
    local = ZoneInfo(zone)

    def day(moment: datetime) -> date:
        return moment.astimezone(local).date()

    if caps.per_day is not None:
        assert sum(day(t) == day(now) for t in dials) <= caps.per_day
    if caps.per_week is not None:
        assert sum(now - t < timedelta(days=7) for t in dials) <= caps.per_week
    if caps.per_30_days is not None:
        assert sum(now - t < timedelta(days=30) for t in dials) <= caps.per_30_days


def test_the_cap_that_holds_longest_is_told() -> None:
    hours = CallingWindows().lead_hours("Asia/Shanghai")
    now = datetime(2026, 8, 3, 4, tzinfo=UTC)
    caps = FrequencyCaps(per_day=1, per_week=1)
    held = exhausted(Allowance(caps, (now - timedelta(hours=1),), "by law"), now, hours)
    assert held is not None
    assert held.free_at == now - timedelta(hours=1) + timedelta(days=7)
    assert held.words == "The number was dialled once in 7 days, 1 allowed by law."


@pytest.mark.parametrize("wrong", [{"per_day": 0}, {"per_week": -1}, {"per_hour": 1}])
def test_caps_that_make_no_sense_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValidationError):
        FrequencyCaps.model_validate(wrong)
