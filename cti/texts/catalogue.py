"""The Chinese for what the service says: looked up by the form of the English sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal, cast

import orjson

from cti.texts.forms import Form, filled

Language = Literal["en", "zh"]

FILES: Final = ("zh.json", "zh_words.json")
"""Sentences of our source, which a test holds complete; and words they are made of, or that
libraries say."""
_LONGEST: Final = 2000
_DEEPEST: Final = 4
_CUTS: Final = (
    (re.compile(r"(?<=[.!?]) +"), ""),
    (re.compile(r"; +"), "；"),
    (re.compile(r", +"), "，"),
)
"""Where a sentence made of parts may be taken apart, the strongest first, and what joins its
parts in Chinese."""
_QUOTED: Final = ("“", "'", '"', "‘")
"""What stands behind such a mark is a name, and is left as it is."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """texts: form of the English sentence → the same in another language."""

    texts: Mapping[str, str]
    _forms: list[tuple[Form, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        known = [(Form.of(key), text) for key, text in self.texts.items() if "{1}" in key]
        known.sort(key=lambda one: one[0].weight, reverse=True)
        self._forms.extend(known)

    def said(self, sentence: str, depth: int = 0) -> str:
        """The sentence in this language, as far as it is known; what is not stays as it is."""
        if not sentence or len(sentence) > _LONGEST:
            return sentence
        if (found := self.texts.get(sentence)) is not None and "{1}" not in sentence:
            return found
        if depth > _DEEPEST:
            return sentence
        return self._by_form(sentence, depth) or self._in_parts(sentence, depth)

    def _by_form(self, sentence: str, depth: int) -> str | None:
        for form, text in self._forms:
            values = form.values(sentence)
            if values is not None:
                before = form.pieces
                told = [
                    value if before[i].endswith(_QUOTED) else self.said(value, depth + 1)
                    for i, value in enumerate(values)
                ]
                return filled(text, told)
        return None

    def _in_parts(self, sentence: str, depth: int) -> str:
        for cut, joint in _CUTS:
            parts = cut.split(sentence)
            if len(parts) > 1:
                told = [self.said(part, depth + 1) for part in parts]
                return joint.join(told) if told != parts else sentence
        return sentence


@cache
def chinese() -> Catalogue:
    """The catalogue as shipped; read once, when the first Chinese reader comes."""
    texts: dict[str, str] = {}
    for name in FILES:
        texts |= cast("dict[str, str]", orjson.loads((Path(__file__).parent / name).read_bytes()))
    return Catalogue(texts)


@lru_cache(maxsize=4096)
def in_chinese(sentence: str) -> str:
    """The sentence in Chinese. Boards and lists say the same again and again, so it is kept."""
    return chinese().said(sentence)


def in_language(sentence: str, language: Language) -> str:
    """The sentence as a reader of `language` has it."""
    return in_chinese(sentence) if language == "zh" else sentence
