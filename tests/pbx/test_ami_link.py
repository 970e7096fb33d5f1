"""The link against a real Asterisk: what its events and answers really are."""

import asyncio
import base64
import os
import random
import signal
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TypeVar

import pytest

from cti.ami.actions import (
    Bridge,
    CallerId,
    CoreStatus,
    Destination,
    HangUp,
    ModuleCheck,
    Originate,
    Record,
    Redirect,
    SetVariable,
    StopRecording,
)
from cti.ami.errors import LinkDownError
from cti.ami.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelCreated,
    ChannelHungUp,
    ChannelState,
    ChannelStateChanged,
    ContactChanged,
    DialBegan,
    DialEnded,
    DialProgressed,
    DtmfReceived,
    Event,
    FullyBooted,
    LinkDown,
    LinkUp,
    Marked,
    OriginateEnded,
    PbxShutdown,
    RecordingStarted,
    RecordingStopped,
)
from cti.ami.link import AmiAddress, AmiLink, Backoff
from cti.ami.recorder import replay
from cti.base.clock import SystemClock
from cti.base.errors import UserError
from tests.pbx.loopback import LoopbackPbx

pytestmark = pytest.mark.pbx

Kind = TypeVar("Kind", bound=Event)


class Heard:
    """An event handler that keeps everything, and waits for one channel's event of a kind."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def until(self, kind: type[Kind], uniqueid: str = "", count: int = 1) -> list[Kind]:
        while len(found := self.of(kind, uniqueid)) < count:
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), 20)
        return found

    def of(self, kind: type[Kind], uniqueid: str = "") -> list[Kind]:
        return [
            event
            for event in self.events
            if isinstance(event, kind)
            and (not uniqueid or getattr(event, "uniqueid", "") == uniqueid)
        ]


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
async def pbx(tmp_path: Path) -> AsyncIterator[LoopbackPbx]:
    pbx = LoopbackPbx(tmp_path / "pbx")
    try:
        await pbx.start()
        yield pbx
    finally:
        await pbx.stop()


@pytest.fixture
async def link(pbx: LoopbackPbx, heard: Heard, tmp_path: Path) -> AsyncIterator[AmiLink]:
    link = AmiLink(
        pbx.address,
        heard,
        clock=SystemClock(),
        rng=random.Random(1),
        ping_seconds=0.3,
        backoff=Backoff(0.05, 0.2),
        record_to=tmp_path / "events.jsonl",
    )
    await link.start()
    await link.wait_up(10)
    yield link
    await link.close()


def call(uniqueid: str, number: str, exten: str = "wait", **options: object) -> Originate:
    told = {"caller_id": CallerId("4001", "Some, One"), "account": "spring", **options}
    return Originate(uniqueid, f"PJSIP/{number}@world", "floor", exten, **told)  # type: ignore[arg-type]  # options are Originate's


@pytest.mark.parametrize(
    ("number", "causes", "status"),
    [("486", (17, 486), "BUSY"), ("404", (1, 404), "NOANSWER"), ("503", (34, 503), "CONGESTION")],
)
async def test_a_failed_call_says_why(
    link: AmiLink, heard: Heard, number: str, causes: tuple[int, int], status: str
) -> None:
    reply = await link.call(call("at-1", number))
    (hung_up,) = await heard.until(ChannelHungUp, "at-1")
    (ended,) = await heard.until(OriginateEnded, "at-1")
    assert (hung_up.cause, hung_up.tech_cause) == causes
    assert (ended.ok, ended.action_id) == (False, reply.fields["ActionID"])
    (created,) = heard.of(ChannelCreated, "at-1")
    assert created.state is ChannelState.DOWN
    assert heard.of(DialBegan, "at-1") == [DialBegan("at-1", None, f"{number}@world")]
    assert heard.of(DialEnded, "at-1") == [DialEnded("at-1", status)]
    assert link.stats.events_broken == 0


async def test_early_media_and_ringing_are_told(link: AmiLink, heard: Heard) -> None:
    await link.call(call("at-1", "183"))
    await link.call(call("at-2", "180", timeout_ms=700))
    (progressed,) = await heard.until(DialProgressed, "at-1")
    (ringing,) = await heard.until(DialProgressed, "at-2")
    assert (progressed.status, ringing.status) == ("PROGRESS", "RINGING")
    (announced,) = await heard.until(ChannelHungUp, "at-1")
    assert (announced.cause, announced.tech_cause) == (19, 480)
    (ended,) = await heard.until(OriginateEnded, "at-2")
    (unanswered,) = await heard.until(ChannelHungUp, "at-2")
    assert (ended.ok, ended.reason) == (False, 3)
    (refused,) = await heard.until(OriginateEnded, "at-1")
    assert (unanswered.cause, unanswered.tech_cause) == (announced.cause, announced.tech_cause)
    assert refused.reason == 0  # only this tells the carrier's 480 from our own time-out


async def test_an_answered_call_carries_what_we_gave_it(link: AmiLink, heard: Heard) -> None:
    text = 'a,b"c\\d(e)[f=$g {h}  王 \\"'
    await link.call(call("at-1", "100", "tell", variables={"TEXT": text}))
    (ended,) = await heard.until(OriginateEnded, "at-1")
    assert (ended.ok, ended.reason) == (True, 4)
    (marked,) = await heard.until(Marked, "at-1")
    assert marked.name == "Told"
    assert base64.b64decode(marked.fields["Value"]).decode() == text
    assert marked.fields["More"] == "yes"
    states = [event.state for event in heard.of(ChannelStateChanged, "at-1")]
    assert states[-1] is ChannelState.UP
    inbound = [event for event in heard.of(ChannelCreated) if event.uniqueid != "at-1"]
    assert [(event.caller, event.caller_name) for event in inbound] == [("4001", "Some, One")]
    rows = {row.uniqueid: row for row in await link.channels()}
    assert rows["at-1"].state is ChannelState.UP
    assert (rows["at-1"].context, rows["at-1"].application) == ("floor", "Wait")
    assert (rows["at-1"].accountcode, rows["at-1"].bridge_id) == ("spring", "")
    assert len(rows) == 2
    assert (await link.call(HangUp("at-1", 16))).ok
    (hung_up,) = await heard.until(ChannelHungUp, "at-1")
    assert (hung_up.cause, hung_up.tech_cause) == (16, None)
    await heard.until(ChannelHungUp, inbound[0].uniqueid)
    assert await link.channels() == []
    assert not (await link.send(HangUp("at-1"))).ok


async def test_a_nailed_up_agent_is_bridged_recorded_and_sent_back(
    link: AmiLink, heard: Heard, pbx: LoopbackPbx, tmp_path: Path
) -> None:
    await link.call(call("ag-1", "100", "pool"))
    (waiting,) = await heard.until(BridgeEntered, "ag-1")
    assert (waiting.bridge_name, waiting.bridge_creator) == ("pool", "BridgeWait")
    assert (waiting.technology, waiting.channels) == ("holding_bridge", 1)
    await link.call(call("at-1", "555"))
    await heard.until(OriginateEnded, "at-1")
    file = tmp_path / "at-1.wav"
    await link.call(Record("at-1", str(file)))
    await heard.until(RecordingStarted, "at-1")
    await link.call(Bridge("at-1", "ag-1"))
    (customer,) = await heard.until(BridgeEntered, "at-1")
    agent = (await heard.until(BridgeEntered, "ag-1", 2))[-1]
    assert (customer.bridge_type, customer.bridge_name) == ("basic", "")
    assert customer.bridge_id == agent.bridge_id
    assert max(customer.channels, agent.channels) == 2
    bridged = {row.uniqueid for row in await link.channels() if row.bridge_id == agent.bridge_id}
    assert bridged == {"at-1", "ag-1"}
    await link.call(
        Redirect("at-1", "floor", "wait", 1, "ag-1", Destination("floor", "pool")),
    )
    (left,) = await heard.until(BridgeLeft, "at-1")
    assert left.bridge_id == agent.bridge_id
    back = (await heard.until(BridgeEntered, "ag-1", 3))[-1]
    assert back.bridge_name == "pool"
    await heard.until(DtmfReceived, "at-1")
    await link.call(StopRecording("at-1"))
    await heard.until(RecordingStopped, "at-1")
    assert file.stat().st_size > 44


async def test_digits_are_heard(link: AmiLink, heard: Heard) -> None:
    await link.call(call("at-1", "555"))
    assert await heard.until(DtmfReceived, "at-1") == [DtmfReceived("at-1", "5")]


async def test_registered_phones_are_listed(link: AmiLink, heard: Heard) -> None:
    if not await link.contacts():
        (told,) = await heard.until(ContactChanged)
        assert (told.aor, told.endpoint) == ("phone", "phone")
    (phone,) = await link.contacts()
    assert (phone.aor, phone.endpoint) == ("phone", "phone")
    assert phone.uri.startswith("sip:phone@127.0.0.1")


async def test_the_longest_line_we_allow_is_taken(link: AmiLink, heard: Heard) -> None:
    await link.call(call("at-1", "100"))
    await heard.until(OriginateEnded, "at-1")
    assert (await link.send(SetVariable("at-1", "X", "x" * (1022 - len("Value: "))))).ok
    variables = {f"V{n}": "x" for n in range(109)}
    assert len(call("at-2", "100", variables=variables).fields()) == 119
    await link.call(call("at-2", "100", variables=variables))
    (ended,) = await heard.until(OriginateEnded, "at-2")
    assert ended.ok


async def test_modules_are_checked(link: AmiLink) -> None:
    assert (await link.send(ModuleCheck("app_mixmonitor"))).ok
    assert not (await link.send(ModuleCheck("app_nothing"))).ok


async def test_a_recording_replays_what_was_heard(
    link: AmiLink, heard: Heard, tmp_path: Path
) -> None:
    await link.call(call("at-1", "486"))
    await heard.until(ChannelHungUp, count=2)
    await link.close()
    events = [event for event in heard.events if not isinstance(event, LinkUp)]
    assert [event for _, event in replay(tmp_path / "events.jsonl")] == events


async def test_a_restart_of_the_pbx_is_seen(link: AmiLink, heard: Heard, pbx: LoopbackPbx) -> None:
    before = (await link.call(CoreStatus())).fields
    await pbx.process.stop()
    assert await heard.until(PbxShutdown) == [PbxShutdown(restart=False)]
    await heard.until(LinkDown)
    with pytest.raises(LinkDownError):
        await link.send(HangUp("at-1"))
    await pbx.process.ensure()
    (_, up) = await heard.until(LinkUp, count=2)
    assert up.version.startswith("2")
    await heard.until(FullyBooted, count=2)
    after = (await link.call(CoreStatus())).fields
    assert before["CoreStartupTime"] != after["CoreStartupTime"]


async def test_a_frozen_pbx_is_noticed_and_found_again(
    link: AmiLink, heard: Heard, pbx: LoopbackPbx
) -> None:
    pid = pbx.process.child.pid()
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    try:
        (down,) = await heard.until(LinkDown)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert down.reason == "2 pings went unanswered"
    await heard.until(LinkUp, count=2)


async def test_a_wrong_secret_is_an_error_for_people(pbx: LoopbackPbx) -> None:
    address = AmiAddress("127.0.0.1", pbx.address.port, "engine", "wrong")
    link = AmiLink(address, lambda _: None, clock=SystemClock(), rng=random.Random(1))
    await link.start()
    try:
        with pytest.raises(UserError, match=r"refused AMI user 'engine': Authentication failed"):
            await link.wait_up(10)
    finally:
        await link.close()
