"""A file is looked at before it is imported."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from cti.base.errors import NotFound, UserError
from cti.store.engine import Store
from dialer.leads import preview
from dialer.leads.models import LeadListRow, LeadRow
from dialer.leads.rows import ImportOptions
from dialer.leads.service import LeadService
from tests.unit.leads.files import Write

GB = ImportOptions(region="GB")
FILE = "Tel,Full name,Company\n07700 900123,Ann,Acme\n12,Bob,\n07700900123,Again,\n"


async def test_it_says_what_the_import_then_does_and_stores_nothing(
    leads: LeadService, campaign: int, write: Write, store: Store
) -> None:
    seen = await leads.preview(campaign, write(FILE), "may.csv", GB)
    assert [(c.name, c.field) for c in seen.columns] == [
        ("Tel", "phone"), ("Full name", "name"), ("Company", "keep"),
    ]  # fmt: skip
    assert seen.columns[2].samples == ["Acme"]
    assert (seen.rows, seen.accepted, seen.rejected, seen.whole) == (3, 1, 2, True)
    assert (seen.list_name, seen.fault) == ("may", "")
    assert seen.first[0].numbers == ["+447700900123"]
    assert seen.first[0].time_zone == "Europe/London"
    assert [row.refused != "" for row in seen.first] == [False, True, True]
    assert "on line 2 of this file" in seen.first[2].refused
    assert [(r.rows, r.lines) for r in seen.refusals] == [(1, [3]), (1, [4])]
    async with store.read() as session:
        for table in (LeadRow, LeadListRow):
            assert await session.scalar(select(func.count()).select_from(table)) == 0

    done = await leads.wait_for_import(await leads.start_previewed(campaign, seen.upload, GB))
    assert (done.accepted, done.rejected) == (seen.accepted, seen.rejected)
    with pytest.raises(NotFound, match="no longer kept"):
        await leads.start_previewed(campaign, seen.upload, GB)

    again = await leads.preview(campaign, write(FILE), "may.csv", GB)
    assert again.accepted == 0
    assert "on this list" in again.first[0].refused


async def test_doubles_are_found_across_batches(
    leads: LeadService, campaign: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "BATCH", 1)
    seen = await leads.preview(campaign, write(FILE), "may.csv", GB)
    assert (seen.accepted, seen.rejected) == (1, 2)


async def test_another_mapping_is_tried_on_the_same_file(
    leads: LeadService, campaign: int, write: Write
) -> None:
    seen = await leads.preview(campaign, write("A,B\n07700900123,Ann\n"), "x.csv", GB)
    assert "looks like telephone numbers" in seen.fault
    assert [c.field for c in seen.columns] == ["keep", "keep"]
    assert (seen.rows, seen.first) == (0, [])
    mapped = ImportOptions(region="GB", mapping={"A": "phone", "B": "name"})
    better = await leads.preview(campaign, None, "", mapped, upload=seen.upload)
    assert (better.fault, better.accepted, better.columns[0].told) == ("", 1, True)
    wrong = ImportOptions(region="GB", mapping={"Z": "phone"})
    assert (
        "no column “Z”"
        in (await leads.preview(campaign, None, "", wrong, upload=seen.upload)).fault
    )


async def test_only_the_first_rows_of_a_long_file_are_looked_at(
    leads: LeadService, campaign: int, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preview, "MOST_ROWS", 4)
    monkeypatch.setattr(preview, "BATCH", 2)
    lines = "".join(f"0770090{n:04}\n" for n in range(10))
    seen = await leads.preview(campaign, write(f"phone\n{lines}"), "x.csv", GB)
    assert (seen.rows, seen.whole) == (4, False)
    exact = await leads.preview(campaign, write("phone\n" + lines[:48]), "x.csv", GB)
    assert (exact.rows, exact.whole) == (4, True)


async def test_a_file_that_cannot_be_read_is_not_kept(
    leads: LeadService, campaign: int, write: Write, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="Excel file of the old kind"):
        await leads.preview(campaign, write(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "x.xls")
    assert list((tmp_path / "imports").iterdir()) == []


async def test_forgotten_uploads_leave_nothing_behind(
    leads: LeadService, campaign: int, write: Write, tmp_path: Path
) -> None:
    uploads = [
        (await leads.preview(campaign, write(FILE), "may.csv", GB)).upload
        for _ in range(preview.KEPT_UPLOADS + 3)
    ]
    assert len(list((tmp_path / "imports").iterdir())) == preview.KEPT_UPLOADS
    with pytest.raises(NotFound):
        leads.discard_preview(campaign + 1, uploads[-1])
    leads.discard_preview(campaign, uploads[-1])
    assert len(list((tmp_path / "imports").iterdir())) == preview.KEPT_UPLOADS - 1
