"""Looking attempts up, over HTTP too; metrics; what the bus is told."""

import asyncio
from typing import Any, cast

import httpx
import pytest
from prometheus_client import REGISTRY

from cti.api.app import create_app
from cti.base.errors import NotFound
from cti.bus import payloads
from dialer.attempts.api import router
from dialer.attempts.events import AttemptEnded
from dialer.attempts.metrics import measure
from dialer.attempts.publish import publish_attempts
from dialer.attempts.service import WORDS, AttemptService
from dialer.corrections.service import AgentsWord
from dialer.outcomes.evidence import Kind
from tests.fake_pbx import BUSY, STAYS, Far
from tests.unit.engine.rig import Engine, Outside


async def floor(outside: Outside, *fars: Far, agents: int = 1) -> tuple[Engine, AttemptService]:
    """An engine with a number for each of `fars`, and the look-up."""
    await outside.agents(agents)
    await outside.campaign(leads=len(fars))
    outside.pbx.numbers = await outside.script(fars)
    engine = await outside.engine().start()
    return engine, AttemptService(outside.store, engine.attempts.flights, engine.ledger.flush)


def test_every_kind_of_evidence_has_words() -> None:
    assert set(WORDS) == {kind.value for kind in Kind}


async def test_one_attempt_under_way_and_over(outside: Outside) -> None:
    engine, service = await floor(outside, STAYS)
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    shown = await service.get(flight.attempt_id)
    assert (shown.outcome, shown.agent_id, shown.number) == (None, 1, flight.e164)
    assert [moment.kind for moment in shown.evidence] == [
        "placed",
        "ringing",
        "answered",
        "bridged",
    ]
    assert shown.evidence[2].words == "answered"
    assert shown.evidence[2].seconds == pytest.approx(1.0, abs=0.1)
    assert shown.answered_at is not None
    assert shown.bridged_at is not None
    outside.pbx.end(flight.attempt_id)
    await asyncio.sleep(5)
    shown = await service.get(flight.attempt_id)
    assert (shown.outcome, shown.disposition, shown.cause) == ("answered", "success", 16)
    assert shown.ended_at is not None
    with pytest.raises(NotFound):
        await service.get("at-unknown")


async def test_one_that_has_just_ended_is_told_as_over(outside: Outside) -> None:
    engine, service = await floor(outside, STAYS)
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    ended = asyncio.Event()
    engine.signals.on(AttemptEnded, lambda _: ended.set())
    outside.pbx.end(flight.attempt_id)
    await ended.wait()
    assert engine.ledger.queued, "it is not written yet"
    shown = await service.get(flight.attempt_id)
    assert (shown.outcome, shown.agent_id) == ("answered", 1)
    (same,) = await service.find()
    assert same.evidence == shown.evidence
    await engine.close()


async def test_many_by_what_they_share(outside: Outside) -> None:
    engine, service = await floor(outside, BUSY, BUSY, STAYS)
    await asyncio.sleep(10)
    newest, second, first = await service.find()
    assert newest.placed_at > second.placed_at > first.placed_at
    assert {a.id for a in await service.find(outcome="busy")} == {second.id, first.id}
    assert [a.id for a in await service.find(outcome="")] == [newest.id]
    assert [a.id for a in await service.find(lead_id=first.lead_id)] == [first.id]
    assert await service.find(campaign_id=first.campaign_id + 1) == []
    assert [a.id for a in await service.find(limit=1)] == [newest.id]
    assert [a.id for a in await service.find(before=second.placed_at)] == [first.id]
    await engine.close()


