"""Makes files as people bring them."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from openpyxl import Workbook


class Write(Protocol):
    """The `write` fixture: makes a file, text as UTF-8, and returns its path."""

    def __call__(self, content: str | bytes, name: str = "leads.csv") -> Path: ...


def workbook(path: Path, rows: Sequence[Sequence[Any]]) -> Path:
    """Make an XLSX whose first sheet has these rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("leads")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path
