"""Learns who the words of a call sound like, from whole calls and from what was said in them.

The network is that of `hearing.speech.course.Words`: for each short while some detectors, which
are never negative; of each what it said at most, on average and lately; and of these, who speaks.
Errors flow back through all of it at every moment of a call (Adam, dropout of whole detectors).

Most detectors each listen for one word, or two in a row, that persons and machines use unequally
often. Nobody says at which moment a word sounds: it is looked for about where it stands in the
text, and the step that hears it best learns from it; where the text lacks it, every step does.
"""

import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
from onnx import TensorProto, checker, helper, numpy_helper
from scipy.signal import lfilter

from bench.corpus import mandarin
from hearing.speech.course import BESIDE, BLOCK, CONTEXT, LATELY, SPEAKERS, STEP_S, Track
from hearing.speech.embedding import SIZE, STEP

WIDE, FREE, WORDS, DEEP = 192, 48, 200, 64
DETECTORS = FREE + WORDS
"""The first are free to find what helps, the others listen for a word each."""
EPOCHS, BATCH, RATE, DECAY, DROPPED, NOISE = 8, 64, 1e-3, 0.02, 0.3, 0.2
TAUGHT, ABSENT = 0.3, 0.05
"""What the words of a call weigh beside who speaks; what a step without a word weighs beside one
with it.
"""
SENTENCES = 8
"""In as many different ones a word must be."""
_TURN = BLOCK // STEP  # steps from one moment to the next
_SURE = 3.0  # what a detector of a word says where it is as likely there as not
_LETTERS = 7  # of a word, more or less its stem
_SLACK = 0.2, 0.12  # seconds, and seconds for each second before it, that a word may be off
_AFTER = 0.6  # seconds for which a word can still be heard
Weights = dict[str, Track]
"""Layers `hear` and `find` with what they add, `hear_at` and so on; `weigh` and `say`; `bounds`,
[2, BESIDE]: what was seen beside the words.
"""
Places = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Text:
    """What is said in a call. words: each with the seconds from the first one at which it begins
    and ends, if the other side does not interrupt; later: those after a wait, at unknown times.
    """

    words: tuple[tuple[str, float, float], ...]
    later: frozenset[str]


def text_of(language: str, parts: list[tuple[str, float]]) -> Text:
    """parts: what is said from one wait to the next, and the seconds it takes."""
    (first, seconds), *others = parts
    words = tuple((w, begin * seconds, end * seconds) for w, begin, end in tokens(language, first))
    return Text(words, frozenset(w for text, _ in others for w, _, _ in tokens(language, text)))


def tokens(language: str, text: str) -> list[tuple[str, float, float]]:
    """The words of a text and those two in a row, with the shares of it where they begin and end;
    in Chinese the syllables without tones.
    """
    if language == "zh":
        said = [found[:-1] for found in re.findall(r"[a-zü]+[1-5]", mandarin.pinyin(text))]
        single = [(word, at / len(said), (at + 1) / len(said)) for at, word in enumerate(said)]
    else:
        found = re.finditer(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower())
        single = [
            (one[0][:_LETTERS], one.start() / len(text), one.end() / len(text)) for one in found
        ]
    double = [(f"{a}_{b}", begin, end) for (a, begin, _), (b, _, end) in pairwise(single)]
    return [(f"{language}:{word}", begin, end) for word, begin, end in single + double]


@dataclass(frozen=True, slots=True)
class Lesson:
    """A call from its first word on. read: [steps, CONTEXT · SIZE]; spoken: [steps], 0 or 1;
    ends: the last step of each moment; beside: [moments, BESIDE]; speaker: place in SPEAKERS;
    worth: how much it counts; sentence: its id; text: None where it is not known.
    """

    read: npt.NDArray[np.floating[Any]]
    spoken: Track
    ends: Places
    beside: Track
    speaker: int
    worth: float
    sentence: str = ""
    text: Text | None = None