async def test_the_agent_s_word_over_http(outside: Outside) -> None:
    engine, service = await floor(outside, STAYS)
    engine.says = lambda _: None

    async def fine() -> dict[str, str]:
        return {}

    word = AgentsWord(outside.store, engine.attempts, engine.answering, outside.clock)
    app = create_app(token="t", version="1", routers=[router(service, word)], check=fine)
    await asyncio.sleep(5)
    (flight,) = engine.attempts.flights
    url = f"/v1/attempts/{flight.attempt_id}"
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app),
        base_url="http://cti",
        headers={"Authorization": "Bearer t"},
    ) as http:
        said = await http.post(f"{url}/disposition", json={"disposition": "nonsense"})
        assert (said.status_code, "nonsense" in said.json()["error"]) == (422, True)
        naive = {"disposition": "callback_at", "callback_at": "2030-01-01T10:00"}
        assert (await http.post(f"{url}/disposition", json=naive)).status_code == 422
        said = await http.post(f"{url}/disposition", json={"disposition": "refused"})
        assert (said.status_code, said.json()["disposition"]) == (200, "refused")
        outside.pbx.end(flight.attempt_id)
        await asyncio.sleep(1)
        assert (await http.get(url)).json()["disposition"] == "refused"
        late = await http.post(f"{url}/disposition", json={"disposition": "success"})
        assert (late.status_code, late.json()["error"][:4]) == (422, "why:")
        why = {"disposition": "success", "why": "wrong key", "by": "lena"}
        late = await http.post(f"{url}/disposition", json=why)
        assert (late.status_code, late.json()["was"]) == (200, "refused")
        shown = (await http.get(url)).json()
        assert shown["disposition"] == "success"
        assert [(c["by"], c["was"], c["becomes"]) for c in shown["corrections"]] == [
            ("lena", "refused", "success")
        ]
        said = await http.post(f"{url}/heard", json={"is": "somebody"})
        assert said.status_code == 422
        said = await http.post(f"{url}/heard", json={"is": "person"})
        assert (said.status_code, said.json()["outcome"]) == (200, "answered")
        unknown = await http.post("/v1/attempts/at-0/heard", json={"is": "person"})
        assert unknown.status_code == 404
        listed = await http.get("/v1/attempts", params={"outcome": "answered"})
        assert [a["id"] for a in listed.json()] == [flight.attempt_id]


def sample(name: str, **labels: Any) -> float:
    return REGISTRY.get_sample_value(name, {k: str(v) for k, v in labels.items()}) or 0.0


async def test_metrics_count_what_happens(outside: Outside) -> None:
    engine, _ = await floor(outside, BUSY, STAYS)
    measure(
        engine.signals,
        engine.roster,
        in_flight=lambda: len(engine.attempts.flights),
        ledger_queue=lambda: engine.ledger.queued,
        pbx_up=lambda: float(engine.pbx.up),
        events_dropped=lambda: 0.0,
        mismatches=lambda: engine.watchdog.mismatches,
    )
    names: dict[str, tuple[str, dict[str, Any]]] = {
        "placed": ("cti_attempts_placed_total", {"campaign": 1}),
        "busy": ("cti_attempts_ended_total", {"campaign": 1, "outcome": "busy"}),
        "again": ("cti_leads_scheduled_total", {"campaign": 1}),
        "waits": ("cti_answer_to_bridge_seconds_count", {}),
    }
    before = {key: sample(name, **labels) for key, (name, labels) in names.items()}
    await asyncio.sleep(5)
    after = {key: sample(name, **labels) for key, (name, labels) in names.items()}
    grown = {key: after[key] - before[key] for key in names}
    assert grown == {"placed": 2, "busy": 1, "again": 1, "waits": 1}
    assert sample("cti_attempts_in_flight") == 1
    assert sample("cti_agents", state="talking") == 1
    assert sample("cti_pbx_up") == 1


async def test_the_bus_is_told_each_step(outside: Outside) -> None:
    engine, _ = await floor(outside, Far(answers=1.0, talks=4.0))
    told: list[Any] = []
    bus = type("Bus", (), {"publish": lambda _, message: told.append(message)})()
    publish_attempts(
        cast("Any", bus), engine.signals, engine.attempts.flights, engine.roster, engine.clock
    )
    await asyncio.sleep(10)
    assert [type(message) for message in told] == [
        payloads.AttemptPlaced,
        payloads.AttemptRinging,
        payloads.AttemptAnswered,
        payloads.AttemptBridged,
        payloads.AttemptEnded,
    ]
    assert len({message.attempt for message in told}) == 1
    bridged, ended = told[3], told[4]
    assert (bridged.agent, ended.agent, ended.outcome) == ("agent0", "agent0", "answered")
    assert 0 < bridged.answer_to_bridge_ms < 50
    assert ended.talk_seconds == pytest.approx(4.0, abs=0.1)
