"""An event loop whose clock jumps to the next timer when nothing else is to be done.

A test that waits for half a minute takes no time, and takes it the same way every time. What is
real (a database's thread, a socket) has to be waited for in real time: `standing_still` keeps the
clock from jumping meanwhile.

Use: `pytest_asyncio_loop_factories = virtual_loops` in a folder's conftest.py, or `run_virtual`.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import pytest

T = TypeVar("T")

ORIGIN = datetime(2026, 8, 3, 4, tzinfo=UTC)
"""The wall clock at the loop's beginning: a Monday, noon in Shanghai, inside calling times."""
START = 1000.0
REAL_PATIENCE = 20.0


class _JumpingSelector(selectors.DefaultSelector):
    """Instead of sleeping until the next timer it moves the clock there."""

    def __init__(self) -> None:
        super().__init__()
        self.now = START
        self.still = 0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or (timeout is not None and timeout <= 0):
            return ready
        if self.still or timeout is None:
            ready = super().select(REAL_PATIENCE)
            if not ready:
                raise RuntimeError("every task waits for something that never comes")
            return ready
        self.now += timeout
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """See the module."""

    def __init__(self) -> None:
        self._jumping = _JumpingSelector()
        super().__init__(self._jumping)

    def time(self) -> float:
        return self._jumping.now

    @contextmanager
    def standing_still(self) -> Iterator[None]:
        """Something real is under way: no jumps until it is done."""
        self._jumping.still += 1
        try:
            yield
        finally:
            self._jumping.still -= 1


@contextmanager
def standing_still() -> Iterator[None]:
    """On a virtual loop: no jumps until the block is left."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, VirtualLoop)
    with loop.standing_still():
        yield


class VirtualClock:
    """`cti.base.clock.Clock` on the time of the virtual loop it is made on; any thread may ask."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()

    def now(self) -> datetime:
        return ORIGIN + timedelta(seconds=self.monotonic() - START)

    def monotonic(self) -> float:
        return self._loop.time()


def virtual_loops(
    config: pytest.Config, item: pytest.Item
) -> Mapping[str, Callable[[], asyncio.AbstractEventLoop]]:
    """pytest-asyncio's hook: the folder's tests run in virtual time."""
    return {"virtual": VirtualLoop}


def run_virtual(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine in virtual time: for hypothesis, which wants a loop an example."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(work)
