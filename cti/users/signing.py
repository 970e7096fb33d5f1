"""Signing in and out, one's own password and second step."""

import base64
import math
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final

import pyotp
import structlog
from sqlalchemy import ColumnElement, func, select, update

from cti.access.errors import NotSignedIn, TooMany
from cti.access.rights import Role
from cti.access.who import Who
from cti.audit.service import Audit
from cti.base.clock import Clock
from cti.base.errors import Conflict, UserError
from cti.store.engine import Store
from cti.users.models import UserRow
from cti.users.passwords import Passwords, check_password
from cti.users.sealing import KEY_FILE, SEALED_LENGTH, Seal, Unreadable
from cti.users.sessions import Sessions, id_of, seen_from, who_of
from cti.users.throttle import Throttle
from cti.users.views import RecoveryCodes, TotpOffer

log = structlog.get_logger(__name__)

RECOVERY_CODES: Final = 10
_STEP: Final = 30
"""Seconds of an RFC 6238 time step; a code of the step before and after is taken too."""
ISSUER: Final = "CTI"


@dataclass(frozen=True, slots=True)
class From:
    """Where a sign-in comes from."""

    address: str
    browser: str


@dataclass(slots=True)
class Signing:
    """Use cases of people themselves.

    by_name, by_address: what keeps guessers waiting. link_used: told the name of whoever used a
    one-time link.
    """

    store: Store
    clock: Clock
    audit: Audit
    sessions: Sessions
    passwords: Passwords
    by_name: Throttle
    by_address: Throttle
    seal: Seal
    link_used: Callable[[str], None] = lambda _: None
    _offers: dict[int, str] = field(default_factory=dict)

    async def sign_in(self, name: str, password: str, code: str, source: From) -> str:
        """The new session's cookie.

        NotSignedIn, the same for an unknown name and a wrong password, and in the same time;
        with need “code” when only the second step is missing. TooMany while one has to wait.
        """
        name = name.strip().lower()[:64]
        with self._tried(name, source.address):
            row = await self._row(name)
            right = await self.passwords.verify(row.password if row else "", password)
            if row is None or not right:
                self._failed(name, row, source, "wrong password")
                raise NotSignedIn(
                    "The name or the password is wrong.", "Ask an administrator for a link."
                )
            if row.disabled:
                self._failed(name, row, source, "disabled")
                raise NotSignedIn("This user is disabled.", "Ask an administrator.")
            await self._second_step(row, code, source)
        if self.passwords.outdated(row.password):
            await self._put(row, password=await self.passwords.hash(password))
        return await self._welcome(row, source, "password")

    async def by_link(self, token: str, password: str | None, code: str, source: From) -> str:
        """The new session's cookie, for a one-time link, which works no more.

        NotSignedIn with need “password” when one has to be chosen, “code” when the second step
        is missing: the link still works then.
        """
        with self._tried("", source.address):
            key = id_of(token)
            async with self.store.read() as session:
                row = await session.scalar(select(UserRow).where(UserRow.link == key))
            if row is None or row.disabled or not row.link_until:
                raise NotSignedIn("This link does not work.", _ANOTHER_LINK)
            if row.link_until <= self.clock.now():
                raise NotSignedIn("This link is no longer valid.", _ANOTHER_LINK)
        if row.link_sets_password and password is None:
            raise NotSignedIn("Choose a password.", "It counts from then on.", need="password")
        with self._tried(row.name, source.address):
            await self._second_step(row, code, source)
        changes: dict[str, Any] = {"link": None, "link_until": None}
        if row.link_sets_password and password is not None:
            check_password(password, names=(row.name, row.display_name))
            changes |= {"password": await self.passwords.hash(password), "must_change": False}
        # Of two who open it at once one is first, and the other finds it used.
        if not await self._put(row, UserRow.link == key, **changes):
            raise NotSignedIn("This link was used already.", _ANOTHER_LINK)
        if row.link_sets_password:
            await self.sessions.end_of(row.id)
        self.by_name.clear(row.name)
        self.link_used(row.name)
        return await self._welcome(row, source, "link")

    async def sign_out(self, who: Who) -> None:
        """The session is over, here and for whoever stole its cookie."""
        if who.session is not None:
            await self.sessions.end(who.session)
            await self.audit.note(who, "session.ended", f"users/{who.name}")

    async def set_password(self, who: Who, old: str, new: str) -> None:
        """A new password. All other sessions of this user end."""
        row = await self._myself(who, old)
        check_password(new, names=(row.name, row.display_name))
        if await self.passwords.verify(row.password, new):
            raise UserError("That is the password you have.", "Choose another one.")
        await self._put(row, password=await self.passwords.hash(new), must_change=False)
        await self.sessions.end_of(row.id, but=who.session)
        await self.audit.note(who, "users.password_changed", f"users/{row.name}")

    async def set_tastes(self, who: Who, tastes: dict[str, str]) -> None:
        """Language, theme, display name."""
        row = await self._row(who.name)
        if row is None:
            raise Conflict("A program has no settings.")
        if tastes:
            await self._put(row, **tastes)

    async def offer_totp(self, who: Who, password: str) -> TotpOffer:
        """A secret for an authenticator. It counts once `confirm_totp` had a code of it."""
        row = await self._myself(who, password)
        if row.totp:
            raise Conflict("The second step is set up already.", "Remove it first.")
        secret = self._offers[row.id] = pyotp.random_base32()
        uri = pyotp.TOTP(secret).provisioning_uri(name=row.name, issuer_name=ISSUER)
        return TotpOffer(secret=secret, uri=uri)

    async def confirm_totp(self, who: Who, code: str) -> RecoveryCodes:
        """From now on a code is asked for at sign-in."""
        row = await self._row(who.name)
        secret = self._offers.get(row.id) if row else None
        if row is None or secret is None:
            raise Conflict("No second step was begun.", "Begin anew.")
        with self._tried(row.name, who.address):
            step = self._step_of(secret, code)
            if step is None:
                raise UserError("The code is wrong.", "Is the clock of your telephone right?")
        codes = [_recovery_code() for _ in range(RECOVERY_CODES)]
        hashes = [id_of(_plain(one)) for one in codes]
        sealed = self.seal.seal(base64.b32decode(secret), _whose(row))
        await self._put(row, totp=sealed, totp_used=step, recovery_codes=hashes)
        self._offers.pop(row.id, None)
        await self.audit.note(who, "users.totp_set", f"users/{row.name}")
        return RecoveryCodes(recovery_codes=codes)

    async def remove_totp(self, who: Who, password: str) -> None:
        """No code is asked for any more."""
        row = await self._myself(who, password)
        await self._put(row, totp="", totp_used=0, recovery_codes=[])
        await self.audit.note(who, "users.totp_removed", f"users/{row.name}")

    async def row_of(self, who: Who) -> UserRow | None:
        """The table's row of somebody signed in; None for a program."""
        return None if who.user_id is None else await self._row(who.name)

    async def seal_all(self) -> int:
        """At start: seal what an older version left open. Returns how many."""
        open_ones = select(UserRow).where(
            UserRow.totp != "", func.length(UserRow.totp) < SEALED_LENGTH
        )
        async with self.store.write() as session:
            rows = (await session.scalars(open_ones)).all()
            for row in rows:
                row.totp = self.seal.seal(base64.b32decode(row.totp), _whose(row))
        return len(rows)

    # -- within --------------------------------------------------------------------------------

    async def _row(self, name: str) -> UserRow | None:
        async with self.store.read() as session:
            row: UserRow | None = await session.scalar(select(UserRow).where(UserRow.name == name))
        return row

    async def _put(self, row: UserRow, *only_if: ColumnElement[bool], **values: Any) -> bool:
        """Change the row here and in the database; False when it is no longer as `only_if`."""
        change = update(UserRow).where(UserRow.id == row.id, *only_if).values(**values)
        async with self.store.write() as session:
            done = await session.execute(change.returning(UserRow.id))
            if done.scalar() is None:
                return False
        for key, value in values.items():
            setattr(row, key, value)
        self.sessions.refresh(row)
        return True

    async def _myself(self, who: Who, password: str) -> UserRow:
        row = await self._row(who.name)
        if row is None or who.user_id is None:
            raise Conflict("A program has no password.")
        with self._tried(row.name, who.address):
            # Whoever came by a link has none yet.
            if row.password and not await self.passwords.verify(row.password, password):
                raise UserError("The present password is wrong.")
        return row

    @contextmanager
    def _tried(self, name: str, address: str) -> Iterator[None]:
        """A try: TooMany when it comes too early; counted unless the block ends well."""
        pairs = [(self.by_name, name), (self.by_address, address)]
        waits = [throttle.wait(key) for throttle, key in pairs if key]
        if (seconds := max(waits, default=0.0)) > 0:
            raise TooMany(
                "There were too many wrong tries.",
                f"The next one is heard in {_in_words(seconds)}; an administrator can unlock it.",
                seconds=seconds,
            )
        for throttle, key in pairs:
            if key:
                throttle.begin(key)
        try:
            yield
        except NotSignedIn as error:
            if error.need:  # nothing was wrong yet
                self._forgive(pairs)
            raise
        except TooMany:
            self._forgive(pairs)
            raise
        else:
            if name:
                self.by_name.clear(name)
            self.by_address.forgive(address)

    def _forgive(self, pairs: list[tuple[Throttle, str]]) -> None:
        for throttle, key in pairs:
            if key:
                throttle.forgive(key)

    async def _second_step(self, row: UserRow, code: str, source: From) -> None:
        if not row.totp:
            return
        if not code:
            raise NotSignedIn(
                "A code of your authenticator is needed.", "Or a recovery code.", need="code"
            )
        step = self._sealed_step_of(row, code)
        if step is not None and await self._put(row, UserRow.totp_used < step, totp_used=step):
            return
        if await self._spend(row, id_of(_plain(code))):
            return
        self._failed(row.name, row, source, "wrong code")
        raise NotSignedIn("The code is wrong, or was used already.", "Wait for the next one.")

    async def _spend(self, row: UserRow, recovery: str) -> bool:
        """Whether it was one of the recovery codes; it is none any more."""
        async with self.store.write() as session:
            fresh = await session.get(UserRow, row.id, with_for_update=True)
            if fresh is None or recovery not in fresh.recovery_codes:
                return False
            fresh.recovery_codes = [one for one in fresh.recovery_codes if one != recovery]
        await self.audit.note(
            who_of(row, None), "users.recovery_code_used", f"users/{row.name}",
            left=len(fresh.recovery_codes),
        )  # fmt: skip
        return True

    def _sealed_step_of(self, row: UserRow, code: str) -> int | None:
        """The same of a user's own secret; None, too, when the key file that opens it is gone."""
        try:
            secret = self.seal.open(row.totp, _whose(row))
        except Unreadable:
            log.warning("users.second_step_unreadable", user=row.name, key=KEY_FILE)
            return None
        return self._step_of(base64.b32encode(secret).decode(), code)

    def _step_of(self, secret: str, code: str) -> int | None:
        """The time step a code belongs to, of the three that are taken."""
        now = int(self.clock.now().timestamp()) // _STEP
        totp = pyotp.TOTP(secret, interval=_STEP)
        plain = "".join(code.split())
        for step in (now, now - 1, now + 1):
            if secrets.compare_digest(totp.generate_otp(step).encode(), plain.encode()):
                return step
        return None

    async def _welcome(self, row: UserRow, source: From, how: str) -> str:
        await self._put(row, last_seen_at=self.clock.now())
        token = await self.sessions.open(row, source.address, source.browser)
        who = seen_from(who_of(row, id_of(token)), source.address)
        await self.audit.note(who, "session.begun", f"users/{row.name}", by=how)
        return token

    def _failed(self, name: str, row: UserRow | None, source: From, why: str) -> None:
        """Audited, but not what was typed where there is no such user: it may be a password."""
        who = who_of(row, None) if row else _NOBODY
        subject = f"users/{name}" if row else "users"
        self.audit.note_soon(seen_from(who, source.address), "session.refused", subject, why=why)
        log.info("users.sign_in_refused", user=name if row else "?", address=source.address)


_ANOTHER_LINK: Final = "Ask an administrator for another one."
_NOBODY: Final = Who(None, "nobody", Role.AGENT, frozenset())


def _whose(row: UserRow) -> str:
    return f"second step of user {row.id}"


def _recovery_code() -> str:
    """Fifty random bits, in two groups that can be read out."""
    letters = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
    text = "".join(secrets.choice(letters) for _ in range(10))
    return f"{text[:5]}-{text[5:]}"


def _plain(code: str) -> str:
    return "".join(c for c in code.upper() if c.isalnum())[:32]


def _in_words(seconds: float) -> str:
    if seconds < 90:
        return f"{math.ceil(seconds)} s"
    return f"{math.ceil(seconds / 60)} min"
