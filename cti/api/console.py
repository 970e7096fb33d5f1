"""The console: the built single page, served beside the API, with what keeps it safe.

`npm run build` writes a folder with `index.html` and `assets/`, whose names carry a hash of what
is in them. Every other address a person can be at is `index.html` too: the page reads it.
"""

import asyncio
import os
import re
import secrets
import stat
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.staticfiles import NotModifiedResponse, StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

NONCE: Final = "__CSP_NONCE__"
"""Where `index.html` wants the nonce of each answer."""
_ENCODINGS: Final = {"br": ".br", "gzip": ".gz"}
_FOREVER: Final = "public, max-age=31536000, immutable"
_HOST: Final = re.compile(r"[A-Za-z0-9.\-]+(:\d+)?|\[[0-9A-Fa-f:.]+\](:\d+)?")
_API: Final = ("/v1/", "/static-offline-docs/")

MOST_BYTES: Final = 8 * 1024**2
"""Of a body that is no upload; uploads have limits of their own."""


class Console:
    """ASGI application for everything that is no route: the console's files, or its one page."""

    def __init__(self, folder: Path, otherwise: ASGIApp) -> None:
        self._folder = folder
        self._files = StaticFiles(directory=folder, check_dir=False)
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"].startswith(_API):
            await self._otherwise(scope, receive, send)
            return
        if scope["method"] not in {"GET", "HEAD"}:
            raise HTTPException(405, headers={"Allow": "GET, HEAD"})
        response = await self._answer(scope)
        await response(scope, receive, send)

    async def _answer(self, scope: Scope) -> Response:
        name = os.path.normpath(scope["path"].lstrip("/"))
        if name not in {".", "index.html"}:
            found = await self._file(name, Headers(scope=scope))
            if found is not None:
                return found
            if name.startswith("assets/") or "." in Path(name).name:
                raise HTTPException(404)
        return await asyncio.to_thread(self._page, scope)

    async def _file(self, name: str, asked: Headers) -> Response | None:
        path, facts = await self._look_up(name)
        if facts is None:
            return None
        media_type = FileResponse(path).media_type
        encoding = ""
        for word in _accepted(asked):
            packed, packed_facts = await self._look_up(name + _ENCODINGS[word])
            if packed_facts is not None:
                path, facts, encoding = packed, packed_facts, word
                break
        response = FileResponse(path, stat_result=facts, media_type=media_type)
        response.headers["Vary"] = "Accept-Encoding"
        response.headers["Content-Security-Policy"] = _FILE_POLICY
        hashed = name.startswith("assets/")
        response.headers["Cache-Control"] = _FOREVER if hashed else "public, max-age=3600"
        if encoding:
            response.headers["Content-Encoding"] = encoding
        if self._files.is_not_modified(response.headers, asked):
            return NotModifiedResponse(response.headers)
        return response

    async def _look_up(self, name: str) -> tuple[str, os.stat_result | None]:
        try:
            path, facts = await asyncio.to_thread(self._files.lookup_path, name)
        except (OSError, ValueError):  # a name that no file can have
            return "", None
        return path, facts if facts is not None and stat.S_ISREG(facts.st_mode) else None

    def _page(self, scope: Scope) -> Response:
        try:
            page = (self._folder / "index.html").read_text(encoding="utf-8")
        except OSError:
            return HTMLResponse(_not_built(self._folder), 503, {"Cache-Control": "no-store"})
        nonce = secrets.token_urlsafe(16)
        return HTMLResponse(
            page.replace(NONCE, nonce),
            headers={
                "Content-Security-Policy": _policy(nonce, Headers(scope=scope).get("host", "")),
                "Cache-Control": "no-store",  # the nonce is for once
            },
        )


def _accepted(asked: Headers) -> list[str]:
    """The encodings a browser takes (RFC 9110 §12.5.3) and a build makes, the best first."""
    said = [part.replace(" ", "") for part in asked.get("accept-encoding", "").split(",")]
    taken = {part.split(";")[0] for part in said if not part.endswith((";q=0", ";q=0.0"))}
    return [word for word in _ENCODINGS if word in taken]


def _policy(nonce: str, host: str) -> str:
    """What the page may load and where it may speak to: this service alone.

    Styles made at run time carry the nonce. `style` attributes are allowed: they cannot load
    anything, and the waveform's library writes them. ws: by name, for browsers whose 'self' does
    not mean WebSockets.
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    return "; ".join(
        (
            "default-src 'self'",
            f"script-src 'self' 'nonce-{nonce}'",
            f"style-src 'self' 'nonce-{nonce}'",
            "style-src-attr 'unsafe-inline'",
            f"connect-src 'self'{sockets}",
            "img-src 'self' data: blob:",
            "media-src 'self' blob:",
            "worker-src 'self' blob:",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        )
    )


def _not_built(folder: Path) -> str:
    return f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>CTI</title>
<body><h1>The console is not built</h1>
<p>There is no <code>index.html</code> in <code>{folder.name}</code>.
Run <code>make setup</code>, or <code>npm ci &amp;&amp; npm run build</code> in
<code>console/</code>, or point <code>CTI_CONSOLE</code> at a built console.
The API works: see <a href="/docs">/docs</a>.</p>
<p lang="zh">控制台尚未构建。请运行 <code>make setup</code>。</p></body></html>"""


_FILE_POLICY: Final = "default-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"
"""Of a script that runs as a worker, and of a picture opened by itself."""
_DOCS_POLICY: Final = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_API_POLICY: Final = "default-src 'none'; frame-ancestors 'none'"
_ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), speaker-selection=(self), autoplay=(self), "
    "camera=(), geolocation=(), display-capture=(), payment=(), usb=()",
}


class SafeHeaders:
    """ASGI middleware: headers that keep browsers from doing what nobody here asks them to."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def sending(message: Message) -> None:
            if message["type"] == "http.response.start":
                _harden(MutableHeaders(scope=message), scope)
            await send(message)

        await self._app(scope, receive, sending)


def _harden(headers: MutableHeaders, scope: Scope) -> None:
    for name, value in _ALWAYS.items():
        headers.setdefault(name, value)
    path = scope["path"]
    docs = path.startswith(("/docs", "/redoc", "/static-offline-docs"))
    headers.setdefault("Content-Security-Policy", _DOCS_POLICY if docs else _API_POLICY)
    if path.startswith("/v1/"):
        headers.setdefault("Cache-Control", "no-store")
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000")


class BodyLimit:
    """ASGI middleware: a body that is no upload has `MOST_BYTES` at most, told or not (413)."""

    def __init__(self, app: ASGIApp, most: int = MOST_BYTES) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else None
        if headers is None or headers.get("content-type", "").startswith("multipart/form-data"):
            await self._app(scope, receive, send)
            return
        told = headers.get("content-length", "0")
        over = told.isdecimal() and (len(told) > 15 or int(told) > self._most)
        taken = 0

        async def receiving() -> Message:
            nonlocal taken
            if over:  # before any of it is taken in
                raise HTTPException(413, _too_large(self._most))
            message = await receive()
            taken += len(message.get("body", b""))
            if taken > self._most:
                raise HTTPException(413, _too_large(self._most))
            return message

        await self._app(scope, receiving, send)


def _too_large(most: int) -> str:
    return f"The request is larger than {most // 1024**2} MiB"
