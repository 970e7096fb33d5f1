"""Numbers as people write them."""

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialer.leads.numbers import RefusedError, normalise, region_of, time_zone_of, zone_of_region


@pytest.mark.parametrize(
    ("text", "region", "e164"),
    [
        ("13800001111", "CN", "+8613800001111"),
        ("138 0000-1111", "CN", "+8613800001111"),
        ("8613800001111", "CN", "+8613800001111"),
        ("0086 138 0000 1111", "CN", "+8613800001111"),
        ("１３８００００１１１１", "CN", "+8613800001111"),
        ("13800001111.0", "CN", "+8613800001111"),
        ("'+8613800001111", "US", "+8613800001111"),
        ("\u202a+86 138 0000 1111\u202c", "US", "+8613800001111"),
        ("(010) 6255-1234", "CN", "+861062551234"),
        ("+44 (0)7700 900123", "CN", "+447700900123"),
        ("(212) 555-0123", "US", "+12125550123"),
    ],
)
def test_numbers_become_e164(text: str, region: str, e164: str) -> None:
    assert normalise(text, region) == e164


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "not a telephone number"),
        ("-", "not a telephone number"),
        ("12", "too short for a telephone number"),
        ("138001", "too short: digits or the area code are missing"),
        ("1380000111122334", "too long for a telephone number"),
        ("+999 123 456 789", "no such country code"),
        ("1.38E+10", "a spreadsheet has shortened the number, digits are lost"),
        ("1-800-CALL-NOW", "letters in the number"),
        ("010-62551234 ext. 12", "an extension cannot be dialled"),
        ("010-62551234转12", "an extension cannot be dialled"),
        ("13800001111\r\nAction: Logoff", "a line break or control character in the number"),
        ("138\x000001111", "a line break or control character in the number"),
        ("13800001111/13900001111", "not a telephone number"),
    ],
)
def test_refusals_say_why(text: str, reason: str) -> None:
    with pytest.raises(RefusedError) as caught:
        normalise(text, "CN")
    assert str(caught.value) == reason


def test_strict_refuses_what_is_not_assigned() -> None:
    assert normalise("07700 900123", "GB") == "+447700900123"
    with pytest.raises(RefusedError, match="assigned"):
        normalise("07700 900123", "GB", strict=True)
    assert normalise("13800001111", "CN", strict=True) == "+8613800001111"


@given(text=st.text(), region=st.sampled_from(["CN", "GB", "US", "DE", "IT"]))
@example("+" + "9" * 30, "CN")
@example("٠١٢٣٤٥٦٧٨٩٠", "CN")
@example("²³¹⁵⁰⁰⁰⁰⁰⁰⁰", "CN")
def test_any_text_is_refused_or_comes_out_clean(text: str, region: str) -> None:
    try:
        e164 = normalise(text, region)
    except RefusedError:
        return
    assert re.fullmatch(r"\+[1-9][0-9]{2,14}", e164)
    assert normalise(e164, "US") == e164


@pytest.mark.parametrize(
    ("e164", "expected", "zone"),
    [
        ("+8613800001111", "Europe/London", "Asia/Shanghai"),
        ("+447700900123", "Asia/Shanghai", "Europe/London"),
        ("+12125550123", "Asia/Shanghai", "America/New_York"),
        ("+13125550123", "Asia/Shanghai", "America/Chicago"),
        ("+18005550123", "Asia/Shanghai", "America/New_York"),
        ("+18005550123", "America/Denver", "America/Denver"),
        ("+882161234567", "Asia/Shanghai", "Asia/Shanghai"),
    ],
)
def test_numbers_tell_the_time_zone(e164: str, expected: str, zone: str) -> None:
    assert time_zone_of(e164, expected) == zone


def test_regions() -> None:
    assert [region_of(text) for text in ("cn", "GB", "+86", "1")] == ["CN", "GB", "CN", "US"]
    for text in ("", "China", "XX", "+999", "²"):
        with pytest.raises(RefusedError, match="neither a two-letter country nor a calling code"):
            region_of(text)
    assert [zone_of_region(region) for region in ("CN", "GB", "US")] == [
        "Asia/Shanghai",
        "Europe/London",
        "America/New_York",
    ]
