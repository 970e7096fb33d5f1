"""Clients, the do-not-call list, consents and caps over HTTP."""

import json
from collections.abc import AsyncIterator

import httpx
import pytest

from cti.api.app import create_app
from cti.base.clock import ManualClock
from cti.store.engine import Store
from dialer.campaigns.api import router as campaigns_router
from dialer.campaigns.service import CampaignService
from dialer.clients.api import router as clients_router
from dialer.clients.service import ClientService
from dialer.compliance.api import router
from dialer.compliance.consents import ConsentService
from dialer.compliance.limits import CapsService
from dialer.compliance.service import DoNotCallService
from tests.unit.compliance.book import ONE, Book


@pytest.fixture
async def http(
    store: Store,
    clock: ManualClock,
    bars: DoNotCallService,
    consents: ConsentService,
    caps: CapsService,
) -> AsyncIterator[httpx.AsyncClient]:
    async def check() -> dict[str, str]:
        return {}

    routers = [
        router(bars, consents, caps),
        clients_router(ClientService(store)),
        campaigns_router(CampaignService(store, clock, lambda _: None)),
    ]
    app = create_app(token="t", version="0", routers=routers, check=check)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cti",
        headers={"Authorization": "Bearer t"},
    ) as client:
        yield client


async def test_a_campaign_belongs_to_its_client(http: httpx.AsyncClient, book: Book) -> None:
    made = (await http.post("/v1/clients", json={"name": " Cedar "})).json()
    assert made["name"] == "Cedar"
    assert (await http.post("/v1/clients", json={"name": "Cedar"})).status_code == 409
    assert (await http.post("/v1/clients", json={"name": "a\nb"})).status_code == 422
    new = {"name": "June", "client_id": made["id"]}
    assert (await http.post("/v1/campaigns", json=new)).json()["client_id"] == made["id"]
    unknown = await http.post("/v1/campaigns", json={"name": "July", "client_id": 99})
    assert (unknown.status_code, unknown.json()["error"]) == (404, "There is no client 99.")
    known = {c["name"]: c["campaigns"] for c in (await http.get("/v1/clients")).json()}
    assert known == {"Acme": 2, "Bolt": 1, "Cedar": 1}
    renamed = await http.patch(f"/v1/clients/{made['id']}", json={"name": "Cedars"})
    assert renamed.json() == {"id": made["id"], "name": "Cedars", "campaigns": 1}


async def test_numbers_go_on_the_list_and_off_it(http: httpx.AsyncClient, book: Book) -> None:
    new = {"numbers": [ONE], "reason": "letter", "source": "person", "client_id": book.acme}
    added = await http.post("/v1/dnc", json=new)
    assert (added.status_code, added.json()["added"]) == (201, 1)
    both = await http.post("/v1/dnc", json=new | {"campaign_id": 1})
    assert "Give one of them" in both.json()["cure"]
    path: dict[str, str | int] = {"number": ONE, "campaign_id": book.campaigns["spring"]}
    report = (await http.get("/v1/dnc/check", params=path)).json()
    assert report["barred"]
    assert [bar["reason"] for bar in report["bars"]] == ["letter"]
    (bar,) = (await http.get("/v1/dnc", params={"client_id": book.acme})).json()
    assert (bar["number"], bar["source"]) == (ONE, "person")
    assert (await http.get("/v1/dnc", params={"client_id": book.bolt})).json() == []
    export = await http.get("/v1/dnc/export.csv")
    assert ONE in export.text
    off = {"number": ONE, "why": "mistake", "by": "ann", "client_id": book.acme}
    assert (await http.post("/v1/dnc/lift", json=off)).json() == {"number": ONE, "reopened": 0}
    assert (await http.post("/v1/dnc/lift", json=off)).status_code == 404


async def test_a_file_is_uploaded_and_followed(
    http: httpx.AsyncClient, book: Book, bars: DoNotCallService
) -> None:
    files = {"file": ("list.txt", b"13800000001\n12\n")}
    data = {"campaign_id": str(book.campaigns["own"]), "options": json.dumps({"reason": "law"})}
    started = await http.post("/v1/dnc/imports", files=files, data=data)
    assert started.status_code == 202
    number = started.json()["id"]
    await bars.wait_for_import(number)
    job = (await http.get(f"/v1/dnc/imports/{number}")).json()
    assert (job["state"], job["added"], job["rejected"]) == ("done", 1, 1)
    rejects = await http.get(f"/v1/dnc/imports/{number}/rejects.csv")
    assert rejects.text.splitlines()[1] == "2,too short for a telephone number,12"
    assert (await http.get("/v1/dnc/imports/99")).status_code == 404
    wrong = await http.post("/v1/dnc/imports", files=files, data={"options": '{"what": 1}'})
    assert wrong.status_code == 422


