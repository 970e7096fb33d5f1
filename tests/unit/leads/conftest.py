"""A campaign to import into, and files as people bring them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.base.clock import ManualClock
from cti.store.engine import Store
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.service import LeadService
from tests.unit.leads.files import Write

NOW = datetime(2026, 3, 2, 1, 30, tzinfo=UTC)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOW)


@pytest.fixture
async def campaign(store: Store, clock: ManualClock) -> int:
    async with store.write() as session:
        row = CampaignRow(
            name="May",
            settings=CampaignSettings().model_dump(mode="json"),
            created_at=clock.now(),
        )
        session.add(row)
    return row.id


@pytest.fixture
async def leads(store: Store, clock: ManualClock, tmp_path: Path) -> AsyncIterator[LeadService]:
    service = LeadService(store, clock, tmp_path / "imports")
    yield service
    await service.close()


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a file with these contents, text as UTF-8; returns its path."""

    def write_file(content: str | bytes, name: str = "leads.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file
