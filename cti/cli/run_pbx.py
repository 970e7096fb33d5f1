"""The product's PBX in the foreground, for a service that runs elsewhere."""

import asyncio
from dataclasses import replace
from functools import partial
from pathlib import Path

import structlog

from cti.ami.link import AmiAddress
from cti.base.errors import UserError
from cti.base.files import write_private
from cti.cli import foreground
from cti.logs import configure
from cti.processes.asterisk import find_asterisk
from cti.processes.lock import StateLock
from cti.processes.pbx import AMI_USER, PrivatePbx, pbx_plan
from cti.processes.ports import Ports
from cti.processes.trunks import read_trunks, trunks_beside
from cti.settings import Settings

log = structlog.get_logger(__name__)

CEL = Path("pbx/log/cel-custom/cel.csv")
"""Where a PBX writes its channel events, from the state folder."""


def run_pbx(settings: Settings, external_address: str) -> None:
    """Run the PBX that these settings tell the service to expect, until a signal says stop."""
    configure(settings.log_level, settings.log_format)
    state = state_folder(settings)
    with StateLock(state):
        asyncio.run(_run(settings, state, external_address))


async def _run(settings: Settings, state: Path, external_address: str) -> None:
    plan = replace(pbx_plan(settings), external_address=external_address)
    address = AmiAddress.parse(settings.ami_url) if settings.ami_url else None
    if address is not None:
        plan = replace(plan, ami_host=address.host, ami_port=address.port)
    pbx = PrivatePbx(state, Ports(state), find_asterisk(settings.asterisk), plan)
    if address is not None:
        _keep_secret(pbx, address)
    log.info("pbx.starting", sip=pbx.sip, ami=pbx.ami, folder=str(pbx.folder))
    also = []
    if settings.phones_file is not None:
        file = trunks_beside(settings.phones_file)
        pbx.know_trunks(read_trunks(file))
        also.append(partial(_follow_trunks, pbx, file))
    await foreground.run(pbx.process, settings.phones_file, pbx.ensure, pbx.set_phones, *also)


async def _follow_trunks(pbx: PrivatePbx, file: Path) -> None:
    """Tell the PBX whenever the file names other trunks than before; never returns."""
    while True:
        await asyncio.sleep(foreground.LOOK_SECONDS)
        trunks = tuple(read_trunks(file))
        if trunks != pbx.trunks:
            await pbx.set_trunks(trunks)
            log.info("trunks.changed", trunks=len(trunks))


def state_folder(settings: Settings) -> Path:
    """The folder that the PBX's own folder `pbx` lies in.

    A service that runs elsewhere reads the channel event log through a shared folder: the PBX is
    put where that log is expected. Raises UserError when no PBX could write it there.
    """
    if settings.cel_file is None:
        return settings.state.resolve()
    file = settings.cel_file.resolve()
    state = file.parents[len(CEL.parts) - 1] if len(file.parts) > len(CEL.parts) else file
    if file != state / CEL:
        raise UserError(
            f"CTI_CEL_FILE={settings.cel_file} is not where a PBX writes its channel events.",
            f"Let it end in {CEL}.",
        )
    return state


def _keep_secret(pbx: PrivatePbx, address: AmiAddress) -> None:
    if address.user != AMI_USER:
        raise UserError(
            f"CTI_AMI_URL names user {address.user!r}.", f"The PBX's user is {AMI_USER}."
        )
    write_private(pbx.folder / "ami.secret", address.secret + "\n")
