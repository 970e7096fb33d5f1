"""Where the PBX writes what is listened to: private, in memory if there is room, soon deleted."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterable
from pathlib import Path

from cti.base.errors import UserError
from hearing.sighting import Phase

MEMORY = Path("/dev/shm")  # noqa: S108 - what is made there is checked and ours alone
ROOM_NEEDED = 256 << 20
"""Bytes that must be free in memory for listening to go there."""
SHARE = 4
"""At most a quarter of what is free at the start is used."""
_SUFFIX = ".sln48"  # Asterisk's name for hearing.tail.FILE_RATE
_UNWRITABLE = frozenset(",;|&\"'$`\\{}()^")  # mean something to the PBX


class EarFolder:
    """A folder for files named `{call}.{phase}.sln48`."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        """shared: the PBX is another user of our group (or root), so the group may write.

        UserError when the PBX could not write there because of the folder's name.
        """
        if found := _UNWRITABLE & set(str(path)):
            raise UserError(
                f"The PBX cannot write to {path}: it has {min(found)!r} in its name.",
                "Choose another folder with CTI_HEARING or CTI_STATE.",
            )
        self.path = path
        self.most_bytes = 0
        self._mode = 0o770 if shared else 0o700

    def prepare(self) -> None:
        """Make the folder ours, and empty it of what a crash left. UserError if it is not ours."""
        self.path.mkdir(mode=self._mode, parents=True, exist_ok=True)
        found = os.lstat(self.path)
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
            raise UserError(
                f"{self.path} is not a folder of ours.", "Remove it, or set CTI_HEARING."
            )
        self.path.chmod(self._mode)
        self.remove(self.path.glob(f"*{_SUFFIX}"))
        self.most_bytes = shutil.disk_usage(self.path).free // SHARE

    def file(self, call: str, phase: Phase) -> Path:
        """Where a phase of a call is written. `call` is an id of our own."""
        return self.path / f"{call}.{phase.value}{_SUFFIX}"

    @staticmethod
    def remove(files: Iterable[Path]) -> None:
        """Delete files, there or not."""
        for file in files:
            file.unlink(missing_ok=True)

    def close(self) -> None:
        """Delete everything, the folder too unless something else is in it."""
        self.remove(self.path.glob(f"*{_SUFFIX}"))
        if self.path.is_dir() and not any(self.path.iterdir()):
            self.path.rmdir()


def private_folder(state: Path) -> Path:
    """For a PBX on this machine that runs as we do: one folder for each state folder."""
    mark = hashlib.sha256(str(state).encode()).hexdigest()[:16]
    usable = MEMORY.is_dir() and os.access(MEMORY, os.W_OK)
    if usable and shutil.disk_usage(MEMORY).free >= ROOM_NEEDED:
        return MEMORY / f"cti-ears-{os.getuid()}-{mark}"
    return state / "ears"
