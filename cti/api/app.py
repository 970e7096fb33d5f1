"""The HTTP application: sign-in, errors in one form, health. Each room brings its own router."""

import secrets
from collections.abc import Awaitable, Callable, Iterable
from typing import Annotated

import prometheus_client
from fastapi import APIRouter, Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi_offline import FastAPIOffline
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from cti.base.errors import Conflict, NotFound, UserError

Check = Callable[[], Awaitable[dict[str, str]]]


class Fault(BaseModel):
    """Every error answer has this form."""

    error: str = Field(description="what is wrong, in one sentence")
    cure: str = Field("", description="what to do about it")


class Health(BaseModel):
    """State of the service's parts."""

    ok: bool
    parts: dict[str, str] = Field(description="part → `ok`, or what is wrong with it")


def create_app(*, token: str, version: str, routers: Iterable[APIRouter], check: Check) -> FastAPI:
    """The application. `check` tells what is wrong with each part (`ok` when nothing is)."""
    # With the docs page's scripts from here: a call centre's network may reach nothing else.
    app: FastAPI = FastAPIOffline(
        title="CTI",
        version=version,
        summary="Campaigns, agents, calls and recordings of the call centre.",
        responses={code: {"model": Fault} for code in (401, 404, 409, 422)},
    )
    signed_in = Depends(_signed_in(token))
    for router in routers:
        app.include_router(router, dependencies=[signed_in])
    app.include_router(_health_router(check))
    _errors_in_one_form(app)
    return app


def _signed_in(token: str) -> Callable[..., None]:
    bearer = HTTPBearer(auto_error=False, description="the token in the state folder's `api-token`")

    def require(
        credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)],
    ) -> None:
        given = credentials.credentials if credentials else ""
        if not secrets.compare_digest(given.encode(), token.encode()):
            raise NotSignedIn("A valid bearer token is needed.", "Send Authorization: Bearer …")

    return require


class NotSignedIn(UserError):
    """No token, or a wrong one."""


def _health_router(check: Check) -> APIRouter:
    router = APIRouter(tags=["health"])

    @router.get("/health", summary="The process is alive")
    async def health() -> Health:
        return Health(ok=True, parts={})

    @router.get("/ready", summary="Every part works: calls can be placed and answered")
    async def ready(response: Response) -> Health:
        parts = await check()
        ok = all(word == "ok" for word in parts.values())
        response.status_code = 200 if ok else 503
        return Health(ok=ok, parts=parts)

    @router.get("/metrics", summary="Prometheus metrics", response_class=Response)
    async def metrics() -> Response:
        return Response(
            prometheus_client.generate_latest(), media_type=prometheus_client.CONTENT_TYPE_LATEST
        )

    return router


STATUS: dict[type, int] = {NotFound: 404, Conflict: 409, NotSignedIn: 401}


def _errors_in_one_form(app: FastAPI) -> None:
    @app.exception_handler(UserError)
    async def user_error(_: Request, error: UserError) -> JSONResponse:
        status = next((STATUS[k] for k in type(error).__mro__ if k in STATUS), 422)
        return JSONResponse({"error": error.what, "cure": error.cure}, status)

    @app.exception_handler(HTTPException)
    async def no_such_route(_: Request, error: HTTPException) -> JSONResponse:
        fault = {"error": f"{error.detail}.", "cure": "See /docs for what there is."}
        return JSONResponse(fault, error.status_code, error.headers)

    @app.exception_handler(Exception)
    async def our_fault(_: Request, error: Exception) -> JSONResponse:
        fault = {"error": f"The service failed ({type(error).__name__}).", "cure": "See its log."}
        return JSONResponse(fault, 500)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"] if part != "body")
        what = f"{where or 'body'}: {first['msg']}."
        return JSONResponse({"error": what, "cure": "See /docs for the expected form."}, 422)
