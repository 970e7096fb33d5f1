"""Fixtures for everybody. `store` gives each test that asks for it an empty, migrated database of
its own, once as SQLite and once on a real PostgreSQL."""

import asyncio
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from cti.store.engine import Store, sqlite_url
from cti.store.migrate import migrate
from tests.postgres import Cluster

HERE = Path(__file__).parent
MEMORY = Path("/dev/shm")
BROWSER = "tests/browser/"
PLACES = {"browser": 0, "unit": 1, "chaos": 2, "pbx": 3}


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """A file's tests share a worker, as they share what they start; so do all of the browser's:
    two towns with their Chromiums would take the machine from each other.

    (xdist's own groups by mark are lost with this pytest.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return BROWSER if nodeid.startswith(BROWSER) else nodeid.partition("::")[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduler:
    """How the tests are shared out: in the order in which they are collected."""
    config.option.loadscopereorder = False
    return Scheduler(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Those that compute go beside the browser's; those that wait for calls, and want a machine
    that answers in time, come after."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: PLACES.get(item.path.relative_to(HERE).parts[0], 1))


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of this test run (of this xdist worker), stopped at its end."""
    with Cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def shaped() -> Iterator[Path]:
    """A folder whose SQLite database has its newest shape, and no rows: to be copied, as to
    migrate one more takes far longer."""
    base = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="cti-shaped-", dir=base) as name:
        folder = Path(name) / "shaped"
        folder.mkdir()
        asyncio.run(_shape(sqlite_url(folder)))
        yield folder


@pytest.fixture(params=["sqlite", "postgresql"])
async def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Store]:
    """A database without tables."""
    if request.param == "sqlite":
        store = Store(sqlite_url(tmp_path))
        yield store
        await store.close()
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    store = Store(cluster.url)
    yield store
    await store.close()
    await cluster.empty()


@pytest.fixture(params=["sqlite", "postgresql"])
async def store(
    request: pytest.FixtureRequest, shaped: Path, tmp_path: Path
) -> AsyncIterator[Store]:
    """A database in its newest shape."""
    if request.param == "sqlite":
        shutil.copytree(shaped, tmp_path, dirs_exist_ok=True)
        store = Store(sqlite_url(tmp_path))
        yield store
        await store.close()
        return
    cluster: Cluster = request.getfixturevalue("postgres")
    async with cluster.shaped(_shape) as url:
        store = Store(url)
        yield store
        await store.close()


async def _shape(url: str) -> None:
    store = Store(url)
    await migrate(store)
    await store.close()
