"""Callers on a real PBX: from the menu over the floor to an agent, and into the record."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from cti.agents.states import AgentState
from cti.calls.models import InboundCallRow
from cti.floor.inbound import CallerMoved
from tests.pbx.house import House, level, open_house

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

DID = "4008001234"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        house = await open_house(tmp_path_factory.mktemp("i"), undo)
        await house.hire("ann", "bob")
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    yield home
    await home.settle()


async def call_in(house: House, digits: str, seconds: float = 30.0) -> None:
    await house.world.call_in(
        DID, "13800001111", digits, seconds=seconds, menu=0.7, voice="tone-440"
    )


async def row_of(house: House, call: str) -> InboundCallRow:
    """The caller's record, once the call has ended."""
    desk = house.service.inbound
    await house.until(lambda: call not in desk.callers, "the caller is gone")
    await desk.close()
    async with house.service.store.read() as session:
        row = await session.get(InboundCallRow, call)
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("digits", "queue", "choices"),
    [("1", "sales", "main:1"), ("91", "sales", "main:1"), ("", "fallback", "")],
    ids=["a key", "a key without a choice, then one with", "no key at all"],
)
async def test_a_caller_reaches_an_agent(
    house: House, digits: str, queue: str, choices: str
) -> None:
    await house.ready("ann")
    await call_in(house, digits)
    agent = await house.state_of("ann", AgentState.TALKING)
    call = agent.call or ""
    await house.grown(call, 2.0)
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", AgentState.WRAPPING)
    row = await row_of(house, call)
    assert (row.outcome, row.queue, row.choices) == ("answered", queue, choices)
    assert (row.agent_id, row.dialled, row.caller) == (agent.id, DID, "13800001111")
    sound = (await house.sound(call))[8000:]
    assert level(sound, 440)[0] > 0.5  # the caller on the left
    assert level(sound, 1000)[1] > 0.8  # the agent on the right


async def test_a_caller_waits_until_an_agent_is_there(house: House) -> None:
    await call_in(house, "2")
    desk = house.service.inbound
    await house.until(lambda: any(c.queued_at for c in desk.callers.values()), "queued")
    board = await house.ask("GET", "/v1/live")
    assert board["callers"]["waiting"] == 1
    await house.ask("POST", "/v1/agents/bob/sign-in")
    bob = await house.state_of("bob", AgentState.TALKING)
    assert bob.call in desk.callers


async def test_a_caller_who_gives_up_waiting_is_counted_as_abandoned(house: House) -> None:
    ended: list[CallerMoved] = []
    house.service.signals.on(CallerMoved, ended.append)
    before = house.service.inbound.day.whole.abandoned
    await call_in(house, "1", seconds=3.5)
    await house.until(lambda: any(e.step == "ended" for e in ended), "the caller gave up")
    row = await row_of(house, ended[-1].caller.id)
    assert (row.outcome, row.queue, row.agent_id) == ("abandoned", "sales", None)
    assert house.service.inbound.day.whole.abandoned == before + 1


async def test_a_caller_goes_before_the_next_lead(house: House) -> None:
    """Who rang us and waits is given the agent; the campaign dials for those left over."""
    await call_in(house, "1")
    desk = house.service.inbound
    await house.until(lambda: any(c.queued_at for c in desk.callers.values()), "queued")
    campaign = await house.campaign(house.number("tone"))
    await house.ask("POST", "/v1/agents/ann/sign-in")
    ann = await house.state_of("ann", AgentState.TALKING)
    assert ann.call in desk.callers
    assert await house.attempts(campaign) == []
