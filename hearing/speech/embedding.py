"""What a stream sounds like, in 96 numbers every 80 ms."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from hearing.speech.spectrum import BANDS, Frames

STEP = 8
"""Frames from one embedding to the next. A block must be a multiple of it."""
SECONDS = 0.08
SIZE = 96
NEAR = 288
"""Numbers of a row of the network's middle, every four frames: fine enough to see voice begin."""

_LEAD = 4  # frames; see bench/speech_embedding.py
_SILENCE = 3.0  # what `spectrum` gives for digital silence
_SEEN = 76


@cache
def session(path: Path) -> onnxruntime.InferenceSession:
    """A model, loaded once in a process, computing on the thread that calls it."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def _network() -> onnxruntime.InferenceSession:
    return session(Path(__file__).with_name("embedding.onnx"))


@cache
def _names() -> tuple[list[str], list[str]]:
    inputs = [entry.name for entry in _network().get_inputs()][1:]
    return inputs, ["near", "embedding", *(name.replace("state", "next") for name in inputs)]


@cache
def _rest() -> tuple[npt.NDArray[np.float32], ...]:
    """The network's memory after a long silence."""
    states = [
        np.zeros([1, entry.shape[1], 2, entry.shape[3]], dtype=np.float32)
        for entry in _network().get_inputs()[1:]
    ]
    frames = (_SEEN // STEP + 2) * STEP + _LEAD
    block = np.full((1, 1, frames // STEP * STEP, BANDS), _SILENCE, dtype=np.float32)
    return tuple(_run(block, states)[2:])


def _run(
    block: npt.NDArray[np.float32], states: list[Any] | tuple[Any, ...]
) -> list[npt.NDArray[np.float32]]:
    inputs, outputs = _names()
    feed = {"mel": block, **dict(zip(inputs, states, strict=True))}
    found: list[npt.NDArray[np.float32]] = _network().run(outputs, feed)
    return found


class Embedding:
    """The network along one stream. Before the stream it heard silence."""

    def __init__(self) -> None:
        self._states: list[Any] | tuple[Any, ...] = _rest()

    def feed(self, frames: Frames) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
        """Of a block of k · STEP frames: [2k, NEAR] rows and [k, SIZE] embeddings."""
        near, embedding, *self._states = _run(frames[None, None], self._states)
        rows = near[0].transpose(1, 0, 2).reshape(-1, NEAR)
        return rows, embedding[0, :, :, 0].T
