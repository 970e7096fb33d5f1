"""Sound out of a file that the PBX is still writing."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np

from hearing.sighting import RATE, Samples

FILE_RATE = 48_000
"""Samples a second in the files that the PBX writes for us, 16 bit, one channel (`.sln48`).

Asterisk writes through a buffer of 32 KiB. At 8 kHz that is two seconds of sound, at 48 kHz a
third of one, for 1.6 ms of CPU more in a second; what the higher rate adds is empty.
"""
_STEP = FILE_RATE // RATE
_BYTES = 2
BYTES_PER_SECOND = FILE_RATE * _BYTES


class Tail:
    """Reads what has been written since the last time; a file that is not there yet is empty."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None
        self._next = 0  # sample of the file that is wanted next; every sixth is

    @property
    def seconds(self) -> float:
        """How much was read so far."""
        return self._next / FILE_RATE

    def read(self, most_s: float = 1.0) -> Samples:
        """At most `most_s` seconds of new sound at `RATE`. Raises OSError."""
        if self._handle is None:
            try:
                self._handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                return np.zeros(0, np.float32)
        wanted = int(most_s * FILE_RATE) * _BYTES
        data = os.pread(self._handle, wanted, self._next * _BYTES)
        # The PBX made 48 kHz from 8: there is nothing above 4 kHz that every sixth could fold.
        sound = np.frombuffer(data[: len(data) // (_STEP * _BYTES) * _STEP * _BYTES], "<i2")
        self._next += len(sound)
        return sound[::_STEP].astype(np.float32) / np.float32(32768)

    def close(self) -> None:
        """Let go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
