"""What the measures of outcomes say of what they counted."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from bench.outcomes import __main__ as run
from bench.outcomes.live import _lost_at
from bench.outcomes.measured import Confusion, Measured, figure, share
from bench.outcomes.pictures import draw
from bench.outcomes.signalled import _personas, _written, cases
from cti.base.errors import UserError
from dialer.outcomes.classify import classify
from pstn.personas import Personas


def test_every_signal_is_classified_as_its_standard_says() -> None:
    """The published figure is 100 %: a row that fails is named here."""
    wrong = [
        (what, truth, classify(seen).outcome.value)
        for what, truth, seen in cases()
        if classify(seen).outcome.value != truth
    ]
    assert wrong == []
    assert len(list(cases())) > 70


def test_the_carrier_of_the_live_calls_sends_every_status_there_is() -> None:
    """A world that can be loaded, whose numbers are the statuses asked for."""
    names = [name for name, _ in _personas()]
    world = Personas.model_validate({"personas": _written(names)})
    assert {persona.key: persona.signal for persona in world.personas}["sip-486"] == 486
    assert next(p for p in world.personas if p.key == "sip-480-rings").rings
    assert not next(p for p in world.personas if p.key == "sip-480").rings
    assert all(next(iter(world.numbers_of(name))) for name in names)


def test_a_figure_has_its_trials() -> None:
    assert share(1, 3) == {"value": 0.3333, "n": 3}
    assert share(0, 0) == {"value": None, "n": 0}
    assert figure(None, 5) == {"value": None, "n": 5}


def test_what_is_missing_is_told_and_not_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that cannot measure leaves its figures empty; the others are measured all the same."""

    class Part:
        @staticmethod
        def measure(*, quick: bool, seed: int) -> Measured:
            if seed == 7:
                raise UserError("There is no model", "Train one.")
            return Measured({"signalled_accuracy": share(9 + quick, 10)})

    monkeypatch.setattr("importlib.import_module", lambda _name: Part)
    found = run.result(run.run(["signalled"], quick=True, seed=1), quick=True, seed=1)
    assert found["signalled_accuracy"] == {"value": 1.0, "n": 10}
    assert found["tones_accuracy"] == {"value": None, "n": 0}
    assert found["asterisk_amd"]["machine_recall"] == {"value": None, "n": 0}
    failed = run.result(run.run(["signalled"], quick=True, seed=7), quick=True, seed=7)
    assert failed["missing"] == ["what the network signals: There is no model Train one."]
    assert json.loads(json.dumps(found)) == found


def test_figures_stand_beside_their_aims() -> None:
    whole = Measured({"tones_accuracy": share(198, 200), "untaught_accepted": share(2, 100)})
    rows = {row["figure"]: row for row in run.rows(run.result(whole, quick=False, seed=1))}
    assert (rows["tones_accuracy"]["aim"], rows["tones_accuracy"]["met"]) == (">= 0.995", False)
    assert rows["untaught_accepted"]["met"] is False
    assert rows["taught_accuracy"]["met"] is None
    assert rows["asterisk_amd.machine_recall"]["aim"] is None


def test_beside_amd_a_fifth_of_its_losses_is_the_aim() -> None:
    amd = {"person_as_machine": share(60, 100), "machine_recall": share(90, 100)}
    whole = Measured({"asterisk_amd": amd, run.AT_AMD: share(13, 100)})
    rows = {row["figure"]: row for row in run.rows(run.result(whole, quick=False, seed=1))}
    assert (rows[run.AT_AMD]["aim"], rows[run.AT_AMD]["met"]) == ("<= 0.12", False)


def test_a_confusion_matrix_is_drawn_the_same_every_time(tmp_path: Path) -> None:
    """With every count in it, the truths in rows."""
    pairs = [("person", "person")] * 7 + [("person", "machine")] * 2 + [("fax", "fax")]
    confusion = Confusion.of("who", "Who", pairs)
    assert confusion.counts == Counter(
        {("person", "person"): 7, ("person", "machine"): 2, ("fax", "fax"): 1}
    )
    assert confusion.answers == ["fax", "person", "machine"]
    first = draw(confusion, tmp_path).read_bytes()
    assert draw(confusion, tmp_path).read_bytes() == first
    texts = set(re.findall(r">([^<>]+)</text>", first.decode()))
    assert {"7", "2", "1", "person", "machine", "Who (10)"} <= texts
    assert len(first) < 40_000


def test_persons_lost_are_counted_at_the_others_share_of_machines() -> None:
    """At the threshold where as many machines are found as AMD() finds."""
    machines, persons = [0.2, 0.6, 0.8, 0.9], [0.1, 0.3, 0.7, 0.95]
    assert _lost_at(1.0, machines, persons) == 3
    assert _lost_at(0.0, machines, persons) == 1
    assert _lost_at(0.5, [], persons) == 0
