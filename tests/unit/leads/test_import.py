"""A file comes in, leads are on the list: on SQLite and on PostgreSQL."""

import asyncio
import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.exc import OperationalError

from cti.base.clock import ManualClock
from cti.base.errors import NotFound, UserError
from cti.store.engine import Store
from dialer.compliance.models import ConsentRow
from dialer.compliance.scopes import EVERYONE
from dialer.compliance.writing import NewBar, Source, add_bars
from dialer.leads import batches, importer
from dialer.leads.models import LeadListRow, LeadRow, NumberRow, RejectRow
from dialer.leads.rows import ImportOptions
from dialer.leads.service import LeadService
from dialer.leads.uploads import keep_file
from dialer.leads.views import ImportProgress
from tests.unit.leads.conftest import NOW
from tests.unit.leads.files import Write, workbook

EXAMPLES = Path(__file__).parents[3] / "examples"
HUNDRED = "name,phone\n" + "".join(
    f"P{line},{'12' if line % 10 == 0 else f'138000{line:05}'}\n" for line in range(100)
)


def left_in(folder: Path) -> list[Path]:
    return list(folder.iterdir())


async def rejects_of(store: Store, import_id: int) -> list[tuple[int, str]]:
    async with store.read() as session:
        found = await session.execute(
            select(RejectRow.line, RejectRow.reason)
            .where(RejectRow.import_id == import_id)
            .order_by(RejectRow.line)
        )
        return [(line, reason) for line, reason in found]


async def bring(leads: LeadService, campaign: int, path: Path, **more: Any) -> ImportProgress:
    return await leads.wait_for_import(await leads.start_import(campaign, path, path.name, **more))


async def test_a_file_becomes_leads(
    store: Store, campaign: int, leads: LeadService, write: Write, tmp_path: Path
) -> None:
    file = write(
        "姓名,手机,备用电话,时区,城市,优先级,编号\n"
        "王芳,138 0000 1111,13900001111,,成都,7,C-1\n"
        "John,+44 7700 900123,12,europe/paris,,,\n"
    )
    done = await bring(leads, campaign, file)
    assert (done.state, done.rows_total, done.rows_done) == ("done", 2, 2)
    assert (done.accepted, done.rejected, done.error) == (2, 0, None)
    assert (done.created_at, done.finished_at) == (NOW, NOW)
    first, second = await leads.lead(1), await leads.lead(2)
    assert (first.name, first.reference, first.priority) == ("王芳", "C-1", 7)
    assert (first.time_zone, first.fields) == ("Asia/Shanghai", {"城市": "成都"})
    assert (first.state, first.due_at, first.dials) == ("waiting", NOW, 0)
    assert [(number.e164, number.position) for number in first.numbers] == [
        ("+8613800001111", 0),
        ("+8613900001111", 1),
    ]
    assert (second.time_zone, second.fields) == ("Europe/Paris", {"备用电话": "12"})
    async with store.read() as session:
        assert await session.scalar(select(LeadListRow.name)) == "leads"
    assert left_in(tmp_path / "imports") == []


async def test_the_example_is_five_hundred_good_leads_in_three_time_zones(
    store: Store, campaign: int, leads: LeadService
) -> None:
    done = await bring(leads, campaign, EXAMPLES / "leads.csv")
    assert (done.accepted, done.rejected) == (500, 0)
    async with store.read() as session:
        zones = await session.execute(
            select(LeadRow.time_zone, func.count()).group_by(LeadRow.time_zone)
        )
        assert {zone: number for zone, number in zones} == {  # noqa: C416 - rows, not pairs
            "Asia/Shanghai": 300,
            "Europe/London": 100,
            "America/New_York": 100,
        }


async def test_every_fault_is_told_with_its_line(
    store: Store, campaign: int, leads: LeadService
) -> None:
    done = await bring(leads, campaign, EXAMPLES / "leads-with-faults.csv")
    assert (done.state, done.accepted, done.rejected) == ("done", 5, 17)
    assert await rejects_of(store, done.id) == [
        (7, "the number is already on line 2 of this file"),
        (8, "no telephone number"),
        (9, "too short for a telephone number"),
        (10, "too long for a telephone number"),
        (11, "a spreadsheet has shortened the number, digits are lost"),
        (12, "letters in the number"),
        (13, "an extension cannot be dialled"),
        (14, "no such country code"),
        (15, "a line break or control character in the number"),
        (17, "“Mars/Olympus” is not an IANA time zone such as Asia/Shanghai"),
        (18, "priority “high” is not a whole number"),
        (19, "a formula in column “备注”"),
        (20, "a formula in column “手机”"),
        (21, "the row has 9 cells, the header 6"),
        (22, "a NUL byte in column “手机”"),
        (23, "bytes that are not in the file's encoding in column “备注”"),
        (24, "a quote opens here and is never closed"),
    ]
    lines = [line async for line in await leads.rejects_csv(done.id)]
    content = b"".join(lines).decode()
    assert content.startswith("\ufeffline,reason,姓名,手机,备用电话,时区,优先级,备注\r\n")
    rows = {row[0]: row for row in csv.reader(io.StringIO(content, newline=""))}
    assert rows["7"][2:4] == ["王芳", "+86 138-0000-1111"]
    assert rows["19"][7] == '\'=HYPERLINK("http://127.0.0.1")'
    assert rows["22"][3] == "1380000␀1119"


