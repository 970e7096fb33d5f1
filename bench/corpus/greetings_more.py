"""Greetings put together from the phrases of phrases.yaml, for training: far more wordings, names and
companies than the templates of `greetings_answers` have.

Nothing that a test template says comes back: `build` draws anew what repeats five words in a row
(six Chinese syllables) that only test templates have.
"""

import re
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from bench.corpus import mandarin
from bench.corpus.greetings_answers import KINDS, Greeting, Kind, templates

_FILE = Path(__file__).with_name("phrases.yaml")
_RUN = {"zh": 6}
"""Words in a row, else five, that a training sentence may not share with a test one alone."""
_DIGITS = "零一二三四五六七八九"


@cache
def phrases() -> dict[str, Any]:
    """language → names, companies and kind → rows of places of alternatives."""
    found: dict[str, Any] = yaml.safe_load(_FILE.read_text(encoding="utf-8"))
    return found


def build(language: str, kind: Kind, rng: np.random.Generator) -> Greeting:
    """One greeting of phrases drawn at random."""
    while True:
        rows = phrases()[language][kind]
        row = rows[int(rng.integers(len(rows)))]
        parts = [_part(part, language, rng) for part in row.split("|")]
        said = tuple(part for part in parts if part)
        if said and not any(runs_of(language, part) & _only_test(language) for part in said):
            return Greeting(kind, language, -2, said)


def _part(part: str, language: str, rng: np.random.Generator) -> str:
    drawn = [str(rng.choice(place.strip().split("/"))) for place in part.split(";")]
    kept = [phrase for phrase in drawn if phrase not in {"-", ""}]
    if len(kept) > 3 and rng.random() < 0.4:  # people are brief, too
        del kept[int(rng.integers(len(kept)))]
    comma = "，" if language == "zh" else ", " if rng.random() < 0.8 else ". "
    text = comma.join(kept)
    for blank, listed in (("{n}", "names"), ("{c}", "companies")):
        text = text.replace(blank, str(rng.choice(phrases()[language][listed].split(", "))))
    digits = rng.integers(0, 10, int(rng.integers(2, 7)))
    read = [_DIGITS[digit] if language == "zh" else str(digit) for digit in digits]
    return text.replace("{d}", ("" if language == "zh" else " ").join(read))


def runs_of(language: str, text: str) -> set[str]:
    """Every run of words in a row, as many as count as repeating somebody."""
    size = _RUN.get(language, 5)
    plain = mandarin.pinyin(text) if language == "zh" else text.lower()
    words = re.findall(r"[\w']+", plain.replace("ü", "v"))
    return {" ".join(words[at : at + size]) for at in range(len(words) - size + 1)}


@cache
def _only_test(language: str) -> frozenset[str]:
    """Runs that test templates have and no training template has."""
    runs: dict[bool, set[str]] = {True: set(), False: set()}
    for kind in KINDS:
        for test in (True, False):
            for _, text in templates(language, kind, test=test):
                runs[test] |= runs_of(language, text)
    return frozenset(runs[True] - runs[False])
