"""Passwords: which are taken (NIST SP 800-63B §5.1.1.2), and argon2id (RFC 9106) off the loop."""

import asyncio
import secrets
import unicodedata
from collections.abc import Callable
from typing import Final, TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from zxcvbn import zxcvbn

from cti.access.errors import TooMany
from cti.base.errors import UserError

T = TypeVar("T")

SHORTEST: Final = 10
LONGEST: Final = 256
_GUESSES: Final = 1e7
"""A password that so few guesses find is refused: it is a common one, or made of one."""
_JUDGED: Final = 72
"""Characters that zxcvbn looks at: its work grows with the square."""
AT_ONCE: Final = 2
"""Hashes that are made beside each other: each takes 64 MiB and a core or more."""
MOST_WAITING: Final = 64


def check_password(password: str, *, names: tuple[str, ...] = ()) -> None:
    """UserError when the password is too short, common, or made of the user's `names`.

    No composition is asked for: rules such as “one digit, one sign” make passwords guessable.
    """
    if len(password) < SHORTEST:
        raise UserError(
            f"The password has fewer than {SHORTEST} characters.",
            "Three words that do not belong together are easy to keep.",
        )
    if len(password) > LONGEST:
        raise UserError(f"The password has more than {LONGEST} characters.")
    known = [name for name in names if name] + ["cti"]
    folded = password.casefold()
    if any(len(name) > 3 and name.casefold() in folded for name in known):
        rest = folded
        for name in known:
            rest = rest.replace(name.casefold(), "")
        if len(rest) < SHORTEST // 2:
            raise UserError("The password is made of your name.", "Take one that is not.")
    if float(zxcvbn(password[:_JUDGED], user_inputs=known)["guesses"]) < _GUESSES:
        raise UserError(
            "The password is among those that are tried first.",
            "Take words or signs that do not belong together.",
        )


class Passwords:
    """Makes and checks hashes in threads. hasher: a cheap one for tests."""

    def __init__(self, hasher: PasswordHasher | None = None) -> None:
        self._hasher = hasher or PasswordHasher()
        self._free = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """An argon2id hash with its parameters and salt, in PHC form."""
        return await self._in_turn(self._hash, password)

    async def verify(self, known: str, password: str) -> bool:
        """Whether the password is the one that `known` is the hash of.

        An empty `known` (no such user, or none set) matches nothing and costs just as much:
        the time tells nobody which names there are.
        """
        return await self._in_turn(self._verify, known, password)

    def outdated(self, known: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return bool(known) and self._hasher.check_needs_rehash(known)

    async def _in_turn(self, work: Callable[..., T], *given: str) -> T:
        if self._waiting >= MOST_WAITING:
            raise TooMany(
                "Too many people sign in at this moment.", "Try again in a few seconds.", seconds=5
            )
        self._waiting += 1
        try:
            async with self._free:
                return await asyncio.to_thread(work, *given)
        finally:
            self._waiting -= 1

    def _hash(self, password: str) -> str:
        return self._hasher.hash(_normal(password))

    def _verify(self, known: str, password: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_hex())
        try:
            self._hasher.verify(known or self._nobody, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
        return bool(known)


def _normal(password: str) -> str:
    """The same characters however they were typed (NFKC), cut where nobody types any more."""
    return unicodedata.normalize("NFKC", password[: LONGEST * 2])
