"""Callers: from the menu to the floor, and what became of them."""

import asyncio
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from cti.base.clock import Clock
from cti.base.day import LocalDay
from cti.base.signals import Signals
from cti.calls.cel import CelHistory
from cti.calls.events import LegEnded, LegMarked, LegVanished
from cti.calls.models import InboundCallRow
from cti.calls.pbx import agent_of_leg
from cti.calls.tracker import Tracker
from cti.floor.callers_day import CallersDay
from cti.floor.events import CallConnected
from cti.floor.floor import Floor
from cti.store.engine import Store

ReadCel = Callable[[datetime], Mapping[str, CelHistory]]
"""The PBX's event log from a moment on."""

log = structlog.get_logger(__name__)

SERVED_WITHIN = 20.0
"""Seconds of waiting that still count as good service, where the site has not said otherwise: the
usual 80/20 goal of call centres."""


@dataclass(slots=True)
class Caller:
    """A caller of this moment."""

    id: str
    dialled: str
    caller: str
    arrived_at: datetime
    queue: str = ""
    choices: list[str] = field(default_factory=list)
    queued_at: datetime | None = None
    bridged_at: datetime | None = None
    ended_at: datetime | None = None
    agent_id: int | None = None
    record: Path | None = None

    @property
    def outcome(self) -> str:
        """answered, abandoned (left while waiting), or menu (never reached the floor)."""
        if self.bridged_at is not None:
            return "answered"
        return "menu" if self.queued_at is None else "abandoned"


@dataclass(frozen=True, slots=True)
class CallerMoved:
    """A caller arrived, was queued, got an agent, or ended; `step` says which."""

    caller: Caller
    step: str


