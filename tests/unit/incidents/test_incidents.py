"""Incidents are kept for those who come later."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

import httpx
import pytest
from sqlalchemy import Table

from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.base.incidents import Incident
from cti.base.signals import Signals
from cti.incidents.api import router
from cti.incidents.models import IncidentRow
from cti.incidents.service import LAST, Incidents
from cti.store.base import Base
from cti.store.batches import Batches
from cti.store.engine import Store, sqlite_url

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
TABLE = cast("Table", IncidentRow.__table__)


class Run:
    """One run of the service on a database."""

    def __init__(self, store: Store) -> None:
        self.signals, self.clock = Signals(), ManualClock(START)
        kept = Batches(store, TABLE, "incidents", self.signals, self.clock, keep=timedelta(days=30))
        self.incidents = Incidents(store, self.signals, self.clock, kept)

    def happens(self, minute: int, kind: str) -> None:
        self.clock.set(START + timedelta(minutes=minute))
        self.signals.emit(Incident(kind, f"{kind} happened.", "error", "at-1"))

    def told(self, limit: int = 100, since: datetime | None = None) -> list[str]:
        return [incident.kind for incident in self.incidents.last(limit, since)]


@pytest.fixture
async def store(tmp_path: Path) -> Store:
    store = Store(sqlite_url(tmp_path))
    async with store.engine.begin() as connection:
        await connection.run_sync(Base.metadata.create_all, tables=[TABLE])
    return store


async def test_the_next_run_still_tells_them_before_its_own(store: Store) -> None:
    first = Run(store)
    first.happens(0, "pbx_lost")
    first.happens(1, "pacer_failed")
    assert first.told() == ["pacer_failed", "pbx_lost"]
    await first.incidents.kept.close()
    second = Run(store)
    second.happens(5, "rows_not_kept")  # before the old ones were read
    await second.incidents.load()
    assert second.told() == ["rows_not_kept", "pacer_failed", "pbx_lost"]
    assert second.told(limit=1) == ["rows_not_kept"]
    assert second.told(since=START + timedelta(minutes=1)) == ["rows_not_kept", "pacer_failed"]
    await second.incidents.kept.close()
    await store.close()


async def test_only_so_many_are_remembered(store: Store) -> None:
    run = Run(store)
    for n in range(LAST + 5):
        run.happens(n, f"kind_{n}")
    assert len(run.told(limit=LAST + 5)) == LAST
    assert run.told(limit=1) == [f"kind_{LAST + 4}"]
    await run.incidents.kept.close()
    await store.close()


async def test_they_are_told_over_http(store: Store) -> None:
    async def healthy() -> dict[str, str]:
        return {}

    run = Run(store)
    run.happens(0, "pbx_lost")
    app = create_app(token="t", version="1", routers=[router(run.incidents)], check=healthy)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://cti"
    ) as client:
        assert (await client.get("/v1/incidents")).status_code == 401
        client.headers["Authorization"] = "Bearer t"
        assert (await client.get("/v1/incidents")).json() == [
            {
                "at": "2026-03-01T09:00:00Z",
                "kind": "pbx_lost",
                "severity": "error",
                "text": "pbx_lost happened.",
                "subject": "at-1",
            }
        ]
        assert (await client.get("/v1/incidents", params={"limit": 0})).status_code == 422
    await run.incidents.kept.close()
    await store.close()
