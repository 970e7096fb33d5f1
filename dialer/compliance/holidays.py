"""Public holidays of a country or a part of it, from the `holidays` package."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

import holidays as package


def holiday_name(country: str, subdivision: str | None, day: date) -> str | None:
    """What is celebrated there on `day`, in English where the package can; None on other days."""
    return holidays_of(country, subdivision, day.year).get(day)


@lru_cache(maxsize=1024)
def holidays_of(country: str, subdivision: str | None, year: int) -> Mapping[date, str]:
    """All holidays of a year, moved and substituted ones too.

    country: ISO 3166-1 alpha-2. subdivision: as ISO 3166-2 has it after the hyphen.
    Raises ValueError, in a sentence, for a place the package does not know.
    """
    try:
        found = package.country_holidays(
            country, subdiv=subdivision, years=year, language="en_US", expand=False
        )
    except (NotImplementedError, AttributeError) as error:
        raise ValueError(_unknown(country, subdivision)) from error
    return {day: name for day, name in found.items() if day.year == year}


def _unknown(country: str, subdivision: str | None) -> str:
    known = getattr(package, country, None) if country.isalpha() and country.isupper() else None
    parts = tuple(getattr(known, "subdivisions", ()))
    if known is None:
        return f"no holidays are known of the country {country!r}: write two letters such as DE"
    if not parts:
        return f"the holidays of {country} are the same everywhere: leave subdivision out"
    return f"{country} has no subdivision {subdivision!r}: use one of {', '.join(parts)}"
