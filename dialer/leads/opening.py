"""Opens a lead file, whatever it is; what it is, its first bytes tell and not its name."""

from pathlib import Path

from cti.base.errors import UserError
from dialer.leads.csv_file import CsvFile
from dialer.leads.files import Table
from dialer.leads.xlsx_file import XlsxFile

_ZIP = b"PK\x03\x04"
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def open_table(path: Path, name: str, encoding: str = "", delimiter: str = "") -> Table:
    """The table in `path`, to be closed by the caller; `name` is the file's name for people.

    Raises UserError for a file that is gone, empty, or no CSV or XLSX.
    """
    try:
        with path.open("rb") as file:
            start = file.read(8)
    except OSError as error:
        raise UserError(f"{name} cannot be read: {error.strerror}.") from error
    if start.startswith(_ZIP):
        return XlsxFile(path, name)
    if start == _OLE2:
        raise UserError(
            f"{name} is an Excel file of the old kind (XLS), or one with a password.",
            "Save it as XLSX or CSV, without a password.",
        )
    return CsvFile(path, name, encoding, delimiter)
