"""The network of words: its gradients are those of its loss, and the models say the same."""

from typing import Any

import numpy as np
import onnxruntime
import pytest

from bench import amd_words
from bench.amd_words import DETECTORS, Lesson, Weights, as_onnx, find, judge, learn_words
from hearing.speech.course import BESIDE, CONTEXT, LATELY, SPEAKERS, Track
from hearing.speech.embedding import SIZE


def lesson(speaker: int, rng: np.random.Generator) -> Lesson:
    read = rng.standard_normal((12, CONTEXT * SIZE)).astype(np.float32)
    beside = rng.standard_normal((3, len(BESIDE))).astype(np.float32)
    spoken = (rng.random(12) > 0.3).astype(np.float32)
    return Lesson(read, spoken, np.array([3, 6, 11]), beside, speaker, 1.0)


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
    exact["bounds"] = np.array([[-np.inf], [np.inf]]).repeat(len(BESIDE), axis=1)

    def loss(changed: dict[str, Any]) -> float:
        total = 0.0
        for call in calls:
            found = find(changed, call.read.astype(np.float64))
            for end, beside in zip(call.ends, call.beside, strict=True):
                seen = np.concatenate([*pooled(found, call.spoken, end), beside])
                total -= float(np.log(judge(changed, seen[None])[0, call.speaker]))
        return total / 9

    batch = amd_words._Batch(
        np.stack([call.read for call in calls]).astype(np.float64),
        np.stack([call.spoken for call in calls]),
        np.stack([call.ends for call in calls]),
        np.stack([call.beside for call in calls]),
        np.array([call.speaker for call in calls]),
        np.full((3, 3), 1 / 9),
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
