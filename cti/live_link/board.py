"""The board, once a second, made once for everybody who sees the same."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cti.base.tasks import end
from cti.live_link.hub import LiveHub
from cti.live_link.seeing import Audience
from cti.store.engine import first_line

log = structlog.get_logger(__name__)

EVERY: Final = 1.0


@dataclass(frozen=True, slots=True)
class Shown:
    """The board as JSON. same_as: the same without what changes by itself (times that run)."""

    payload: str
    same_as: str


LookForAll = Callable[[Iterable[Audience]], Awaitable[Mapping[Audience, Shown]]]
"""Makes the board of this moment for each audience."""


@dataclass(slots=True)
class BoardFeed:
    """Sends the board to those who watch, when it has changed."""

    hub: LiveHub
    look: LookForAll
    _last: dict[Audience, str] = field(default_factory=dict)
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.get_running_loop().create_task(self._run(), name="board feed")]

    async def close(self) -> None:
        """Stop."""
        await end(self._tasks)

    async def send(self) -> int:
        """One look; returns to how many audiences something was sent."""
        watchers = self.hub.watchers()
        self._last = {audience: self._last.get(audience, "") for audience in watchers}
        if not watchers:
            return 0
        sent = 0
        for audience, shown in (await self.look(watchers)).items():
            if self._last.get(audience) != shown.same_as:
                self._last[audience] = shown.same_as
                self.hub.board(audience, shown.payload)
                sent += 1
        return sent

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            try:
                await self.send()
            except (SQLAlchemyError, OSError) as error:
                log.warning("live_link.no_board", why=first_line(error))
            except Exception:
                log.exception("live_link.no_board")
            await asyncio.sleep(max(0.1, EVERY - (loop.time() - began)))
