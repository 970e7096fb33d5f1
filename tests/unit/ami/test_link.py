"""The link against a scripted peer: what it does when the other side misbehaves."""

import asyncio
import random
from collections.abc import Callable

import pytest
from structlog.testing import capture_logs

from cti.ami.actions import Bridge, CoreShowChannels, HangUp, ListContacts, Originate
from cti.ami.errors import ActionTimeout, LinkDownError, Refused
from cti.ami.events import (
    ChannelCreated,
    Event,
    EventsLost,
    LinkDown,
    LinkUp,
    OriginateEnded,
)
from cti.ami.link import AmiAddress, AmiLink, Backoff
from cti.base.clock import SystemClock
from cti.base.errors import UserError
from tests.unit.ami.conftest import Heard
from tests.unit.ami.peer import Asked, Peer, block, channel_created, error, silent, success

MakeLink = Callable[..., AmiLink]


def originate(uniqueid: str) -> Originate:
    return Originate(uniqueid, "PJSIP/100@carrier", "floor", "answered")


async def test_link_up_names_the_pbx_and_comes_before_its_events(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    accepted = block("Response: Success", "ActionID: cti-1", "Message: Authentication accepted")
    peer.answers["Login"] = lambda asked: accepted + channel_created("early")
    link = make_link()
    await link.start()
    await heard.until(ChannelCreated)
    assert heard.events[0] == LinkUp("scripted", "22.10.1")
    assert peer.asked[0]["Username"] == "engine"
    assert peer.asked[0]["Secret"] == "s3cret"


async def test_a_raising_handler_costs_neither_the_link_nor_the_next_event(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    def handler(event: Event) -> None:
        heard(event)
        if event != LinkUp("scripted", "22.10.1"):
            raise RuntimeError("a bug")

    link = make_link(on_event=handler)
    await link.start()
    await link.wait_up(10)
    with capture_logs() as logs:
        peer.say(channel_created("a") + channel_created("b") + channel_created("c"))
        created = await heard.until(ChannelCreated, 3)
        assert (await link.send(HangUp("a"))).ok
    assert [event.uniqueid for event in created] == ["a", "b", "c"]
    assert link.up
    assert link.stats.handler_errors == 3
    assert [entry["event"] for entry in logs] == ["ami event handler failed"]


async def test_an_originate_is_async_and_has_its_own_ids(link: AmiLink, peer: Peer) -> None:
    await asyncio.gather(link.send(originate("at-1")), link.send(originate("at-2")))
    first, second = await peer.until("Originate", 2)
    assert first["Async"] == second["Async"] == "true"
    assert (first["ChannelId"], second["ChannelId"]) == ("at-1", "at-2")
    assert first["ActionID"] != second["ActionID"]


async def test_nothing_is_sent_again_after_a_reconnect(
    link: AmiLink, peer: Peer, heard: Heard
) -> None:
    peer.answers["Originate"] = silent
    waiting = [asyncio.create_task(link.send(originate(f"at-{n}"))) for n in range(3)]
    await peer.until("Originate", 3)
    await peer.hang_up()
    for task in waiting:
        with pytest.raises(LinkDownError, match="outcome is unknown") as caught:
            await task
        assert caught.value.sent
    await heard.until(LinkUp, 2)
    await link.send(HangUp("marker"))
    after = peer.names()[peer.names().index("Originate") + 3 :]
    assert after == ["Login", "CoreSettings", "Hangup"]
    assert link.stats.reconnects == 1


async def test_sending_while_down_fails_at_once_and_leaves_nothing_behind(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    link = make_link()
    with pytest.raises(LinkDownError) as caught:
        await link.send(originate("at-1"))
    assert not caught.value.sent
    await link.start()
    await link.wait_up(10)
    await link.send(HangUp("marker"))
    assert peer.names() == ["Login", "CoreSettings", "Hangup"]


async def test_the_response_event_of_an_originate_reaches_the_handler(
    link: AmiLink, peer: Peer, heard: Heard
) -> None:
    def answer(asked: Asked) -> str:
        ended = block(
            "Event: OriginateResponse",
            f"ActionID: {asked['ActionID']}",
            "Response: Failure",
            "Reason: 0",
            "Uniqueid: at-1",
        )
        return success(asked, "Message: Originate successfully queued") + ended

    peer.answers["Originate"] = answer
    reply = await link.send(originate("at-1"))
    assert (reply.ok, reply.message) == (True, "Originate successfully queued")
    (ended,) = await heard.until(OriginateEnded)
    assert ended == OriginateEnded("at-1", False, 0, reply.fields["ActionID"])


async def test_an_unanswered_action_times_out_and_its_late_answer_is_harmless(
    peer: Peer, make_link: MakeLink
) -> None:
    peer.answers["Bridge"] = silent
    link = make_link(timeout=0.2)
    await link.start()
    await link.wait_up(10)
    with pytest.raises(ActionTimeout, match="Bridge"):
        await link.send(Bridge("a", "b"))
    (asked,) = await peer.until("Bridge")
    peer.say(success(asked))
    assert (await link.send(HangUp("a"))).ok


async def test_a_mute_peer_is_left_after_two_missed_pongs(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    link = make_link(ping_seconds=0.1)
    await link.start()
    await peer.until("Ping", 3)
    assert link.up
    assert link.stats.last_pong is not None
    peer.answers["Ping"] = silent
    (down,) = await heard.until(LinkDown)
    assert down.reason == "2 pings went unanswered"


async def test_one_missed_pong_is_forgiven(peer: Peer, make_link: MakeLink, heard: Heard) -> None:
    def every_other(asked: Asked) -> str | None:
        pings = sum(entry["Action"] == "Ping" for entry in peer.asked)
        return success(asked) if pings % 2 else None

    peer.answers["Ping"] = every_other
    link = make_link(ping_seconds=0.2)
    await link.start()
    await peer.until("Ping", 7)
    assert link.up
    assert not heard.of(LinkDown)


async def test_a_character_split_across_reads_stays_whole(
    link: AmiLink, peer: Peer, heard: Heard
) -> None:
    data = channel_created("a", caller_name="王小明 Žižka").encode()
    for byte in data:
        peer.say(bytes([byte]))
        await peer.flush()
    (created,) = await heard.until(ChannelCreated)
    assert created.caller_name == "王小明 Žižka"


async def test_close_while_waiting_to_reconnect_is_final(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    link = make_link(backoff=Backoff(0.05, 0.05, 0.05))
    await link.start()
    await link.wait_up(10)
    await peer.hang_up()
    await heard.until(LinkDown)
    await link.close()
    assert asyncio.all_tasks() == {asyncio.current_task()}
    await asyncio.sleep(0.1)
    assert peer.connections == 1
    with pytest.raises(LinkDownError):
        await link.send(HangUp("a"))
    with pytest.raises(LinkDownError, match="closed"):
        await link.wait_up(1)


async def test_close_releases_what_waits_for_an_answer(link: AmiLink, peer: Peer) -> None:
    peer.answers["Bridge"] = silent
    waiting = asyncio.create_task(link.send(Bridge("a", "b")))
    await peer.until("Bridge")
    await link.close()
    with pytest.raises(LinkDownError, match="closed") as caught:
        await waiting
    assert caught.value.sent


async def test_a_wrong_secret_is_said_once_and_tried_again_slowly(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    peer.answers["Login"] = lambda asked: error(asked, "Authentication failed")
    link = make_link(backoff=Backoff(0.01, 0.02, refused=0.1))
    with capture_logs() as logs:
        await link.start()
        with pytest.raises(UserError, match=r"refused AMI user 'engine'.*Check user, secret"):
            await link.wait_up(10)
        await peer.until("Login", 3)
        peer.answers["Login"] = success
        await heard.until(LinkUp)
    assert [type(event) for event in heard.events] == [LinkDown, LinkUp]
    assert [entry["log_level"] for entry in logs] == ["error", "info"]
    assert "s3cret" not in str(logs) + repr(heard.events)


async def test_a_refused_secret_waits_the_long_pause(peer: Peer, make_link: MakeLink) -> None:
    peer.answers["Login"] = lambda asked: error(asked, "Authentication failed")
    link = make_link(backoff=Backoff(0.001, 0.001, refused=60))
    await link.start()
    with pytest.raises(Refused):
        await link.wait_up(10)
    await asyncio.sleep(0.1)
    assert peer.connections == 1


async def test_a_secret_that_cannot_be_said_is_an_error_for_people(peer: Peer) -> None:
    address = AmiAddress("127.0.0.1", peer.port, "engine", "two\r\nlines")
    link = AmiLink(address, lambda _: None, clock=SystemClock(), rng=random.Random(1))
    await link.start()
    try:
        with pytest.raises(UserError, match="Secret for the PBX holds a carriage return"):
            await link.wait_up(10)
    finally:
        await link.close()


async def test_a_peer_that_does_not_speak_ami_is_named(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    peer.greeting = b"SSH-2.0-OpenSSH_9.2p1\r\n"
    link = make_link()
    await link.start()
    (down,) = await heard.until(LinkDown)
    assert down.reason == "the peer does not speak AMI"
    await peer.until_connected(3)
    assert len(heard.of(LinkDown)) == 1
    assert not peer.asked


async def test_no_pbx_within_the_time_is_an_error_for_people(make_link: MakeLink) -> None:
    address = AmiAddress("127.0.0.1", 1, "engine", "s3cret")
    link = AmiLink(address, lambda _: None, clock=SystemClock(), rng=random.Random(1))
    await link.start()
    try:
        with pytest.raises(UserError, match=r"No PBX at 127\.0\.0\.1:1 after 0\.1 s"):
            await link.wait_up(0.1)
    finally:
        await link.close()


async def test_unwanted_events_are_counted_and_dropped(
    link: AmiLink, peer: Peer, heard: Heard
) -> None:
    noise = block("Event: VarSet", "Channel: x", "Variable: y", "Value: z")
    peer.say(noise * 3 + channel_created("a") + noise)
    await link.send(HangUp("a"))
    await heard.until(ChannelCreated)
    assert link.stats.events_dropped_unwanted == 4
    assert link.stats.events_seen == 5


async def test_a_garbled_event_is_counted_and_logged_once(
    link: AmiLink, peer: Peer, heard: Heard
) -> None:
    with capture_logs() as logs:
        peer.say(block("Event: Hangup", "Cause: many", "Uniqueid: a") * 2 + channel_created("a"))
        await heard.until(ChannelCreated)
    assert link.stats.events_broken == 2
    assert [entry["ami_event"] for entry in logs] == ["Hangup"]
    assert [type(event) for event in heard.events] == [LinkUp, ChannelCreated]


async def test_a_full_queue_loses_with_notice(
    peer: Peer, make_link: MakeLink, heard: Heard
) -> None:
    link = make_link(queue_bound=10)
    await link.start()
    await link.wait_up(10)
    peer.say("".join(channel_created(str(n)) for n in range(50)))
    (lost,) = await heard.until(EventsLost)
    kept = heard.of(ChannelCreated)
    assert lost.count == link.stats.queue_dropped == 50 - len(kept)
    assert [event.uniqueid for event in kept] == [str(n) for n in range(len(kept))]
    assert link.stats.queue_high_water == 10
    assert link.up


def row(asked: Asked, uniqueid: str) -> str:
    return block(
        "Event: CoreShowChannel",
        f"ActionID: {asked['ActionID']}",
        f"Channel: PJSIP/world-{uniqueid}",
        "ChannelState: 6",
        "AccountCode: camp",
        "Context: floor",
        "Exten: pool",
        f"Uniqueid: {uniqueid}",
        f"Linkedid: {uniqueid}",
        "Application: Wait",
        "Duration: 01:02:03",
        "BridgeId: ",
    )


async def test_rows_of_two_lists_and_events_between_them_are_kept_apart(
    link: AmiLink, peer: Peer, heard: Heard
) -> None:
    peer.answers["CoreShowChannels"] = silent
    lists = [asyncio.create_task(link.channels()) for _ in range(2)]
    one, two = await peer.until("CoreShowChannels", 2)
    start = ("EventList: start", "Message: Channels will follow")
    peer.say(success(one, *start) + success(two, *start) + row(one, "1a") + row(two, "2a"))
    peer.say(channel_created("new") + block("Event: VarSet", "Uniqueid: x") + row(one, "1b"))
    for asked in (two, one):
        end = ("Event: CoreShowChannelsComplete", f"ActionID: {asked['ActionID']}")
        peer.say(block(*end, "EventList: Complete", "ListItems: 2"))
    first, second = await asyncio.gather(*lists)
    assert [channel.uniqueid for channel in first] == ["1a", "1b"]
    assert [channel.uniqueid for channel in second] == ["2a"]
    assert first[0].seconds == 3723
    assert [event.uniqueid for event in await heard.until(ChannelCreated)] == ["new"]


async def test_a_list_that_never_ends_times_out(peer: Peer, make_link: MakeLink) -> None:
    peer.answers["CoreShowChannels"] = lambda asked: (
        success(asked, "EventList: start") + row(asked, "a")
    )
    link = make_link(timeout=0.2)
    await link.start()
    await link.wait_up(10)
    with pytest.raises(ActionTimeout):
        await link.channels()
    assert link.up


async def test_a_refused_list_and_an_empty_one_differ(link: AmiLink, peer: Peer) -> None:
    peer.answers["PJSIPShowContacts"] = lambda asked: error(asked, "No Contacts found\n")
    assert await link.rows(ListContacts()) == []
    peer.answers["CoreShowChannels"] = lambda asked: error(asked, "Permission denied")
    with pytest.raises(Refused, match="CoreShowChannels: Permission denied"):
        await link.rows(CoreShowChannels())


async def test_call_raises_what_send_reports(link: AmiLink, peer: Peer) -> None:
    peer.answers["Hangup"] = lambda asked: error(asked, "No such channel")
    reply = await link.send(HangUp("gone"))
    assert (reply.ok, reply.message) == (False, "No such channel")
    with pytest.raises(Refused, match="Hangup: No such channel"):
        await link.call(HangUp("gone"))


async def test_an_action_given_up_leaves_nothing_waiting(link: AmiLink, peer: Peer) -> None:
    peer.answers["Bridge"] = silent
    waiting = asyncio.create_task(link.send(Bridge("a", "b")))
    (asked,) = await peer.until("Bridge")
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert link._protocol is not None
    assert not link._protocol.responses
    peer.say(success(asked))
    assert (await link.send(HangUp("a"))).ok


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("ami://engine:s%2Fx@pbx:5039", AmiAddress("pbx", 5039, "engine", "s/x")),
        ("ami://engine:s@127.0.0.1", AmiAddress("127.0.0.1", 5038, "engine", "s")),
    ],
)
def test_addresses_are_read(url: str, address: AmiAddress) -> None:
    assert AmiAddress.parse(url) == address


def test_an_address_does_not_show_its_secret() -> None:
    assert "hidden" not in repr(AmiAddress("pbx", 5038, "engine", "hidden"))


@pytest.mark.parametrize("url", ["", "http://a:b@c", "ami://pbx", "ami://a:b@c:99999"])
def test_a_bad_address_is_an_error_for_people(url: str) -> None:
    with pytest.raises(UserError, match="ami://user:secret@host:port"):
        AmiAddress.parse(url)
