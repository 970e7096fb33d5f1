"""Supervisors in calls, on the real PBX: who hears the supervisor is told by tones.

The customer says 440 Hz, ann 1000 Hz, the supervisor 2100 Hz.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio

from cti.agents.states import AgentState
from cti.base.notices import Notice
from cti.calls.events import LegHears
from cti.calls.pbx import agent_leg_id
from cti.processes.pbx import Phone
from tests.pbx.house import DATA, House, open_house
from tests.pbx.tones import heard

pytestmark = [pytest.mark.pbx, pytest.mark.asyncio(loop_scope="module")]

S = AgentState
CUSTOMER, ANN, SUPERVISOR = 440, 1000, 2100


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    async with AsyncExitStack() as undo:
        personas = DATA / "personas-control.yaml"
        house = await open_house(tmp_path_factory.mktemp("h"), undo, personas)
        mine = await house.ask("PUT", "/v1/me/phone", json={"kind": "sip"})
        house.voices[mine["username"]] = "tone-2100"
        await house.hire("ann", "bob")
        await house.connect(Phone(mine["username"], mine["password"]))
        yield house


@pytest_asyncio.fixture(loop_scope="module")
async def house(home: House) -> AsyncIterator[House]:
    yield home
    for ear in list(home.service.room.listening.ears.values()):
        await home.service.room.listening.stop(ear.by)
    await home.settle()
    assert not home.service.room.listening.ears


@pytest.fixture
def own(house: House) -> str:
    """The supervisor's phone."""
    return next(name for name in house.voices if name.startswith("user-"))


async def talking(house: House, name: str = "ann") -> str:
    await house.campaign(house.number("customer"))
    agent = await house.state_of(name, S.TALKING)
    return agent.call or ""


async def hear(house: House, way: str, name: str = "ann") -> dict[str, Any]:
    return dict(await house.ask("POST", f"/v1/floor/agents/{name}/{way}"))


async def test_listen_whisper_barge_and_stop_without_a_new_call(
    house: House, own: str, tmp_path: Path
) -> None:
    await house.ready("ann")
    call = await talking(house)
    assert (await hear(house, "listen"))["state"] == "hearing"
    (ear,) = house.service.room.listening.ears.values()
    supervisor = await heard(house, own, tmp_path)
    assert min(supervisor[CUSTOMER], supervisor[ANN]) > 0.2
    assert (await heard(house, "persona-", tmp_path))[SUPERVISOR] < 0.01
    assert (await heard(house, "agent-ann", tmp_path))[SUPERVISOR] < 0.01

    assert (await hear(house, "whisper"))["way"] == "whisper"
    assert (await heard(house, "agent-ann", tmp_path))[SUPERVISOR] > 0.2
    assert (await heard(house, "persona-", tmp_path))[SUPERVISOR] < 0.01

    assert (await hear(house, "barge"))["state"] == "hearing"
    assert (await heard(house, "agent-ann", tmp_path))[SUPERVISOR] > 0.2
    customer = await heard(house, "persona-", tmp_path)
    assert min(customer[SUPERVISOR], customer[ANN]) > 0.2
    (shown,) = await house.ask("GET", "/v1/floor/calls")
    assert [(p["kind"], p["state"]) for p in shown["parties"]] == [
        ("customer", "talking"),
        ("supervisor", "talking"),
    ]

    await hear(house, "listen")
    assert (await heard(house, "persona-", tmp_path))[SUPERVISOR] < 0.01
    assert house.service.room.listening.ears["token"].leg == ear.leg  # the same call all the time
    (told,) = await house.ask("GET", "/v1/floor/listening")
    assert (told["supervisor"], told["agent"], told["call"]) == ("token", "ann", call)
    await house.ask("DELETE", "/v1/floor/agents/ann/listen")
    await house.until(lambda: ear.leg not in house.service.tracker.legs, "the phone is let go")
    assert (await heard(house, "persona-", tmp_path))[ANN] > 0.8
    acts = (await house.ask("GET", "/v1/audit", params={"act": "calls."}))["items"]
    mine = [(a["act"], a["subject"]) for a in acts if a["details"].get("call") == call]
    names = ["listened", "barged", "whispered", "listened"]
    assert mine == [(f"calls.{name}", "agents/ann") for name in names]
    assert all(a["ended_at"] for a in acts)


