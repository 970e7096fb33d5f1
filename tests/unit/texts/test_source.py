"""Everything the service says to a browser is in the catalogue, and nothing else is."""

import ast
from pathlib import Path
from typing import get_args

import pytest

from cti.access.rights import Right, Role
from cti.agents.states import AgentState
from cti.texts.catalogue import read
from cti.texts.source import NOT_TOLD, OF_PARTS, ROOT, TELLING, said, said_in
from dialer.campaigns.dispositions import SHIPPED
from dialer.campaigns.states import CampaignState
from dialer.compliance.check import Bar
from dialer.leads.search import State
from dialer.leads.taking_back import REASON
from dialer.outcomes.outcome import Outcome
from dialer.pacing.modes import Mode
from dialer.reports.feedback import Wrong
from dialer.retry.shipped import NO_DISPOSITION


def test_the_catalogue_is_whole() -> None:
    """`python -m cti.texts` prints what is missing, to be pasted into cti/texts/zh.json."""
    told, known = said(), read("zh.json")
    lacking = {form: told[form][0] for form in told.keys() - known.keys()}
    assert lacking == {}, "said, but not in zh.json: run python -m cti.texts"
    assert known.keys() - told.keys() == set(), "in zh.json, but nobody says it"


def test_the_words_that_fill_places_are_known() -> None:
    words = read("zh_words.json")
    names = [
        *(str(state) for kind in (AgentState, CampaignState, Outcome) for state in kind),
        *get_args(Mode),
        *(right.replace("_", " ") for kind in (Right, Role) for right in kind),
        *(disposition.code for disposition in SHIPPED),
        *(word for kind in (Wrong, Bar) for word in kind),
        *(state.replace("_", " ") for state in get_args(State)),
        *("max_total", "no_calling_time", "no_usable_number", NO_DISPOSITION, REASON),
        "not dialled",
    ]
    assert [name for name in names if name not in words] == []


def test_rules_name_what_exists() -> None:
    for name in (*NOT_TOLD, *OF_PARTS):
        assert (ROOT / name).exists(), name
    classes = {
        node.name
        for room in ("cti", "dialer")
        for path in Path(ROOT / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef)
    }
    assert classes >= TELLING


@pytest.mark.parametrize(
    ("code", "forms"),
    [
        ('raise UserError(f"There is no list {n}.", "See all.")',
         ["There is no list {1}.", "See all."]),
        ('raise NotFound(f"{a}{b} is {c!r} now")', ["{1} is {2} now"]),
        ('raise UserError("Two " f"parts {x}." if y else "Another one.")',
         ["Another one.", "Two parts {1}."]),
        ('x = f"The {n} line{\'\' if n == 1 else \'s\'} ring."',
         ["The {1} line ring.", "The {1} lines ring."]),
        ('text = f"The trunk {n} is down: {why}"', ["The trunk {1} is down: {2}"]),
        ('raise UserError("It cannot be " + what + " now.")', ["It cannot be {1} now."]),
        ('log.info("no words.", why="Nobody hears this.")', []),
        ('a = Field(description="A documentation.")', []),
        ('def f():\n    """A docstring that ends."""', []),
        ('b = "SELECT one"; c = "word."; d = {"a b": 1}', []),
        ('if reason == "We got it.": pass', []),
    ],
)  # fmt: skip
def test_what_counts_as_a_sentence(code: str, forms: list[str]) -> None:
    assert sorted(form for form, _ in said_in(ast.parse(code), of_parts=False)) == sorted(forms)


def test_where_sentences_are_made_of_parts_each_part_counts() -> None:
    found = said_in(ast.parse('x = f", in the {part}"'), of_parts=True)
    assert [form for form, _ in found] == ["in the {1}"]
