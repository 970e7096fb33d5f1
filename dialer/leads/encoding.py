"""Which encoding a text file is in: spreadsheets and exports rarely say."""

import codecs
from pathlib import Path

from charset_normalizer import from_bytes

from cti.base.errors import UserError

_SAMPLE = 256 * 1024  # bytes of lines that hold more than ASCII
_LINE = 64 * 1024
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def detect_encoding(path: Path, name: str) -> str:
    """The name of a Python codec that reads `path`; `name` is the file's name for people.

    A byte order mark decides. Else UTF-8 or GB18030 (which includes GBK and GB2312), if all but
    a few of the bytes fit: the few are marked with U+FFFD by the reader, row by row. Only then is
    it left to statistics. Raises UserError when the file is no text in any known encoding.
    """
    with path.open("rb") as file:
        start = file.read(4096)
    for mark, encoding in _BOMS:
        if start.startswith(mark):
            return encoding
    if wide := _utf_16(start):
        return wide
    if start.count(0) > max(20, len(start) // 20):  # a few are faults of single rows
        raise UserError(f"{name} is no text file.", "Import CSV or XLSX.")
    sample = _sample(path)
    if not sample or _misfits(sample, "utf-8") < 0.02:
        return "utf-8"
    if _misfits(sample, "gb18030") < 0.02 and _common_chinese(sample) > 0.7:
        return "gb18030"
    best = from_bytes(sample[:_LINE]).best()
    if best is None:
        raise UserError(
            f"{name} is neither CSV nor XLSX: no known text encoding fits it.",
            "Save it as “CSV UTF-8”, or name its encoding.",
        )
    return best.encoding


def check_encoding(encoding: str) -> str:
    """`encoding` as Python calls it; UserError for one that does not exist."""
    try:
        return codecs.lookup(encoding).name
    except LookupError as error:
        raise UserError(
            f"There is no text encoding “{encoding}”.", "Try utf-8, gb18030 or utf-16."
        ) from error


def _utf_16(start: bytes) -> str:
    """UTF-16 without its mark: every other byte of plain letters, digits and commas is zero."""
    even, odd = start[::2].count(0), start[1::2].count(0)
    if min(even, odd) == 0 and max(even, odd) > len(start) // 8:
        return "utf-16-le" if odd else "utf-16-be"
    return ""


def _sample(path: Path) -> bytes:
    sample = bytearray()
    with path.open("rb") as file:
        while len(sample) < _SAMPLE and (line := file.readline(_LINE)):
            if not line.isascii():
                sample += line
    return bytes(sample)


def _misfits(sample: bytes, encoding: str) -> float:
    """Share of what is not ASCII that cannot be read in this encoding."""
    beyond = [char for char in sample.decode(encoding, "replace") if char > "\x7f"]
    return beyond.count("\ufffd") / max(1, len(beyond))


def _common_chinese(sample: bytes) -> float:
    """Share of what is not ASCII that is everyday Chinese (GB2312) when read as GB18030.

    Western accents read as GB18030 give signs that hardly anybody writes.
    """
    beyond = "".join(char for char in sample.decode("gb18030", "replace") if char > "\x7f")
    common = beyond.encode("gb2312", "ignore").decode("gb2312")
    return len(common) / max(1, len(beyond))
