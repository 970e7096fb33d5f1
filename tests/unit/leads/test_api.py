"""Campaigns and imports over HTTP."""

import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.store.engine import Store
from dialer.campaigns import api as campaigns_api
from dialer.campaigns.service import CampaignService
from dialer.leads import api as leads_api
from dialer.leads.service import LeadService

FILE = b"Tel,name\n07700 900123,Ann\n12,Bob\n"


@pytest.fixture
def changed() -> list[int]:
    """Ids of campaigns that the engine was told of."""
    return []


@pytest.fixture
def app(store: Store, clock: ManualClock, leads: LeadService, changed: list[int]) -> FastAPI:
    async def check() -> dict[str, str]:
        return {}

    campaigns = CampaignService(store, clock, changed.append)
    routers = [campaigns_api.router(campaigns), leads_api.router(leads)]
    return create_app(token="t", version="0", routers=routers, check=check)


@pytest.fixture
async def http(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cti",
        headers={"Authorization": "Bearer t"},
    ) as client:
        yield client


async def upload(
    http: httpx.AsyncClient, campaign: int, options: str = "", content: bytes = FILE
) -> httpx.Response:
    data = {"options": options} if options else {}
    files = {"file": ("leads.csv", content)}
    return await http.post(f"/v1/campaigns/{campaign}/imports", files=files, data=data)


async def test_a_file_is_imported_and_its_rejects_fetched(
    http: httpx.AsyncClient, campaign: int, leads: LeadService
) -> None:
    started = await upload(http, campaign, json.dumps({"region": "GB"}))
    assert started.status_code == 202
    await leads.wait_for_import(started.json()["id"])
    (progress,) = (await http.get(f"/v1/campaigns/{campaign}/imports")).json()
    assert progress == (await http.get(f"/v1/imports/{progress['id']}")).json()
    assert (progress["state"], progress["accepted"], progress["rejected"]) == ("done", 1, 1)
    rejects = await http.get(f"/v1/imports/{progress['id']}/rejects.csv")
    assert rejects.headers["content-type"] == "text/csv; charset=utf-8"
    assert rejects.content.decode("utf-8-sig").splitlines() == [
        "line,reason,Tel,name",
        "3,too short for a telephone number,12,Bob",
    ]
    lead = (await http.get("/v1/leads/1")).json()
    assert (lead["name"], lead["numbers"][0]["e164"]) == ("Ann", "+447700900123")


@pytest.mark.parametrize(
    ("options", "content", "fault"),
    [
        ("{", FILE, "The import's options are wrong"),
        ('{"region": "XX"}', FILE, "“XX” is neither a two-letter country nor a calling code"),
        ('{"colour": "red"}', FILE, "colour Extra inputs are not permitted"),
        ('{"mapping": {"Fon": "phone"}}', FILE, "leads.csv has no column “Fon”"),
        ("", b"", "leads.csv is empty"),
    ],
)
async def test_bad_uploads_get_a_sentence(
    *, http: httpx.AsyncClient, campaign: int, options: str, content: bytes, fault: str
) -> None:
    answer = await upload(http, campaign, options, content)
    assert answer.status_code == 422
    assert fault in answer.json()["error"]


async def test_an_upload_needs_a_file_and_a_size_that_fits(
    http: httpx.AsyncClient, campaign: int
) -> None:
    url = f"/v1/campaigns/{campaign}/imports"
    nothing = await http.post(url, data={"file": "not a file"})
    assert (nothing.status_code, nothing.json()["error"]) == (422, "The form has no file.")
    huge = await http.post(url, headers={"Content-Length": str(3 * 1024**3)}, content=b"")
    assert huge.json()["error"] == "The file is larger than 2 GiB."

    async def endless() -> AsyncIterator[bytes]:
        yield b"x"

    unknown = await http.post(url, content=endless())
    assert unknown.json()["error"] == "The size of the upload is unknown."


@pytest.mark.parametrize("path", ["campaigns/9", "campaigns/9/imports", "imports/9", "leads/9"])
async def test_what_is_not_there_is_404(http: httpx.AsyncClient, path: str) -> None:
    answer = await http.get(f"/v1/{path}")
    assert answer.status_code == 404
    assert answer.json()["error"].endswith(" 9.")


async def test_a_campaigns_life(http: httpx.AsyncClient, changed: list[int]) -> None:
    settings: dict[str, Any] = {"caller_ids": ["+862155550000"]}
    made = await http.post("/v1/campaigns", json={"name": " Spring ", "settings": settings})
    assert made.status_code == 201
    campaign = made.json()
    assert (campaign["name"], campaign["state"]) == ("Spring", "draft")
    path = f"/v1/campaigns/{campaign['id']}"
    states = [
        (await http.post(f"{path}/{move}")).json()["state"]
        for move in ("start", "pause", "start", "stop")
    ]
    assert states == ["running", "paused", "running", "stopped"]
    assert changed == [campaign["id"]] * 5
    again = await http.post(f"{path}/start")
    assert again.status_code == 409
    assert again.json() == {
        "error": "The campaign “Spring” is stopped and cannot become running.",
        "cure": "Stopped is for good: create a new campaign.",
    }
    assert len(changed) == 5


async def test_a_campaign_is_changed(http: httpx.AsyncClient, changed: list[int]) -> None:
    campaign = (await http.post("/v1/campaigns", json={"name": "A"})).json()
    other = (await http.post("/v1/campaigns", json={"name": "B"})).json()
    path = f"/v1/campaigns/{campaign['id']}"
    answer = await http.patch(path, json={"settings": {"ring_timeout_s": 20}})
    assert answer.json()["settings"]["ring_timeout_s"] == 20
    assert (await http.patch(path, json={"name": "C"})).json()["settings"]["ring_timeout_s"] == 20
    taken = await http.patch(path, json={"name": "B"})
    assert (taken.status_code, taken.json()["error"]) == (409, "There is already a campaign “B”.")
    assert (await http.post("/v1/campaigns", json={"name": "C"})).status_code == 409
    assert (await http.post("/v1/campaigns", json={"name": " \n"})).status_code == 422
    bad = await http.patch(path, json={"settings": {"ring_timeout_s": 999}})
    assert (bad.status_code, "ring_timeout_s" in bad.json()["error"]) == (422, True)
    listed = (await http.get("/v1/campaigns")).json()
    assert [row["name"] for row in listed] == ["B", "C"]
    assert changed == [campaign["id"], other["id"], campaign["id"], campaign["id"]]


async def test_every_route_is_described(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    form = paths["/v1/campaigns/{campaign_id}/imports"]["post"]["requestBody"]["content"]
    assert set(form["multipart/form-data"]["schema"]["properties"]) == {"file", "list", "options"}
    for path, routes in paths.items():
        for method, route in routes.items():
            assert route["summary"], f"{method} {path}"
