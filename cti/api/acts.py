"""Whatever is changed over HTTP is told to the audit, before it is answered.

A route that tells more of its act writes it down itself, and is not told again. What agents do at
their own desk is not told: it stands with their calls.
"""

from collections.abc import Awaitable, Callable
from typing import Any, Final

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cti.access.acts import noted
from cti.access.masking import masked_text
from cti.access.rights import Right
from cti.access.who import SAFE_METHODS, Who

Tell = Callable[[Who, str, str, dict[str, Any]], Awaitable[None]]
"""Told who, act, subject, details."""

_NOT_TOLD: Final = frozenset({Right.DESK, "public", "signed_in", ""})
_SECRET: Final = ("password", "secret", "token", "code")
_OURS: Final = ("caller_id", "caller_ids")
_MOST: Final = 16 * 1024


class Acts:
    """ASGI middleware."""

    def __init__(self, app: ASGIApp, tell: Tell) -> None:
        self._app = app
        self._tell = tell

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS:
            await self._app(scope, receive, send)
            return
        heard: list[str] = []
        body = bytearray()
        before = noted.set(heard)

        async def receiving() -> Message:
            message = await receive()
            if len(body) <= _MOST:
                body.extend(message.get("body", b""))
            return message

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400 and not heard:
                await self._told(scope, bytes(body))
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        finally:
            noted.reset(before)

    async def _told(self, scope: Scope, body: bytes) -> None:
        who = scope.get("state", {}).get("who")
        route = scope.get("route")
        extra = getattr(route, "openapi_extra", None) or {}
        if not isinstance(who, Who) or extra.get("x-right", "") in _NOT_TOLD:
            return
        room = str((getattr(route, "tags", None) or ["api"])[0]).replace(" ", "_")
        act = f"{room}.{getattr(route, 'name', 'changed')}"
        await self._tell(who, act, subject_of(scope), _details(scope, body))


def subject_of(scope: Scope) -> str:
    """The path of the thing: up to the last of the route's parameters, without `/v1`."""
    path = str(scope["path"]).removeprefix("/v1").strip("/")
    ends = [
        path.find(f"/{value}") + len(f"/{value}")
        for value in map(str, scope.get("path_params", {}).values())
        if f"/{value}" in path
    ]
    return path[: max(ends)] if ends else path


def _details(scope: Scope, body: bytes) -> dict[str, Any]:
    details: dict[str, Any] = {}
    query = scope.get("query_string", b"").decode(errors="replace")
    if query:
        details["query"] = masked_text(query)
    if 0 < len(body) <= _MOST and not body.startswith(b"--"):
        try:
            given = orjson.loads(body)
        except orjson.JSONDecodeError:
            return details
        details["given"] = _without_secrets(given)
    return details


def _without_secrets(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return {
            name: "…" if _is_secret(name) else _without_secrets(one, name)
            for name, one in value.items()
        }
    if isinstance(value, list):
        return [_without_secrets(one, key) for one in value[:50]]
    if isinstance(value, str):
        return value if key in _OURS else masked_text(value)
    return value


def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET) and name not in {"codecs"}
