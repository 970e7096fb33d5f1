"""Whose language it is: what the page says it shows, else what the browser asks for.

The console keeps its language in a cookie, so that every request carries it: also the live link,
where a browser cannot send headers, and the page for signing in, where nobody is known yet.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Annotated, Final

from fastapi.requests import HTTPConnection
from pydantic import PlainSerializer
from starlette.types import ASGIApp, Receive, Scope, Send

from cti.texts.catalogue import Language, in_language

COOKIE: Final = "cti_language"
_reader: ContextVar[Language] = ContextVar("language_of_the_reader", default="en")


class ReadersLanguage:
    """ASGI middleware: whatever is told to this request is told in its reader's language."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in {"http", "websocket"}:
            # Never taken back: each request has a context of its own, and the answer to our own
            # fault is made outside of here.
            _reader.set(language_of(HTTPConnection(scope)))
        await self._app(scope, receive, send)


def language_of(connection: HTTPConnection) -> Language:
    """The language that a request's answer is read in."""
    match connection.cookies.get(COOKIE):
        case "zh":
            return "zh"
        case "en":
            return "en"
        case _:
            return asked_for(connection.headers.get("accept-language", ""))


@lru_cache(maxsize=256)
def asked_for(header: str) -> Language:
    """The first language of ours in an Accept-Language header (RFC 9110 §12.5.4); else English."""
    ranked: list[tuple[float, str]] = []
    for part in header.split(","):
        tag, _, weight = part.partition(";")
        try:
            ranked.append((float(weight.strip().removeprefix("q=") or 1), tag.strip().lower()[:2]))
        except ValueError:
            continue
    best = sorted((one for one in ranked if one[0] > 0), key=lambda one: -one[0])
    return "zh" if next((tag for _, tag in best if tag in {"en", "zh"}), "en") == "zh" else "en"


@contextmanager
def told_in(language: Language) -> Iterator[None]:
    """Within, sentences are told in this language."""
    before = _reader.set(language)
    try:
        yield
    finally:
        _reader.reset(before)


def readers_language() -> Language:
    """The language that is told in just now."""
    return _reader.get()


def told(sentence: str) -> str:
    """The sentence in the reader's language."""
    return in_language(sentence, _reader.get())


def told_words(words: str) -> str:
    """Words that are no sentence, be it one alone, such as a code, in the reader's language."""
    return in_language(words, _reader.get(), alone=True)


def label(english: str, chinese: str) -> str:
    """A label that carries both languages itself, as its reader has it."""
    return chinese if _reader.get() == "zh" else english


def _told_or_none(sentence: str | None) -> str | None:
    return None if sentence is None else told(sentence)


Sentence = Annotated[str, PlainSerializer(told, return_type=str, when_used="json")]
"""A view's field that says something in words of ours: JSON has it in the reader's language."""

Words = Annotated[str, PlainSerializer(told_words, return_type=str, when_used="json")]
"""The same for words that may be one alone, and are for people nevertheless."""

OptionalSentence = Annotated[
    str | None, PlainSerializer(_told_or_none, return_type=str | None, when_used="json")
]
"""The same where there may be none."""
