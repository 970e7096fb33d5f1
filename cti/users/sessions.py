"""Who is signed in: all sessions are in memory, so that a request costs neither SQL nor argon2.

The database has them too, by the SHA-256 of their cookie, so that a restart signs nobody out.
"""

import asyncio
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, Literal

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.exc import SQLAlchemyError

from cti.access.events import SessionEnded
from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.store.engine import Store, first_line
from cti.users.models import SessionRow, UserRow

log = structlog.get_logger(__name__)

MOST_OF_ONE_USER: Final = 10
"""Sessions; the oldest is ended for another."""
SWEEP_SECONDS: Final = 20.0
_LONGEST_TOKEN: Final = 64
Reason = Literal["signed_out", "expired", "changed"]


@dataclass(slots=True)
class Session:
    """One sign-in. id: hash of the cookie. written: `seen_at` as the database has it."""

    id: str
    who: Who
    created_at: datetime
    seen_at: datetime
    address: str
    browser: str
    written: datetime


@dataclass(slots=True)
class Sessions:
    """All sign-ins. idle, longest: how long one lasts without a request, and at most."""

    store: Store
    clock: Clock
    signals: Signals
    idle: timedelta = timedelta(hours=12)
    longest: timedelta = timedelta(days=7)
    _by_id: dict[str, Session] = field(default_factory=dict)
    _task: asyncio.Task[None] | None = None

    async def load(self) -> None:
        """Bring back those of before a restart."""
        query = select(SessionRow, UserRow).join(UserRow, UserRow.id == SessionRow.user_id)
        async with self.store.read() as session:
            for row, user in await session.execute(query):
                if not user.disabled:
                    self._by_id[row.id] = Session(
                        row.id, who_of(user, row.id), row.created_at, row.seen_at,
                        row.address, row.browser, row.seen_at,
                    )  # fmt: skip
        await self.sweep()

    def start(self) -> None:
        """From now on sessions end by themselves when their time is over."""
        self._task = asyncio.get_running_loop().create_task(self._mind(), name="sessions")

    async def close(self) -> None:
        """Write down who was last seen when."""
        if self._task is not None:
            await end([self._task])
        await self._write_seen()

    async def open(self, user: UserRow, address: str, browser: str) -> str:
        """A new session; gives the cookie's secret, which nobody else knows."""
        token = secrets.token_urlsafe(32)
        now, key = self.clock.now(), id_of(token)
        session = Session(
            key, who_of(user, key), now, now, address[:64], _printable(browser)[:256], now
        )
        async with self.store.write() as database:
            database.add(
                SessionRow(
                    id=key,
                    user_id=user.id,
                    created_at=now,
                    seen_at=now,
                    address=session.address,
                    browser=session.browser,
                )
            )
        self._by_id[key] = session
        mine = sorted(self.of_user(user.id), key=lambda one: one.seen_at)
        await self._end(mine[:-MOST_OF_ONE_USER], "signed_out")
        return token

    def of_token(self, token: str) -> Session | None:
        """The session of a cookie; None when there is none, or no longer. Counts as seen."""
        if not token or len(token) > _LONGEST_TOKEN:
            return None
        session = self._by_id.get(id_of(token))
        if session is None or self._over(session):
            return None
        session.seen_at = self.clock.now()
        return session

    def of_user(self, user_id: int) -> list[Session]:
        """A user's sessions that last, the newest first."""
        mine = (one for one in self._by_id.values() if one.who.user_id == user_id)
        lasting = (one for one in mine if not self._over(one))
        return sorted(lasting, key=lambda one: one.created_at, reverse=True)

    async def end(self, session_id: str, reason: Reason = "signed_out") -> None:
        """End one. Nothing happens when it is over already."""
        if (session := self._by_id.get(session_id)) is not None:
            await self._end([session], reason)

    async def end_of(self, user_id: int, *, but: str | None = None) -> None:
        """End all of a user's, for something changed that rights hang on. but: one that stays."""
        mine = (one for one in self._by_id.values() if one.who.user_id == user_id)
        await self._end([one for one in mine if one.id != but], "changed")

    def refresh(self, user: UserRow) -> None:
        """Something about the user changed that takes no rights away."""
        for session in self._by_id.values():
            if session.who.user_id == user.id:
                session.who = who_of(user, session.id)

    async def sweep(self) -> None:
        """End those whose time is over."""
        await self._end([one for one in self._by_id.values() if self._over(one)], "expired")

    def _over(self, session: Session) -> bool:
        now = self.clock.now()
        return now - session.seen_at > self.idle or now - session.created_at > self.longest

    async def _end(self, ended: Iterable[Session], reason: Reason) -> None:
        gone = [one for one in ended if self._by_id.pop(one.id, None) is not None]
        for one in gone:
            self.signals.emit(SessionEnded(one.id, one.who.name, reason))
        if gone:
            async with self.store.write() as database:
                await database.execute(
                    delete(SessionRow).where(SessionRow.id.in_([one.id for one in gone]))
                )

    async def _mind(self) -> None:
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self.sweep()
                await self._write_seen()
            except (SQLAlchemyError, OSError) as error:
                log.warning("sessions.not_written", why=first_line(error))

    async def _write_seen(self) -> None:
        moved = [one for one in self._by_id.values() if one.written != one.seen_at]
        if not moved:
            return
        async with self.store.write() as database:
            for one in moved:
                await database.execute(
                    update(SessionRow).where(SessionRow.id == one.id).values(seen_at=one.seen_at)
                )
                one.written = one.seen_at


def id_of(token: str) -> str:
    """What is kept of a secret of 256 random bits: its SHA-256. Guessing it is hopeless."""
    return hashlib.sha256(token.encode(errors="replace")).hexdigest()


def csrf_of(token: str) -> str:
    """The word a session's own pages send with what they change; other sites cannot know it."""
    return hmac.new(token.encode(), b"csrf", hashlib.sha256).hexdigest()[:32]


def who_of(user: UserRow, session: str | None) -> Who:
    """The identity a user has."""
    role = Role(user.role)
    return Who(
        user_id=user.id, name=user.name, role=role, rights=ROLES[role], agent=user.agent,
        client_id=user.client_id, team=user.team, session=session, must_change=user.must_change,
    )  # fmt: skip


def seen_from(who: Who, address: str) -> Who:
    """The same person, at this address."""
    return replace(who, address=address)


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
