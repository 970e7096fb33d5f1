"""The limit: the same calls originated and counted over bare AMI, by as little code as possible.

No engine, no database, no parsing but counting: what remains is Asterisk's own cost and the
socket's. Not a way to run a call centre.
"""

import asyncio
import time
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

_TICK = 0.02  # seconds
_ENDED = b"Event: Hangup\r\n"
_EVENT = b"Event: "


class Bare:
    """Originates `numbers` through `trunk` at a steady rate; counts events and endings."""

    def __init__(self, ami_url: str, trunk: str, caller_id: str, numbers: Iterator[str]) -> None:
        self._ami = urlsplit(ami_url)
        self._caller_id = caller_id
        self._trunk = trunk
        self._numbers = numbers
        self.rate = 0.0  # calls/s; may be changed at any time
        self.placed = 0
        self.ended = 0
        self.events = 0

    async def run(self) -> None:
        """Until cancelled."""
        reader, writer = await asyncio.open_connection(self._ami.hostname, self._ami.port)
        user, secret = unquote(self._ami.username or ""), unquote(self._ami.password or "")
        writer.write(f"Action: Login\r\nUsername: {user}\r\nSecret: {secret}\r\n\r\n".encode())
        dialling = asyncio.create_task(self._dial(writer))
        try:
            await self._count(reader)
        finally:
            dialling.cancel()
            writer.close()

    async def _count(self, reader: asyncio.StreamReader) -> None:
        tail = b""
        while data := await reader.read(1 << 18):
            *blocks, tail = (tail + data).split(b"\r\n\r\n")
            self.events += sum(block.startswith(_EVENT) for block in blocks)
            self.ended += sum(block.startswith(_ENDED) for block in blocks)

    async def _dial(self, writer: asyncio.StreamWriter) -> None:
        tokens, last = 0.0, time.monotonic()
        while True:
            await asyncio.sleep(_TICK)
            now = time.monotonic()
            tokens, last = tokens + (now - last) * self.rate, now
            for _ in range(int(tokens)):
                writer.write(self._originate())
                self.placed += 1
            tokens %= 1
            await writer.drain()

    def _originate(self) -> bytes:
        fields = {
            "Action": "Originate",
            "ActionID": f"bare-{self.placed}",
            "Channel": f"PJSIP/{next(self._numbers)}@{self._trunk}",
            "ChannelId": f"bare-{self.placed}",
            "Context": "customers",
            "Exten": "answered",
            "Priority": "1",
            "Timeout": "30000",
            "CallerID": f"<{self._caller_id}>",
            "Async": "true",
        }
        return ("".join(f"{k}: {v}\r\n" for k, v in fields.items()) + "\r\n").encode()
