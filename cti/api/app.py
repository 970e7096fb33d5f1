"""The HTTP application: sign-in, errors in one form, health. Each room brings its own router."""

import math
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path

import prometheus_client
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute, APIWebSocketRoute, iter_route_contexts
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from cti.access.errors import Forbidden, NotSignedIn, TooLarge, TooMany
from cti.access.masking import said
from cti.access.who import Door, Needs, Public, Sight, TokenDoor, public
from cti.api.acts import Acts, Tell
from cti.api.console import BodyLimit, Console, SafeHeaders
from cti.base.errors import Conflict, NotFound, UserError
from cti.texts.reader import ReadersLanguage, told

Check = Callable[[], Awaitable[dict[str, str]]]


class Fault(BaseModel):
    """Every error answer has this form."""

    error: str = Field(description="what is wrong, in one sentence")
    cure: str = Field("", description="what to do about it")


class Health(BaseModel):
    """State of the service's parts."""

    ok: bool
    parts: dict[str, str] = Field(description="part → `ok`, or what is wrong with it")


def create_app(
    *,
    token: str,
    version: str,
    routers: Iterable[APIRouter],
    check: Check,
    door: Door | None = None,
    sight: Sight | None = None,
    origins: Sequence[str] = (),
    tell: Tell | None = None,
    console: Path | None = None,
) -> FastAPI:
    """The application. Raises UndeclaredRoute for a route that does not say who may call it.

    check: tells what is wrong with each part (`ok` when nothing is).
    door: knows people by their sign-in; the bearer `token` opens without it.
    sight: tells whose a thing is, for people who see a part only.
    origins: further addresses that the console is reached at, through a proxy say.
    tell: told of every change, for the audit.
    console: folder of the built console; None: nothing is served but the API.
    """
    # With the docs page's scripts from here: a call centre's network may reach nothing else.
    app: FastAPI = FastAPIOffline(
        title="CTI",
        version=version,
        summary="Campaigns, agents, calls and recordings of the call centre.",
        responses={code: {"model": Fault} for code in (401, 403, 404, 409, 422)},
    )
    app.state.door = TokenDoor(token, door)
    app.state.sight = sight
    app.state.origins = tuple(origins)
    for router in (*routers, _health_router(check)):
        _declare(router)
        app.include_router(router)
    _errors_in_one_form(app)
    if tell is not None:
        app.add_middleware(Acts, tell=tell)
    if console is not None:
        app.router.default = Console(console, app.router.default)
    app.add_middleware(BodyLimit)
    app.add_middleware(SafeHeaders)
    app.add_middleware(ReadersLanguage)
    return app


class UndeclaredRoute(RuntimeError):
    """A route does not say who may call it: nobody would be kept out."""


def _declare(router: APIRouter) -> None:
    """Write each route's right into its documentation (`x-right`)."""
    for context in iter_route_contexts(router.routes):
        route = context.original_route
        if not isinstance(route, APIRoute | APIWebSocketRoute):
            raise UndeclaredRoute(f"{route!r} is no route that can declare a right")
        said = {
            one.dependency.word
            for one in route.dependencies
            if isinstance(one.dependency, Needs | Public)
        }
        if len(said) != 1:
            name = f"{route.endpoint.__module__}.{route.endpoint.__qualname__}"
            raise UndeclaredRoute(
                f"{route.path} ({name}) must say who may call it, once: "
                "dependencies=[needs(Right.X)], [signed_in()] or [public()]"
            )
        if isinstance(route, APIRoute):
            route.openapi_extra = {**(route.openapi_extra or {}), "x-right": said.pop()}
            route.openapi_extra |= _reads(route)


def _reads(route: APIRoute) -> dict[str, str]:
    """`x-reads`, of a route that changes nothing whatever its method: `always`, or unless a field
    of what is sent is true."""
    needs = [one.dependency for one in route.dependencies if isinstance(one.dependency, Needs)]
    if not any(one.reads for one in needs):
        return {}
    return {"x-reads": f"unless {needs[0].unless}" if needs[0].unless else "always"}


def _health_router(check: Check) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health", dependencies=[public()], summary="The process is alive")
    async def health() -> Health:
        return Health(ok=True, parts={})

    @router.get(
        "/ready",
        dependencies=[public()],
        summary="Every part works: calls can be placed and answered",
    )
    async def ready(response: Response) -> Health:
        parts = await check()
        ok = all(word == "ok" for word in parts.values())
        response.status_code = 200 if ok else 503
        return Health(ok=ok, parts=parts)

    @router.get(
        "/metrics",
        dependencies=[public()],
        summary="Prometheus metrics",
        response_class=Response,
    )
    async def metrics() -> Response:
        return Response(
            prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST
        )

    return router


STATUS: dict[type, int] = {
    NotFound: 404,
    Conflict: 409,
    NotSignedIn: 401,
    Forbidden: 403,
    TooMany: 429,
    TooLarge: 413,
}


def _errors_in_one_form(app: FastAPI) -> None:
    @app.exception_handler(UserError)
    async def user_error(_: Request, error: UserError) -> JSONResponse:
        status = next((STATUS[k] for k in type(error).__mro__ if k in STATUS), 422)
        fault = {"error": said(error.what), "cure": said(error.cure)}
        if need := getattr(error, "need", ""):
            fault["need"] = need
        headers = {}
        if isinstance(error, TooMany):
            headers["Retry-After"] = str(math.ceil(error.seconds))
        return JSONResponse(fault, status, headers)

    @app.exception_handler(HTTPException)
    async def no_such_route(_: Request, error: HTTPException) -> JSONResponse:
        fault = Fault(error=told(f"{error.detail}."), cure=told("See /docs for what there is."))
        return JSONResponse(fault.model_dump(), error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def our_fault(_: Request, error: Exception) -> JSONResponse:
        what = told(f"The service failed ({type(error).__name__}).")
        return JSONResponse({"error": what, "cure": told("See its log.")}, 500)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        what = f"{said(where) or 'body'}: {said(first['msg'] + '.')}"
        return JSONResponse({"error": what, "cure": told("See /docs for the expected form.")}, 422)
