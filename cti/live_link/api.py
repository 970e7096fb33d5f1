"""The live link's WebSocket."""

import asyncio
import contextlib
from typing import Any, Final, Protocol

import orjson
from fastapi import APIRouter, WebSocket, WebSocketDisconnect
from starlette.websockets import WebSocketState

from cti.access.rights import Right
from cti.access.who import Me, signed_in
from cti.base.errors import UserError
from cti.base.tasks import end
from cti.live_link.browser import Browser
from cti.live_link.hub import LiveHub
from cti.texts.reader import language_of

CODES: Final = {"signed_out": 4001, "elsewhere": 4002, "too_slow": 4003, "flood": 4004}
"""Close codes, of the range for private use (RFC 6455 §7.4.2)."""
LONGEST: Final = 1024
"""Characters of a frame from a browser: it has one thing to say."""
GOODBYE_SECONDS: Final = 1.0
"""For a last word to who may not be reading."""


class Desks(Protocol):
    """Knows agents' desks."""

    async def payload(self, agent: str) -> str:
        """The desk of an agent, as JSON."""
        ...


def router(hub: LiveHub, desks: Desks) -> APIRouter:
    """/v1/live-link."""
    routes = APIRouter(prefix="/v1", tags=["live"])

    @routes.websocket("/live-link", dependencies=[signed_in()])
    async def live_link(socket: WebSocket, who: Me) -> None:
        await socket.accept()
        browser = hub.join(who, language_of(socket))
        try:
            await _greet(hub, desks, browser)
            await _serve(socket, browser)
        finally:
            hub.leave(browser)
        await _goodbye(socket, browser)

    return routes


async def _greet(hub: LiveHub, desks: Desks, browser: Browser) -> None:
    """The states wait already; after them the own desk, then the page may ask for the rest."""
    agent = browser.who.agent
    if agent is not None and browser.who.may(Right.DESK):
        with contextlib.suppress(
            UserError
        ):  # the agent is gone: the page will be told when it asks
            browser.put("desk", hub.desk_frame(await desks.payload(agent)))
    browser.put("ready", '{"type":"ready"}')


async def _serve(socket: WebSocket, browser: Browser) -> None:
    """Until the browser leaves, or is cut."""
    loop = asyncio.get_running_loop()
    tasks: list[asyncio.Task[Any]] = [
        loop.create_task(work)
        for work in (_send(socket, browser), _hear(socket, browser), browser.cut.wait())
    ]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await end(tasks)
    for task in tasks:
        error = None if task.cancelled() else task.exception()
        if error is not None and not isinstance(error, WebSocketDisconnect | RuntimeError):
            raise error


async def _send(socket: WebSocket, browser: Browser) -> None:
    while True:
        for frame in await browser.next_frames():
            await socket.send_text(frame)


async def _hear(socket: WebSocket, browser: Browser) -> None:
    """A browser says `ping` and nothing else; whoever says more than that is cut."""
    while True:
        message = await socket.receive()
        if message["type"] == "websocket.disconnect":
            return
        text = message.get("text") or ""
        if not browser.may_speak() or not text or len(text) > LONGEST:
            browser.end("flood")
            return
        if _is_ping(text):
            browser.put("pong", '{"type":"pong"}')


def _is_ping(text: str) -> bool:
    try:
        said = orjson.loads(text)
    except orjson.JSONDecodeError:
        return False
    return isinstance(said, dict) and said.get("type") == "ping"


async def _goodbye(socket: WebSocket, browser: Browser) -> None:
    if browser.bye is None or socket.client_state is not WebSocketState.CONNECTED:
        return
    with contextlib.suppress(TimeoutError, RuntimeError, WebSocketDisconnect):
        async with asyncio.timeout(GOODBYE_SECONDS):
            await socket.send_json({"type": "bye", "reason": browser.bye})
            await socket.close(CODES.get(browser.bye, 1001), browser.bye)
