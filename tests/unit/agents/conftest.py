"""Tests of agents run in virtual time."""

from collections.abc import AsyncIterator

import pytest

from tests.unit.floor.rig import Rig
from tests.virtual_time import virtual_loops

pytest_asyncio_loop_factories = virtual_loops


@pytest.fixture
async def rig() -> AsyncIterator[Rig]:
    rig = Rig()
    yield rig
    await rig.close()
