"""What was taught: recordings with their meanings, ready to be found in a stream. Immutable."""

import json
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from hearing.announcements.fingerprint import Fingerprint
from hearing.announcements.index import Index
from hearing.announcements.reference import Reference

_LENGTH = struct.Struct("<I")
_MAGIC = b"ctal\x01"


@dataclass(frozen=True, slots=True)
class Entry:
    """A taught recording.

    key: unique and stable, becomes a sighting's name. name: for people. meaning: an outcome, or
    None for what means nothing (ring-back music that a person has named so).
    """

    key: str
    name: str
    meaning: str | None
    fingerprint: Fingerprint


class Library:
    """All taught recordings. Keys are unique: ValueError otherwise."""

    def __init__(self, entries: Iterable[Entry] = ()) -> None:
        self.entries = tuple(entries)
        if len({entry.key for entry in self.entries}) != len(self.entries):
            raise ValueError("two entries of a library have the same key")

    def __len__(self) -> int:
        return len(self.entries)

    @cached_property
    def references(self) -> tuple[Reference, ...]:
        """The recordings, in the order of the entries."""
        return tuple(Reference(entry.fingerprint) for entry in self.entries)

    @cached_property
    def index(self) -> Index:
        """To look pieces of a stream up. Built at first use, 1 ms for each recording."""
        return Index([reference.pieces for reference in self.references])

    def to_bytes(self) -> bytes:
        """To hand it to another process; `from_bytes` reads it."""
        parts = [_MAGIC]
        for entry in self.entries:
            words = json.dumps([entry.key, entry.name, entry.meaning]).encode()
            for part in (words, entry.fingerprint.to_bytes()):
                parts += [_LENGTH.pack(len(part)), part]
        return b"".join(parts)

    @classmethod
    def from_bytes(cls, data: bytes) -> Self:
        """What `to_bytes` wrote. ValueError when it is anything else."""
        if not data.startswith(_MAGIC):
            raise ValueError("this is no library of announcements")
        parts, place = [], len(_MAGIC)
        while place < len(data):
            if place + _LENGTH.size > len(data):
                raise ValueError("the library of announcements breaks off")
            (size,) = _LENGTH.unpack_from(data, place)
            place += _LENGTH.size + size
            if place > len(data):
                raise ValueError("the library of announcements breaks off")
            parts.append(data[place - size : place])
        if len(parts) % 2:
            raise ValueError("the library of announcements breaks off")
        entries = []
        for words, kept in zip(parts[::2], parts[1::2], strict=True):
            key, name, meaning = json.loads(words)
            entries.append(Entry(key, name, meaning, Fingerprint.from_bytes(kept)))
        return cls(entries)
