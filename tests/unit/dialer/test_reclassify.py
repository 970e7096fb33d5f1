"""Evidence classified again, and what follows for leads."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from cti.agents.models import AgentRow  # noqa: F401 - makes its table known
from cti.base.clock import ManualClock
from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from dialer.outcomes import reclassify as module
from dialer.outcomes.models import OutcomeChangeRow
from dialer.outcomes.reclassify import reclassify
from dialer.outcomes.service import ReclassifyService

NOW = datetime(2026, 8, 3, 4, tzinfo=UTC)
LATER = NOW + timedelta(hours=4)


def ended(cause: int, *heard: str) -> list[Any]:
    """A call that ended so, in which announcements were heard that mean something."""
    items = [[2.0, "heard", {"what": "said", "meaning": m, "confidence": 1.0}] for m in heard]
    return [[0.0, "placed", {}], [1.0, "ringing", {}], *items, [9.0, "hangup", {"cause": cause}]]


BUSY, SILENT, VACANT = ended(17), ended(19), ended(1)
SAID_VACANT = ended(19, "vacant")


@dataclass
class Book:
    """One campaign with a list."""

    store: Store
    campaign: int
    list_id: int
    made: int = 0
    ids: list[str] = field(default_factory=list)

    async def lead(self, numbers: int, **facts: Any) -> int:
        known = {"time_zone": "Asia/Shanghai", "state": "waiting", "due_at": LATER, "dials": 1}
        usable = facts.pop("usable", range(numbers))
        async with self.store.write() as session:
            row = LeadRow(campaign_id=self.campaign, list_id=self.list_id, **(known | facts))
            session.add(row)
            await session.flush()
            for position in range(numbers):
                self.made += 1
                number = NumberRow(
                    campaign_id=self.campaign,
                    lead_id=row.id,
                    position=position,
                    e164=f"+8613800{self.made:06}",
                    usable=position in usable,
                )
                session.add(number)
        return row.id

    async def attempt(
        self, lead: int, position: int, outcome: str, evidence: list[Any], **facts: Any
    ) -> str:
        attempt_id = f"at-{len(self.ids):04}"
        async with self.store.write() as session:
            query = select(NumberRow).filter_by(lead_id=lead, position=position)
            number = (await session.scalars(query)).one()
            values: dict[str, Any] = {"placed_at": NOW + timedelta(minutes=len(self.ids))}
            session.add(
                AttemptRow(
                    id=attempt_id,
                    campaign_id=self.campaign,
                    lead_id=lead,
                    number_id=number.id,
                    e164=number.e164,
                    evidence=evidence,
                    outcome=outcome,
                    outcome_reason="as it was",
                    **(values | facts),
                )
            )
        self.ids.append(attempt_id)
        return attempt_id

    async def again(self, **how: Any) -> module.Report:
        clock = ManualClock(NOW + timedelta(hours=1))
        return await reclassify(self.store, clock, apply=True, why="taught", by="ann", **how)

    async def outcome(self, attempt_id: str) -> str | None:
        async with self.store.read() as session:
            return (await session.get_one(AttemptRow, attempt_id)).outcome

    async def place(self, lead: int) -> tuple[str, datetime | None, str | None, int]:
        """A lead's state, due time, reason of its end, and next number."""
        async with self.store.read() as session:
            row = await session.get_one(LeadRow, lead)
        return row.state, row.due_at, row.closed_reason, row.next_number

    async def usable(self, lead: int) -> list[int]:
        async with self.store.read() as session:
            query = select(NumberRow.position).filter_by(lead_id=lead, usable=True)
            return list(await session.scalars(query.order_by(NumberRow.position)))


@pytest.fixture
async def book(store: Store) -> Book:
    async with store.write() as session:
        settings = CampaignSettings().model_dump(mode="json")
        campaign = CampaignRow(name="May", settings=settings, created_at=NOW)
        session.add(campaign)
        await session.flush()
        leads = LeadListRow(campaign_id=campaign.id, name="list", created_at=NOW)
        session.add(leads)
    return Book(store, campaign.id, leads.id)


