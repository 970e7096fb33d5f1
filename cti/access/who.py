"""Who asks: the identity behind a request, and what a route declares about it.

Every route says in its decorator `dependencies=[needs(Right.X)]`, or `signed_in()` when any
user may, or `public()` when nobody need be known; `create_app` refuses a route that says nothing.
A function that wants the identity takes `who: Me`.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Annotated, Any, Protocol
from urllib.parse import urlsplit

from fastapi import Depends, WebSocketException
from fastapi.params import Depends as Dependency
from fastapi.requests import HTTPConnection
from starlette.websockets import WebSocket

from cti.access.errors import Forbidden, NotSignedIn
from cti.access.masking import show_in_full
from cti.access.rights import ROLES, Right, Role
from cti.base.errors import NotFound, UserError

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass(frozen=True, slots=True)
class Who:
    """Who asks.

    agent: name of the agent this user works as. client_id: sees only what is run for this client.
    team: a team leader's, who acts on its agents only. session: which sign-in, None for a token.
    must_change: a new password is due, and nothing else is possible before. address: from where.
    is_program: it is the holder of the service's own bearer token: the command line, the demo.
    """

    user_id: int | None
    name: str
    role: Role
    rights: frozenset[Right]
    agent: str | None = None
    client_id: int | None = None
    team: str | None = None
    session: str | None = None
    must_change: bool = False
    address: str = ""
    is_program: bool = False

    def may(self, right: Right) -> bool:
        """Whether this is allowed to them."""
        return right in self.rights

    def signs(self, by: str) -> str:
        """In whose name something is written down: a program's word, or the person's own name."""
        return by if self.is_program else self.name

    @property
    def only_client(self) -> int | None:
        """The one client whose campaigns they see; None: all."""
        return self.client_id

    @property
    def only_team(self) -> str | None:
        """The one team whose agents they see and lead; None: all. A leader of no team has ``""``,
        which no agent is in.
        """
        return (self.team or "") if self.role is Role.TEAM_LEADER else None

    def sees_team(self, team: str | None) -> bool:
        """Whether an agent of this team is theirs to see."""
        return self.only_team is None or bool(team and team == self.only_team)


TOKEN = Who(None, "token", Role.ADMINISTRATOR, ROLES[Role.ADMINISTRATOR], is_program=True)
"""The holder of the service's bearer token: the command line on the same machine."""


class Door(Protocol):
    """Knows who comes in. `create_app` gives it to the application as `app.state.door`."""

    async def who(self, connection: HTTPConnection) -> Who:
        """NotSignedIn when there is nobody, Forbidden when the request is forged."""
        ...


class Sight(Protocol):
    """Knows whose a thing is, for people who see a part only. `app.state.sight`."""

    async def client_of(self, kind: str, key: str) -> int | None:
        """The client a thing belongs to; None when it belongs to none, or there is none.

        kind: the route's name for it: `campaign_id`, `attempt_id`, `recording_id` …
        """
        ...

    def team_of(self, agent: str) -> str | None:
        """The team of an agent, by name; None when it has none, or there is none."""
        ...

    async def agent_of(self, kind: str, key: str) -> str | None:
        """The agent who had the call (`attempt_id`, `recording_id`), by name."""
        ...


def address_of(connection: HTTPConnection) -> str:
    """The IP address a request comes from, as far as the server knows it."""
    return connection.client.host if connection.client else ""


async def current(connection: HTTPConnection) -> Who:
    """The one who asks. NotSignedIn when nobody is known."""
    door: Door = connection.app.state.door
    who = await door.who(connection)
    show_in_full(who.is_program)
    connection.state.who = who
    return who


Me = Annotated[Who, Depends(current)]
"""A route's parameter: who asks."""


@dataclass(frozen=True, slots=True)
class Needs:
    """What a route asks of those who call it, and the check that they have it.

    right: None when being signed in is enough. narrowed: the route itself gives people who see a
    part only that part; any other must name the thing it is about in its path, or is not for them.
    also: a second right. audited: name of an act that is told to the audit although it changes
    nothing. reads: not told although its method is not GET. unless: … but told if this field of
    what is sent is true.
    """

    right: Right | None
    before_password: bool = False
    narrowed: bool = False
    audited: str = ""
    also: Right | None = None
    reads: bool = False
    unless: str = ""

    @property
    def word(self) -> str:
        """As OpenAPI shows it in `x-right`."""
        return self.right or "signed_in"

    @property
    def rights(self) -> tuple[Right, ...]:
        """All that is needed."""
        return tuple(right for right in (self.right, self.also) if right is not None)

    async def __call__(self, connection: HTTPConnection) -> None:
        try:
            await self._check(connection)
        except UserError as error:
            if connection.scope["type"] == "websocket":
                raise WebSocketException(1008, error.what) from error
            raise

    async def _check(self, connection: HTTPConnection) -> None:
        if connection.scope["type"] == "websocket":
            from_this_site(connection, must_say=True)
        who = await current(connection)
        if who.must_change and not self.before_password:
            raise Forbidden(
                "A new password is due.", "Set one first; the old one was for once.",
                need="new_password",
            )  # fmt: skip
        for right in self.rights:
            if right not in who.rights:
                raise Forbidden(
                    f"Your role ({who.role.replace('_', ' ')}) does not allow this.",
                    f"It needs the right ({right.replace('_', ' ')}); ask an administrator.",
                )
        connection.state.audited = self.audited
        given = {**connection.query_params, **connection.path_params}
        await theirs(connection, who, **{k: v for k, v in given.items() if k in OF_CLIENTS})
        _own_team(connection, who)
        if self.right is not None and not self.narrowed and who.only_client is not None:
            _about_one_thing(connection)


