"""The world outside in the foreground."""

import asyncio
from pathlib import Path

import structlog

from cti.base.errors import UserError
from cti.cli import foreground
from cti.logs import configure
from cti.processes.asterisk import find_asterisk
from cti.processes.lock import StateLock
from cti.processes.ports import Ports
from cti.settings import Settings
from pstn.personas import SHIPPED
from pstn.world import World

log = structlog.get_logger(__name__)

Address = tuple[str, int]


def run_pstn(
    settings: Settings, state: Path, *, pbx: str, listen: str, personas: Path | None
) -> None:
    """Run the world outside at `listen` for the PBX at `pbx` (both ADDRESS:PORT)."""
    addresses = address(pbx), address(listen)
    configure(settings.log_level, settings.log_format)
    with StateLock(state):
        asyncio.run(_run(settings, state, *addresses, personas or SHIPPED))


async def _run(
    settings: Settings, state: Path, pbx: Address, listen: Address, personas: Path
) -> None:
    host, port = listen
    install = find_asterisk(settings.asterisk)
    world = World(state, Ports(state, host), install, personas, host, sip_port=port)

    async def tell(phones: foreground.Phones) -> None:
        await world.ensure(pbx, [phone for phone in phones if not phone.browser])

    log.info("pstn.starting", trunk_uri=world.trunk_uri, pbx=pbx, folder=str(world.folder))
    await foreground.run(world.process, settings.phones_file, tell, tell)


def address(text: str) -> Address:
    """ADDRESS:PORT, with or without `sip:` before it. UserError for anything else."""
    host, _, port = text.removeprefix("sip:").rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise UserError(
            f"{text!r} is no address to send calls to.", "Write ADDRESS:PORT: 127.0.0.1:5060."
        )
    return host, int(port)
