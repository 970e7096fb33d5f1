"""The door for people: a session's cookie, and proof that a request is of our own page."""

import secrets
from dataclasses import dataclass

from fastapi.requests import HTTPConnection

from cti.access.errors import Forbidden, NotSignedIn
from cti.access.who import SAFE_METHODS, Who, address_of, from_this_site
from cti.users.sessions import Sessions, csrf_of, seen_from

COOKIE = "cti_session"
CSRF_HEADER = "X-CSRF-Token"


@dataclass(frozen=True, slots=True)
class SessionDoor:
    """Lets in whoever has a session's cookie. What changes something must also prove that it
    comes from a page of ours: `Origin` (RFC 6454) and the session's own word, in a header.
    """

    sessions: Sessions

    async def who(self, connection: HTTPConnection) -> Who:
        """NotSignedIn, or Forbidden for a forged request."""
        token = connection.cookies.get(COOKIE, "")
        session = self.sessions.of_token(token)
        if session is None:
            if token:
                raise NotSignedIn("Your sign-in has ended.", "Sign in again.")
            raise NotSignedIn("Nobody is signed in.", "Sign in, or send Authorization: Bearer …")
        if connection.scope["type"] == "http" and connection.scope["method"] not in SAFE_METHODS:
            from_this_site(connection)
            said = connection.headers.get(CSRF_HEADER, "")
            if not secrets.compare_digest(said.encode(), csrf_of(token).encode()):
                raise Forbidden(
                    f"The request does not carry this sign-in's {CSRF_HEADER}.",
                    "Reload the page; programs find it as `csrf` in GET /v1/me.",
                )
        return seen_from(session.who, address_of(connection))
