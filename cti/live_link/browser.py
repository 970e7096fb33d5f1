"""One browser's end of the live link: what waits to be sent to it, and how much it may say."""

import asyncio
from dataclasses import dataclass, field
from typing import Final

from cti.access.who import Who
from cti.base.clock import Clock
from cti.live_link.seeing import Audience
from cti.texts.catalogue import Language

MOST_WAITING: Final = 1000
"""Frames that may wait for a browser. States replace each other, so that more than this means
that it does not read: it is cut, and comes back to a true page."""
LONGEST_FRAME: Final = 64 * 1024
"""Bytes that any WebSocket of ours takes at once: SIP with its SDP is far shorter."""
BURST: Final = 30
PER_SECOND: Final = 5.0
"""Frames a browser may send at once, and lastingly; a page sends one every few seconds."""


@dataclass(slots=True, eq=False)
class Browser:
    """Frames that wait, by key: of one key only the newest is sent, in the place of the first."""

    id: str
    who: Who
    audience: Audience
    clock: Clock
    waiting: dict[object, str] = field(default_factory=dict)
    bye: str | None = None
    cut: asyncio.Event = field(default_factory=asyncio.Event)
    _wake: asyncio.Event = field(default_factory=asyncio.Event)
    _tokens: float = BURST
    _tokens_at: float = field(init=False)

    def __post_init__(self) -> None:
        self._tokens_at = self.clock.monotonic()

    @property
    def language(self) -> Language:
        """That it is told everything in."""
        return self.audience.language

    def put(self, key: object, frame: str, *, now: bool = True) -> None:
        """Take a frame for sending; `now`: at once, else when `wake` is called."""
        if self.bye is not None:
            return
        self.waiting[key] = frame
        if len(self.waiting) > MOST_WAITING:
            self.end("too_slow")
        elif now:
            self._wake.set()

    def wake(self) -> None:
        """Send what waits."""
        if self.waiting:
            self._wake.set()

    def end(self, reason: str) -> None:
        """Cut it; the first reason counts."""
        if self.bye is None:
            self.bye = reason
            self.waiting.clear()
            self.cut.set()

    async def next_frames(self) -> list[str]:
        """What waits, in order, once there is something."""
        await self._wake.wait()
        self._wake.clear()
        frames, self.waiting = list(self.waiting.values()), {}
        return frames

    def may_speak(self) -> bool:
        """Whether one more frame from it is within measure."""
        now = self.clock.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._tokens_at) * PER_SECOND)
        self._tokens_at = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True
