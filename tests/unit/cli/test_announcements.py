"""`cti announcement …` says to the API what it was told, and shows what comes back."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI

from cti.api.app import create_app
from dialer.announcements.api import router
from dialer.announcements.service import AnnouncementService, AnnouncementView, Lesson
from dialer.announcements.unknown import GroupView, Named, Partial, UnknownService
from tests.unit.cli.conftest import Run, answer_with
from tests.unit.cli.house import TOKEN

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
VIEW = AnnouncementView(
    id=7, name="Mobile vacant", meaning="vacant", carrier="Mobile", seconds=6.5, taught_by="lin",
    taught_at=NOW,
)  # fmt: skip


class Memory:
    """Both services; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.known = [VIEW, VIEW.model_copy(update={"id": 8, "meaning": None, "name": "a tune"})]

    async def learn_file(self, path: Path, lesson: Lesson) -> AnnouncementView:
        self.asked.append((path.suffix, path.read_bytes(), lesson))
        return VIEW

    async def resolve(self, taught: AnnouncementView, *, past: bool) -> Named:
        assert past
        return Named(announcement=taught, groups=2, attempts=30, changed=29)

    async def list(self, carrier: str | None) -> Sequence[AnnouncementView]:
        return [one for one in self.known if carrier in (None, one.carrier)]

    async def sample(self, number: int) -> bytes:
        return b"RIFF" + bytes([number])

    async def forget(self, number: int, by: str) -> Named:
        self.asked.append((number, bool(by)))
        return Named(announcement=VIEW, groups=1, attempts=4, changed=3)

    async def groups(self, limit: int) -> Sequence[GroupView]:
        group = GroupView(
            id=12, size=40, attempts=39, first_at=NOW, last_at=NOW, trunks=["carrier"], seconds=5.2
        )
        return [group][:limit]

    async def change(self, number: int, change: Partial, by: str, *, past: bool) -> Named:
        self.asked.append((number, change, past))
        return Named(announcement=VIEW, groups=1, attempts=4, changed=3, told=past)

    async def name(self, group: int, lesson: Lesson, *, past: bool) -> Named:
        assert past
        self.asked.append((group, lesson))
        return Named(announcement=VIEW, groups=1, attempts=39, changed=39)


@pytest.fixture
def memory(monkeypatch: pytest.MonkeyPatch) -> Memory:
    memory = Memory()

    async def check() -> dict[str, str]:
        return {}

    routes = router(cast("AnnouncementService", memory), cast("UnknownService", memory))
    app = create_app(token=TOKEN, version="0", routers=[routes], check=check)
    answer_with(monkeypatch, lambda request: _ask(app, request))
    return memory


def _ask(app: FastAPI, request: httpx.Request) -> httpx.Response:
    async def send() -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as http:
            return await http.request(
                request.method, request.url, content=request.read(), headers=request.headers
            )

    answer = asyncio.run(send())
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


def test_learn(run: Run, memory: Memory, tmp_path: Path) -> None:
    file = tmp_path / "said.alaw"
    file.write_bytes(b"sound")
    said = run("announcement", "learn", file, "--means", "vacant", "--carrier", "Mobile")
    assert said.code == 0
    assert "Taught announcement 7, “Mobile vacant”: vacant, 6.5 s." in said.out
    assert "30 past attempts heard it, the outcome of 29 changed." in said.out
    ((suffix, content, lesson),) = memory.asked
    assert (suffix, content) == (".alaw", b"sound")
    assert (lesson.means, lesson.carrier, lesson.replace) == ("vacant", "Mobile", False)


def test_learn_needs_a_file_that_is_there(run: Run, memory: Memory, tmp_path: Path) -> None:
    said = run("announcement", "learn", tmp_path / "gone.wav", "--means", "vacant")
    assert said.code == 1
    assert "gone.wav cannot be read" in said.err
    assert memory.asked == []


def test_list_and_forget(run: Run, memory: Memory) -> None:
    assert "Mobile vacant" in run("announcement", "list").out
    assert "nothing" in run("announcement", "list").out
    assert run("announcement", "list", "--carrier", "Other", "--json").json == []
    said = run("announcement", "forget", 7)
    assert "Forgot “Mobile vacant”" in said.out
    assert "the outcome of 3 changed" in said.out
    assert memory.asked[0][0] == 7


def test_change(run: Run, memory: Memory) -> None:
    said = run("announcement", "change", 7, "--means", "vacant", "--carrier", "")
    assert "Announcement 7, “Mobile vacant”, means vacant." in said.out
    assert "4 past attempts heard it; the outcome of 3 changed." in said.out
    said = run("announcement", "change", 7, "--name", "n", "--not-past")
    assert "of 3 would change." in said.out
    assert memory.asked == [
        (7, Partial("vacant", "", None), True),
        (7, Partial(None, None, "n"), False),
    ]


def test_unknown_ones_are_listed_heard_and_named(run: Run, memory: Memory, tmp_path: Path) -> None:
    listed = run("announcement", "unknown")
    assert listed.out.splitlines()[1].split()[:3] == ["12", "40", "39"]
    target = tmp_path / "what.wav"
    assert run("announcement", "sample", 12, "-o", target).code == 0
    assert target.read_bytes() == b"RIFF\x0c"
    assert run("announcement", "sample", 8, "--taught", "-o", "-").out == "RIFF\x08"
    named = run("announcement", "name", 12, "--means", "busy", "--json")
    assert named.json["changed"] == 39
    ((group, lesson),) = memory.asked
    assert (group, lesson.means, lesson.carrier) == (12, "busy", "")
