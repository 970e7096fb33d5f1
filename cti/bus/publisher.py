"""The bus: hands messages to the MQTT broker without ever making a call wait for it."""

import asyncio
import contextlib
import socket
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice, takewhile
from typing import Literal

import aiomqtt
import structlog
from paho.mqtt.client import MQTT_ERR_SUCCESS, MQTTMessageInfo

from cti.base.clock import Clock
from cti.base.errors import UserError
from cti.bus.broker import Broker
from cti.bus.payloads import Message, ServiceState
from cti.bus.topics import checked_prefix

log = structlog.get_logger(__name__)

_STATES = 20  # sent together; also paho's limit of unacknowledged QoS 1 messages
_EVENTS = 100  # sent together
_FLUSH = 1.0  # seconds that `close` gives to what is still waiting
_MAX_RETRY = 30.0


@dataclass
class Counters:
    """What became of the messages, since start."""

    published: int = 0
    superseded: int = 0  # states replaced by a newer one before they were sent
    dropped: int = 0  # events lost because the broker was away too long
    connects: int = 0


class Bus:
    """One connection to one broker, kept up for as long as the service runs.

    url: mqtt://user:password@host:port, or mqtts:// with the system's certificates.
    prefix: the first levels of every topic.
    bound: events kept while the broker is away; beyond it the oldest go and are counted.
    linger: seconds that messages are gathered before they are sent together. Costs that much
        delay, saves most of the CPU, and lets a state that lives shorter be skipped.
    first_retry: seconds before the first reconnect; doubles up to half a minute.

    Raises UserError when `url` or `prefix` cannot be used. Belongs to one event loop.
    """

    def __init__(
        self,
        url: str,
        prefix: str,
        clock: Clock,
        *,
        bound: int = 10_000,
        linger: float = 0.1,
        first_retry: float = 0.5,
    ) -> None:
        self._broker = Broker.parse(url)
        try:
            self.prefix = checked_prefix(prefix)
        except ValueError as error:
            raise UserError(f"The MQTT prefix {prefix!r} cannot be used: {error}.") from error
        self._clock = clock
        self._bound = bound
        self._linger = linger
        self._first_retry = first_retry
        self._events: deque[Message] = deque()
        self._states: dict[str, Message] = {}  # the latest of every retained topic
        self._unsent: dict[str, Message] = {}  # those of them that the broker does not have
        self._wake = asyncio.Event()
        self._stop = asyncio.Event()
        self._broken = False
        self._task: asyncio.Task[None] | None = None
        self.connected = False
        self.counters = Counters()
        self.taps: list[Callable[[Message], None]] = []
        """Told every message as it is published; must not block."""

    async def start(self) -> None:
        """Begin connecting; returns at once. What is published meanwhile waits."""
        self._task = asyncio.create_task(self._keep_connected(), name="mqtt")

    def publish(self, message: Message) -> None:
        """Take `message` for sending. Never blocks, never raises, never loses a state."""
        if message.retained:
            topic = message.topic
            if topic in self._unsent:
                self.counters.superseded += 1
            self._states[topic] = self._unsent[topic] = message
        else:
            if len(self._events) >= self._bound:
                self._events.popleft()
                self.counters.dropped += 1
            self._events.append(message)
        self._wake.set()
        for tap in self.taps:
            try:
                tap(message)
            except Exception:
                log.exception("bus.tap_failed", topic=message.topic)

    async def close(self) -> None:
        """Send what waits (for at most a second), say offline, disconnect."""
        self._stop.set()
        self._wake.set()
        if self._task is None:
            return
        _, pending = await asyncio.wait([self._task], timeout=_FLUSH)
        for task in pending:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._task
        self._task = None
        if left := len(self._events) + len(self._unsent):
            log.warning(
                "messages unsent when the service stopped", broker=str(self._broker), n=left
            )

    async def _keep_connected(self) -> None:
        delay = self._first_retry
        while True:
            try:
                async with self._client() as client:
                    delay = self._first_retry
                    self._on_connected()
                    await self._serve(client)
                    return
            except (aiomqtt.MqttError, OSError) as error:
                self._on_broken(error)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), delay)
                return
            delay = min(delay * 2, _MAX_RETRY)

    def _client(self) -> aiomqtt.Client:
        lost = self._service_state("offline", "connection lost")
        will = aiomqtt.Will(self._topic(lost), lost.encoded(), qos=1, retain=True)
        return self._broker.client(will)

    async def _serve(self, client: aiomqtt.Client) -> None:
        """Send until closed; raises MqttError when the connection is lost."""
        sending = asyncio.create_task(self._send_all(client))
        watching = asyncio.create_task(_watch(client))
        try:
            await asyncio.wait([sending, watching], return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.connected = False
            watching.cancel()
            sending.cancel()
            results = await asyncio.gather(sending, watching, return_exceptions=True)
        for result in results:
            if isinstance(result, Exception):
                raise result

    async def _send_all(self, client: aiomqtt.Client) -> None:
        while not self._stop.is_set():
            await self._wake.wait()
            if not self._stop.is_set():
                await asyncio.sleep(self._linger)
            self._wake.clear()  # what comes during the next line waits for the next round
            await self._drain(client)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FLUSH * 0.8):
                await self._drain(client)
        await client.publish(*self._packet(self._service_state("offline", "stopped")))

    async def _drain(self, client: aiomqtt.Client) -> None:
        """Send what waits now. What could not be sent waits on, in its order."""
        for _ in range(0, len(self._unsent), _STATES):
            await self._send_states(client)
        for _ in range(0, len(self._events), _EVENTS):
            await self._send_events(client)

    async def _send_states(self, client: aiomqtt.Client) -> None:
        batch = _Batch(list(islice(self._unsent.values(), _STATES)))
        try:
            await self._send(client, batch)
        finally:
            for state in batch.messages[: batch.sent]:
                # A newer state may have come while this one was on its way.
                if self._unsent.get(state.topic) is state:
                    del self._unsent[state.topic]

    async def _send_events(self, client: aiomqtt.Client) -> None:
        batch = _Batch([self._events.popleft() for _ in range(min(_EVENTS, len(self._events)))])
        try:
            with _corked(client):
                await self._send(client, batch)
        finally:
            self._events.extendleft(reversed(batch.messages[batch.sent :]))

    async def _send(self, client: aiomqtt.Client, batch: "_Batch") -> None:
        """Hand all but the last to paho, then wait for the last to leave (QoS 1: to be taken).

        Messages leave, and are acknowledged, in their order (MQTT 3.1.1 §4.6), so that one wait
        does for all; aiomqtt's own wait for each would cost more than everything else.
        """
        *most, last = batch.messages
        for message in most:
            info = client._client.publish(*self._packet(message))
            if info.rc != MQTT_ERR_SUCCESS:
                raise aiomqtt.MqttCodeError(info.rc, "connection lost")
            batch.handed_over.append(info)
        await client.publish(*self._packet(last))
        batch.complete = True
        self.counters.published += len(batch.messages)

    def _packet(self, message: Message) -> tuple[str, bytes, int, bool]:
        """topic, payload, QoS, retain"""
        retained = message.retained
        return self._topic(message), message.encoded(), int(retained), retained

    def _on_connected(self) -> None:
        self.connected = True
        self.counters.connects += 1
        self._unsent = dict(self._states)  # the broker may have been restarted empty
        self.publish(self._service_state("online", "started"))
        if self._broken:
            log.info("MQTT broker is back", broker=str(self._broker), dropped=self.counters.dropped)
        self._broken = False

    def _on_broken(self, error: Exception) -> None:
        if self._broken:
            return
        self._broken = True
        log.warning(self._broker.complaint(error) + " The service goes on without it.")

    def _topic(self, message: Message) -> str:
        return f"{self.prefix}/{message.topic}"

    def _service_state(self, state: Literal["online", "offline"], reason: str) -> ServiceState:
        return ServiceState(at=self._clock.now(), state=state, reason=reason)


async def _watch(client: aiomqtt.Client) -> None:
    """Wait for the connection's end; raises MqttError then."""
    async for _ in client.messages:
        pass


@dataclass
class _Batch:
    """Messages of one kind on their way, in order."""

    messages: list[Message]
    handed_over: list[MQTTMessageInfo] = field(default_factory=list)
    complete: bool = False

    @property
    def sent(self) -> int:
        """How many of them, from the first, have left for certain."""
        if self.complete:
            return len(self.messages)
        return sum(1 for _ in takewhile(MQTTMessageInfo.is_published, self.handed_over))


@contextlib.contextmanager
def _corked(client: aiomqtt.Client) -> Iterator[None]:
    """Let the kernel send what is written inside as few segments.

    Each segment on its own would wake the broker, which costs more than writing it.
    """
    _cork(client, 1)
    try:
        yield
    finally:
        _cork(client, 0)


def _cork(client: aiomqtt.Client, on: int) -> None:
    connection = client._client.socket()
    if isinstance(connection, socket.socket) and hasattr(socket, "TCP_CORK"):
        with contextlib.suppress(OSError):  # closed meanwhile: the next write will tell
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_CORK, on)
