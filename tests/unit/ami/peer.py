"""A scripted AMI peer on loopback: says what it is told to, remembers what it was asked."""

import asyncio
from collections.abc import Callable
from types import TracebackType
from typing import Self

Asked = dict[str, str]
Answer = Callable[[Asked], str | None]

GREETING = b"Asterisk Call Manager/11.0.0\r\n"


def block(*lines: str) -> str:
    return "\r\n".join(lines) + "\r\n\r\n"


def success(asked: Asked, *lines: str) -> str:
    return block("Response: Success", f"ActionID: {asked['ActionID']}", *lines)


def error(asked: Asked, message: str) -> str:
    return block("Response: Error", f"ActionID: {asked['ActionID']}", f"Message: {message}")


def silent(asked: Asked) -> None:
    """No answer at all."""


def channel_created(uniqueid: str, caller_name: str = "<unknown>") -> str:
    return block(
        "Event: Newchannel",
        "Privilege: call,all",
        f"Channel: PJSIP/world-{uniqueid}",
        "ChannelState: 4",
        "ChannelStateDesc: Ring",
        "CallerIDNum: 4001",
        f"CallerIDName: {caller_name}",
        "AccountCode: ",
        "Context: world",
        "Exten: 100",
        "Priority: 1",
        f"Uniqueid: {uniqueid}",
        f"Linkedid: {uniqueid}",
    )


class Peer:
    """`answers`: what to say to an action by its name, None for nothing; change it as you go."""

    def __init__(self) -> None:
        self.greeting = GREETING
        self.answers: dict[str, Answer] = {
            "Login": lambda asked: success(asked, "Message: Authentication accepted"),
            "CoreSettings": lambda asked: success(
                asked, "AsteriskVersion: 22.10.1", "SystemName: scripted"
            ),
            "Ping": lambda asked: success(asked, "Ping: Pong"),
        }
        self.asked: list[Asked] = []
        self.connections = 0
        self._news = asyncio.Event()
        self._writers: set[asyncio.StreamWriter] = set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port: int = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.close()
        await self.hang_up()
        await self._server.wait_closed()

    def say(self, data: str | bytes) -> None:
        for writer in self._writers:
            writer.write(data if isinstance(data, bytes) else data.encode())

    async def flush(self) -> None:
        """Have what was said leave as a packet of its own."""
        for writer in self._writers:
            await writer.drain()
        await asyncio.sleep(0)

    async def hang_up(self) -> None:
        for writer in list(self._writers):
            writer.transport.abort()
        while self._writers:
            await self._change()

    async def until(self, action: str, count: int = 1) -> list[Asked]:
        """The first `count` actions of that name, once they have come."""
        while len(found := [asked for asked in self.asked if asked["Action"] == action]) < count:
            await self._change()
        return found[:count]

    async def until_connected(self, count: int) -> None:
        while self.connections < count:
            await self._change()

    def names(self) -> list[str]:
        return [asked["Action"] for asked in self.asked if asked["Action"] != "Ping"]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self._writers.add(writer)
        writer.write(self.greeting)
        self._tell()
        try:
            while True:
                self._hear(await reader.readuntil(b"\r\n\r\n"), writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            self._writers.discard(writer)
            self._tell()

    def _hear(self, raw: bytes, writer: asyncio.StreamWriter) -> None:
        lines = raw.decode().removesuffix("\r\n\r\n").split("\r\n")
        asked: Asked = {}
        for key, _, value in (line.partition(": ") for line in lines):
            asked[key] = f"{asked[key]}\n{value}" if key in asked else value
        self.asked.append(asked)
        answer = self.answers.get(asked["Action"], success)(asked)
        if answer:
            writer.write(answer.encode())
        self._tell()

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _change(self) -> None:
        await asyncio.wait_for(self._news.wait(), 10)
