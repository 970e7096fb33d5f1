"""CSV: any usual delimiter and encoding, true line numbers, and no line that eats the memory."""

import csv
import io
from collections import deque
from collections.abc import Iterator
from pathlib import Path

from cti.base.errors import UserError
from dialer.leads.encoding import check_encoding, detect_encoding
from dialer.leads.files import Row, fault_in, name_columns

MAX_RECORD = 100_000  # characters, over all lines of one row
DELIMITERS = (",", ";", "\t", "|")
_KEPT = 1000  # characters of a line that is too long


class CsvFile:
    """One open CSV file.

    name: the file's name for people. encoding, delimiter: found out when empty.
    Raises UserError for a file that is empty or not text.
    """

    def __init__(self, path: Path, name: str, encoding: str = "", delimiter: str = "") -> None:
        encoding = check_encoding(encoding) if encoding else detect_encoding(path, name)
        self._size = max(1, path.stat().st_size)
        self._bytes = path.open("rb")
        text = io.TextIOWrapper(self._bytes, encoding, errors="replace", newline="")
        self._lines = _Lines(text)
        try:
            self._read_header(name, delimiter)
        except UserError:
            self.close()
            raise

    def rows(self) -> Iterator[Row]:
        for number, line in self._lines:
            if len(line) > MAX_RECORD:
                yield Row(number, [line[:_KEPT]], f"longer than {MAX_RECORD:,} characters")
                continue
            cells, fault = self._cells(number, line)
            if any(cell.strip() for cell in cells):
                yield Row(number, cells, fault or fault_in(cells, self.columns))

    def share(self) -> float:
        return min(1.0, self._bytes.tell() / self._size)

    def close(self) -> None:
        self._bytes.close()

    def _read_header(self, name: str, delimiter: str) -> None:
        number, line = next(((n, line) for n, line in self._lines if line.strip()), (0, ""))
        if line.lower().startswith("sep=") and len(line.strip("\r\n")) == 5:  # Excel's own hint
            delimiter = delimiter or line[4]
            number, line = next(iter(self._lines), (0, ""))
        if not line.strip():
            raise UserError(f"{name} is empty.", "It needs a header line and rows below it.")
        if len(line) > MAX_RECORD:
            raise UserError(
                f"Line {number} of {name} is longer than {MAX_RECORD:,} characters: "
                "that is no table with one lead a line.",
                "Export it again as CSV or XLSX.",
            )
        self._delimiter = delimiter or max(DELIMITERS, key=line.count)
        cells, fault = self._cells(number, line)
        if fault:
            raise UserError(f"The header of {name}, line {number}: {fault}.")
        self.columns = name_columns(cells, name)

    def _cells(self, number: int, line: str) -> tuple[list[str], str]:
        """The cells of the row that starts with `line`, taking more lines if quotes demand it."""
        if '"' not in line:
            return line.rstrip("\r\n").split(self._delimiter), ""
        taken: list[tuple[int, str]] = []
        try:
            source = self._continued(line, taken)
            return next(csv.reader(source, delimiter=self._delimiter)), ""
        except _UnclosedError:
            # One stray quote must not swallow the rest of the file.
            self._lines.put_back(taken)
            cells = line.rstrip("\r\n").split(self._delimiter)
            return cells, "a quote opens here and is never closed"

    def _continued(self, line: str, taken: list[tuple[int, str]]) -> Iterator[str]:
        yield line
        size = len(line)
        for number, more in self._lines:
            taken.append((number, more))
            size += len(more)
            if size > MAX_RECORD:
                break
            yield more
        raise _UnclosedError


class _UnclosedError(Exception):
    """The file ended, or a row grew too long, inside quotes."""


class _Lines:
    """Numbered lines with their ends; one that is too long is cut and its rest skipped."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._number = 0
        self._back: deque[tuple[int, str]] = deque()

    def __iter__(self) -> Iterator[tuple[int, str]]:
        return self

    def __next__(self) -> tuple[int, str]:
        if self._back:
            return self._back.popleft()
        line = self._text.readline(MAX_RECORD + 1)
        if not line:
            raise StopIteration
        self._number += 1
        if len(line) > MAX_RECORD:
            rest = line
            while rest and not rest.endswith(("\n", "\r")):
                rest = self._text.readline(MAX_RECORD)
        return self._number, line

    def put_back(self, lines: list[tuple[int, str]]) -> None:
        self._back.extendleft(reversed(lines))
