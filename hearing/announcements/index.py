"""Finds quickly where in many recordings something like the last second of a stream occurs.

Every recording is cut into overlapping pieces of a second; each is a direction in a space of 64
numbers (a two-dimensional cosine transform of its levels). One product of a matrix with the
pieces of a stream tells the nearest: it reads all recordings once, however many pieces are asked
for, and for 500 announcements takes a millisecond.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from hearing.announcements.cosines import cosines
from hearing.announcements.fingerprint import Levels

PIECE = 50
"""Frames of a piece: 1 s."""
STRIDE = 3
"""Frames from one piece to the next."""
_ACROSS, _ALONG = 8, 8  # coefficients kept over bands and over time
_DEPTH = 30.0  # dB
ALIKE = 0.5
"""Least cosine of pieces worth a closer look."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Candidate:
    """The reference's frame 0 would lie at frame `offset` of the stream (may be below 0).

    begin: frame of the stream at which the piece begins that tells so.
    """

    reference: int
    offset: int
    begin: int


class Index:
    """Pieces of all references. Immutable."""

    def __init__(self, pieces: Sequence[Vectors]) -> None:
        """pieces: of each reference, `pieces_of` it with STRIDE."""
        counts = [len(vectors) for vectors in pieces]
        shape = (0, _ACROSS * _ALONG)
        self._vectors = np.concatenate([np.empty(shape, np.float32), *pieces])
        self._reference = np.repeat(np.arange(len(pieces)), counts)
        begins = [np.arange(count) * STRIDE for count in counts]
        self._begin = np.concatenate([np.zeros(0, np.int64), *begins])

    def candidates(self, stream: Levels, begins: Sequence[int], most: int) -> list[Candidate]:
        """Where the pieces that begin at frames `begins` of `stream` may belong.

        At most `most` for each piece, one for each reference and place, best first.
        """
        if not len(self._vectors) or not begins:
            return []
        pieces = [pieces_of(stream[begin : begin + PIECE], 1) for begin in begins]
        scores = self._vectors @ np.concatenate(pieces).T
        found: list[Candidate] = []
        for column, begin in enumerate(begins):
            found += self._nearest(scores[:, column], begin, most)
        return found

    def _nearest(self, scores: Vectors, begin: int, most: int) -> list[Candidate]:
        enough = np.flatnonzero(scores >= ALIKE)
        found: list[Candidate] = []
        taken: dict[int, list[int]] = {}
        for place in enough[np.argsort(scores[enough])[::-1]][: 8 * most].tolist():
            reference, offset = int(self._reference[place]), begin - int(self._begin[place])
            offsets = taken.setdefault(reference, [])
            if all(abs(other - offset) > 2 * STRIDE for other in offsets):
                found.append(Candidate(reference, offset, begin))
            offsets.append(offset)
            if len(found) == most:
                break
        return found


def pieces_of(levels: Levels, stride: int) -> Vectors:
    """Unit vectors of the pieces of a recording, one every `stride` frames."""
    if len(levels) < PIECE:
        return np.empty((0, _ACROSS * _ALONG), np.float32)
    cut = np.lib.stride_tricks.sliding_window_view(levels, PIECE, axis=0)[::stride]
    top = np.percentile(cut.max(axis=1), 95, axis=1)[:, None, None]
    raised = np.maximum(cut, top - np.float32(_DEPTH))
    raised = raised - raised.mean(axis=2, keepdims=True)
    across = cosines(levels.shape[1], _ACROSS).T
    both = across @ raised @ cosines(PIECE, _ALONG + 1)[:, 1:]
    flat = both.reshape(len(cut), -1)
    lengths = np.linalg.norm(flat, axis=1, keepdims=True)
    return np.asarray(flat / np.maximum(lengths, 1.0), np.float32)
