"""Recognises taught announcements in a stream while they play.

A part that several announcements share must not decide, and another carrier's announcement, which
nobody taught, may share half of its words with a taught one. So one is recognised only when no
window of what was heard speaks against it, no other taught one fits as well, and enough of it was
heard: all of it, or from its beginning through a whole phrase, or its better half to the end.
"""

from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from hearing.announcements.alignment import Mask, toneless_silence
from hearing.announcements.fingerprint import (
    FRAMES_PER_SECOND,
    HOP,
    WINDOW,
    Fingerprint,
    Levels,
    levels_of,
)
from hearing.announcements.index import PIECE
from hearing.announcements.library import Library, Reference
from hearing.announcements.overlap import Overlap, covered_seconds, overlap
from hearing.announcements.speechlike import LEAST_SPEECH, LONGEST, speech_seconds
from hearing.sighting import Samples, Sighting, Source

STEP = 20
"""Frames between two looks: 0.4 s."""
ALL = 0.9
"""Share of the speech that is as good as all of it."""
PHRASE_S, PHRASE_SHARE = 3.0, 0.4
"""A phrase from the beginning decides when it has so much speech, and this share of the whole."""
END_S, END_SHARE = 2.0, 0.5
"""Joined late and heard to the end: so much speech, and this share."""
CUT_S, CUT_SHARE = 2.5, 0.75
"""The sound broke off before the end."""
RIVAL = 0.8
"""Another one that fits, heard for this share of our speech, keeps the matter open."""
UNKNOWN_S = 2.0
"""Seconds of speech that make an announcement of what nobody taught."""
_MOST = 12  # candidates looked at more closely in each step
_KEPT = round(LONGEST) * FRAMES_PER_SECOND
_NEAR = 15  # frames: places so close are one, with packets left out between them
_SAME = 2  # frames


@dataclass(frozen=True, slots=True)
class _Find:
    """An entry that fits so far. speech: seconds heard of it; sure: enough to tell."""

    entry: int
    overlap: Overlap
    speech: float
    share: float
    sure: bool


class AnnouncementDetector:
    """A `Detector` for one stream. Each announcement is told once."""

    def __init__(self, library: Library) -> None:
        self.library = library
        self._rest = np.zeros(0, np.float32)
        self._levels = np.empty((0, library_bands(library)), np.float32)
        self._dropped = 0  # frames of the stream before self._levels
        self._places: defaultdict[int, list[int]] = defaultdict(list)
        self._told: set[int] = set()
        self._heard_any = False

    def feed(self, samples: Samples) -> list[Sighting]:
        """What has become sure; decisions fall every 0.4 s of sound."""
        self._rest = np.concatenate([self._rest, samples]) if len(samples) else self._rest
        sightings: list[Sighting] = []
        block = STEP * HOP
        while len(self._rest) >= block + WINDOW - HOP:
            sightings += self._step(levels_of(self._rest[: block + WINDOW - HOP]), last=False)
            self._rest = self._rest[block:]
        return sightings

    def finish(self) -> list[Sighting]:
        """What the end makes sure: an announcement that was broken off late."""
        sightings = self._step(levels_of(self._rest), last=True)
        self._rest = self._rest[:0]
        return sightings

    def unknown(self) -> Fingerprint | None:
        """After `finish`: what was said and never taught, if there was such. To be grouped."""
        if self._told:
            return None
        frames = np.flatnonzero(~toneless_silence(self._levels, _loud(self._levels)))
        if not frames.size:
            return None
        said = self._levels[frames[0] : frames[-1] + 1]
        return Fingerprint.of(said) if speech_seconds(said) >= UNKNOWN_S else None

    # -- one look ------------------------------------------------------------------------------

    def _step(self, new: Levels, *, last: bool) -> list[Sighting]:
        self._levels = np.concatenate([self._levels, new])
        if len(self._levels) > _KEPT:
            self._forget(len(self._levels) - _KEPT)
        self._look_up()
        finds = [find for entry in list(self._places) if (find := self._weigh(entry, last))]
        best = self._decide(finds)
        return [self._tell(best)] if best else []

    def _forget(self, frames: int) -> None:
        self._levels = self._levels[frames:]
        self._dropped += frames
        for entry, places in list(self._places.items()):
            length = len(self.library.references[entry])
            kept = [place - frames for place in places if place - frames + length > 0]
            if kept:
                self._places[entry] = kept
            else:
                del self._places[entry]

    def _look_up(self) -> None:
        piece = self._levels[-PIECE:]
        if len(piece) < PIECE or toneless_silence(piece, _loud(self._levels)).mean() > 0.6:
            return
        begin = len(self._levels) - PIECE
        for candidate in self.library.index.candidates(piece, begin, _MOST):
            entry = candidate.reference
            if entry in self._told:
                continue
            reference = self.library.references[entry]
            offset = _refine(reference, self._levels, candidate.offset)
            places = self._places[entry]
            if all(abs(offset - place) > _SAME for place in places):
                places.append(offset)
                places.sort()

    def _weigh(self, entry: int, last: bool) -> _Find | None:
        reference = self.library.references[entry]
        found = [
            judged
            for family in _families(self._places[entry])
            if (judged := overlap(reference, self._levels, family)) and judged.clean
        ]
        if not found:
            return None
        covered: Mask = np.logical_or.reduce([one.covered for one in found])
        speech = covered_seconds(reference, covered)
        share = speech / max(reference.speech_total, 0.1)
        sure = share >= ALL or any(_enough(reference, one, last) for one in found)
        first = min(found, key=lambda one: one.begin)
        return _Find(entry, first, speech, share, sure)

    def _decide(self, finds: list[_Find]) -> _Find | None:
        sure = [find for find in finds if find.sure and find.entry not in self._told]
        if not sure:
            return None
        best = max(sure, key=lambda find: (find.speech, find.overlap.score))
        meaning = self.library.entries[best.entry].meaning
        rivals = [
            find
            for find in finds
            if self.library.entries[find.entry].meaning != meaning
            and find.speech >= RIVAL * best.speech
            and not (best.share >= ALL and find.speech <= best.speech and find.sure)
        ]
        return None if rivals else best

    def _tell(self, find: _Find) -> Sighting:
        entry = self.library.entries[find.entry]
        self._told.add(find.entry)
        began = (self._dropped + find.overlap.begin + find.overlap.first) / FRAMES_PER_SECOND
        until = (self._dropped + len(self._levels)) / FRAMES_PER_SECOND
        self._places.clear()
        return Sighting(
            source=Source.ANNOUNCEMENT,
            name=entry.key,
            what=f"announcement “{entry.name}”",
            at=max(0.0, round(began, 2)),
            until=round(until, 2),
            meaning=entry.meaning,
            confidence=_confidence(find),
        )


