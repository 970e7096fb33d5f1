"""Learns who the words of a call sound like, from whole calls: which sounds count as a word is
learnt with what the words together say.

The network is that of `hearing.speech.course.Words`: for each short while some detectors, which
are never negative; of each what it said at most, on average and lately; and of these, who speaks.
Errors flow back through all of it at every moment of a call (Adam, dropout of whole detectors).
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, checker, helper, numpy_helper
from scipy.signal import lfilter

from hearing.speech.course import BESIDE, CONTEXT, LATELY, SPEAKERS, Track
from hearing.speech.embedding import SIZE

WIDE, DETECTORS, DEEP = 128, 48, 64
EPOCHS, BATCH, RATE, DECAY, DROPPED, NOISE = 8, 64, 1e-3, 0.02, 0.3, 0.2
Weights = dict[str, Track]
"""Layers `hear` and `find` with what they add, `hear_at` and so on; `weigh` and `say`; `bounds`,
[2, BESIDE]: what was seen beside the words.
"""
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A call from its first word on. read: [steps, CONTEXT · SIZE]; spoken: [steps], 0 or 1;
    ends: the last step of each moment; beside: [moments, BESIDE]; speaker: place in SPEAKERS;
    worth: how much it counts.
    """

    read: npt.NDArray[np.floating[Any]]
    spoken: Track
    ends: Places
    beside: Track
    speaker: int
    worth: float


