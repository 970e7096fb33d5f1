"""The whole path on a real PBX: from a lead in a file to a recorded, rescheduled call."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import pytest_asyncio
from sqlalchemy import select

from cti.agents.events import AgentChanged
from cti.agents.states import AgentState
from cti.calls.events import LegCreated, LegEnded
from cti.calls.pbx import Pbx
from demo.truth import compare
from dialer.attempts.events import AttemptAnswered, AttemptPlaced
from dialer.attempts.models import AttemptRow
from dialer.leads.models import LeadRow
from tests.pbx.house import (
    ALWAYS,
    PATIENCE,
    House,
    decode_ear,
    first_sound,
    level,
    longest_silence,
    open_house,
)
from tests.postgres import Cluster

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

NEW_YORK = ZoneInfo("America/New_York")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        house = await open_house(tmp_path_factory.mktemp("h"), undo)
        await house.hire("ann", "bob", "cleo")
        await house.hire("rick", mode="ringing")
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    """The module's house. Nothing may have been missed or miscounted when a test is over."""
    yield home
    await home.settle()
    assert home.service.link.stats.queue_dropped == 0


def seen(attempt: dict[str, Any], kind: str) -> float:
    """Seconds from placing to the first evidence of a kind."""
    return next(float(item["seconds"]) for item in attempt["evidence"] if item["kind"] == kind)


def half_an_hour_around_now(zone: ZoneInfo) -> tuple[str, datetime]:
    """A daily window that is open now, and when it opens tomorrow."""
    here = datetime.now(zone)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    start = max(midnight, here.replace(second=0, microsecond=0) - timedelta(minutes=30))
    end = here + timedelta(minutes=30)
    text = f"{end:%H:%M}" if end.date() == here.date() else "24:00"
    return f"{start:%H:%M}-{text}", start + timedelta(days=1)


