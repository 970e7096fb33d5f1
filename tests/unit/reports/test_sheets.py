"""Tables for spreadsheets: safe, styled, and as long as they have to be."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from dialer.reports import sheets
from dialer.reports.sheets import Book, Column, CsvTable

COLUMNS = (
    Column("name", "姓名", 20),
    Column("number", "号码", 18, number=True),
    Column("dials", "拨打次数", 7),
)
DANGEROUS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", ' =HYPERLINK("x")']


def saved(path: Path, rows: list[list[sheets.Cell]]) -> Path:
    book = Book()
    sheet = book.sheet("Leads", COLUMNS)
    for row in rows:
        sheet.add(row)
    book.save(path)
    return path


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_is_a_formula_in_xlsx(tmp_path: Path, text: str) -> None:
    path = saved(tmp_path / "a.xlsx", [[text, text, 1]])
    row = load_workbook(path)["Leads"][2]
    for cell in row[:2]:
        assert cell.data_type == "s"
        assert cell.quotePrefix
        assert str(cell.value).strip() == text.strip()
    assert (row[2].data_type, row[2].value) == ("n", 1)


@settings(deadline=None, max_examples=40)
@given(st.text(max_size=40))
def test_any_text_can_be_stored(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.mktemp("sheets")
    path = saved(folder / "a.xlsx", [[text, text, 1]])
    assert all(cell.data_type != "f" for cell in load_workbook(path)["Leads"][2])
    table = CsvTable(folder / "a.csv", COLUMNS)
    table.add([text, text, 1])
    table.close()
    assert (folder / "a.csv").read_bytes().startswith(b"\xef\xbb\xbfname,number,dials\r\n")


def test_numbers_are_text_and_the_header_stays_in_sight(tmp_path: Path) -> None:
    path = saved(tmp_path / "a.xlsx", [["Ann", "+8613800000001", 2]])
    sheet = load_workbook(path)["Leads"]
    assert sheet.freeze_panes == "A2"
    assert sheet.column_dimensions["A"].width == 20
    assert sheet["A1"].font.bold
    assert (sheet["B2"].value, sheet["B2"].data_type) == ("+8613800000001", "s")
    assert sheet["B2"].number_format == "@"


def test_a_full_sheet_goes_on_in_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sheets, "MOST_ROWS", 3)
    path = saved(tmp_path / "a.xlsx", [[f"P{n}", "+861", n] for n in range(5)])
    book = load_workbook(path)
    assert book.sheetnames == ["Leads", "Leads 2", "Leads 3"]
    assert [sheet.max_row for sheet in book] == [3, 3, 2]
    assert book["Leads 3"]["A2"].value == "P4"


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_text_is_a_formula_in_csv(tmp_path: Path, text: str) -> None:
    table = CsvTable(tmp_path / "a.csv", COLUMNS)
    table.add([text, "+8613800000001", None])
    table.close()
    line = (tmp_path / "a.csv").read_bytes().split(b"dials\r\n", 1)[1].decode()
    assert line.lstrip('"').startswith("'")
    assert line.rstrip().endswith(",+8613800000001,")
