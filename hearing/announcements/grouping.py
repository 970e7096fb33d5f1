"""Puts recordings nobody taught together: the same announcement, heard on several calls."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

import numpy as np

from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.index import Index
from hearing.announcements.pursuit import Pursuit, Trace, follow_all
from hearing.announcements.reference import Reference

LEAST_S, LEAST_SHARE = 1.5, 0.6
"""Two recordings are of one announcement when no window speaks against it and they share so much
speech: seconds, and of the shorter one's."""
KEPT = 5
"""Members of a group that newcomers are held against."""
_STEP = 25  # frames

K = TypeVar("K")


@dataclass(slots=True)
class Group:
    """Recordings of one announcement: their places in what was given."""

    members: list[int] = field(default_factory=list)


def same(one: Fingerprint, other: Fingerprint) -> float:
    """How surely both are the same announcement: their agreement, 0 to 1; 0 when they are not."""
    return _matches(one, [other])[0]


def place(new: Fingerprint, groups: Mapping[K, Sequence[Fingerprint]]) -> K | None:
    """The group a newcomer belongs to, or None when it founds one.

    groups: some members of each; `best_of` picks them.
    """
    keys = [key for key, members in groups.items() for _ in members]
    found = _matches(new, [member for members in groups.values() for member in members])
    best = int(np.argmax(found)) if found else 0
    return keys[best] if found and found[best] > 0 else None


def alike(new: Fingerprint, groups: Mapping[K, Sequence[Fingerprint]]) -> list[K]:
    """All groups it belongs to: several, when one announcement was split among them."""
    found: list[K] = []
    left = dict(groups)
    while (key := place(new, left)) is not None:
        found.append(key)
        del left[key]
    return found


def group(fingerprints: Iterable[Fingerprint]) -> list[Group]:
    """Group many at once, in their order, as `place` would one after the other; largest first."""
    groups: list[Group] = []
    kept: dict[int, list[Fingerprint]] = {}
    for number, new in enumerate(fingerprints):
        key = place(new, kept)
        if key is None:
            key = len(groups)
            groups.append(Group())
        groups[key].members.append(number)
        kept[key] = best_of([*kept.get(key, []), new])
    return sorted(groups, key=lambda one: -len(one.members))


def best_of(members: Sequence[Fingerprint]) -> list[Fingerprint]:
    """Those to hold newcomers against: the ones with most to compare."""
    return sorted(members, key=lambda member: -len(member.steps))[:KEPT]


def _matches(new: Fingerprint, others: Sequence[Fingerprint]) -> list[float]:
    """Agreement with each, 0 where it is another announcement."""
    references = tuple(_reference(other) for other in others)
    pursuit = Pursuit(Index([reference.pieces for reference in references]), references)
    for _ in follow_all(pursuit, new.levels, _STEP):
        pass
    total = Reference(new).total
    found = [0.0] * len(others)
    for trace in pursuit.traces:
        if _alike(references[trace.reference], trace, total):
            found[trace.reference] = max(found[trace.reference], trace.mean)
    return found


@lru_cache(maxsize=4096)
def _reference(member: Fingerprint) -> Reference:
    """Prepared once, however many newcomers are held against it."""
    return Reference(member)


def _alike(reference: Reference, trace: Trace, total: float) -> bool:
    least = max(LEAST_S, LEAST_SHARE * min(total, reference.total))
    return trace.clean and reference.seconds(trace.covered()) >= least