async def test_a_dry_run_tells_and_writes_nothing(book: Book) -> None:
    lead = await book.lead(1)
    attempt = await book.attempt(lead, 0, "no_answer", SAID_VACANT)
    report = await reclassify(book.store, ManualClock(NOW), since=NOW)
    assert (report.looked, dict(report.changes)) == (1, {("no_answer", "vacant"): 1})
    (example,) = report.examples["no_answer", "vacant"]
    assert (example.attempt_id, example.old_reason) == (attempt, "as it was")
    assert await book.outcome(attempt) == "no_answer"
    assert await book.place(lead) == ("waiting", LATER, None, 0)


async def test_what_is_vacant_now_is_closed_and_the_old_outcome_is_kept(book: Book) -> None:
    lead = await book.lead(1)
    attempt = await book.attempt(lead, 0, "no_answer", SAID_VACANT)
    report = await book.again(attempt_ids=[attempt])
    assert report.leads == {"closed": 1}
    assert await book.place(lead) == ("closed", None, "vacant", 0)
    assert await book.usable(lead) == []
    async with book.store.read() as session:
        (change,) = (await session.scalars(select(OutcomeChangeRow))).all()
    assert (change.old_outcome, change.new_outcome, change.lead) == (
        "no_answer",
        "vacant",
        "closed",
    )
    assert (change.why, change.changed_by, change.old_reason) == ("taught", "ann", "as it was")
    assert (await book.again(attempt_ids=[attempt])).changed == 0


async def test_what_is_not_vacant_any_more_is_offered_again(book: Book) -> None:
    lead = await book.lead(1, state="closed", due_at=None, closed_reason="vacant", usable=())
    attempt = await book.attempt(lead, 0, "vacant", BUSY)
    report = await book.again(attempt_ids=[attempt])
    assert report.leads == {"reopened": 1}
    assert await book.place(lead) == ("waiting", NOW + timedelta(hours=1), None, 0)
    assert await book.usable(lead) == [0]


async def test_a_lead_goes_on_with_its_next_number(book: Book) -> None:
    lead = await book.lead(2)
    await book.attempt(lead, 0, "no_answer", SAID_VACANT)
    assert (await book.again(since=NOW)).leads == {"moved_on": 1}
    assert await book.place(lead) == ("waiting", LATER, None, 1)
    assert await book.usable(lead) == [1]


async def test_of_two_vacant_numbers_the_one_that_is_not_reopens_the_lead(book: Book) -> None:
    lead = await book.lead(2, state="closed", due_at=None, closed_reason="vacant", usable=())
    await book.attempt(lead, 0, "vacant", SILENT)
    await book.attempt(lead, 1, "vacant", VACANT)
    assert (await book.again(since=NOW)).leads == {"reopened": 1}
    assert (await book.place(lead))[0::3] == ("waiting", 0)
    assert await book.usable(lead) == [0]


async def test_an_agents_word_stands(book: Book) -> None:
    lead = await book.lead(1, state="closed", due_at=None, closed_reason="refused")
    await book.attempt(lead, 0, "no_answer", SAID_VACANT, disposition="refused")
    assert (await book.again(since=NOW)).leads == {"kept": 1}
    assert await book.place(lead) == ("closed", None, "refused", 0)
    assert await book.usable(lead) == [0]


async def test_a_number_that_an_agent_spent_stays_spent(book: Book) -> None:
    lead = await book.lead(1, state="closed", due_at=None, closed_reason="wrong_contact", usable=())
    await book.attempt(lead, 0, "answered", ended(16), disposition="wrong_contact")
    await book.attempt(lead, 0, "vacant", BUSY)
    await book.again(attempt_ids=[book.ids[1]])
    assert await book.usable(lead) == []
    assert (await book.place(lead))[0] == "closed"


async def test_leads_in_flight_and_those_dialled_since_stay(book: Book) -> None:
    flying = await book.lead(1, state="in_flight")
    await book.attempt(flying, 0, "no_answer", SAID_VACANT)
    later = await book.lead(2)
    await book.attempt(later, 0, "machine", BUSY)
    await book.attempt(later, 1, "busy", BUSY)
    assert (await book.again(since=NOW)).leads == {"kept": 2}
    assert (await book.place(flying))[0] == "in_flight"
    assert await book.place(later) == ("waiting", LATER, None, 0)


