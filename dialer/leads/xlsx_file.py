"""XLSX: the first sheet, cell by cell. Numbers become plain digits, formulas are refused."""

import warnings
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook

from cti.base.errors import UserError
from dialer.leads.files import Row, name_columns

MAX_UNPACKED = 4 * 1024**3  # bytes of sheets, which are read as a stream
MAX_HELD = 512 * 1024**2  # bytes of all other parts: the texts table is held in memory
MAX_LINES = 1_048_576  # Excel's own limit

_DAMAGED = (zipfile.BadZipFile, zlib.error, ParseError, KeyError, ValueError, OSError, EOFError)

# openpyxl warns about styles and extensions that do not matter to us.
warnings.filterwarnings("ignore", module="openpyxl")


class XlsxFile:
    """One open workbook; its first sheet is the table.

    name: the file's name for people. Raises UserError for what is no workbook, or would unpack
    to more than memory and disk should be asked for.
    """

    def __init__(self, path: Path, name: str) -> None:
        self._name = name
        self._file = path.open("rb")
        self._size = path.stat().st_size
        self._line = 0
        try:
            self._open(path)
        except UserError:
            self.close()
            raise
        except _DAMAGED as error:
            self.close()
            raise _damaged(name, "cannot be opened", error) from error

    def _open(self, path: Path) -> None:
        _check_parts(path, self._name)
        book = load_workbook(self._file, read_only=True, keep_links=False)
        if not book.worksheets:
            raise UserError(f"{self._name} has no sheet with cells.")
        self._sheet = book.worksheets[0]
        self._total: int | None = self._sheet.max_row
        self._sheet.reset_dimensions()  # what the file says of its size may be wrong
        self._lines = self._numbered()
        header = next((cells for _, cells, _ in self._lines if any(cells)), None)
        if header is None:
            raise UserError(f"{self._name} is empty.", "It needs a header row and rows below it.")
        self.columns = name_columns(header, self._name)

    def rows(self) -> Iterator[Row]:
        try:
            for number, cells, formula in self._lines:
                if any(cell.strip() for cell in cells):
                    yield Row(number, cells, self._fault(cells, formula))
        except _DAMAGED as error:
            raise _damaged(self._name, f"breaks off after row {self._line}", error) from error

    def share(self) -> float:
        if self._total:
            return min(1.0, self._line / self._total)
        return min(1.0, self._file.tell() / self._size)  # of the archive: near enough

    def close(self) -> None:
        self._file.close()

    def _numbered(self) -> Iterator[tuple[int, list[str], int]]:
        """Row number, cells, and the position of the first formula (-1: none)."""
        for number, row in enumerate(self._sheet.iter_rows(max_row=MAX_LINES), 1):
            self._line = number
            cells = [_text(cell.value) for cell in row]
            formula = next((i for i, cell in enumerate(row) if cell.data_type == "f"), -1)
            yield number, cells, formula

    def _fault(self, cells: list[str], formula: int) -> str:
        if any(cell.strip() for cell in cells[len(self.columns) :]):
            return f"the row has {len(cells)} cells, the header {len(self.columns)}"
        if formula >= 0:
            return f"a formula in column “{self.columns[formula][:60]}”"
        return ""


def _check_parts(path: Path, name: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    names = {part.filename for part in parts}
    if "xl/workbook.bin" in names:
        raise UserError(f"{name} is a binary workbook (XLSB).", "Save it as XLSX or CSV.")
    if not any(part.startswith("xl/workbook") for part in names):
        raise UserError(f"{name} is a ZIP archive, but no workbook.", "Import XLSX or CSV.")
    sheets = sum(part.file_size for part in parts if part.filename.startswith("xl/worksheets/"))
    others = sum(part.file_size for part in parts) - sheets
    if sheets > MAX_UNPACKED or others > MAX_HELD:
        raise UserError(
            f"{name} unpacks to {(sheets + others) / 1024**3:.1f} GiB, which is too much.",
            "Save it as CSV.",
        )


def _damaged(name: str, how: str, error: Exception) -> UserError:
    return UserError(f"{name} is a damaged workbook: it {how} ({error}).", "Save it again as XLSX.")


def _text(value: Any) -> str:  # noqa: PLR0911 - one line per kind of cell
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return str(value).upper()
        case float():
            return str(int(value)) if value.is_integer() else f"{value:.15g}"
        case datetime():
            return value.isoformat(" ")
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)
