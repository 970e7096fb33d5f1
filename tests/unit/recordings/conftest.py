"""A catalogue in a fresh SQLite file, and raw recordings to convert."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import numpy as np
import pytest
from sqlalchemy import Table

from cti.agents.models import AgentRow
from cti.audit.models import AuditRow
from cti.store.base import Base
from cti.store.engine import Store, sqlite_url
from recordings.convert import RATE
from recordings.models import RecordingRow

CUSTOMER_HZ, AGENT_HZ = 440, 1000


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    store = Store(sqlite_url(tmp_path))
    async with store.engine.begin() as connection:
        await connection.run_sync(
            Base.metadata.create_all,
            tables=[cast("Table", row.__table__) for row in (RecordingRow, AgentRow, AuditRow)],
        )
    yield store
    await store.close()


def tones(path: Path, seconds: float) -> Path:
    """A raw recording: the customer hums one tone, the agent another, half as loud."""
    time = np.arange(int(seconds * RATE)) / RATE
    sides = [
        16000 * np.sin(2 * np.pi * CUSTOMER_HZ * time),
        8000 * np.sin(2 * np.pi * AGENT_HZ * time),
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    np.stack(sides, axis=1).astype("<i2").tofile(path)
    return path