def learn_words(lessons: list[Lesson], seed: int, epochs: int = EPOCHS) -> Weights:
    """The network's weights, with what it reads brought to one scale within them."""
    rng = np.random.default_rng(seed)
    scales = _scales(lessons)
    weights = _fresh(rng)
    first = {name: np.zeros_like(part) for name, part in weights.items()}
    second = {name: np.zeros_like(part) for name, part in weights.items()}
    batches = -(-len(lessons) // BATCH)
    for step in range(epochs * batches):
        if step % batches == 0:
            order = np.array_split(rng.permutation(len(lessons)), batches)
        batch = _batch([lessons[number] for number in order[step % batches]], scales, rng)
        found = _gradients(weights, batch, rng)
        pace = RATE * min(1, step / 50) * (0.5 + 0.5 * np.cos(np.pi * step / (epochs * batches)))
        for name, part in weights.items():
            first[name] = 0.9 * first[name] + 0.1 * found[name]
            second[name] = 0.999 * second[name] + 0.001 * found[name] ** 2
            rise = first[name] / (1 - 0.9 ** (step + 1))
            bound = np.sqrt(second[name] / (1 - 0.999 ** (step + 1))) + 1e-7
            shrink = DECAY * part if part.ndim == 2 else 0
            np.subtract(part, pace * (rise / bound + shrink), out=part, casting="same_kind")
    return _to_scale(weights, scales)


@dataclass(frozen=True, slots=True)
class _Scales:
    """Middle and spread of what is read and of what is known beside; the latter's bounds."""

    read: tuple[Track, Track]
    beside: tuple[Track, Track]
    bounds: Track


def _scales(lessons: list[Lesson]) -> _Scales:
    read = np.concatenate([lesson.read[::7] for lesson in lessons]).astype(np.float32)
    beside = np.concatenate([lesson.beside for lesson in lessons])
    bounds = np.percentile(beside, [1, 99], axis=0).astype(np.float32)
    held = np.clip(beside, *bounds)
    least = np.float32(1e-3)
    return _Scales(
        (read.mean(axis=0), read.std(axis=0) + least),
        (held.mean(axis=0), held.std(axis=0) + least),
        bounds,
    )


def _to_scale(weights: Weights, scales: _Scales) -> Weights:
    """The same network, for numbers as they are heard."""
    (middle, spread), wide = scales.read, weights["hear"] / scales.read[1][:, None]
    weights |= {"hear": wide, "hear_at": weights["hear_at"] - middle @ wide}
    middle, spread = scales.beside
    weigh = weights["weigh"].copy()
    weigh[-len(middle) :] /= spread[:, None]
    added = weights["weigh_at"] - middle @ weigh[-len(middle) :]
    return weights | {"weigh": weigh, "weigh_at": added, "bounds": scales.bounds}


def _fresh(rng: np.random.Generator) -> Weights:
    sizes = {
        "hear": (CONTEXT * SIZE, WIDE),
        "find": (WIDE, DETECTORS),
        "weigh": (3 * DETECTORS + len(BESIDE), DEEP),
        "say": (DEEP, len(SPEAKERS)),
    }
    weights: Weights = {}
    for name, size in sizes.items():
        drawn = rng.standard_normal(size) * np.sqrt(2 / size[0])
        weights[name] = drawn.astype(np.float32)
        weights[f"{name}_at"] = np.zeros(size[1], dtype=np.float32)
    return weights


@dataclass(frozen=True, slots=True)
class _Batch:
    """Calls side by side. worth: [calls, moments], 1 in all."""

    read: Track
    spoken: Track
    ends: Places
    beside: Track
    speaker: Places
    worth: Track


def _batch(chosen: list[Lesson], scales: _Scales, rng: np.random.Generator) -> _Batch:
    steps = max(len(lesson.read) for lesson in chosen)
    moments = max(len(lesson.ends) for lesson in chosen)
    (middle, spread), calls = scales.read, len(chosen)
    read = np.zeros((calls, steps, len(middle)), dtype=np.float32)
    spoken = np.zeros((calls, steps), dtype=np.float32)
    ends = np.zeros((calls, moments), dtype=np.intp)
    beside = np.zeros((calls, moments, len(BESIDE)), dtype=np.float32)
    worth = np.zeros((calls, moments), dtype=np.float32)
    for row, lesson in enumerate(chosen):
        read[row, : len(lesson.read)] = (lesson.read - middle) / spread
        spoken[row, : len(lesson.spoken)] = lesson.spoken
        ends[row, : len(lesson.ends)] = lesson.ends
        held = np.clip(lesson.beside, *scales.bounds)
        beside[row, : len(held)] = (held - scales.beside[0]) / scales.beside[1]
        worth[row, : len(held)] = lesson.worth
    read += NOISE * rng.standard_normal(read.shape, dtype=np.float32)
    speaker = np.array([lesson.speaker for lesson in chosen], dtype=np.intp)
    return _Batch(read, spoken, ends, beside, speaker, worth / worth.sum())


def _gradients(weights: Weights, batch: _Batch, rng: np.random.Generator) -> Weights:
    """How the loss of a batch changes with every weight."""
    calls = np.arange(len(batch.read))
    at = (calls[:, None], batch.ends)
    keep = _dropped((len(calls), 1, WIDE), DROPPED, rng)
    wide = np.maximum(batch.read @ weights["hear"] + weights["hear_at"], 0) * keep
    found = np.maximum(wide @ weights["find"] + weights["find_at"], 0)
    found *= batch.spoken[:, :, None]
    said = np.cumsum(batch.spoken, axis=1)[:, :, None] + np.float32(0.5)
    most = np.maximum.accumulate(found, axis=1)
    mean = np.cumsum(found, axis=1) / said
    lately = lfilter([1 - LATELY], [1, -LATELY], found, axis=1).astype(np.float32)
    pooled = np.concatenate([most[at], mean[at], lately[at], batch.beside], axis=2)
    hold = _dropped((len(calls), 1, pooled.shape[2]), DROPPED / 2, rng)
    pooled *= hold
    deep = np.maximum(pooled @ weights["weigh"] + weights["weigh_at"], 0)
    claimed = deep @ weights["say"] + weights["say_at"]
    claimed = np.exp(claimed - claimed.max(axis=2, keepdims=True))
    error = claimed / claimed.sum(axis=2, keepdims=True)
    error[calls, :, batch.speaker] -= 1
    error *= batch.worth[:, :, None]

    out = _layer("say", deep, error)
    error = (error @ weights["say"].T) * (deep > 0)
    out |= _layer("weigh", pooled, error)
    error = (error @ weights["weigh"].T) * hold
    spread = np.zeros((3, *found.shape), dtype=np.float32)
    for number in range(3):  # a moment's error, at the step that it ends with
        np.add.at(spread[number], at, error[:, :, number * DETECTORS : (number + 1) * DETECTORS])
    back = _where_first(most, spread[0])
    back += np.cumsum((spread[1] / said)[:, ::-1], axis=1)[:, ::-1]
    back += lfilter([1 - LATELY], [1, -LATELY], spread[2][:, ::-1], axis=1)[:, ::-1]
    error = (back * (found > 0)).astype(np.float32)
    out |= _layer("find", wide, error)
    error = (error @ weights["find"].T) * keep * (wide > 0)
    return out | _layer("hear", batch.read, error)


def _layer(name: str, seen: Track, error: Track) -> Weights:
    flat = error.reshape(-1, error.shape[2])
    return {name: seen.reshape(-1, seen.shape[2]).T @ flat, f"{name}_at": flat.sum(axis=0)}


def _dropped(size: tuple[int, ...], share: float, rng: np.random.Generator) -> Track:
    return ((rng.random(size) > share) / (1 - share)).astype(np.float32)


def _where_first(most: Track, error: Track) -> Track:
    """The error of a running maximum goes to the step that reached it."""
    calls, steps, wide = most.shape
    rises = np.ones(most.shape, dtype=bool)
    rises[:, 1:] = most[:, 1:] > most[:, :-1]
    place = np.where(rises, np.arange(steps)[None, :, None], 0)
    place = np.maximum.accumulate(place, axis=1)
    flat = (np.arange(calls)[:, None, None] * steps + place) * wide + np.arange(wide)
    summed = np.bincount(flat.ravel(), error.ravel(), minlength=most.size)
    return np.asarray(summed.reshape(most.shape), dtype=np.float32)


def find(weights: Weights, read: Track) -> Track:
    """[steps, CONTEXT · SIZE] → [steps, DETECTORS], as `words.onnx` does."""
    wide = np.maximum(read @ weights["hear"] + weights["hear_at"], 0)
    return np.asarray(np.maximum(wide @ weights["find"] + weights["find_at"], 0))


def judge(weights: Weights, pooled: Track) -> Track:
    """[n, 3 · DETECTORS + BESIDE] → [n, speakers], as `phrases.onnx` does."""
    held = pooled.copy()
    held[:, 3 * DETECTORS :] = np.clip(pooled[:, 3 * DETECTORS :], *weights["bounds"])
    deep = np.maximum(held @ weights["weigh"] + weights["weigh_at"], 0)
    claimed = deep @ weights["say"] + weights["say_at"]
    claimed = np.exp(claimed - claimed.max(axis=1, keepdims=True))
    return np.asarray(claimed / claimed.sum(axis=1, keepdims=True))


def as_onnx(weights: Weights, first: str, second: str, last: str) -> bytes:
    """Two layers as a model from `seen` to `said`; last: the operator at its end."""
    parts = {name: weights[name] for one in (first, second) for name in (one, f"{one}_at")}
    wide = len(weights[first])
    low, high = np.full((2, wide), [[-np.inf], [np.inf]], dtype=np.float32)
    if first == "weigh":
        low[3 * DETECTORS :], high[3 * DETECTORS :] = weights["bounds"]
    parts |= {"low": low, "high": high}
    nodes = [
        helper.make_node("Max", ["seen", "low"], ["raised"]),
        helper.make_node("Min", ["raised", "high"], ["held"]),
        helper.make_node("Gemm", ["held", first, f"{first}_at"], ["mixed"]),
        helper.make_node("Relu", ["mixed"], ["kept"]),
        helper.make_node("Gemm", ["kept", second, f"{second}_at"], ["weighed"]),
        helper.make_node(last, ["weighed"], ["said"]),
    ]
    seen, said = (
        helper.make_tensor_value_info(name, TensorProto.FLOAT, [None, size])
        for name, size in (("seen", wide), ("said", weights[second].shape[1]))
    )
    kept = [numpy_helper.from_array(part.astype(np.float32), name) for name, part in parts.items()]
    graph = helper.make_graph(nodes, "words", [seen], [said], kept)
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(made)
    return bytes(made.SerializeToString())
