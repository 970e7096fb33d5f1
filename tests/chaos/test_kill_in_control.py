"""kill -9 while calls are on hold, handed on, and shared: the next start finds them as they are."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import httpx
import pytest

from cti.processes.pbx import Phone
from tests.chaos.yard import PATIENCE, Yard, leads_of, open_yard
from tests.pbx.house import DATA

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(600)]


@pytest.fixture
async def yard(tmp_path: Path) -> AsyncIterator[Yard]:
    async with AsyncExitStack() as undo:
        yard = await open_yard(tmp_path, undo, DATA / "personas-control.yaml")
        phones = []
        for name in ("ann", "bob"):
            added = await yard.ask("POST", "/v1/agents", json={"name": name})
            phones.append(Phone(added["phone"], added["secret"]))
        await yard.outside(phones)
        yield yard


async def desk(yard: Yard, name: str) -> httpx.AsyncClient:
    """Somebody's own sign-in, which outlives the service."""
    await yard.ask("POST", "/v1/users", json={"name": name, "role": "agent"})
    made = await yard.ask("POST", f"/v1/users/{name}/link", json={"sets_password": False})
    token = made["url"].partition("#")[2]
    own = httpx.AsyncClient(base_url=yard.http.base_url, timeout=30.0)
    await yard.undo.enter_async_context(own)
    answer = await own.post("/v1/session/link", json={"token": token})
    assert answer.is_success, answer.text
    own.headers["X-CSRF-Token"] = (await own.get("/v1/me")).json()["csrf"]
    return own


async def do(own: httpx.AsyncClient, act: str, body: dict[str, Any] | None = None) -> None:
    answer = await own.post(f"/v1/desk/{act}", json=body)
    assert answer.is_success, f"{act}: {answer.status_code} {answer.text}"


async def agent(yard: Yard, name: str, state: str) -> dict[str, Any]:
    """Wait until the agent is in that state."""
    async with asyncio.timeout(PATIENCE):
        while True:
            found: dict[str, Any] = await yard.ask("GET", f"/v1/agents/{name}")
            if found["state"] == state:
                return found
            await asyncio.sleep(0.05)


async def call(yard: Yard) -> dict[str, Any]:
    (shown,) = await yard.ask("GET", "/v1/floor/calls")
    return dict(shown)


async def killed(yard: Yard) -> None:
    await yard.written()
    await yard.kill()
    await yard.start()


async def test_held_asked_joined_and_outside_go_on(yard: Yard) -> None:
    own = await desk(yard, "ann")
    people = yard.world.personas
    outside = next(people.numbers_of("colleague"))
    allowed = {"outside_numbers": [{"name": "Claims", "number": outside}]}
    await yard.ask("PUT", "/v1/site", json=allowed)
    await yard.ask("POST", "/v1/agents/ann/sign-in")
    await agent(yard, "ann", "ready")
    await yard.campaign(leads_of([next(people.numbers_of("customer"))]), wrap_up_s=60)
    talk = (await agent(yard, "ann", "talking"))["call"]
    await yard.ask("POST", "/v1/agents/bob/sign-in")
    await agent(yard, "bob", "ready")

    await do(own, "hold")
    await killed(yard)
    shown = await call(yard)
    assert (shown["id"], shown["agent"], shown["held"]) == (talk, "ann", True)
    assert (await agent(yard, "ann", "talking"))["call"] == talk
    await do(own, "resume")
    assert not (await call(yard))["held"]

    await do(own, "transfer", {"to": {"kind": "agent", "value": "bob"}, "how": "warm"})
    await killed(yard)
    shown = await call(yard)
    assert (shown["agent"], shown["held"]) == ("ann", True)
    assert (shown["consult"]["value"], shown["consult"]["state"]) == ("bob", "talking")
    assert (await agent(yard, "bob", "talking"))["call"] == talk

    await do(own, "transfer/conference")
    await killed(yard)
    shown = await call(yard)
    assert (shown["agent"], shown["consult"]["joined"]) == ("ann", True)
    await do(own, "transfer/cancel")
    await agent(yard, "bob", "ready")

    wish = {"to": {"kind": "number", "value": outside}, "how": "blind"}
    await do(own, "transfer", wish)
    await agent(yard, "ann", "wrapping")
    await killed(yard)
    shown = await call(yard)
    assert (shown["id"], shown["agent"]) == (talk, None)
    assert [p["kind"] for p in shown["parties"]] == ["customer", "outside"]
    said = await yard.ask("GET", f"/v1/attempts/{talk}")
    assert said["outcome"] is None
    legs = await yard.ask("GET", f"/v1/attempts/{talk}/legs")
    assert [leg["how"] for leg in legs] == [
        "answered", "answered", "consulted", "conferenced", "transferred",
    ]  # fmt: skip
    assert "Traceback" not in yard.log()
