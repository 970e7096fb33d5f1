"""What may stand on the do-not-call list: a number, or the start of numbers and a `*`."""

import re

from dialer.leads.numbers import RefusedError, normalise

_PREFIX = re.compile(r"\+([1-9]\d{0,13})\*")


def listed_number(text: str, region: str) -> str:
    """`text` as the list keeps it: E.164, or `+DIGITS*` for all numbers that begin so.

    region: two-letter country of numbers without a country code. Raises RefusedError.
    """
    plain = re.sub(r"[\s().-]", "", text)
    if not plain.endswith("*"):
        return normalise(text, region)
    if not _PREFIX.fullmatch(plain):
        raise RefusedError("a prefix is written with its country code, such as +86400*")
    return plain


def prefix_length(number: str) -> int | None:
    """How many characters of a number must agree with this prefix; None for a whole number."""
    return len(number) - 1 if number.endswith("*") else None