def vocabulary(lessons: list[Lesson], size: int = WORDS) -> list[str]:
    """The words that tell most of whether a person speaks, over all languages: the information
    they carry, each sentence counted once.
    """
    holds: defaultdict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    sentences: defaultdict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for lesson in lessons:
        nobody = SPEAKERS[lesson.speaker] not in {"person", "business"}
        for word, _, _ in lesson.text.words if lesson.text else ():
            holds[word][nobody].add(lesson.sentence)
            sentences[word.partition(":")[0]][nobody].add(lesson.sentence)
    told = Counter[str]()
    for word, having in holds.items():
        of = sentences[word.partition(":")[0]]
        counts = np.array([[len(h), len(o) - len(h)] for h, o in zip(having, of, strict=True)])
        if counts[:, 0].sum() >= SENTENCES:
            by_chance = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / counts.sum()
            told[word] = (
                counts * np.log(np.maximum(counts, 1e-9) / np.maximum(by_chance, 1e-9))
            ).sum()
    return [word for word, _ in told.most_common(size)]


def learn_words(lessons: list[Lesson], seed: int, epochs: int = EPOCHS) -> Weights:
    """The network's weights, with what it reads brought to one scale within them."""
    rng = np.random.default_rng(seed)
    scales = _scales(lessons)
    places = {word: FREE + number for number, word in enumerate(vocabulary(lessons))}
    weights = _fresh(rng)
    first = {name: np.zeros_like(part) for name, part in weights.items()}
    second = {name: np.zeros_like(part) for name, part in weights.items()}
    batches = -(-len(lessons) // BATCH)
    for step in range(epochs * batches):
        if step % batches == 0:
            order = np.array_split(rng.permutation(len(lessons)), batches)
        chosen = [lessons[number] for number in order[step % batches]]
        found = _gradients(weights, _batch(chosen, scales, places, rng), rng)
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
    weights["find"][:, FREE:] *= np.float32(0.3)
    return weights


@dataclass(frozen=True, slots=True)
class _Batch:
    """Calls side by side, each from so much before its first word that moments end together with
    blocks. ends: [calls, moments], the block each ends with. worth: [calls, moments], 1 in all.
    absent: [calls, WORDS], 1 for the words a call certainly lacks. present: of the others call,
    detector, first step and the one after the last among which it sounds.
    """

    read: Track
    spoken: Track
    ends: Places
    beside: Track
    speaker: Places
    worth: Track
    absent: Track
    present: list[tuple[int, int, int, int]]


def _batch(
    chosen: list[Lesson], scales: _Scales, places: dict[str, int], rng: np.random.Generator
) -> _Batch:
    leads = [-(int(lesson.ends[0]) + 1) % _TURN for lesson in chosen]
    most = max(len(lesson.read) + lead for lesson, lead in zip(chosen, leads, strict=True))
    steps, moments = -(-most // _TURN) * _TURN, max(len(lesson.ends) for lesson in chosen)
    (middle, spread), calls = scales.read, len(chosen)
    read = np.zeros((calls, steps, len(middle)), dtype=np.float32)
    spoken = np.zeros((calls, steps), dtype=np.float32)
    ends = np.zeros((calls, moments), dtype=np.intp)
    beside = np.zeros((calls, moments, len(BESIDE)), dtype=np.float32)
    worth = np.zeros((calls, moments), dtype=np.float32)
    absent = np.zeros((calls, WORDS), dtype=np.float32)
    present: list[tuple[int, int, int, int]] = []
    for row, (lesson, lead) in enumerate(zip(chosen, leads, strict=True)):
        until = lead + len(lesson.read)
        read[row, lead:until] = (lesson.read - middle) / spread
        spoken[row, lead:until] = lesson.spoken
        ends[row, : len(lesson.ends)] = (lesson.ends + lead) // _TURN
        held = np.clip(lesson.beside, *scales.bounds)
        beside[row, : len(held)] = (held - scales.beside[0]) / scales.beside[1]
        worth[row, : len(held)] = lesson.worth
        if lesson.text is not None:
            sounds, maybe = _where(lesson.text, places, lead, until)
            absent[row] = 1
            absent[row, [place - FREE for place in maybe]] = 0
            present += [(row, *found) for found in sounds]
    read += NOISE * rng.standard_normal(read.shape, dtype=np.float32)
    speaker = np.array([lesson.speaker for lesson in chosen], dtype=np.intp)
    return _Batch(read, spoken, ends, beside, speaker, worth / worth.sum(), absent, present)


def _where(
    text: Text, places: dict[str, int], lead: int, until: int
) -> tuple[list[tuple[int, int, int]], set[int]]:
    """Detectors with the steps among which they should hear their words, and all that may."""
    sounds: list[tuple[int, int, int]] = []
    maybe = {places[word] for word in text.later if word in places}
    for word, begin, end in text.words:
        if word in places:
            maybe.add(places[word])
            middle = (begin + end) / 2
            off = _SLACK[0] + _SLACK[1] * middle
            first = lead + int(max(0.0, middle - off) / STEP_S)
            last = lead + int((end + off + _AFTER) / STEP_S) + 1
            if first < until - _TURN:
                sounds.append((places[word], first, min(last, until)))
    return sounds, maybe


def _gradients(weights: Weights, batch: _Batch, rng: np.random.Generator) -> Weights:
    """How the loss of a batch changes with every weight."""
    calls = np.arange(len(batch.read))
    at = (calls[:, None], batch.ends)
    keep = _dropped((len(calls), 1, WIDE), DROPPED, rng)
    wide = np.maximum(batch.read @ weights["hear"] + weights["hear_at"], 0) * keep
    said = wide @ weights["find"] + weights["find_at"]
    found = np.maximum(said, 0) * batch.spoken[:, :, None]
    pools = _Pools(found, batch.spoken)
    pooled = np.concatenate([*(pool[at] for pool in pools.all), batch.beside], axis=2)
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
    error = pools.back(error[:, :, : 3 * DETECTORS], batch.ends) * (found > 0)
    error[:, :, FREE:] += _of_words(said[:, :, FREE:], batch)
    out |= _layer("find", wide, error)
    error = (error @ weights["find"].T) * keep * (wide > 0)
    return out | _layer("hear", batch.read, error)


def _of_words(said: Track, batch: _Batch) -> Track:
    """The errors of the detectors that listen for a word (cross-entropy)."""
    claimed = 1 / (1 + np.exp(_SURE - said))
    error = claimed * (ABSENT * batch.spoken[:, :, None]) * batch.absent[:, None]
    for call, place, first, last in batch.present:
        best = first + int(said[call, first:last, place - FREE].argmax())
        error[call, best, place - FREE] -= 1 - claimed[call, best, place - FREE]
    return np.asarray(error * said.dtype.type(TAUGHT / len(said)))


class _Pools:
    """What every detector found at most, on average and lately, block by block, and the way back.

    found: [calls, steps, detectors]; all: three of [calls, blocks, detectors].
    """

    def __init__(self, found: Track, spoken: Track) -> None:
        calls, _, wide = found.shape
        self._found = found.reshape(calls, -1, _TURN, wide)
        self._highest = self._found.max(axis=2)
        self._fade = ((1 - LATELY) * LATELY ** np.arange(_TURN)[::-1]).astype(found.dtype)
        self._ahead = np.array([1], dtype=found.dtype)
        self._behind = np.array([1, -(LATELY**_TURN)], dtype=found.dtype)
        said = spoken.reshape(calls, -1, _TURN).sum(axis=2).cumsum(axis=1)
        self._said = said[:, :, None] + found.dtype.type(0.5)
        most = np.maximum.accumulate(self._highest, axis=1)
        mean = self._found.sum(axis=2).cumsum(axis=1) / self._said
        faded = np.einsum("cbsd,s->cbd", self._found, self._fade)
        self.all = most, mean, lfilter(self._ahead, self._behind, faded, axis=1)

    def back(self, error: Track, ends: Places) -> Track:
        """Errors of the three, [calls, moments, 3 · detectors] → [calls, steps, detectors]."""
        calls, blocks, _, wide = self._found.shape
        spread = np.zeros((calls, blocks, 3 * wide), dtype=error.dtype)
        for moment in range(ends.shape[1]):  # a moment's error, at the block that it ends with
            spread[np.arange(calls), ends[:, moment]] += error[:, moment]
        highest = _where_first(self.all[0], spread[:, :, :wide])
        mean = np.cumsum((spread[:, :, wide : 2 * wide] / self._said)[:, ::-1], axis=1)[:, ::-1]
        late = lfilter(self._ahead, self._behind, spread[:, ::-1, 2 * wide :], axis=1)[:, ::-1]
        back = (self._found == self._highest[:, :, None]) * highest[:, :, None]
        back += mean[:, :, None]
        back += late[:, :, None] * self._fade[:, None]
        return np.asarray(back.reshape(calls, -1, wide))


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
    return np.asarray(summed.reshape(most.shape), dtype=error.dtype)


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
