"""Files that hold secrets: made readable for their owner alone, replaced in one step."""

import os
import secrets
from pathlib import Path


def write_private(path: Path, text: str) -> bool:
    """Write `text` (UTF-8, mode 0600) in one step; False when the file already says just that."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        if path.read_text(encoding="utf-8") == text and path.stat().st_mode & 0o077 == 0:
            return False
    except FileNotFoundError:
        pass
    new = path.with_name(f".{path.name}.new")
    new.unlink(missing_ok=True)
    handle = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    new.replace(path)
    return True


def secret(path: Path) -> str:
    """The secret kept in `path`, made on first use: 32 letters that need no escaping anywhere."""
    try:
        return path.read_text(encoding="ascii").strip()
    except FileNotFoundError:
        write_private(path, secrets.token_hex(16) + "\n")
        return path.read_text(encoding="ascii").strip()