async def test_a_lead_with_all_its_dials_is_not_reopened(book: Book) -> None:
    lead = await book.lead(
        1, state="closed", due_at=None, closed_reason="vacant", usable=(), dials=15
    )
    await book.attempt(lead, 0, "vacant", BUSY)
    assert (await book.again(since=NOW)).leads == {"kept": 1}
    assert (await book.place(lead))[0] == "closed"


async def test_a_due_lead_that_turns_out_vacant_is_not_dialled_from_the_hopper(book: Book) -> None:
    lead = await book.lead(1, state="due")
    await book.attempt(lead, 0, "no_answer", SAID_VACANT)
    await book.again(since=NOW)
    assert (await book.place(lead))[0] == "closed"


async def test_all_are_looked_at_batch_by_batch(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    lead = await book.lead(1)
    for number in range(8):  # several at the same moment
        await book.attempt(lead, 0, "busy", BUSY, placed_at=NOW + timedelta(minutes=number // 4))
    await book.attempt(lead, 0, "busy", BUSY, placed_at=NOW - timedelta(days=1))
    await book.attempt(lead, 0, "busy", [["what"]])
    report = await book.again(since=NOW)
    assert (report.looked, report.changed, report.reworded, report.unreadable) == (9, 0, 8, 1)
    assert (await book.again()).looked == 10
    assert (await book.again(attempt_ids=book.ids)).looked == 10


async def test_runs_are_ordered_and_followed(book: Book) -> None:
    service = ReclassifyService(book.store, ManualClock(NOW))
    attempt = await book.attempt(await book.lead(1), 0, "no_answer", SAID_VACANT)
    with pytest.raises(NotFound, match="no campaign 99"):
        await service.start(since=NOW, campaign_id=99)
    with pytest.raises(UserError, match="no UTC offset"):
        await service.start(since=NOW.replace(tzinfo=None))
    run = await service.start(since=NOW, campaign_id=book.campaign)
    done = await service.wait(run.id)
    assert (done.state, done.applied, done.changed) == ("done", False, 1)
    assert [(c.old, c.new, c.attempts) for c in done.changes] == [("no_answer", "vacant", 1)]
    assert done.changes[0].examples[0].attempt_id == attempt
    applied = await service.wait((await service.start(since=NOW, apply=True)).id)
    assert applied.leads == {"closed": 1}
    assert (applied.total, applied.looked, applied.since) == (1, 1, NOW)
    assert [one.id for one in service.runs()] == [applied.id, run.id]
    await service.close()


async def test_a_run_is_broken_off_between_two_batches(
    book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    lead = await book.lead(1)
    for number in range(6):
        await book.attempt(lead, 0, "busy", BUSY, placed_at=NOW + timedelta(minutes=number))
    service = ReclassifyService(book.store, ManualClock(NOW))
    first, waits = await service.start(since=NOW), await service.start(since=NOW)
    assert service.stop(waits.id).state == "running"  # it has not come to it yet
    over = await service.wait(waits.id)
    assert (over.state, over.total, over.looked) == ("stopped", 6, 0)
    done = await service.wait(first.id)
    assert (done.state, done.total, done.looked) == ("done", 6, 6)
    with pytest.raises(Conflict, match="has ended"):
        service.stop(first.id)
    with pytest.raises(NotFound):
        service.stop(99)
    await service.close()


async def test_what_is_only_supposed_is_never_written(book: Book) -> None:
    attempt = await book.attempt(await book.lead(1), 0, "busy", BUSY)
    clock = ManualClock(NOW)
    report = await reclassify(book.store, clock, since=NOW, as_if=lambda _: SAID_VACANT)
    assert [*report.changes] == [("busy", "vacant")]
    with pytest.raises(ValueError, match="supposed"):
        await book.again(as_if=lambda _: SAID_VACANT)
    assert await book.outcome(attempt) == "busy"
