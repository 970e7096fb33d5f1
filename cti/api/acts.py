"""Whatever is changed over HTTP is told to the audit, before it is answered; and what is taken out
by routes that say `audited`.

A route that tells more of its act writes it down itself, and is not told again. What agents do at
their own desk is not told: it stands with their calls. Nor is what only looks, by a method other
than GET as it sends much: such a route says `reads`.
"""

from typing import Any, Final, Protocol

import orjson
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from cti.access.acts import noted
from cti.access.masking import masked_text
from cti.access.rights import Right
from cti.access.who import SAFE_METHODS, Who


class Tell(Protocol):
    """Told of an act. must: raise when it cannot be written down, so that it is not done."""

    async def __call__(
        self, who: Who, act: str, subject: str, details: dict[str, Any], *, must: bool
    ) -> None: ...


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
        if scope["type"] != "http":
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
            begins = message["type"] == "http.response.start" and message["status"] < 400
            if begins and not heard:
                await self._told(scope, bytes(body))
            await send(message)

        try:
            await self._app(scope, receiving, sending)
        finally:
            noted.reset(before)

    async def _told(self, scope: Scope, body: bytes) -> None:
        state = scope.get("state", {})
        who, taken = state.get("who"), state.get("audited", "")
        if not isinstance(who, Who):
            return
        if taken:
            await self._tell(who, taken, subject_of(scope), _details(scope, b""), must=True)
        elif scope["method"] not in SAFE_METHODS and is_told(scope.get("route"), body):
            await self._tell(
                who, _name_of(scope), subject_of(scope), _details(scope, body), must=False
            )


def is_told(route: object, body: bytes = b"") -> bool:
    """Whether a request to this route, by a method that may change something, is an act."""
    extra = getattr(route, "openapi_extra", None) or {}
    if extra.get("x-right", "") in _NOT_TOLD:
        return False
    reads = extra.get("x-reads", "")
    if reads.startswith("unless "):
        given = _json(body)
        return not isinstance(given, dict) or bool(given.get(reads.removeprefix("unless ")))
    return not reads


def _name_of(scope: Scope) -> str:
    route = scope.get("route")
    room = str((getattr(route, "tags", None) or ["api"])[0]).replace(" ", "_")
    return f"{room}.{getattr(route, 'name', 'changed')}"


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
    given = _json(body)
    if given is not None:
        details["given"] = _without_secrets(given)
    return details


def _json(body: bytes) -> Any:
    """What was sent, if it is JSON and not too much."""
    if not 0 < len(body) <= _MOST or body.startswith(b"--"):
        return None
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError:
        return None


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
