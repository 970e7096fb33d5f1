"""The routes as the service serves them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest
from fastapi.requests import HTTPConnection
from sqlalchemy import insert

from cti.access.rights import ROLES, Role
from cti.access.who import TOKEN, Door, Sight, Who
from cti.agents.models import AgentRow
from cti.api.app import create_app
from cti.audit.service import Audit, Wanted
from cti.base.clock import ManualClock, SystemClock
from cti.base.signals import Signals
from cti.store.engine import Store
from recordings.api import router
from recordings.listening import Listening
from recordings.models import RecordingRow
from recordings.service import RecordingService
from recordings.views import CampaignFacts

START = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
SOUND = bytes(range(256)) * 40
ENDS = ("", "/audio", "/waveform", "/heard", "/download", "/number")


async def healthy() -> dict[str, str]:
    return {}


async def campaigns() -> list[CampaignFacts]:
    return [
        CampaignFacts(0, "Spring", 7, {"sold": ("Sold", "成交")}),
        CampaignFacts(1, "Autumn", 8, {"sold": ("Sold!", "")}),
    ]


class Desk:
    """The routes, asked as whoever stands at the door."""

    def __init__(self, store: Store, service: RecordingService) -> None:
        self.who = TOKEN
        self.clock = ManualClock(START)
        self.audit = Audit(store, self.clock, Signals())
        routes = router(service, campaigns, Listening(self.audit, self.clock))
        self.app = create_app(
            token="t",
            version="1",
            routers=[routes],
            check=healthy,
            door=cast("Door", SimpleNamespace(who=self.at_the_door)),
            sight=cast("Sight", self),
        )
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app), base_url="http://cti"
        )

    def enter(self, role: Role, **facts: Any) -> None:
        """From now on somebody of this role asks."""
        self.who = Who(7, "kim", role, ROLES[role], session="s1", **facts)

    async def at_the_door(self, _: HTTPConnection) -> Who:
        return self.who

    async def client_of(self, kind: str, key: str) -> int | None:
        number = int(key[3:]) % 2 if kind == "recording_id" else int(key)
        return {0: 7, 1: 8}[number]

    async def agent_of(self, kind: str, key: str) -> str | None:
        return f"agent{int(key[3:]) % 3}"

    def team_of(self, agent: str) -> str | None:
        return {"agent1": "north", "agent2": "south"}.get(agent)

    async def acts(self) -> list[tuple[str, str, str]]:
        page = await self.audit.find(Wanted(), before=None, limit=50)
        return [(act.who, act.act, act.subject) for act in page.items]


@pytest.fixture
async def desk(store: Store, tmp_path: Path) -> AsyncIterator[Desk]:
    """Six recordings, an hour apart; at-5 is the newest and not ready."""
    service = RecordingService(
        store, tmp_path / "archive", tmp_path / "incoming", SystemClock(), print
    )
    folder = service.archive / "2026" / "03" / "01"
    folder.mkdir(parents=True)
    agents = [
        {"id": n, "name": f"agent{n}", "phone": "p", "phone_secret": "s", "created_at": START,
         "display_name": f"Agent {n}", "team": ["", "north", "south"][n]}
        for n in range(3)
    ]  # fmt: skip
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
        await session.execute(insert(AgentRow), agents)
        await session.execute(insert(RecordingRow), rows)
    desk = Desk(store, service)
    async with desk.http:
        yield desk


@pytest.fixture
def http(desk: Desk) -> httpx.AsyncClient:
    """As the command line asks."""
    desk.http.headers["Authorization"] = "Bearer t"
    return desk.http


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
    for path in ("", "/choices", *(f"/at-1{end}" for end in ENDS)):
        answer = await http.get(
            f"/v1/recordings{path}", headers={"Authorization": "Bearer of bad news"}
        )
        assert answer.status_code == 401


async def test_names_are_told_and_the_number_is_masked(desk: Desk) -> None:
    desk.enter(Role.QA)
    facts = (await desk.http.get("/v1/recordings/at-1")).json()
    assert (facts["campaign"], facts["agent"], facts["agent_display_name"]) == (
        *("Autumn", "agent1"),
        "Agent 1",
    )
    assert (facts["disposition_label"], facts["direction"]) == ("Sold!", "outbound")
    assert facts["number"] == "+4****2341"


async def test_the_hidden_digits_cannot_be_found_by_asking(desk: Desk) -> None:
    desk.enter(Role.QA)
    refused = await desk.http.get("/v1/recordings", params={"number": "12342"})
    assert refused.status_code == 422
    assert "four digits" in refused.json()["error"]
    assert await ids(desk.http, number="2342") == ["at-2"]
    assert await ids(desk.http, number="+493012342") == ["at-2"]


async def test_the_full_number_needs_its_right_and_is_audited(desk: Desk) -> None:
    desk.enter(Role.QA)
    assert (await desk.http.get("/v1/recordings/at-2/number")).status_code == 403
    desk.enter(Role.SUPERVISOR)
    answer = await desk.http.get("/v1/recordings/at-2/number")
    assert answer.json() == {"number": "+493012342"}
    assert await desk.acts() == [("kim", "numbers.shown", "recordings/at-2")]


async def test_a_clients_observer_sees_the_clients_recordings_only(desk: Desk) -> None:
    desk.enter(Role.CLIENT_OBSERVER, client_id=8)
    assert await ids(desk.http) == ["at-5", "at-3", "at-1"]
    choices = (await desk.http.get("/v1/recordings/choices")).json()
    assert [campaign["name"] for campaign in choices["campaigns"]] == ["Autumn"]
    for end in ENDS[:-2]:
        assert (await desk.http.get(f"/v1/recordings/at-2{end}")).status_code == 404
    assert (await desk.http.get("/v1/recordings/at-1/audio")).status_code == 200
    assert (await desk.http.get("/v1/recordings/at-1/download")).status_code == 403


async def test_a_team_leader_hears_the_own_team_only(desk: Desk) -> None:
    desk.enter(Role.TEAM_LEADER, team="north")
    assert await ids(desk.http) == ["at-4", "at-1"]
    choices = (await desk.http.get("/v1/recordings/choices")).json()
    assert [agent["name"] for agent in choices["agents"]] == ["agent1"]
    assert (await desk.http.get("/v1/recordings/at-2/audio")).status_code == 404
    assert (await desk.http.get("/v1/recordings/at-1/audio")).status_code == 200


async def test_a_sitting_is_audited_once_however_often_one_seeks(desk: Desk) -> None:
    desk.enter(Role.QA)
    for start in (0, 4000, 100):
        ranged = {"Range": f"bytes={start}-"}
        assert (await desk.http.get("/v1/recordings/at-1/audio", headers=ranged)).is_success
    assert await desk.acts() == [("kim", "recordings.listened", "recordings/at-1")]
    desk.clock.set(START + timedelta(minutes=29))
    await desk.http.get("/v1/recordings/at-1/audio")
    desk.clock.set(START + timedelta(minutes=58))  # 29 after the one before: still the same
    await desk.http.get("/v1/recordings/at-1/audio")
    assert len(await desk.acts()) == 1
    desk.clock.set(START + timedelta(minutes=89))
    await desk.http.get("/v1/recordings/at-1/audio")
    assert len(await desk.acts()) == 2


async def test_who_heard_and_who_took_a_recording_is_shown_with_it(desk: Desk) -> None:
    desk.enter(Role.SUPERVISOR)
    await desk.http.get("/v1/recordings/at-1/audio")
    await desk.http.get("/v1/recordings/at-2/audio")
    taken = await desk.http.get("/v1/recordings/at-1/download")
    assert taken.content == SOUND
    assert taken.headers["content-disposition"] == (
        'attachment; filename="20260301-100000-at-1.mp3"'
    )
    assert taken.headers["cache-control"] == "private, no-store"
    heard = (await desk.http.get("/v1/recordings/at-1/heard")).json()
    told = [(one["who"], one["role"], one["act"]) for one in heard["items"]]
    assert told == [("kim", "supervisor", "downloaded"), ("kim", "supervisor", "listened")]
    assert not heard["more"]


async def test_what_could_not_be_heard_is_not_said_to_be(desk: Desk) -> None:
    desk.enter(Role.QA)
    assert (await desk.http.get("/v1/recordings/at-5/audio")).status_code == 404
    assert await desk.acts() == []
