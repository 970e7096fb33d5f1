"""A leg that should end does end, and is treated as ending until then.

Asterisk can say yes to a hang-up and lose it where the channel is just being moved into a bridge:
the flag stays with the shell that is left behind (inferred; seen once in some hundred hang-ups
within milliseconds of a bridge). The call then goes on until its far end tires of it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

import structlog

from cti.base.signals import Signals
from cti.calls.events import LegEnded, LegVanished

log = structlog.get_logger(__name__)

END_WITHIN = 1.0
"""Seconds from our asking until a leg has ended; a dialplan's last steps included."""
TRIES = 5


@dataclass(slots=True)
class Endings:
    """Asks again while a leg lives that was asked to end. ask: returns whether it may live yet."""

    ask: Callable[[str], Awaitable[bool]]
    signals: Signals
    _due: dict[str, asyncio.TimerHandle] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.signals.on(LegEnded, lambda e: self._gone(e.uniqueid))
        self.signals.on(LegVanished, lambda e: self._gone(e.uniqueid))

    def __contains__(self, uniqueid: str) -> bool:
        return uniqueid in self._due

    def await_end(self, uniqueid: str, tries: int = TRIES) -> None:
        """It was asked to end: look after it until it has."""
        self._gone(uniqueid)
        loop = asyncio.get_running_loop()
        self._due[uniqueid] = loop.call_later(END_WITHIN, self._lives, uniqueid, tries)

    def _gone(self, uniqueid: str) -> None:
        if timer := self._due.pop(uniqueid, None):
            timer.cancel()

    def _lives(self, uniqueid: str, tries: int) -> None:
        if not tries:
            log.error("pbx.leg_does_not_end", leg=uniqueid)
            self._gone(uniqueid)
            return
        task = asyncio.get_running_loop().create_task(self._again(uniqueid, tries))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _again(self, uniqueid: str, tries: int) -> None:
        lives = await self.ask(uniqueid)
        if uniqueid not in self._due:
            return  # it ended meanwhile
        if lives:
            log.info("pbx.hang_up_was_lost", leg=uniqueid)
            self.await_end(uniqueid, tries - 1)
        else:
            self._gone(uniqueid)
