"""The engine in virtual time: real SQL in a file of memory, a real Redis, a PBX in memory."""

import asyncio
import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from cti.store.engine import Store, sqlite_url
from cti.store.migrate import migrate
from tests.unit.dialer.conftest import redis_url as redis_url  # noqa: PLC0414 - a fixture
from tests.unit.engine.rig import Outside
from tests.virtual_time import virtual_loops

pytest_asyncio_loop_factories = virtual_loops

MEMORY = Path("/dev/shm")


@pytest.fixture(scope="session")
def shaped() -> Iterator[Path]:
    """A folder whose database has its newest shape, and no rows."""
    base = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="cti-engine-", dir=base) as name:
        folder = Path(name) / "shaped"
        folder.mkdir()
        asyncio.run(_shape(folder))
        yield folder


async def _shape(folder: Path) -> None:
    store = Store(sqlite_url(folder))
    await migrate(store)
    await store.close()


@pytest.fixture
def make_outside(shaped: Path, redis_url: str) -> Iterator[Callable[[], Outside]]:
    """Makes what is there before the engine and outlives it: database, Redis, PBX."""
    made: list[Path] = []

    def make() -> Outside:
        folder = shaped.with_name(uuid.uuid4().hex)
        shutil.copytree(shaped, folder)
        made.append(folder)
        return Outside(sqlite_url(folder), redis_url, f"test-{folder.name}")

    yield make
    for folder in made:
        shutil.rmtree(folder)


@pytest.fixture
async def outside(make_outside: Callable[[], Outside]) -> AsyncIterator[Outside]:
    outside = make_outside()
    yield outside
    await outside.close()
