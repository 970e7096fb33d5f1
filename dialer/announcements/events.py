"""What happens to the library of announcements."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LibraryChanged:
    """Something was taught or forgotten: calls that begin now are heard with the new library."""

    entries: int


@dataclass(frozen=True, slots=True)
class UnknownGrouped:
    """An announcement that nobody taught was heard. size: how often by now."""

    attempt_id: str
    group_id: int
    size: int
