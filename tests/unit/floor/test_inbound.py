"""Callers: from the menu to the floor, and what became of them."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from cti.calls.models import InboundCallRow
from cti.floor.callers_day import QueueDay
from cti.floor.inbound import SERVED_WITHIN, CallerMoved, InboundDesk
from tests.unit.engine.rig import Outside
from tests.unit.floor.rig import Rig

RECORDINGS = Path("/recordings")


class Lobby:
    """The desk on the floor's rig; each step of each caller."""

    def __init__(self, outside: Outside, fake_of: Rig | None = None) -> None:
        self.outside = outside
        self.rig = Rig(fake_of.fake if fake_of else None, offers=False)
        self.desk = InboundDesk(
            outside.store,
            self.rig.floor,
            self.rig.signals,
            self.rig.clock,
            lambda call: RECORDINGS / f"{call}.raw",
        )
        self.steps: list[tuple[str, str]] = []
        self.rig.signals.on(CallerMoved, lambda e: self.steps.append((e.caller.id, e.step)))

    async def caller(self, call: str = "in-1") -> None:
        """One who pressed 1 and waits."""
        await self.desk.arrived(call, "4001", "139")
        await self.desk.chose(call, "main", "1")
        assert await self.desk.queued(call, "sales") == f"/recordings/{call}.raw"
        self.rig.fake.arrive(call)

    async def row(self) -> InboundCallRow:
        await asyncio.sleep(0.5)
        (row,) = await self.outside.all(InboundCallRow)
        return row

    async def close(self) -> None:
        await self.desk.close()
        await self.rig.close()


@pytest.fixture
async def lobby(outside: Outside) -> AsyncIterator[Lobby]:
    lobby = Lobby(outside)
    yield lobby
    outside.gate.away = set()
    await lobby.close()


async def test_a_caller_is_served_and_written_down(lobby: Lobby) -> None:
    await lobby.outside.agents(1)
    await lobby.rig.agent("agent0")
    await lobby.caller()
    await asyncio.sleep(10)
    assert lobby.rig.talks() == {"in-1": "agent0"}
    lobby.rig.fake.end("in-1")
    row = await lobby.row()
    assert (row.outcome, row.agent_id, row.queue) == ("answered", 1, "sales")
    assert (row.dialled, row.caller, row.choices) == ("4001", "139", "main:1")
    assert row.arrived_at is not None
    assert row.bridged_at is not None
    assert row.ended_at is not None
    assert (row.ended_at - row.bridged_at).total_seconds() == pytest.approx(10, abs=0.1)
    assert lobby.steps == [("in-1", step) for step in ("arrived", "queued", "bridged", "ended")]
    assert lobby.desk.day.queues == {"sales": QueueDay(answered=1, in_time=1)}
    assert lobby.desk.callers == {}


async def test_service_counts_those_who_waited_long_and_those_who_gave_up(lobby: Lobby) -> None:
    await lobby.outside.agents(1)
    await lobby.caller("in-1")
    await lobby.caller("in-2")
    await asyncio.sleep(SERVED_WITHIN + 1)
    lobby.rig.fake.end("in-2")
    await lobby.rig.agent("agent0")
    await asyncio.sleep(5)
    lobby.rig.fake.end("in-1")
    await asyncio.sleep(0.5)
    day = lobby.desk.day.queues["sales"]
    assert day == QueueDay(answered=1, abandoned=1, in_time=0)
    assert day.service_level == 0
    assert QueueDay().service_level is None


async def test_who_leaves_while_waiting_is_abandoned(lobby: Lobby) -> None:
    await lobby.caller()
    await asyncio.sleep(30)
    lobby.rig.fake.end("in-1")
    row = await lobby.row()
    assert (row.outcome, row.agent_id, row.bridged_at) == ("abandoned", None, None)
    assert lobby.desk.day.whole.abandoned == 1


async def test_who_leaves_the_menu_never_waited(lobby: Lobby) -> None:
    await lobby.desk.arrived("in-1", "4001", "139")
    await lobby.desk.left("in-1", "hangup")
    lobby.rig.fake.hear = lobby.rig.tracker.handle
    lobby.rig.fake.arrive("in-2")  # a channel that no menu has told of is nobody's caller
    lobby.rig.tracker.adopt([])
    lobby.desk._ended("in-1")
    row = await lobby.row()
    assert (row.outcome, row.queued_at) == ("menu", None)
    assert lobby.desk.day.queues == {}


async def test_an_unknown_caller_is_passed_over(lobby: Lobby) -> None:
    await lobby.desk.chose("in-9", "main", "1")
    assert await lobby.desk.queued("in-9", "sales") == ""
    await lobby.desk.arrived("in-1", "4001", "139")
    await lobby.desk.arrived("in-1", "4001", "140")
    assert (await lobby.row()).caller == "139"


async def test_texts_from_outside_are_cut_to_their_columns(lobby: Lobby) -> None:
    await lobby.desk.arrived("in-1", "4" * 100, "1" * 100)
    for _ in range(100):
        await lobby.desk.chose("in-1", "main", "1")
    lobby.desk._ended("in-1")
    row = await lobby.row()
    assert (len(row.dialled), len(row.caller), len(row.choices)) == (32, 64, 255)


async def test_a_full_disk_costs_no_call_and_is_made_up_for(lobby: Lobby) -> None:
    await lobby.outside.agents(1)
    await lobby.rig.agent("agent0")
    lobby.outside.gate.away = {"database"}
    with capture_logs() as logs:
        await lobby.caller()
        await asyncio.sleep(5)
    assert lobby.rig.talks() == {"in-1": "agent0"}
    assert {line["event"] for line in logs} == {"inbound.not_written"}
    lobby.outside.gate.away = set()
    lobby.rig.fake.end("in-1")
    row = await lobby.row()
    assert (row.outcome, row.agent_id, row.choices) == ("answered", 1, "main:1")


async def test_after_a_restart_who_waits_is_served(lobby: Lobby) -> None:
    await lobby.caller()
    await asyncio.sleep(1)
    await lobby.close()
    again = Lobby(lobby.outside, lobby.rig)
    again.rig.tracker.adopt(lobby.rig.fake.rows())
    assert await again.desk.recover(again.rig.tracker, lobby.rig.fake.cel) == 1
    await again.rig.agent("anna")
    await asyncio.sleep(5)
    assert again.rig.talks() == {"in-1": "anna"}
    await again.close()


async def test_after_a_restart_who_left_has_an_end(lobby: Lobby) -> None:
    await lobby.caller()
    await asyncio.sleep(5)
    await lobby.close()
    lobby.rig.fake.hear = lambda _: None
    lobby.rig.fake.end("in-1")
    await asyncio.sleep(60)
    again = Lobby(lobby.outside, lobby.rig)
    assert await again.desk.recover(again.rig.tracker, lobby.rig.fake.cel) == 0
    row = await again.row()
    assert row.ended_at is not None
    assert (row.ended_at - row.arrived_at).total_seconds() == pytest.approx(5, abs=0.1)
    assert row.outcome in {"abandoned", "menu"}
    await again.close()
