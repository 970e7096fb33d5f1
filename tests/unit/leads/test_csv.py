"""CSV as people bring it: encodings, delimiters, quotes, and lines that never end."""

import csv
import io
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cti.base.errors import UserError
from dialer.leads.csv_file import MAX_RECORD, CsvFile
from dialer.leads.files import Row
from tests.unit.leads.files import Write

CHINESE = "姓名,手机\n王芳,13800001111\n李强,13800001112\n"


@contextmanager
def opened(path: Path, encoding: str = "", delimiter: str = "") -> Iterator[CsvFile]:
    file = CsvFile(path, path.name, encoding, delimiter)
    yield file
    file.close()


def read(path: Path) -> tuple[list[str], list[Row]]:
    with opened(path) as file:
        return file.columns, list(file.rows())


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_the_encoding_is_found_out(encoding: str, write: Write) -> None:
    text = CHINESE if "-e" not in encoding else "name,phone\n" + CHINESE.split("\n", 1)[1]
    columns, rows = read(write(text.encode(encoding)))
    assert len(columns) == 2
    assert [row.cells for row in rows] == [["王芳", "13800001111"], ["李强", "13800001112"]]


def test_western_accents_are_not_read_as_chinese(write: Write) -> None:
    text = "Name;Telefon\n" + "".join(
        f"{name};0891234567\n" for name in ("Jürgen Müller", "Renée Lefèvre", "Björn Höß") * 20
    )
    _, rows = read(write(text.encode("cp1252")))
    assert rows[0].cells[0] == "Jürgen Müller"


def test_a_few_bad_bytes_spoil_their_rows_and_not_the_file(write: Write) -> None:
    good = "".join(f"王芳,138{number:08}\n" for number in range(100)).encode()
    _, rows = read(write("姓名,手机\n".encode() + good + b"bad\xff,13900000000\n" + good))
    faults = [(row.line, row.fault) for row in rows if row.fault]
    assert faults == [(102, "bytes that are not in the file's encoding in column “姓名”")]


def test_an_encoding_can_be_told_and_must_exist(write: Write) -> None:
    path = write("name,phone\nRenée,1\n".encode("cp1252"))
    with opened(path, "cp1252") as file:
        assert next(file.rows()).cells[0] == "Renée"
    with pytest.raises(UserError, match="no text encoding “klingon”"):
        CsvFile(path, "leads.csv", "klingon")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_out(delimiter: str, write: Write) -> None:
    columns, rows = read(write(f"name{delimiter}phone\nAnn{delimiter}12\n"))
    assert (columns, rows) == (["name", "phone"], [Row(2, ["Ann", "12"])])


def test_excels_own_hint_names_the_delimiter(write: Write) -> None:
    columns, rows = read(write("sep=;\r\na,b;c\r\n1,2;3\r\n"))
    assert (columns, rows) == (["a,b", "c"], [Row(3, ["1,2", "3"])])


def test_lines_are_counted_as_an_editor_does(write: Write) -> None:
    text = '\nname,note\r\nA,"one\r\ntwo\nthree"\r\n\r\n,\r\nB,x\rC,y\n'
    _, rows = read(write(text))
    assert [(row.line, row.cells) for row in rows] == [
        (3, ["A", "one\r\ntwo\nthree"]),
        (8, ["B", "x"]),
        (9, ["C", "y"]),
    ]


def test_blank_and_double_headers_get_names(write: Write) -> None:
    columns, _ = read(write("phone,,phone, phone ,\n1,2,3,4,5\n"))
    assert columns == ["phone", "column 2", "phone (2)", "phone (3)", "column 5"]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "leads.csv is empty"),
        ("\r\n \n", "leads.csv is empty"),
        ("x" * (MAX_RECORD + 1), "Line 1 of leads.csv is longer than 100,000 characters"),
        (",".join("x" * 501), "has 501 columns; at most 500"),
        ('name,"phone\n1,2\n', "The header of leads.csv, line 1: a quote opens here"),
        (bytes(range(256)) + bytes(5000), "leads.csv is no text file"),
    ],
)
def test_files_of_no_use_get_a_sentence(content: str | bytes, sentence: str, write: Write) -> None:
    with pytest.raises(UserError, match=sentence):
        CsvFile(write(content), "leads.csv")


def test_fifty_megabytes_in_one_line_cost_no_memory(write: Write) -> None:
    path = write(b"name,phone\nA,1\n" + b"x" * 50_000_000 + b"\nB,2\n")
    tracemalloc.start()
    _, rows = read(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [(row.line, row.fault) for row in rows] == [
        (2, ""),
        (3, "longer than 100,000 characters"),
        (4, ""),
    ]
    assert peak < 5_000_000


@pytest.mark.parametrize("after", [10, 60_000])
def test_a_quote_never_closed_spoils_one_row(after: int, write: Write) -> None:
    text = 'name,phone\nA,"1\n' + "".join(f"B,{number}\n" for number in range(after))
    _, rows = read(write(text))
    assert (rows[0].line, rows[0].fault) == (2, "a quote opens here and is never closed")
    assert len(rows) == after + 1
    assert rows[-1] == Row(after + 2, ["B", str(after - 1)])


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        ("=1+1,2", "a formula in column “name”"),
        (' =HYPERLINK("x"),2', "a formula in column “name”"),
        ("A,@SUM(A1)", "a formula in column “phone”"),
        ("A,\tx", "a tab at the start in column “phone”"),
        ("A,\x00", "a NUL byte in column “phone”"),
        ("A,2,3", "the row has 3 cells, the header 2"),
        ("A,\t13800001111", ""),
        ("A,+8613800001111", ""),
        ("-,1", ""),
        ("A,2,,", ""),
        ("A", ""),
    ],
)
def test_rows_of_no_use_say_why(row: str, fault: str, write: Write) -> None:
    _, rows = read(write(f"name,phone\n{row}\n"))
    assert [row.fault for row in rows] == [fault]


_CELL = st.text(st.characters(exclude_characters="\0\ufffd", exclude_categories=["Cs"]))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(rows=st.lists(st.tuples(_CELL, _CELL)))
def test_what_is_written_is_read_with_its_line(rows: list[tuple[str, str]], write: Write) -> None:
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["a", "b"])
    expected = []
    for row in rows:
        line = len(text.getvalue().replace("\r\n", "\n").replace("\r", "\n").split("\n"))
        writer.writerow(row)
        if any(cell.strip() for cell in row):
            expected.append((line, list(row)))
    path = write(b"\xef\xbb\xbf" + text.getvalue().encode())
    _, found = read(path)
    assert [(row.line, row.cells) for row in found] == expected
