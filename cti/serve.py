"""`cti serve`: runs the service and its HTTP server until a signal says stop."""

import asyncio
import contextlib
import json
import os
import signal
import socket
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import structlog
import uvicorn
import uvloop

from cti.assembly import build
from cti.base.errors import UserError
from cti.base.files import write_private
from cti.live_link.browser import LONGEST_FRAME
from cti.logs import configure
from cti.service import Service
from cti.settings import Settings

log = structlog.get_logger(__name__)

ADDRESS_FILE = "service.json"
"""In the state folder: where the running service listens, for the CLI."""


def serve(settings: Settings, build: Callable[[Settings], Service] = build) -> None:
    """Run until SIGINT or SIGTERM. Raises UserError when it cannot start.

    build: makes the service; a measurement puts parts of its own in.
    """
    configure(settings.log_level, settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_serve(settings, build))


async def _serve(settings: Settings, build: Callable[[Settings], Service]) -> None:
    stopping = asyncio.Event()
    _on_signals(stopping.set)
    listener = _listen(settings)
    with _told_in_words():
        service = build(settings)
    address = service.infrastructure.state / ADDRESS_FILE
    try:
        try:
            with _told_in_words():
                await service.start()
        except BaseException:
            await service.infrastructure.stop()
            raise
        url = _tell(address, listener, service)
        await service.people.first_sign_in(url)
        async with _http(service, listener) as ended:
            stopped = asyncio.get_running_loop().create_task(stopping.wait())
            await asyncio.wait({ended, stopped}, return_when=asyncio.FIRST_COMPLETED)
            stopped.cancel()
            _on_signals(service.hurry)  # the second one means: at once
            await service.finish()  # agents can still say what came of their calls
        await service.stop()
    finally:
        address.unlink(missing_ok=True)
        listener.close()


@contextlib.contextmanager
def _told_in_words() -> Iterator[None]:
    """What the system refuses at the start, a folder most often, is a fault that people mend."""
    try:
        yield
    except OSError as error:
        where = f": {error.filename}" if error.filename else ""
        raise UserError(
            f"The service cannot start: {error.strerror or error}{where}.",
            "Is the state folder (--state) on a disk with room, and may it be written?",
        ) from error


def _on_signals(act: Callable[[], None]) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, act)


@contextlib.asynccontextmanager
async def _http(service: Service, listener: socket.socket) -> AsyncIterator[asyncio.Task[None]]:
    """Serve HTTP within; gives the task that ends when the server does."""
    config = uvicorn.Config(
        service.app(),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=2,
        server_header=False,
        ws_max_size=LONGEST_FRAME,
        # In a house's network compression costs more than it saves, for each browser anew.
        ws_per_message_deflate=False,
    )
    server = _Server(config)
    serving = asyncio.get_running_loop().create_task(server.serve(sockets=[listener]))
    try:
        yield serving
    finally:
        server.should_exit = True
        await serving


class _Server(uvicorn.Server):
    """Signals are ours: they stop the dialler first and HTTP after it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def _listen(settings: Settings) -> socket.socket:
    """Bind before anything is started, so that a taken port costs nothing."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((settings.api_host, settings.api_port))
    except OSError as error:
        listener.close()
        raise UserError(
            f"The HTTP API cannot listen on {settings.api_host}:{settings.api_port}: "
            f"{error.strerror or error}.",
            "Set CTI_API_PORT to another port (0: any free).",
        ) from error
    listener.listen(128)
    return listener


def _tell(file: Path, listener: socket.socket, service: Service) -> str:
    host, port = listener.getsockname()[:2]
    url = f"http://{'127.0.0.1' if host == '0.0.0.0' else host}:{port}"  # noqa: S104 - compared
    ground = service.infrastructure
    said = {"url": url, "pid": os.getpid(), "token": ground.api_token, "mqtt": ground.mqtt_url}
    if ground.pbx is not None:
        said["sip"] = "{}:{}".format(*ground.pbx.sip)
    write_private(file, json.dumps(said) + "\n")
    log.info("service.listening", url=url, docs=f"{url}/docs")
    return url
