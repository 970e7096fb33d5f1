"""The link to one Asterisk: connects, stays connected, sends actions, hands on events.

Nothing is ever sent twice. An action whose answer was lost has an unknown outcome, and whoever
sent it asks the PBX (`channels()`) before going on; every LinkUp is the moment for that.
"""

import asyncio
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit

import structlog

from cti.ami.actions import (
    Action,
    CoreSettings,
    CoreShowChannels,
    ListContacts,
    ListRegistrations,
    Login,
    Ping,
    ShowEndpoint,
)
from cti.ami.errors import ActionTimeout, LinkDownError, Refused
from cti.ami.events import (
    TABLE,
    ChannelRow,
    ContactRow,
    Event,
    LinkDown,
    LinkUp,
    Reach,
    RegistrationRow,
    channel_row,
    contact_row,
    reach,
    registration_row,
)
from cti.ami.inbox import Inbox, LinkStats
from cti.ami.protocol import LinkProtocol, Reply
from cti.ami.recorder import Recorder
from cti.base.clock import Clock
from cti.base.errors import UserError

log = structlog.get_logger(__name__)

MISSED_PONGS = 2


@dataclass(frozen=True, slots=True)
class AmiAddress:
    """Where the PBX listens and who we are to it (a section of its manager.conf)."""

    host: str
    port: int
    user: str
    secret: str = field(repr=False)

    @classmethod
    def parse(cls, url: str) -> "AmiAddress":
        """From `ami://user:secret@host:port`, user and secret percent-encoded where needed."""
        try:
            parts = urlsplit(url)
            port = parts.port or 5038
        except ValueError:
            parts, port = urlsplit(""), 0
        if parts.scheme != "ami" or not parts.hostname or not parts.username:
            raise UserError(
                "The AMI address is not understood.", "Write ami://user:secret@host:port."
            )
        return cls(parts.hostname, port, unquote(parts.username), unquote(parts.password or ""))


@dataclass(frozen=True, slots=True)
class Backoff:
    """Seconds between attempts to connect.

    Doubling from `first` to `most`, back at `first` after a link that lived for `most`; each
    shortened by up to half at random, so that many do not come at once; `refused` after a wrong
    secret, which time alone does not mend.
    """

    first: float = 0.2
    most: float = 10.0
    refused: float = 60.0


