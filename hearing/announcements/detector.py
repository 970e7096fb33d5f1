"""Recognises taught announcements in a stream while they play.

A part that several announcements share must not decide, and another carrier's announcement, which
nobody taught, may share half of its words with a taught one. So one is recognised only when no
window of what was heard speaks against it, no other taught one fits as well, and enough of it was
heard: all of it, or from its beginning through a whole phrase, or its better half to the end.
"""

from dataclasses import dataclass

import numpy as np

from hearing.announcements.alignment import Mask
from hearing.announcements.fingerprint import (
    FRAMES_PER_SECOND,
    HOP,
    WINDOW,
    Fingerprint,
    levels_of,
)
from hearing.announcements.library import Library
from hearing.announcements.loops import one_pass
from hearing.announcements.pursuit import Pursuit, Trace
from hearing.announcements.reference import Reference
from hearing.announcements.speechlike import speech_seconds, speech_span
from hearing.sighting import Samples, Sighting, Source

STEP = 25
"""Frames between two looks: 0.5 s."""
ALL = 0.9
"""Share of the speech that is as good as all of it, when no word is missing."""
PHRASE_S, PHRASE_SHARE = 3.0, 0.4
"""A phrase from the beginning decides when it has so much speech, and this share of the whole."""
END_S, END_SHARE = 1.0, 0.55
"""Joined late and heard to the end: so much speech, and this share."""
CUT_S, CUT_SHARE = 1.5, 0.8
"""The sound broke off before the end."""
RIVAL = 0.8
"""Another one that fits, heard for this share of our speech, keeps the matter open."""
UNKNOWN_S = 2.0
"""Seconds of speech that make an announcement of what nobody taught."""
_MISSED_S = 0.4  # seconds of speech that may lack at the beginning and it is still the beginning
_LEFT_S = 0.1  # and at the end, or anywhere when all of it is asked for
_BLOCK = STEP * HOP
_OVER = WINDOW - HOP  # samples of a frame that reach into the next


@dataclass(frozen=True, slots=True)
class _Find:
    """A recording that fits so far. speech: seconds heard of it; share: of all it has."""

    entry: int
    trace: Trace
    speech: float
    share: float
    sure: bool


class AnnouncementDetector:
    """A `Detector` for one stream. Each announcement is told once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._rest = np.zeros(0, np.float32)
        self._pursuit = Pursuit(library.index, library.references)
        self._told = False

    def feed(self, samples: Samples) -> list[Sighting]:
        """What has become sure; decisions fall every 0.5 s of sound."""
        self._rest = np.concatenate([self._rest, samples]).astype(np.float32, copy=False)
        sightings: list[Sighting] = []
        while len(self._rest) >= _BLOCK + _OVER:
            sightings += self._look(self._rest[: _BLOCK + _OVER], ended=False)
            self._rest = self._rest[_BLOCK:]
        return sightings

    def finish(self) -> list[Sighting]:
        """What the end makes sure: an announcement that was broken off late."""
        rest, self._rest = self._rest, self._rest[:0]
        return self._look(rest, ended=True)

    def unknown(self) -> Fingerprint | None:
        """After `finish`: what was said and never taught, if there was such. To be grouped."""
        begin, end = speech_span(self._pursuit.levels)
        said = self._pursuit.levels[begin:end]
        if self._told or speech_seconds(said) < UNKNOWN_S:
            return None
        return Fingerprint.of(one_pass(said))

    def _look(self, samples: Samples, *, ended: bool) -> list[Sighting]:
        new = levels_of(samples)
        if len(new) or ended:
            self._pursuit.follow(new, last=ended)
        finds = self._finds(ended)
        best = self._decide(finds)
        return [self._tell(best)] if best else []

    def _finds(self, ended: bool) -> list[_Find]:
        """One for each recording that nothing speaks against."""
        traces: dict[int, list[Trace]] = {}
        for trace in self._pursuit.traces:
            if trace.clean and trace.heard.any():
                traces.setdefault(trace.reference, []).append(trace)
        return [self._find(entry, found, ended) for entry, found in traces.items()]

    def _find(self, entry: int, traces: list[Trace], ended: bool) -> _Find:
        reference = self.library.references[entry]
        covered = np.logical_or.reduce([trace.covered() for trace in traces])
        speech = reference.seconds(covered)
        share = speech / max(reference.total, 0.1)
        whole = share >= ALL and _longest_hole(reference, covered) <= _LEFT_S
        sure = whole or any(_enough(reference, trace, ended) for trace in traces)
        first = min(traces, key=lambda trace: trace.places[0])
        return _Find(entry, first, speech, share, sure)

    def _decide(self, finds: list[_Find]) -> _Find | None:
        """The surest one, unless another that means something else may still be the one."""
        sure = [find for find in finds if find.sure]
        if not sure:
            return None
        best = max(sure, key=lambda find: (find.speech, find.trace.mean))
        meaning = self.library.entries[best.entry].meaning
        for find in finds:
            other = self.library.entries[find.entry].meaning != meaning
            beaten = best.share >= ALL and find.sure
            if other and find.speech >= RIVAL * best.speech and not beaten:
                return None
        return best

    def _tell(self, find: _Find) -> Sighting:
        entry = self.library.entries[find.entry]
        pursuit = self._pursuit
        began = pursuit.dropped + find.trace.places[0] + find.trace.span()[0]
        until = pursuit.dropped + len(pursuit.levels)
        pursuit.drop(find.entry)
        pursuit.traces.clear()  # what was played has its meaning; another one may follow
        self._told = True
        return Sighting(
            source=Source.ANNOUNCEMENT,
            name=entry.key,
            what=f"announcement “{entry.name}”",
            at=round(began / FRAMES_PER_SECOND, 2),
            until=round(until / FRAMES_PER_SECOND, 2),
            meaning=entry.meaning,
            confidence=_confidence(find),
        )


def _enough(reference: Reference, trace: Trace, ended: bool) -> bool:
    """Whether this one playing is enough to tell."""
    first, till = trace.span()
    covered = trace.covered()
    speech = reference.seconds(covered)
    share = speech / max(reference.total, 0.1)
    missed = float(reference.speech[:first].sum()) / FRAMES_PER_SECOND
    left = float(reference.speech[till:].sum()) / FRAMES_PER_SECOND
    if left <= _LEFT_S and speech >= END_S and share >= END_SHARE:
        return True
    if ended and speech >= CUT_S and share >= CUT_SHARE:
        return True
    return missed <= _MISSED_S and any(
        _phrase(reference, pause, trace) for pause in reference.pauses if pause <= till
    )


def _longest_hole(reference: Reference, covered: Mask) -> float:
    """Seconds of speech in the longest stretch that was not heard to agree."""
    missing = np.cumsum(reference.speech & ~covered)
    before = np.maximum.accumulate(np.where(reference.speech & covered, missing, 0))
    return float((missing - before).max(initial=0)) / FRAMES_PER_SECOND


def _phrase(reference: Reference, pause: int, trace: Trace) -> bool:
    """Whether what was said up to this pause is enough, and was heard."""
    before = np.arange(len(reference)) < pause
    said = reference.seconds(before)
    enough = said >= PHRASE_S and said >= PHRASE_SHARE * reference.total
    return enough and reference.seconds(before & trace.covered()) >= ALL * said


def _confidence(find: _Find) -> float:
    """From the mean agreement: the same recording has 0.7 and more, another one far less."""
    return round(float(1 / (1 + np.exp(-12 * (find.trace.mean - 0.45)))), 3)
