"""Follows a stream and keeps, for every recording it may be playing, what speaks for and against.

Once a second what is new of the stream is looked up in the index. Each place that may fit is held
against all that was heard, and then followed window by window every half second, all places of all
recordings in one computation. Four places in five are clearly wrong at the first look: they are
remembered, so that they are not found anew, and not followed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

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

MATCH = 0.5
"""Agreement of a window that is the same sound; one that agrees less is another. The same recording
through GSM or AMR, with 15 dB of noise and 3 % loss, has more in its worst window in 99 of 100
cases; another sentence of the same voice has less than 0.2 there, or, if it differs in one word
only, seldom more than this."""
MEAN = 0.7
"""Least mean agreement: another voice that says the same has less."""
WRONG = 0.1, 0.4
"""A worst window and a mean below these never become the right place: on lines of all kinds right
ones, also before all of them was heard, had 0.4 and 0.8 at least."""
APART = 80.0
"""Variance in dB² of the gap between a piece and a recording, over which they are not compared
further. The same sound had 56 at most on lines with 15 dB of noise and 3 % loss; of what else the
index finds, nearly three in four have more."""
MOST = 12
"""Places of one piece that are held against the stream."""
LOOK_UP = 50
"""Frames between two look-ups: 1 s."""
PIECES = 25
"""Frames from one piece that is looked up to the next."""
KEPT = 60 * FRAMES_PER_SECOND
"""Frames of the stream that are remembered."""
_SAME = 2  # frames: places so close are the same
_NEAR = 4  # frames: packets left out since the place was found
_REACH = 3  # frames: how far the index may be off
_PATIENCE = 4  # looks after which a refuted place is given up


@dataclass(slots=True, eq=False)
class Trace:
    """One playing of one recording.

    places: frames of the stream at which the recording would begin; several when packets were
    left out. scores: best agreement of each window of the recording, NaN where not heard; worst
    and mean: of those heard, 1 when there is none.
    """

    reference: int
    places: list[int]
    scores: Floats
    worst: float = 1.0
    mean: float = 1.0
    refuted: int = 0

    def judge(self, first: int, scores: Floats) -> None:
        """Take the agreement of windows from the first one on."""
        there = slice(first, first + len(scores))
        self.scores[there] = np.fmax(self.scores[there], scores)
        known = self.scores[self.heard]
        self.worst, self.mean = float(known.min()), float(known.mean())

    @property
    def heard(self) -> Mask:
        """Windows that were judged."""
        return ~np.isnan(self.scores)

    @property
    def clean(self) -> bool:
        """Whether nothing that was heard speaks against it."""
        return self.worst >= MATCH and self.mean >= MEAN

    @property
    def wrong(self) -> bool:
        """Whether what was heard is surely something else."""
        return self.worst < WRONG[0] and self.mean < WRONG[1]

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
    looked: int = 0  # frames of the stream that were looked up

    def follow(self, new: Levels, *, last: bool = False) -> None:
        """Go on with the next frames of the stream, at most CONTEXT − WINDOW at once."""
        self.levels = np.concatenate([self.levels, new])
        words = spoken(self.levels[-CONTEXT:], WORDS)  # in hindsight what was noise
        self.spoken = np.concatenate([self.spoken[: len(self.levels) - len(words)], words])
        self._forget(len(self.levels) - KEPT)
        self._judge(self._followed(), len(self.levels))
        if last or self.dropped + len(self.levels) - self.looked >= LOOK_UP:
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
            if not trace.wrong
            for place in trace.places
            if place + len(trace.scores) > since
        ]

    def _look_up(self) -> list[tuple[Trace, int]]:
        """Places that are new."""
        now = len(self.levels)
        ends = range(now, max(self.looked - self.dropped, PIECE - 1), -PIECES)
        self.looked = self.dropped + now
        begins = [end - PIECE for end in ends if self.spoken[end - PIECE : end].mean() >= 0.2]
        candidates = [
            candidate
            for candidate in self.index.candidates(self.levels, begins, MOST)
            if candidate.reference not in self.ignored and not self._knows(candidate)
        ]
        refined = [(one.reference, place) for one, place in self._refine(candidates)]
        return [
            (trace, place)
            for reference, place in refined
            if (trace := self._trace(reference, place))
        ]

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

    def _refine(self, candidates: list[Candidate]) -> Iterator[tuple[Candidate, int]]:
        """Those that are not too far APART, each with the place nearby where it agrees best."""
        if not candidates:
            return
        wide = PIECE + 2 * _REACH
        beside = np.full((len(candidates), wide, BANDS), -100.0, np.float32)
        valid = np.zeros((len(candidates), wide), np.bool_)
        for row, one in enumerate(candidates):
            begin = one.begin - _REACH
            _lay(self.references[one.reference], one.offset, begin, beside[row], valid[row])
        theirs = np.stack([self.levels[one.begin : one.begin + PIECE] for one in candidates])
        theirs = np.maximum(theirs, theirs.max(axis=(1, 2), keepdims=True) - 40)
        beside = np.maximum(beside, beside.max(axis=(1, 2), keepdims=True) - 40)
        far = np.full((len(candidates), 2 * _REACH + 1), np.inf)
        for shift in range(2 * _REACH + 1):
            there = slice(2 * _REACH - shift, 2 * _REACH - shift + PIECE)
            both = valid[:, there]
            gap = (theirs - beside[:, there]) * both[:, :, None]
            count = np.maximum(both.sum(axis=1), 1) * BANDS
            mean = gap.sum(axis=(1, 2)) / count
            variance = np.einsum("pfb,pfb->p", gap, gap) / count - np.square(mean)
            far[:, shift] = np.where(both.any(axis=1), variance, np.inf)
        for one, best, least in zip(candidates, far.argmin(axis=1), far.min(axis=1), strict=True):
            if least <= APART:
                yield one, one.offset + int(best) - _REACH

    def _judge_past(self, places: list[tuple[Trace, int]]) -> None:
        """New places are held against all that was heard before they were found."""
        now, step = len(self.levels), CONTEXT - WINDOW
        for end in [*range(now, CONTEXT, -step), min(now, CONTEXT)]:
            self._judge(
                [side for side in places if side[1] < end - WINDOW and not side[0].wrong], end
            )

    def _judge(self, places: list[tuple[Trace, int]], end: int) -> None:
        begin = max(0, end - CONTEXT)
        if not places or end - begin < LEAST:
            return
        sides = [(self.references[trace.reference], place) for trace, place in places]
        scores = agree(self.levels[begin:end], *_beside(sides, begin, end))
        words = np.flatnonzero(self.spoken)
        for (trace, place), row in zip(places, scores, strict=True):
            row[: max(0, self._first_word(place, words) - begin)] = np.nan
            windows = np.flatnonzero(~np.isnan(row))
            if windows.size:
                low, high = int(windows[0]), int(windows[-1]) + 1
                trace.judge(begin + low - place, row[low:high])

    def _first_word(self, place: int, words: npt.NDArray[np.int64]) -> int:
        """The frame at which, from this place on, speech begins; what is before proves nothing."""
        at = int(np.searchsorted(words, max(place, 0)))
        return int(words[at]) if at < len(words) else len(self.levels)

    def _give_up(self) -> None:
        for trace in self.traces:
            trace.refuted = 0 if trace.clean else trace.refuted + 1
        self.traces = [trace for trace in self.traces if trace.refuted <= _PATIENCE]


def _beside(sides: list[tuple[Reference, int]], begin: int, end: int) -> tuple[Floats, Mask]:
    """Each recording's frames at frames `begin` to `end` of the stream, and where it has any."""
    beside = np.full((len(sides), end - begin, BANDS), -100.0, np.float32)
    valid = np.zeros((len(sides), end - begin), np.bool_)
    for row, (reference, place) in enumerate(sides):
        _lay(reference, place, begin, beside[row], valid[row])
    return beside, valid


def _lay(reference: Reference, place: int, begin: int, beside: Floats, valid: Mask) -> None:
    """Into `beside` the recording's frames from frame `begin` of the stream on."""
    low, high = max(begin, place), min(begin + len(beside), place + len(reference))
    if low < high:
        beside[low - begin : high - begin] = reference.levels[low - place : high - place]
        valid[low - begin : high - begin] = True


def follow_all(pursuit: Pursuit, levels: Levels, step: int) -> Iterator[None]:
    """Follow a whole recording, `step` frames at a time."""
    for begin in range(0, len(levels), step):
        pursuit.follow(levels[begin : begin + step], last=begin + step >= len(levels))
        yield
