"""The FastAGI server and what strange peers do to it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
import structlog.testing
from hypothesis import given
from hypothesis import strategies as st

from cti.base.errors import UserError
from ivr.agi import AgiError, AgiSession, HungUp, SoundMissing, checked_sound, quoted
from ivr.server import AgiServer
from tests.unit.ivr.channel import HANG_UP, Channel, greeting

Handler = Callable[[AgiSession], Awaitable[None]]


@asynccontextmanager
async def serving(handler: Handler, **options: Any) -> AsyncIterator[AgiServer]:
    server = AgiServer("127.0.0.1", 0, handler, **options)
    await server.start()
    try:
        yield server
    finally:
        await server.close()


async def nothing(session: AgiSession) -> None:
    """Let the call go on at once."""


async def say(port: int, *chunks: bytes) -> bytes:
    """Send `chunks` and return what comes until the server closes."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        for chunk in chunks:
            writer.write(chunk)
        async with asyncio.timeout(5):
            return await reader.read()
    except ConnectionError:
        return b""
    finally:
        writer.close()
        await asyncio.gather(writer.wait_closed(), return_exceptions=True)


async def test_a_session_knows_its_call() -> None:
    seen: list[tuple[str, ...]] = []

    async def handler(session: AgiSession) -> None:
        seen.append((session.uniqueid, session.caller, session.dialled, session.script))

    async with serving(handler) as server:
        await Channel().call(server.port)
        await say(server.port, greeting(agi_callerid="unknown", agi_network_script="menu?x=1"))
    assert seen == [
        ("1772357400.12", "+4930123456", "+4989100", "menu"),
        ("1772357400.12", "", "+4989100", "menu"),
    ]


async def test_commands_and_their_replies() -> None:
    got: list[object] = []

    async def handler(session: AgiSession) -> None:
        await session.answer()
        got.append(await session.play("hello"))
        got.append(await session.wait_for_digit(2.5))
        got.append(await session.wait_for_digit(2.5))
        await session.set_variable("CTI_QUEUE", 'a "quoted" \\ word, ${X}')
        got.append(await session.channel_status())
        await session.hang_up()

    channel = Channel(keys=["#", ""])
    async with serving(handler) as server:
        await channel.call(server.port)
    assert got == ["", "#", "", 6]
    assert channel.variables == {"CTI_QUEUE": 'a "quoted" \\ word, ${X}'}
    assert 'WAIT FOR DIGIT "2500"' in channel.commands
    assert not channel.up


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"511 Command Not Permitted on a dead channel or intercept routine\n", HungUp),
        (b"HANGUP\n200 result=0\n", HungUp),
        (b"", HungUp),
        (b"510 Invalid or unknown command\n", AgiError),
        (b"520-Invalid command syntax.\nUsage: ANSWER\n520 End of proper usage.\n", AgiError),
        (b"hello\n", AgiError),
        (b"2" * 5000 + b"\n", AgiError),
    ],
)
async def test_what_ends_a_command(reply: bytes, error: type[Exception]) -> None:
    raised: asyncio.Future[Exception] = asyncio.get_running_loop().create_future()

    async def handler(session: AgiSession) -> None:
        try:
            await session.answer()
        except (HungUp, AgiError) as problem:
            raised.set_result(problem)
            raise

    async with serving(handler) as server:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(greeting())
        assert await reader.readline() == b"ANSWER\n"
        writer.write(reply)
        writer.write_eof()
        assert type(await raised) is error
        assert await reader.read() == b""
        writer.close()
        await writer.wait_closed()


async def test_a_command_after_the_hang_up_is_not_sent() -> None:
    outcomes: list[str] = []

    async def handler(session: AgiSession) -> None:
        for _ in range(2):
            with pytest.raises(HungUp):
                await session.wait_for_digit(1)
            outcomes.append("hung up")

    channel = Channel(keys=[HANG_UP])
    async with serving(handler) as server:
        await channel.call(server.port)
    assert outcomes == ["hung up", "hung up"]
    assert len(channel.commands) == 1


async def test_a_missing_sound_is_not_a_hang_up() -> None:
    async def handler(session: AgiSession) -> None:
        with pytest.raises(SoundMissing, match="gone"):
            await session.play("gone")
        await session.set_variable("CTI_ROUTE", "floor")

    channel = Channel(missing=frozenset({"gone"}))
    async with serving(handler) as server:
        await channel.call(server.port)
    assert channel.variables == {"CTI_ROUTE": "floor"}


