"""One PBX and one world a pytest worker, on ports and in a folder of their own."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator

import pytest

from cti.ami.link import AmiLink
from cti.base.clock import SystemClock
from tests.pbx.stage import Heard, Line, Stage


@pytest.fixture(scope="session")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Two running Asterisks for all tests of this worker. Use `pbx`, which clears up after."""
    stage = Stage.make(tmp_path_factory.mktemp("s"))
    try:
        asyncio.run(stage.start())
        yield stage
    finally:
        asyncio.run(stage.stop())


@pytest.fixture
async def pbx(stage: Stage) -> AsyncIterator[Stage]:
    """The stage, without calls."""
    yield stage
    await stage.clear()


@pytest.fixture
async def line(pbx: Stage) -> AsyncIterator[Line]:
    """The engine's link to the PBX, up, and what it heard."""
    heard = Heard()
    link = AmiLink(pbx.ami, heard, clock=SystemClock(), rng=random.Random(1))
    await link.start()
    await link.wait_up(10)
    yield Line(pbx, link, heard)
    await link.close()