class Public:
    """What a route says that anybody may call."""

    word = "public"

    async def __call__(self) -> None:
        """Everybody is let in."""


def needs(
    right: Right,
    *,
    also: Right | None = None,
    narrowed: bool = False,
    audited: str = "",
    reads: bool = False,
    unless: str = "",
) -> Dependency:
    """A route's `dependencies=[needs(Right.X)]`: only who has the right may call it.

    also: a second right that is needed.
    narrowed: a list that gives a client's observer only what is theirs. audited: of what takes
    something out: the act's name in the audit, without which nothing is given. reads: of a POST
    that changes nothing (a check, a preview), which is no act for the audit; unless: … but one if
    this field of what is sent is true.
    """
    check = Needs(right, also=also, narrowed=narrowed, audited=audited, reads=reads, unless=unless)
    return _depends(check)


def signed_in(*, before_password: bool = False) -> Dependency:
    """A route for everybody who is signed in, whatever the role.

    before_password: also while a new password is due.
    """
    return _depends(Needs(None, before_password))


def public() -> Dependency:
    """A route for everybody, signed in or not."""
    return _depends(Public())


def _depends(check: Callable[..., Any]) -> Dependency:
    made = Depends(check)
    assert isinstance(made, Dependency)  # noqa: S101 - told to the type checker alone
    return made


async def who_of_websocket(socket: WebSocket) -> Who:
    """Who opens a WebSocket: cookie (or bearer token) and `Origin` are checked.

    Raises WebSocketException 1008, which closes it before it is open, as RFC 6455 §10.2 advises
    for other sites' pages.
    """
    try:
        from_this_site(socket, must_say=True)
        return await current(socket)
    except UserError as error:
        raise WebSocketException(1008, error.what) from error


def from_this_site(connection: HTTPConnection, *, must_say: bool = False) -> None:
    """Refuse what another site's page makes a browser send (Forbidden).

    must_say: a request without `Origin` is refused too, unless it carries no cookie: browsers
    always send it when they open a WebSocket.
    """
    origin = connection.headers.get("origin")
    if origin is None:
        if must_say and connection.cookies:
            raise Forbidden("The request does not say which site it comes from.")
        return
    ours = {_host(f"//{connection.headers.get('host', '')}")}
    ours |= {_host(url) for url in getattr(connection.app.state, "origins", ())}
    if _host(origin) not in ours:
        raise Forbidden(
            "The request comes from another site.", "Open the console at its own address."
        )


def _host(url: str) -> tuple[str, int | None]:
    """Host and port; the usual ports count as none, for a proxy may take TLS off."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return "", None
    return (parts.hostname or "").lower(), None if port in {80, 443} else port


OF_CLIENTS = ("campaign_id", "attempt_id", "recording_id", "lead_id", "import_id", "report_id")
"""Path and query parameters that name something of a client."""
OF_AGENTS = ("attempt_id", "recording_id")
"""… and something that one agent did."""


async def theirs(connection: HTTPConnection, who: Who, **things: object) -> None:
    """NotFound when something named, such as `campaign_id=3`, is not theirs to see: as if it were
    not there. Names in the path and the query are looked at without being asked to; this is for
    those in a body.
    """
    if who.only_client is None and who.only_team is None:
        return
    sight: Sight | None = getattr(connection.app.state, "sight", None)
    for kind, value in things.items():
        key = str(value)
        if who.only_client is not None and (
            sight is None or await sight.client_of(kind, key) != who.only_client
        ):
            raise _unknown(kind, key)
        if who.only_team is not None and kind in OF_AGENTS:
            agent = await sight.agent_of(kind, key) if sight else None
            if agent is None or sight is None or not who.sees_team(sight.team_of(agent)):
                raise _unknown(kind, key)


def _own_team(connection: HTTPConnection, who: Who) -> None:
    """NotFound for an agent of another team."""
    route = getattr(connection.scope.get("route"), "path", "")
    if who.only_team is None or "/agents/{name}" not in route:
        return
    sight: Sight | None = getattr(connection.app.state, "sight", None)
    name = str(connection.path_params.get("name", ""))
    if sight is None or not who.sees_team(sight.team_of(name)):
        raise NotFound(f"There is no agent “{name[:64]}” in your team.")


def _about_one_thing(connection: HTTPConnection) -> None:
    """Forbidden unless the path names something that was found to be theirs."""
    if not any(kind in connection.path_params for kind in OF_CLIENTS):
        raise Forbidden("This shows what is of other clients, too.")


def _unknown(kind: str, key: str) -> NotFound:
    return NotFound(f"There is no {kind.removesuffix('_id')} {key[:64]}.")


@dataclass(frozen=True, slots=True)
class TokenDoor:
    """Lets the holder of the bearer token in, and asks `others` about everybody else."""

    token: str
    others: Door | None = None

    async def who(self, connection: HTTPConnection) -> Who:
        scheme, _, given = connection.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            if secrets.compare_digest(given.strip().encode(), self.token.encode()):
                return replace(TOKEN, address=address_of(connection))
        elif not scheme and self.others is not None:
            return await self.others.who(connection)
        raise NotSignedIn("A valid bearer token is needed.", "Send Authorization: Bearer …")
