"""Learning the verdict from labelled calls, and judging what was learnt.

A lesson is a course's clues at one moment with what truly answered. The verdict is a small network
over clues held to the range it has seen, calibrated on calls whose sentences the networks that
judged them had not seen (Platt, 1999).
"""

import json
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from hearing.speech.course import BLOCK, CLUES, Track, Tracks
from hearing.speech.model import MEANINGS

Numbers = npt.NDArray[np.int32]
LISTENED = 26
"""Blocks after the first word that lessons are made of: a little over 6 s."""
_FOLDS = 4


@dataclass(frozen=True)
class Lessons:
    """Moments of calls, in rows.

    clues: [n, len(CLUES)]. meaning: place in MEANINGS. call: which call, moments in a row. group:
    calls of one group are never split between learning and judging. worth: how much a call counts.
    """

    clues: Track
    meaning: Numbers
    call: Numbers
    group: Numbers
    worth: float | Track = 1.0

    def __len__(self) -> int:
        return len(self.meaning)

    @property
    def calls(self) -> int:
        """How many calls there are."""
        return len(np.unique(self.call))

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """Each call counts what it is worth, however many moments it has."""
        _, inverse, counts = np.unique(self.call, return_inverse=True, return_counts=True)
        return np.asarray(len(self) / len(counts) / counts[inverse] * self.worth)

    def where(self, chosen: npt.NDArray[np.bool_]) -> "Lessons":
        """Only some moments."""
        worth = self.worth if isinstance(self.worth, float) else self.worth[chosen]
        return Lessons(
            self.clues[chosen], self.meaning[chosen], self.call[chosen], self.group[chosen], worth
        )

    def __add__(self, other: "Lessons") -> "Lessons":
        calls, groups = self.call.max(initial=-1) + 1, self.group.max(initial=-1) + 1
        return Lessons(
            np.concatenate([self.clues, other.clues]),
            np.concatenate([self.meaning, other.meaning]),
            np.concatenate([self.call, other.call + calls]).astype(np.int32),
            np.concatenate([self.group, other.group + groups]).astype(np.int32),
            np.concatenate([np.broadcast_to(np.float32(o.worth), len(o)) for o in (self, other)]),
        )

    def save(self, path: Path) -> None:
        """Half precision, compressed."""
        np.savez_compressed(
            path,
            clues=self.clues.astype(np.float16),
            meaning=self.meaning.astype(np.int8),
            call=self.call,
            group=self.group,
            worth=np.broadcast_to(np.float16(self.worth), self.group.shape),
        )

    @classmethod
    def load(cls, path: Path) -> "Lessons":
        """What `save` wrote."""
        with np.load(path) as kept:
            return cls(
                kept["clues"].astype(np.float32),
                kept["meaning"].astype(np.int32),
                kept["call"],
                kept["group"],
                kept["worth"].astype(np.float32),
            )


def moments(tracks: Tracks) -> Track:
    """The clues after every block from the first word on: [n, len(CLUES)]."""
    found: list[Track] = []
    onset: int | None = None
    for block in range(1, len(tracks.loudness) // BLOCK + 1):
        known = tracks.until(block)
        onset = known.onset() if onset is None else onset
        if onset is not None:
            found.append(known.clues(onset))
            if len(found) == LISTENED:
                break
    return np.array(found, dtype=np.float32).reshape(-1, len(CLUES))


@dataclass(frozen=True)
class Trained:
    """A verdict learnt from lessons. bounds: [2, clues] seen; calibration: `model.calibrate`."""

    network: Any
    bounds: Track
    calibration: npt.NDArray[np.float64]
    about: dict[str, Any] = field(default_factory=dict)

    def nobody(self, clues: Track) -> npt.NDArray[np.float64]:
        """[n]: calibrated probability that no person listens."""
        raw = self.network.predict_proba(np.clip(clues, *self.bounds))[:, 1:].sum(axis=1)
        return np.asarray(np.interp(raw, *self.calibration))


def _network(lessons: Lessons, bounds: Track, seed: int) -> Any:
    found = make_pipeline(
        StandardScaler(),
        MLPClassifier((24,), alpha=1.0, batch_size=_batch(lessons), max_iter=40, random_state=seed),
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # it stops early, as it should
        return found.fit(
            np.clip(lessons.clues, *bounds),
            lessons.meaning,
            mlpclassifier__sample_weight=lessons.weights,
        )


def _batch(lessons: Lessons) -> int:
    """Some forty steps a pass, however little there is to learn."""
    return int(np.clip(len(lessons) // 40, 64, 256))


def folds(groups: Numbers, seed: int, count: int = _FOLDS) -> Iterator[npt.NDArray[np.bool_]]:
    """Which rows are judged, turn by turn; no group is on both sides."""
    names = np.unique(groups)
    turn = np.random.default_rng(seed).permutation(len(names)) % count
    of_row = turn[np.searchsorted(names, groups)]
    for number in range(count):
        yield of_row == number


def learn(lessons: Lessons, seed: int = 1) -> Trained:
    """A network of all lessons, calibrated by networks that had not seen the groups they judge."""
    bounds = np.percentile(lessons.clues, [1, 99], axis=0).astype(np.float32)
    raw = np.zeros(len(lessons))
    for judged in folds(lessons.group, seed):
        network = _network(lessons.where(~judged), bounds, seed)
        seen = np.clip(lessons.clues[judged], *bounds)
        raw[judged] = network.predict_proba(seen)[:, 1:].sum(axis=1)
    table = _platt(raw, lessons.meaning > 0, lessons.weights)
    return Trained(_network(lessons, bounds, seed), bounds, table)


def _platt(
    raw: npt.NDArray[np.float64],
    nobody: npt.NDArray[np.bool_],
    weights: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    curve = LogisticRegression(C=1e3).fit(_logit(raw)[:, None], nobody, weights)
    grid = np.concatenate([[0.0], 1 / (1 + np.exp(-np.linspace(-9, 9, 73))), [1.0]])
    return np.stack([grid, curve.predict_proba(_logit(grid)[:, None])[:, 1]])


def _logit(share: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    safe = np.clip(share, 1e-4, 1 - 1e-4)
    return np.log(safe / (1 - safe))


def export(trained: Trained, path: Path) -> None:
    """Writes the model file that `AnswerModel` reads."""
    made = to_onnx(
        trained.network,
        initial_types=[("clues", FloatTensorType([None, len(CLUES)]))],
        options={"zipmap": False},
        target_opset={"": 17, "ai.onnx.ml": 3},
    )
    about = {
        **trained.about,
        "clues": CLUES,
        "meanings": MEANINGS,
        "bounds": trained.bounds.tolist(),
        "calibration": np.round(trained.calibration, 6).tolist(),
    }
    entry = made.metadata_props.add()
    entry.key, entry.value = "answers", json.dumps(about)
    part = path.with_suffix(".part")
    part.write_bytes(made.SerializeToString())
    part.replace(path)


def with_about(learnt: Trained, **facts: Any) -> Trained:
    """The same, knowing more of itself."""
    return replace(learnt, about={**learnt.about, **facts})
