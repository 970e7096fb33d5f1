"""How well two recordings agree, frame by frame, once one is laid beside the other.

Agreement is judged in windows of 0.4 s, the length of a short word, and every window counts: two
announcements of one voice often share all words but one. What is compared are cepstra (a cosine
transform of the levels, evened out), so that the words weigh more than the loudness; before that
both sides are raised to the noise floor of what was heard, as noise would have done.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.fft import dct

from hearing.announcements.fingerprint import Levels

WINDOW = 20
"""Frames of one judgement: 0.4 s."""
MATCH = 0.45
"""Least agreement of a window, −1 to 1. The same recording through GSM or AMR with 15 dB of noise
and 3 % loss stays above it in 99 % of cases in its worst window; another sentence of the same
voice falls below 0.2 in its worst."""
DEPTH = 40.0  # dB below the peak in which sound is compared
QUIET = 30.0  # dB below the peak: silence between words
_COEFFICIENTS = 13
_SMOOTH = np.array([0.25, 0.5, 0.25], np.float32)

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Agreement:
    """Of a reference and a query of the same length.

    scores: of the window that begins at each frame, −1 to 1. empty: windows in which the query
    has nothing that could be speech (silence, a tone), so that they prove nothing.
    """

    scores: npt.NDArray[np.float32]
    empty: Mask


def agree(reference: Levels, query: Levels) -> Agreement:
    """Judge every window of two stretches of the same length, at least WINDOW frames."""
    loud = float(np.percentile(query.max(axis=1), 95))
    gain = loud - float(np.percentile(reference.max(axis=1), 95))
    floor = np.maximum(np.percentile(query, 10, axis=0), loud - DEPTH).astype(np.float32)
    ours = _cepstra(np.maximum(reference + np.float32(gain), floor))
    theirs = _cepstra(np.maximum(query, floor))
    even = 1 / np.sqrt(ours.std(axis=0) + np.float32(0.1))
    ours, theirs = ours * even, theirs * even
    both, first, second = (
        _sums((a * b).sum(axis=1)) for a, b in ((ours, theirs), (ours, ours), (theirs, theirs))
    )
    little = np.float32(0.02) * np.float32(np.median(first) + 1e-6)
    scores = both / np.sqrt(np.maximum(first, little) * np.maximum(second, little))
    speech = ~(toneless_silence(query, loud))
    empty = _sums(speech.astype(np.float32)) < 0.25 * WINDOW
    return Agreement(scores.astype(np.float32), empty)


def toneless_silence(levels: Levels, loud: float) -> Mask:
    """Frames that hold no speech: quiet ones, and such with all their sound in a few bands."""
    top = levels.max(axis=1)
    broad = (levels > top[:, None] - 20).sum(axis=1)
    return (top < loud - QUIET) | (broad <= 3)


def active(levels: Levels) -> Mask:
    """Frames in which something sounds, at most QUIET under the loud ones."""
    if not len(levels):
        return np.zeros(0, np.bool_)
    top = levels.max(axis=1)
    return np.asarray(top > max(float(np.percentile(top, 95)) - QUIET, -75.0))


def _cepstra(levels: Levels) -> Levels:
    padded = np.pad(levels, ((1, 1), (0, 0)), mode="edge")
    smooth = _SMOOTH[0] * padded[:-2] + _SMOOTH[1] * padded[1:-1] + _SMOOTH[2] * padded[2:]
    centred = smooth - smooth.mean(axis=0)
    return np.asarray(dct(centred, axis=1, norm="ortho")[:, :_COEFFICIENTS], np.float32)


def _sums(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Sum of each WINDOW values in a row."""
    total = np.concatenate([np.zeros(1), np.cumsum(values, dtype=np.float64)])
    return (total[WINDOW:] - total[:-WINDOW]).astype(np.float32)
