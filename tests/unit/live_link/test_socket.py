"""The live link over a real WebSocket, served by uvicorn as the service does."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

import orjson
import pytest
import uvicorn
from fastapi.requests import HTTPConnection
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from cti.access.errors import NotSignedIn
from cti.access.who import Who
from cti.api.app import create_app
from cti.base.clock import SystemClock
from cti.base.errors import NotFound
from cti.live_link.api import LONGEST, router
from cti.live_link.browser import BURST, LONGEST_FRAME
from cti.live_link.hub import LiveHub
from tests.unit.bus.samples import agent, ended
from tests.unit.live_link.people import ANN, KEEPER, SUPERVISOR, make_hub

TOKEN = "the-token"
PEOPLE = {"ann": ANN, "sam": SUPERVISOR, "kim": KEEPER}


class Door:
    """Knows people by a cookie that is their name."""

    async def who(self, connection: HTTPConnection) -> Who:
        found = PEOPLE.get(connection.cookies.get("cti_session", ""))
        if found is None:
            raise NotSignedIn("Nobody is signed in.")
        return found


class Desks:
    async def payload(self, agent: str) -> str:
        if agent != "ann":
            raise NotFound("There is none.")
        return '{"agent":{"name":"ann"}}'


@dataclass
class Yard:
    hub: LiveHub
    port: int
    open: list[ClientConnection] = field(default_factory=list)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def connect(self, name: str, *, origin: str | None = "", **more: Any) -> ClientConnection:
        """A page of this user; origin: empty: our own, None: not told."""
        connection = await connect(
            f"ws://127.0.0.1:{self.port}/v1/live-link",
            origin=self.origin if origin == "" else origin,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"cti_session={name}"} if name else {},
            **more,
        )
        self.open.append(connection)
        return connection


async def _nothing() -> dict[str, str]:
    return {}


@pytest.fixture
async def yard() -> AsyncIterator[Yard]:
    hub = make_hub(SystemClock())
    app = create_app(
        token=TOKEN, version="1", check=_nothing, door=Door(), routers=[router(hub, Desks())]
    )
    async with _served(app) as port:
        yard = Yard(hub, port)
        yield yard
        for connection in yard.open:
            await connection.close()


@asynccontextmanager
async def _served(app: Any) -> AsyncIterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        app,
        log_config=None,
        ws_max_size=LONGEST_FRAME,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with suppress(AttributeError):
        server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    serving = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
    yield listener.getsockname()[1]
    server.should_exit = True
    await serving
    listener.close()


async def heard(connection: ClientConnection) -> dict[str, Any]:
    """The next frame."""
    frame: dict[str, Any] = orjson.loads(await asyncio.wait_for(connection.recv(), 10))
    return frame


async def until(connection: ClientConnection, kind: str) -> list[dict[str, Any]]:
    """Frames up to the first of this type."""
    frames = [await heard(connection)]
    while frames[-1]["type"] != kind:
        frames.append(await heard(connection))
    return frames


async def ends(connection: ClientConnection) -> tuple[str, int | None]:
    """The reason it is told at the end, and the close code."""
    bye = (await until(connection, "bye"))[-1]["reason"]
    with pytest.raises(ConnectionClosed):
        await asyncio.wait_for(connection.recv(), 10)
    return bye, connection.close_code


async def test_a_page_is_told_what_is_true_and_then_that_it_is_ready(yard: Yard) -> None:
    yard.hub.publish(agent("ann", "ready"))
    yard.hub.publish(agent("bob", "ready"))
    page = await yard.connect("ann")
    frames = await until(page, "ready")
    assert [frame["type"] for frame in frames] == ["hello", "state", "desk", "ready"]
    assert frames[2]["payload"] == {"agent": {"name": "ann"}}
    yard.hub.publish(agent("ann", "talking"))
    assert (await heard(page))["payload"]["state"] == "talking"
    await page.send('{"type":"ping"}')
    assert await heard(page) == {"type": "pong"}


async def test_who_is_not_signed_in_or_comes_from_elsewhere_stays_outside(yard: Yard) -> None:
    for name, origin in (("", ""), ("eve", ""), ("ann", "http://evil.example"), ("ann", None)):
        with pytest.raises(InvalidStatus) as refused:
            await yard.connect(name, origin=origin)
        assert refused.value.response.status_code == 403, (name, origin)
    assert len(yard.hub) == 0


async def test_a_program_with_the_token_needs_no_origin(yard: Yard) -> None:
    connection = await connect(
        f"ws://127.0.0.1:{yard.port}/v1/live-link",
        additional_headers={"Authorization": f"Bearer {TOKEN}"},
    )
    yard.open.append(connection)
    assert [frame["type"] for frame in await until(connection, "ready")] == ["hello", "ready"]


async def test_a_new_link_is_true_again_after_a_break(yard: Yard) -> None:
    page = await yard.connect("sam")
    await until(page, "ready")
    page.transport.abort()
    yard.hub.publish(agent("ann", "talking"))
    again = await yard.connect("sam")
    frames = await until(again, "ready")
    assert [f["payload"]["state"] for f in frames if f["type"] == "state"] == ["talking"]


async def test_the_end_of_a_sign_in_closes_its_links_at_once(yard: Yard) -> None:
    page, other = await yard.connect("ann"), await yard.connect("sam")
    for connection in (page, other):
        await until(connection, "ready")
    yard.hub.end_session(str(ANN.session))
    assert await ends(page) == ("signed_out", 4001)
    yard.hub.publish(agent("bob", "ready"))
    assert (await heard(other))["topic"] == "agents/bob/state"


async def test_a_flood_is_cut_off(yard: Yard) -> None:
    page = await yard.connect("ann")
    await until(page, "ready")
    with suppress(ConnectionClosed):
        for _ in range(BURST * 3):
            await page.send('{"type":"ping"}')
    assert await ends(page) == ("flood", 4004)


async def test_what_a_page_has_no_business_to_say_does_nothing(yard: Yard) -> None:
    page = await yard.connect("kim")
    await until(page, "ready")
    for said in ("x", "[]", '{"type":"publish","topic":"agents/ann/state"}', "[" * 500, '"ping"'):
        await page.send(said)
    await page.send('{"type":"ping"}')
    assert await heard(page) == {"type": "pong"}
    await page.send("x" * (LONGEST + 1))
    assert await ends(page) == ("flood", 4004)


async def test_a_frame_too_large_ends_the_link_before_it_is_kept(yard: Yard) -> None:
    page = await yard.connect("kim")
    await until(page, "ready")
    await page.send("x" * (LONGEST_FRAME + 1))
    await asyncio.wait_for(page.wait_closed(), 10)
    assert page.close_code == 1009


async def test_bytes_are_not_spoken_here(yard: Yard) -> None:
    page = await yard.connect("kim")
    await until(page, "ready")
    await page.send(b"\x00\xff")
    assert await ends(page) == ("flood", 4004)


async def test_who_does_not_read_is_cut_while_others_hear_everything(yard: Yard) -> None:
    slow = await yard.connect("sam", max_queue=1)
    quick = await yard.connect("sam")
    await until(slow, "ready")
    await until(quick, "ready")
    slow.transport.pause_reading()
    told = 0
    while not yard.hub.cut["too_slow"] and told < 100_000:
        for _ in range(500):  # less than may wait for a page that reads
            told += 1
            yard.hub.publish(ended(told))
        await until_heard(quick, told)
    assert yard.hub.cut["too_slow"] == 1
    assert len(yard.hub) == 1
    yard.hub.publish(agent("ann", "ready"))
    frames = await until_topic(quick, "agents/ann/state")
    assert all(frame["type"] == "event" for frame in frames[:-1])
    slow.transport.abort()


async def until_heard(connection: ClientConnection, number: int) -> None:
    while (await heard(connection))["payload"].get("attempt") != f"at-{number}":
        pass


async def until_topic(connection: ClientConnection, topic: str) -> list[dict[str, Any]]:
    frames = [await heard(connection)]
    while frames[-1].get("topic") != topic:
        frames.append(await heard(connection))
    return frames