class AmiLink:
    """See the module. `on_event` is called from a task of the link's own and must not block.

    ping_seconds: between pings, and how long one may go unanswered; two such close the link.
    timeout: seconds an action may take. wanted: AMI event names; all others are dropped unparsed;
    of none wanted, none are sent.
    record_to: a file to which every event block is written as it came.
    """

    def __init__(
        self,
        address: AmiAddress,
        on_event: Callable[[Event], None],
        *,
        clock: Clock,
        rng: random.Random,
        ping_seconds: float = 5.0,
        timeout: float = 5.0,
        wanted: frozenset[str] = frozenset(TABLE),
        backoff: Backoff | None = None,
        queue_bound: int = 100_000,
        record_to: Path | None = None,
    ) -> None:
        self.stats = LinkStats()
        self._address = address
        self._clock = clock
        self._rng = rng
        self._ping_seconds = ping_seconds
        self._timeout = timeout
        self._wanted = frozenset(name.encode() for name in wanted)
        self._backoff = backoff or Backoff()
        self._inbox = Inbox(on_event, self.stats, queue_bound)
        self._recorder = Recorder(record_to, clock) if record_to else None
        self._tap = self._recorder.add if self._recorder else None
        self._protocol: LinkProtocol | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self._down_reason = ""
        self._refusal: UserError | None = None
        self._was_up = False
        self._closed = False

    @property
    def up(self) -> bool:
        """Signed in, and not known to be broken."""
        return self._protocol is not None and not self._protocol.lost.done()

    async def start(self) -> None:
        """Connect, and keep connecting until close(). Returns at once."""
        if self._closed or self._tasks:
            raise RuntimeError("a link is started once")
        self._tasks = [
            asyncio.create_task(self._inbox.run(), name="ami events"),
            asyncio.create_task(self._keep_connected(), name="ami link"),
        ]

    async def close(self) -> None:
        """End the link for good. No event is handed on after this returns."""
        self._closed = True
        if self._protocol:
            self._protocol.drop("the link was closed")
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._protocol = None
        if self._recorder:
            self._recorder.close()
        self._tell_waiters()

    async def wait_up(self, timeout: float | None) -> None:  # noqa: ASYNC109  # its error says more
        """Return once the link is up.

        UserError: the PBX refuses our user or secret, or `timeout` seconds passed (None: wait).
        """
        try:
            async with asyncio.timeout(timeout):
                while not self.up:
                    if self._refusal:
                        raise self._refusal
                    if self._closed:
                        raise LinkDownError("The link to the PBX was closed.")
                    await self._changed.wait()
        except TimeoutError:
            raise LinkDownError(
                f"No PBX at {self._where} after {timeout:g} s: {self._down_reason or 'no answer'}.",
                "Check that Asterisk runs and that its manager.conf listens there.",
            ) from None

    async def send(self, action: Action) -> Reply:
        """One action, one answer, good or bad.

        UserError: the action cannot be said safely; LinkDownError: at once if the link is down,
        or when it breaks before the answer (`sent` tells which); ActionTimeout: no answer.
        """
        replies = await self._live().ask(action, self._timeout)
        return replies[0]

    async def call(self, action: Action) -> Reply:
        """Like `send`, for actions that should succeed. Refused: the PBX said no."""
        return _accepted(action, await self.send(action))

    async def rows(self, action: Action) -> list[Mapping[str, str]]:
        """A list action's rows, all of them. Errors as for `call`."""
        first, *rest = await self._live().ask(action, self._timeout)
        if not first.ok and action.nothing and first.message.strip() == action.nothing:
            return []
        _accepted(action, first)
        return [row.fields for row in rest[:-1]]

    async def channels(self) -> list[ChannelRow]:
        """Every living channel of the PBX. Errors as for `call`."""
        return [channel_row(row) for row in await self.rows(CoreShowChannels())]

    async def contacts(self) -> list[ContactRow]:
        """Every phone and trunk address the PBX knows. Errors as for `call`."""
        return [contact_row(row) for row in await self.rows(ListContacts())]

    async def reaches(self, endpoint: str) -> list[Reach]:
        """How each contact of an endpoint is reached. Errors as for `call`."""
        rows = await self.rows(ShowEndpoint(endpoint))
        return [reach(row) for row in rows if row["Event"] == "ContactStatusDetail"]

    async def registrations(self) -> list[RegistrationRow]:
        """Our registrations with carriers. Errors as for `call`."""
        rows = await self.rows(ListRegistrations())  # with one more for each, of its secret
        return [registration_row(r) for r in rows if r["Event"] == "OutboundRegistrationDetail"]

    @property
    def _where(self) -> str:
        return f"{self._address.host}:{self._address.port}"

    def _live(self) -> LinkProtocol:
        if self._protocol is None:
            raise LinkDownError(
                f"The PBX at {self._where} cannot be reached: {self._down_reason or 'not yet up'}."
            )
        return self._protocol

    async def _keep_connected(self) -> None:
        pause = self._backoff.first
        while True:
            try:
                protocol = await self._connect()
            except (OSError, UnicodeError, LinkDownError, ActionTimeout) as error:
                self._went_down(str(error) or "no answer")
            except UserError as error:
                self._went_down(error.what, refusal=error)
                pause = self._backoff.refused
            else:
                since = self._clock.monotonic()
                await self._ping_until_lost(protocol)
                self._protocol = None
                self._went_down(protocol.lost.result())
                if self._clock.monotonic() - since >= self._backoff.most:
                    pause = self._backoff.first
            await asyncio.sleep(pause * self._rng.uniform(0.5, 1.0))
            pause = min(pause * 2, self._backoff.most)

    async def _connect(self) -> LinkProtocol:
        """Connect and sign in. Events that come before LinkUp is told are kept and follow it."""
        early: list[bytes] = []
        async with asyncio.timeout(self._timeout):
            _, protocol = await asyncio.get_running_loop().create_connection(
                lambda: LinkProtocol(self._wanted, early.append, self._on_unwanted, self._tap),
                self._address.host,
                self._address.port,
            )
        try:
            await self._sign_in(protocol)
            settings = await protocol.ask(CoreSettings(), self._timeout)
        except BaseException:
            protocol.drop("signing in failed")
            raise
        self._came_up(protocol, settings[0].fields)
        for block in early:
            self._inbox.put_block(block)
        protocol.on_event = self._inbox.put_block
        return protocol

    async def _sign_in(self, protocol: LinkProtocol) -> None:
        async with asyncio.timeout(self._timeout):
            await protocol.greeted
        login = Login(self._address.user, self._address.secret, events=bool(self._wanted))
        (reply,) = await protocol.ask(login, self._timeout)
        if not reply.ok:
            raise Refused(
                f"The PBX at {self._where} refused AMI user {self._address.user!r}: "
                f"{reply.message or 'no reason given'}.",
                "Check user, secret and permit in its manager.conf and in our AMI address.",
            )

    def _on_unwanted(self) -> None:
        self.stats.events_seen += 1
        self.stats.events_dropped_unwanted += 1

    async def _ping_until_lost(self, protocol: LinkProtocol) -> None:
        missed = 0
        while not protocol.lost.done():
            if not missed:
                await asyncio.wait([protocol.lost], timeout=self._ping_seconds)
            try:
                await protocol.ask(Ping(), self._ping_seconds)
            except ActionTimeout:
                missed += 1
                if missed == MISSED_PONGS:
                    protocol.drop(f"{missed} pings went unanswered")
            except LinkDownError:
                return
            else:
                missed = 0
                self.stats.last_pong = self._clock.monotonic()

    def _came_up(self, protocol: LinkProtocol, settings: Mapping[str, str]) -> None:
        self._protocol = protocol
        self.stats.reconnects += self._was_up
        self._was_up = True
        self._refusal = None
        self._down_reason = ""
        up = LinkUp(settings.get("SystemName", ""), settings.get("AsteriskVersion", ""))
        log.info("ami link up", where=self._where, version=up.version)
        self._inbox.put(up)
        self._tell_waiters()

    def _went_down(self, reason: str, refusal: UserError | None = None) -> None:
        """Told and logged once per reason, however often connecting fails after it."""
        self._refusal = refusal
        if reason == self._down_reason:
            return
        self._down_reason = reason
        if refusal:
            log.error(str(refusal))
        else:
            log.warning("ami link down", where=self._where, reason=reason)
        self._inbox.put(LinkDown(reason))
        self._tell_waiters()

    def _tell_waiters(self) -> None:
        self._changed.set()
        self._changed = asyncio.Event()


def _accepted(action: Action, reply: Reply) -> Reply:
    if not reply.ok:
        raise Refused(f"The PBX refused {action.name}: {reply.message.strip()}.")
    return reply
