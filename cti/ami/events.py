"""What the PBX tells us, in our words: one frozen dataclass per event, one flat table to them.

Field values were taken from Asterisk 22.10. `uniqueid` names the channel the event is about; for a
call we originate it is the id we gave it. Asterisk's `<unknown>` is an empty string here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType

Fields = Mapping[str, str]


class ChannelState(IntEnum):
    """How far a channel is (Asterisk's `ast_channel_state`)."""

    DOWN = 0
    RESERVED = 1
    OFFHOOK = 2
    DIALING = 3
    RING = 4
    RINGING = 5
    UP = 6
    BUSY = 7
    DIALING_OFFHOOK = 8
    PRERING = 9


STATES = {str(state.value): state for state in ChannelState}


@dataclass(frozen=True, slots=True)
class Event:
    """Anything that the link reports."""


@dataclass(frozen=True, slots=True)
class LinkUp(Event):
    """We are signed in. Everything known from before is to be compared with the PBX now.

    system: the PBX's own name, may be empty; version: Asterisk's, may be empty.
    """

    system: str
    version: str


@dataclass(frozen=True, slots=True)
class LinkDown(Event):
    """The PBX cannot be heard: what happens from here on is missed until the next LinkUp."""

    reason: str


@dataclass(frozen=True, slots=True)
class EventsLost(Event):
    """Our queue was full and `count` events are gone: compare with the PBX."""

    count: int


@dataclass(frozen=True, slots=True)
class Garbled(Event):
    """An event of the table whose fields make no sense. The link counts it and keeps it."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class FullyBooted(Event):
    """The PBX takes calls; `uptime` in seconds."""

    uptime: int


@dataclass(frozen=True, slots=True)
class PbxShutdown(Event):
    """The PBX is stopping now; with `restart` it comes back."""

    restart: bool


@dataclass(frozen=True, slots=True)
class ChannelCreated(Event):
    uniqueid: str
    linkedid: str
    channel: str
    state: ChannelState
    caller: str
    caller_name: str
    exten: str
    context: str
    accountcode: str


@dataclass(frozen=True, slots=True)
class ChannelStateChanged(Event):
    """UP here is the answer, by the called side's own signalling."""

    uniqueid: str
    linkedid: str
    channel: str
    state: ChannelState


@dataclass(frozen=True, slots=True)
class DialBegan(Event):
    """`uniqueid` is being called; `source_uniqueid` is the channel it is called for, if any."""

    uniqueid: str
    source_uniqueid: str | None
    dial_string: str


@dataclass(frozen=True, slots=True)
class DialProgressed(Event):
    """RINGING, PROGRESS (early media can be heard) or PROCEEDING."""

    uniqueid: str
    status: str


@dataclass(frozen=True, slots=True)
class DialEnded(Event):
    """ANSWER, BUSY, NOANSWER, CANCEL, CONGESTION or CHANUNAVAIL."""

    uniqueid: str
    status: str


@dataclass(frozen=True, slots=True)
class OriginateEnded(Event):
    """The end of an Originate; for an answered one it may follow the dialplan's first events.

    reason: 4 answered, 3 not answered in time, 0 any other failure: ChannelHungUp says more.
    """

    uniqueid: str
    ok: bool
    reason: int
    action_id: str


@dataclass(frozen=True, slots=True)
class BridgeEntered(Event):
    """`channels` counts those in the bridge after this; `bridge_name` is BridgeWait's pool."""

    uniqueid: str
    bridge_id: str
    bridge_type: str
    bridge_name: str
    bridge_creator: str
    technology: str
    channels: int


@dataclass(frozen=True, slots=True)
class BridgeLeft(Event):
    uniqueid: str
    bridge_id: str
    bridge_type: str
    bridge_name: str
    bridge_creator: str
    technology: str
    channels: int


@dataclass(frozen=True, slots=True)
class ChannelHungUp(Event):
    """The channel is gone.

    cause: ITU-T Q.850, 0 if unknown; tech_cause: the SIP status that belongs to it. Neither is
    always the far side's word: our own HangUp with a cause sets both, and our own ringing
    time-out looks like a carrier's 480 (19/480), told apart by OriginateEnded.reason 3.
    """

    uniqueid: str
    linkedid: str
    channel: str
    cause: int
    tech_cause: int | None
    cause_text: str


@dataclass(frozen=True, slots=True)
class RecordingStarted(Event):
    """Asterisk does not say which file."""

    uniqueid: str


@dataclass(frozen=True, slots=True)
class RecordingStopped(Event):
    """The file is complete soon after this, not at it: the mixing thread closes it."""

    uniqueid: str


@dataclass(frozen=True, slots=True)
class ContactChanged(Event):
    """A phone's or trunk's address. status: NonQualified, Reachable, Unreachable, Removed …"""

    aor: str
    uri: str
    status: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class SpyStarted(Event):
    """`uniqueid` hears the channel `of` from now on."""

    uniqueid: str
    of: str


@dataclass(frozen=True, slots=True)
class MusicStarted(Event):
    """`uniqueid` hears music on hold from now on."""

    uniqueid: str


@dataclass(frozen=True, slots=True)
class MusicStopped(Event):
    """`uniqueid` hears no music on hold any more."""

    uniqueid: str


@dataclass(frozen=True, slots=True)
class SpyStopped(Event):
    """`uniqueid` hears no other channel any more."""

    uniqueid: str


@dataclass(frozen=True, slots=True)
class DtmfReceived(Event):
    uniqueid: str
    digit: str


@dataclass(frozen=True, slots=True)
class HoldStarted(Event):
    uniqueid: str


@dataclass(frozen=True, slots=True)
class HoldEnded(Event):
    uniqueid: str


@dataclass(frozen=True, slots=True)
class Marked(Event):
    """A dialplan's UserEvent; `uniqueid` is empty when no channel sent it."""

    name: str
    uniqueid: str
    fields: Fields


@dataclass(frozen=True, slots=True)
class ChannelRow:
    """One living channel, from a snapshot. `bridge_id` is empty outside of bridges."""

    uniqueid: str
    linkedid: str
    channel: str
    state: ChannelState
    context: str
    exten: str
    application: str
    bridge_id: str
    seconds: int
    accountcode: str


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact, from a snapshot; the words of ContactChanged."""

    aor: str
    uri: str
    status: str
    endpoint: str


@dataclass(frozen=True, slots=True)
class Reach:
    """How an endpoint's contact is reached. status: Reachable, Unreachable, Unknown …

    round_trip: milliseconds of its last OPTIONS, None while unknown.
    """

    uri: str
    status: str
    round_trip: float | None


@dataclass(frozen=True, slots=True)
class RegistrationRow:
    """One registration of ours with a carrier. status: Registered, Unregistered, Rejected …"""

    name: str
    status: str
    next_seconds: int


def channel_row(fields: Fields) -> ChannelRow:
    """From a CoreShowChannel row. KeyError, ValueError: garbled."""
    hours, minutes, seconds = fields["Duration"].split(":")
    return ChannelRow(
        uniqueid=fields["Uniqueid"],
        linkedid=fields["Linkedid"],
        channel=fields["Channel"],
        state=STATES[fields["ChannelState"]],
        context=fields["Context"],
        exten=fields["Exten"],
        application=fields["Application"],
        bridge_id=fields["BridgeId"],
        seconds=int(hours) * 3600 + int(minutes) * 60 + int(seconds),
        accountcode=fields["AccountCode"],
    )


def contact_row(fields: Fields) -> ContactRow:
    """From a ContactList row. KeyError: garbled."""
    aor = fields["ObjectName"].partition(";@")[0]
    return ContactRow(aor, fields["Uri"], fields["Status"], fields["Endpoint"])


def reach(fields: Fields) -> Reach:
    """From a ContactStatusDetail row. KeyError: garbled."""
    usec = fields.get("RoundtripUsec", "")
    trip = int(usec) / 1000 if usec.isdecimal() and int(usec) else None
    return Reach(fields["URI"], fields["Status"], trip)


def registration_row(fields: Fields) -> RegistrationRow:
    """From an OutboundRegistrationDetail row. KeyError, ValueError: garbled."""
    return RegistrationRow(fields["ObjectName"], fields["Status"], int(fields["NextReg"]))


def _known(text: str) -> str:
    return "" if text == "<unknown>" else text


def _channel_created(f: Fields) -> Event:
    return ChannelCreated(
        uniqueid=f["Uniqueid"],
        linkedid=f["Linkedid"],
        channel=f["Channel"],
        state=STATES[f["ChannelState"]],
        caller=_known(f["CallerIDNum"]),
        caller_name=_known(f["CallerIDName"]),
        exten=f["Exten"],
        context=f["Context"],
        accountcode=f["AccountCode"],
    )


def _channel_state_changed(f: Fields) -> Event:
    state = STATES[f["ChannelState"]]
    return ChannelStateChanged(f["Uniqueid"], f["Linkedid"], f["Channel"], state)


def _dial_began(f: Fields) -> Event:
    return DialBegan(f["DestUniqueid"], f.get("Uniqueid"), f["DialString"])


def _originate_ended(f: Fields) -> Event:
    ok = f["Response"] == "Success"
    return OriginateEnded(f["Uniqueid"], ok, int(f["Reason"]), f.get("ActionID", ""))


def _bridge(kind: type[BridgeEntered] | type[BridgeLeft]) -> Callable[[Fields], Event]:
    def make(f: Fields) -> Event:
        return kind(
            uniqueid=f["Uniqueid"],
            bridge_id=f["BridgeUniqueid"],
            bridge_type=f["BridgeType"],
            bridge_name=_known(f["BridgeName"]),
            bridge_creator=_known(f["BridgeCreator"]),
            technology=f["BridgeTechnology"],
            channels=int(f["BridgeNumChannels"]),
        )

    return make


def _channel_hung_up(f: Fields) -> Event:
    tech_cause = f.get("TechCause", "")
    return ChannelHungUp(
        uniqueid=f["Uniqueid"],
        linkedid=f["Linkedid"],
        channel=f["Channel"],
        cause=int(f["Cause"]),
        tech_cause=int(tech_cause) if tech_cause.isdecimal() else None,
        cause_text=f["Cause-txt"],
    )


def _dtmf_received(f: Fields) -> Event | None:
    return DtmfReceived(f["Uniqueid"], f["Digit"]) if f["Direction"] == "Received" else None


def _marked(f: Fields) -> Event:
    names = list(f)
    own = names[names.index("UserEvent") + 1 :]
    fields = MappingProxyType({name: f[name] for name in own})
    return Marked(f["UserEvent"], f.get("Uniqueid", ""), fields)


Maker = Callable[[Fields], Event | None]


def _never_raises(name: str, make: Callable[[Fields], Event | None]) -> Maker:
    def made(fields: Fields) -> Event | None:
        try:
            return make(fields)
        except (KeyError, ValueError) as error:
            return Garbled(name, f"{type(error).__name__}: {error}")

    return made


TABLE: Mapping[str, Maker] = {
    name: _never_raises(name, make)
    for name, make in {
        "FullyBooted": lambda f: FullyBooted(int(f["Uptime"])),
        "Shutdown": lambda f: PbxShutdown(f["Restart"] == "True"),
        "Newchannel": _channel_created,
        "Newstate": _channel_state_changed,
        "DialBegin": _dial_began,
        "DialState": lambda f: DialProgressed(f["DestUniqueid"], f["DialStatus"]),
        "DialEnd": lambda f: DialEnded(f["DestUniqueid"], f["DialStatus"]),
        "OriginateResponse": _originate_ended,
        "BridgeEnter": _bridge(BridgeEntered),
        "BridgeLeave": _bridge(BridgeLeft),
        "Hangup": _channel_hung_up,
        "MixMonitorStart": lambda f: RecordingStarted(f["Uniqueid"]),
        "MixMonitorStop": lambda f: RecordingStopped(f["Uniqueid"]),
        "ContactStatus": lambda f: ContactChanged(
            f["AOR"], f["URI"], f["ContactStatus"], f["EndpointName"]
        ),
        "ChanSpyStart": lambda f: SpyStarted(f["SpyerUniqueid"], f["SpyeeUniqueid"]),
        "ChanSpyStop": lambda f: SpyStopped(f["SpyerUniqueid"]),
        "MusicOnHoldStart": lambda f: MusicStarted(f["Uniqueid"]),
        "MusicOnHoldStop": lambda f: MusicStopped(f["Uniqueid"]),
        "DTMFEnd": _dtmf_received,
        "Hold": lambda f: HoldStarted(f["Uniqueid"]),
        "Unhold": lambda f: HoldEnded(f["Uniqueid"]),
        "UserEvent": _marked,
    }.items()
}
"""AMI event name → maker. A maker never raises: None says nothing of interest, Garbled broken."""
