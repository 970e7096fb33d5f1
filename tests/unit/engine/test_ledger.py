"""Facts are written in groups, in order, and none is lost."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import insert
from structlog.testing import capture_logs

from dialer.campaigns.models import ClientRow
from dialer.engine import ledger as books
from dialer.engine.ledger import FLUSH_SECONDS, Ledger
from dialer.leads.models import LeadRow
from tests.unit.engine.rig import Outside

INSERT_CLIENT = insert(ClientRow.__table__)  # type: ignore[arg-type]


@pytest.fixture
async def ledger(outside: Outside) -> AsyncIterator[Ledger]:
    ledger = Ledger(outside.store)
    ledger.start()
    yield ledger
    outside.gate.away = set()
    await ledger.close()


async def a_lead(outside: Outside) -> int:
    (lead,) = await outside.leads(await outside.campaign(), 1)
    return lead


def moved(ledger: Ledger, lead: int, **values: Any) -> None:
    given = {
        "state": "closed",
        "due_at": None,
        "next_number": 0,
        "prefer_agent": None,
        "promised_at": None,
        "priority": 0,
        "own_priority": None,
        "tally": None,
        "why": "Closed: vacant.",
        "last_outcome": "vacant",
        "last_disposition": None,
        "closed_reason": "vacant",
    }
    ledger.put(books.LEAD_MOVED, lead, **given | values)


async def test_what_is_put_together_is_committed_together(outside: Outside, ledger: Ledger) -> None:
    lead = await a_lead(outside)
    steps = outside.gate.steps
    written: list[str] = []
    for n in range(50):
        ledger.put(books.LEAD_OUTCOME, lead, last_outcome=f"try {n}")
    ledger.then(lambda: written.append("yes"))
    assert ledger.queued == 50
    await asyncio.sleep(2 * FLUSH_SECONDS)
    assert (ledger.queued, written) == (0, ["yes"])
    assert outside.gate.steps - steps == 2  # one transaction: before and after it
    (row,) = await outside.all(LeadRow)
    assert row.last_outcome == "try 49"


async def test_where_a_lead_goes_is_written_after_what_came_of_it(
    outside: Outside, ledger: Ledger
) -> None:
    lead = await a_lead(outside)
    moved(ledger, lead)
    ledger.put(
        books.LEAD_DEFERRED, lead, state="waiting", due_at=outside.clock.now(), closed_reason=None
    )
    ledger.put(books.LEAD_OUTCOME, lead, last_outcome="answered")
    await asyncio.sleep(1)
    (row,) = await outside.all(LeadRow)
    assert (row.state, row.due_at, row.last_outcome) == ("closed", None, "vacant")


async def test_a_callback_waits_for_the_commit(outside: Outside, ledger: Ledger) -> None:
    told: list[str] = []
    outside.gate.away = {"database"}
    ledger.put(books.LEAD_OUTCOME, await a_lead(outside), last_outcome="busy")
    ledger.then(lambda: told.append("written"))
    await asyncio.sleep(30)
    assert (told, ledger.healthy, ledger.queued) == ([], False, 1)
    outside.gate.away = set()
    await asyncio.sleep(30)
    assert told == ["written"]
    assert ledger.healthy


async def test_what_came_during_the_outage_follows_what_came_before(
    outside: Outside, ledger: Ledger
) -> None:
    lead = await a_lead(outside)
    outside.gate.away = {"database"}
    for word in ("busy", "vacant"):
        ledger.put(books.LEAD_OUTCOME, lead, last_outcome=word)
        await asyncio.sleep(5)
    outside.gate.away = set()
    await asyncio.sleep(30)
    assert (await outside.all(LeadRow))[0].last_outcome == "vacant"


async def test_a_row_that_can_never_be_written_holds_up_no_other(
    outside: Outside, ledger: Ledger
) -> None:
    lead = await a_lead(outside)
    ledger.add(INSERT_CLIENT, {"name": "acme"})
    await asyncio.sleep(1)
    with capture_logs() as logs:
        ledger.add(INSERT_CLIENT, {"name": "acme"})
        ledger.add(INSERT_CLIENT, {"name": "other"})
        moved(ledger, lead)
        await asyncio.sleep(1)
    assert [line["event"] for line in logs] == ["ledger.row_refused"]
    assert [client.name for client in await outside.all(ClientRow)] == ["acme", "other"]
    assert (await outside.all(LeadRow))[0].state == "closed"
    assert (ledger.healthy, ledger.queued) == (True, 0)


async def test_closing_writes_the_rest(outside: Outside, ledger: Ledger) -> None:
    ledger.add(INSERT_CLIENT, {"name": "acme"})
    await ledger.close()
    assert len(await outside.all(ClientRow)) == 1


async def test_closing_in_the_middle_of_a_commit_writes_each_row_once(
    outside: Outside, ledger: Ledger
) -> None:
    committing = asyncio.Event()
    plain = outside.store.transact

    async def slow(work: Any) -> Any:
        done = await plain(work)
        committing.set()
        await asyncio.sleep(1)
        return done

    outside.store.transact = slow  # type: ignore[method-assign]
    ledger.add(INSERT_CLIENT, {"name": "acme"})
    await committing.wait()
    with capture_logs() as logs:
        await ledger.close()
    assert logs == []
    assert len(await outside.all(ClientRow)) == 1


async def test_closing_while_the_disk_is_full_says_so(outside: Outside, ledger: Ledger) -> None:
    outside.gate.away = {"database"}
    ledger.add(INSERT_CLIENT, {"name": "acme"})
    with capture_logs() as logs:
        await ledger.close()
    assert [line["event"] for line in logs] == ["ledger.not_written"]
