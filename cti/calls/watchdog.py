"""Holds what we believe against what the PBX has: at start, on reconnect, and every so often.

Invariant 4: nothing counts as live that is not. VICIdial's and others' dialers stop because calls
that are long gone still count as lines in use; here they are found and ended within a round.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from cti.base.ids import is_ours
from cti.base.incidents import Incident
from cti.base.tasks import end
from cti.calls.pbx import Pbx, PbxError
from cti.calls.tracker import SETTLE_SECONDS, Mismatch, Tracker

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Watchdog:
    """Compares, repairs, reports.

    knows: whether a call or agent leg found only on the PBX is still wanted; others of our own
    kind are hung up. behind: something may have been missed, and no look has ended since.
    samples, mismatches: how often it looked, and how often it had to repair.
    """

    pbx: Pbx
    tracker: Tracker
    knows: Callable[[str], bool]
    every: float = 60.0
    samples: int = 0
    mismatches: int = 0
    last: Mismatch | None = None
    behind: bool = False
    _now: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Look every `every` seconds, and whenever `look_now` is called."""
        self._task = asyncio.get_running_loop().create_task(self._run(), name="watchdog")

    def look_now(self) -> None:
        """Something may have been missed: the link was down, or events were lost."""
        self.behind = True
        self._now.set()

    async def close(self) -> None:
        """Stop looking."""
        if self._task is not None:
            await end([self._task])

    async def look(self) -> Mismatch:
        """One comparison, with repair of what two looks agree on."""
        first = self.tracker.compare(await self.pbx.channels())
        if not first:
            self.samples += 1
            return first
        # Events and the snapshot travel side by side: only what stays different is a fault.
        await asyncio.sleep(1.2 * SETTLE_SECONDS)
        rows = await self.pbx.channels()
        second = self.tracker.compare(rows)
        lasting = first & second
        self.samples += 1
        if lasting:
            self.mismatches += 1
            self.last = lasting
            log.warning(
                "watchdog.repair",
                only_ours=sorted(lasting.only_ours),
                only_pbx=sorted(lasting.only_pbx),
                stale=sorted(lasting.stale),
            )
            self.tracker.signals.emit(
                Incident("counters_repaired", "Our calls and the PBX's channels did not agree.")
            )
            self.tracker.remove(lasting.only_ours)
            unwanted = {leg for leg in lasting.only_pbx if not self._wanted(leg)}
            self.tracker.catch_up(rows, lasting.only_pbx - unwanted | lasting.stale)
            for leg in sorted(unwanted):
                await self._hang_up(leg)
        return lasting

    def _wanted(self, uniqueid: str) -> bool:
        """Strangers are none of our business; our own kind is, unless nobody knows it any more."""
        return not is_ours(uniqueid) or self.knows(uniqueid)

    async def _hang_up(self, uniqueid: str) -> None:
        try:
            await self.pbx.hang_up(uniqueid)
        except PbxError as error:
            log.info("watchdog.already_gone", leg=uniqueid, why=str(error))

    async def _run(self) -> None:
        while True:
            try:
                async with asyncio.timeout(self.every):
                    await self._now.wait()
            except TimeoutError:
                pass
            self._now.clear()
            if not self.pbx.up:
                continue
            try:
                await self.look()
                self.behind = self._now.is_set()
            except PbxError as error:
                log.warning("watchdog.cannot_look", why=str(error))
