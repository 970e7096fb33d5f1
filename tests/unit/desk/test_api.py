"""The desk's routes: for agents only, each for the own agent."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.requests import HTTPConnection

from cti.access.errors import NotSignedIn
from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.api.app import create_app
from tests.unit.desk.house import House, opened, person
from tests.unit.engine.rig import Outside

PEOPLE = {
    "anna": Who(1, "anna", Role.AGENT, ROLES[Role.AGENT], agent="agent0", session="s"),
    "idle": Who(2, "idle", Role.AGENT, ROLES[Role.AGENT], session="s"),
    "sam": Who(3, "sam", Role.SUPERVISOR, ROLES[Role.SUPERVISOR], session="s"),
}


class Door:
    async def who(self, connection: HTTPConnection) -> Who:
        found = PEOPLE.get(connection.headers.get("x-who", ""))
        if found is None:
            raise NotSignedIn("Nobody is signed in.")
        return found


async def _nothing() -> dict[str, str]:
    return {}


def app_of(house: House) -> FastAPI:
    return create_app(
        token="t", version="1", check=_nothing, door=Door(), routers=house.screens.routers()
    )


async def ask(
    app: FastAPI, who: str, method: str, path: str, body: Any = None
) -> tuple[int, dict[str, Any]]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://cti") as client:
        answer = await client.request(method, path, json=body, headers={"x-who": who})
    return answer.status_code, answer.json() if answer.content else {}


def routes(app: FastAPI) -> list[tuple[str, str]]:
    return [
        (method, path)
        for path, methods in app.openapi()["paths"].items()
        for method in methods
        if path.startswith("/v1/desk")
    ]


async def test_only_who_works_as_an_agent_has_a_desk(outside: Outside, tmp_path: Path) -> None:
    house = await opened(outside, tmp_path)
    app = app_of(house)
    assert len(routes(app)) > 10
    for method, path in routes(app):
        for who, status in (("", 401), ("sam", 403)):
            got, said = await ask(app, who, method, path, {})
            assert got == status, (method, path, who, said)
    got, said = await ask(app, "idle", "GET", "/v1/desk")
    assert (got, said["error"]) == (409, "You do not work as an agent.")
    await house.close()


async def test_a_call_from_ring_to_word_over_http(outside: Outside, tmp_path: Path) -> None:
    house = await opened(outside, tmp_path)
    app = app_of(house)
    await person(outside, name="<b>Li</b>", fields={"x": "</script>"})
    await asyncio.sleep(5)
    got, desk = await ask(app, "anna", "GET", "/v1/desk")
    assert got == 200
    assert (desk["person"]["name"], desk["person"]["fields"]) == ("<b>Li</b>", {"x": "</script>"})
    call = desk["call"]["id"]
    assert desk["at"].endswith("Z")
    notes = {"attempt": call, "text": "<img onerror=x>"}
    assert await ask(app, "anna", "PUT", "/v1/desk/notes", notes) == (204, {})
    got, said = await ask(app, "anna", "PUT", "/v1/desk/notes", notes | {"text": "x" * 2001})
    assert (got, "text" in said["error"]) == (422, True)
    got, said = await ask(app, "anna", "PUT", "/v1/desk/notes", notes | {"attempt": "at-other"})
    assert (got, said["error"]) == (409, "This call is not in your hands any more.")
    got, said = await ask(
        app, "anna", "POST", "/v1/desk/disposition", {"attempt": call, "disposition": "nonsense"}
    )
    assert (got, "'nonsense'" in said["error"]) == (422, True)
    got, desk = await ask(
        app, "anna", "POST", "/v1/desk/disposition", {"attempt": call, "disposition": "success"}
    )
    assert (got, desk["disposition"], desk["notes"]) == (200, "success", "<img onerror=x>")
    got, desk = await ask(app, "anna", "POST", "/v1/desk/hang-up")
    assert got == 200
    await asyncio.sleep(1)
    got, desk = await ask(app, "anna", "GET", "/v1/desk")
    assert (desk["call"], desk["agent"]["state"]) == (None, "ready")
    await house.close()


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "said"),
    [
        ("POST", "hang-up", None, 409, "not in a call"),
        ("POST", "preview", {"campaign_id": 99}, 409, "does not run"),
        ("POST", "preview/dial", None, 409, "look at no lead"),
        ("POST", "call", {"campaign_id": 1, "number": "x"}, 422, "cannot be dialled"),
        ("POST", "phone-here", {"browser": "br-none"}, 409, "live link is not open"),
        ("POST", "appointment", {"at": "2030-01-01T10:00:00Z"}, 409, "nobody in hand"),
        ("POST", "appointment", {"at": "2030-01-01T10:00:00"}, 422, "timezone"),
        ("PUT", "ready", {"ready": False, "reason": "x"}, 422, "not one of the site's"),
    ],
)
async def test_what_cannot_be_is_said_in_a_sentence(
    outside: Outside, tmp_path: Path, method: str, path: str, body: Any, status: int, said: str
) -> None:
    house = await opened(outside, tmp_path)
    got, answer = await ask(app_of(house), "anna", method, f"/v1/desk/{path}", body)
    assert (got, said in answer["error"]) == (status, True), answer
    await house.close()
