"""The trained parts: whether somebody speaks, who the words sound like, and the verdict.

`activity.onnx`, `words.onnx` and `phrases.onnx` are shipped and stay; `model.onnx` draws the
verdict from a course's clues and can be replaced by one that a site has trained (`cti amd train`).
All were made by bench/amd_train.py; the verdict carries its calibration and figures with it.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from cti.base.errors import UserError
from hearing.speech.course import CLUES, Course, Track
from hearing.speech.embedding import session

FOLDER = Path(__file__).parent
SHIPPED = FOLDER / "model.onnx"
MEANINGS = ("person", "machine", "ivr")
_LEAST = 1e-4


@dataclass(frozen=True, slots=True)
class Verdict:
    """Probabilities at `at` seconds of sound; they sum to 1."""

    at: float
    person: float
    machine: float
    ivr: float

    @property
    def nobody(self) -> float:
        """That no person listens."""
        return self.machine + self.ivr


def activity(rows: Track) -> Track:
    """[rows, NEAR] → [rows]: how surely somebody speaks."""
    [found] = session(FOLDER / "activity.onnx").run(["probabilities"], {"rows": rows})
    return np.asarray(found)[:, 1]


def _words(embeddings: Track) -> Track:
    [found] = session(FOLDER / "words.onnx").run(["said"], {"seen": embeddings})
    return np.asarray(found)


def _phrases(pooled: Track) -> Track:
    [found] = session(FOLDER / "phrases.onnx").run(["said"], {"seen": pooled})
    return np.asarray(np.log(np.maximum(found, _LEAST)))


def course() -> Course:
    """A new course that hears with the shipped networks."""
    return Course(activity, _words, _phrases)


class AnswerModel:
    """Draws verdicts. One object serves any number of calls."""

    def __init__(self, path: Path = SHIPPED) -> None:
        """Raises UserError when the file is no such model or was made for other clues."""
        try:
            self._session = session(path)
            about = self._session.get_modelmeta().custom_metadata_map["answers"]
            self.about: dict[str, Any] = json.loads(about)
            self._calibration = np.array(self.about["calibration"], dtype=np.float64)
            self._bounds = np.array(self.about["bounds"], dtype=np.float32)
            known = tuple(self.about["clues"])
        except (
            OSError,
            KeyError,
            ValueError,
            onnxruntime.capi.onnxruntime_pybind11_state.Fail,
            onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf,
            onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile,
            onnxruntime.capi.onnxruntime_pybind11_state.InvalidArgument,
        ) as error:
            raise UserError(
                f"{path} is no model of who answers.",
                "Train it again with `cti amd train`, or remove it: the shipped one then runs.",
            ) from error
        if known != CLUES:
            raise UserError(
                f"{path} was trained for another version of this program.",
                "Train it again with `cti amd train`, or remove it: the shipped one then runs.",
            )
        self.path = path

    @classmethod
    @cache
    def shipped(cls) -> "AnswerModel":
        """The model that comes with the program."""
        return cls()

    def raw(self, clues: Track) -> Track:
        """[n, len(CLUES)] → [n, len(MEANINGS)], as the network says it, not calibrated."""
        [found] = self._session.run(["probabilities"], {"clues": np.clip(clues, *self._bounds)})
        return np.asarray(found)

    def nobody(self, clues: Track) -> npt.NDArray[np.float64]:
        """[n]: calibrated probability that no person listens."""
        raw = self.raw(clues)[:, 1:].sum(axis=1)
        return np.asarray(np.interp(raw, *self._calibration))

    def verdict(self, at: float, clues: Track) -> Verdict:
        """Calibrated probabilities for one course."""
        _, machine, ivr = (float(share) for share in self.raw(clues[None])[0])
        nobody = calibrate(self._calibration, machine + ivr)
        parted = machine / max(machine + ivr, _LEAST)
        return Verdict(at, 1 - nobody, nobody * parted, nobody * (1 - parted))


def calibrate(table: Any, raw: float) -> float:
    """The share of calls without a person among those for which the network said `raw`.

    table: two rows, what was said and what was true, both rising (isotonic regression).
    """
    said, true = table
    return float(np.interp(raw, said, true))
