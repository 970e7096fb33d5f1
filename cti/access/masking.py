"""Telephone numbers leave the service masked, unless the one who asks is a program of ours.

A view's field of type `PhoneNumber` is masked whenever it becomes
JSON; nobody has to remember it. Only within `in_full()`, which the service's own bearer token
gets, are such fields written as they are. People who may see numbers fetch them one by one.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Annotated

from pydantic import BaseModel, PlainSerializer, WithJsonSchema

from cti.texts.reader import told

HIDDEN = "****"
_SHOWN_AT_END = 4
_COUNTRY = 3
_in_full: ContextVar[bool] = ContextVar("numbers_in_full", default=False)
_LONG = re.compile(r"\+\d[\d ()-]{5,}\d|(?<![\w+])\d{9,15}(?!\w)")


def masked(number: str) -> str:
    """`+8613812341234` becomes `+86138****1234`: enough to recognise, too little to dial.

    At least four digits are hidden; of short numbers the last two are shown at most. What is
    masked already stays as it is.
    """
    if not number or "*" in number or "…" in number:
        return number
    digits = sum(c.isdigit() for c in number)
    if digits < 4:
        return number
    if digits < 8:
        return HIDDEN + number[-2:]
    head = 1 + _COUNTRY + 2 if number.startswith("+") and digits >= 12 else 3
    head = min(head, len(number) - _SHOWN_AT_END - len(HIDDEN))
    return number[: max(head, 0)] + HIDDEN + number[-_SHOWN_AT_END:]


def masked_text(text: str) -> str:
    """`text` with everything in it that looks like a telephone number masked: what begins with a
    plus, or nine digits and more in a row. Dates, times and shorter figures stay.
    """
    return _LONG.sub(lambda found: masked(found.group()), text)


@contextmanager
def in_full() -> Iterator[None]:
    """Within, numbers are written in full."""
    before = _in_full.set(True)
    try:
        yield
    finally:
        _in_full.reset(before)


def show_in_full(yes: bool) -> None:
    """For the rest of this request (or task): whether numbers are written in full."""
    _in_full.set(yes)


def shown_in_full() -> bool:
    """Whether numbers are written in full just now."""
    return _in_full.get()


def shown(number: str) -> str:
    """The number as the one who asks may see it."""
    return number if _in_full.get() else masked(number)


def said(text: str) -> str:
    """A sentence of ours as the one who asks may read it, and in their language."""
    return told(shown_text(text))


def _shown_or_none(number: str | None) -> str | None:
    return None if number is None else shown(number)


def _shown_text_or_none(text: str | None) -> str | None:
    return None if text is None else shown_text(text)


def shown_text(text: str) -> str:
    """Words of people's own as the one who asks may read them."""
    return text if _in_full.get() else masked_text(text)


FORMAT = "phone-number"
_SCHEMA = {"type": "string", "format": FORMAT}

PhoneNumber = Annotated[
    str,
    PlainSerializer(shown, return_type=str, when_used="json"),
    WithJsonSchema(_SCHEMA, mode="serialization"),
]
"""A person's telephone number in a view: masked in JSON. Python dumps keep it."""

OptionalPhoneNumber = Annotated[
    str | None,
    PlainSerializer(_shown_or_none, return_type=str | None, when_used="json"),
    WithJsonSchema({"anyOf": [_SCHEMA, {"type": "null"}]}, mode="serialization"),
]
"""The same where there may be none."""

TextWithNumbers = Annotated[
    str,
    PlainSerializer(shown_text, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": f"text-with-{FORMAT}s"}, mode="serialization"),
]
"""Words of people's own that may quote a number: what looks like one is masked in JSON."""

SentenceWithNumbers = Annotated[
    str,
    PlainSerializer(said, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": f"text-with-{FORMAT}s"}, mode="serialization"),
]
"""A sentence of ours that may quote a number: masked, and in the reader's language."""

OptionalTextWithNumbers = Annotated[
    str | None,
    PlainSerializer(_shown_text_or_none, return_type=str | None, when_used="json"),
]
"""The same where there may be none."""


class FullNumber(BaseModel):
    """A number with nothing hidden, for the one who asked for just this one."""

    number: str
