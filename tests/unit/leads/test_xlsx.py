"""Workbooks: what people see in a cell is what is imported, and nothing is run."""

import zipfile
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from cti.base.errors import UserError
from dialer.leads import xlsx_file
from dialer.leads.files import Row
from dialer.leads.opening import open_table
from tests.unit.leads.files import Write, workbook

MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=UTC).replace(tzinfo=None)


def read(path: Path) -> tuple[list[str], list[Row]]:
    table = open_table(path, path.name)
    rows = list(table.rows())
    table.close()
    return table.columns, rows


def test_cells_become_text(tmp_path: Path) -> None:
    path = workbook(
        tmp_path / "leads.xlsx",
        [
            ["name", "phone", None, "extra"],
            ["王芳", 13800001111, 0.1, True],
            [],
            ["-", 13800001112.0, date(2026, 3, 2), "@home"],
            [None, "+44 7700 900123", MORNING, MORNING.time()],
        ],
    )
    columns, rows = read(path)
    assert columns == ["name", "phone", "column 3", "extra"]
    assert rows == [
        Row(2, ["王芳", "13800001111", "0.1", "TRUE"]),
        Row(4, ["-", "13800001112", "2026-03-02 00:00:00", "@home"]),
        Row(5, ["", "+44 7700 900123", "2026-03-02 09:30:00", "09:30:00"]),
    ]


def test_formulas_are_refused_and_named(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", [["name", "phone"], ["A", "=1+1"], ["B", 12]])
    assert read(path)[1] == [
        Row(2, ["A", "=1+1"], "a formula in column “phone”"),
        Row(3, ["B", "12"]),
    ]


def test_a_row_wider_than_the_header_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "leads.xlsx", [["phone"], [12, None, "x"]])
    assert read(path)[1] == [Row(2, ["12", "", "x"], "the row has 3 cells, the header 1")]


def test_the_first_bytes_tell_what_a_file_is_not_its_name(tmp_path: Path, write: Write) -> None:
    book = workbook(tmp_path / "leads.csv", [["phone"], [12]])
    assert read(book)[0] == ["phone"]
    assert open_columns(write("phone\n12\n", "leads.xlsx")) == ["phone"]


@pytest.mark.parametrize("sized", [True, False])
def test_tells_how_far_it_is(sized: bool, tmp_path: Path) -> None:
    rows: list[list[Any]] = [["phone"], *[[n] for n in range(1000, 6000)]]
    table = open_table(workbook(tmp_path / "x.xlsx", rows, sized=sized), "x.xlsx")
    rows_left = table.rows()
    next(rows_left)
    early = table.share()
    list(rows_left)
    assert early < 0.9 < table.share() <= 1
    table.close()


def open_columns(path: Path) -> list[str]:
    table = open_table(path, path.name)
    table.close()
    return table.columns


def _zip(path: Path, names: list[str]) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path


@pytest.mark.parametrize(
    ("names", "sentence"),
    [
        (["xl/workbook.bin"], "binary workbook"),
        (["word/document.xml"], "no workbook"),
        (["xl/workbook.xml"], "damaged workbook: it cannot be opened"),
    ],
)
def test_other_archives_are_refused(names: list[str], sentence: str, tmp_path: Path) -> None:
    with pytest.raises(UserError, match=sentence):
        open_table(_zip(tmp_path / "x.xlsx", names), "x.xlsx")


def test_old_excel_files_are_refused(write: Write) -> None:
    with pytest.raises(UserError, match="old kind"):
        open_table(write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500), "x.xls"), "x.xls")


def test_a_file_that_is_gone_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"x\.csv cannot be read: No such file"):
        open_table(tmp_path / "x.csv", "x.csv")


def test_an_empty_sheet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"x\.xlsx is empty"):
        open_table(workbook(tmp_path / "x.xlsx", []), "x.xlsx")


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = workbook(tmp_path / "x.xlsx", [["phone"], *([["0" * 1000]] * 200)])
    monkeypatch.setattr(xlsx_file, "MAX_UNPACKED", 100_000)
    with pytest.raises(UserError, match="unpacks to"):
        open_table(path, "x.xlsx")


def test_a_sheet_that_breaks_off_says_where(tmp_path: Path) -> None:
    whole = workbook(tmp_path / "whole.xlsx", [["phone"], *([[number] for number in range(5000)])])
    broken = tmp_path / "broken.xlsx"
    with zipfile.ZipFile(whole) as source, zipfile.ZipFile(broken, "w") as target:
        for part in source.namelist():
            data = source.read(part)
            target.writestr(part, data[: len(data) // 2] if "worksheets" in part else data)
    table = open_table(broken, "broken.xlsx")
    with pytest.raises(UserError, match=r"broken\.xlsx is a damaged workbook: it breaks off after"):
        list(table.rows())
    table.close()
