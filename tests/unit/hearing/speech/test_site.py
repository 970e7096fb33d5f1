"""A site's own model: better than what ran, or not at all."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from cti.base.errors import UserError
from hearing.sighting import RATE
from hearing.speech import site
from hearing.speech.chosen import current
from hearing.speech.course import CLUES
from hearing.speech.model import AnswerModel
from hearing.speech.prices import Prices
from hearing.speech.site import Figures, Labelled, judge, lessons_of, train
from hearing.speech.teaching import Lessons, folds
from hearing.speech.telling import describe

NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)


def lessons(calls: int, *, truth: bool = True, seed: int = 1) -> Lessons:
    """Calls that one clue tells apart (`truth`), or that nothing does."""
    rng = np.random.default_rng(seed)
    moments = 6
    person = np.arange(calls) % 2 == 0
    clues = rng.normal(0, 1, (calls * moments, len(CLUES))).astype(np.float32)
    meaning = np.repeat(np.where(person, 0, 1), moments).astype(np.int32)
    if truth:
        clues[:, 3] = np.where(meaning == 0, -50.0, 50.0) + rng.normal(0, 1, len(meaning))
    call = np.repeat(np.arange(calls), moments).astype(np.int32)
    return Lessons(clues, meaning, call, call)


@pytest.fixture
def shipped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Little is shipped: the tests are about what a site adds."""
    file = tmp_path / "lessons.npz"
    lessons(60, truth=False, seed=2).save(file)
    monkeypatch.setattr(site, "LESSONS", file)


@pytest.mark.usefixtures("shipped")
def test_a_better_model_is_put_in_place(tmp_path: Path) -> None:
    folder = tmp_path / "amd"
    assert current(folder) is None
    outcome = train(lessons(160), folder, Prices(lost_person=10), NOW)
    assert outcome.path == current(folder)
    assert outcome.after.cost < outcome.before.cost
    assert outcome.after.persons_lost == 0
    about = describe(folder)
    assert about["source"] == "site"
    assert about["trained"] == "2026-03-04T12:00:00+00:00"
    assert about["figures"]["machines_found"] == outcome.after.machines_found


@pytest.mark.usefixtures("shipped")
def test_a_model_that_is_no_better_is_not(tmp_path: Path) -> None:
    folder = tmp_path / "amd"
    first = train(lessons(160), folder, Prices(lost_person=10), NOW)
    flipped = lessons(160)
    kept = site.kept_apart(flipped)
    wrong = np.where(kept, flipped.meaning, 1 - flipped.meaning).astype(np.int32)
    second = train(replace(flipped, meaning=wrong), folder, Prices(lost_person=10), NOW)
    assert second.path is None
    assert current(folder) == first.path


@pytest.mark.usefixtures("shipped")
def test_a_dry_run_leaves_all_as_it_is(tmp_path: Path) -> None:
    outcome = train(lessons(160), tmp_path / "amd", Prices(lost_person=10), NOW, dry=True)
    assert outcome.path is None
    assert current(tmp_path / "amd") is None


def test_too_few_calls_are_refused_with_their_number(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="10 labelled calls of persons and 10 of machines"):
        train(lessons(20), tmp_path, Prices(), NOW)


def test_without_a_site_model_the_shipped_one_is_described(tmp_path: Path) -> None:
    assert describe(tmp_path)["file"] == str(AnswerModel.shipped().path)


def test_a_pointer_to_nothing_means_the_shipped_model(tmp_path: Path) -> None:
    (tmp_path / "current").write_text("../../etc/passwd\n")
    assert current(tmp_path) is None


def test_figures_count_calls_and_price_their_errors() -> None:
    few = lessons(4)
    nobody = np.where(few.call == 0, 1.0, np.where(few.call == 1, 1.0, 0.0))
    found = judge(nobody, few, Prices(lost_person=300, seconds_with_machine=15))
    assert found == Figures(2, 1, 2, 1, (300 + 15) / 4, found.log_loss)


def test_speechless_and_other_labels_teach_nothing() -> None:
    silence = np.zeros(3 * RATE, dtype=np.float32)
    with pytest.raises(UserError, match="None of the labelled calls"):
        lessons_of([Labelled(silence, "person", "+1"), Labelled(silence, "fax", "+2")])


def test_lessons_are_kept_as_they_were(tmp_path: Path) -> None:
    some = lessons(10)
    some.save(tmp_path / "kept.npz")
    kept = Lessons.load(tmp_path / "kept.npz")
    assert np.allclose(kept.clues, some.clues, rtol=1e-3, atol=1e-2)
    assert np.array_equal(kept.meaning, some.meaning)
    both = some + replace(kept, worth=3.0)
    assert both.calls == 20
    assert both.weights[-1] == pytest.approx(3 * both.weights[0])


def test_no_group_is_on_both_sides() -> None:
    groups = np.repeat(np.arange(10), 3).astype(np.int32)
    judged = list(folds(groups, 1))
    assert np.array_equal(np.sum(judged, axis=0), np.ones(30))
    for fold in judged:
        assert not set(groups[fold]) & set(groups[~fold])