async def test_a_workbook_comes_in_like_a_csv(
    campaign: int, leads: LeadService, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "x.xlsx", [["name", "tel"], ["A", 13800001111], ["B", "=1+1"]])
    done = await bring(leads, campaign, path)
    assert (done.accepted, done.rejected) == (1, 1)
    assert [number.e164 for number in (await leads.lead(1)).numbers] == ["+8613800001111"]


async def test_a_number_is_once_in_a_campaign(
    store: Store, campaign: int, leads: LeadService, write: Write
) -> None:
    await bring(leads, campaign, write("name,phone\nA,13800001111\n", "first.csv"))
    again = await bring(leads, campaign, write("name,phone\nA,13800001111\n", "first.csv"))
    assert await rejects_of(store, again.id) == [(2, "the number is already on this list")]
    text = "phone,phone 2\n13800001111,13800002222\n13800003333,13800001111\n"
    other = await bring(leads, campaign, write(text, "second.csv"))
    assert await rejects_of(store, other.id) == [(2, "the number is already on list “first”")]
    lead = await leads.lead(2)
    assert [number.e164 for number in lead.numbers] == ["+8613800003333"]
    assert lead.fields == {"phone 2": "+8613800001111"}


async def test_options_say_how_to_read(campaign: int, leads: LeadService, write: Write) -> None:
    options = ImportOptions(
        mapping={"a": "phone"}, region="GB", time_zone="Europe/Lisbon", priority=3
    )
    await bring(leads, campaign, write("a\n07700 900123\n"), options=options, list_name="VIP")
    lead = await leads.lead(1)
    assert (lead.numbers[0].e164, lead.priority) == ("+447700900123", 3)
    assert lead.time_zone == "Europe/London"


async def test_nothing_usable_is_done_and_says_so(
    campaign: int, leads: LeadService, write: Write
) -> None:
    done = await bring(leads, campaign, write("phone\n12\n13\nabc\n"))
    assert (done.state, done.accepted, done.rejected) == ("done", 0, 3)
    assert done.error == (
        "None of the 3 rows could be used; the commonest reason, 2 times: "
        "too short for a telephone number."
    )


@pytest.mark.parametrize(
    ("content", "sentence"),
    [("", "is empty"), ("phone\n", "no rows"), ("name\nA\n", "No column of leads.csv")],
)
async def test_a_file_of_no_use_is_refused_at_once(
    *, content: str, sentence: str, campaign: int, leads: LeadService, write: Write, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match=sentence):
        await leads.start_import(campaign, write(content), "leads.csv")
    assert left_in(tmp_path / "imports") == []
    assert await leads.imports(campaign) == []


