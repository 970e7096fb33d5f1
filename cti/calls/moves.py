"""Waits for legs to be where they were sent."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

from cti.base.signals import Signals
from cti.calls.events import (
    LegEnded,
    LegMarked,
    LegPooled,
    LegRefused,
    LegsBridged,
    LegUnbridged,
    LegUnpooled,
    LegVanished,
)

MOVES = (
    LegMarked,
    LegsBridged,
    LegUnbridged,
    LegPooled,
    LegUnpooled,
    LegEnded,
    LegVanished,
    LegRefused,
)
WITHIN = 3.0
"""Seconds for one move; milliseconds are usual, but for a machine that has too much to do."""


@dataclass(slots=True)
class Moves:
    """Wakes who waits whenever something was heard of a leg."""

    signals: Signals
    _moved: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        for kind in MOVES:
            self.signals.on(kind, self._wake)

    async def until(self, done: Callable[[], bool], seconds: float = WITHIN) -> bool:
        """Whether `done` came true in time."""
        try:
            async with asyncio.timeout(seconds):
                while not done():
                    await self._moved.wait()
        except TimeoutError:
            return done()
        return True

    def _wake(self, _event: object) -> None:
        self._moved.set()
        self._moved = asyncio.Event()
