"""What becomes of a call stands in the catalogue, in the transaction that writes it down."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cti.base.clock import ManualClock
from cti.base.signals import Signals
from cti.cataloguing import Cataloguing
from cti.floor.inbound import Caller, CallerMoved
from cti.store.engine import Store
from dialer.attempts.events import AttemptDisposed, AttemptEnded, AttemptRejudged
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.ledger import Ledger
from recordings import catalogue
from recordings.service import RecordingService

START = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
ENDED = AttemptEnded(
    attempt_id="at-1",
    campaign_id=1,
    lead_id=7,
    e164="+8613812341234",
    outcome="machine",
    reason="",
    answered_at=START,
    agent_id=3,
    at=START + timedelta(seconds=9),
)
SAID = AttemptDisposed("at-1", 1, 7, 3, "sold", START)


class House:
    """A ledger, the catalogue, and who tells it."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store, self.signals, self.ledger = store, Signals(), Ledger(store)
        self.recordings = RecordingService(
            store, folder / "archive", folder / "in", ManualClock(START), print
        )
        settings = {1: CampaignSettings(), 2: CampaignSettings(record=False)}
        Cataloguing(self.ledger, self.recordings, settings).wire(self.signals)

    async def found(self, **wanted: str) -> list[tuple[str, str, str]]:
        await self.ledger.flush()
        page = await catalogue.find(self.store, catalogue.Filter(**wanted))  # type: ignore[arg-type]
        return [(row.id, row.outcome, row.disposition) for row in page.items]


async def test_a_call_can_be_found_by_what_its_agent_said(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path)
    house.signals.emit(ENDED)
    assert await house.found(number="1234") == [("at-1", "machine", "")]
    house.signals.emit(SAID)
    assert await house.found(disposition="sold") == [("at-1", "machine", "sold")]
    house.signals.emit(replace(SAID, disposition="refused"))
    assert await house.found() == [("at-1", "machine", "refused")]
    assert house.recordings.waiting == 1


async def test_what_is_said_at_once_is_not_lost_to_the_order_of_statements(
    store: Store, tmp_path: Path
) -> None:
    house = House(store, tmp_path)
    house.signals.emit(replace(SAID, attempt_id="at-0"))  # the statement is known before the row
    house.signals.emit(ENDED)
    house.signals.emit(SAID)
    assert await house.found() == [("at-1", "machine", "sold")]


async def test_an_outcome_that_is_judged_again_is_found_by_the_new_one(
    store: Store, tmp_path: Path
) -> None:
    house = House(store, tmp_path)
    house.signals.emit(ENDED)
    await house.found()
    house.signals.emit(AttemptRejudged("at-1", 1, 7, "machine", "answered", "", START))
    assert await house.found(outcome="answered") == [("at-1", "answered", "")]


async def test_what_was_not_recorded_is_not_catalogued(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path)
    house.signals.emit(replace(ENDED, answered_at=None))
    house.signals.emit(replace(ENDED, campaign_id=2))
    house.signals.emit(SAID)
    assert await house.found() == []


async def test_a_caller_is_catalogued_when_the_call_is_over(store: Store, tmp_path: Path) -> None:
    house = House(store, tmp_path)
    caller = Caller("in-1", "4001", "13800138000", START, "sales")
    house.signals.emit(CallerMoved(caller, "ended"))  # left in the menu: nothing was recorded
    caller.queued_at, caller.record = START, tmp_path / "in-1.raw"
    house.signals.emit(CallerMoved(caller, "queued"))
    house.signals.emit(CallerMoved(caller, "ended"))
    assert await house.found(number="8000") == [("in-1", "abandoned", "")]
