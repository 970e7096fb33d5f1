"""CSV lines that a spreadsheet can open without running anything (invariant 5)."""

import csv
import io
import re
from collections.abc import Iterable

# What begins so may be run as a formula. A telephone number may too, and must survive as it is:
# a plus and then only digits and separators is a number to a spreadsheet, never a command.
_DANGEROUS = re.compile(r"\s*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d[\d ().-]*")


def safe_cell(text: str) -> str:
    """`text` with an apostrophe before it if a spreadsheet might take it for a formula."""
    if _DANGEROUS.match(text) and not _NUMBER.fullmatch(text):
        return f"'{text}"
    return text


def csv_line(cells: Iterable[str]) -> bytes:
    """One CSV line (RFC 4180, UTF-8), every cell safe."""
    line = io.StringIO()
    csv.writer(line).writerow([safe_cell(cell) for cell in cells])
    return line.getvalue().encode()
