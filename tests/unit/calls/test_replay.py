"""A real PBX's events, replayed from the start and from every point in the middle.

tests/data/pbx-events.jsonl was recorded with cti.ami.recorder from Asterisk 22.10.1 (ids and
numbers made short, fields that we do not read left out): two agents nailed up, a busy number, one
that rings out, a talk whose agent's phone dies and which goes to another, one that the customer
ends, one with a phone that rang. Between the events are the PBX's own CoreShowChannels.
"""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from cti.ami.blocks import event_name, fields_of
from cti.ami.events import ChannelRow, ChannelState, Event, channel_row
from cti.ami.recorder import event_from
from cti.calls.events import LegEnded, LegPooled, LegsBridged, LegUnbridged
from cti.calls.tracker import Leg
from tests.unit.calls.legs import START, Tracked

FILE = Path(__file__).parents[2] / "data" / "pbx-events.jsonl"

Snapshot = list[ChannelRow]


def recording() -> list[tuple[float, Event | Snapshot]]:
    """Events, and the snapshots between them."""
    items: list[tuple[float, Event | Snapshot]] = []
    rows: Snapshot = []
    for line in FILE.read_text().splitlines():
        entry = json.loads(line)
        block = entry["block"].encode()
        if event_name(block) == b"CoreShowChannel":
            rows.append(channel_row(fields_of(block)))
        elif event_name(block) == b"CoreShowChannelsComplete":
            items.append((entry["at"], rows))
            rows = []
        elif (event := event_from(block)) is not None:
            items.append((entry["at"], event))
    return items


RECORDING = recording()
EVENTS = [(at, item) for at, item in RECORDING if not isinstance(item, list)]


def play(at: Tracked, events: list[tuple[float, Event]]) -> list[object]:
    """What is told of them, in order."""
    heard: list[object] = []
    for moment, event in events:
        at.clock.set(START + timedelta(seconds=moment))
        heard += at.take(event)
    return heard


def as_row(leg: Leg) -> ChannelRow:
    """The leg as CoreShowChannels would show it."""
    agent = leg.uniqueid.startswith("ag-")
    rings = ChannelState.RINGING if leg.ringing else ChannelState.DOWN
    return ChannelRow(
        uniqueid=leg.uniqueid,
        linkedid=leg.uniqueid,
        channel=leg.channel,
        state=ChannelState.UP if leg.up else rings,
        context="agents" if agent else "customers",
        exten="nailed" if agent else "hold" if leg.pooled else "answered",
        application="BridgeWait" if agent or leg.pooled else "",
        bridge_id=f"wait-{agent}" if leg.pooled else leg.bridge or "",
        seconds=0,
        accountcode="",
    )


def living(at: Tracked) -> dict[str, tuple[bool, bool, bool, frozenset[str]]]:
    """All that counts of the legs of this moment.

    Who is alone in a bridge waits: for the few milliseconds until the dialplan takes a leg back
    whose talk has just ended, no snapshot tells the two apart.
    """
    return {
        leg.uniqueid: (
            leg.up,
            leg.ringing and not leg.up,
            leg.pooled or (leg.bridge is not None and not at.tracker.partners(leg.uniqueid)),
            at.tracker.partners(leg.uniqueid),
        )
        for leg in at.tracker.legs.values()
    }


def fates(heard: list[object]) -> list[object]:
    """What becomes of legs; nobody decides anything on a leg's leaving of a talk."""
    return [event for event in heard if not isinstance(event, LegUnbridged)]


def test_the_whole_story() -> None:
    at = Tracked()
    heard = play(at, EVENTS)
    assert at.tracker.legs == {}
    assert [(e.uniqueid, e.cause, e.sip_code) for e in heard if isinstance(e, LegEnded)] == [
        ("at-1", 17, 486),
        ("at-3", 19, 480),
        ("ag-1", 16, None),
        ("at-2", 16, None),
        ("at-4", 16, None),
        ("at-5", 16, None),
        ("ag-3", 16, None),
        ("ag-2", 16, None),
    ]
    assert [{e.first, e.second} for e in heard if isinstance(e, LegsBridged)] == [
        {"at-2", "ag-1"},
        {"at-2", "ag-2"},
        {"at-4", "ag-2"},
        {"at-5", "ag-3"},
    ]
    pooled = [e.uniqueid for e in heard if isinstance(e, LegPooled)]
    assert pooled == ["ag-1", "ag-2", "ag-2", "ag-3", "ag-2", "at-5"]


@pytest.mark.parametrize("index", range(len(EVENTS)))
def test_attached_in_the_middle_the_end_is_the_same(index: int) -> None:
    whole, attached = Tracked(), Tracked()
    play(whole, EVENTS[:index])
    attached.clock.set(whole.clock.now())
    attached.tracker.adopt([as_row(leg) for leg in whole.tracker.legs.values()])
    assert living(attached) == living(whole)
    assert fates(play(attached, EVENTS[index:])) == fates(play(whole, EVENTS[index:]))
    assert attached.tracker.legs == {}


def test_the_pbx_s_own_snapshots_agree_with_what_its_events_told() -> None:
    whole = Tracked()
    snapshots = 0
    for moment, item in RECORDING:
        if not isinstance(item, list):
            play(whole, [(moment, item)])
            continue
        snapshots += 1
        assert whole.tracker.legs.keys() == {row.uniqueid for row in item}
        assert not whole.tracker.compare(item)
        attached = Tracked()
        attached.tracker.adopt(item)
        assert living(attached) == living(whole)
    assert snapshots == 9