async def test_keys_come_to_the_customer_alone_in_their_order_once_each(house: House) -> None:
    """Neither to another agent's customer nor to who listens; and nothing of them is kept."""
    await house.ready("ann")
    number = house.number("customer")
    await house.campaign(number)
    await house.state_of("ann", S.TALKING)
    await house.ready("bob")
    await talking(house, "bob")
    await hear(house, "barge")
    control, before = house.service.room.control, len(house.world.keyed())
    await control.pause_recording("ann", 60)
    keys = "4929*0#175"
    async with asyncio.TaskGroup() as together:  # as from quick fingers
        for part in (keys[:4], keys[4:5], keys[5:]):
            together.create_task(control.send_digits("ann", part))
    await house.until(lambda: len(house.world.keyed()) >= before + len(keys), "all keys came")
    came = house.world.keyed()[before:]
    assert "".join(key.digit for key in came) == keys
    assert {key.who for key in came} == {number.lstrip("+")}
    assert all(key.milliseconds >= 100 for key in came), came
    await house.ask("POST", "/v1/agents/ann/hang-up")
    await house.state_of("ann", S.WRAPPING)
    await house.until(lambda: not house.service.ledger.queued, "all is written down")
    kept = [file for file in house.state.rglob("*") if file.is_file() and "world" not in file.parts]
    assert any(file.suffix == ".sqlite3" for file in kept), kept
    assert not [file for file in kept if keys.encode() in file.read_bytes()]
    pbx_logs = [file for file in kept if file.parent.name == "log"]
    assert pbx_logs
    assert not [file for file in pbx_logs if b"DTMF" in file.read_bytes()]


async def test_taking_over_leaves_the_customer_with_the_supervisor(
    house: House, own: str, tmp_path: Path
) -> None:
    await house.ready("ann")
    call = await talking(house)
    assert (await hear(house, "take-over"))["way"] == "take_over"
    await house.state_of("ann", S.WRAPPING)
    assert (await heard(house, "persona-", tmp_path))[SUPERVISOR] > 0.8
    assert (await heard(house, own, tmp_path))[CUSTOMER] > 0.8
    await house.until(lambda: house.agent("ann").leg_ready, "ann's leg is home")
    (shown,) = await house.ask("GET", "/v1/floor/calls")
    assert (shown["id"], shown["agent"]) == (call, None)
    await house.ask("DELETE", "/v1/floor/agents/ann/listen")
    await house.until(lambda: call not in house.service.tracker.legs, "the call is over")
    legs = await house.ask("GET", f"/v1/attempts/{call}/legs")
    assert [(leg["who"], leg["how"]) for leg in legs][-1] == ("token", "taken_over")


async def test_listening_goes_on_from_call_to_call_and_over_a_new_page(
    house: House, own: str, tmp_path: Path
) -> None:
    await house.ready("ann")
    await hear(house, "listen")  # between calls: she is awaited
    call = await talking(house)
    supervisor = await heard(house, own, tmp_path)
    assert min(supervisor[CUSTOMER], supervisor[ANN]) > 0.2
    ann = house.agent("ann")
    ann.phone_kind = "browser"
    again: list[LegHears] = []
    house.service.signals.on(LegHears, again.append)
    try:
        await house.service.pbx.hang_up(ann.leg or "")
        await house.until(lambda: bool(again), "the new leg is heard")
        await house.until(
            lambda: ann.leg in house.service.tracker.partners(call), "they talk again"
        )
    finally:
        ann.phone_kind = "sip"
    supervisor = await heard(house, own, tmp_path)
    assert min(supervisor[CUSTOMER], supervisor[ANN]) > 0.2


