"""Users: made, changed, given links, removed. Each act is audited."""

import re
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from cti.access.rights import Role
from cti.access.who import Who
from cti.audit.service import Audit
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.store.engine import Store
from cti.users.models import UserRow
from cti.users.passwords import Passwords, check_password
from cti.users.sessions import Sessions, id_of
from cti.users.throttle import Throttle
from cti.users.views import Link, UserView

NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_RESERVED: Final = frozenset({"token", "nobody"})
FIRST: Final = "admin"
"""Name of the administrator that a first start makes."""
FIRST_LINK: Final = timedelta(days=7)
_RIGHTS_HANG_ON: Final = ("role", "agent", "team", "client_id", "disabled", "password")

AgentExists = Callable[[str], bool]
ClientExists = Callable[[int], Awaitable[bool]]


@dataclass(slots=True)
class UserService:
    """Use cases of administrators. throttle: of sign-ins, by name."""

    store: Store
    clock: Clock
    audit: Audit
    sessions: Sessions
    passwords: Passwords
    throttle: Throttle
    agent_exists: AgentExists
    client_exists: ClientExists

    async def users(self) -> list[UserView]:
        """All of them, by name."""
        async with self.store.read() as session:
            rows = await session.scalars(select(UserRow).order_by(UserRow.name))
            return [self.view(row) for row in rows]

    async def get(self, name: str) -> UserView:
        """One. NotFound."""
        async with self.store.read() as session:
            return self.view(await user_of(session, name))

    async def add(
        self, who: Who, name: str, role: Role, password: str | None = None, **facts: Any
    ) -> UserView:
        """A new user. With a `password` it must be changed at the first sign-in; without one
        nobody can sign in until a link is made.
        """
        name = name.strip().lower()
        if not NAME.fullmatch(name) or name in _RESERVED:
            raise UserError(
                f"{name[:64]!r} cannot be a user's name.",
                "Use up to 63 of a-z 0-9 . _ - and begin with a letter or digit.",
            )
        if role is Role.AGENT and facts.get("agent") is None and self.agent_exists(name):
            facts["agent"] = name
        row = UserRow(
            name=name, role=role, created_at=self.clock.now(), recovery_codes=[], password="",
            display_name="", language="", theme="", totp="", totp_used=0, must_change=False,
            disabled=False, link_sets_password=True,
        )  # fmt: skip
        await self._set(row, facts)
        if password is not None:
            check_password(password, names=(row.name, row.display_name))
            row.password, row.must_change = await self.passwords.hash(password), True
        try:
            async with self.store.write() as session:
                session.add(row)
        except IntegrityError as error:
            raise await self._taken(name, row.agent) from error
        await self.audit.note(who, "users.added", f"users/{name}", role=role, **_told(facts))
        return self.view(row)

    async def change(
        self, who: Who, name: str, changes: dict[str, Any], password: str | None = None
    ) -> UserView:
        """Set what is given. Whatever takes or gives rights signs the user out everywhere."""
        values = dict(changes)
        if password is not None:
            known = await self.get(name)
            check_password(password, names=(known.name, known.display_name))
            values |= {"password": await self.passwords.hash(password), "must_change": True}
        try:
            async with self.store.write() as session:
                row = await user_of(session, name, lock=True)
                before = {key: getattr(row, key) for key in changes}
                ruled = _rules(row)
                await self._set(row, values)
                if ruled and not _rules(row):
                    await _keep_one_administrator(session)
        except IntegrityError as error:
            raise await self._taken(name, changes.get("agent")) from error
        changed = {key: value for key, value in changes.items() if value != before[key]}
        told = {key: [before[key], value] for key, value in changed.items()}
        if password is not None:
            told["password"] = ["…", "set, to be changed"]
        if any(key in _RIGHTS_HANG_ON for key in told):
            await self.sessions.end_of(row.id)
        self.sessions.refresh(row)
        if told:
            await self.audit.note(who, "users.changed", f"users/{row.name}", **told)
        return self.view(row)

    async def remove(self, who: Who, name: str) -> None:
        """Gone for good; the audit keeps the name."""
        async with self.store.write() as session:
            row = await user_of(session, name)
            await session.delete(row)
            if _rules(row):
                await _keep_one_administrator(session)
        await self.sessions.end_of(row.id)
        await self.audit.note(who, "users.removed", f"users/{row.name}", role=row.role)

    async def link(
        self, who: Who, name: str, url: str, *, hours: float = 48, sets_password: bool = True
    ) -> Link:
        """A one-time link; one that was made before works no more.

        sets_password: whoever opens it chooses a password; else it just signs in.
        url: where the console is reached.
        """
        token, until = secrets.token_urlsafe(32), self.clock.now() + timedelta(hours=hours)
        async with self.store.write() as session:
            row = await user_of(session, name)
            if row.disabled:
                raise Conflict(f"{row.name} is disabled.", "Enable the user first.")
            _put_link(row, token, until, sets_password=sets_password)
        await self.audit.note(
            who, "users.link_made", f"users/{row.name}",
            until=until.isoformat(), sets_password=sets_password,
        )  # fmt: skip
        return Link(
            name=row.name, token=token, url=welcome(url, token), until=until,
            sets_password=sets_password,
        )  # fmt: skip

    async def unlock(self, who: Who, name: str) -> UserView:
        """The next try is heard at once."""
        view = await self.get(name)
        self.throttle.clear(view.name)
        await self.audit.note(who, "users.unlocked", f"users/{view.name}")
        return await self.get(name)

    async def reset_totp(self, who: Who, name: str) -> UserView:
        """No second step any more: the telephone is lost. Signs out everywhere."""
        async with self.store.write() as session:
            row = await user_of(session, name)
            row.totp, row.totp_used, row.recovery_codes = "", 0, []
        await self.sessions.end_of(row.id)
        await self.audit.note(who, "users.totp_reset", f"users/{row.name}")
        return self.view(row)

    async def sign_out(self, who: Who, name: str) -> None:
        """End all of a user's sign-ins."""
        async with self.store.read() as session:
            row = await user_of(session, name)
        await self.sessions.end_of(row.id)
        await self.audit.note(who, "users.signed_out", f"users/{row.name}")

    async def first_administrator(self) -> str | None:
        """At a start without anybody who could sign in: makes one. Gives the token of its link.

        None when there are users; but a first link that nobody used in time is made anew.
        """
        token = secrets.token_urlsafe(32)
        until = self.clock.now() + FIRST_LINK
        async with self.store.write() as session:
            rows = list(await session.scalars(select(UserRow).limit(2)))
            if not rows:
                row = UserRow(
                    name=FIRST, role=Role.ADMINISTRATOR, created_at=self.clock.now(),
                    display_name="", password="", recovery_codes=[], language="", theme="",
                    totp="", totp_used=0, must_change=False, disabled=False,
                )  # fmt: skip
                session.add(row)
            else:
                row = rows[0]
                untouched = row.name == FIRST and not row.password and row.last_seen_at is None
                over = row.link_until is None or row.link_until < self.clock.now()
                if len(rows) > 1 or not untouched or not over:
                    return None
            _put_link(row, token, until, sets_password=True)
        return token

    def view(self, row: UserRow) -> UserView:
        """A row as administrators see it."""
        link = row.link is not None and row.link_until and row.link_until > self.clock.now()
        return UserView(
            name=row.name, display_name=row.display_name, role=Role(row.role), agent=row.agent,
            team=row.team, client_id=row.client_id, has_password=bool(row.password),
            totp=bool(row.totp), must_change=row.must_change, disabled=row.disabled,
            locked_seconds=round(self.throttle.wait(row.name), 1),
            sessions=len(self.sessions.of_user(row.id)),
            created_at=row.created_at, last_seen_at=row.last_seen_at,
            link_until=row.link_until if link else None,
        )  # fmt: skip

    async def _set(self, row: UserRow, facts: dict[str, Any]) -> None:
        for key, value in facts.items():
            setattr(row, key, value)
        if row.agent is not None and not self.agent_exists(row.agent):
            raise UserError(
                f"There is no agent “{row.agent}”.", "Add the agent first: `cti agent add NAME`."
            )
        if row.client_id is not None and not await self.client_exists(row.client_id):
            raise UserError(f"There is no client {row.client_id}.")
        if row.role == Role.CLIENT_OBSERVER and row.client_id is None:
            raise UserError(
                "A client's observer needs the client whose campaigns are theirs to see.",
                "Give client_id (`--client`).",
            )
        if row.role == Role.TEAM_LEADER and not row.team:
            raise UserError("A team leader needs a team.", "Give team (`--team`).")

    async def _taken(self, name: str, agent: str | None) -> UserError:
        async with self.store.read() as session:
            of_agent = select(UserRow.name).where(UserRow.agent == agent, UserRow.name != name)
            other = await session.scalar(of_agent) if agent else None
        if other is None:
            return Conflict(f"There is already a user “{name}”.")
        return Conflict(f"{other} already works as agent “{agent}”.")


