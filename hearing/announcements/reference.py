"""What a stream, laid over a taught recording at some place, proves for or against it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from hearing.announcements.alignment import MATCH, WINDOW, Mask, agree, toneless_silence
from hearing.announcements.fingerprint import FRAMES_PER_SECOND, Levels
from hearing.announcements.library import Reference

REFUTE = 0.3
"""A window that agrees less is another sound."""
SHORTEST = 50
"""Frames that must overlap to be judged at all: a second."""
_RISE = 5.0  # dB over the quiet frames: somebody speaks


@dataclass(frozen=True, slots=True, eq=False)
class Overlap:
    """begin: frame of the stream at which the reference would begin. till: frame of the reference
    up to which it was heard. covered: frames of the reference that agree. clean: nothing that was
    heard speaks against it. score: the mean agreement of all that was heard."""

    begin: int
    first: int
    till: int
    covered: Mask
    clean: bool
    score: float
    worst: float


def overlap(reference: Reference, stream: Levels, begins: Sequence[int]) -> Overlap | None:
    """Judge a reference that begins at frame `begins` of the stream, by what of it was heard.

    Several places close to each other are one, with packets left out between them. None when too
    little overlaps.
    """
    count = len(reference)
    scores = np.full(count, -1.0, np.float32)
    heard = np.zeros(count, np.bool_)
    first, till = count, 0
    for begin in begins:
        low, high = max(0, -begin), min(count, len(stream) - begin)
        if high - low < SHORTEST:
            continue
        said = stream[begin + low : begin + high]
        agreement = agree(reference.levels[low:high], said)
        skip = _first_word(said)
        where = slice(low + skip, high - WINDOW + 1)
        scores[where] = np.maximum(scores[where], agreement.scores[skip:])
        heard[where] = True
        first, till = min(first, low + skip), max(till, high)
    if not heard.any():
        return None
    found = scores[heard]
    return Overlap(
        begin=begins[0],
        first=first,
        till=till,
        covered=_spread(heard & (scores >= MATCH)),
        clean=bool(found.min() >= REFUTE),
        score=float(found.mean()),
        worst=float(found.min()),
    )


def covered_seconds(reference: Reference, covered: Mask) -> float:
    """Seconds of the reference's speech among the covered frames."""
    return float((reference.speech & covered).sum()) / FRAMES_PER_SECOND


def _first_word(said: Levels) -> int:
    """Frames before the first that could be speech: what was not heard speaks against nothing."""
    top = said.max(axis=1)
    loud, quiet = np.percentile(top, [95, 10])
    spoken = ~toneless_silence(said, float(loud)) & (top > quiet + _RISE)
    lasting = np.convolve(spoken, np.ones(5), "valid") >= 3
    return int(np.argmax(lasting)) if lasting.any() else 0


def _spread(windows: Mask) -> Mask:
    """The frames of the windows that begin where `windows` is true."""
    steps = np.zeros(len(windows) + 1, np.int32)
    begins = np.flatnonzero(windows)
    np.add.at(steps, begins, 1)
    np.add.at(steps, np.minimum(begins + WINDOW, len(windows)), -1)
    return np.asarray(np.cumsum(steps)[:-1] > 0)
