"""What we ask of the PBX, and what its answers mean for the legs we expect."""

import asyncio
from typing import Any

import pytest
from structlog.testing import capture_logs

from cti.ami import actions as act
from cti.ami.events import OriginateEnded
from cti.base.errors import UserError
from cti.base.signals import Signals
from cti.calls.endings import END_WITHIN, TRIES
from cti.calls.events import LegCreated, LegRefused
from cti.calls.pbx import Pbx, PbxError, agent_leg_id, agent_of_leg
from cti.calls.tracker import Tracker
from tests.fake_pbx import FakePbx, Far
from tests.virtual_time import VirtualClock


class Bench:
    """A `Pbx` on the fake, and what its tracker told."""

    def __init__(self) -> None:
        clock, signals = VirtualClock(), Signals()
        self.heard: list[object] = []
        for kind in (LegCreated, LegRefused):
            signals.on(kind, self.heard.append)
        self.fake = FakePbx(clock)
        self.tracker = Tracker(signals, clock)
        self.pbx: Pbx = self.fake.pbx(self.tracker)

    async def place(self, call: str = "at-1", number: str = "+8613800000001", **more: Any) -> None:
        options: dict[str, Any] = {
            "caller_id": "+8640",
            "ring_seconds": 28.5,
            "variables": {"CTI_RECORD": "/r/a"},
        }
        await self.pbx.place(call, f"PJSIP/{number}@carrier", **(options | more))


@pytest.fixture
async def bench() -> Bench:
    return Bench()


async def test_a_call_is_placed_as_the_dialplan_wants_it(bench: Bench) -> None:
    await bench.place()
    assert bench.fake.asked(act.Originate) == [
        act.Originate(
            "at-1",
            "PJSIP/+8613800000001@carrier",
            "customers",
            "answered",
            timeout_ms=28_500,
            caller_id=act.CallerId("+8640"),
            variables={"CTI_RECORD": "/r/a"},
        )
    ]
    await bench.place("at-2", caller_id="")
    second = bench.fake.asked(act.Originate)[1]
    assert isinstance(second, act.Originate)
    assert second.caller_id is None


async def test_the_other_requests(bench: Bench) -> None:
    for request in (
        bench.pbx.bridge("at-1", "ag-1"),
        bench.pbx.play_message("at-1"),
        bench.pbx.hold("at-1"),
        bench.pbx.hang_up("at-1"),
    ):
        with pytest.raises(PbxError) as refused:
            await request
        assert not refused.value.unknown
    await bench.pbx.call_phone("ag-1", "agent-a")
    await bench.pbx.ring_phone("ag-2", "agent-b", seconds=15)
    assert [action for _, action in bench.fake.said] == [
        act.Bridge("at-1", "ag-1"),
        act.Redirect("at-1", "customers", "message"),
        act.Redirect("at-1", "customers", "hold"),
        act.HangUp("at-1", 16),
        act.Originate(
            "ag-1", "PJSIP/agent-a", "agents", "nailed", timeout_ms=30_000, auto_answer=True
        ),
        act.Originate(
            "ag-2",
            "PJSIP/agent-b",
            "agents",
            "ringing",
            timeout_ms=15_000,
            variables={"CTI_RINGING": "1"},
        ),
    ]


async def test_a_refused_call_is_expected_no_more(bench: Bench) -> None:
    bench.fake.numbers["1"] = Far(refused="Extension does not exist.")
    with pytest.raises(PbxError, match="does not exist") as refused:
        await bench.place(number="1")
    assert not refused.value.unknown
    bench.fake.numbers["2"] = Far(impossible=True)
    await bench.place("at-2", number="2")
    await asyncio.sleep(1)
    assert [e.uniqueid for e in bench.heard if isinstance(e, LegRefused)] == ["at-2"]
    bench.fake.emit(OriginateEnded("at-1", False, 0, ""))
    assert len(bench.heard) == 1


async def test_a_request_without_an_answer_is_an_unknown_fate(bench: Bench) -> None:
    bench.fake.numbers["1"] = Far(silent=True)
    with pytest.raises(PbxError) as unanswered:
        await bench.place(number="1")
    assert unanswered.value.unknown
    assert bench.heard == [LegCreated("at-1", bench.tracker.legs["at-1"].since)]


