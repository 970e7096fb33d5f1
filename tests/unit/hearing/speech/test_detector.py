"""Who answered, said once and in time."""

from pathlib import Path

import numpy as np
import pytest

from cti.base.errors import UserError
from hearing.sighting import RATE, Samples, Source
from hearing.speech import detector as module
from hearing.speech.course import Course, Track
from hearing.speech.detector import GIVE_UP_S, SILENCE_S, AnswerDetector
from hearing.speech.embedding import Embedding
from hearing.speech.model import AnswerModel, Verdict, calibrate
from hearing.speech.prices import Prices
from hearing.speech.spectrum import log_mel


class Script:
    """A model that says what it was told to, moment by moment."""

    def __init__(self, *nobody: float) -> None:
        self._left = list(nobody)

    def verdict(self, at: float, _clues: Track) -> Verdict:
        nobody = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        return Verdict(at, 1 - nobody, nobody, 0.0)


def quiet(seconds: float) -> Samples:
    return np.zeros(round(seconds * RATE), dtype=np.float32)


def talk(seconds: float) -> Samples:
    rng = np.random.default_rng(3)
    return (0.2 * rng.standard_normal(round(seconds * RATE))).astype(np.float32)


@pytest.fixture
def speaks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is loud counts as speech."""

    still, _ = Embedding().feed(log_mel(quiet(0.5))[:24])

    def loud(rows: Track) -> Track:
        return np.asarray(np.abs(rows - still[-1]).mean(axis=1) > 0.1, dtype=np.float32)

    def found(read: Track) -> Track:
        return read[:, :4]

    def even(steps: Track) -> Track:
        return np.zeros((len(steps), 5), dtype=np.float32)

    monkeypatch.setattr(module, "course", lambda: Course(loud, found, even))


def detector(*nobody: float, prices: Prices | None = None) -> AnswerDetector:
    return AnswerDetector(Script(*nobody), prices)  # type: ignore[arg-type]


@pytest.mark.usefixtures("speaks")
def test_a_machine_is_said_once_and_ends_it() -> None:
    ears = detector(0.5, 0.6, 0.999)
    said = ears.feed(talk(4.0))
    assert [sighting.meaning for sighting in said] == ["machine"]
    assert said[0].source is Source.SPEECH
    assert said[0].confidence == pytest.approx(0.999)
    assert ears.over
    assert ears.feed(talk(4.0)) == []
    assert ears.finish() == []
    assert len(ears.probabilities) == 3


@pytest.mark.usefixtures("speaks")
def test_a_person_may_turn_out_to_be_a_machine() -> None:
    ears = detector(0.01, 0.5, 0.999)
    assert [s.meaning for s in ears.feed(talk(4.0))] == ["person", "machine"]


@pytest.mark.usefixtures("speaks")
def test_undecided_is_a_person_when_listening_ends() -> None:
    ears = detector(0.7)
    said = ears.feed(talk(10.0))
    assert [s.meaning for s in said] == ["person"]
    assert said[0].until - said[0].at == pytest.approx(6.0, abs=0.5)


@pytest.mark.usefixtures("speaks")
def test_undecided_is_a_person_when_the_call_ends() -> None:
    ears = detector(0.7)
    assert ears.feed(talk(2.0)) == []
    assert [s.meaning for s in ears.finish()] == ["person"]


def test_silence_is_said_and_may_still_be_broken(speaks: None) -> None:
    ears = detector(0.999)
    said = ears.feed(quiet(SILENCE_S + 1))
    assert [s.meaning for s in said] == ["silence"]
    assert [s.meaning for s in ears.feed(talk(2.0))] == ["machine"]


def test_nobody_is_waited_for_without_end() -> None:
    ears = AnswerDetector()
    ears.feed(quiet(GIVE_UP_S + 1))
    assert ears.over


def test_a_call_without_sound_is_silence() -> None:
    assert [s.meaning for s in AnswerDetector().finish()] == ["silence"]


def test_the_pieces_do_not_matter() -> None:
    sound = np.concatenate([quiet(0.4), talk(1.0), quiet(0.7), talk(1.0)])
    whole, pieces = AnswerDetector(), AnswerDetector()
    said = whole.feed(sound) + whole.finish()
    again = []
    for at in range(0, len(sound), 333):
        again += pieces.feed(sound[at : at + 333])
    assert said == again + pieces.finish()
    assert whole.probabilities == pieces.probabilities


def test_the_shipped_model_gives_probabilities_that_add_up() -> None:
    model = AnswerModel.shipped()
    rng = np.random.default_rng(1)
    for clues in rng.normal(0, 100, (20, len(model.about["clues"]))).astype(np.float32):
        verdict = model.verdict(1.0, clues)
        assert verdict.person + verdict.machine + verdict.ivr == pytest.approx(1)
        assert 0 <= verdict.nobody <= 1


def test_calibration_runs_between_its_points() -> None:
    table = np.array([[0.0, 0.5, 1.0], [0.0, 0.2, 0.9]])
    assert calibrate(table, 0.75) == pytest.approx(0.55)


def test_what_is_no_model_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "model.onnx"
    file.write_bytes(b"not a model")
    with pytest.raises(UserError, match="no model of who answers"):
        AnswerModel(file)
    with pytest.raises(UserError, match="no model of who answers"):
        AnswerModel(tmp_path / "absent.onnx")
