"""Two clients, three campaigns, and the services of compliance over a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cti.base.clock import ManualClock
from cti.base.signals import Signals
from cti.store.engine import Store
from dialer.compliance.consents import ConsentService
from dialer.compliance.limits import CapsService
from dialer.compliance.service import DoNotCallService
from tests.unit.compliance.book import Book

NOON = datetime(2026, 8, 3, 4, tzinfo=UTC)  # 12:00 in Shanghai


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(NOON)


@pytest.fixture
async def book(store: Store, clock: ManualClock) -> Book:
    return await Book.made(store, clock)


@pytest.fixture
async def bars(store: Store, clock: ManualClock, tmp_path: Path) -> AsyncIterator[DoNotCallService]:
    service = DoNotCallService(store, clock, Signals(), tmp_path / "dnc")
    yield service
    await service.close()


@pytest.fixture
def consents(store: Store, clock: ManualClock) -> ConsentService:
    return ConsentService(store, clock)


@pytest.fixture
def caps(store: Store, clock: ManualClock) -> CapsService:
    return CapsService(store, clock)