async def test_an_import_goes_on_after_an_interruption(
    *,
    store: Store,
    campaign: int,
    leads: LeadService,
    write: Write,
    tmp_path: Path,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reached = asyncio.Event()
    stored = 0

    async def stall_after_two(*arguments: Any) -> None:
        nonlocal stored
        if stored == 2:
            await batches.store_batch(*arguments)  # in a transaction that is never committed
            reached.set()
            await asyncio.Event().wait()
        stored += 1
        await batches.store_batch(*arguments)

    monkeypatch.setattr(importer, "BATCH", 15)
    monkeypatch.setattr(importer, "store_batch", stall_after_two)
    import_id = await leads.start_import(campaign, write(HUNDRED), "leads.csv")
    await reached.wait()
    await leads.close()
    broken = await leads.import_progress(import_id)
    assert (broken.state, broken.rows_done) == ("running", 30)

    monkeypatch.setattr(importer, "store_batch", batches.store_batch)
    (tmp_path / "imports" / "leads-orphan").write_text("left by a crash")
    after = LeadService(store, clock, tmp_path / "imports")
    assert await after.resume_imports() == [import_id]
    done = await after.wait_for_import(import_id)
    assert (done.state, done.accepted, done.rejected) == ("done", 90, 10)
    assert [line for line, _ in await rejects_of(store, import_id)] == list(range(2, 102, 10))
    async with store.read() as session:
        assert await session.scalar(select(func.count()).select_from(NumberRow)) == 90
    assert left_in(tmp_path / "imports") == []
    assert await after.resume_imports() == []


async def test_two_imports_at_once_share_no_number(
    *,
    store: Store,
    campaign: int,
    leads: LeadService,
    write: Write,
    clock: ManualClock,
    tmp_path: Path,
) -> None:
    second = LeadService(store, clock, tmp_path / "imports")
    done = await asyncio.gather(
        bring(leads, campaign, write(HUNDRED, "a.csv")),
        bring(second, campaign, write(HUNDRED, "b.csv")),
    )
    assert sorted((job.state, job.accepted) for job in done) == [("done", 0), ("done", 90)]


async def test_a_database_that_refuses_ends_the_import_with_a_sentence(
    campaign: int, leads: LeadService, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def full(*_: Any) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(importer, "store_batch", full)
    done = await bring(leads, campaign, write(HUNDRED))
    assert done.state == "failed"
    assert done.error is not None
    assert done.error.startswith("The leads could not be stored: database or disk is full.")


async def test_a_copy_that_vanished_ends_the_import_with_a_sentence(
    campaign: int,
    leads: LeadService,
    write: Write,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as patch:  # as if the program had ended right after the upload
        patch.setattr(LeadService, "_launch", lambda *_: None)
        import_id = await leads.start_import(campaign, write(HUNDRED), "leads.csv")
    next((tmp_path / "imports").iterdir()).unlink()
    await leads.resume_imports()
    done = await leads.wait_for_import(import_id)
    assert (done.state, done.error) == (
        "failed",
        "leads.csv cannot be read: No such file or directory.",
    )


async def test_a_full_disk_and_a_huge_upload_leave_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"x" * 10
        yield b"x" * 10

    async def broken() -> AsyncIterator[bytes]:
        yield b"x"
        raise OSError(28, "No space left on device")

    with pytest.raises(UserError, match=r"No space left on device.* Free some disk space"):
        await keep_file(tmp_path, broken(), "leads.csv")
    monkeypatch.setattr("dialer.leads.uploads.MAX_FILE", 15)
    with pytest.raises(UserError, match=r"leads\.csv is larger than"):
        await keep_file(tmp_path, chunks(), "leads.csv")
    with pytest.raises(UserError, match="cannot be taken in: No such file"):
        await keep_file(tmp_path, tmp_path / "gone.csv", "gone.csv")
    assert left_in(tmp_path) == []


async def test_what_is_not_there_is_not_found(leads: LeadService, write: Write) -> None:
    for missing in (
        leads.import_progress(9),
        leads.rejects_csv(9),
        leads.lead(9),
        leads.imports(9),
        leads.start_import(9, write(HUNDRED), "leads.csv"),
    ):
        with pytest.raises(NotFound, match=r"There is no .* 9"):
            await missing


async def test_barred_numbers_are_told_counted_and_not_imported(
    store: Store, campaign: int, leads: LeadService, write: Write, clock: ManualClock
) -> None:
    bar = [
        NewBar("+8613800000001", "letter", Source.PERSON, "", clock.now()),
        NewBar("+8613800000002", "", Source.API, "", clock.now(), clock.now() + timedelta(days=9)),
        NewBar("+8613800000003", "", Source.API, "", clock.now()),
    ]
    await store.transact(lambda connection: add_bars(connection, bar, EVERYONE))
    path = write("Tel,Mobile\n13800000001,\n13800000002,\n13800000003,13800000004\n13800000005,\n")
    done = await leads.wait_for_import(await leads.start_import(campaign, path, path.name))
    assert (done.accepted, done.rejected, done.barred) == (3, 1, 1)
    lines = b"".join([line async for line in await leads.rejects_csv(done.id)]).decode()
    words = "the number is on the do-not-call list since 2026-03-02: letter"
    assert f"2,{words},13800000001" in lines


async def test_a_list_brings_consents_where_a_column_is_told_to_hold_them(
    store: Store, campaign: int, leads: LeadService, write: Write
) -> None:
    path = write(
        "Tel,agreed,paper\n13800000001,2026-02-01,form 7\n13800000002,yes,\n"
        "13800000003,no,\n13800000004,soon,\n13800000005,,\n"
    )
    options = ImportOptions(mapping={"agreed": "consent", "paper": "consent_proof"})
    done = await leads.wait_for_import(await leads.start_import(campaign, path, path.name, options))
    assert (done.accepted, done.rejected) == (4, 1)
    async with store.read() as session:
        kept = list(await session.scalars(select(ConsentRow).order_by(ConsentRow.number)))
    assert [(c.number, c.proof, c.reach, c.given_at) for c in kept] == [
        ("+8613800000001", "form 7", "campaign", datetime(2026, 1, 31, 16, tzinfo=UTC)),
        ("+8613800000002", "leads.csv, line 3", "campaign", NOW),
    ]
    guessed = await leads.start_import(campaign, write("Tel,consent\n13800000009,yes\n"), "b.csv")
    assert (await leads.wait_for_import(guessed)).accepted == 1
    async with store.read() as session:
        assert len((await session.scalars(select(ConsentRow.id))).all()) == 2
