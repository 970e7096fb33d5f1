"""A page's SIP reaches the real PBX through the service's own door, and only as its own phone."""

import asyncio
import hashlib
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import pytest_asyncio
import uvicorn
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.typing import Subprotocol

from cti.phones.events import PageGone
from tests.pbx.house import House, open_house

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

REGISTER = """REGISTER sip:cti.invalid SIP/2.0\r
Via: SIP/2.0/WS df7jal23ls0d.invalid;branch=z9hG4bK{branch}\r
Max-Forwards: 69\r
To: <sip:{user}@cti.invalid>\r
From: <sip:{user}@cti.invalid>;tag=abc\r
Call-ID: {user}-call\r
CSeq: {number} REGISTER\r
Contact: <sip:{user}@df7jal23ls0d.invalid;transport=ws>;expires=120\r
{more}Content-Length: 0\r
\r
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def house(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        yield await open_house(tmp_path_factory.mktemp("h"), undo)


@pytest_asyncio.fixture(loop_scope="module")
async def address(house: House) -> AsyncIterator[str]:
    """Where the service's HTTP server listens."""
    config = uvicorn.Config(
        house.service.app(), port=0, log_level="error", ws="websockets-sansio", lifespan="off"
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve())
    await house.until(lambda: server.started, "the server listens")
    yield f"127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    await running


@asynccontextmanager
async def page(house: House, address: str, **more: str) -> AsyncIterator[ClientConnection]:
    headers = {"Authorization": f"Bearer {house.service.infrastructure.api_token}", **more}
    async with connect(
        f"ws://{address}/v1/phone",
        subprotocols=[Subprotocol("sip")],
        additional_headers=headers,
        proxy=None,
    ) as socket:
        assert socket.subprotocol == "sip"
        yield socket


async def answer(socket: ClientConnection) -> str:
    """The PBX's next response; what it asks itself, as with OPTIONS, is passed over."""
    async with asyncio.timeout(10):
        while True:
            said = await socket.recv()
            text = said if isinstance(said, str) else said.decode()
            if text.startswith("SIP/2.0"):
                return text


async def register(socket: ClientConnection, user: str, secret: str) -> str:
    """The PBX's last word on a registration."""
    await socket.send(REGISTER.format(user=user, number=1, branch="one", more=""))
    challenge = await answer(socket)
    assert challenge.startswith("SIP/2.0 401"), challenge
    given = dict(re.findall(r'(\w+)="([^"]*)"', challenge))
    ha1 = hashed(f"{user}:{given['realm']}:{secret}")
    ha2 = hashed("REGISTER:sip:cti.invalid")
    word = hashed(f"{ha1}:{given['nonce']}:00000001:xyz:auth:{ha2}")
    proof = (
        f'Authorization: Digest username="{user}", realm="{given["realm"]}", '
        f'nonce="{given["nonce"]}", uri="sip:cti.invalid", response="{word}", '
        f'algorithm=MD5, opaque="{given.get("opaque", "")}", qop=auth, cnonce="xyz", '
        "nc=00000001\r\n"
    )
    await socket.send(REGISTER.format(user=user, number=2, branch="two", more=proof))
    return (await answer(socket)).splitlines()[0]


def hashed(text: str) -> str:
    return hashlib.md5(text.encode()).hexdigest()  # noqa: S324 - RFC 2617


async def test_a_page_registers_through_the_service(house: House, address: str) -> None:
    mine = await house.ask("GET", "/v1/me/phone")
    assert (mine["kind"], mine["ws"]) == ("browser", "/v1/phone")
    gone: list[PageGone] = []
    house.service.signals.on(PageGone, gone.append)
    async with page(house, address) as socket:
        assert await register(socket, mine["username"], mine["password"]) == "SIP/2.0 200 OK"
        contacts = {row.endpoint for row in await house.service.link.contacts()}
        assert mine["username"] in contacts
    await house.until(lambda: bool(gone), "the service saw the page go")
    assert gone == [PageGone(mine["username"], certain=True)]


async def test_a_page_that_breaks_down_is_told_from_one_that_goes(
    house: House, address: str
) -> None:
    gone: list[PageGone] = []
    house.service.signals.on(PageGone, gone.append)
    async with page(house, address) as socket:
        socket.transport.abort()
        await house.until(lambda: bool(gone), "the service saw the break")
    assert [event.certain for event in gone] == [False]


async def test_another_phones_name_does_not_help_without_its_secret(
    house: House, address: str
) -> None:
    await house.ask("POST", "/v1/agents", json={"name": "web", "phone_kind": "browser"})
    mine = await house.ask("GET", "/v1/me/phone")
    async with page(house, address) as socket:
        said = await register(socket, "agent-web", mine["password"])
    assert said.startswith("SIP/2.0 40")


async def test_nobody_and_other_sites_are_kept_out(house: House, address: str) -> None:
    for headers in ({"Authorization": "Bearer wrong"}, {"Origin": "https://evil.example"}):
        with pytest.raises((InvalidStatus, ConnectionClosed)):
            async with page(house, address, **headers) as socket:
                await socket.recv()


async def test_too_large_and_too_many_end_the_line(house: House, address: str) -> None:
    async with page(house, address) as socket:
        await socket.send("x" * 70_000)
        with pytest.raises(ConnectionClosed):
            await answer(socket)
        assert socket.close_code == 1009
    async with page(house, address) as socket:
        with pytest.raises(ConnectionClosed):
            await flood(socket)
        assert socket.close_code == 1008


async def flood(socket: ClientConnection) -> None:
    for _ in range(1000):
        await socket.send("\r\n\r\n")
    while True:
        await socket.recv()


async def test_signing_out_ends_the_line(house: House, address: str) -> None:
    async with page(house, address) as socket:
        (line,) = house.service.room.relay.lines
        line.session = "one"
        await house.service.room.relay.sign_out("other")
        assert house.service.room.relay.lines
        await house.service.room.relay.sign_out("one")
        with pytest.raises(ConnectionClosed):
            await answer(socket)
