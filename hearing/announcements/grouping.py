"""Puts recordings nobody taught together: the same announcement, heard on several calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np

from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.index import PIECE, Index
from hearing.announcements.library import Reference
from hearing.announcements.overlap import covered_seconds, overlap

LEAST_S, LEAST_SHARE = 2.0, 0.6
"""Two recordings are of one announcement when no window speaks against it and they share so much
speech: seconds, and of the shorter one's."""
KEPT = 5
"""Members of a group that newcomers are held against."""
_EVERY = 25  # frames between the pieces looked up
_MOST = 8

K = TypeVar("K")


@dataclass(slots=True)
class Group:
    """Recordings of one announcement: their places in what was given."""

    members: list[int] = field(default_factory=list)


def same(one: Fingerprint, other: Fingerprint) -> float:
    """How surely both are the same announcement: their agreement, 0 to 1; 0 when they are not."""
    return _matches(one, [Reference(other)], Index([other.levels]))[0]


def place(new: Fingerprint, groups: Mapping[K, Sequence[Fingerprint]]) -> K | None:
    """The group a newcomer belongs to, or None when it founds one.

    groups: some members of each, best the longest and clearest ones, at most KEPT.
    """
    keys = [key for key, members in groups.items() for _ in members]
    references = [Reference(member) for members in groups.values() for member in members]
    if not references:
        return None
    found = _matches(new, references, Index([reference.levels for reference in references]))
    best = int(np.argmax(found))
    return keys[best] if found[best] > 0 else None


def group(fingerprints: Iterable[Fingerprint]) -> list[Group]:
    """Group many at once, in their order, as `place` would one after the other; largest first."""
    groups: list[Group] = []
    kept: dict[int, list[Fingerprint]] = {}
    for number, new in enumerate(fingerprints):
        key = place(new, kept)
        if key is None:
            key = len(groups)
            groups.append(Group())
            kept[key] = []
        groups[key].members.append(number)
        kept[key] = best_of([*kept[key], new])
    return sorted(groups, key=lambda one: -len(one.members))


def best_of(members: Sequence[Fingerprint]) -> list[Fingerprint]:
    """Those with most to compare: the longest ones."""
    return sorted(members, key=lambda member: -len(member.steps))[:KEPT]


def _matches(new: Fingerprint, references: Sequence[Reference], index: Index) -> list[float]:
    """Agreement with each reference, 0 where it is another announcement."""
    ours = Reference(new)
    levels = ours.levels
    tried: set[tuple[int, int]] = set()
    found = [0.0] * len(references)
    for begin in range(0, max(len(levels) - PIECE, 0) + 1, _EVERY):
        piece = levels[begin : begin + PIECE]
        if len(piece) < PIECE:
            break
        for candidate in index.candidates(piece, begin, _MOST):
            near = (candidate.reference, candidate.offset // 3)
            if near in tried:
                continue
            tried.add(near)
            reference = references[candidate.reference]
            score = _agreement(ours, reference, candidate.offset)
            found[candidate.reference] = max(found[candidate.reference], score)
    return found


def _agreement(new: Reference, reference: Reference, offset: int) -> float:
    best = 0.0
    for place_ in range(offset - 2, offset + 3):
        judged = overlap(reference, new.levels, [place_])
        if judged is None or not judged.clean:
            continue
        seconds = covered_seconds(reference, judged.covered)
        least = LEAST_SHARE * min(new.speech_total, reference.speech_total)
        if seconds >= max(LEAST_S, least):
            best = max(best, judged.score)
    return best
