"""People on a store of their own, with a clock that is set by hand and a cheap hash."""

import shutil
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import APIRouter, FastAPI, WebSocket

from cti.access.events import SessionEnded
from cti.access.rights import Right, Role
from cti.access.who import TOKEN, Me, needs, who_of_websocket
from cti.api.app import create_app
from cti.audit.api import router as audit_router
from cti.audit.service import Audit, Wanted
from cti.base.clock import ManualClock
from cti.base.signals import Signals
from cti.store.engine import Store, sqlite_url
from cti.users.api import Site
from cti.users.passwords import Passwords
from cti.users.people import People

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BEARER = "the-token"
GOOD = "tobacco lamp stairs"
BETTER = "violin under seven roofs"
SITE = "https://desk.example"


@dataclass
class CheapPasswords(Passwords):
    """The real thing with the least cost; tells what it was asked to check."""

    verified: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))

    def _verify(self, known: str, password: str) -> bool:
        self.verified.append(known)
        return super()._verify(known, password)


class Browser:
    """A browser with its cookies, that sends what our own page sends."""

    def __init__(self, app: FastAPI, address: str = "10.0.0.7", site: str = SITE) -> None:
        transport = httpx.ASGITransport(app, client=(address, 50_000), raise_app_exceptions=False)
        self.http = httpx.AsyncClient(transport=transport, base_url=site)
        self.csrf = ""
        self.origin: str | None = site

    async def ask(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """As the page would."""
        given = {"X-CSRF-Token": self.csrf} if self.csrf else {}
        if self.origin and method != "GET":
            given["Origin"] = self.origin
        return await self.http.request(method, path, json=body, headers=given | headers)

    async def sign_in(self, name: str, password: str, code: str = "") -> httpx.Response:
        """The page's form."""
        answer = await self.ask(
            "POST", "/v1/session", {"name": name, "password": password, "code": code}
        )
        if answer.is_success:
            self.csrf = answer.json()["csrf"]
        return answer

    async def by_link(self, token: str, **more: str) -> httpx.Response:
        """The page a link leads to."""
        answer = await self.ask("POST", "/v1/session/link", {"token": token, **more})
        if answer.is_success:
            self.csrf = answer.json()["csrf"]
        return answer

    @property
    def cookie(self) -> str:
        return self.http.cookies.get("cti_session") or ""


@dataclass
class Town:
    """The application with its people, and browsers in it."""

    store: Store
    clock: ManualClock
    signals: Signals
    audit: Audit
    people: People
    passwords: CheapPasswords
    app: FastAPI
    ended: list[SessionEnded]
    browsers: list[Browser] = field(default_factory=list)

    def browser(self, address: str = "10.0.0.7", site: str = SITE) -> Browser:
        """One more."""
        self.browsers.append(Browser(self.app, address, site))
        return self.browsers[-1]

    def program(self) -> Browser:
        """Who has the bearer token."""
        browser = self.browser()
        browser.http.headers["Authorization"] = f"Bearer {BEARER}"
        browser.origin = None
        return browser

    async def user(self, name: str, role: Role = Role.SUPERVISOR, **facts: Any) -> None:
        """A user whose password is GOOD, and need not be changed."""
        await self.people.users.add(TOKEN, name, role, **facts)
        link = await self.people.users.link(TOKEN, name, SITE)
        answer = await self.browser().by_link(link.token, password=GOOD)
        assert answer.status_code == 200, answer.text
        await self.people.users.sign_out(TOKEN, name)
        self.ended.clear()

    def later(self, **span: float) -> None:
        self.clock.set(self.clock.now() + timedelta(**span))

    async def acts(self) -> list[tuple[str, str, str]]:
        """(who, act, subject), the newest first."""
        await self.audit.batches._flush()
        page = await self.audit.find(Wanted(), before=None, limit=100)
        return [(act.who, act.act, act.subject) for act in page.items]


def things() -> APIRouter:
    """Routes that need rights, for people to try."""
    routes = APIRouter(prefix="/v1/things", tags=["things"])

    @routes.get("", dependencies=[needs(Right.SEE_FLOOR)])
    async def seen(who: Me) -> dict[str, str]:
        return {"who": who.name, "address": who.address}

    @routes.post("/{name}/do", dependencies=[needs(Right.RUN_FLOOR)])
    async def do(name: str, word: dict[str, Any]) -> dict[str, str]:
        return {"done": name}

    @routes.websocket("/live", dependencies=[needs(Right.SEE_FLOOR)])
    async def live(socket: WebSocket) -> None:
        who = await who_of_websocket(socket)
        await socket.accept()
        await socket.send_text(who.name)
        await socket.close()

    return routes


async def open_town(folder: Path, store: Store | None = None) -> Town:
    """All parts of it, on `store`, or the database that lies in `folder`, migrated."""
    store = store or Store(sqlite_url(folder))
    clock, signals = ManualClock(START), Signals()
    audit, passwords = Audit(store, clock, signals), CheapPasswords()

    async def client_exists(client_id: int) -> bool:
        return client_id == 1

    people = People.make(
        store,
        clock,
        signals,
        audit,
        agent_exists=lambda name: name in {"anna", "ben"},
        client_exists=client_exists,
        folder=folder,
        site=Site(),
        passwords=passwords,
    )
    ended: list[SessionEnded] = []
    signals.on(SessionEnded, ended.append)

    async def check() -> dict[str, str]:
        return {}

    app = create_app(
        token=BEARER,
        version="1",
        routers=[people.router(), audit_router(audit), things()],
        check=check,
        door=people.door,
        tell=audit.tell,
    )
    await people.sessions.load()
    return Town(store, clock, signals, audit, people, passwords, app, ended)


async def close_town(town: Town) -> None:
    """Everything is put away."""
    for browser in town.browsers:
        await browser.http.aclose()
    await town.people.close()
    await town.audit.close()
    await town.store.close()


@pytest.fixture
async def town(tmp_path: Path, shaped: Path) -> AsyncIterator[Town]:
    shutil.copytree(shaped, tmp_path, dirs_exist_ok=True)
    town = await open_town(tmp_path)
    yield town
    await close_town(town)
