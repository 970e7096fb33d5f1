"""The Chinese for what the service says: looked up by the form of the English sentence."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
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
    (re.compile(r"(?<=[.!?]) +"), " "),
    (re.compile(r"\.$"), "。"),
    (re.compile(r"; +"), "；"),
    (re.compile(r": +"), "："),
    (re.compile(r", +"), "，"),
)
"""Where a sentence made of parts may be taken apart, the strongest first, and what joins its
parts in Chinese."""
_SENTENCE: Final = re.compile(r"[.!?]$|: \{\d+\}$")
"""How a form ends that is a whole sentence. Any other is a part, and reaches to the next joint."""
_STOPS: Final = (".", "!", "?")
_JOINED: Final = re.compile(r"[,;:] ")
_LISTS: Final = (
    (re.compile(r"(?<=\d) and (?=\d)"), "、"),
    (re.compile(r"(?<=') or (?=')"), " 或 "),
)
"""What Chinese writes otherwise between two figures or names."""
_JOINT: Final = re.compile(r"([,;]?) +(?=\S)")
_JOINTS: Final = {"": "", ",": "，", ";": "；"}
_QUOTED: Final = ("“", "'", '"', "‘")
"""What stands behind such a mark is a name, and is left as it is."""


@dataclass(frozen=True, slots=True)
class Catalogue:
    """texts: form of the English sentence → the same in another language."""

    texts: Mapping[str, str]
    _forms: list[tuple[Form, str, bool]] = field(default_factory=list)

    def __post_init__(self) -> None:
        for key, text in self.texts.items():
            if "{1}" in key:
                self._forms.append((Form.of(key), text, _SENTENCE.search(key) is None))
        self._forms.sort(key=lambda one: one[0].weight, reverse=True)

    def said(self, sentence: str, depth: int = 0) -> str:
        """The sentence in this language, as far as it is known; what is not stays as it is."""
        # A word alone is a code, for programs; within a sentence it is meant for people.
        if len(sentence) > _LONGEST or (depth == 0 and " " not in sentence):
            return sentence
        if (found := self.texts.get(sentence)) is not None and "{1}" not in sentence:
            return found
        if depth > _DEEPEST:
            return sentence
        return self._by_form(sentence, depth) or self._in_parts(sentence, depth)

    def _by_form(self, sentence: str, depth: int) -> str | None:
        for form, text, is_part in self._forms:
            values = None if is_part and sentence.endswith(_STOPS) else form.values(sentence)
            if values is None or (is_part and any(map(_JOINED.search, values))):
                continue
            told = [
                value if before.endswith(_QUOTED) else self._value(value, depth + 1)
                for before, value in zip(form.pieces, values, strict=False)
            ]
            return filled(text, told)
        return None

    def _value(self, value: str, depth: int) -> str:
        """What fills a place: a name, a figure, a sentence, or a part with its joint in front."""
        if len(value) > 2 and value[0] == value[-1] == "'" and "'" not in value[1:-1]:
            return f"“{value[1:-1]}”"
        joint = _JOINT.match(value)
        if joint is not None:
            return _JOINTS[joint.group(1)] + self.said(value[joint.end() :], depth)
        for english, other in _LISTS:
            value = english.sub(other, value)
        return self.said(value, depth)

    def _in_parts(self, sentence: str, depth: int) -> str:
        for cut, joint in _CUTS:
            parts = cut.split(sentence, maxsplit=1 if joint == "：" else 0)
            if len(parts) > 1:
                told = [self.said(part, depth + 1) for part in parts]
                return joint.join(told).replace("。 ", "。") if told != parts else sentence
        return sentence


def read(name: str) -> dict[str, str]:
    """One file of the catalogue."""
    texts = orjson.loads(resources.files(__package__).joinpath(name).read_bytes())
    return cast("dict[str, str]", texts)


@cache
def chinese() -> Catalogue:
    """The catalogue as shipped; read once, when the first Chinese reader comes."""
    return Catalogue({form: text for name in FILES for form, text in read(name).items()})


@lru_cache(maxsize=4096)
def in_chinese(sentence: str) -> str:
    """The sentence in Chinese. Boards and lists say the same again and again, so it is kept."""
    return chinese().said(sentence)


def in_language(sentence: str, language: Language) -> str:
    """The sentence as a reader of `language` has it."""
    return in_chinese(sentence) if language == "zh" else sentence
