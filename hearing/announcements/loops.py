"""An announcement that repeats itself in its recording: one pass of it is enough."""

import numpy as np

from hearing.announcements.alignment import active
from hearing.announcements.fingerprint import FRAMES_PER_SECOND, Fingerprint, Levels
from hearing.announcements.index import Index
from hearing.announcements.pursuit import Pursuit, Trace, follow_all
from hearing.announcements.reference import Reference

_SHORTEST = round(1.5 * FRAMES_PER_SECOND)
_GAP = round(0.4 * FRAMES_PER_SECOND)
_ALL = 0.85
_STEP = 25


def one_pass(levels: Levels) -> Levels:
    """From a beginning to the next, if the recording holds a whole pass; else all of it."""
    period = _period(levels)
    if period is None:
        return levels
    sounds = active(levels)
    begin, gap = _longest_gap(sounds[: period + _GAP])
    if gap < _GAP or begin + period - gap > len(levels):
        begin = 0
    found = levels[begin : begin + period]
    last = np.flatnonzero(sounds[begin : begin + period])
    return found[: int(last[-1]) + 1] if last.size else levels


def _period(levels: Levels) -> int | None:
    """Frames after which it says the same again, whatever is left of it."""
    reference = Reference(Fingerprint.of(levels))
    pursuit = Pursuit(Index([reference.pieces]), (reference,))
    for _ in follow_all(pursuit, reference.levels, _STEP):
        pass
    fits = [
        trace.places[0]
        for trace in pursuit.traces
        if trace.places[0] >= _SHORTEST and _repeats(reference, trace)
    ]
    return min(fits, default=None)


def _repeats(reference: Reference, trace: Trace) -> bool:
    again = np.arange(len(reference)) < len(reference) - trace.places[0]
    said = reference.seconds(again)
    enough = reference.seconds(trace.covered() & again) >= _ALL * said
    return trace.clean and enough and said * FRAMES_PER_SECOND >= _SHORTEST


def _longest_gap(sounds: "np.ndarray[tuple[int], np.dtype[np.bool_]]") -> tuple[int, int]:
    """Where the longest silence ends, and its length, in frames."""
    best, length, quiet = 0, 0, 0
    for frame, sound in enumerate(sounds):
        if sound:
            if quiet > length and quiet < frame:  # a silence at the very start is none
                best, length = frame, quiet
            quiet = 0
        else:
            quiet += 1
    return best, length
