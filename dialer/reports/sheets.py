"""Tables for spreadsheets: XLSX with several sheets, or one CSV; written row by row.

No cell can run as a formula (invariant 5): in XLSX every text is stored as text, whatever it
begins with; in CSV what a spreadsheet might run gets an apostrophe. Telephone numbers are text.
"""

import codecs
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from cti.base.csv_lines import csv_line
from cti.texts.reader import label

Cell = str | int | float | None
MOST_ROWS: Final = 1_048_576
"""Rows of an XLSX sheet, the header included."""
_MOST_CHARACTERS: Final = 32_767
_RUNS: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
_HEADER_FONT: Final = Font(bold=True, color="FFFFFFFF")
_HEADER_FILL: Final = PatternFill("solid", start_color="FF1F3864")
_HEADER_PLACE: Final = Alignment(vertical="center", wrap_text=True)
_TITLE_FONT: Final = Font(bold=True, size=14)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading in both languages, how wide (characters), and whether it holds
    telephone numbers.
    """

    english: str
    chinese: str
    width: int = 16
    number: bool = False

    @property
    def heading(self) -> str:
        """As the table's reader has it."""
        return label(self.english, self.chinese)


class Rows(Protocol):
    """A table that takes rows."""

    def add(self, cells: Sequence[Cell]) -> None:
        """Append a row."""
        ...


class Book:
    """An XLSX workbook. Sheets appear in the order in which they are opened; `save` once."""

    def __init__(self) -> None:
        self._book = Workbook(write_only=True)

    def sheet(self, title: str, columns: Sequence[Column]) -> "Sheet":
        """A sheet with a header line that stays in sight. It goes on in another when it is full."""
        return Sheet(self._book, title, columns)

    def page(self, title: str, widths: Sequence[int]) -> "Page":
        """A sheet without a header of its own."""
        return Page(self._book, title, widths)

    def save(self, path: Path) -> None:
        self._book.save(path)


class Sheet:
    """A long table, see `Book.sheet`."""

    def __init__(self, book: Any, title: str, columns: Sequence[Column]) -> None:
        self._book, self._title, self._columns = book, title, columns
        self._texts = [at for at, column in enumerate(columns) if column.number]
        self._parts = 0
        self._open()

    def add(self, cells: Sequence[Cell]) -> None:
        if self._rows == MOST_ROWS:
            self._open()
        row = [_safe(self._sheet, cell) for cell in cells]
        for at in self._texts:
            row[at] = _text(self._sheet, str(cells[at])) if cells[at] else None
        self._sheet.append(row)
        self._rows += 1

    def _open(self) -> None:
        self._parts += 1
        name = self._title if self._parts == 1 else f"{self._title} {self._parts}"
        self._sheet = self._book.create_sheet(name)
        self._sheet.freeze_panes = "A2"
        for at, column in enumerate(self._columns, 1):
            self._sheet.column_dimensions[get_column_letter(at)].width = column.width
        self._sheet.auto_filter.ref = f"A1:{get_column_letter(len(self._columns))}1"
        self._sheet.append([_heading(self._sheet, column.heading) for column in self._columns])
        self._rows = 1


class Page:
    """A short sheet of several blocks, see `Book.page`."""

    def __init__(self, book: Any, title: str, widths: Sequence[int]) -> None:
        self._sheet = book.create_sheet(title)
        for at, width in enumerate(widths, 1):
            self._sheet.column_dimensions[get_column_letter(at)].width = width

    def title(self, text: str) -> None:
        cell = _text(self._sheet, text)
        cell.font = _TITLE_FONT
        self._sheet.append([cell])

    def header(self, cells: Sequence[str]) -> None:
        self._sheet.append([_heading(self._sheet, text) for text in cells])

    def add(self, cells: Sequence[Cell]) -> None:
        self._sheet.append([_safe(self._sheet, cell) for cell in cells])


class CsvTable:
    """One CSV file: UTF-8 with a byte order mark, so that a spreadsheet reads it."""

    def __init__(self, path: Path, columns: Iterable[Column]) -> None:
        self._file = path.open("wb")
        self._file.write(codecs.BOM_UTF8 + csv_line(column.heading for column in columns))

    def add(self, cells: Sequence[Cell]) -> None:
        self._file.write(csv_line("" if cell is None else str(cell) for cell in cells))

    def close(self) -> None:
        self._file.close()


def _safe(sheet: Any, cell: Cell) -> Any:
    if not cell or not isinstance(cell, str):
        return None if cell == "" else cell
    text = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", cell)[:_MOST_CHARACTERS]
    return _text(sheet, text) if text.lstrip(" ").startswith(_RUNS) else text


def _text(sheet: Any, text: str) -> Any:
    """A cell that is text and stays text when somebody edits it."""
    clean = ILLEGAL_CHARACTERS_RE.sub("\N{REPLACEMENT CHARACTER}", text)[:_MOST_CHARACTERS]
    cell = WriteOnlyCell(sheet, clean)
    cell.data_type = "s"  # openpyxl takes what begins with = for a formula
    cell.number_format = "@"
    cell.quotePrefix = True
    return cell


def _heading(sheet: Any, text: str) -> Any:
    cell = _text(sheet, text)
    cell.font, cell.fill, cell.alignment = _HEADER_FONT, _HEADER_FILL, _HEADER_PLACE
    return cell
