"""The console's files, its one page, and what keeps browsers from mischief."""

import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter, Request
from pydantic import BaseModel

from cti.access.rights import Right
from cti.access.who import needs, public
from cti.api.app import create_app
from cti.api.console import MOST_BYTES
from cti.api.uploads import uploaded

PAGE = '<!doctype html><meta nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/a.js">'
SCRIPT = "console.log(1);" * 200


class Words(BaseModel):
    text: str


def rooms() -> APIRouter:
    routes = APIRouter(prefix="/v1")

    @routes.get("/things/{thing_id}", dependencies=[public()])
    async def thing(thing_id: int) -> str:
        return "<script>alert(1)</script>"

    @routes.post("/words", dependencies=[public()])
    async def words(words: Words) -> int:
        return len(words.text)

    @routes.post("/files", dependencies=[needs(Right.EDIT_SITE)])
    async def files(request: Request) -> int:
        async with uploaded(request, 2 * 1024**2, "Cut it.") as (file, _):
            return len(await file.read())

    return routes


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    folder = tmp_path / "dist"
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text(PAGE)
    (folder / "mark.svg").write_text("<svg/>")
    (folder / "assets" / "index-abc.js").write_text(SCRIPT)
    (folder / "assets" / "index-abc.js.gz").write_bytes(gzip.compress(SCRIPT.encode()))
    (tmp_path / "secret.txt").write_text("secret")
    (folder / "assets" / "way-out.txt").symlink_to(tmp_path / "secret.txt")
    return folder


@pytest.fixture
async def http(dist: Path) -> AsyncIterator[httpx.AsyncClient]:
    async def check() -> dict[str, str]:
        return {}

    app = create_app(token="t", version="1", routers=[rooms()], check=check, console=dist)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://desk.example:8080") as made:
        yield made


@pytest.mark.parametrize("path", ["/", "/index.html", "/campaigns/3", "/welcome", "/admin/users"])
async def test_every_place_is_the_one_page(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"
    policy = answer.headers["content-security-policy"].split("; ")
    nonce = answer.text.partition('nonce="')[2].partition('"')[0]
    assert len(nonce) >= 20
    assert "__CSP_NONCE__" not in answer.text
    assert f"script-src 'self' 'nonce-{nonce}'" in policy
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "connect-src 'self' ws://desk.example:8080 wss://desk.example:8080" in policy
    assert "unsafe-eval" not in str(policy)
    assert "script-src 'unsafe-inline'" not in str(policy)
    again = await http.get(path)
    assert nonce not in again.text, "each answer has its own"


async def test_a_forged_host_writes_no_policy(http: httpx.AsyncClient) -> None:
    answer = await http.get("/", headers={"Host": "x; script-src *"})
    assert "connect-src 'self';" in answer.headers["content-security-policy"]
    assert "*" not in answer.headers["content-security-policy"]


async def test_hashed_files_are_kept_for_good_and_sent_compressed(http: httpx.AsyncClient) -> None:
    packed = await http.get("/assets/index-abc.js", headers={"Accept-Encoding": "br, gzip"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.headers["content-type"].startswith("text/javascript")
    assert packed.headers["vary"] == "Accept-Encoding"
    assert packed.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert packed.text == SCRIPT
    for accepted in ("identity", "gzip;q=0", ""):
        plain = await http.get("/assets/index-abc.js", headers={"Accept-Encoding": accepted})
        assert "content-encoding" not in plain.headers
        assert plain.text == SCRIPT
    known = {"If-None-Match": packed.headers["etag"], "Accept-Encoding": "gzip"}
    assert (await http.get("/assets/index-abc.js", headers=known)).status_code == 304
    assert (await http.get("/mark.svg")).headers["cache-control"] == "public, max-age=3600"


@pytest.mark.parametrize(
    "path",
    [
        "/assets/nothing.js",
        "/assets/way-out.txt",
        "/favicon.ico",
        "/..%2f..%2fsecret.txt",
        "/assets/..%2f..%2f..%2fsecret.txt",
        "/%2fetc%2fpasswd.x",
        "/a%00b.js",
        "/" + "x" * 5000 + ".js",
        "/v1/nothing",
    ],
)
async def test_nothing_else_is_given(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(path)
    assert answer.status_code == 404, answer.text
    assert set(answer.json()) == {"error", "cure"}
    assert "secret" not in answer.text


async def test_routes_keep_their_own_refusals(http: httpx.AsyncClient) -> None:
    assert (await http.delete("/v1/words")).status_code == 405
    assert (await http.post("/campaigns/3")).status_code == 405


async def test_what_answers_say_is_never_taken_for_a_page(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/things/1")
    assert answer.headers["content-type"] == "application/json"
    for name, value in {
        "x-content-type-options": "nosniff",
        "x-frame-options": "DENY",
        "referrer-policy": "same-origin",
        "cross-origin-opener-policy": "same-origin",
        "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
        "cache-control": "no-store",
    }.items():
        assert answer.headers[name] == value
    assert "microphone=(self)" in answer.headers["permissions-policy"]
    assert "strict-transport-security" not in answer.headers


async def test_without_a_build_the_page_says_how_to_make_one(
    http: httpx.AsyncClient, dist: Path
) -> None:
    (dist / "index.html").unlink()
    answer = await http.get("/")
    assert answer.status_code == 503
    assert "npm run build" in answer.text
    assert (await http.get("/v1/things/1")).status_code == 200


async def test_a_body_too_large_is_refused_before_it_is_taken_in(http: httpx.AsyncClient) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield b'{"text": "'
        while True:
            taken += 65536
            yield b"x" * 65536

    for headers, content in (
        ({"Content-Length": str(MOST_BYTES + 1)}, endless()),
        ({"Content-Length": "9" * 30}, endless()),
        ({}, endless()),
    ):
        headers["Content-Type"] = "application/json"
        before = taken
        answer = await http.post("/v1/words", content=content, headers=headers)
        assert answer.status_code == 413
        assert answer.json()["error"] == "The request is larger than 8 MiB."
        assert taken - before <= MOST_BYTES + 65536
    assert (await http.post("/v1/words", json={"text": "abc"})).json() == 3


async def test_an_upload_too_large_is_refused_with_a_sentence(http: httpx.AsyncClient) -> None:
    bearer = {"Authorization": "Bearer t"}
    large = await http.post(
        "/v1/files", files={"file": ("a.csv", b"x" * (4 * 1024**2))}, headers=bearer
    )
    assert large.status_code == 413
    assert large.json() == {"error": "The file is larger than 2 MiB.", "cure": "Cut it."}
    fits = await http.post("/v1/files", files={"file": ("a.csv", b"x" * 1024)}, headers=bearer)
    assert fits.json() == 1024
