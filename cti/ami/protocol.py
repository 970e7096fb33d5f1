"""One connection. panoramisk keeps the answers to actions; what it does unsafely is replaced here.

panoramisk 1.4 by itself closes the connection when a callback raises, sends unanswered actions
again after a reconnect, waits for ever, loses characters split across reads and swallows the
events that belong to an action. So it is given neither a manager nor a callback: this class cuts
the stream, hands events on unparsed, and gives panoramisk the answers only.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from panoramisk.actions import Action as PanoramiskAction
from panoramisk.ami_protocol import AMIProtocol
from panoramisk.message import Message

from cti.ami.actions import Action
from cti.ami.blocks import Framer, event_name
from cti.ami.errors import ActionTimeout, LinkDownError

log = structlog.get_logger(__name__)

GREETING = b"Asterisk Call Manager/"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to an action; `message` is the PBX's own sentence, may be empty."""

    ok: bool
    message: str
    fields: dict[str, str]


class _Asked(PanoramiskAction):  # type: ignore[misc]  # panoramisk has no types
    """An action that waits: for one answer, or for every row of a list."""

    def add_message(self, message: Message) -> bool:
        """Take one block; True when nothing more is to come."""
        self.responses.append(message)
        if self.as_list and not _ends_list(message):
            return False
        if not self.future.done():
            self.future.set_result(self.responses)
        return True


def _ends_list(message: Message) -> bool:
    if "response" in message:
        return not (message.success and message.eventlist.lower() == "start")
    return message.eventlist.lower() in {"complete", "cancelled"}


def _plain(message: Message) -> dict[str, str]:
    """A panoramisk message's fields; of a repeated one the first. `content` is panoramisk's own."""
    return {
        key: value if isinstance(value, str) else value[0]
        for key, value in message.items()
        if key != "content"
    }


class LinkProtocol(AMIProtocol):  # type: ignore[misc]  # panoramisk has no types
    """Cuts, sorts and answers. Runs inside the loop's read callback: it must never block or raise.

    wanted: event names to hand on; on_event: takes a raw event block, must only store it;
    on_unwanted: counts a dropped one; tap: sees every event block first.
    """

    encoding = "utf-8"

    def __init__(
        self,
        wanted: frozenset[bytes],
        on_event: Callable[[bytes], None],
        on_unwanted: Callable[[], None],
        tap: Callable[[bytes], None] | None,
    ) -> None:
        loop = asyncio.get_running_loop()
        self.greeted: asyncio.Future[str] = loop.create_future()
        self.lost: asyncio.Future[str] = loop.create_future()
        self.on_event = on_event
        self._on_unwanted = on_unwanted
        self._tap = tap
        self._wanted = wanted
        self._framer = Framer()
        self._lists = 0
        self._count = 0

    def data_received(self, data: bytes) -> None:
        if not self.greeted.done():
            data = self._take_greeting(data)
        try:
            blocks = self._framer.feed(data)
        except ValueError as error:
            self.drop(f"the peer does not speak AMI: {error}")
            return
        for block in blocks:
            self._take(block.lstrip(b"\r\n") if block.startswith((b"\r", b"\n")) else block)

    def _take_greeting(self, data: bytes) -> bytes:
        """The first line, `Asterisk Call Manager/11.0.0`, is the only one without a block."""
        self._greeting = getattr(self, "_greeting", b"") + data
        line, end, rest = self._greeting.partition(b"\r\n")
        if not GREETING.startswith(line[: len(GREETING)]) or len(line) > 100:
            self.drop("the peer does not speak AMI")
            return b""
        if not end:
            return b""
        self.greeted.set_result(line[len(GREETING) :].decode("ascii", "replace"))
        return rest

    def _take(self, block: bytes) -> None:
        name = event_name(block)
        if self._tap and name:
            self._tap(block)
        if name in self._wanted:
            self.on_event(block)
        elif name and not self._lists:
            self._on_unwanted()
        elif block:
            message = Message.from_line(block.decode("utf-8", "replace"))
            if message is not None and message.id in self.responses:
                self.handle_message(message)
            elif name:
                self._on_unwanted()

    async def ask(self, action: Action, seconds: float) -> list[Reply]:
        """Send, and wait for the answer: one Reply, or for a list all its rows.

        LinkDownError: the connection broke or was broken; ActionTimeout: no answer in time.
        """
        if self.lost.done():
            raise LinkDownError(f"The PBX cannot be reached: {self.lost.result()}.")
        asked = self._prepare(action)
        self._lists += asked.as_list
        try:
            async with asyncio.timeout(seconds):
                messages = await self.send(asked, as_list=asked.as_list)
        except TimeoutError:
            raise ActionTimeout(
                f"The PBX did not answer {action.name} within {seconds:g} s."
            ) from None
        finally:
            self._lists -= asked.as_list
            self.responses.pop(asked.id, None)
        return [Reply(message.success, message.message, _plain(message)) for message in messages]

    def _prepare(self, action: Action) -> _Asked:
        self._count += 1
        headers: dict[str, str | list[str]] = {"ActionID": f"cti-{self._count}"}
        for key, value in action.fields():
            earlier = headers.get(key)
            if earlier is None:
                headers[key] = value
            else:
                headers[key] = [*([earlier] if isinstance(earlier, str) else earlier), value]
        return _Asked(headers, as_list=action.lists)

    def drop(self, reason: str) -> None:
        """Break the connection now. What waits for an answer learns that its outcome is unknown."""
        if self.lost.done():
            return
        self.lost.set_result(reason)
        if not self.greeted.done():
            self.greeted.set_exception(LinkDownError(reason))
            self.greeted.exception()
        for asked in list(self.responses.values()):
            if not asked.future.done():
                name = asked["Action"]
                what = f"The link to the PBX broke before {name} was answered: {reason}."
                asked.future.set_exception(
                    LinkDownError(what, "Its outcome is unknown.", sent=True)
                )
        self.responses.clear()
        self.transport.abort()

    def connection_lost(self, exc: Exception | None) -> None:
        self.drop(str(exc) if exc else "the PBX closed the connection")
