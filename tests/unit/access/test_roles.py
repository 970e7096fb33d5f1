"""Every role against every route: the routes as they are, the page as it was agreed, and HTTP."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from fastapi import FastAPI
from fastapi.requests import HTTPConnection

from cti.access.errors import Forbidden
from cti.access.rights import ROLES, Right, Role
from cti.access.who import Needs, Public, Who, theirs
from cti.base.errors import NotFound
from cti.live_link.seeing import RULES
from cti.openapi import application
from cti.roles import Declared, declared, table

PAGE = Path(__file__).resolve().parents[3] / "docs" / "roles.md"
MAY = {"●", "○", "◐"}
OWN, OTHER = 1, 2
"""Clients."""


class LetsIn:
    """A door that lets in one person."""

    def __init__(self, guest: Who) -> None:
        self.guest = guest

    async def who(self, _: HTTPConnection) -> Who:
        return self.guest


def somebody(role: Role) -> Who:
    """A user as the service would know them."""
    return Who(
        7,
        "somebody",
        role,
        ROLES[role],
        agent="anna" if Right.DESK in ROLES[role] else None,
        client_id=OWN if role is Role.CLIENT_OBSERVER else None,
        team="blue" if role is Role.TEAM_LEADER else None,
        session="s",
    )


class Sight:
    """A house in which everything belongs to one client and one agent."""

    def __init__(self, client: int, team: str) -> None:
        self.client, self.team = client, team

    async def client_of(self, kind: str, key: str) -> int | None:
        return self.client

    def team_of(self, agent: str) -> str | None:
        return self.team

    async def agent_of(self, kind: str, key: str) -> str | None:
        return "anna"


@pytest.fixture(scope="module")
def app() -> Iterator[FastAPI]:
    with application() as made:
        yield made


@pytest.fixture(scope="module")
def routes(app: FastAPI) -> list[Declared]:
    return list(declared(app))


def agreed() -> dict[str, dict[Role, str]]:
    """The page's table of routes: `METHOD /path` → role → mark."""
    part = PAGE.read_text(encoding="utf-8").split("## Routes")[1].split("## Topics")[0]
    found = {}
    for line in part.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if cells[0].startswith("`") and len(cells) == 2 + len(Role):
            found[cells[0].strip("`")] = dict(zip(Role, cells[2:], strict=True))
    return found


def test_the_page_says_what_the_routes_say(routes: list[Declared]) -> None:
    """A new route, or a role that may do more, is a change of the page that somebody reads."""
    assert table(routes) == PAGE.read_text(encoding="utf-8"), (
        "run `python -m cti.roles docs/roles.md` and read what it changed"
    )


def test_the_page_is_read_in_full(routes: list[Declared]) -> None:
    assert set(agreed()) == {f"{one.method} {one.path}" for one in routes}
    assert len(agreed()) > 100


PUBLIC = {
    "GET /health", "GET /ready", "GET /metrics", "POST /v1/session", "POST /v1/session/link",
}  # fmt: skip
EVERYBODYS = ("/v1/me", "/v1/session", "/v1/live-link", "/v1/phone")


def test_little_is_public_and_little_is_everybodys(routes: list[Declared]) -> None:
    """By hand, so that no generated page can agree with a mistake."""
    public = {f"{one.method} {one.path}" for one in routes if isinstance(one.check, Public)}
    assert public == PUBLIC
    for one in routes:
        if isinstance(one.check, Needs) and one.check.right is None:
            assert one.path.startswith(EVERYBODYS), one.path


