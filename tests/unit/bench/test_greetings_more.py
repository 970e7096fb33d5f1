"""Training sentences put together from phrases keep away from what is kept for tests."""

import numpy as np
import pytest

from bench.corpus.greetings_answers import COMPANIES, NAMES, templates
from bench.corpus.greetings_more import build, phrases, runs_of


@pytest.mark.parametrize("language", list(phrases()))
def test_no_training_sentence_repeats_a_test_one(language: str) -> None:
    kept, taught = (
        {
            run
            for kind in ("person", "business", "machine", "carrier", "screening", "ivr", "reply")
            for _, text in templates(language, kind, test=test)
            for run in runs_of(language, text)
        }
        for test in (True, False)
    )
    rng = np.random.default_rng(1)
    for kind in ("person", "business", "machine", "carrier", "screening", "ivr"):
        for _ in range(60):
            for part in build(language, kind, rng).parts:
                assert not runs_of(language, part) & (kept - taught)
                assert "{" not in part


@pytest.mark.parametrize("language", list(phrases()))
def test_names_and_companies_are_others_than_those_of_the_templates(language: str) -> None:
    mine = {
        name
        for listed in ("names", "companies")
        for name in phrases()[language][listed].split(", ")
    }
    known = f"{NAMES[language]},{COMPANIES[language]}".replace("\n", "").split(",")
    assert not mine & set(known)
