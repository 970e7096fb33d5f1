"""A page that has gone takes its phone along: its legs end at once, not when the PBX notices.

A page that was closed or is read anew says so. Where only the connection broke, the sound may flow
on: then the leg is left alone, and the PBX ends it when nothing is received for five seconds.
"""

import asyncio
from dataclasses import dataclass, field

import structlog

from cti.base.signals import Signals
from cti.calls.pbx import Pbx, PbxError
from cti.calls.tracker import Tracker
from cti.phones.events import PageGone

log = structlog.get_logger(__name__)

LISTEN_SECONDS = 0.4
"""For so long packets are counted: a living phone sends one every 20 ms."""


@dataclass(slots=True)
class PageWatch:
    """Ends the legs of phones whose page is gone."""

    pbx: Pbx
    tracker: Tracker
    signals: Signals
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.signals.on(PageGone, self._gone)

    async def close(self) -> None:
        """Stop looking."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _gone(self, event: PageGone) -> None:
        for leg in list(self.tracker.legs.values()):
            if leg.channel.startswith(f"PJSIP/{event.phone}-"):
                work = self._end(leg.uniqueid, certain=event.certain)
                task = asyncio.get_running_loop().create_task(work)
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _end(self, leg: str, *, certain: bool) -> None:
        try:
            if not certain:
                before = await self.pbx.packets(leg)
                await asyncio.sleep(LISTEN_SECONDS)
                if await self.pbx.packets(leg) > before:
                    return
            log.info("phones.page_gone", leg=leg, certain=certain)
            await self.pbx.hang_up(leg)
        except PbxError as error:
            log.debug("phones.leg_already_gone", leg=leg, why=str(error))