def library_bands(library: Library) -> int:
    """Bands of the frames."""
    from hearing.announcements.fingerprint import BANDS  # noqa: PLC0415

    del library
    return BANDS


def _loud(levels: Levels) -> float:
    return float(np.percentile(levels.max(axis=1), 95)) if len(levels) else 0.0


def _families(places: list[int]) -> list[list[int]]:
    """Places in order, split where two are further apart than lost packets explain."""
    families: list[list[int]] = []
    for place in sorted(places):
        if families and place - families[-1][-1] <= _NEAR:
            families[-1].append(place)
        else:
            families.append([place])
    return families


def _refine(reference: Reference, stream: Levels, offset: int) -> int:
    """The place near `offset` where the last second agrees best."""
    now = len(stream)

    def distance(place: int) -> float:
        low, high = max(0, now - PIECE - place), min(len(reference), now - place)
        if high - low < PIECE // 2:
            return np.inf
        ours, theirs = reference.levels[low:high], stream[place + low : place + high]
        floor = max(float(theirs.max()), float(ours.max())) - 40
        gap = np.maximum(ours, floor) - np.maximum(theirs, floor)
        return float(np.square(gap - gap.mean()).mean())

    return min(range(offset - 3, offset + 4), key=distance)


def _enough(reference: Reference, heard: Overlap, last: bool) -> bool:
    """Whether one pass of it is enough to tell."""
    speech = covered_seconds(reference, heard.covered)
    share = speech / max(reference.speech_total, 0.1)
    missed = float(reference.speech[: heard.first].sum()) / FRAMES_PER_SECOND
    left = float(reference.speech[heard.till :].sum()) / FRAMES_PER_SECOND
    if left <= 0.1 and speech >= END_S and share >= END_SHARE:
        return True
    if missed <= 0.4 and speech >= PHRASE_S and share >= PHRASE_SHARE:
        return any(_phrase(reference, pause, heard) for pause in reference.pauses)
    return last and speech >= CUT_S and share >= CUT_SHARE


def _phrase(reference: Reference, pause: int, heard: Overlap) -> bool:
    """Whether all speech up to this pause was heard and is enough."""
    if heard.till < pause:
        return False
    before = reference.speech[:pause]
    return float(before.sum()) / FRAMES_PER_SECOND >= max(
        PHRASE_S, PHRASE_SHARE * reference.speech_total
    ) and float((before & heard.covered[:pause]).sum()) >= ALL * float(before.sum())


def _confidence(find: _Find) -> float:
    """From the mean agreement: the same recording has 0.7 and more, another one far less."""
    return round(float(1 / (1 + np.exp(-12 * (find.overlap.score - 0.45)))), 3)


__all__ = ["LEAST_SPEECH", "AnnouncementDetector"]
