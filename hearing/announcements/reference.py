"""A recording prepared for comparison."""

from functools import cached_property

import numpy as np

from hearing.announcements.alignment import Mask, active, spoken
from hearing.announcements.fingerprint import FRAMES_PER_SECOND, Fingerprint, Levels
from hearing.announcements.index import STRIDE, Vectors, pieces_of

_PAUSE = round(0.25 * FRAMES_PER_SECOND)


class Reference:
    """Levels of a recording, where it speaks and where its phrases end."""

    def __init__(self, fingerprint: Fingerprint) -> None:
        self.levels: Levels = fingerprint.levels
        self.speech: Mask = spoken(self.levels)
        self.total = self.seconds(np.ones(len(self.levels), np.bool_))

    def __len__(self) -> int:
        return len(self.levels)

    def seconds(self, frames: Mask) -> float:
        """Seconds of speech among these frames."""
        return float((self.speech & frames).sum()) / FRAMES_PER_SECOND

    @cached_property
    def pieces(self) -> Vectors:
        """For an index."""
        return pieces_of(self.levels, STRIDE)

    @cached_property
    def pauses(self) -> tuple[int, ...]:
        """Frames at which a silence has lasted long enough to end a phrase."""
        found, quiet = [], 0
        for frame, sound in enumerate(active(self.levels)):
            quiet = 0 if sound else quiet + 1
            if quiet == _PAUSE:
                found.append(frame + 1)
        return tuple(found)
