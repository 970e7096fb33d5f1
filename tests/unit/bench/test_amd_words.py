"""The network of words: its gradients are those of its loss, and the models say the same."""

from dataclasses import replace
from typing import Any

import numpy as np
import onnxruntime
import pytest

from bench import amd_words
from bench.amd_words import (
    DETECTORS,
    FREE,
    WORDS,
    Lesson,
    Text,
    Weights,
    as_onnx,
    find,
    judge,
    learn_words,
    text_of,
    tokens,
    vocabulary,
)
from hearing.speech.course import BESIDE, CONTEXT, LATELY, SPEAKERS, Track
from hearing.speech.embedding import SIZE


def lesson(speaker: int, rng: np.random.Generator) -> Lesson:
    read = rng.standard_normal((12, CONTEXT * SIZE)).astype(np.float32)
    beside = rng.standard_normal((3, len(BESIDE))).astype(np.float32)
    spoken = (rng.random(12) > 0.3).astype(np.float32)
    return Lesson(read, spoken, np.array([5, 8, 11]), beside, speaker, 1.0)


@pytest.fixture(scope="module")
def weights() -> Weights:
    rng = np.random.default_rng(1)
    return learn_words([lesson(n % len(SPEAKERS), rng) for n in range(20)], seed=1, epochs=2)


def pooled(found: Track, spoken: Track, end: int) -> list[Track]:
    """As `hearing.speech.course.Words` does it, step by step."""
    most = total = lately = np.zeros(DETECTORS)
    for step in range(end + 1):
        heard = found[step] * spoken[step]
        most, total = np.maximum(most, heard), total + heard
        lately = LATELY * lately + (1 - LATELY) * heard
    return [most, total / (spoken[: end + 1].sum() + 0.5), lately]


def test_gradients_are_those_of_the_loss(weights: Weights, monkeypatch: pytest.MonkeyPatch) -> None:
    """Against differences of a loss that is computed call by call and step by step."""
    monkeypatch.setattr(amd_words, "_dropped", lambda size, *_: np.ones(size))
    rng = np.random.default_rng(2)
    calls = [lesson(number, rng) for number in range(3)]
    exact: dict[str, Any] = {n: part.astype(np.float64) for n, part in weights.items()}
    absent = (rng.random((3, WORDS)) < 0.5).astype(float)
    present = [(0, FREE + 3, 2, 7), (2, FREE + 5, 0, 12)]
    absent[0, 3] = absent[2, 5] = 0
    exact["bounds"] = np.array([[-np.inf], [np.inf]]).repeat(len(BESIDE), axis=1)

    def loss(changed: dict[str, Any]) -> float:
        total = 0.0
        for call in calls:
            found = find(changed, call.read.astype(np.float64))
            for end, beside in zip(call.ends, call.beside, strict=True):
                seen = np.concatenate([*pooled(found, call.spoken, end), beside])
                total -= float(np.log(judge(changed, seen[None])[0, call.speaker])) / 9
        return total + of_words(changed)

    def of_words(changed: dict[str, Any]) -> float:
        heard = [np.maximum(call.read @ changed["hear"] + changed["hear_at"], 0) for call in calls]
        said = [one @ changed["find"] + changed["find_at"] - 3 for one in heard]
        silent = [
            (np.log1p(np.exp(one[:, FREE:])) * call.spoken[:, None] * lacks).sum()
            for one, call, lacks in zip(said, calls, absent, strict=True)
        ]
        missed = [
            np.log1p(np.exp(-said[row][first:last, place].max()))
            for row, place, first, last in present
        ]
        return float(amd_words.ABSENT * sum(silent) + sum(missed)) * amd_words.TAUGHT / 3

    batch = amd_words._Batch(
        np.stack([call.read for call in calls]).astype(np.float64),
        np.stack([call.spoken for call in calls]),
        np.stack([call.ends // 3 for call in calls]),
        np.stack([call.beside for call in calls]),
        np.array([call.speaker for call in calls]),
        np.full((3, 3), 1 / 9),
        absent,
        present,
    )
    slopes = amd_words._gradients(exact, batch, rng)
    for name, slope in slopes.items():
        steepest = np.unravel_index(np.abs(slope).argmax(), slope.shape)
        apart = []
        for step in (1e-5, -1e-5):
            moved = exact[name].copy()
            moved[steepest] += step
            apart.append(loss(exact | {name: moved}))
        assert slope[steepest] == pytest.approx((apart[0] - apart[1]) / 2e-5, rel=1e-3), name


def test_the_models_say_what_the_weights_say(weights: Weights) -> None:
    rng = np.random.default_rng(3)
    for parts, expected, wide in (
        (("hear", "find", "Relu"), find, CONTEXT * SIZE),
        (("weigh", "say", "Softmax"), judge, 3 * DETECTORS + len(BESIDE)),
    ):
        seen = (3 * rng.standard_normal((4, wide))).astype(np.float32)
        [said] = onnxruntime.InferenceSession(as_onnx(weights, *parts)).run(None, {"seen": seen})
        assert said == pytest.approx(expected(weights, seen), abs=1e-4)


def test_words_stand_where_they_are_said() -> None:
    assert tokens("en", "Leave it") == [
        ("en:leave", 0.0, 0.625),
        ("en:it", 0.75, 1.0),
        ("en:leave_it", 0.0, 1.0),
    ]
    assert [word for word, _, _ in tokens("zh", "留言")] == ["zh:liu", "zh:yan", "zh:liu_yan"]
    text = text_of("en", [("hello", 2.0), ("who is it", 1.0)])
    assert text.words == (("en:hello", 0.0, 2.0),)
    assert {"en:who", "en:is_it"} <= text.later


def test_words_are_chosen_that_tell_who_speaks() -> None:
    rng = np.random.default_rng(4)
    lessons = []
    for number in range(40):
        said = "hello yes" if number % 2 else "hello beep"
        made = lesson(number % 2 * 2, rng)
        text = Text(tuple(tokens("en", said)), frozenset())
        lessons.append(replace(made, sentence=str(number), text=text))
    assert vocabulary(lessons, 4)[-1] not in {"en:hello"}
    assert set(vocabulary(lessons, 2)) < {"en:yes", "en:beep", "en:hello_y", "en:hello_yes"} | {
        "en:hello_beep"
    }


def test_a_word_is_learnt_from_texts_alone() -> None:
    """Its sound comes at any time in the calls that hold it, and its detector finds when."""
    rng = np.random.default_rng(5)
    lessons, times = [], []
    for number in range(200):
        made = lesson(0, rng)
        made.spoken[:] = 1
        at = int(rng.integers(3, 9))
        if number % 2:
            made.read[at] += 2
        said = Text(
            (("en:beep", 0.1, 0.9),) if number % 2 else (("en:other", 0, 0.5),), frozenset()
        )
        lessons.append(replace(made, sentence=str(number), text=said, speaker=2 * (number % 2)))
        times.append(at)
    place = FREE + vocabulary(lessons).index("en:beep")
    found = [
        find(learnt, one.read)[:, place]
        for learnt in [learn_words(lessons, 1, 30)]
        for one in lessons
    ]
    assert (
        np.mean([one.argmax() == at for one, at in zip(found[1::2], times[1::2], strict=True)])
        > 0.9
    )
    assert np.mean([a.max() > b.max() for a, b in zip(found[1::2], found[::2], strict=True)]) > 0.9
