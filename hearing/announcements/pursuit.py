"""Follows a stream and keeps, for every recording it may be playing, what speaks for and against.

Every half second the stream's last second is looked up in the index; each place that may fit is
then followed window by window, all places of all recordings in one computation.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np

from hearing.announcements.alignment import (
    CONTEXT,
    LEAST,
    WINDOW,
    WORDS,
    Floats,
    Mask,
    agree,
    spoken,
)
from hearing.announcements.fingerprint import BANDS, FRAMES_PER_SECOND, Levels
from hearing.announcements.index import PIECE, STRIDE, Candidate, Index
from hearing.announcements.reference import Reference

MATCH = 0.45
"""Agreement of a window that is the same sound. The same recording through GSM or AMR, with 15 dB
of noise and 3 % loss, has more in its worst window in 99 of 100 cases; in another sentence of the
same voice the worst window has less than 0.2."""
REFUTE = 0.45
"""A window that agrees less is another sound."""
MEAN = 0.7
"""Least mean agreement: another voice that says the same has less."""
MOST = 12
"""Places of one look-up that are followed."""
KEPT = 60 * FRAMES_PER_SECOND
"""Frames of the stream that are remembered."""
_SAME = 2  # frames: places so close are the same
_NEAR = 4  # frames: packets left out since the place was found
_PATIENCE = 4  # looks after which a refuted place is given up


@dataclass(slots=True, eq=False)
class Trace:
    """One playing of one recording.

    places: frames of the stream at which the recording would begin; several when packets were
    left out. scores: best agreement of each window of the recording, NaN where not heard.
    """

    reference: int
    places: list[int]
    scores: Floats
    refuted: int = 0

    @property
    def heard(self) -> Mask:
        """Windows that were judged."""
        return ~np.isnan(self.scores)

    @property
    def worst(self) -> float:
        """The least agreement, 1 when nothing was judged."""
        return float(np.nanmin(self.scores)) if self.heard.any() else 1.0

    @property
    def clean(self) -> bool:
        """Whether nothing that was heard speaks against it."""
        return self.worst >= REFUTE and self.mean >= MEAN

    @property
    def mean(self) -> float:
        """Mean agreement of what was heard."""
        return float(np.nanmean(self.scores)) if self.heard.any() else 1.0

    def span(self) -> tuple[int, int]:
        """Frames of the recording from the first heard to behind the last."""
        windows = np.flatnonzero(self.heard)
        if not windows.size:
            return 0, 0
        return int(windows[0]), int(windows[-1]) + WINDOW

    def covered(self) -> Mask:
        """Frames of the recording in windows that agree."""
        with np.errstate(invalid="ignore"):
            begins = np.flatnonzero(self.scores >= MATCH)
        steps = np.zeros(len(self.scores) + WINDOW + 1, np.int32)
        steps[begins] += 1
        steps[begins + WINDOW] -= 1
        return np.asarray(np.cumsum(steps)[: len(self.scores)] > 0)


@dataclass(slots=True)
class Pursuit:
    """Of one stream. `follow` it; `traces` is what may be playing or have played."""

    index: Index
    references: tuple[Reference, ...]
    levels: Levels = field(default_factory=lambda: np.empty((0, BANDS), np.float32))
    spoken: Mask = field(default_factory=lambda: np.zeros(0, np.bool_))
    dropped: int = 0
    traces: list[Trace] = field(default_factory=list)
    ignored: set[int] = field(default_factory=set)

    def follow(self, new: Levels) -> None:
        """Go on with the next frames of the stream, at most CONTEXT − WINDOW at once."""
        self.levels = np.concatenate([self.levels, new])
        words = spoken(self.levels[-CONTEXT:], WORDS)  # in hindsight what was noise
        self.spoken = np.concatenate([self.spoken[: len(self.levels) - len(words)], words])
        self._forget(len(self.levels) - KEPT)
        self._judge(self._followed(), len(self.levels))
        self._judge_past(self._look_up())
        self._give_up()

    def drop(self, reference: int) -> None:
        """Follow this recording no longer."""
        self.ignored.add(reference)
        self.traces = [trace for trace in self.traces if trace.reference != reference]

    def _forget(self, frames: int) -> None:
        if frames <= 0:
            return
        self.levels, self.spoken = self.levels[frames:], self.spoken[frames:]
        self.dropped += frames
        for trace in self.traces:
            trace.places = [place - frames for place in trace.places]
        self.traces = [
            trace for trace in self.traces if trace.places[-1] + len(trace.scores) > -KEPT
        ]

    def _followed(self) -> list[tuple[Trace, int]]:
        """Places whose recording is not over."""
        since = len(self.levels) - CONTEXT
        return [
            (trace, place)
            for trace in self.traces
            for place in trace.places
            if place + len(trace.scores) > since
        ]

    def _look_up(self) -> list[tuple[Trace, int]]:
        """Places that are new."""
        begin = len(self.levels) - PIECE
        if begin < 0 or self.spoken[begin:].mean() < 0.2:
            return []
        found = []
        for candidate in self.index.candidates(self.levels[begin:], begin, MOST):
            if candidate.reference in self.ignored or self._knows(candidate):
                continue
            place = self._refine(self.references[candidate.reference], candidate.offset)
            if trace := self._trace(candidate.reference, place):
                found.append((trace, place))
        return found

    def _knows(self, candidate: Candidate) -> bool:
        """Whether the place is followed already, as far as the index can tell places apart."""
        return any(
            abs(place - candidate.offset) < STRIDE
            for trace in self.traces
            if trace.reference == candidate.reference
            for place in trace.places
        )

    def _trace(self, reference: int, place: int) -> Trace | None:
        """The trace that a place belongs to, made if there is none; None if the place is known."""
        mine = [trace for trace in self.traces if trace.reference == reference]
        if any(abs(known - place) <= _SAME for trace in mine for known in trace.places):
            return None
        for trace in mine:
            if any(abs(known - place) <= _NEAR for known in trace.places):
                trace.places = sorted([*trace.places, place])
                return trace
        length = len(self.references[reference])
        made = Trace(reference, [place], np.full(length, np.nan, np.float32))
        self.traces.append(made)
        return made

    def _refine(self, reference: Reference, place: int) -> int:
        """The place nearby where the last second agrees best."""
        now = len(self.levels)
        near = range(place - 3, place + 4)
        beside, valid = _beside([(reference, p) for p in near], now - PIECE, now)
        theirs = self.levels[-PIECE:]
        floor = theirs.max() - 40
        gap = np.maximum(theirs, floor) - np.maximum(beside, beside.max() - 40)
        gap *= valid[:, :, None]
        count = np.maximum(valid.sum(axis=1), 1) * gap.shape[2]  # of what both have
        mean = gap.sum(axis=(1, 2)) / count
        far = np.square(gap).sum(axis=(1, 2)) / count - np.square(mean)  # the variance
        far[~valid.any(axis=1)] = np.inf
        return near[int(np.argmin(far))]

    def _judge_past(self, places: list[tuple[Trace, int]]) -> None:
        """New places are held against all that was heard before they were found."""
        now, step = len(self.levels), CONTEXT - WINDOW
        for end in [*range(now, CONTEXT, -step), min(now, CONTEXT)]:
            self._judge([side for side in places if side[1] < end - WINDOW], end)

    def _judge(self, places: list[tuple[Trace, int]], end: int) -> None:
        begin = max(0, end - CONTEXT)
        if not places or end - begin < LEAST:
            return
        sides = [(self.references[trace.reference], place) for trace, place in places]
        scores = agree(self.levels[begin:end], *_beside(sides, begin, end))
        for (trace, place), row in zip(places, scores, strict=True):
            row[: max(0, self._first_word(place) - begin)] = np.nan
            windows = np.flatnonzero(~np.isnan(row))
            if windows.size:
                low, high = windows[0], windows[-1] + 1
                there = slice(begin + low - place, begin + high - place)
                trace.scores[there] = np.fmax(trace.scores[there], row[low:high])

    def _first_word(self, place: int) -> int:
        """The frame at which, from this place on, speech begins; what is before proves nothing."""
        words = self.spoken[max(place, 0) :]
        return max(place, 0) + (int(np.argmax(words)) if words.any() else len(words))

    def _give_up(self) -> None:
        for trace in self.traces:
            trace.refuted = 0 if trace.clean else trace.refuted + 1
        self.traces = [trace for trace in self.traces if trace.refuted <= _PATIENCE]


def _beside(sides: list[tuple[Reference, int]], begin: int, end: int) -> tuple[Floats, Mask]:
    """Each recording's frames at frames `begin` to `end` of the stream, and where it has any."""
    beside = np.full((len(sides), end - begin, BANDS), -100.0, np.float32)
    valid = np.zeros((len(sides), end - begin), np.bool_)
    for row, (reference, place) in enumerate(sides):
        low, high = max(begin, place), min(end, place + len(reference))
        if low < high:
            beside[row, low - begin : high - begin] = reference.levels[low - place : high - place]
            valid[row, low - begin : high - begin] = True
    return beside, valid


def follow_all(pursuit: Pursuit, levels: Levels, step: int) -> Iterator[None]:
    """Follow a whole recording, `step` frames at a time."""
    for begin in range(0, len(levels), step):
        pursuit.follow(levels[begin : begin + step])
        yield
