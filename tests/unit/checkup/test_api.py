"""The check of a real campaign and the calendar of an invented lead, over HTTP."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any, cast

import httpx
import pytest

from cti.agents.crew import Crew
from cti.agents.roster import Roster
from cti.agents.states import Agent
from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.base.signals import Signals
from cti.site.service import SiteService
from cti.store.engine import Store
from cti.trunks.service import Given, TrunkService
from dialer.campaigns.service import CampaignService
from dialer.campaigns.settings import CampaignSettings
from dialer.checkup.api import router
from dialer.checkup.service import CheckupService
from dialer.leads.models import LeadListRow, LeadRow

NOW = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


class House:
    def __init__(self, store: Store) -> None:
        self.store, self.clock, self.signals = store, ManualClock(NOW), Signals()
        self.campaigns = CampaignService(store, self.clock, lambda _: None)
        site = SiteService(store, self.clock, self.signals)
        trunks = TrunkService(
            store, cast("Any", None), site, self.signals, self.clock,
            Given("carrier", "sip:192.0.2.1:5060"), None,
        )  # fmt: skip
        self.roster = Roster(self.signals, self.clock)
        service = CheckupService(
            store, self.clock, self.campaigns, self.roster, trunks, site, (), lambda _: ()
        )

        async def well() -> dict[str, str]:
            return {}

        self.app = create_app(
            token="t", version="0", routers=[router(service, self.clock, "CN")], check=well
        )


@pytest.fixture
async def house(store: Store) -> House:
    return House(store)


@pytest.fixture
async def http(house: House) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(house.app)
    async with httpx.AsyncClient(
        transport=transport, base_url="http://t", headers={"Authorization": "Bearer t"}
    ) as client:
        yield client


async def codes(http: httpx.AsyncClient, campaign: int) -> dict[str, str]:
    told = (await http.get(f"/v1/campaigns/{campaign}/check")).json()
    return {f["code"]: f["level"] for f in told["findings"]}


async def test_a_new_campaign_is_told_what_it_needs(house: House, http: httpx.AsyncClient) -> None:
    made = await house.campaigns.create("May", CampaignSettings(trunk="north"))
    found = await codes(http, made.id)
    assert {code for code, level in found.items() if level == "stops"} == {
        "no_leads", "no_trunk", "no_agents",
    }  # fmt: skip
    assert (await http.get("/v1/campaigns/99/check")).status_code == 404


async def test_its_own_agents_are_counted(house: House, http: httpx.AsyncClient) -> None:
    for n, (name, team) in enumerate([("anna", "north"), ("bert", "north"), ("cleo", "south")]):
        agent = house.roster.add(Agent(n, name, f"phone-{name}", "ringing", team=team))
        house.roster.sign_in(agent)
    settings = CampaignSettings(crew=Crew(teams=("north", "west")))
    made = await house.campaigns.create("May", settings)
    found = (await http.get(f"/v1/campaigns/{made.id}/check")).json()["findings"]
    who = {f["code"]: f["facts"] for f in found if f["where"] == "who"}
    assert who == {"missing": {"names": "west"}, "agents": {"signed_in": 2, "ready": 0}}


async def test_leads_are_counted(house: House, http: httpx.AsyncClient) -> None:
    made = await house.campaigns.create("May")
    async with house.store.write() as session:
        into = LeadListRow(campaign_id=made.id, name="x", priority=0, created_at=NOW)
        session.add(into)
        await session.flush()
        for state in ("waiting", "closed"):
            session.add(
                LeadRow(
                    campaign_id=made.id,
                    list_id=into.id,
                    name="",
                    fields={},
                    priority=0,
                    time_zone="Asia/Shanghai",
                    state=state,
                    due_at=NOW,
                    dials=0,
                )
            )
    told = (await http.get(f"/v1/campaigns/{made.id}/check")).json()
    (leads,) = [f for f in told["findings"] if f["code"] == "leads"]
    assert leads["facts"] == {"open": 1, "count": 2}
    assert "open_now" in await codes(http, made.id)


async def test_a_week_of_no_answers(http: httpx.AsyncClient) -> None:
    told = (await http.post("/v1/rules/week", json={"start": NOW.isoformat()})).json()
    assert [day["date"] for day in told["days"]] == [f"2026-03-0{n}" for n in range(2, 9)]
    assert told["days"][0]["windows"] == ["09:00-20:00"]
    locals_ = [dial["local"] for dial in told["dials"]]
    assert locals_[0] == "2026-03-02T12:00"
    assert locals_ == sorted(locals_)
    assert all("09:00" <= at[11:] < "20:00" for at in locals_)
    assert len(locals_) > 1


async def test_what_is_answered_ends_it(http: httpx.AsyncClient) -> None:
    body = {
        "start": NOW.isoformat(),
        "says": [{"outcome": "no_answer"}, {"outcome": "answered", "disposition": "success"}],
    }
    told = (await http.post("/v1/rules/week", json=body)).json()
    assert [dial["outcome"] for dial in told["dials"]] == ["no_answer", "answered"]
    assert told["closed"] == "success"


async def test_a_day_off_has_no_dials(http: httpx.AsyncClient) -> None:
    rules = {"windows": {"tue": [], "holidays": {"country": "CN"}}}
    body = {"start": NOW.isoformat(), "rules": rules}
    told = (await http.post("/v1/rules/week", json=body)).json()
    assert told["days"][1]["windows"] == []
    assert not [dial for dial in told["dials"] if dial["local"].startswith("2026-03-03")]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"time_zone": "Mars/Olympus"}, "not a time zone"),
        ({"rules": {"retry": {"max_total": 0}}}, "max_total"),
        ({"days": 100}, "days"),
        ({"says": []}, "says"),
    ],
)
async def test_nonsense_is_refused(
    http: httpx.AsyncClient, body: dict[str, Any], said: str
) -> None:
    answer = await http.post("/v1/rules/week", json=body)
    assert answer.status_code == 422
    assert said in answer.json()["error"]