@dataclass(slots=True)
class InboundDesk:
    """What the menus report to (`ivr`), and what the floor serves.

    served_within: seconds of waiting that are good service. zone: of the site, whose day it is.
    """

    store: Store
    floor: Floor
    signals: Signals
    clock: Clock
    record_path: Callable[[str], Path]
    wrap_up: float = 20.0
    served_within: Callable[[], float] = lambda: SERVED_WITHIN
    callers: dict[str, Caller] = field(default_factory=dict)
    zone: Callable[[], ZoneInfo] = lambda: ZoneInfo("UTC")
    day: CallersDay = field(init=False)
    _writes: set[asyncio.Task[None]] = field(default_factory=set)
    _in_order: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        today = LocalDay(self.clock, self.zone)
        self.day = CallersDay(self.store, today, self.served_within)
        self.signals.on(LegMarked, self._marked)
        self.signals.on(CallConnected, self._connected)
        self.signals.on(LegEnded, lambda e: self._ended(e.uniqueid))
        self.signals.on(LegVanished, lambda e: self._ended(e.uniqueid))

    async def recover(self, tracker: Tracker, read_cel: ReadCel) -> int:
        """After a restart: the day is as it was, who still waits or talks is ours again, the others
        get their end.

        Returns how many were adopted.
        """
        await self.day.load()
        async with self.store.read() as session:
            query = select(InboundCallRow).where(InboundCallRow.ended_at.is_(None))
            rows = (await session.scalars(query)).all()
        if not rows:
            return 0
        history = read_cel(min(row.arrived_at for row in rows) - timedelta(seconds=60))
        adopted = 0
        for row in rows:
            caller = Caller(row.id, row.dialled, row.caller, row.arrived_at, row.queue)
            caller.choices = row.choices.split()
            caller.queued_at = row.queued_at
            if caller.queued_at is not None:
                caller.record = self.record_path(row.id)
            self.callers[row.id] = caller
            if row.id in tracker.legs:
                adopted += 1
                self._adopt(caller, tracker)
            else:
                told = history.get(row.id, CelHistory())
                caller.bridged_at = told.bridged_at
                caller.agent_id = agent_of_leg(told.bridged_with or "")
                self._ended(row.id, told.ended)
        return adopted

    def _adopt(self, caller: Caller, tracker: Tracker) -> None:
        partners = sorted(tracker.partners(caller.id))
        owner = self.floor.agent_of(caller.id)
        if owner is not None or partners:
            caller.bridged_at = self.clock.now()
            agents = (agent_of_leg(partner) for partner in partners)
            known = next((agent for agent in agents if agent is not None), None)
            caller.agent_id = owner.id if owner is not None else known
        elif caller.queued_at is not None:
            self.floor.offer(caller.id, patient=True, wrap_up=self.wrap_up)

    # -- what the menus tell -------------------------------------------------------------------

    def queue_of(self, call: str) -> str:
        """The queue of a caller of this moment; '' for other calls."""
        caller = self.callers.get(call)
        return caller.queue if caller else ""

    async def arrived(self, uniqueid: str, dialled: str, caller: str) -> None:
        """A caller reached a menu."""
        if uniqueid in self.callers:
            return
        new = Caller(uniqueid, dialled[:32], caller[:64], self.clock.now())
        self.callers[uniqueid] = new
        self._write(self._save(new))
        self.signals.emit(CallerMoved(new, "arrived"))

    async def chose(self, uniqueid: str, menu: str, digit: str) -> None:
        """A key was pressed in a menu."""
        caller = self.callers.get(uniqueid)
        if caller is not None:
            caller.choices.append(f"{menu}:{digit}")

    async def queued(self, uniqueid: str, queue: str) -> str:
        """The menu sent the caller to a queue; the floor gets them once the PBX has them there.

        Returns the file to record to.
        """
        caller = self.callers.get(uniqueid)
        if caller is None:
            return ""
        caller.queue = queue
        caller.record = self.record_path(uniqueid)
        return str(caller.record)

    async def left(self, uniqueid: str, outcome: str) -> None:
        """The menu is over for this caller."""
        log.debug("inbound.left_menu", call=uniqueid, outcome=outcome)

    # -- what the PBX tells --------------------------------------------------------------------

    def _marked(self, event: LegMarked) -> None:
        caller = self.callers.get(event.uniqueid)
        if event.mark != "CtiQueued" or caller is None or caller.queued_at is not None:
            return
        caller.queued_at = self.clock.now()
        caller.queue = caller.queue or event.value
        self._write(self._save(caller))
        self.signals.emit(CallerMoved(caller, "queued"))
        self.floor.offer(caller.id, patient=True, wrap_up=self.wrap_up)

    def _connected(self, event: CallConnected) -> None:
        caller = self.callers.get(event.call)
        if caller is None:
            return
        caller.agent_id = event.agent_id
        if caller.bridged_at is not None:
            return  # handed on
        caller.bridged_at = self.clock.now()
        self.signals.emit(CallerMoved(caller, "bridged"))

    def _ended(self, uniqueid: str, at: datetime | None = None) -> None:
        caller = self.callers.pop(uniqueid, None)
        if caller is None:
            return
        caller.ended_at = at or self.clock.now()
        self.day.count(caller.queue, caller.queued_at, caller.bridged_at, caller.ended_at)
        self._write(self._save(caller))
        self.signals.emit(CallerMoved(caller, "ended"))

    # -- the record ----------------------------------------------------------------------------

    async def close(self) -> None:
        """Wait for what is being written."""
        await asyncio.gather(*self._writes, return_exceptions=True)

    async def _save(self, caller: Caller) -> None:
        """All that is known, so that a step makes up for one before it that was not written."""
        row = InboundCallRow(
            id=caller.id,
            dialled=caller.dialled,
            caller=caller.caller,
            queue=caller.queue,
            choices=" ".join(caller.choices)[:255],
            arrived_at=caller.arrived_at,
            queued_at=caller.queued_at,
            bridged_at=caller.bridged_at,
            ended_at=caller.ended_at,
            agent_id=caller.agent_id,
            outcome=caller.outcome if caller.ended_at else None,
        )
        async with self.store.write() as session:
            await session.merge(row)

    def _write(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._writes.add(task)
        task.add_done_callback(self._writes.discard)

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            async with self._in_order:
                await work
        except (SQLAlchemyError, OSError) as error:
            log.error("inbound.not_written", why=str(error).splitlines()[0])  # noqa: TRY400
