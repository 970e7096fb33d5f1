"""Telephone numbers as people write them, made E.164; and the time zone they tell."""

import re
from functools import lru_cache
from importlib.resources import files
from unicodedata import category

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat, ValidationResult
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_geographical_number

_SPREADSHEET = re.compile(r"\d[.,]\d+E\+?\d+", re.IGNORECASE)
_DECIMAL = re.compile(r"(\+?\d+)\.0+")
_EXTENSION = re.compile(r"\d\s*(#|x|ext|转|分机)[.:\s]*\d*\s*$", re.IGNORECASE)

_REASONS = {
    ValidationResult.TOO_SHORT: "too short for a telephone number",
    ValidationResult.TOO_LONG: "too long for a telephone number",
    ValidationResult.INVALID_LENGTH: "no telephone number has this many digits there",
    ValidationResult.INVALID_COUNTRY_CODE: "no such country code",
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: "too short: digits or the area code are missing",
}


class RefusedError(ValueError):
    """Not a number that can be dialled; its text says why, in words for people."""


def normalise(text: str, region: str, *, strict: bool = False) -> str:
    """`text` as E.164 with its plus sign, at most 16 characters (ITU-T E.164).

    region: two-letter country (ISO 3166-1) of numbers without a country code.
    strict: only ranges that libphonenumber knows as assigned. Otherwise every number of a
    possible length is taken: ranges are opened faster than anybody's tables learn of them.
    Raises RefusedError.
    """
    plain = _plain(text)
    try:
        number = phonenumbers.parse(plain, region)
    except NumberParseException as error:
        if error.error_type == NumberParseException.INVALID_COUNTRY_CODE:
            raise RefusedError(_REASONS[ValidationResult.INVALID_COUNTRY_CODE]) from None
        raise RefusedError("not a telephone number") from None
    if reason := _REASONS.get(phonenumbers.is_possible_number_with_reason(number)):
        raise RefusedError(reason)
    if strict and not phonenumbers.is_valid_number(number):
        raise RefusedError("not in any assigned number range")
    e164 = str(phonenumbers.format_number(number, PhoneNumberFormat.E164))
    if len(e164) > 16:
        raise RefusedError(_REASONS[ValidationResult.TOO_LONG])
    return e164


def region_of(text: str) -> str:
    """The two-letter country of `text`, itself a two-letter code or a country calling code."""
    code = text.strip().upper().lstrip("+")
    if code in phonenumbers.SUPPORTED_REGIONS:
        return code
    if code.isdecimal() and len(code) <= 3:
        region = str(phonenumbers.region_code_for_country_code(int(code)))
        if region in phonenumbers.SUPPORTED_REGIONS:
            return region
    raise RefusedError(f"“{text[:20]}” is neither a two-letter country nor a calling code")


def time_zone_of(e164: str, expected: str) -> str:
    """The IANA time zone that a number tells, or `expected` if it tells none.

    Where a number fits several zones: `expected` if it is one of them, else the one that the tz
    database lists first for the country, its most important.
    """
    zones = _zones(e164[:10])
    return expected if not zones or expected in zones else zones[0]


def zone_of_region(region: str) -> str:
    """The most important IANA time zone of a two-letter country."""
    return next(iter(_country_zones(region)), "Etc/UTC")


def _plain(text: str) -> str:
    # Copying from a phone's address book brings invisible direction marks along.
    plain = "".join(char for char in text if category(char) != "Cf").strip().lstrip("'")
    if any(category(char) == "Cc" for char in plain):
        raise RefusedError("a line break or control character in the number")
    if _SPREADSHEET.fullmatch(plain):
        raise RefusedError("a spreadsheet has shortened the number, digits are lost")
    if _EXTENSION.search(plain):
        raise RefusedError("an extension cannot be dialled")
    if any(char.isalpha() for char in plain):
        raise RefusedError("letters in the number")
    decimal = _DECIMAL.fullmatch(plain)
    return decimal[1] if decimal else plain


@lru_cache(maxsize=10_000)
def _zones(prefix: str) -> tuple[str, ...]:
    """Zones of a number's first digits (the longest prefix known has 9), likeliest first."""
    number = phonenumbers.PhoneNumber()
    for digits in range(1, 4):
        code = int(prefix[1 : 1 + digits] or 0)
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE:
            rest = prefix[1 + digits :]
            number = phonenumbers.PhoneNumber(country_code=code, national_number=int(rest or 0))
            break
    zones = [z for z in time_zones_for_geographical_number(number) if z != UNKNOWN_TIMEZONE]
    home = _country_zones(str(phonenumbers.region_code_for_country_code(number.country_code or 0)))
    return tuple(sorted(zones, key=lambda zone: home.index(zone) if zone in home else len(home)))


@lru_cache(maxsize=300)
def _country_zones(region: str) -> list[str]:
    lines = files("tzdata").joinpath("zoneinfo/zone.tab").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [row[2] for row in rows if row[0] == region]
