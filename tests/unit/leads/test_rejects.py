"""What leaves in a CSV cannot run in a spreadsheet, and telephone numbers survive."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.base.csv_lines import csv_line, safe_cell


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("+A1", "'+A1"),
        ("-2+cmd|' /C calc'!A0", "'-2+cmd|' /C calc'!A0"),
        ("+1+1", "'+1+1"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"),
        ("\n=1", "'\n=1"),
        (" =1", "' =1"),
        ("-", "'-"),
        ("+49 89 123456", "+49 89 123456"),
        ("+86 (138) 0000-1111", "+86 (138) 0000-1111"),
        ("-5", "-5"),
        ("Müller = gut", "Müller = gut"),
        ("", ""),
    ],
)
def test_formulas_are_disarmed(cell: str, written: str) -> None:
    assert safe_cell(cell) == written


@given(cells=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1))
def test_every_cell_comes_back_as_it_was_but_for_an_apostrophe(cells: list[str]) -> None:
    text = csv_line(cells).decode()
    (found,) = csv.reader(io.StringIO(text, newline=""))
    for cell, back in zip(cells, found, strict=True):
        assert back in (cell, f"'{cell}")
        assert not back.startswith(("=", "@", "\t", "\r"))
