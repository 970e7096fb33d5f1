"""What pacing keeps, on both databases: rows, what was learned, and who had an agent too late."""

from datetime import UTC, datetime, timedelta
from typing import cast
from zoneinfo import ZoneInfo

import pytest
from alembic import command
from sqlalchemy import Connection, Table, func, select, text

from cti.base.clock import ManualClock
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.store import batches, migrate
from cti.store.batches import Batches
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow
from dialer.decisions.experience import Experience
from dialer.decisions.models import DecisionRow
from dialer.engine.ledger import Ledger
from dialer.engine.window import Counts, Window

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
DECISIONS = cast("Table", DecisionRow.__table__)


@pytest.fixture
async def campaign(store: Store) -> int:
    async with store.write() as session:
        row = CampaignRow(name="Spring", settings={}, created_at=NOON)
        session.add(row)
        await session.flush()
        return row.id


def decision(campaign: int, at: datetime) -> dict[str, object]:
    numbers = {c.name: 0 for c in DECISIONS.c if str(c.type) == "INTEGER" and c.name != "id"}
    told = {"mode": "power", "bound_by": "ratio", "reasons": "2 lines", "target": 0.03}
    unknown = ("expected_answers", "expected_free", "budget_left", "answer_probability")
    return numbers | told | dict.fromkeys(unknown) | {"campaign_id": campaign, "at": at}


async def count(store: Store) -> int:
    async with store.read() as session:
        return await session.scalar(select(func.count()).select_from(DecisionRow)) or 0


async def test_rows_are_written_together_and_old_ones_forgotten(
    store: Store, campaign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "PRUNED_AT_ONCE", 2)
    keep = timedelta(days=35)
    kept = Batches(store, DECISIONS, "decisions", Signals(), ManualClock(NOON), keep)
    for days in (0, 1, 34, 36, 36, 37, 40, 400):
        kept.put(decision(campaign, NOON - timedelta(days=days)))
    await kept.close()
    assert await count(store) == 8
    await kept._prune()
    assert await count(store) == 3


async def test_rows_beyond_what_can_wait_are_lost(
    store: Store, campaign: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST", 3)
    signals = Signals()
    said: list[Incident] = []
    signals.on(Incident, said.append)
    clock, keep = ManualClock(NOON), timedelta(days=1)
    kept = Batches(store, DECISIONS, "decisions", signals, clock, keep)
    for seconds in range(5):
        kept.put(decision(campaign, NOON + timedelta(seconds=seconds)))
    await kept.close()
    assert (await count(store), kept.dropped) == (3, 2)
    for _ in range(2):
        kept.put({"campaign_id": campaign})  # a row that no database takes
        await kept.close()
    assert (await count(store), kept.dropped) == (3, 4)
    assert [incident.kind for incident in said] == ["rows_not_kept"]


async def test_what_was_learned_comes_back(store: Store, campaign: int) -> None:
    class Pacer:
        def experience(self) -> dict[str, object]:
            return {"rates": [0.5, float("inf")], "of": {"7": None}}

    experience = Experience(store, ManualClock(NOON))
    assert await experience.recall(campaign, "predictive") is None
    for _ in range(2):
        await experience.keep(campaign, "predictive", Pacer())
    await experience.keep(campaign, "power", lambda: None)  # one that learns nothing
    assert await experience.recall(campaign, "predictive") == {
        "rates": [0.5, None],
        "of": {"7": None},
    }
    assert await experience.recall(campaign, "power") is None


ATTEMPT = text(
    "INSERT INTO attempts (id, campaign_id, lead_id, number_id, e164, caller_id, placed_at, "
    "answered_at, bridged_at, outcome, evidence, outcome_reason, note) VALUES (:id, 1, 1, 1, "
    "'+1', '', :at, :at, :bridged, :outcome, '[]', '', '')"
)


async def test_attempts_of_older_days_are_measured_too(empty_store: Store) -> None:
    """From the migration that adds it to the window's counts."""

    def older(connection: Connection) -> None:
        command.upgrade(migrate._config(connection), "0002")
        if connection.dialect.name == "sqlite":
            connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        connection.execute(
            text("INSERT INTO campaigns VALUES (1, 'Spring', NULL, 'draft', 'power', '{}', :at)"),
            {"at": _moment(connection, NOON)},
        )
        connection.execute(
            text("INSERT INTO lead_lists VALUES (1, 1, 'list', 0, :at)"),
            {"at": _moment(connection, NOON)},
        )
        connection.execute(
            text(
                "INSERT INTO leads (id, campaign_id, list_id, name, reference, fields, time_zone, "
                "priority, state, next_number, dials, dials_today) "
                "VALUES (1, 1, 1, '', '', '{}', 'UTC', 0, 'closed', 0, 1, 1)"
            )
        )
        connection.execute(
            text("INSERT INTO numbers VALUES (1, 1, 1, 0, '+1', :usable)"), {"usable": True}
        )
        for n, (waited, outcome) in enumerate(
            [(0.2, "answered"), (1.99, "answered"), (2.3, "answered"), (None, "abandoned")]
        ):
            bridged = None if waited is None else NOON + timedelta(seconds=waited)
            connection.execute(
                ATTEMPT,
                {
                    "id": f"at-{n}",
                    "at": _moment(connection, NOON),
                    "bridged": bridged and _moment(connection, bridged),
                    "outcome": outcome,
                },
            )

    await empty_store.transact(older)
    assert (await migrate.migrate(empty_store))[0] == "0003"
    window = Window(empty_store, Ledger(empty_store), Signals(), ManualClock(NOON))
    await window.open(1, ZoneInfo("UTC"), 1)
    assert window.counts(1) == Counts(4, 2)
    await window.open(1, ZoneInfo("Pacific/Kiritimati"), 1)  # it is the 23rd there
    assert window.counts(1) == Counts(4, 2)
    clock = ManualClock(NOON + timedelta(days=1))
    tomorrow = Window(empty_store, Ledger(empty_store), Signals(), clock)
    await tomorrow.open(1, ZoneInfo("UTC"), 1)
    assert tomorrow.counts(1) == Counts(0, 0)


def _moment(connection: Connection, moment: datetime) -> object:
    """As each driver takes it in plain SQL."""
    plain = moment.strftime("%Y-%m-%d %H:%M:%S.%f")
    return plain if connection.dialect.name == "sqlite" else moment