async def test_connect_then_close_costs_nothing() -> None:
    calls = 0

    async def handler(session: AgiSession) -> None:
        nonlocal calls
        calls += 1

    with structlog.testing.capture_logs() as logs:
        async with serving(handler) as server:
            for _ in range(50):
                _, writer = await asyncio.open_connection("127.0.0.1", server.port)
                writer.close()
                await writer.wait_closed()
            await Channel().call(server.port)
            assert calls == 1
    assert logs == []


@pytest.mark.parametrize(
    "said",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"agi_request: " + b"x" * 5000 + b"\n\n",
        b"".join(b"agi_arg_%d: x\n" % n for n in range(100)) + b"\n",
        b"\xff\xfe\0\n\n",
        b"no colon\n\n",
    ],
)
async def test_a_peer_that_is_no_asterisk_is_refused(said: bytes) -> None:
    with structlog.testing.capture_logs() as logs:
        async with serving(nothing) as server:
            assert await say(server.port, said) == b""
    assert [entry["event"] for entry in logs] == ["AGI peer refused"]


async def test_a_silent_peer_is_let_go() -> None:
    async with serving(nothing, greeting_limit=0.05) as server:
        assert await say(server.port) == b""


async def test_a_call_is_not_ours_for_ever() -> None:
    async def handler(session: AgiSession) -> None:
        await asyncio.Event().wait()

    with structlog.testing.capture_logs() as logs:
        async with serving(handler, session_limit=0.05) as server:
            await Channel().call(server.port)
    assert logs[0]["event"] == "call was too long in the menu"
    assert logs[0]["call"] == "1772357400.12"


async def test_a_failing_handler_is_logged_with_its_call_and_hurts_no_other() -> None:
    async def handler(session: AgiSession) -> None:
        raise RuntimeError("broken")

    with structlog.testing.capture_logs() as logs:
        async with serving(handler) as server:
            await Channel().call(server.port)
            await Channel().call(server.port)
    assert [entry["call"] for entry in logs] == ["1772357400.12"] * 2


async def test_sessions_are_bounded_and_there_is_room_again() -> None:
    release = asyncio.Event()
    began: asyncio.Queue[str] = asyncio.Queue()

    async def handler(session: AgiSession) -> None:
        began.put_nowait(session.uniqueid)
        await release.wait()

    with structlog.testing.capture_logs() as logs:
        async with serving(handler, max_sessions=2) as server:
            calls = [asyncio.create_task(Channel().call(server.port)) for _ in range(2)]
            await began.get()
            await began.get()
            assert await say(server.port, greeting()) == b""
            assert await say(server.port, greeting()) == b""
            assert server.sessions == 2
            release.set()
            await asyncio.gather(*calls)
            await Channel().call(server.port)
            assert began.qsize() == 1
    assert [entry["event"] for entry in logs] == ["IVR is full", "IVR has room again"]


async def test_close_lets_go_of_every_call() -> None:
    began = asyncio.Event()

    async def handler(session: AgiSession) -> None:
        began.set()
        await asyncio.Event().wait()

    async with serving(handler) as server:
        call = asyncio.create_task(Channel().call(server.port))
        await began.wait()
    async with asyncio.timeout(5):
        await call


async def test_a_taken_port_is_a_clear_error() -> None:
    async with serving(nothing) as server:
        with pytest.raises(UserError, match="CTI_AGI_PORT"):
            await AgiServer("127.0.0.1", server.port, nothing).start()


@given(st.text())
def test_an_argument_is_one_line_or_an_error(text: str) -> None:
    if set(text) & set("\r\n\0"):
        with pytest.raises(ValueError, match="CR, LF or NUL"):
            quoted(text)
        return
    written = quoted(text)
    assert written[0] == written[-1] == '"'
    assert written[1:-1].replace('\\"', "").replace("\\\\", "").count('"') == 0


@pytest.mark.parametrize(
    "name", ["", "/etc/passwd", "../secret", "a/../b", "a b", "a\n", "x" * 200]
)
def test_a_sound_is_a_plain_relative_name(name: str) -> None:
    with pytest.raises(ValueError, match="not a sound's name"):
        checked_sound(name)


async def test_a_variable_name_is_checked() -> None:
    async def handler(session: AgiSession) -> None:
        with pytest.raises(ValueError, match="not a channel variable"):
            await session.set_variable("A B", "x")

    channel = Channel()
    async with serving(handler) as server:
        await channel.call(server.port)
    assert channel.commands == []
