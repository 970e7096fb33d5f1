"""The FastAGI server: takes Asterisk's connections, keeps them bounded, hands each to a handler."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import structlog

from cti.base.errors import UserError
from ivr.agi import MAX_LINE, AgiError, AgiSession, HungUp, read_environment

log = structlog.get_logger(__name__)

Handler = Callable[[AgiSession], Awaitable[None]]


class AgiServer:
    """Serves FastAGI on `host`:`port` (0: any free port, then read `port`).

    handler: runs one call; may raise HungUp. When it returns, the dialplan goes on.
    max_sessions: calls at once; further ones are let go, which the dialplan sees as a failure.
    greeting_limit: seconds a peer has to say who is calling.
    session_limit: seconds a call may stay under our command.
    """

    def __init__(
        self,
        host: str,
        port: int,
        handler: Handler,
        *,
        max_sessions: int = 500,
        greeting_limit: float = 5.0,
        session_limit: float = 900.0,
    ) -> None:
        self.host = host
        self.port = port
        self._handler = handler
        self._max_sessions = max_sessions
        self._greeting_limit = greeting_limit
        self._session_limit = session_limit
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()
        self._full = False

    @property
    def sessions(self) -> int:
        """Calls under our command now."""
        return len(self._sessions)

    async def start(self) -> None:
        """Listen. Raises UserError when the port is taken."""
        try:
            self._server = await asyncio.start_server(
                self._connected, self.host, self.port, limit=MAX_LINE
            )
        except OSError as error:
            raise UserError(
                f"The IVR cannot listen on {self.host}:{self.port}: {error.strerror or error}.",
                "Set CTI_AGI_HOST and CTI_AGI_PORT (0: any free port).",
            ) from error
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening, let go of all calls; the dialplan goes on with each."""
        if self._server is not None:
            self._server.close()
        for task in list(self._sessions):
            task.cancel()
        await asyncio.gather(*self._sessions, return_exceptions=True)
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        full = len(self._sessions) >= self._max_sessions
        if full != self._full:
            self._full = full
            log.warning("IVR is full" if full else "IVR has room again", sessions=self.sessions)
        if full:
            writer.transport.abort()
            return
        task = asyncio.create_task(self._serve(reader, writer), name="agi")
        self._sessions.add(task)
        task.add_done_callback(self._sessions.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = writer.get_extra_info("peername")
        try:
            async with asyncio.timeout(self._greeting_limit):
                environment = await read_environment(reader)
            if environment is not None:
                await self._run(AgiSession(environment, reader, writer))
        except TimeoutError:
            log.warning("AGI peer said nothing in time", peer=peer)
        except AgiError as error:
            log.warning("AGI peer refused", peer=peer, reason=str(error))
        except ConnectionError:
            pass  # gone before it said who is calling: nothing was begun
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _run(self, session: AgiSession) -> None:
        try:
            async with asyncio.timeout(self._session_limit):
                await self._handler(session)
        except HungUp:
            log.debug("caller gone", call=session.uniqueid)
        except TimeoutError:
            log.warning("call was too long in the menu", call=session.uniqueid)
        except AgiError as error:
            log.warning("AGI failed", call=session.uniqueid, reason=str(error))
        except Exception:
            log.exception("menu handler failed", call=session.uniqueid)
