"""Fixtures for everybody. `store` gives each test that asks for it an empty, migrated database of
its own, once as SQLite and once on a real PostgreSQL."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from xdist.scheduler import LoadScopeScheduling

from cti.store.engine import Store, sqlite_url
from cti.store.migrate import migrate
from tests.postgres import Cluster

ALONE = "tests/browser/"
"""Share one worker: two towns with their Chromiums would take the machine from each other."""


class Scheduler(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Each test goes to whichever worker is free; those of the browser, the longest, begin first.

    (xdist's own groups by mark are lost with this pytest.)
    """

    def _split_scope(self, nodeid: str) -> str:
        return ALONE if nodeid.startswith(ALONE) else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Scheduler:
    """How the tests are shared out."""
    return Scheduler(config, log)


@pytest.fixture(scope="session")
def postgres() -> Iterator[Cluster]:
    """A PostgreSQL server of this test run (of this xdist worker), stopped at its end."""
    with Cluster() as cluster:
        yield cluster


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


@pytest.fixture
async def store(empty_store: Store) -> Store:
    """A database in its newest shape."""
    await migrate(empty_store)
    return empty_store