async def test_consents_and_their_end(http: httpx.AsyncClient, book: Book) -> None:
    new = {"number": "138 0000 0001", "proof": "form 7", "client_id": book.acme}
    kept = (await http.post("/v1/consents", json=new)).json()["consent"]
    assert (kept["number"], kept["reach"], kept["proof"]) == (ONE, "client", "form 7")
    for fault in ({"proof": " "}, {"given_at": "2027-01-01T00:00Z"}, {"number": "what"}):
        assert (await http.post("/v1/consents", json=new | fault)).status_code == 422
    ended = {"number": ONE, "client_id": book.acme, "why": "called"}
    assert (await http.post("/v1/consents/withdraw", json=ended)).json() == {"withdrawn": 1}
    assert (await http.post("/v1/consents/withdraw", json=ended)).status_code == 404
    (shown,) = (await http.get("/v1/consents", params={"number": ONE})).json()
    assert shown["withdrawn_why"] == "called"


async def test_caps_are_set_anew(http: httpx.AsyncClient, book: Book) -> None:
    both = {"caps": {"per_day": 3, "per_week": 9}, "by": "ann"}
    await http.put("/v1/caps", json=both)
    await http.put("/v1/caps", json=both | {"client_id": book.acme, "caps": {"per_day": 1}})
    found = (await http.put("/v1/caps", json={"caps": {"per_day": 2}})).json()
    assert [
        (cap["client_id"], cap["caps"]["per_day"], cap["caps"]["per_week"]) for cap in found
    ] == [
        (0, 2, None),
        (book.acme, 1, None),
    ]
    assert len((await http.put("/v1/caps", json={"caps": {}})).json()) == 1
    nobody = await http.put("/v1/caps", json={"caps": {"per_day": 1}, "client_id": 99})
    assert nobody.status_code == 404
    assert (await http.put("/v1/caps", json={"caps": {"per_day": 0}})).status_code == 422


async def test_a_lead_is_never_called_again_as_far_as_its_campaign_says(
    http: httpx.AsyncClient, book: Book
) -> None:
    lead = await book.lead("spring", ONE)
    barred = await http.post(f"/v1/leads/{lead}/do-not-call", json={"why": "wrote a letter"})
    assert (barred.status_code, barred.json()["added"]) == (201, 1)
    (entry,) = (await http.get("/v1/dnc")).json()
    assert (entry["number"], entry["reach"], entry["reason"], entry["source"]) == (
        ONE, "client", "wrote a letter", "person",
    )  # fmt: skip
    assert (await http.post("/v1/leads/99/do-not-call", json={})).status_code == 404


async def test_consents_are_listed_and_withdrawn_one_by_one(
    http: httpx.AsyncClient, book: Book
) -> None:
    for proof in ("form 1", "form 2"):
        given = {"number": ONE, "proof": proof, "client_id": book.acme}
        assert (await http.post("/v1/consents", json=given)).status_code == 201
    second, first = (await http.get("/v1/consents")).json()
    assert (second["proof"], first["proof"]) == ("form 2", "form 1")
    assert (await http.get("/v1/consents", params={"after": second["id"]})).json() == [first]
    assert (await http.get("/v1/consents", params={"client_id": book.bolt})).json() == []
    assert (await http.get(f"/v1/consents/{first['id']}/number")).json() == {"number": ONE}
    ended = await http.post(f"/v1/consents/{first['id']}/withdraw", json={"why": "called us"})
    assert (ended.json()["withdrawn_why"], ended.json()["withdrawn_at"]) != ("", None)
    again = await http.post(f"/v1/consents/{first['id']}/withdraw", json={"why": "called us"})
    assert (again.status_code, again.json()["error"]) == (409, "The consent was withdrawn before.")
    assert (await http.get("/v1/consents")).json()[0]["withdrawn_at"] is None, "the other holds"
    assert (await http.post("/v1/consents/99/withdraw", json={})).status_code == 404
