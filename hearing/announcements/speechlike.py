"""Where in a sound there could be speech: not in silence, not in steady tones."""

import numpy as np

from cti.base.errors import UserError
from hearing.announcements.alignment import Mask, active
from hearing.announcements.fingerprint import FRAMES_PER_SECOND, Levels

LEAST_SPEECH = 1.2
"""Seconds of speech a recording must have to be told from others."""
LONGEST = 60.0
"""Seconds: announcements repeat themselves long before."""
_LAG = 5  # frames: 0.1 s, in which speech changes and a tone does not
_STEADY = 2.5  # dB
_WORD = 15  # frames
_SWING = 3.0  # dB of standard deviation over a second: noise has less


def speech(levels: Levels) -> Mask:
    """Frames that could be speech: something sounds, changes its colour and its loudness."""
    count = len(levels)
    if count <= _LAG:
        return np.zeros(count, np.bool_)
    return active(levels) & ~_steady(levels) & _swings(levels)


def speech_seconds(levels: Levels) -> float:
    """How much of it could be speech."""
    return float(speech(levels).sum()) / FRAMES_PER_SECOND


def speech_span(levels: Levels) -> tuple[int, int]:
    """Frames from the first word to behind the last: tones and silence around it left off."""
    said = speech(levels).astype(np.float32)
    lasting = np.flatnonzero(np.convolve(said, np.ones(_WORD), "same") >= 0.6 * _WORD)
    if not lasting.size:
        return 0, 0
    return max(0, int(lasting[0]) - 3), min(len(levels), int(lasting[-1]) + 4)


def demand_speech(levels: Levels) -> tuple[int, int]:
    """The span of what is said.

    Raises UserError when the sound is silent, too short, too long, or has too little speech.
    """
    if not active(levels).any():
        raise UserError("The recording is silent.", "Take one in which something is said.")
    begin, end = speech_span(levels)
    seconds, spoken = (end - begin) / FRAMES_PER_SECOND, speech_seconds(levels[begin:end])
    if spoken < LEAST_SPEECH:
        raise UserError(
            f"The recording has only {spoken:.1f} s of speech, too little to know it again.",
            f"{LEAST_SPEECH:g} s are needed; tones are known without being taught.",
        )
    if seconds > LONGEST:
        raise UserError(
            f"The recording is {seconds:.0f} s long; an announcement has {LONGEST:.0f} s at most.",
            "Cut out one announcement.",
        )
    return begin, end


def _steady(levels: Levels) -> Mask:
    """Frames that sound as 0.1 s before or as 0.1 s after."""
    heard = np.maximum(levels, levels.max(axis=1, keepdims=True) - 20)
    change = np.abs(heard[_LAG:] - heard[:-_LAG]).mean(axis=1) < _STEADY
    steady = np.zeros(len(levels), np.bool_)
    steady[_LAG:] |= change
    steady[:-_LAG] |= change
    return steady


def _swings(levels: Levels) -> Mask:
    top = levels.max(axis=1)
    span = min(FRAMES_PER_SECOND, len(top))
    ones = np.ones(span) / span
    padded = np.pad(top, (span // 2, span - 1 - span // 2), mode="edge")
    mean = np.convolve(padded, ones, "valid")
    square = np.convolve(np.square(padded, dtype=np.float64), ones, "valid")
    return np.asarray(np.sqrt(np.maximum(square - mean**2, 0)) > _SWING)