@pytest.mark.parametrize("way", ["listen", "whisper", "join"])
async def test_a_supervisor_sent_to_a_phone_that_is_gone_is_not_hung_up(
    house: House, way: str
) -> None:
    """It may go while the supervisor is on the way to it: who listens then waits for the next."""
    await house.ready("ann")
    await hear(house, "listen")
    (ear,) = house.service.room.listening.ears.values()
    again: list[LegHears] = []
    house.service.signals.on(LegHears, again.append)
    nobody = agent_leg_id(99)
    if way == "join":
        await house.service.pbx.join(ear.leg, nobody)
    else:
        await house.service.pbx.spy(ear.leg, way, nobody)
    await house.until(lambda: bool(again), "ann is heard again")
    assert ear.hears
    assert not ear.over


async def test_a_barge_ends_with_the_call_and_becomes_listening(house: House) -> None:
    await house.ready("ann")
    call = await talking(house)
    await hear(house, "barge")
    await house.service.pbx.hang_up(call)
    await house.state_of("ann", S.WRAPPING)
    await house.until(lambda: house.agent("ann").leg_ready, "ann's leg is home")
    (told,) = await house.ask("GET", "/v1/floor/listening")
    assert told["way"] == "listen"


async def test_the_agent_is_told_if_the_site_wants_it(house: House) -> None:
    told: list[Notice] = []
    house.service.signals.on(Notice, told.append)
    await house.ready("ann")
    await talking(house)
    await hear(house, "listen")
    assert not told
    await house.service.site.change({"show_listening": True})
    try:
        await hear(house, "whisper")
        await house.until(lambda: bool(told), "ann is told")
    finally:
        await house.service.site.change({"show_listening": False})
    assert (told[0].agent, told[0].kind, told[0].by) == ("ann", "listened", "token")
    assert told[0].details["way"] == "whisper"


async def test_end_send_back_force_and_write(house: House) -> None:
    told: list[Notice] = []
    house.service.signals.on(Notice, told.append)
    await house.ready("ann")
    call = await talking(house)
    await house.ask("POST", "/v1/floor/agents/ann/send-back")
    assert house.agent("ann").state is S.WRAPPING
    await house.ask("POST", "/v1/agents/bob/sign-in")
    bob = await house.state_of("bob", S.TALKING)
    assert bob.call == call
    await house.ask("POST", "/v1/floor/agents/bob/hang-up")
    await house.state_of("bob", S.WRAPPING)
    body = {"state": "not_ready", "reason": "training"}
    await house.ask("PUT", "/v1/floor/agents/bob/state", json=body)
    house.service.roster.wrap_up_done(bob)
    assert (bob.state, bob.reason) == (S.NOT_READY, "training")
    sent = await house.ask("POST", "/v1/floor/messages", json={"all": True, "text": "Lunch!"})
    assert sent["agents"] == ["ann", "bob"]
    assert [n.text for n in told if n.kind == "message"] == ["Lunch!", "Lunch!"]
    answer = await house.http.post("/v1/floor/messages", json={"agents": ["zoe"], "text": "x"})
    assert answer.status_code == 404


async def test_a_phone_that_is_not_there_is_said_so(house: House) -> None:
    await house.ready("ann")
    phone_of = house.service.room.listening.phone_of

    async def nowhere(_who: object) -> str:
        return "user-nobody"

    house.service.room.listening.phone_of = nowhere
    try:
        answer = await house.http.post("/v1/floor/agents/ann/listen")
    finally:
        house.service.room.listening.phone_of = phone_of
    assert answer.status_code == 409, answer.text
    assert "phone" in answer.json()["error"]
    assert not house.service.room.listening.ears
    missing = await house.http.post("/v1/floor/agents/bob/listen")
    assert (missing.status_code, missing.json()["error"]) == (
        409,
        "Agent bob has no phone connected.",
    )