async def from_a_lead_to_its_next_call(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    committed: dict[str, str | None] = {}
    place = Pbx.place

    async def watched(pbx: Pbx, call: str, target: str, **more: Any) -> None:
        async with house.service.store.read() as session:
            row = await session.get(AttemptRow, call)
            committed[call] = row.e164 if row else None
        await place(pbx, call, target, **more)

    monkeypatch.setattr(Pbx, "place", watched)
    window, tomorrow = half_an_hour_around_now(NEW_YORK)
    await house.ready("ann")
    number = house.number("tone", "+121", 25550000)
    campaign = await house.campaign(number, windows={day: [window] for day in ALWAYS})

    talking = await house.state_of("ann", AgentState.TALKING)
    attempt = talking.call or ""
    assert committed == {attempt: number}  # before the PBX was asked
    assert attempt in {row.uniqueid for row in await house.service.link.channels()}
    await house.grown(attempt, 2.0)
    await house.ask("POST", "/v1/agents/ann/hang-up")
    wrapping = await house.state_of("ann", AgentState.WRAPPING)
    assert wrapping.call == attempt
    await house.dispose(attempt, "no_time_fixed", note="call again")
    await house.state_of("ann", AgentState.READY)

    (ended,) = await house.ended(campaign)
    assert (ended["outcome"], ended["number"]) == ("answered", number)
    assert seen(ended, "bridged") - seen(ended, "answered") < 0.5
    await house.until(lambda: not house.service.ledger.queued, "all is written down")
    lead = await house.scheduled(ended)
    assert lead["state"] == "waiting"
    assert lead["time_zone"] == str(NEW_YORK)
    assert datetime.fromisoformat(lead["due_at"]) == tomorrow.astimezone(UTC)

    facts = await house.recording(attempt)
    assert (facts["agent_id"], facts["number"]) == (wrapping.id, number)
    assert facts["seconds"] == pytest.approx(seen(ended, "hangup") - seen(ended, "answered"), abs=1)
    sound = (await house.sound(attempt))[RATE_AFTER_TALK:]
    customer, agent = level(sound, 440), level(sound, 1000)
    assert customer[0] > 0.8
    assert customer[1] < 0.05
    assert agent[1] > 0.8
    assert agent[0] < 0.05
    drawn = await house.ask("GET", f"/v1/recordings/{attempt}/waveform")
    assert max(drawn["customer"]) > 50
    assert max(drawn["agent"]) > 50


RATE_AFTER_TALK = 8000  # samples: the first second has the bridging in it


async def test_from_a_lead_in_a_file_to_its_next_call(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await from_a_lead_to_its_next_call(house, monkeypatch)


async def test_the_same_on_postgresql(
    tmp_path: Path, postgres: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with AsyncExitStack() as undo:
        undo.push_async_callback(postgres.empty)
        house = await open_house(tmp_path, undo, database_url=postgres.url)
        await house.hire("ann")
        await from_a_lead_to_its_next_call(house, monkeypatch)
        assert house.service.store.is_sqlite is False


async def test_a_customer_hangs_up_and_is_promised_a_call(house: House) -> None:
    await house.ready("ann", "bob")
    campaign = await house.campaign(house.number("talks"))
    (attempt,) = await house.ended(campaign)  # nobody of ours hung up
    agent = house.service.roster.by_id(attempt["agent_id"])
    assert agent is not None
    assert (agent.state, agent.call) == (AgentState.WRAPPING, attempt["id"])
    place = await house.ask("GET", f"/v1/leads/{attempt['lead_id']}")
    assert place["state"] == "in_flight"
    at = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=30)
    await house.dispose(attempt["id"], "callback_at", callback_at=at.isoformat())
    lead = await house.scheduled(attempt)
    assert datetime.fromisoformat(lead["due_at"]) == at
    async with house.service.store.read() as session:
        row = await session.get(LeadRow, attempt["lead_id"])
    assert row is not None
    assert row.prefer_agent == agent.id


async def test_an_agent_who_says_nothing_is_free_again_after_the_wrap_up(house: House) -> None:
    await house.ready("ann")
    campaign = await house.campaign(house.number("talks"), wrap_up_s=1)
    (attempt,) = await house.ended(campaign)
    await house.state_of("ann", AgentState.READY)
    lead = await house.scheduled(attempt)
    due = datetime.fromisoformat(lead["due_at"])
    assert due - datetime.now(UTC) == pytest.approx(timedelta(hours=4), abs=timedelta(minutes=1))
    assert lead["last_disposition"] is None


async def test_the_longest_idle_agent_is_next(house: House) -> None:
    await house.ready("bob", "ann", "cleo")
    served = []
    for _ in range(3):
        campaign = await house.campaign(house.number("talks"), wrap_up_s=0)
        (attempt,) = await house.ended(campaign)
        served.append(attempt["agent_id"])
        await house.until(lambda: len(house.service.roster.free()) == 3)
    assert served == [house.agent(name).id for name in ("bob", "ann", "cleo")]


async def test_a_break_asked_for_in_a_call_begins_after_it(house: House) -> None:
    await house.ready("ann")
    campaign = await house.campaign(house.number("tone"), house.number("tone"))
    agent = await house.state_of("ann", AgentState.TALKING)
    await house.ask("PUT", "/v1/agents/ann/ready", json={"ready": False, "reason": "lunch"})
    assert agent.state is AgentState.TALKING
    await house.ask("POST", "/v1/agents/ann/hang-up")
    (attempt,) = await house.ended(campaign)
    await house.dispose(attempt["id"], "success")
    await house.state_of("ann", AgentState.NOT_READY)
    assert agent.reason == "lunch"
    assert len(await house.attempts(campaign)) == 1  # the second lead waits for her


async def test_every_signalled_outcome_is_true_and_no_line_is_one_too_many(house: House) -> None:
    service = house.service
    too_many: list[str] = []

    def count() -> None:
        """Lines without an agent never outnumber those who could take them."""
        lines = len(list(service.attempts.flights.unserved()))
        free = sum(a.state in {AgentState.READY, AgentState.RESERVED} for a in service.roster)
        if lines > free:
            too_many.append(f"{lines} lines, {free} agents")

    def look(_: object) -> None:
        asyncio.get_running_loop().call_soon(count)  # once all have heard of the event

    for kind in (AttemptPlaced, AttemptAnswered, AgentChanged, LegCreated, LegEnded):
        service.signals.on(kind, look)
    await house.ready("ann", "bob", "cleo")
    personas = ("talks", "busy", "vacant", "rejects", "changed", "congestion", "unanswered")
    numbers = [house.number(persona) for persona in personas for _ in range(2)]
    campaign = await house.campaign(
        *numbers, house.number("no-answer"), wrap_up_s=0, ring_timeout_s=9
    )
    ended = await house.ended(campaign, len(numbers) + 1)
    truth = compare(ended, house.world.personas)
    assert truth.differ == []
    assert truth.agree == len(numbers) + 1
    assert too_many == []
    assert {a["outcome"] for a in ended} == {
        "answered", "busy", "vacant", "rejected", "number_changed", "congestion", "no_answer",
    }  # fmt: skip


async def test_who_answers_and_finds_nobody_free_hears_the_message_within_2_s(
    house: House,
) -> None:
    service = house.service
    abandoned = sum(c.abandoned for c in service.attempts.figures.campaigns.values())
    await house.ready("ann")
    campaign = await house.campaign(house.number("late"))
    await house.until(lambda: len(service.attempts.flights) == 1, "it rings")
    await house.ask("PUT", "/v1/agents/ann/ready", json={"ready": False, "reason": "coffee"})
    (attempt,) = await house.ended(campaign)
    assert attempt["outcome"] == "abandoned"
    assert attempt["agent_id"] is None
    assert seen(attempt, "message_played") - seen(attempt, "answered") < 2.0
    sound = await house.sound(attempt["id"])
    assert level(sound, 440)[0] > 0.8  # the clock of the recording is the customer's own voice
    assert first_sound(sound[:, 0]) < 0.3
    assert 0.5 < first_sound(sound[:, 1]) < 2.0
    figures = service.attempts.figures.campaigns
    assert sum(c.abandoned for c in figures.values()) == abandoned + 1
    lead = await house.scheduled(attempt)
    assert (lead["state"], lead["last_outcome"]) == ("waiting", "abandoned")


async def test_another_agent_takes_over_when_a_phone_is_lost_in_mid_call(house: House) -> None:
    await house.ready("ann", "bob")
    campaign = await house.campaign(house.number("tone"))
    ann = await house.state_of("ann", AgentState.TALKING)
    call, lost = ann.call or "", ann.leg or ""
    await house.grown(call, 1.0)
    await house.service.pbx.hang_up(lost)
    bob = await house.state_of("bob", AgentState.TALKING)
    assert bob.call == call
    assert ann.state is AgentState.WRAPPING
    await house.until(lambda: ann.leg_ready and ann.leg != lost, "the phone was called again")
    await house.dispose(call, "refused")  # while bob talks
    service = house.service
    service.roster.wrap_up_done(ann)
    await house.ask("POST", "/v1/agents/bob/hang-up")
    (attempt,) = await house.ended(campaign)
    assert attempt["outcome"] == "answered"
    assert attempt["agent_id"] == bob.id
    await house.state_of("bob", AgentState.READY)
    assert (await house.scheduled(attempt))["closed_reason"] == "refused"
    sound = await house.sound(call)
    assert level(sound[-8000:], 1000)[1] > 0.8  # bob is heard to the end


async def test_the_first_agent_s_wrap_up_does_not_take_the_word_from_the_second(
    house: House,
) -> None:
    await house.ready("ann", "bob")
    campaign = await house.campaign(house.number("tone"))
    ann = await house.state_of("ann", AgentState.TALKING)
    call = ann.call or ""
    await house.service.pbx.hang_up(ann.leg or "")
    await house.state_of("bob", AgentState.TALKING)
    await house.ask("POST", "/v1/agents/bob/hang-up")
    await house.state_of("bob", AgentState.WRAPPING)
    await house.ended(campaign)
    house.service.roster.wrap_up_done(ann, expired=True)
    await house.dispose(call, "success")
    (attempt,) = await house.attempts(campaign)
    assert (await house.scheduled(attempt))["closed_reason"] == "success"


async def test_a_phone_lost_with_nobody_else_free_leaves_no_dead_air(
    house: House, tmp_path: Path
) -> None:
    await house.ready("ann")
    campaign = await house.campaign(house.number("tone"))
    ann = await house.state_of("ann", AgentState.TALKING)
    call = ann.call or ""
    ear = tmp_path / "heard.sln48"
    await house.ear(ear)
    await house.grown(call, 1.0)
    await house.service.pbx.hang_up(ann.leg or "")
    (attempt,) = await house.ended(campaign)
    kinds = [item["kind"] for item in attempt["evidence"] if item["kind"] != "heard"]
    assert kinds[kinds.index("bridged") :] == ["bridged", "released", "message_played", "hangup"]
    gap = seen(attempt, "message_played") - seen(attempt, "released")
    assert gap < 2.0
    heard = decode_ear(ear)
    assert len(heard) / 8000 > 3  # some of the agent, and all of the message
    assert longest_silence(heard) < 2.0


async def test_a_ringing_phone_is_rung_for_the_call_and_let_go_after_it(house: House) -> None:
    await house.ready("rick")
    assert not house.service.tracker.legs  # nothing rings, nothing is nailed up
    campaign = await house.campaign(house.number("tone"))
    rick = await house.state_of("rick", AgentState.TALKING)
    leg, call = rick.leg, rick.call or ""
    assert leg in house.service.tracker.legs
    await house.grown(call, 2.5)
    await house.ask("POST", "/v1/agents/rick/hang-up")
    await house.state_of("rick", AgentState.WRAPPING)
    await house.dispose(call, "success")
    await house.until(lambda: leg not in house.service.tracker.legs, "the phone is let go")
    await house.state_of("rick", AgentState.READY)
    (attempt,) = await house.ended(campaign)
    assert (attempt["outcome"], attempt["agent_id"]) == ("answered", rick.id)
    sound = await house.sound(call)
    assert level(sound[-8000:], 1000)[1] > 0.8


async def test_counters_and_channels_are_the_same_in_a_quiet_moment(house: House) -> None:
    await house.ready("ann", "bob")
    await house.campaign(house.number("tone"), house.number("tone"))
    await house.state_of("ann", AgentState.TALKING)
    await house.state_of("bob", AgentState.TALKING)
    board = await house.ask("GET", "/v1/live")
    channels = await house.service.link.channels()
    customers = [row for row in channels if row.uniqueid.startswith("at-")]
    assert board["calls_by_state"] == {"talking": 2}
    assert len(customers) == 2
    assert {row.uniqueid for row in channels} == set(house.service.tracker.legs)
    assert len(channels) == 4


async def test_a_paused_campaign_gives_its_leads_back(house: House) -> None:
    await house.ready("ann")
    numbers = [house.number("tone") for _ in range(4)]
    campaign = await house.campaign(*numbers)
    await house.state_of("ann", AgentState.TALKING)
    await house.ask("POST", f"/v1/campaigns/{campaign}/pause")
    await house.until(lambda: campaign not in house.service.dialler.running, "paused")
    async with asyncio.timeout(PATIENCE):
        wanted = ["in_flight", "waiting", "waiting", "waiting"]
        while await places(house, campaign) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def places(house: House, campaign: int) -> list[str]:
    """Where the campaign's leads are."""
    async with house.service.store.read() as session:
        query = select(LeadRow.state).where(LeadRow.campaign_id == campaign)
        return sorted(await session.scalars(query))