def test_what_roles_may_not_whatever_the_routes_say() -> None:
    """The limits the house promises, again by hand."""
    assert ROLES[Role.AGENT] == {Right.DESK}
    changing = {
        Right.RUN_FLOOR, Right.RUN_CAMPAIGNS, Right.EDIT_CAMPAIGNS, Right.EDIT_LEADS,
        Right.EDIT_DNC, Right.EDIT_AGENTS, Right.EDIT_USERS, Right.EDIT_SITE, Right.CORRECT_CALLS,
    }  # fmt: skip
    secret = {Right.SEE_NUMBERS, Right.TAKE_RECORDINGS, Right.SEE_AUDIT, Right.SEE_LEADS}
    assert not ROLES[Role.CLIENT_OBSERVER] & (changing | secret | {Right.HEAR_CALLS, Right.DESK})
    assert not ROLES[Role.REPORT_KEEPER] & changing
    assert not ROLES[Role.TEAM_LEADER] & (secret | changing - {Right.RUN_FLOOR})
    for role in set(Role) - {Role.ADMINISTRATOR}:
        assert not ROLES[role] & {Right.EDIT_USERS, Right.EDIT_SITE, Right.SEE_AUDIT}, role
    assert ROLES[Role.ADMINISTRATOR] == set(Right)


def test_every_topic_has_a_rule() -> None:
    page = PAGE.read_text(encoding="utf-8").split("## Topics")[1]
    assert {f"{kind}/…" for kind in RULES} == set(re.findall(r"^\| `(.+?)`", page, re.MULTILINE))


@pytest.mark.parametrize("role", [None, *Role])
async def test_http_lets_in_whom_the_page_lets_in(app: FastAPI, role: Role | None) -> None:
    """Each role at each route it may not call, over HTTP: 401 without sign-in, 403 else."""
    before = app.state.door
    if role is not None:
        app.state.door = LetsIn(somebody(role))
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    try:
        async with httpx.AsyncClient(transport=transport, base_url="http://cti") as http:
            for name, marks in agreed().items():
                method, _, path = name.partition(" ")
                if method == "WS" or (role and marks[role] in MAY) or name in PUBLIC:
                    continue
                answer = await http.request(method, re.sub(r"\{\w+\}", "1", path))
                assert answer.status_code == (401 if role is None else 403), (role, name)
                assert set(answer.json()) == {"error", "cure"}
    finally:
        app.state.door = before


@pytest.mark.parametrize("role", list(Role))
async def test_the_check_of_each_route_lets_in_whom_the_page_lets_in(
    app: FastAPI, routes: list[Declared], role: Role
) -> None:
    """… and at each that it may: of the own client and team, and as if others' were not there."""
    page = agreed()
    for one in routes:
        mark = page[f"{one.method} {one.path}"][role]
        if isinstance(one.check, Public) or mark not in MAY:
            continue
        assert await reaches(one, somebody(role), Sight(OWN, "blue")), (role, one)
        if mark == "○":
            assert not await reaches(one, somebody(role), Sight(OWN, "red")), (role, one)
            assert not await reaches(one, somebody(role), Sight(OWN, "")), (role, one)
        if mark == "◐" and one.names_something:
            assert not await reaches(one, somebody(role), Sight(OTHER, "blue")), (role, one)


async def reaches(one: Declared, who: Who, sight: Sight) -> bool:
    """Whether the route's check lets `who` pass, in a house where all is one client's."""
    house = FastAPI()
    house.state.door, house.state.sight = LetsIn(who), sight
    names = re.findall(r"\{(\w+)\}", one.path)
    scope = {
        "type": "websocket" if one.method == "WS" else "http",
        "method": one.method,
        "path": one.path,
        "headers": [(b"host", b"cti")],
        "query_string": b"",
        "path_params": dict.fromkeys(names, "1"),
        "app": house,
        "route": type("Route", (), {"path": one.path})(),
        "state": {},
    }
    try:
        await one.check(HTTPConnection(scope))  # type: ignore[call-arg]
    except (Forbidden, NotFound):
        return False
    return True


async def test_what_a_body_names_is_looked_up_too() -> None:
    observer = somebody(Role.CLIENT_OBSERVER)
    house = FastAPI()
    house.state.sight = Sight(OTHER, "")
    connection = HTTPConnection(
        {"type": "http", "headers": [], "app": house, "path_params": {}, "query_string": b""}
    )
    with pytest.raises(NotFound, match="no campaign 3"):
        await theirs(connection, observer, campaign_id=3)
    house.state.sight = None
    with pytest.raises(NotFound):
        await theirs(connection, observer, campaign_id=3)
    await theirs(connection, somebody(Role.SUPERVISOR), campaign_id=3)
