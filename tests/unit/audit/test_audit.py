"""The audit: what is written, found, exported, forgotten."""

import csv
import io
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from cti.access.rights import ROLES, Role
from cti.access.who import TOKEN, Who
from cti.audit.service import Audit, Wanted
from cti.base.clock import ManualClock
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.store.engine import Store

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LENA = Who(7, "lena", Role.SUPERVISOR, ROLES[Role.SUPERVISOR], session="s", address="10.0.0.7")
ALL = Wanted()


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(START)


@pytest.fixture
async def audit(store: Store, clock: ManualClock) -> AsyncIterator[Audit]:
    made = Audit(store, clock, Signals(), keep=timedelta(days=30))
    yield made
    await made.close()


async def test_an_act_is_there_when_note_returns(audit: Audit) -> None:
    act_id = await audit.note(LENA, "numbers.shown", "leads/7", number=3)
    (act,) = (await audit.find(ALL, before=None, limit=10)).items
    assert act.model_dump() == {
        "id": act_id,
        "at": START,
        "ended_at": None,
        "lasts": False,
        "who": "lena",
        "role": "supervisor",
        "act": "numbers.shown",
        "subject": "leads/7",
        "address": "10.0.0.7",
        "details": {"number": 3},
    }


async def test_what_lasts_has_a_beginning_and_an_end(audit: Audit, clock: ManualClock) -> None:
    async with audit.lasting(LENA, "calls.listened", "agents/anna", call="at-1") as more:
        (open_act,) = (await audit.find(ALL, before=None, limit=10)).items
        assert (open_act.lasts, open_act.ended_at) == (True, None)
        clock.set(START + timedelta(seconds=42))
        more["whispered"] = True
    (act,) = (await audit.find(ALL, before=None, limit=10)).items
    assert act.ended_at == START + timedelta(seconds=42)
    assert act.details == {"call": "at-1", "whispered": True}
    clock.set(START + timedelta(hours=1))
    await audit.end(act.id)
    (again,) = (await audit.find(ALL, before=None, limit=10)).items
    assert again.ended_at == act.ended_at


async def test_it_ends_although_the_listener_fails(audit: Audit) -> None:
    with pytest.raises(ZeroDivisionError):
        async with audit.lasting(LENA, "calls.listened", "agents/anna"):
            raise ZeroDivisionError
    (act,) = (await audit.find(ALL, before=None, limit=10)).items
    assert act.ended_at == START


async def test_what_a_crash_cut_off_goes_on_no_more(audit: Audit) -> None:
    await audit.begin(LENA, "calls.listened", "agents/anna")
    await audit.settle()
    (act,) = (await audit.find(ALL, before=None, limit=10)).items
    assert (act.lasts, act.ended_at, act.details) == (False, None, {"cut_off": True})


async def test_pages_and_filters(audit: Audit, clock: ManualClock) -> None:
    for n in range(5):
        clock.set(START + timedelta(minutes=n))
        who = LENA if n % 2 else TOKEN
        await audit.note(who, "campaigns.start" if n < 3 else "dnc.exported", f"campaigns/{n}")
    first = await audit.find(ALL, before=None, limit=2)
    assert [act.subject for act in first.items] == ["campaigns/4", "campaigns/3"]
    second = await audit.find(ALL, before=first.next, limit=2)
    third = await audit.find(ALL, before=second.next, limit=2)
    assert [act.subject for act in (*second.items, *third.items)] == [
        "campaigns/2", "campaigns/1", "campaigns/0",
    ]  # fmt: skip
    assert third.next is None

    async def subjects(wanted: Wanted) -> list[str]:
        found = await audit.find(wanted, before=None, limit=10)
        return [act.subject.removeprefix("campaigns/") for act in found.items]

    assert await subjects(Wanted(who="lena")) == ["3", "1"]
    assert await subjects(Wanted(people=True)) == ["3", "1"]
    assert await subjects(Wanted(act="campaigns.")) == ["2", "1", "0"]
    assert await subjects(Wanted(act="campaigns.start", who="lena")) == ["1"]
    assert await subjects(Wanted(act="c%.")) == []
    assert await subjects(Wanted(subject="campaigns/2")) == ["2"]
    assert await subjects(Wanted(since=START + timedelta(minutes=3))) == ["4", "3"]
    assert await subjects(Wanted(until=START + timedelta(minutes=1))) == ["0"]
    assert await audit.acts() == ["campaigns.start", "dnc.exported"]


async def test_a_spreadsheet_runs_nothing_of_it(audit: Audit, clock: ManualClock) -> None:
    evil = Who(8, "=HYPERLINK(1)", Role.QA, ROLES[Role.QA])
    act_id = await audit.begin(evil, "calls.listened", "+1+cmd|' /C calc'!A0", why="@SUM(1)")
    clock.set(START + timedelta(seconds=2.5))
    await audit.end(act_id)
    made = b"".join([part async for part in audit.csv(ALL)])
    assert made.startswith(b"\xef\xbb\xbf")
    heading, row = csv.reader(io.StringIO(made.decode("utf-8-sig")))
    assert heading[:3] == ["at", "seconds", "who"]
    assert row[:3] == ["2026-03-02T09:00:00+00:00", "2.5", "'=HYPERLINK(1)"]
    assert row[5] == "'+1+cmd|' /C calc'!A0"


async def test_long_details_are_cut_to_their_names(audit: Audit) -> None:
    await audit.note(LENA, "campaigns.update", "campaigns/1", given={"a": "x" * 20_000}, b=1)
    (act,) = (await audit.find(ALL, before=None, limit=1)).items
    assert act.details == {"too_long": ["b", "given"]}


async def test_acts_are_forgotten_after_their_time(audit: Audit, clock: ManualClock) -> None:
    await audit.note(LENA, "campaigns.start", "campaigns/1")
    clock.set(START + timedelta(days=31))
    audit.note_soon(TOKEN, "campaigns.stop", "campaigns/1")
    await audit.batches._flush()
    await audit.batches._prune()
    kept = await audit.find(ALL, before=None, limit=10)
    assert [act.act for act in kept.items] == ["campaigns.stop"]


async def test_without_a_database_what_must_be_written_is_not_done(
    audit: Audit, store: Store, tmp_path: Path
) -> None:
    heard: list[Incident] = []
    audit.signals.on(Incident, heard.append)
    async with store.write() as session:
        await session.execute(text("ALTER TABLE audit RENAME TO audit_gone"))
    with pytest.raises(Exception, match="audit"):
        await audit.note(LENA, "numbers.shown", "leads/7")
    with pytest.raises(Exception, match="audit"):
        await audit.tell(LENA, "numbers.shown", "leads/7", {}, must=True)
    await audit.tell(LENA, "campaigns.start", "campaigns/1", {}, must=False)
    assert "was not audited" in heard[0].text
    async with store.write() as session:
        await session.execute(text("ALTER TABLE audit_gone RENAME TO audit"))
