"""Makes files as people bring them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook


class Write(Protocol):
    """The `write` fixture: makes a file, text as UTF-8, and returns its path."""

    def __call__(self, content: str | bytes, name: str = "leads.csv") -> Path: ...


def workbook(path: Path, rows: Sequence[Sequence[Any]], *, sized: bool = True) -> Path:
    """Make an XLSX whose first sheet has these rows; `sized`: and says how many."""
    book = Workbook(write_only=not sized)
    sheet = book.active or book.create_sheet("leads")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path
