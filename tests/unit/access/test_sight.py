"""A client's observer and a team's leader over HTTP: others' things are as if they were not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import httpx
import pytest
from fastapi import FastAPI
from fastapi.requests import HTTPConnection

from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.agents.models import AgentRow
from cti.agents.roster import Roster
from cti.agents.states import Agent
from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.base.signals import Signals
from cti.sight import HouseSight, client_exists
from cti.store.engine import Store
from dialer.attempts.api import router as attempts_router
from dialer.attempts.models import AttemptRow
from dialer.attempts.service import AttemptService
from dialer.board.api import router as board_router
from dialer.board.narrow import Narrow
from dialer.campaigns.api import router as campaigns_router
from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.campaigns.service import CampaignService
from dialer.campaigns.settings import CampaignSettings
from dialer.clients.api import router as clients_router
from dialer.clients.service import ClientService
from dialer.engine.flights import Flights
from dialer.engine.ledger import Ledger
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from dialer.reports.api import router as reports_router
from dialer.reports.service import ReportService
from recordings.models import RecordingRow

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NUMBER = "+8613812341234"


class Guests:
    """A door that lets in whom the header `as` names."""

    def __init__(self) -> None:
        self.known = {
            "vera": self._who("vera", Role.CLIENT_OBSERVER, client_id=1),
            "ben": self._who("ben", Role.TEAM_LEADER, team="blue"),
            "nora": self._who("nora", Role.TEAM_LEADER, team=None),
            "lena": self._who("lena", Role.SUPERVISOR),
            "rita": self._who("rita", Role.REPORT_KEEPER),
        }

    @staticmethod
    def _who(name: str, role: Role, **limits: Any) -> Who:
        return Who(7, name, role, ROLES[role], session="s", **limits)

    async def who(self, connection: HTTPConnection) -> Who:
        return self.known[connection.headers["as"]]


async def fill(store: Store) -> None:
    """Two clients with a campaign, a lead and a call each; an agent of each of two teams."""
    settings = CampaignSettings().model_dump(mode="json")
    async with store.write() as session:
        session.add_all([ClientRow(id=1, name="Acme"), ClientRow(id=2, name="Other")])
        for n, (name, team) in enumerate((("anna", "blue"), ("omar", "red")), 1):
            session.add(
                AgentRow(
                    id=n, name=name, phone=f"agent-{name}", phone_secret="s", team=team,
                    created_at=NOW,
                )
            )  # fmt: skip
        await session.flush()
        for n in (1, 2):
            session.add(
                CampaignRow(
                    id=n, name=f"Campaign {n}", client_id=n, settings=settings, created_at=NOW
                )
            )
        await session.flush()
        for n in (1, 2):
            session.add(LeadListRow(id=n, campaign_id=n, name="list", created_at=NOW))
        await session.flush()
        for n in (1, 2):
            session.add(
                LeadRow(id=n, campaign_id=n, list_id=n, time_zone="Asia/Shanghai", state="waiting")
            )
        await session.flush()
        for n in (1, 2):
            session.add(NumberRow(id=n, campaign_id=n, lead_id=n, e164=NUMBER))
        await session.flush()
        for n in (1, 2):
            at = NOW + timedelta(minutes=n)
            session.add(
                AttemptRow(
                    id=f"at-{n}", campaign_id=n, lead_id=n, number_id=n, e164=NUMBER,
                    placed_at=at, agent_id=n, evidence=[], outcome="answered",
                )
            )  # fmt: skip
            session.add(
                RecordingRow(
                    id=f"at-{n}", campaign_id=n, agent_id=n, number=NUMBER, started_at=at,
                    raw_path=f"{n}.raw",
                )
            )  # fmt: skip


@pytest.fixture
async def app(store: Store, tmp_path: Any) -> AsyncIterator[FastAPI]:
    await fill(store)
    clock, signals = ManualClock(NOW), Signals()
    roster = Roster(signals, clock)
    roster.add(Agent(1, "anna", "agent-anna", team="blue"))
    roster.add(Agent(2, "omar", "agent-omar", team="red"))
    roster.add(Agent(3, "zoe", "agent-zoe"))
    reports = ReportService(store, clock, tmp_path / "reports")
    campaigns = CampaignService(store, clock, lambda _: None)

    async def check() -> dict[str, str]:
        return {}

    nobody = cast("Any", None)
    made = create_app(
        token="t",
        version="1",
        routers=[
            attempts_router(AttemptService(store, Flights(), Ledger(store).flush), nobody),
            campaigns_router(campaigns),
            clients_router(ClientService(store)),
            reports_router(reports),
            board_router(nobody, Narrow(lambda n: n, lambda _: None), nobody),
        ],
        check=check,
        sight=HouseSight(store, roster, reports.campaign_of),
    )
    made.state.door = Guests()
    yield made
    await reports.close()


async def ask(app: FastAPI, who: str, path: str, body: Any = None) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://cti") as http:
        method = "GET" if body is None else "POST"
        return await http.request(method, path, json=body, headers={"as": who})


async def ids(app: FastAPI, who: str, path: str) -> list[Any]:
    answer = await ask(app, who, path)
    assert answer.status_code == 200, answer.text
    return [one["id"] for one in answer.json()]


async def test_an_observer_sees_the_own_clients(app: FastAPI) -> None:
    assert await ids(app, "vera", "/v1/campaigns") == [1]
    assert await ids(app, "vera", "/v1/clients") == [1]
    assert await ids(app, "vera", "/v1/attempts") == ["at-1"]
    assert await ids(app, "lena", "/v1/campaigns") == [2, 1]
    assert await ids(app, "lena", "/v1/attempts") == ["at-2", "at-1"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/campaigns/2",
        "/v1/attempts/at-2",
        "/v1/attempts?campaign_id=2",
        "/v1/attempts?campaign_id=1&campaign_id=2",
        "/v1/attempts?lead_id=2",
        "/v1/campaigns/99",
        "/v1/campaigns/x",
        "/v1/campaigns/%31%00",
        "/v1/campaigns/99999999999999999999",
        "/v1/reports/1",
    ],
)
async def test_what_is_anothers_is_as_if_it_were_not(app: FastAPI, path: str) -> None:
    answer = await ask(app, "vera", path)
    assert answer.status_code == 404, answer.text


async def test_what_is_theirs_is_shown_with_its_numbers_masked(app: FastAPI) -> None:
    shown = await ask(app, "vera", "/v1/attempts/at-1")
    assert shown.json()["number"] == "+86138****1234"
    assert (await ask(app, "vera", "/v1/campaigns/1")).status_code == 200
    assert (await ask(app, "vera", "/v1/attempts/at-1/number")).status_code == 403
    assert (await ask(app, "lena", "/v1/attempts/at-1/number")).json() == {"number": NUMBER}


async def test_a_leader_sees_the_own_teams_talks(app: FastAPI) -> None:
    assert await ids(app, "ben", "/v1/attempts") == ["at-1"]
    assert (await ask(app, "ben", "/v1/attempts/at-1")).status_code == 200
    assert (await ask(app, "ben", "/v1/attempts/at-2")).status_code == 404
    assert await ids(app, "ben", "/v1/campaigns") == [2, 1], "campaigns are everybody's"
    assert await ids(app, "nora", "/v1/attempts") == [], "a leader of no team leads nobody"


async def test_reports_are_of_the_own_client_and_masked_unless_one_may(app: FastAPI) -> None:
    order = {"campaign_id": 2, "format": "csv"}
    assert (await ask(app, "vera", "/v1/reports/feedback", order)).status_code == 404
    order["campaign_id"] = 1
    full = order | {"full_numbers": True}
    assert (await ask(app, "vera", "/v1/reports/feedback", full)).status_code == 403
    own = await ask(app, "vera", "/v1/reports/feedback", order)
    assert own.status_code == 202
    assert (await ask(app, "vera", f"/v1/reports/{own.json()['id']}")).status_code == 200
    anothers = await ask(app, "rita", "/v1/reports/feedback", full)
    assert anothers.status_code == 202
    other = await ask(app, "rita", "/v1/reports/feedback", order | {"campaign_id": 2})
    of_acme = [anothers.json()["id"], own.json()["id"]]
    assert await ids(app, "rita", "/v1/reports") == [other.json()["id"], *of_acme]
    assert await ids(app, "vera", "/v1/reports") == of_acme
    taken = await ask(app, "vera", f"/v1/reports/{anothers.json()['id']}/file")
    assert taken.status_code == 403, "she may see the report, but not numbers in full"


async def test_whose_things_are(store: Store) -> None:
    await fill(store)
    roster = Roster(Signals(), ManualClock(NOW))
    roster.add(Agent(2, "omar", "agent-omar", team="red"))
    sight = HouseSight(store, roster, lambda report: 2 if report == 5 else None)
    for kind, key in (
        ("campaign_id", "2"), ("lead_id", "2"), ("attempt_id", "at-2"),
        ("recording_id", "at-2"), ("report_id", "5"),
    ):  # fmt: skip
        assert await sight.client_of(kind, key) == 2, kind
        assert await sight.client_of(kind, "77") is None, kind
        assert await sight.client_of(kind, "'; --") is None, kind
    assert await sight.client_of("colour", "2") is None
    assert await sight.agent_of("attempt_id", "at-2") == "omar"
    assert await sight.agent_of("recording_id", "at-2") == "omar"
    assert await sight.agent_of("recording_id", "at-1") is None, "who left is nobody's"
    assert (sight.team_of("omar"), sight.team_of("nobody")) == ("red", None)
    exists = client_exists(store)
    assert (await exists(1), await exists(3)) == (True, False)
