"""The queue between the socket, which must never wait, and the handler, which may be slow."""

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from cti.ami.events import Event, EventsLost, Garbled
from cti.ami.recorder import event_from

log = structlog.get_logger(__name__)

BATCH = 100  # events handled before other tasks get their turn


@dataclass(slots=True)
class LinkStats:
    """Counts since the link was made. `last_pong` is on the clock's monotonic scale."""

    events_seen: int = 0
    events_dropped_unwanted: int = 0
    events_broken: int = 0
    handler_errors: int = 0
    queue_high_water: int = 0
    queue_dropped: int = 0
    reconnects: int = 0
    last_pong: float | None = None


class Inbox:
    """Takes raw event blocks and ready events, hands typed events to `on_event` in order.

    bound: how many blocks may wait. Asterisk cannot be made to wait without risking the session,
    so what does not fit is lost, counted, and reported by an EventsLost once the queue is empty.
    """

    def __init__(self, on_event: Callable[[Event], None], stats: LinkStats, bound: int) -> None:
        self._on_event = on_event
        self._stats = stats
        self._bound = bound
        self._queue: deque[bytes | Event] = deque()
        self._filled = asyncio.Event()
        self._lost = 0
        self._told: set[tuple[str, str]] = set()

    def put_block(self, block: bytes) -> None:
        """Store one raw event block."""
        self._stats.events_seen += 1
        if len(self._queue) >= self._bound:
            self._lose()
            return
        self._queue.append(block)
        self._filled.set()
        self._stats.queue_high_water = max(self._stats.queue_high_water, len(self._queue))

    def put(self, event: Event) -> None:
        """Store an event of the link's own: never lost."""
        self._queue.append(event)
        self._filled.set()

    def _lose(self) -> None:
        if not self._lost:
            log.error("ami events are being lost: the handler is too slow", queued=self._bound)
        self._lost += 1
        self._stats.queue_dropped += 1

    async def run(self) -> None:
        """Hand events on, for ever."""
        while True:
            await self._filled.wait()
            for _ in range(min(len(self._queue), BATCH)):
                self._hand_on(self._queue.popleft())
            if not self._queue:
                self._filled.clear()
                self._report_lost()
            await asyncio.sleep(0)

    def _report_lost(self) -> None:
        if self._lost:
            lost, self._lost = self._lost, 0
            log.warning("ami events were lost", count=lost)
            self._call(EventsLost(lost))

    def _hand_on(self, item: bytes | Event) -> None:
        event = event_from(item) if isinstance(item, bytes) else item
        if isinstance(event, Garbled):
            self._stats.events_broken += 1
            if self._first_time("garbled", event.name):
                log.error("ami event not understood", ami_event=event.name, why=event.why)
        elif event is not None:
            self._call(event)

    def _call(self, event: Event) -> None:
        try:
            self._on_event(event)
        except Exception as error:  # a handler's fault must not cost the link
            self._stats.handler_errors += 1
            if self._first_time(type(event).__name__, type(error).__name__):
                log.exception("ami event handler failed", ami_event=type(event).__name__)

    def _first_time(self, what: str, kind: str) -> bool:
        known = (what, kind) in self._told
        self._told.add((what, kind))
        return not known
