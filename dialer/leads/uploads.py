"""Takes our own copy of a file that is to be imported."""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from cti.base.errors import UserError

MAX_FILE = 2 * 1024**3  # bytes
_PREFIX = "leads-"


async def keep_file(folder: Path, content: Path | AsyncIterator[bytes], name: str) -> Path:
    """Copy `content` into a new file in `folder`; `name` is what people call it.

    Raises UserError when it is gone, too big, or the disk is full; then nothing is left behind.
    """
    handle, target = tempfile.mkstemp(prefix=_PREFIX, dir=folder)
    path = Path(target)
    try:
        with os.fdopen(handle, "wb") as file:
            if isinstance(content, Path):
                await asyncio.to_thread(_copy, content, path)
            else:
                size = 0
                async for chunk in content:
                    size += len(chunk)
                    _demand_fit(size, name)
                    await asyncio.to_thread(file.write, chunk)
    except OSError as error:
        discard(path)
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise UserError(
            f"{name} cannot be taken in: {error.strerror}.", "Free some disk space." if full else ""
        ) from error
    except BaseException:
        discard(path)
        raise
    return path


def discard(path: Path) -> None:
    """Delete our copy of a file."""
    path.unlink(missing_ok=True)


def discard_others(folder: Path, wanted: set[str]) -> None:
    """Delete the copies in `folder` but those whose paths are `wanted`."""
    for path in folder.glob(f"{_PREFIX}*"):
        if str(path) not in wanted:
            discard(path)


def _copy(source: Path, target: Path) -> None:
    _demand_fit(source.stat().st_size, source.name)
    shutil.copyfile(source, target)


def _demand_fit(size: int, name: str) -> None:
    if size > MAX_FILE:
        raise UserError(f"{name} is larger than {MAX_FILE // 1024**3} GiB.", "Split it.")
