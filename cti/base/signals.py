"""Events inside the process: emitted by one room, heard by others that it does not know."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any, TypeVar

import structlog

log = structlog.get_logger(__name__)
E = TypeVar("E")


class Signals:
    """Synchronous publish/subscribe by event class, in order of subscription.

    Handlers must not block. One that raises is logged and does not keep the others from hearing.
    """

    def __init__(self) -> None:
        self._handlers: defaultdict[type[Any], list[Callable[[Any], None]]] = defaultdict(list)

    def on(self, kind: type[E], handler: Callable[[E], None]) -> None:
        """Call `handler` with every event of exactly this class."""
        self._handlers[kind].append(handler)

    def emit(self, event: object) -> None:
        """Tell all who listen."""
        for handler in self._handlers.get(type(event), ()):
            try:
                handler(event)
            except Exception:
                log.exception("event.handler_failed", event_class=type(event).__name__)
