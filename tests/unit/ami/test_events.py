"""The table: blocks as Asterisk 22.10 sends them, and blocks as nobody should."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.ami.events import (
    TABLE,
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
    Garbled,
    HoldEnded,
    HoldStarted,
    Marked,
    MusicStarted,
    MusicStopped,
    OriginateEnded,
    PbxShutdown,
    RecordingStarted,
    RecordingStopped,
    SpyStarted,
    SpyStopped,
)

CHANNEL = {
    "Channel": "PJSIP/world-00000001",
    "ChannelState": "6",
    "ChannelStateDesc": "Up",
    "CallerIDNum": "4001",
    "CallerIDName": "<unknown>",
    "ConnectedLineNum": "<unknown>",
    "ConnectedLineName": "<unknown>",
    "Language": "en",
    "AccountCode": "spring",
    "Context": "world",
    "Exten": "100",
    "Priority": "1",
    "Uniqueid": "at-1",
    "Linkedid": "at-0",
}
DEST = {f"Dest{key}": value for key, value in CHANNEL.items()}
BRIDGE = {
    "BridgeUniqueid": "b-1",
    "BridgeType": "base",
    "BridgeTechnology": "holding_bridge",
    "BridgeCreator": "BridgeWait",
    "BridgeName": "pool",
    "BridgeNumChannels": "2",
    "BridgeVideoSourceMode": "none",
}
BASIC = {"BridgeType": "basic", "BridgeCreator": "<unknown>", "BridgeName": "<unknown>"}

CASES: list[tuple[str, dict[str, str], Event | None]] = [
    ("FullyBooted", {"Uptime": "3", "LastReload": "3"}, FullyBooted(3)),
    ("Shutdown", {"Shutdown": "Cleanly", "Restart": "False"}, PbxShutdown(restart=False)),
    ("Shutdown", {"Shutdown": "Uncleanly", "Restart": "True"}, PbxShutdown(restart=True)),
    (
        "Newchannel",
        CHANNEL,
        ChannelCreated(
            "at-1",
            "at-0",
            "PJSIP/world-00000001",
            ChannelState.UP,
            "4001",
            "",
            "100",
            "world",
            "spring",
        ),
    ),
    (
        "Newstate",
        CHANNEL | {"ChannelState": "5"},
        ChannelStateChanged("at-1", "at-0", "PJSIP/world-00000001", ChannelState.RINGING),
    ),
    ("DialBegin", DEST | {"DialString": "1@world"}, DialBegan("at-1", None, "1@world")),
    (
        "DialBegin",
        DEST | {"Uniqueid": "src", "DialString": "1@world"},
        DialBegan("at-1", "src", "1@world"),
    ),
    ("DialState", DEST | {"DialStatus": "PROGRESS"}, DialProgressed("at-1", "PROGRESS")),
    ("DialEnd", DEST | {"DialStatus": "BUSY"}, DialEnded("at-1", "BUSY")),
    (
        "OriginateResponse",
        {"ActionID": "cti-9", "Response": "Success", "Reason": "4", "Uniqueid": "at-1"},
        OriginateEnded("at-1", True, 4, "cti-9"),
    ),
    (
        "BridgeEnter",
        BRIDGE | CHANNEL,
        BridgeEntered("at-1", "b-1", "base", "pool", "BridgeWait", "holding_bridge", 2),
    ),
    (
        "BridgeLeave",
        BRIDGE | CHANNEL | BASIC,
        BridgeLeft("at-1", "b-1", "basic", "", "", "holding_bridge", 2),
    ),
    (
        "Hangup",
        CHANNEL | {"Cause": "17", "Cause-txt": "User busy", "TechCause": "486"},
        ChannelHungUp("at-1", "at-0", "PJSIP/world-00000001", 17, 486, "User busy"),
    ),
    (
        "Hangup",
        CHANNEL | {"Cause": "16", "Cause-txt": "Normal Clearing"},
        ChannelHungUp("at-1", "at-0", "PJSIP/world-00000001", 16, None, "Normal Clearing"),
    ),
    ("MixMonitorStart", CHANNEL, RecordingStarted("at-1")),
    ("MixMonitorStop", CHANNEL, RecordingStopped("at-1")),
    (
        "ContactStatus",
        {
            "URI": "sip:127.0.0.1:5060",
            "ContactStatus": "Reachable",
            "AOR": "world",
            "EndpointName": "trunk",
            "RoundtripUsec": "1168",
        },
        ContactChanged("world", "sip:127.0.0.1:5060", "Reachable", "trunk"),
    ),
    (
        "ChanSpyStart",
        {"SpyerUniqueid": "sv-1", "SpyeeUniqueid": "ag-1"},
        SpyStarted("sv-1", "ag-1"),
    ),
    ("ChanSpyStop", {"SpyerUniqueid": "sv-1", "SpyeeUniqueid": "ag-1"}, SpyStopped("sv-1")),
    ("MusicOnHoldStart", CHANNEL | {"Class": "default"}, MusicStarted("at-1")),
    ("MusicOnHoldStop", CHANNEL, MusicStopped("at-1")),
    ("DTMFEnd", CHANNEL | {"Digit": "#", "Direction": "Received"}, DtmfReceived("at-1", "#")),
    ("DTMFEnd", CHANNEL | {"Digit": "#", "Direction": "Sent"}, None),
    ("Hold", CHANNEL, HoldStarted("at-1")),
    ("Unhold", CHANNEL, HoldEnded("at-1")),
    (
        "UserEvent",
        CHANNEL | {"UserEvent": "Queued", "Menu": "main", "Digit": "1"},
        Marked("Queued", "at-1", {"Menu": "main", "Digit": "1"}),
    ),
    ("UserEvent", {"UserEvent": "Reloaded"}, Marked("Reloaded", "", {})),
]


@pytest.mark.parametrize(("name", "fields", "event"), CASES)
def test_the_table(name: str, fields: dict[str, str], event: Event | None) -> None:
    assert TABLE[name]({"Event": name, "Privilege": "call,all", **fields}) == event


def test_every_name_of_the_table_is_tried() -> None:
    assert {name for name, _, _ in CASES} == set(TABLE)


@given(data=st.data())
def test_a_garbled_event_never_raises(data: st.DataObject) -> None:
    name, fields, _ = data.draw(st.sampled_from(CASES))
    broken = dict(fields)
    for key in data.draw(st.lists(st.sampled_from(sorted(fields)), unique=True)):
        if data.draw(st.booleans()):
            del broken[key]
        else:
            broken[key] = data.draw(st.text(max_size=5))
    made = TABLE[name](broken)
    assert made is None or isinstance(made, Event)


@pytest.mark.parametrize(
    ("name", "fields", "why"),
    [
        ("Hangup", CHANNEL, "'Cause'"),
        ("Newstate", CHANNEL | {"ChannelState": "99"}, "'99'"),
        ("FullyBooted", {"Uptime": "long"}, "long"),
    ],
)
def test_a_garbled_event_says_why(name: str, fields: dict[str, str], why: str) -> None:
    made = TABLE[name](fields)
    assert isinstance(made, Garbled)
    assert made.name == name
    assert why in made.why
