"""The engine in virtual time: real SQL in a file of memory, a real Redis, a PBX in memory."""

import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import pytest

from cti.store.engine import sqlite_url
from tests.unit.dialer.conftest import redis_url as redis_url  # noqa: PLC0414 - a fixture
from tests.unit.engine.rig import Outside
from tests.virtual_time import virtual_loops

pytest_asyncio_loop_factories = virtual_loops


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
