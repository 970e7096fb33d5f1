"""Test calls say step by step what became of them."""

import asyncio

import pytest

from cti.base.errors import Conflict, NotFound
from cti.base.signals import Signals
from cti.calls.events import LegEnded
from cti.calls.tracker import Tracker
from cti.trunks.testing import AT_ONCE, Result, TestCalls, TestCallView, TestStep, outcome
from tests.fake_pbx import BUSY, NO_ANSWER, TALKS, VACANT, FakePbx, Far
from tests.virtual_time import VirtualClock

NUMBER = "+8613812341234"


class Rig:
    def __init__(self) -> None:
        self.clock, self.signals = VirtualClock(), Signals()
        self.fake = FakePbx(self.clock)
        self.calls = TestCalls(
            self.fake.pbx(Tracker(self.signals, self.clock)), self.signals, self.clock
        )

    async def place(self, far: Far) -> TestCallView:
        """A call to its end."""
        self.fake.numbers[NUMBER] = far
        call = await self.calls.place("north", NUMBER)
        await asyncio.sleep(60)
        return self.calls.get(call.id)


@pytest.fixture
async def rig() -> Rig:
    return Rig()


@pytest.mark.parametrize(
    ("far", "result", "steps"),
    [
        (TALKS, "answered", ["dialled", "ringing", "answered", "ended"]),
        (BUSY, "busy", ["dialled", "ended"]),
        (VACANT, "vacant", ["dialled", "ended"]),
        (NO_ANSWER, "no_answer", ["dialled", "ringing", "ended"]),
        (Far(impossible=True), "no_trunk", ["dialled", "ended"]),
        (Far(refused="no such trunk"), "no_trunk", ["dialled", "ended"]),
        (Far(rings=None, ends=0.1, cause=21, sip=403), "forbidden", ["dialled", "ended"]),
        (Far(rings=None, ends=5.0, cause=0, sip=None), "no_reply", ["dialled", "ended"]),
    ],
)
async def test_what_happened(rig: Rig, far: Far, result: Result, steps: list[str]) -> None:
    call = await rig.place(far)
    assert (call.done, call.result) == (True, result)
    assert [step.what for step in call.steps] == steps
    assert call.sentence
    assert [step.at for step in call.steps] == sorted(step.at for step in call.steps)


async def test_no_more_than_a_few_at_once_and_none_while_the_pbx_is_away(rig: Rig) -> None:
    for _ in range(AT_ONCE):
        await rig.calls.place("north", NUMBER)
    with pytest.raises(Conflict, match="still running"):
        await rig.calls.place("north", NUMBER)
    await asyncio.sleep(120)
    rig.fake.up = False
    with pytest.raises(Conflict, match="could not be placed"):
        await rig.calls.place("north", NUMBER)
    with pytest.raises(NotFound):
        rig.calls.get("te-none")


async def test_the_end_of_another_call_is_nothing_to_it(rig: Rig) -> None:
    call = await rig.calls.place("north", NUMBER)
    rig.signals.emit(LegEnded("at-other", 17, 486, 1.0))
    assert not rig.calls.get(call.id).done


def test_silence_until_our_own_time_is_up_is_no_reply() -> None:
    call = TestCallView(
        id="te-1", trunk="t", number=NUMBER, caller_id="", done=False,
        steps=[TestStep(at=0, what="dialled")],
    )  # fmt: skip
    assert outcome(call, 30.0) == "no_reply"
    assert outcome(call, 5.0) == "no_reply"
    call.steps.append(TestStep(at=1, what="progress"))
    assert outcome(call, 30.0) == "no_answer"
    assert outcome(call, 5.0) == "failed"
