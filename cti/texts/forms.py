"""The form of a sentence: its fixed words, and numbered places between them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

_PLACE = re.compile(r"\{(\d+)\}")


@dataclass(frozen=True, slots=True)
class Form:
    """`There is no list {1}.`: `pieces` are the words around the places, so one more than these."""

    pieces: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Form":
        """The form that `text` writes."""
        return cls(tuple(_PLACE.split(text)[::2]))

    @property
    def weight(self) -> int:
        """How much of the form is fixed: of two that fit, the heavier one is meant."""
        return sum(map(len, self.pieces))

    def values(self, sentence: str) -> list[str] | None:
        """What stands in the places; None when the sentence is not of this form.

        Each place takes as little as it can, perhaps nothing. One pass, without going back: a
        hostile sentence costs no more than a long one.
        """
        head, *middle, tail = self.pieces
        end, at = len(sentence) - len(tail), len(head)
        if at > end or not (sentence.startswith(head) and sentence.endswith(tail)):
            return None
        values = []
        for piece in middle:
            found = sentence.find(piece, at, end)
            if found < 0:
                return None
            values.append(sentence[at:found])
            at = found + len(piece)
        return [*values, sentence[at:end]]


def places(text: str) -> list[str]:
    """The numbers of the places in a text, sorted."""
    return sorted(_PLACE.findall(text))


def filled(text: str, values: Sequence[str]) -> str:
    """A text with its places filled: `{1}` with the first value."""
    return _PLACE.sub(lambda place: values[int(place.group(1)) - 1], text)
