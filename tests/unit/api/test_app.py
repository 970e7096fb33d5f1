"""The HTTP application: who may come in, how errors look, health, metrics."""

import re
from collections.abc import AsyncIterator
from typing import Any, cast

import httpx
import pytest
from fastapi import APIRouter, FastAPI, HTTPException
from pydantic import BaseModel

from cti.access.rights import Right
from cti.access.who import needs, public
from cti.agents.api import router as agents_router
from cti.api.app import UndeclaredRoute, create_app
from cti.base.errors import Conflict, NotFound, UserError
from dialer.attempts.api import router as attempts_router
from dialer.attempts.metrics import PLACED
from dialer.board.api import router as board_router
from dialer.campaigns.api import router as campaigns_router
from dialer.leads.api import router as leads_router
from recordings.api import router as recordings_router

TOKEN = "the-token"
NOBODY = cast("Any", None)
PARTS = {"pbx": "ok", "redis": "ok"}


class Thing(BaseModel):
    size: int


def faulty_router() -> APIRouter:
    """Routes that fail in every way."""
    routes = APIRouter(prefix="/v1/faults")
    faults: dict[str, Exception] = {
        "user": UserError("It is bent.", "Straighten it."),
        "absent": NotFound("There is none."),
        "conflict": Conflict("It is taken.", "Take another."),
        "http": HTTPException(418, "I am a teapot"),
        "bug": ZeroDivisionError("secret inside"),
    }

    @routes.get("/{kind}", dependencies=[needs(Right.EDIT_SITE)])
    async def fail(kind: str) -> None:
        raise faults[kind]

    @routes.post("", dependencies=[needs(Right.EDIT_SITE)])
    async def make(thing: Thing) -> Thing:
        return thing

    return routes


def make_app(parts: dict[str, str] = PARTS) -> FastAPI:
    async def check() -> dict[str, str]:
        return parts

    routers = [
        board_router(NOBODY, NOBODY, NOBODY),
        campaigns_router(NOBODY),
        leads_router(NOBODY),
        agents_router(NOBODY, NOBODY, NOBODY),
        attempts_router(NOBODY, NOBODY),
        recordings_router(NOBODY, NOBODY, NOBODY),
        faulty_router(),
    ]
    return create_app(token=TOKEN, version="1.2.3", routers=routers, check=check)


def client(app: FastAPI, authorization: str = f"Bearer {TOKEN}") -> httpx.AsyncClient:
    headers = {"Authorization": authorization} if authorization else {}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    return httpx.AsyncClient(transport=transport, base_url="http://cti", headers=headers)


def operations(app: FastAPI) -> list[tuple[str, str]]:
    """Every (method, path) there is, its parameters filled in."""
    return [
        (method, re.sub(r"\{\w+\}", "1", path))
        for path, methods in app.openapi()["paths"].items()
        for method in methods
    ]


APP = make_app()
ROUTES = operations(APP)


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    async with client(APP) as http:
        yield http


def test_all_rooms_are_there() -> None:
    rooms = {path.split("/")[2] for _, path in ROUTES if path.startswith("/v1/")}
    assert rooms >= {"agents", "attempts", "campaigns", "imports", "live", "recordings"}
    public = {path for _, path in ROUTES if not path.startswith("/v1/")}
    assert public == {"/health", "/ready", "/metrics"}


@pytest.mark.parametrize(("method", "path"), [r for r in ROUTES if r[1].startswith("/v1/")])
async def test_every_route_needs_the_token(method: str, path: str) -> None:
    for authorization in ("", "Bearer", "Bearer wrong", f"Basic {TOKEN}", f"Bearer {TOKEN}x"):
        async with client(APP, authorization) as http:
            answer = await http.request(method, path)
            assert answer.status_code == 401, authorization
            assert answer.json() == {
                "error": "A valid bearer token is needed.",
                "cure": "Send Authorization: Bearer …",
            }


async def test_the_token_lets_in(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/faults", json={"size": 3})
    assert (answer.status_code, answer.json()) == (200, {"size": 3})


@pytest.mark.parametrize(
    ("path", "status", "error", "cure"),
    [
        ("/v1/faults/user", 422, "It is bent.", "Straighten it."),
        ("/v1/faults/absent", 404, "There is none.", ""),
        ("/v1/faults/conflict", 409, "It is taken.", "Take another."),
        ("/v1/faults/http", 418, "I am a teapot.", "See /docs for what there is."),
        ("/v1/faults/bug", 500, "The service failed (ZeroDivisionError).", "See its log."),
        ("/v1/nothing", 404, "Not Found.", "See /docs for what there is."),
    ],
)
async def test_errors_have_one_form(
    http: httpx.AsyncClient, path: str, status: int, error: str, cure: str
) -> None:
    answer = await http.get(path)
    assert (answer.status_code, answer.json()) == (status, {"error": error, "cure": cure})


async def test_a_wrong_method_has_the_form_too(http: httpx.AsyncClient) -> None:
    answer = await http.put("/v1/faults")
    assert answer.status_code == 405
    assert answer.json()["error"] == "Method Not Allowed."
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize(
    ("body", "where"),
    [(b'{"size": "big"}', "size: "), (b"{}", "size: "), (b"", "body: ")],
)
async def test_bad_input_names_the_field(http: httpx.AsyncClient, body: bytes, where: str) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await http.post("/v1/faults", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["error"].startswith(where)
    assert answer.json()["cure"] == "See /docs for the expected form."


async def test_health_and_documentation_need_no_token() -> None:
    async with client(APP, "") as http:
        assert (await http.get("/health")).json() == {"ok": True, "parts": {}}
        assert (await http.get("/docs")).status_code == 200
        assert (await http.get("/openapi.json")).json()["info"]["version"] == "1.2.3"


@pytest.mark.parametrize(
    ("parts", "status", "ok"),
    [(PARTS, 200, True), ({"pbx": "not connected", "redis": "ok"}, 503, False)],
)
async def test_ready_tells_each_part(parts: dict[str, str], status: int, ok: bool) -> None:
    async with client(make_app(parts), "") as http:
        answer = await http.get("/ready")
    assert (answer.status_code, answer.json()) == (status, {"ok": ok, "parts": parts})


async def test_metrics_are_prometheus_text() -> None:
    async with client(APP, "") as http:
        answer = await http.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert f"# TYPE {PLACED._name}_total counter" in answer.text


def undeclared_router(*dependencies: Any) -> APIRouter:
    routes = APIRouter(prefix="/v1/open")

    @routes.get("/door", dependencies=list(dependencies))
    async def door() -> None: ...

    return routes


@pytest.mark.parametrize("said", [(), (needs(Right.DESK), public())])
async def test_a_route_that_does_not_say_who_may_call_it_is_refused(said: tuple[Any, ...]) -> None:
    async def check() -> dict[str, str]:
        return PARTS

    with pytest.raises(UndeclaredRoute, match="/v1/open/door"):
        create_app(token=TOKEN, version="1", routers=[undeclared_router(*said)], check=check)


def test_every_operation_tells_its_right() -> None:
    rights = {
        operation["x-right"]
        for methods in APP.openapi()["paths"].values()
        for operation in methods.values()
    }
    assert rights <= {*Right, "public", "signed_in"}
