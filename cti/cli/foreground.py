"""One Asterisk in the foreground: made from settings, kept in step with the file of phones."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import structlog

from cti.ami.link import AmiAddress
from cti.base.errors import UserError
from cti.infrastructure import pbx_plan
from cti.logs import configure
from cti.processes.asterisk import AsteriskProcess, find_asterisk
from cti.processes.files import write_private
from cti.processes.lock import StateLock
from cti.processes.pbx import AMI_USER, Phone, PrivatePbx
from cti.processes.phones import read_phones
from cti.processes.ports import Ports
from cti.settings import Settings
from pstn.personas import SHIPPED
from pstn.world import World

log = structlog.get_logger(__name__)

CEL = Path("log/cel-custom/cel.csv")
"""Where a PBX writes its channel events, from its own folder."""
LOOK_SECONDS = 1.0
"""How often the file of phones is looked at."""

Phones = Sequence[Phone]


def run_pbx(settings: Settings, external_address: str = "") -> None:
    """Run the PBX that these settings tell the service to expect, until a signal says stop."""
    configure(settings.log_level, settings.log_format)
    state = _pbx_state(settings)
    with StateLock(state):
        asyncio.run(_pbx(settings, state, external_address))


def run_pstn(settings: Settings, state: Path, pbx: str, listen: str, personas: Path | None) -> None:
    """Run the world outside at `listen` for the PBX at `pbx` (both ADDRESS:PORT)."""
    configure(settings.log_level, settings.log_format)
    with StateLock(state):
        asyncio.run(_pstn(settings, state, pbx, listen, personas))


async def _pbx(settings: Settings, state: Path, external_address: str) -> None:
    address = AmiAddress.parse(settings.ami_url) if settings.ami_url else None
    plan = replace(pbx_plan(settings), external_address=external_address)
    if address is not None:
        plan = replace(plan, ami_host=address.host, ami_port=address.port)
    ports = Ports(state)
    pbx = PrivatePbx(state, ports, find_asterisk(), plan)
    if address is not None:
        _keep_secret(pbx, address)
    log.info("pbx.starting", sip=pbx.sip, ami=pbx.ami, folder=str(pbx.folder))
    await _foreground(pbx.process, settings.phones_file, pbx.ensure, pbx.set_phones)
    ports.close()


async def _pstn(
    settings: Settings, state: Path, pbx: str, listen: str, personas: Path | None
) -> None:
    host, port = split_address(listen)
    pbx_address = split_address(pbx)
    ports = Ports(state, host)
    world = World(state, ports, find_asterisk(), personas or SHIPPED, host, sip_port=port)

    async def ensure(phones: Phones) -> None:
        await world.ensure(pbx_address, phones)

    log.info("pstn.starting", trunk_uri=world.trunk_uri, pbx=pbx, folder=str(world.folder))
    await _foreground(world.process, settings.phones_file, ensure, ensure)
    ports.close()


async def _foreground(
    process: AsteriskProcess,
    phones_file: Path | None,
    start: Callable[[Phones], Awaitable[None]],
    change: Callable[[Phones], Awaitable[None]],
) -> None:
    """Start; follow the file of phones; end with a signal (stopping Asterisk) or with Asterisk.

    Raises UserError when Asterisk ends by itself.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    phones = read_phones(phones_file) if phones_file else []
    try:
        await start(phones)
        log.info("asterisk.running", phones=len(phones), log=str(process.folder / "log/messages"))
        ended = loop.create_task(process.child.gone())
        following = loop.create_task(_follow(phones_file, phones, change))
        waiting = loop.create_task(stopping.wait())
        tasks = {ended, following, waiting}
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in tasks - done:
            task.cancel()
        if following in done:
            await following  # it never returns: it raises
        if ended in done and not stopping.is_set():
            raise UserError(
                f"Asterisk in {process.folder} has ended by itself.",
                f"Its log says why: {process.folder / 'log/messages'}.",
            )
    finally:
        await process.stop()


async def _follow(
    file: Path | None, phones: Phones, change: Callable[[Phones], Awaitable[None]]
) -> None:
    """Tell of the phones whenever the file says others than before."""
    if file is None:
        await asyncio.Event().wait()
        return
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = read_phones(file)
        if now != phones:
            await change(now)
            log.info("phones.changed", phones=len(now))
            phones = now


def split_address(text: str) -> tuple[str, int]:
    """ADDRESS:PORT, with or without `sip:` before it."""
    host, _, port = text.removeprefix("sip:").rpartition(":")
    with suppress(ValueError):
        if host and 0 < int(port) < 65536:
            return host, int(port)
    raise UserError(f"{text!r} is no address.", "Write ADDRESS:PORT, such as 127.0.0.1:5060.")


def _pbx_state(settings: Settings) -> Path:
    """The folder that the PBX's own folder `pbx` lies in.

    A service that runs elsewhere reads the channel event log through a shared folder: the PBX is
    where that log is expected.
    """
    if settings.cel_file is None:
        return settings.state.resolve()
    folder = settings.cel_file.resolve().parents[2]
    if settings.cel_file.resolve() != folder / CEL or folder.name != "pbx":
        raise UserError(
            f"CTI_CEL_FILE={settings.cel_file} is not where a PBX writes its channel events.",
            f"Let it end in pbx/{CEL}.",
        )
    return folder.parent


def _keep_secret(pbx: PrivatePbx, address: AmiAddress) -> None:
    if address.user != AMI_USER:
        raise UserError(
            f"CTI_AMI_URL names user {address.user!r}.", f"The PBX's user is {AMI_USER}."
        )
    write_private(pbx.folder / "ami.secret", address.secret + "\n")
