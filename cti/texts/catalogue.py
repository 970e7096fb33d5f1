"""The Chinese for what the service says: looked up by the form of the English sentence."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from importlib import resources
from typing import Final, Literal, NamedTuple, cast

import orjson

from cti.texts.forms import Form, filled

Language = Literal["en", "zh"]

FILES: Final = ("zh.json", "zh_words.json")
"""Sentences of our source, which a test holds complete; and words they are made of, or that
libraries say."""
_LONGEST: Final = 2000
_KEY: Final = 4
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


class _Known(NamedTuple):
    """A form, its translation, and whether it is a part of a sentence only."""

    weight: int
    form: Form
    text: str
    is_part: bool

    def values(self, sentence: str) -> list[str] | None:
        """What fills it; None if the sentence is not of this form, or goes on behind this part."""
        if self.is_part and sentence.endswith(_STOPS):
            return None
        values = self.form.values(sentence)
        beyond = values is not None and self.is_part and any(map(_JOINED.search, values))
        return None if beyond else values


def _keys(head: str, tail: str) -> Iterator[str]:
    """Where a form, or a sentence, is looked for: by how it begins, by how it ends, or anywhere."""
    if len(head) >= _KEY:
        yield f"{head[:_KEY]}…"
    if len(tail) >= _KEY:
        yield f"…{tail[-_KEY:]}"
    yield "…"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """texts: form of the English sentence → the same in another language."""

    texts: Mapping[str, str]
    _forms: dict[str, list[_Known]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        forms = ((key, Form.of(key)) for key in self.texts if "{1}" in key)
        for key, form in sorted(forms, key=lambda one: one[1].weight, reverse=True):
            known = _Known(form.weight, form, self.texts[key], _SENTENCE.search(key) is None)
            found_by = next(_keys(form.pieces[0], form.pieces[-1]))
            self._forms.setdefault(found_by, []).append(known)

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
        best, filling = None, list[str]()
        for key in _keys(sentence, sentence):
            for known in self._forms.get(key, ()):
                if best is not None and known.weight <= best.weight:
                    break
                if (values := known.values(sentence)) is not None:
                    best, filling = known, values
                    break
        if best is None:
            return None
        told = [
            value if before.endswith(_QUOTED) else self._value(value, depth + 1)
            for before, value in zip(best.form.pieces, filling, strict=False)
        ]
        return filled(best.text, told)

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
def in_chinese(sentence: str, *, alone: bool = False) -> str:
    """The sentence in Chinese. Boards and lists say the same again and again, so it is kept.

    alone: a word by itself is no code, but for people, too.
    """
    return chinese().said(sentence, depth=int(alone))


def in_language(sentence: str, language: Language, *, alone: bool = False) -> str:
    """The sentence as a reader of `language` has it. alone: see `in_chinese`."""
    return in_chinese(sentence, alone=alone) if language == "zh" else sentence