async def user_of(session: AsyncSession, name: str, *, lock: bool = False) -> UserRow:
    """The row of a name; NotFound. lock: nobody else changes it until the transaction ends."""
    query = select(UserRow).where(UserRow.name == name.strip().lower())
    row = await session.scalar(query.with_for_update() if lock else query)
    if row is None:
        raise NotFound(f"There is no user “{name[:64]}”.", "`cti user list` shows all.")
    return row


def welcome(url: str, token: str) -> str:
    """Where a link leads. The token stands behind the # and so never in a server's log."""
    return f"{url.rstrip('/')}/welcome#{token}"


def _put_link(row: UserRow, token: str, until: datetime, *, sets_password: bool) -> None:
    row.link, row.link_until, row.link_sets_password = id_of(token), until, sets_password


def _rules(row: UserRow) -> bool:
    return row.role == Role.ADMINISTRATOR and not row.disabled


async def _keep_one_administrator(session: AsyncSession) -> None:
    await session.flush()
    left = await session.scalar(
        select(func.count()).where(UserRow.role == Role.ADMINISTRATOR, UserRow.disabled.is_(False))
    )
    if not left:
        raise Conflict(
            "That would leave no administrator who can sign in.", "Make another one first."
        )


def _told(facts: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in facts.items() if value not in (None, "")}
