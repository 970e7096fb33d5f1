"""The do-not-call list: added, taken off, looked up, imported, exported."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest
from openpyxl import Workbook

from cti.base.clock import ManualClock
from cti.base.errors import NotFound, UserError
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.bar_file import BarOptions
from dialer.compliance.events import NumbersBarred
from dialer.compliance.scopes import EVERYONE
from dialer.compliance.service import DoNotCallService, Why
from dialer.compliance.views import BarImport
from dialer.engine.barring import bar_if_said
from dialer.engine.ledger import Ledger
from tests.unit.compliance.book import ONE, OTHER, Book


async def imported(
    service: DoNotCallService, path: Path, options: BarOptions | None = None
) -> BarImport:
    number = await service.start_import(path, path.name, options or BarOptions())
    return await service.wait_for_import(number)


async def test_adding_twice_changes_nothing_and_the_longer_entry_stays(
    bars: DoNotCallService, clock: ManualClock
) -> None:
    week = clock.now() + timedelta(days=7)
    first = await bars.bar([ONE, "138 0000 0001", "what"], Why("asked", expires_at=week))
    assert (first.added, first.known) == (1, 1)
    assert [(r.number, r.reason) for r in first.rejected] == [("what", "letters in the number")]
    assert (await bars.bar([ONE], Why("again", expires_at=week))).known == 1
    assert (await bars.bar([ONE], Why("for good"))).added == 1
    assert (await bars.bar([ONE], Why(expires_at=week))).known == 1
    (entry,) = await bars.bars()
    assert (entry.number, entry.reason, entry.expires_at) == (ONE, "for good", None)


async def test_who_took_a_number_off_and_why_is_kept_and_leads_wait_again(
    book: Book, bars: DoNotCallService
) -> None:
    await bars.bar([ONE], Why("asked"))
    lead = await book.lead("spring", ONE)
    await book.dial(book.campaign("spring"), [lead])
    with pytest.raises(UserError, match="missing"):
        await bars.lift(ONE, why=" ", by="ann")
    with pytest.raises(NotFound, match="client as such"):
        await bars.lift(ONE, why="error", by="ann", client_id=book.acme)
    done = await bars.lift("138 0000 0001", why="their letter", by="ann")
    assert (done.number, done.reopened) == (ONE, 1)
    assert (await book.state(lead))[0] == "waiting"
    report = await bars.look_up(ONE)
    assert not report.barred
    assert [(b.why, b.lifted_by, b.reason) for b in report.lifted] == [
        ("their letter", "ann", "asked")
    ]


async def test_a_lead_that_an_agent_closed_is_not_reopened(
    book: Book, bars: DoNotCallService
) -> None:
    lead = await book.lead("spring", ONE, state="closed", closed_reason="do_not_call")
    await bars.bar([ONE], Why())
    assert (await bars.lift(ONE, why="error", by="")).reopened == 0
    assert await book.state(lead) == ("closed", book.clock.now(), "do_not_call")


async def test_a_number_is_told_for_each_campaign(book: Book, bars: DoNotCallService) -> None:
    await bars.bar([ONE], Why("asked"), client_id=book.acme)
    await bars.bar(["+86138*"], Why("tests"), campaign_id=book.campaigns["bolt"])
    spring = await bars.look_up(ONE, book.campaigns["spring"])
    bolt = await bars.look_up(ONE, book.campaigns["bolt"])
    assert spring.words == f"{ONE} may not be called; {ONE} is barred for client: asked."
    assert bolt.words == f"{ONE} may not be called; +86138* is barred for campaign: tests."
    assert not (await bars.look_up(ONE, book.campaigns["own"])).barred
    assert not (await bars.look_up(ONE)).barred
    assert {b.number for b in (await bars.look_up(ONE)).bars} == {ONE, "+86138*"}


async def test_calls_under_way_are_told_and_noted(
    store: Store, clock: ManualClock, tmp_path: Path
) -> None:
    signals, heard = Signals(), list[NumbersBarred]()
    signals.on(NumbersBarred, heard.append)
    service = DoNotCallService(
        store, clock, signals, tmp_path / "d", in_flight=lambda numbers, _: len(numbers)
    )
    assert (await service.bar([ONE, OTHER], Why())).in_flight == 2
    assert heard == [NumbersBarred((ONE, OTHER), EVERYONE)]


@pytest.mark.parametrize("ending", ["csv", "txt", "xlsx"])
async def test_a_file_is_imported_once(bars: DoNotCallService, tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"numbers.{ending}"
    rows = [["Tel", "原因", "valid until"], ["13800000001", "letter", ""], ["12", "", ""]]
    rows.append(["+86 400*", "", "2027-01-31"])
    if ending == "xlsx":
        book = Workbook()
        for row in rows:
            book.worksheets[0].append(row)
        book.save(path)
    elif ending == "csv":
        path.write_text("\n".join(",".join(row) for row in rows), "utf-8")
    else:  # one number a line, no header
        path.write_text("13800000001\n12\n+86 400*\n", "utf-8")
    first = await imported(bars, path, BarOptions(reason="bought list", by="ann"))
    assert (first.state, first.added, first.known, first.rejected) == ("done", 2, 0, 1)
    again = await imported(bars, path)
    assert (again.added, again.known, again.rejected, again.rows_done) == (0, 2, 1, 3)
    entries = {bar.number: bar for bar in await bars.bars()}
    assert entries[ONE].reason == ("bought list" if ending == "txt" else "letter")
    assert (entries[ONE].source, entries[ONE].added_by) == ("import", "ann")
    if ending != "txt":
        ends = entries["+86400*"].expires_at
        assert ends is not None
        assert f"{ends:%Y-%m-%d %H:%M}" == "2027-02-01 00:00"
    lines = b"".join([line async for line in await bars.rejects_csv(first.id)]).decode("utf-8-sig")
    assert f"{2 if ending == 'txt' else 3},too short for a telephone number" in lines


async def test_an_import_goes_on_where_it_was(
    store: Store, clock: ManualClock, tmp_path: Path
) -> None:
    path = tmp_path / "numbers.txt"
    path.write_text("\n".join(f"+861380000{n:04}" for n in range(2500)), "utf-8")
    service = DoNotCallService(store, clock, Signals(), tmp_path / "dnc")
    number = await service.start_import(path, path.name, BarOptions())
    while not (await service.import_progress(number)).rows_done:
        pass
    await service.close()
    assert (await service.import_progress(number)).state == "running"
    service = DoNotCallService(store, clock, Signals(), tmp_path / "dnc")
    assert await service.resume_imports() == [number]
    done = await service.wait_for_import(number)
    assert (done.state, done.rows_done, done.added, done.known) == ("done", 2500, 2500, 0)
    assert not list((tmp_path / "dnc").iterdir())


async def test_a_file_without_numbers_is_refused_with_a_sentence(
    bars: DoNotCallService, tmp_path: Path
) -> None:
    path = tmp_path / "names.csv"
    path.write_text("who,where\nann,there\n", "utf-8")
    with pytest.raises(UserError, match=r"No column of names\.csv looks like telephone numbers"):
        await bars.start_import(path, path.name, BarOptions())
    path.write_text("phone\nann\n", "utf-8")
    done = await imported(bars, path)
    assert done.error == "None of the 1 rows holds a number that can be listed."


async def test_the_export_cannot_run_as_a_formula(bars: DoNotCallService) -> None:
    await bars.bar([ONE], Why(reason="=1+1", by="@ann"))
    text = b"".join([line async for line in bars.export()]).decode()
    assert text.startswith("\ufeffnumber,reach")
    assert f"{ONE},everyone,0,'=1+1,api,'@ann," in text


async def test_two_at_once_make_one_entry(bars: DoNotCallService) -> None:
    await asyncio.gather(*(bars.bar([ONE, OTHER], Why()) for _ in range(5)))
    assert [bar.number for bar in await bars.bars()] == [ONE, OTHER]


async def test_the_agents_word_holds_for_good_and_is_written_once(
    store: Store, book: Book, bars: DoNotCallService, clock: ManualClock
) -> None:
    lead = await book.lead("spring", ONE, OTHER)
    week = clock.now() + timedelta(days=7)
    await bars.bar([ONE], Why("for a week", expires_at=week), client_id=book.acme)
    ledger, settings = Ledger(store), CampaignSettings()
    assert not bar_if_said(ledger, settings, lead, "refused", "ann", clock.now())
    for _ in range(2):
        assert bar_if_said(ledger, settings, lead, "do_not_call", "ann", clock.now())
        await ledger.flush()
    entries = await bars.bars(client_id=book.acme)
    assert [(e.number, e.reason, e.added_by, e.expires_at) for e in entries] == [
        (ONE, "do_not_call", "ann", None),
        (OTHER, "do_not_call", "ann", None),
    ]
    assert len(await bars.bars()) == 2
