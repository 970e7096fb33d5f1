"""What stands under the service: addresses from the settings, or private child processes."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import structlog

from cti.base.errors import UserError
from cti.base.files import secret
from cti.processes.asterisk import find_asterisk
from cti.processes.child import Child
from cti.processes.lock import StateLock
from cti.processes.mosquitto import PrivateMosquitto
from cti.processes.pbx import Phone, PrivatePbx, pbx_plan
from cti.processes.phones import write_phones
from cti.processes.ports import Ports
from cti.processes.redis import PrivateRedis
from cti.processes.trunks import Trunk, trunks_beside, write_trunks
from cti.settings import Settings
from cti.store.engine import sqlite_url
from cti.trunks.service import Given

log = structlog.get_logger(__name__)
C = TypeVar("C")

EVERYWHERE = "0.0.0.0"  # noqa: S104 - compared, not bound
REVIVE_SECONDS = 5.0
"""Between tries to start a child that does not come back."""


class Infrastructure:
    """Holds the state folder and starts what the settings do not point elsewhere for.

    Children survive a crash of the service and are adopted by its next start, so that talks
    go on; a clean stop ends them.
    """

    def __init__(self, settings: Settings) -> None:
        if settings.ami_url is not None and settings.cel_file is None:
            raise UserError(
                "CTI_AMI_URL names a PBX, but no file of channel events: without it a restart "
                "cannot tell which numbers were dialled.",
                "Set CTI_CEL_FILE to the file that PBX writes (docs/asterisk.md).",
            )
        self.settings = settings
        self.state = settings.state.resolve()
        self.lock = StateLock(self.state)
        self.lock.acquire()
        self.ports = Ports(self.state)
        self.redis = None if settings.redis_url else PrivateRedis(self.state, self.ports)
        self.broker = None if settings.mqtt_url else PrivateMosquitto(self.state, self.ports)
        self.pbx = None if settings.ami_url else self._private_pbx()

    @property
    def api_token(self) -> str:
        """The bearer token: set, or made once and kept in `state`/api-token."""
        return self.settings.api_token or secret(self.state / "api-token")

    @property
    def database_url(self) -> str:
        return self.settings.database_url or sqlite_url(self.state)

    @property
    def redis_url(self) -> str:
        return self.settings.redis_url or _known(self.redis).url

    @property
    def mqtt_url(self) -> str:
        return self.settings.mqtt_url or _known(self.broker).url

    @property
    def ami_url(self) -> str:
        return self.settings.ami_url or _known(self.pbx).ami_url

    @property
    def agi_address(self) -> tuple[str, int]:
        """Where the IVR listens for the PBX."""
        if self.pbx is not None:
            return self.pbx.agi
        return self.settings.agi_host, self.settings.agi_port or self.ports.get("agi")

    @property
    def cel_file(self) -> Path:
        """The PBX's channel event log."""
        return self.settings.cel_file or _known(self.pbx).cel_file

    @property
    def phone_socket(self) -> str | None:
        """Where browser phones' SIP goes (RFC 7118): the PBX's WebSocket; None: not known."""
        if self.pbx is not None:
            host, port = self.pbx.http
            return f"ws://{'127.0.0.1' if host == EVERYWHERE else host}:{port}/ws"
        return self.settings.phone_socket

    @property
    def recordings(self) -> Path:
        """Folder with `incoming` (written by the PBX) and `archive`."""
        return self.settings.recordings or self.state / "recordings"

    async def start_stores(self) -> None:
        """Redis and the broker: needed before anything else of ours can be made."""
        for child in (self.redis, self.broker):
            if child is not None:
                await child.ensure()

    async def start_pbx(self, phones: Sequence[Phone]) -> None:
        """The PBX, knowing everybody's phone."""
        self._write_phones(phones)
        if self.pbx is not None:
            await self.pbx.ensure(phones)

    async def set_phones(self, phones: Sequence[Phone]) -> None:
        """A phone was added or changed: the PBX learns it."""
        self._write_phones(phones)
        if self.pbx is not None:
            await self.pbx.set_phones(phones)
        elif self.settings.phones_file is None:
            log.warning(
                "agents.phones_not_configured",
                cure="the PBX is not ours: give it the new phone (see docs/asterisk.md)",
            )

    @property
    def given_trunk(self) -> Given:
        """The trunk that the settings name."""
        return Given(self.settings.trunk, self.settings.trunk_uri)

    @property
    def trunks_ours(self) -> bool:
        """Whether the PBX takes trunks from us: it is our child, or reads our files."""
        return self.pbx is not None or self.settings.phones_file is not None

    def know_trunks(self, trunks: Sequence[Trunk]) -> None:
        """The trunks that the PBX begins with."""
        if self.pbx is not None:
            self.pbx.know_trunks(trunks)
        self._write_trunks(trunks)

    async def set_trunks(self, trunks: Sequence[Trunk]) -> None:
        """A trunk was added, changed or removed: the PBX learns it."""
        self._write_trunks(trunks)
        if self.pbx is not None:
            await self.pbx.set_trunks(trunks)

    def _write_trunks(self, trunks: Sequence[Trunk]) -> None:
        if self.settings.phones_file is not None:
            write_trunks(trunks_beside(self.settings.phones_file), trunks)

    def _write_phones(self, phones: Sequence[Phone]) -> None:
        if self.settings.phones_file is not None:
            write_phones(self.settings.phones_file, phones)

    async def keep(self) -> None:
        """Start a child of ours again whenever it ends by itself; runs until it is cancelled."""
        stores = [store for store in (self.redis, self.broker) if store is not None]
        kept = [_keep(store.child, store.ensure) for store in stores]
        if self.pbx is not None:
            kept.append(_keep(self.pbx.process.child, self.pbx.process.ensure))
        await asyncio.gather(*kept)

    async def stop(self) -> None:
        """Stop the children that are ours, the PBX first."""
        for child in (self.pbx, self.broker, self.redis):
            if child is not None:
                await child.stop()
        self.release()

    def release(self) -> None:
        """Give the state folder and its ports back."""
        self.ports.close()
        self.lock.release()

    def _private_pbx(self) -> PrivatePbx:
        return PrivatePbx(
            self.state, self.ports, find_asterisk(self.settings.asterisk), pbx_plan(self.settings)
        )


async def _keep(child: Child, ensure: Callable[[], Awaitable[object]]) -> None:
    while True:
        await child.gone()
        log.error("child ended by itself", child=child.name, log=str(child.log_file))
        while True:
            try:
                await ensure()
                break
            except UserError as error:
                log.warning("child does not start", child=child.name, why=error.what)
                await asyncio.sleep(REVIVE_SECONDS)


def _known(child: C | None) -> C:
    if child is None:  # a setting and its private child exclude each other
        raise RuntimeError("no address and no child")
    return child
