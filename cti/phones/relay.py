"""SIP over WebSocket (RFC 7118) from pages to the PBX, through our own door and origin.

The page needs one address and one sign-in; the PBX's own WebSocket stays inside. Both ends are
closed together. What is passed on is not read, but bounded: in size, in number per second, and by
waiting for the slower side.
"""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field

import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from cti.base.clock import Clock
from cti.base.errors import UserError
from cti.base.signals import Signals
from cti.phones.events import PageGone, PageThere

log = structlog.get_logger(__name__)

SIP = "sip"
LARGEST = 65_535
"""Bytes of a message; Asterisk's WebSocket takes no more. An offer with ICE has 3 to 6 kB."""
PER_SECOND, AT_ONCE = 30.0, 120.0
"""Messages from a page. A call takes about ten, ICE candidates with it."""
CHECK_SECONDS = 5.0
"""How soon a connection ends whose owner may not have it any more."""
OPEN_SECONDS = 5.0
GOING = frozenset({1000, 1001})
"""Close codes of a page that goes by itself (RFC 6455 §7.4.1). A connection that just ends, 1005 or
1006, may be a breakdown."""
NORMAL, POLICY, TOO_BIG, TRY_LATER = 1000, 1008, 1009, 1013


@dataclass(slots=True, eq=False)
class Line:
    """One page's connection. still: raises UserError when its owner may not have it any more."""

    page: WebSocket
    phone: str
    session: str | None
    still: Callable[[], Awaitable[object]]
    allowance: float = AT_ONCE
    counted: float = 0.0
    code: int | None = None


@dataclass(slots=True)
class PhoneRelay:
    """All pages' connections. `socket` tells the PBX's address, None when it is not known."""

    socket: Callable[[], str | None]
    signals: Signals
    clock: Clock
    lines: set[Line] = field(default_factory=set)

    async def run(self, line: Line) -> None:
        """Pass SIP on until one side closes, the owner is signed out, or there is too much."""
        address = self.socket()
        if address is None:
            await line.page.close(TRY_LATER, "the PBX has no WebSocket (CTI_PHONE_SOCKET)")
            return
        try:
            pbx = await _open(address)
        except (OSError, WebSocketException, TimeoutError) as error:
            log.warning("phones.pbx_unreachable", phone=line.phone, why=str(error))
            await line.page.close(TRY_LATER, "the PBX cannot be reached")
            return
        line.counted = self.clock.monotonic()
        try:
            await line.page.accept(subprotocol=SIP)
            self.lines.add(line)
            self.signals.emit(PageThere(line.phone))
            await self._pass_on(line, pbx)
        finally:
            self.lines.discard(line)
            await pbx.close()
            alone = all(other.phone != line.phone for other in self.lines)
            self.signals.emit(PageGone(line.phone, alone and line.code in GOING))

    async def sign_out(self, session: str) -> None:
        """Close what that session has open."""
        for line in [line for line in self.lines if line.session == session]:
            line.code = NORMAL
            await _close(line.page, POLICY, "signed out")

    async def close(self) -> None:
        """The service stops."""
        for line in list(self.lines):
            await _close(line.page, 1012, "the service restarts")

    async def _pass_on(self, line: Line, pbx: ClientConnection) -> None:
        work = [self._from_page(line, pbx), self._from_pbx(line, pbx), self._watch(line)]
        tasks = [asyncio.ensure_future(one) for one in work]
        try:
            await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in tasks:
                task.cancel()
            results = await asyncio.gather(*tasks, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _from_page(self, line: Line, pbx: ClientConnection) -> None:
        while True:
            message = await line.page.receive()
            if message["type"] == "websocket.disconnect":
                line.code = line.code or message.get("code")
                return
            text = message.get("text")
            data = text if text is not None else message.get("bytes", b"")
            if len(data.encode() if isinstance(data, str) else data) > LARGEST:
                await _close(line.page, TOO_BIG, "that is no SIP message")
                return
            if not self._may_send(line):
                await _close(line.page, POLICY, "too many messages")
                return
            try:
                await pbx.send(data)
            except ConnectionClosed:
                await _close(line.page, TRY_LATER, "the PBX closed the connection")
                return

    async def _from_pbx(self, line: Line, pbx: ClientConnection) -> None:
        with suppress(ConnectionClosed):
            async for message in pbx:
                if isinstance(message, str):
                    await line.page.send_text(message)
                else:
                    await line.page.send_bytes(message)
        await _close(line.page, TRY_LATER, "the PBX closed the connection")

    async def _watch(self, line: Line) -> None:
        while True:
            await asyncio.sleep(CHECK_SECONDS)
            try:
                await line.still()
            except UserError:
                line.code = NORMAL
                await _close(line.page, POLICY, "signed out")
                return

    def _may_send(self, line: Line) -> bool:
        now = self.clock.monotonic()
        line.allowance = min(AT_ONCE, line.allowance + PER_SECOND * (now - line.counted))
        line.counted = now
        line.allowance -= 1.0
        return line.allowance >= 0


async def _open(address: str) -> ClientConnection:
    return await connect(
        address,
        subprotocols=[Subprotocol(SIP)],
        max_size=LARGEST,
        max_queue=16,
        compression=None,
        ping_interval=None,  # the page's SIP keeps it alive
        open_timeout=OPEN_SECONDS,
        close_timeout=1.0,
        proxy=None,
    )


async def _close(page: WebSocket, code: int, why: str) -> None:
    if page.application_state is WebSocketState.CONNECTED:
        with suppress(RuntimeError, WebSocketDisconnect):
            await page.close(code, why)
