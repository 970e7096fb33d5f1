"""Whoever asks is answered in the language of the page: by its cookie, else by the browser's."""

from collections.abc import AsyncIterator
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, FastAPI, Query, WebSocket
from pydantic import BaseModel, field_validator

from cti.access.masking import SentenceWithNumbers
from cti.access.who import public
from cti.api.app import create_app
from cti.base.errors import Conflict
from cti.texts.reader import COOKIE, OptionalSentence, Sentence, asked_for, told, told_in

OFF = "The trunk 'main' is switched off."
AUS = "中继 “main” 已停用。"


class Trunk(BaseModel):
    state: Sentence = OFF
    before: OptionalSentence = None
    why: SentenceWithNumbers = "+8613812341234 may be called."


class Wish(BaseModel):
    region: str
    lines: int = 1

    @field_validator("region")
    @classmethod
    def _exists(cls, region: str) -> str:
        if region != "CN":
            raise ValueError(f"{region!r} is not a region; use two letters such as CN or US")
        return region


def make_app() -> FastAPI:
    async def check() -> dict[str, str]:
        return {}

    routes = APIRouter(prefix="/v1/things")

    @routes.get("/trunk", dependencies=[public()])
    async def trunk() -> Trunk:
        return Trunk()

    @routes.post("/trunk", dependencies=[public()])
    async def change() -> None:
        raise Conflict(OFF, "Switch it on first.")

    @routes.post("/wish", dependencies=[public()])
    async def wish(wish: Wish, times: Annotated[int, Query(ge=1, le=5)] = 1) -> Wish:
        return wish

    @routes.get("/bug", dependencies=[public()])
    async def bug() -> None:
        raise ZeroDivisionError

    @routes.websocket("/talk", dependencies=[public()])
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        await socket.send_text(told(OFF))
        await socket.close()

    return create_app(token="t", version="1", routers=[routes], check=check)


APP = make_app()


@pytest.fixture
async def page() -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(APP, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://cti") as page:
        yield page


CHINESE = {"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", "en"),
        ("zh-CN,zh;q=0.9,en;q=0.8", "zh"),
        ("zh", "zh"),
        ("ZH-Hans-CN", "zh"),
        ("en;q=0.5, zh;q=0.9", "zh"),
        ("de-DE, zh;q=0.2", "zh"),
        ("zh;q=0, de", "en"),
        ("fr, en;q=0.9, zh;q=0.8", "en"),
        ("zh;q=nonsense, ;;,", "en"),
        ("*", "en"),
    ],
)
def test_the_first_language_of_ours_that_a_browser_asks_for(header: str, language: str) -> None:
    assert asked_for(header) == language


async def test_errors_and_answers_are_in_the_language_that_is_asked_for(
    page: httpx.AsyncClient,
) -> None:
    fault = (await page.post("/v1/things/trunk", headers=CHINESE)).json()
    assert fault == {"error": AUS, "cure": "请先启用它。"}
    trunk = (await page.get("/v1/things/trunk", headers=CHINESE)).json()
    assert trunk == {"state": AUS, "before": None, "why": "+86138****1234 可以呼叫。"}
    fault = (await page.post("/v1/things/trunk")).json()
    assert fault == {"error": OFF, "cure": "Switch it on first."}
    assert (await page.get("/v1/things/trunk")).json()["state"] == OFF


async def test_the_pages_own_word_goes_before_the_browsers(page: httpx.AsyncClient) -> None:
    for cookie, said in (("zh", AUS), ("en", OFF)):
        page.cookies.set(COOKIE, cookie)
        for header in ("zh-CN", "en-GB", ""):
            answer = await page.post("/v1/things/trunk", headers={"Accept-Language": header})
            assert answer.json()["error"] == said
    page.cookies.set(COOKIE, "tlh")
    assert (await page.post("/v1/things/trunk", headers=CHINESE)).json()["error"] == AUS


@pytest.mark.parametrize(
    ("body", "query", "said"),
    [
        ({"region": "XX"}, "", "region: “XX” 不是国家或地区；请用两个字母，如 CN 或 US。"),
        ({}, "", "region: 必填。"),
        ({"region": "CN", "lines": "many"}, "", "lines: 应为整数。"),
        ({"region": "CN"}, "?times=9", "query.times: 应不大于 5。"),
        ([], "", "body: 应为对象。"),
    ],
)
async def test_bad_input_is_one_clear_sentence(
    page: httpx.AsyncClient, body: object, query: str, said: str
) -> None:
    answer = await page.post(f"/v1/things/wish{query}", json=body, headers=CHINESE)
    assert (answer.status_code, answer.json()) == (
        422,
        {"error": said, "cure": "格式要求见 /docs。"},
    )


@pytest.mark.parametrize(
    ("method", "path", "said"),
    [
        ("GET", "/v1/nothing", "没有这个地址。"),
        ("DELETE", "/v1/things/trunk", "此地址不支持这种操作。"),
        ("GET", "/v1/things/bug", "服务出错（ZeroDivisionError）。"),
    ],
)
async def test_faults_of_ours_too(
    page: httpx.AsyncClient, method: str, path: str, said: str
) -> None:
    assert (await page.request(method, path, headers=CHINESE)).json()["error"] == said


async def test_a_websocket_has_its_pages_language() -> None:
    said: list[str] = []

    async def receive() -> dict[str, str]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, str]) -> None:
        said.append(message.get("text", message["type"]))

    scope = {
        "type": "websocket", "path": "/v1/things/talk", "query_string": b"", "subprotocols": [],
        "headers": [(b"host", b"cti"), (b"cookie", f"{COOKIE}=zh".encode())],
    }  # fmt: skip
    await APP(scope, receive, send)  # type: ignore[arg-type]
    assert said == ["websocket.accept", AUS, "websocket.close"]


def test_what_is_not_json_keeps_its_english() -> None:
    """Rows of the database, the log, the bus: only JSON for a reader is translated."""
    with told_in("zh"):
        assert Trunk().model_dump()["state"] == OFF
        assert Trunk().model_dump(mode="json")["state"] == AUS
    assert Trunk().model_dump(mode="json")["state"] == OFF
