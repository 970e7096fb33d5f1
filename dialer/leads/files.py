"""Lead files as tables: CSV and XLSX, read row by row."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from cti.base.errors import UserError

MAX_COLUMNS = 500
_NUMBER_KEPT_AS_TEXT = re.compile(r"\t+\+?\d*")


@dataclass(frozen=True, slots=True)
class Row:
    """One data row. `line` is counted as an editor does, from 1; `fault` says why it is no use."""

    line: int
    cells: list[str]
    fault: str = ""


class Table(Protocol):
    """An open file. Use from one thread at a time."""

    columns: list[str]

    def rows(self) -> Iterator[Row]:
        """Every row below the header that has anything in it; UserError if the file breaks off."""
        ...

    def share(self) -> float:
        """How much of the file was read, 0 to 1."""
        ...

    def close(self) -> None: ...


def name_columns(cells: Sequence[str], name: str) -> list[str]:
    """Unique column names from a header: blanks get their position, doubles a number."""
    if len(cells) > MAX_COLUMNS:
        raise UserError(f"{name} has {len(cells)} columns; at most {MAX_COLUMNS} are read.")
    columns: list[str] = []
    for position, cell in enumerate(cells, 1):
        title = " ".join(cell.replace("\0", "").split()) or f"column {position}"
        number, unique = 1, title
        while unique in columns:
            number += 1
            unique = f"{title} ({number})"
        columns.append(unique)
    return columns


def fault_in(cells: Sequence[str], columns: Sequence[str]) -> str:
    """Why a row of text cells cannot be used, or nothing."""
    if any(cell.strip() for cell in cells[len(columns) :]):
        return f"the row has {len(cells)} cells, the header {len(columns)}"
    for cell, column in zip(cells, columns, strict=False):
        if fault := _cell_fault(cell):
            return f"{fault} in column “{column[:60]}”"
    return ""


def _cell_fault(cell: str) -> str:
    if "\0" in cell:
        return "a NUL byte"
    if "\ufffd" in cell:
        return "bytes that are not in the file's encoding"
    # A spreadsheet runs what begins so. (A tab before plain digits is how shops export numbers.)
    if cell.lstrip().startswith(("=", "@")):
        return "a formula"
    if cell.startswith("\t") and not _NUMBER_KEPT_AS_TEXT.fullmatch(cell):
        return "a tab at the start"
    return ""
