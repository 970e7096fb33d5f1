"""The watchdog: what we believe is held against the PBX, and repaired."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from structlog.testing import capture_logs

from cti.ami import actions as act
from cti.base.signals import Signals
from cti.calls.events import LegAnswered, LegPooled, LegVanished
from cti.calls.tracker import Tracker
from cti.calls.watchdog import Watchdog
from tests.fake_pbx import STAYS, FakePbx, Far
from tests.virtual_time import VirtualClock


class Guarded:
    """A watchdog on the fake PBX. known: which of our own kind somebody still wants."""

    def __init__(self) -> None:
        clock, signals = VirtualClock(), Signals()
        self.heard: list[object] = []
        for kind in (LegVanished, LegAnswered, LegPooled):
            signals.on(kind, self.heard.append)
        self.fake = FakePbx(clock)
        self.fake.default = STAYS
        self.tracker = Tracker(signals, clock)
        self.pbx = self.fake.pbx(self.tracker)
        self.known: set[str] = set()
        self.dog = Watchdog(self.pbx, self.tracker, self.known.__contains__)

    async def place(self, call: str, *, unseen: bool = False) -> None:
        """A call that has been answered for long; `unseen`: its events were missed."""
        hear = self.fake.hear
        if unseen:
            self.fake.hear = lambda _: None
        await self.pbx.place(
            call, f"PJSIP/{call}@carrier", caller_id="", ring_seconds=30, variables={}
        )
        await asyncio.sleep(2.1)
        self.fake.hear = hear


@pytest.fixture
async def at() -> AsyncIterator[Guarded]:
    guarded = Guarded()
    yield guarded
    await guarded.dog.close()


async def test_agreement_is_a_sample_and_no_mismatch(at: Guarded) -> None:
    await at.place("at-1")
    assert not await at.dog.look()
    assert (at.dog.samples, at.dog.mismatches, at.dog.last) == (1, 0, None)


async def test_a_leg_whose_end_was_missed_is_ended(at: Guarded) -> None:
    await at.place("at-1")
    at.fake.up = False
    at.fake.end("at-1")
    at.fake.up = True
    await asyncio.sleep(2)
    with capture_logs() as logs:
        found = await at.dog.look()
    assert found.only_ours == {"at-1"}
    assert "at-1" not in at.tracker.legs
    assert [type(event) for event in at.heard] == [LegAnswered, LegVanished]
    assert (at.dog.samples, at.dog.mismatches, at.dog.last) == (1, 1, found)
    assert [line["event"] for line in logs] == ["watchdog.repair"]


async def test_a_call_that_somebody_wants_is_taken_in_and_told(at: Guarded) -> None:
    at.known.add("at-1")
    await at.place("at-1", unseen=True)
    assert (await at.dog.look()).only_pbx == {"at-1"}
    assert at.tracker.legs["at-1"].up
    assert [type(event) for event in at.heard] == [LegAnswered]
    assert not await at.dog.look()


@pytest.mark.parametrize("leg", ["at-1", "ag-1-x"])
async def test_what_nobody_wants_any_more_is_hung_up(at: Guarded, leg: str) -> None:
    await at.place(leg, unseen=True)
    await at.dog.look()
    assert at.fake.asked(act.HangUp) == [act.HangUp(leg, 16)]
    assert leg not in at.tracker.legs


async def test_a_stranger_is_taken_in_and_left_alone(at: Guarded) -> None:
    await at.place("1700000000.1", unseen=True)
    await at.dog.look()
    assert at.fake.asked(act.HangUp) == []
    assert "1700000000.1" in at.tracker.legs


async def test_hanging_up_what_has_just_gone_is_no_fault(at: Guarded) -> None:
    await at.place("at-1", unseen=True)
    at.fake.refuse = lambda action: "No such channel" if isinstance(action, act.HangUp) else ""
    assert await at.dog.look()


async def test_a_missed_return_to_the_floor_is_told(at: Guarded) -> None:
    await at.pbx.call_phone("ag-1-x", "agent-a")
    await at.place("at-1")
    await at.pbx.bridge("at-1", "ag-1-x")
    await asyncio.sleep(2)
    at.fake.up = False
    at.fake.end("at-1")
    at.fake.up = True
    await asyncio.sleep(2)
    at.heard.clear()
    found = await at.dog.look()
    assert found.only_ours == {"at-1"}
    assert found.stale == {"ag-1-x"}
    assert [type(event) for event in at.heard] == [LegVanished, LegPooled]
    assert at.tracker.legs["ag-1-x"].pooled


async def test_what_one_look_finds_and_the_next_does_not_is_no_mismatch(at: Guarded) -> None:
    await at.place("at-1")
    del at.fake.channels_now["at-1"]
    asyncio.get_running_loop().call_later(1.0, at.tracker.remove, ["at-1"])
    assert not await at.dog.look()
    assert (at.dog.samples, at.dog.mismatches) == (1, 0)


async def test_it_looks_every_minute_and_when_told(at: Guarded) -> None:
    at.dog.start()
    await asyncio.sleep(59)
    assert at.dog.samples == 0
    await asyncio.sleep(2)
    assert at.dog.samples == 1
    at.dog.look_now()
    await asyncio.sleep(1)
    assert at.dog.samples == 2
    await asyncio.sleep(61)
    assert at.dog.samples == 3


async def test_it_is_behind_from_being_told_until_it_has_looked(at: Guarded) -> None:
    at.dog.start()
    assert not at.dog.behind
    await at.place("at-1")
    at.known.add("at-2")
    await at.place("at-2", unseen=True)
    at.dog.look_now()
    said = [at.dog.behind]
    for _ in range(2):
        await asyncio.sleep(1)
        said.append(at.dog.behind)
    assert said == [True, True, False]
    assert "at-2" in at.tracker.legs


async def test_it_waits_while_the_link_is_down_and_goes_on_after(at: Guarded) -> None:
    at.dog.start()
    at.fake.up = False
    await asyncio.sleep(200)
    assert at.dog.samples == 0
    at.fake.up = True
    await asyncio.sleep(61)
    assert at.dog.samples == 1


async def test_a_look_that_fails_is_logged_and_not_the_last(at: Guarded) -> None:
    await at.place("at-1")
    at.fake.channels_now.clear()
    at.dog.start()
    at.dog.look_now()
    asyncio.get_running_loop().call_later(0.5, setattr, at.fake, "up", False)
    with capture_logs() as logs:
        await asyncio.sleep(10)
    assert [line["event"] for line in logs] == ["watchdog.cannot_look"]
    assert "at-1" in at.tracker.legs
    at.fake.up = True
    at.dog.look_now()
    await asyncio.sleep(2)
    assert "at-1" not in at.tracker.legs


async def test_a_pbx_that_refuses_to_tell_does_not_end_the_watch(at: Guarded) -> None:
    at.fake.refuse_channels = True
    at.dog.start()
    at.dog.look_now()
    with capture_logs() as logs:
        await asyncio.sleep(1)
    assert [line["event"] for line in logs] == ["watchdog.cannot_look"]
    at.fake.refuse_channels = False
    at.dog.look_now()
    await asyncio.sleep(1)
    assert at.dog.samples == 1


async def test_a_far_end_that_ends_is_no_mismatch(at: Guarded) -> None:
    at.fake.default = Far(answers=0.5, talks=3.0)
    for n in range(5):
        await at.place(f"at-{n}")
        assert not await at.dog.look()
    assert at.dog.mismatches == 0
