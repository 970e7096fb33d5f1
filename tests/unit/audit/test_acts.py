"""What is changed over HTTP is told to the audit, once, and without secrets."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
from fastapi import APIRouter, Request
from fastapi.requests import HTTPConnection
from pydantic import BaseModel

from cti.access.acts import noted
from cti.access.rights import ROLES, Right, Role
from cti.access.who import Who, needs, public, signed_in
from cti.api.app import create_app
from cti.base.errors import Conflict

ADMIN = Who(7, "lena", Role.ADMINISTRATOR, ROLES[Role.ADMINISTRATOR], session="s")


class LetsIn:
    async def who(self, _: HTTPConnection) -> Who:
        return ADMIN


@dataclass
class Ear:
    """Hears what the audit would."""

    heard: list[tuple[str, str, str, dict[str, Any]]] = field(default_factory=list)
    deaf: bool = False

    async def __call__(
        self, who: Who, act: str, subject: str, details: dict[str, Any], *, must: bool
    ) -> None:
        if self.deaf and must:
            raise OSError("the disk is full")
        self.heard.append((who.name, act, subject, details))


class Body(BaseModel):
    model_config = {"extra": "allow"}


def rooms() -> APIRouter:
    routes = APIRouter(prefix="/v1", tags=["by hand"])
    edit = [needs(Right.EDIT_SITE)]

    @routes.put("/rooms/{room_id}/chairs/{name}/colour", dependencies=edit)
    async def paint(room_id: int, name: str, body: Body) -> None: ...

    @routes.post("/rooms", dependencies=edit)
    async def build(body: Body) -> None: ...

    @routes.post("/rooms/{room_id}/burn", dependencies=edit)
    async def burn(room_id: int) -> None:
        raise Conflict("It does not burn.")

    @routes.post("/rooms/{room_id}/clean", dependencies=edit)
    async def clean(room_id: int) -> None:
        heard = noted.get()
        assert heard is not None
        heard.append("rooms.cleaned")  # as Audit.note does

    @routes.post("/files", dependencies=edit)
    async def store(request: Request) -> None:
        async with request.form() as form:
            assert form

    _add_others(routes)
    return routes


def _add_others(routes: APIRouter) -> None:
    @routes.get("/rooms", dependencies=[needs(Right.EDIT_SITE)])
    async def look() -> None: ...

    @routes.get("/rooms/{room_id}/key", dependencies=[needs(Right.EDIT_SITE, audited="keys.taken")])
    async def key(room_id: int) -> str:
        return "the key"

    @routes.post("/rooms/check", dependencies=[needs(Right.EDIT_SITE, reads=True)])
    async def check(body: Body) -> None: ...

    tried = needs(Right.EDIT_SITE, reads=True, unless="apply")

    @routes.post("/rooms/tidy", dependencies=[tried])
    async def tidy(body: Body) -> None: ...

    @routes.post("/desk/notes", dependencies=[needs(Right.DESK)])
    async def note(body: Body) -> None: ...

    @routes.post("/me/colour", dependencies=[signed_in()])
    async def mine(body: Body) -> None: ...

    @routes.post("/open", dependencies=[public()])
    async def open_(body: Body) -> None: ...


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
async def http(ear: Ear) -> AsyncIterator[httpx.AsyncClient]:
    async def check() -> dict[str, str]:
        return {}

    app = create_app(token="t", version="1", routers=[rooms()], check=check, tell=ear)
    app.state.door = LetsIn()
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://cti") as client:
        yield client


async def test_a_change_is_told_with_what_was_given(http: httpx.AsyncClient, ear: Ear) -> None:
    answer = await http.put("/v1/rooms/3/chairs/blue/colour?soon=1", json={"to": "red"})
    assert answer.status_code == 200
    assert ear.heard == [
        (
            "lena",
            "by_hand.paint",
            "rooms/3/chairs/blue",
            {"query": "soon=1", "given": {"to": "red"}},
        )
    ]


async def test_secrets_and_numbers_are_not_told(http: httpx.AsyncClient, ear: Ear) -> None:
    given = {
        "password": "p", "new_token": "t", "api_secret": ["s"], "code": 5,
        "deep": [{"Password": {"a": "b"}, "say": "call +8613812341234"}],
        "caller_ids": ["+861012345678"], "number": "+8613812341234", "size": 3,
    }  # fmt: skip
    await http.post("/v1/rooms", json=given)
    ((_, act, subject, details),) = ear.heard
    assert (act, subject) == ("by_hand.build", "rooms")
    assert details["given"] == {
        "password": "…", "new_token": "…", "api_secret": "…", "code": "…",
        "deep": [{"Password": "…", "say": "call +86138****1234"}],
        "caller_ids": ["+861012345678"], "number": "+86138****1234", "size": 3,
    }  # fmt: skip


async def test_what_did_not_happen_is_not_told(http: httpx.AsyncClient, ear: Ear) -> None:
    assert (await http.post("/v1/rooms/3/burn")).status_code == 409
    assert (await http.put("/v1/rooms/x/chairs/blue/colour", json={})).status_code == 422
    assert ear.heard == []


@pytest.mark.parametrize(
    "path", ["/v1/rooms/3/clean", "/v1/desk/notes", "/v1/me/colour", "/v1/open"]
)
async def test_what_is_told_elsewhere_is_not_told_twice(
    http: httpx.AsyncClient, ear: Ear, path: str
) -> None:
    assert (await http.post(path, json={})).status_code == 200
    assert ear.heard == []


async def test_a_check_is_no_act_whatever_its_method(http: httpx.AsyncClient, ear: Ear) -> None:
    await http.post("/v1/rooms/check", json={"a": 1})
    await http.post("/v1/rooms/tidy", json={"apply": False})
    assert ear.heard == []
    await http.post("/v1/rooms/tidy", json={"apply": True})
    assert [act for _, act, _, _ in ear.heard] == ["by_hand.tidy"]


async def test_looking_is_no_act_and_taking_out_is(http: httpx.AsyncClient, ear: Ear) -> None:
    await http.get("/v1/rooms")
    assert ear.heard == []
    assert (await http.get("/v1/rooms/3/key")).json() == "the key"
    assert ear.heard == [("lena", "keys.taken", "rooms/3", {})]


async def test_nothing_is_taken_out_that_cannot_be_written_down(
    http: httpx.AsyncClient, ear: Ear
) -> None:
    ear.deaf = True
    answer = await http.get("/v1/rooms/3/key")
    assert answer.status_code == 500
    assert "the key" not in answer.text


async def test_files_are_told_of_without_what_is_in_them(http: httpx.AsyncClient, ear: Ear) -> None:
    await http.post("/v1/files", files={"file": ("a.csv", b"phone\n+8613812341234")})
    assert ear.heard == [("lena", "by_hand.store", "files", {})]
