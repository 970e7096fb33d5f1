"""How well a stream agrees with recordings laid beside it, window by window.

A window is 0.4 s, the length of a short word, and every one counts: two announcements of one
voice often share all words but one. What is compared are cepstra (a cosine transform of the levels
over bands, evened out), so that the words weigh more than the loudness; before that both sides are
raised to the noise floor of what is heard, as noise would have done.
"""

import numpy as np
import numpy.typing as npt

from hearing.announcements.cosines import cosines
from hearing.announcements.fingerprint import Levels

WINDOW = 20
"""Frames of one judgement."""
CONTEXT = 150
"""Frames from which gain, noise and the line's colour are told: 3 s."""
LEAST = 40
"""Frames that must overlap for them to be told at all."""
DEPTH = 40.0  # dB below the peak in which sound is compared
QUIET = 30.0  # dB below the peak: silence between words
_LOUD = 15.0  # dB below the peak: frames that tell the gain
WORDS = 12.0  # dB below the peak: surely no noise
_BROAD = 4  # bands within 20 dB of the loudest one; tones have fewer
_COEFFICIENTS = 13

Mask = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float32]


def agree(stream: Levels, beside: npt.NDArray[np.float32], valid: Mask) -> Floats:
    """Agreement of `stream` (frames × bands) with each of `beside` (places × frames × bands).

    valid: places × frames, where the recording has a frame there. Gives places × windows, −1 to 1,
    by the frame a window begins at; not a number where a recording does not fill the window.
    """
    loud, floor = _loud_and_floor(stream)
    enough = valid.sum(axis=1) >= LEAST
    gain = _gain(stream, beside, valid, loud)
    ours = _cepstra(np.maximum(beside + gain[:, None, None], floor))
    theirs = _cepstra(np.maximum(stream, floor))
    weight = valid.astype(np.float32)
    share = weight / np.maximum(weight.sum(axis=1, keepdims=True), 1)
    ours = (ours - np.einsum("pf,pfc->pc", share, ours)[:, None]) * weight[:, :, None]
    theirs = (theirs - (share @ theirs)[:, None]) * weight[:, :, None]
    spread = np.sqrt(np.einsum("pf,pfc->pc", share, np.square(ours)))
    even = 1 / np.sqrt(spread + np.float32(0.1))[:, None]
    ours, theirs = ours * even, theirs * even
    both = _sums(np.einsum("pfc,pfc->pf", ours, theirs))
    first = _sums(np.einsum("pfc,pfc->pf", ours, ours))
    second = _sums(np.einsum("pfc,pfc->pf", theirs, theirs))
    little = 0.02 * first.max(axis=1, keepdims=True) + 1e-3
    scores = both / np.sqrt(np.maximum(first, little) * np.maximum(second, little))
    whole = (_sums(weight) > WINDOW - 0.5) & enough[:, None]
    return np.where(whole, scores, np.float32(np.nan)).astype(np.float32)


def spoken(levels: Levels, depth: float = QUIET) -> Mask:
    """Frames that could be speech: at most `depth` dB under the loud ones, and not in few bands."""
    if not len(levels):
        return np.zeros(0, np.bool_)
    top = levels.max(axis=1)
    loud = float(np.sort(top)[int(0.95 * (len(top) - 1))])
    broad = (levels > top[:, None] - 20).sum(axis=1) >= _BROAD
    return np.asarray((top > max(loud - depth, -75.0)) & broad)


def active(levels: Levels) -> Mask:
    """Frames in which something sounds, at most QUIET under the loud ones."""
    if not len(levels):
        return np.zeros(0, np.bool_)
    top = levels.max(axis=1)
    loud = np.sort(top)[int(0.95 * (len(top) - 1))]
    return np.asarray(top > max(float(loud) - QUIET, -75.0))


def _loud_and_floor(stream: Levels) -> tuple[np.float32, Levels]:
    count = len(stream) - 1
    loud = np.sort(stream.max(axis=1))[int(0.95 * count)]
    quiet = np.partition(stream, int(0.1 * count), axis=0)[int(0.1 * count)]
    return loud, np.maximum(quiet, loud - np.float32(DEPTH))


def _gain(stream: Levels, beside: Floats, valid: Mask, loud: np.float32) -> Floats:
    """dB by which the stream is louder than each, from its loud frames."""
    top = stream.max(axis=1)
    telling = (valid & (top > loud - _LOUD)).astype(np.float32)
    apart = np.einsum("pf,pf->p", telling, top[None] - beside.max(axis=2))
    return np.asarray(apart / np.maximum(telling.sum(axis=1), 1), np.float32)


def _cepstra(levels: Floats) -> Floats:
    """The last two axes are frames × bands."""
    sharp = levels @ cosines(levels.shape[-1], _COEFFICIENTS)
    smooth = sharp.copy()
    smooth[..., 1:-1, :] += sharp[..., 1:-1, :]
    smooth[..., 1:-1, :] += (sharp[..., 2:, :] + sharp[..., :-2, :]) * np.float32(0.5)
    smooth[..., 1:-1, :] *= np.float32(0.5)
    return smooth


def _sums(values: Floats) -> Floats:
    """Sum of each WINDOW values in a row, along the last axis."""
    total = np.cumsum(values, axis=1, dtype=np.float64)
    sums = total[:, WINDOW - 1 :].copy()
    sums[:, 1:] -= total[:, :-WINDOW]
    return sums.astype(np.float32)
