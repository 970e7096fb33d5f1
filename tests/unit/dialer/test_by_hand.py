"""What calls by hand write, on both databases."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from cti.base.clock import ManualClock
from cti.base.errors import Conflict
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.by_hand.committing import LIST_NAME, Asked, commit_number, commit_set_aside
from dialer.by_hand.setting_aside import read_story, set_aside
from dialer.engine.flights import Flight
from dialer.engine.placing import Campaign
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from tests.unit.compliance.book import Book

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # noon in Shanghai
NUMBER = "+8613900000001"


@pytest.fixture
async def book(store: Store) -> Book:
    return await Book.made(store, ManualClock(NOW))


def asked(n: int = 1, mode: str = "manual") -> Asked:
    return Asked(f"at-{n}", 7, mode, NOW, 0.0, lambda: "+862150000000")


async def call(book: Book, campaign: Campaign, number: str, n: int = 1, name: str = "") -> Flight:
    return await book.store.transact(
        lambda at: commit_number(at, campaign, asked(n), number, "CN", name)
    )


async def test_a_number_on_no_list_becomes_a_lead_and_the_next_one_joins_it(book: Book) -> None:
    spring = book.campaign("spring")
    flight = await call(book, spring, NUMBER, name="Ms Li")
    assert (flight.own_agent, flight.mode, flight.e164) == (7, "manual", NUMBER)
    await call(book, spring, "+61255501234", 2)
    async with book.store.read() as session:
        attempt = await session.get_one(AttemptRow, "at-1")
        lists = await session.scalars(select(LeadListRow).where(LeadListRow.name == LIST_NAME))
        leads = (await session.scalars(select(LeadRow).order_by(LeadRow.id))).all()
        listed = [row.id for row in lists]
    assert attempt.evidence == [
        [0.0, "placed", {
            "trunk": "carrier", "caller_id": "+862150000000", "mode": "manual", "agent": 7,
        }],
    ]  # fmt: skip
    assert [(lead.name, lead.state, lead.dials, lead.fields) for lead in leads] == [
        ("Ms Li", "in_flight", 1, {}),
        ("", "in_flight", 1, {}),
    ]
    assert {lead.list_id for lead in leads} == set(listed)
    assert [lead.time_zone for lead in leads] == ["Asia/Shanghai", "Australia/Sydney"]


async def test_what_may_not_be_called_leaves_nothing_behind(book: Book) -> None:
    closed = book.campaign("spring", windows={"mon": ["20:00-21:00"]})
    with pytest.raises(Conflict, match="Outside the calling times in Asia/Shanghai") as said:
        await call(book, closed, NUMBER)
    assert said.value.cure == "It may be from 2026-03-02 20:00 (Asia/Shanghai)."
    async with book.store.read() as session:
        for table in (LeadRow, NumberRow, AttemptRow):
            assert (await session.scalars(select(table))).all() == []


async def test_a_closed_lead_may_be_called_by_hand_and_one_in_flight_not(book: Book) -> None:
    spring = book.campaign("spring")
    lead = await book.lead("spring", NUMBER, state="closed")
    assert (await call(book, spring, NUMBER)).lead_id == lead
    with pytest.raises(Conflict, match="is being called"):
        await call(book, spring, NUMBER, 2)


async def test_a_lead_is_set_aside_shown_and_committed(book: Book) -> None:
    spring = book.campaign("spring")
    first = await book.lead("spring", NUMBER, "+8613900000002", name="Li")
    other = await book.lead("spring", "+8613900000003")
    found = await book.store.transact(
        lambda at: set_aside(at, spring, [first, other], 7, NOW, here=())
    )
    assert (found.lead.id if found.lead else None, found.left_over) == (first, [other])
    assert (await book.state(first))[0] == "in_flight"
    preview = replace(asked(), mode="preview")
    with pytest.raises(Conflict, match="is not a number of lead"):
        await book.store.transact(
            lambda at: commit_set_aside(at, spring, preview, first, "+8613911111111")
        )
    flight = await book.store.transact(
        lambda at: commit_set_aside(at, spring, preview, first, "+8613900000002")
    )
    assert (flight.attempt_id, flight.facts.position) == ("at-1", 1)
    with pytest.raises(Conflict, match="is not set aside any more"):
        await book.store.transact(lambda at: commit_set_aside(at, spring, preview, other, None))
    story = await book.store.transact(lambda at: read_story(at, spring, first, NOW, {7: "anna"}))
    assert [(n.e164, n.may_call) for n in story.numbers] == [
        (NUMBER, True),
        ("+8613900000002", True),
    ]
    assert [(a.id, a.outcome) for a in story.attempts] == [("at-1", None)]
    assert story.lead.name == "Li"


async def test_another_agents_appointment_is_theirs_while_they_are_here(book: Book) -> None:
    spring = book.campaign("spring")
    theirs = await book.lead("spring", NUMBER, prefer_agent=3, promised_at=NOW)
    left = await book.store.transact(lambda at: set_aside(at, spring, [theirs], 7, NOW, here={3}))
    assert (left.lead, left.left_over) == (None, [theirs])
    found = await book.store.transact(lambda at: set_aside(at, spring, [theirs], 7, NOW, here={7}))
    assert found.lead is not None
