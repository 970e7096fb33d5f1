"""Which of a site's own models runs. Light: the service asks at every call."""

from pathlib import Path

LEAST = 40
"""Calls of each side, person and none, without which nothing is learnt."""


def current(folder: Path) -> Path | None:
    """The site's model that runs, None where the shipped one does."""
    try:
        name = (folder / "current").read_text(encoding="utf-8").strip()
    except FileNotFoundError:
        return None
    path = folder / Path(name).name
    return path if path.is_file() else None
