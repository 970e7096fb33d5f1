"""What is told to the audit, over all routes of the service: changes, and nothing else."""

from collections.abc import Iterator

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from cti.access.who import SAFE_METHODS, Needs
from cti.api.acts import is_told
from cti.openapi import application

LOOKS = {
    "POST /v1/campaigns/{campaign_id}/imports/preview",
    "POST /v1/campaigns/{campaign_id}/imports/preview/{upload}",
    "DELETE /v1/campaigns/{campaign_id}/imports/preview/{upload}",
    "POST /v1/campaigns/{campaign_id}/rules/text",
    "POST /v1/rules/check",
    "POST /v1/rules/week",
    "POST /v1/scripts/check",
    "POST /v1/scripts/preview",
}
"""What changes nothing though its method is not GET."""
LOOKS_UNLESS = {"POST /v1/reclassifications": b'{"since": "2030-01-01T00:00Z", "apply": true}'}
"""… unless this is sent."""
TELLS_ITSELF = {
    "GET /v1/recordings/{recording_id}/number",
    "GET /v1/recordings/{recording_id}/audio",
    "GET /v1/recordings/{recording_id}/download",
    "GET /v1/audit/export.csv",
}
"""What is taken out, and written down by the route with more of it."""
TAKES = (".csv", "/file", "/full", "/number", "/audio", "/download")
"""How paths end by which something leaves the house."""
SOUNDS_LIKE_LOOKING = ("/check", "/preview", "/week", "/try", "/estimate", "/dry-run", "/what-if")
SETS_ASIDE = "POST /v1/campaigns/{campaign_id}/preview"
"""A preview by name that reserves an agent."""


@pytest.fixture(scope="module")
def app() -> Iterator[FastAPI]:
    with application() as app:
        yield app


def routes(app: FastAPI, *, safe: bool) -> dict[str, APIRoute]:
    """Every route, as `METHOD path`."""
    found = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, APIRoute):
            for method in route.methods or ():
                if (method in SAFE_METHODS) is safe:
                    found[f"{method} {route.path}"] = route
    assert len(found) > 60
    return found


def right(route: APIRoute) -> str:
    return str((route.openapi_extra or {})["x-right"])


def test_every_change_is_told_and_no_look_is(app: FastAPI) -> None:
    told = {name for name, route in routes(app, safe=False).items() if is_told(route, b"{}")}
    others = {
        name
        for name, route in routes(app, safe=False).items()
        if right(route) in {"desk", "public", "signed_in"}
    }
    every = set(routes(app, safe=False))
    assert LOOKS | LOOKS_UNLESS.keys() <= every, "a route that is named here is gone"
    assert told == every - others - LOOKS - LOOKS_UNLESS.keys()


def test_what_only_sometimes_changes_something_is_told_then(app: FastAPI) -> None:
    for name, change in LOOKS_UNLESS.items():
        route = routes(app, safe=False)[name]
        assert is_told(route, change)
        assert not is_told(route, change.replace(b"true", b"false"))
        assert not is_told(route, b"{}")
        assert is_told(route, b"[1"), "what cannot be read is told rather than not"


def test_nothing_that_looks_is_declared_to_change(app: FastAPI) -> None:
    for name, route in routes(app, safe=False).items():
        if name.endswith(SOUNDS_LIKE_LOOKING) and name != SETS_ASIDE:
            assert not is_told(route, b"{}"), f"{name}: say reads=True, or find another word"


def test_only_what_may_be_sent_to_look_says_that_it_reads(app: FastAPI) -> None:
    for name, route in (routes(app, safe=False) | routes(app, safe=True)).items():
        if "x-reads" in (route.openapi_extra or {}):
            assert name in LOOKS | LOOKS_UNLESS.keys(), f"{name}: GET says it already"


def test_what_is_taken_out_is_told(app: FastAPI) -> None:
    for name, route in routes(app, safe=True).items():
        needs = [d.dependency for d in route.dependencies if isinstance(d.dependency, Needs)]
        if name.endswith(TAKES) and needs:
            assert needs[0].audited or name in TELLS_ITSELF, f"{name}: say audited="
