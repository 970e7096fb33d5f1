"""All parts that know people, made together."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Self

import structlog
from fastapi import APIRouter

from cti.audit.service import Audit
from cti.base.clock import Clock
from cti.base.files import write_private
from cti.base.signals import Signals
from cti.store.engine import Store
from cti.users.api import Site, router
from cti.users.door import SessionDoor
from cti.users.passwords import Passwords
from cti.users.sealing import Seal
from cti.users.service import FIRST, AgentExists, ClientExists, UserService, welcome
from cti.users.sessions import Sessions
from cti.users.signing import Signing
from cti.users.throttle import Throttle
from cti.users.tries import TriesBook

log = structlog.get_logger(__name__)

FIRST_FILE = "first-sign-in"
"""In the state folder, for its owner alone: the first administrator's link until it is used."""


@dataclass(frozen=True, slots=True)
class People:
    """Users, their sessions, the door they come in by."""

    sessions: Sessions
    signing: Signing
    users: UserService
    door: SessionDoor
    site: Site
    first_file: Path
    tries: TriesBook

    @classmethod
    def make(
        cls,
        store: Store,
        clock: Clock,
        signals: Signals,
        audit: Audit,
        *,
        agent_exists: AgentExists,
        client_exists: ClientExists,
        folder: Path,
        site: Site,
        idle: timedelta = timedelta(hours=12),
        longest: timedelta = timedelta(days=7),
        passwords: Passwords | None = None,
    ) -> Self:
        """Make every part. folder: where the first administrator's link is written."""
        passwords = passwords or Passwords()
        sessions = Sessions(store, clock, signals, idle, longest)
        # Five slips are free; then half a minute, doubled to a quarter of an hour. Whole floors
        # share one address, so that it has more of them.
        file, seal = folder / FIRST_FILE, Seal.of(folder)
        by_name = Throttle(
            clock, free=5, first=30.0, most=900.0, forget=3600.0, blurred=seal.blurred
        )
        by_address = Throttle(
            clock, free=50, first=5.0, most=300.0, forget=900.0, blurred=seal.blurred
        )
        tries = TriesBook(store, clock, {"name": by_name, "address": by_address})
        signing = Signing(
            store,
            clock,
            audit,
            sessions,
            passwords,
            by_name,
            by_address,
            seal,
            link_used=lambda name: file.unlink(missing_ok=True) if name == FIRST else None,
        )
        users = UserService(
            store, clock, audit, sessions, passwords, by_name, agent_exists, client_exists
        )
        return cls(sessions, signing, users, SessionDoor(sessions), site, file, tries)

    async def start(self) -> None:
        """Sessions of before go on."""
        await self.signing.seal_all()
        await self.tries.load()
        self.tries.start()
        await self.sessions.load()
        self.sessions.start()

    async def close(self) -> None:
        """Write down what is known of sessions, and of wrong tries."""
        await self.sessions.close()
        await self.tries.close()

    async def first_sign_in(self, url: str) -> str | None:
        """Without users: make an administrator, and tell the one-time link, once."""
        token = await self.users.first_administrator()
        if token is None:
            return None
        link = welcome(self.site.public_url or url, token)
        write_private(self.first_file, link + "\n")
        log.warning(
            "users.first_administrator",
            name=FIRST,
            open_once=link,
            also_in=str(self.first_file),
        )
        return link

    def router(self) -> APIRouter:
        """/v1/session, /v1/me, /v1/users."""
        return router(self.signing, self.users, self.site)
