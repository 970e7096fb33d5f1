"""Tests of meters run in virtual time, which stands still while a thread reads."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

import pytest

from tests.virtual_time import standing_still, virtual_loops

T = TypeVar("T")
pytest_asyncio_loop_factories = virtual_loops


@pytest.fixture(autouse=True)
def threads_take_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    to_thread = asyncio.to_thread

    async def standing(work: Callable[[], T]) -> T:
        with standing_still():
            return await to_thread(work)

    monkeypatch.setattr(asyncio, "to_thread", standing)