async def test_a_link_that_breaks_leaves_the_fate_unknown(bench: Bench) -> None:
    bench.fake.slow = 1.0
    asyncio.get_running_loop().call_later(0.5, setattr, bench.fake, "up", False)
    with pytest.raises(PbxError) as broken:
        await bench.place()
    assert broken.value.unknown


async def test_nothing_is_asked_while_the_link_is_down(bench: Bench) -> None:
    bench.fake.up = False
    assert not bench.pbx.up
    with pytest.raises(PbxError, match="not connected") as down:
        await bench.place()
    assert not down.value.unknown
    assert bench.fake.said == []
    with pytest.raises(PbxError) as unanswered:
        await bench.pbx.channels()
    assert unanswered.value.unknown


async def test_what_cannot_be_said_safely_is_not_said(bench: Bench) -> None:
    with pytest.raises(UserError):
        await bench.place(number="1\r\nAction: Command")
    assert bench.fake.said == []


@pytest.mark.parametrize("lost", [0, 1, TRIES])
async def test_a_hang_up_is_asked_for_until_the_leg_has_ended(bench: Bench, lost: int) -> None:
    await bench.pbx.call_phone("ag-1-x", "anna")
    await asyncio.sleep(2)
    bench.fake.loses = lost
    await bench.pbx.hang_up("ag-1-x")
    await asyncio.sleep(END_WITHIN * (lost + 0.5))
    assert "ag-1-x" not in bench.fake.channels_now
    await asyncio.sleep(60)
    asked = [a for _, a in bench.fake.said if isinstance(a, act.HangUp)]
    assert len(asked) == lost + 1
    assert "ag-1-x" not in bench.pbx.ending


async def test_a_leg_that_never_ends_is_told_of_once(bench: Bench) -> None:
    await bench.pbx.call_phone("ag-1-x", "anna")
    await asyncio.sleep(2)
    bench.fake.loses = 100
    with capture_logs() as logs:
        await bench.pbx.hang_up("ag-1-x")
        await asyncio.sleep(60)
    assert [line["event"] for line in logs if line["log_level"] == "error"] == [
        "pbx.leg_does_not_end"
    ]
    assert "ag-1-x" not in bench.pbx.ending


async def test_a_leg_that_ends_by_itself_is_not_asked_again(bench: Bench) -> None:
    await bench.pbx.call_phone("ag-1-x", "anna")
    await asyncio.sleep(2)
    bench.fake.loses = 1
    await bench.pbx.hang_up("ag-1-x")
    bench.fake.end("ag-1-x")
    await asyncio.sleep(60)
    assert sum(isinstance(a, act.HangUp) for _, a in bench.fake.said) == 1


def test_an_agent_can_be_read_off_a_leg() -> None:
    assert agent_of_leg(agent_leg_id(17)) == 17
    assert agent_leg_id(17) != agent_leg_id(17)
    for other in ("at-17-x", "ag-", "ag-x-1", "ag--1", "1700000.5", ""):
        assert agent_of_leg(other) is None


async def test_digits_go_one_after_the_other_and_hold_up_nothing_else(bench: Bench) -> None:
    bench.fake.default = Far(answers=0.2)
    await bench.place()
    await asyncio.sleep(1)
    begun = bench.fake.clock.monotonic()
    first = asyncio.create_task(bench.pbx.send_digits("at-1", "12"))
    second = asyncio.create_task(bench.pbx.send_digits("at-1", "3"))
    await asyncio.sleep(0.01)
    await bench.pbx.packets("at-1")  # while the first tone lasts
    assert bench.fake.clock.monotonic() - begun < 0.1
    await asyncio.gather(first, second)
    said = [a.digit for a in bench.fake.asked(act.PlayDigit) if isinstance(a, act.PlayDigit)]
    assert said == ["1", "2", "3"]
    assert bench.fake.keys.one_at_a_time
    assert bench.fake.clock.monotonic() - begun == pytest.approx(3 * 0.25, abs=0.05)
