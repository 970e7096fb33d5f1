"""The routes as the service serves them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlalchemy import insert

from cti.api.app import create_app
from cti.base.clock import SystemClock
from cti.store.engine import Store
from recordings.api import router
from recordings.models import RecordingRow
from recordings.service import RecordingService
from recordings.views import CampaignFacts

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SOUND = bytes(range(256)) * 40


async def healthy() -> dict[str, str]:
    return {}


async def campaigns() -> list[CampaignFacts]:
    return [
        CampaignFacts(0, "Spring", 7, {"sold": ("Sold", "成交")}),
        CampaignFacts(1, "Autumn", 8, {"sold": ("Sold!", "")}),
    ]


@pytest.fixture
async def http(store: Store, tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    """Six recordings, an hour apart; at-5 is the newest and not ready."""
    service = RecordingService(
        store, tmp_path / "archive", tmp_path / "incoming", SystemClock(), print
    )
    folder = service.archive / "2026" / "03" / "01"
    folder.mkdir(parents=True)
    rows: list[dict[str, Any]] = []
    for n in range(6):
        row = service.expected_row(
            f"at-{n}",
            raw_path=Path("x"),
            started_at=START + timedelta(hours=n),
            campaign_id=n % 2,
            agent_id=n % 3,
            number=f"+49301234{n}",
            outcome="answered" if n else "abandoned",
        )
        ready = {
            "disposition": "sold" if n % 2 else "",
            "state": "ready" if n < 5 else "missing",
            "error": "" if n < 5 else "no file",
            "path": f"2026/03/01/at-{n}.mp3",
            "waveform_path": f"2026/03/01/at-{n}.json",
            "seconds": 12.5 + n,
            "size": len(SOUND),
            "sha256": "ab" * 32,
        }
        rows.append(row | ready)
        if n not in {4, 5}:
            (folder / f"at-{n}.mp3").write_bytes(SOUND)
            (folder / f"at-{n}.json").write_text('{"version": 1}')
    async with store.write() as session:
        await session.execute(insert(RecordingRow), rows)
    app = create_app(token="t", version="1", routers=[router(service, campaigns)], check=healthy)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cti",
        headers={"Authorization": "Bearer t"},
    ) as client:
        yield client


async def ids(http: httpx.AsyncClient, **asked: str | int) -> list[str]:
    answer = await http.get("/v1/recordings", params=asked)
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, ["at-5", "at-4", "at-3", "at-2", "at-1", "at-0"]),
        ({"agent": 0}, ["at-3", "at-0"]),
        ({"campaign": 1}, ["at-5", "at-3", "at-1"]),
        ({"campaign": 1, "agent": 0}, ["at-3"]),
        ({"number": "+493012342"}, ["at-2"]),
        ({"number": "+49 (301) 23-42"}, ["at-2"]),
        ({"number": "2342"}, ["at-2"]),
        ({"number": "012342"}, ["at-2"]),
        ({"number": "992342"}, []),
        ({"number": "+992342"}, []),
        ({"disposition": "sold"}, ["at-5", "at-3", "at-1"]),
        ({"longer": 14.5, "shorter": 15.5}, ["at-3", "at-2"]),
        ({"outcome": "abandoned"}, ["at-0"]),
        ({"state": "missing"}, ["at-5"]),
        ({"from": "2026-03-01T13:00:00Z"}, ["at-5", "at-4"]),
        ({"to": "2026-03-01T10:00:00Z"}, ["at-0"]),
        ({"from": "2026-03-01T18:00:00+08:00", "to": "2026-03-01T11:00:00Z"}, ["at-1"]),
    ],
)
async def test_the_list_is_narrowed(
    http: httpx.AsyncClient, asked: dict[str, str | int], found: list[str]
) -> None:
    assert await ids(http, **asked) == found


async def test_pages_follow_each_other_even_while_new_recordings_come(
    http: httpx.AsyncClient, store: Store
) -> None:
    first = (await http.get("/v1/recordings", params={"limit": 4})).json()
    newer = {"id": "at-9", "raw_path": "x", "started_at": START + timedelta(hours=9)}
    async with store.write() as session:
        await session.execute(insert(RecordingRow), [newer])
    second = (await http.get("/v1/recordings", params={"limit": 4, "after": first["next"]})).json()
    seen = [item["id"] for page in (first, second) for item in page["items"]]
    assert seen == ["at-5", "at-4", "at-3", "at-2", "at-1", "at-0"]
    assert second["next"] == ""


@pytest.mark.parametrize(
    "asked",
    [
        {"from": "2026-03-01T13:00:00"},
        {"limit": 0},
        {"limit": 9999},
        {"agent": "x"},
        {"after": "x"},
        {"after": "2026-03-01T13:00:00~at-1"},
        {"colour": "red"},
        {"number": "%"},
        {"number": "342"},
        {"number": "+49 30\r\nx"},
        {"longer": -1},
    ],
)
async def test_a_wrong_question_is_a_clear_error(
    http: httpx.AsyncClient, asked: dict[str, str | int]
) -> None:
    answer = await http.get("/v1/recordings", params=asked)
    assert answer.status_code == 422
    assert answer.json()["error"]


async def test_one_recordings_facts(http: httpx.AsyncClient) -> None:
    facts = (await http.get("/v1/recordings/at-1")).json()
    assert (facts["started_at"], facts["seconds"]) == ("2026-03-01T10:00:00Z", 13.5)
    assert "raw_path" not in facts
    assert (await http.get("/v1/recordings/at-99")).status_code == 404


async def test_the_sound_is_served_whole_and_in_ranges(http: httpx.AsyncClient) -> None:
    whole = await http.get("/v1/recordings/at-1/audio")
    assert whole.content == SOUND
    assert whole.headers["content-type"] == "audio/mpeg"
    assert whole.headers["accept-ranges"] == "bytes"
    part = await http.get("/v1/recordings/at-1/audio", headers={"Range": "bytes=100-199"})
    assert part.status_code == 206
    assert part.content == SOUND[100:200]
    assert part.headers["content-range"] == f"bytes 100-199/{len(SOUND)}"
    beyond = await http.get("/v1/recordings/at-1/audio", headers={"Range": "bytes=99999-"})
    assert beyond.status_code == 416


async def test_the_waveform_is_served(http: httpx.AsyncClient) -> None:
    assert (await http.get("/v1/recordings/at-1/waveform")).json() == {"version": 1}


@pytest.mark.parametrize("what", ["audio", "waveform"])
@pytest.mark.parametrize(
    ("name", "words"),
    [("at-5", "missing (no file)"), ("at-4", "no longer in the archive"), ("at-99", "no record")],
)
async def test_what_cannot_be_played_says_why(
    http: httpx.AsyncClient, what: str, name: str, words: str
) -> None:
    answer = await http.get(f"/v1/recordings/{name}/{what}")
    assert answer.status_code == 404
    assert words in answer.json()["error"]


async def test_nothing_is_served_without_signing_in(http: httpx.AsyncClient) -> None:
    for path in ("", "/at-1", "/at-1/audio", "/at-1/waveform"):
        answer = await http.get(f"/v1/recordings{path}", headers={"Authorization": ""})
        assert answer.status_code == 401
