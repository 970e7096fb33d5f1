"""What we ask of the PBX. An action that cannot be said safely in AMI cannot be made into fields.

Asterisk gives more meaning to these texts than they seem to have: a channel `/regex/` hangs up all
that match, a comma ends a recording's file name and the third part after it is a shell command.
Every such meaning is refused here. There is no action for CLI commands or applications.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from cti.base.errors import UserError

Pairs = list[tuple[str, str]]

LONGEST_LINE = 1022  # bytes of "Key: value"; Asterisk refuses a line of 1024 with its CR LF
MOST_LINES = 120  # Asterisk drops what comes after 128; room for Action and ActionID

_FORBIDDEN = {"\r": "a carriage return", "\n": "a line feed", "\0": "a NUL"}
_TARGET = re.compile(r"[A-Za-z]+/[\w+*#.-]+(@[\w.-]+)?(/n)?", re.ASCII)
_DIALPLAN = re.compile(r"[\w+*#.-]+", re.ASCII)
_CALLER = re.compile(r"[\w+*#.-]*", re.ASCII)
_CHANNEL_ID = re.compile(r"[\w.-]{1,149}", re.ASCII)
_CHANNEL = re.compile(r"[^/\s,|][^\s,|]*")
_VARIABLE = re.compile(r"_{0,2}[A-Za-z]\w*", re.ASCII)
_FILE = re.compile(r"[^,\\\"$^{}|]+")
_UNBRACKETED = re.compile(r"[^()]+")
_OPTIONS = re.compile(r"([A-Za-z](\([^,\\\"$^{}()|]*\))?)*")
_MONITOR_ID = re.compile(r"0x[0-9a-f]{1,16}", re.ASCII)
_MODULE = re.compile(r"[\w.-]+", re.ASCII)
_DIGITS = re.compile(r"[0-9A-D*#]", re.ASCII)
_PICK_UP = "PJSIP_HEADER(add,Call-Info)=<sip:cti>\\;answer-after=0"
_NAME_FORBIDDEN = '"<>\\'


class Action(ABC):
    """One AMI action."""

    __slots__ = ()
    name: ClassVar[str]
    lists: ClassVar[bool] = False
    """Whether the answer is a list of rows."""
    nothing: ClassVar[str] = ""
    """For a list: the error by which Asterisk says that it is empty."""

    @abstractmethod
    def _pairs(self) -> Pairs:
        """The fields without `Action` and `ActionID`, as yet unchecked for line ends."""

    def fields(self) -> Pairs:
        """What goes on the wire, `Action` first; the link adds `ActionID`.

        UserError: a value holds CR, LF or NUL, cannot be UTF-8, or is too long for Asterisk.
        """
        pairs = [("Action", self.name), *self._pairs()]
        if len(pairs) > MOST_LINES:
            raise UserError(f"{self.name} has {len(pairs)} fields, AMI takes {MOST_LINES}.")
        for key, value in pairs:
            _check_line(key, value)
        return pairs


def _check_line(key: str, value: str) -> None:
    for character, called in _FORBIDDEN.items():
        if character in value or character in key:
            raise UserError(f"{key} for the PBX holds {called}.")
    try:
        size = len(f"{key}: {value}".encode())
    except UnicodeEncodeError:
        raise UserError(f"{key} for the PBX is not valid text.") from None
    if size > LONGEST_LINE:
        raise UserError(f"{key} for the PBX has {size} bytes, AMI takes {LONGEST_LINE}.")


def _matching(key: str, value: str, pattern: re.Pattern[str]) -> tuple[str, str]:
    if not pattern.fullmatch(value):
        raise UserError(f"{key} for the PBX cannot be {value!r}.")
    return key, value


def _file(value: str) -> tuple[str, str]:
    if ".." in value.split("/"):
        raise UserError(f"File for the PBX leaves its folder: {value!r}.")
    return _matching("File", value, _FILE)


def escaped(value: str) -> str:
    r"""A value for `Variable: name=value`, where Asterisk splits at commas and reads quotes."""
    return re.sub(r'([\\",()\[\]])', r"\\\1", value)


@dataclass(frozen=True, slots=True)
class CallerId:
    """Who the called party sees. `name` may be any text without quotes and angle brackets."""

    number: str
    name: str = ""

    def __str__(self) -> str:
        if any(character in self.name for character in _NAME_FORBIDDEN):
            raise UserError(f"CallerID for the PBX cannot have the name {self.name!r}.")
        return f'"{self.name}" <{_matching("CallerID", self.number, _CALLER)[1]}>'


@dataclass(frozen=True, slots=True)
class Originate(Action):
    """Call `endpoint_target` and, once it answers, put it into the dialplan.

    channel_id becomes the channel's uniqueid; endpoint_target is like `PJSIP/number@trunk`;
    timeout_ms is how long it may ring; variables are set on the channel before it is dialled
    (a name with leading `_` or `__` is inherited). auto_answer: ask a SIP phone to pick up by
    itself (the de facto `answer-after`).
    """

    name: ClassVar[str] = "Originate"
    channel_id: str
    endpoint_target: str
    context: str
    exten: str
    priority: int = 1
    timeout_ms: int = 30_000
    caller_id: CallerId | None = None
    variables: Mapping[str, str] = field(default_factory=dict)
    account: str = ""
    auto_answer: bool = False

    def _pairs(self) -> Pairs:
        pairs = [
            _matching("Channel", self.endpoint_target, _TARGET),
            _matching("ChannelId", self.channel_id, _CHANNEL_ID),
            _matching("Context", self.context, _DIALPLAN),
            _matching("Exten", self.exten, _DIALPLAN),
            ("Priority", str(self.priority)),
            ("Timeout", str(self.timeout_ms)),
            ("Async", "true"),
        ]
        if self.caller_id:
            pairs.append(("CallerID", str(self.caller_id)))
        if self.account:
            pairs.append(("Account", self.account))
        for name, value in self.variables.items():
            _matching("Variable", name, _VARIABLE)
            pairs.append(("Variable", f"{name}={escaped(value)}"))
        if self.auto_answer:
            pairs.append(("Variable", _PICK_UP))
        return pairs


@dataclass(frozen=True, slots=True)
class Bridge(Action):
    """Let two living channels talk, wherever they are now. Names or uniqueids.

    tone: play a beep to channel_b first.
    """

    name: ClassVar[str] = "Bridge"
    channel_a: str
    channel_b: str
    tone: bool = False

    def _pairs(self) -> Pairs:
        return [
            _matching("Channel1", self.channel_a, _CHANNEL),
            _matching("Channel2", self.channel_b, _CHANNEL),
            ("Tone", "Channel2" if self.tone else "no"),
        ]


@dataclass(frozen=True, slots=True)
class HangUp(Action):
    """End one channel; `cause` is ITU-T Q.850 (1–127), Asterisk's own choice if None."""

    name: ClassVar[str] = "Hangup"
    channel: str
    cause: int | None = None

    def _pairs(self) -> Pairs:
        pairs = [_matching("Channel", self.channel, _CHANNEL)]
        return pairs if self.cause is None else [*pairs, ("Cause", str(self.cause))]


@dataclass(frozen=True, slots=True)
class Destination:
    """A place in the dialplan."""

    context: str
    exten: str
    priority: int = 1

    def pairs(self, prefix: str = "") -> Pairs:
        return [
            _matching(f"{prefix}Context", self.context, _DIALPLAN),
            _matching(f"{prefix}Exten", self.exten, _DIALPLAN),
            (f"{prefix}Priority", str(self.priority)),
        ]


@dataclass(frozen=True, slots=True)
class Redirect(Action):
    """Send a channel elsewhere; of two that are bridged, both at once.

    extra_destination: where extra_channel goes, by default to the same place.
    """

    name: ClassVar[str] = "Redirect"
    channel: str
    context: str
    exten: str
    priority: int = 1
    extra_channel: str | None = None
    extra_destination: Destination | None = None

    def _pairs(self) -> Pairs:
        there = Destination(self.context, self.exten, self.priority)
        pairs = [_matching("Channel", self.channel, _CHANNEL), *there.pairs()]
        if self.extra_channel is None:
            return pairs
        extra = self.extra_destination or there
        named = _matching("ExtraChannel", self.extra_channel, _CHANNEL)
        return [*pairs, named, *extra.pairs("Extra")]


@dataclass(frozen=True, slots=True)
class SetVariable(Action):
    """Set a channel's variable; blanks at the start of `value` are lost on the way."""

    name: ClassVar[str] = "Setvar"
    channel: str
    variable: str
    value: str

    def _pairs(self) -> Pairs:
        return [
            _matching("Channel", self.channel, _CHANNEL),
            _matching("Variable", self.variable, _VARIABLE),
            ("Value", self.value),
        ]


@dataclass(frozen=True, slots=True)
class GetVariable(Action):
    """A channel's variable: `Value` of the reply, empty when it has none of that name."""

    name: ClassVar[str] = "Getvar"
    channel: str
    variable: str

    def _pairs(self) -> Pairs:
        return [
            _matching("Channel", self.channel, _CHANNEL),
            _matching("Variable", self.variable, _VARIABLE),
        ]


@dataclass(frozen=True, slots=True)
class Record(Action):
    """Record a channel (MixMonitor) into `file`: absolute, or in the PBX's `spool/monitor`.

    options are MixMonitor's letters: `D` writes both sides as two channels into a raw file,
    `r(file)` and `t(file)` write the received and the sent side.
    """

    name: ClassVar[str] = "MixMonitor"
    channel: str
    file: str
    options: str = ""

    def _pairs(self) -> Pairs:
        return [
            _matching("Channel", self.channel, _CHANNEL),
            _file(self.file),
            _matching("Options", self.options, _OPTIONS),
        ]


@dataclass(frozen=True, slots=True)
class Listen(Action):
    """Write only what a channel receives into `file`, whose suffix is the format (`.sln48`).

    variable: of the channel, gets the id by which StopRecording ends this one alone. While
    nothing is received but something is sent, Asterisk writes silence.
    """

    name: ClassVar[str] = "MixMonitor"
    channel: str
    file: str
    variable: str

    def _pairs(self) -> Pairs:
        _, file = _file(_matching("File", self.file, _UNBRACKETED)[1])
        _, variable = _matching("Variable", self.variable, _VARIABLE)
        return [
            _matching("Channel", self.channel, _CHANNEL),
            _matching("Options", f"r({file})i({variable})", _OPTIONS),
        ]


@dataclass(frozen=True, slots=True)
class StopRecording(Action):
    """End the recording of that id, or every recording of a channel."""

    name: ClassVar[str] = "StopMixMonitor"
    channel: str
    id: str = ""

    def _pairs(self) -> Pairs:
        pairs = [_matching("Channel", self.channel, _CHANNEL)]
        if self.id:
            pairs.append(_matching("MixMonitorID", self.id, _MONITOR_ID))
        return pairs


@dataclass(frozen=True, slots=True)
class MuteRecording(Action):
    """Let the recording of that id write silence, both sides, or sound again."""

    name: ClassVar[str] = "MixMonitorMute"
    channel: str
    id: str
    mute: bool

    def _pairs(self) -> Pairs:
        return [
            _matching("Channel", self.channel, _CHANNEL),
            ("Direction", "both"),
            ("State", str(int(self.mute))),
            _matching("MixMonitorID", self.id, _MONITOR_ID),
        ]


@dataclass(frozen=True, slots=True)
class PlayDigit(Action):
    """Send one DTMF digit to a channel's far end."""

    name: ClassVar[str] = "PlayDTMF"
    channel: str
    digit: str
    duration_ms: int = 160

    def _pairs(self) -> Pairs:
        return [
            _matching("Channel", self.channel, _CHANNEL),
            _matching("Digit", self.digit, _DIGITS),
            ("Duration", str(self.duration_ms)),
        ]


@dataclass(frozen=True, slots=True)
class PacketsReceived(Action):
    """`Value` of the reply: RTP packets that a channel has received so far."""

    name: ClassVar[str] = "Getvar"
    channel: str

    def _pairs(self) -> Pairs:
        return [
            _matching("Channel", self.channel, _CHANNEL),
            ("Variable", "CHANNEL(rtcp,rxcount,audio)"),
        ]


@dataclass(frozen=True, slots=True)
class ModuleCheck(Action):
    """Whether a module is loaded: the reply is ok, or not. `module` is like `app_mixmonitor`."""

    name: ClassVar[str] = "ModuleCheck"
    module: str

    def _pairs(self) -> Pairs:
        return [_matching("Module", self.module, _MODULE)]


@dataclass(frozen=True, slots=True)
class Login(Action):
    """Sign in; events: and hear of them from now on."""

    name: ClassVar[str] = "Login"
    user: str
    secret: str = field(repr=False)
    events: bool = True

    def _pairs(self) -> Pairs:
        events = "on" if self.events else "off"
        return [("Username", self.user), ("Secret", self.secret), ("Events", events)]


class _Plain(Action):
    __slots__ = ()

    def _pairs(self) -> Pairs:
        return []


@dataclass(frozen=True, slots=True)
class Ping(_Plain):
    name: ClassVar[str] = "Ping"


@dataclass(frozen=True, slots=True)
class CoreStatus(_Plain):
    """`CoreStartupDate`, `CoreStartupTime`: a change of these is a restart of the PBX."""

    name: ClassVar[str] = "CoreStatus"


@dataclass(frozen=True, slots=True)
class CoreSettings(_Plain):
    """`AsteriskVersion`, `SystemName` and the limits."""

    name: ClassVar[str] = "CoreSettings"


@dataclass(frozen=True, slots=True)
class CoreShowChannels(_Plain):
    """A list: one row per living channel."""

    name: ClassVar[str] = "CoreShowChannels"
    lists: ClassVar[bool] = True


@dataclass(frozen=True, slots=True)
class ShowEndpoint(Action):
    """A list: all of an endpoint, with the state of each of its contacts, also of those that the
    configuration names, which `ListContacts` leaves out. Refused when there is none of that name.
    """

    name: ClassVar[str] = "PJSIPShowEndpoint"
    lists: ClassVar[bool] = True
    endpoint: str

    def _pairs(self) -> Pairs:
        return [_matching("Endpoint", self.endpoint, _DIALPLAN)]


@dataclass(frozen=True, slots=True)
class ListRegistrations(_Plain):
    """A list: one row per registration of ours with a carrier."""

    name: ClassVar[str] = "PJSIPShowRegistrationsOutbound"
    lists: ClassVar[bool] = True
    nothing: ClassVar[str] = "No registrations found"


@dataclass(frozen=True, slots=True)
class ListContacts(_Plain):
    """A list: one row per PJSIP contact. Asterisk answers an empty list with an error."""

    name: ClassVar[str] = "PJSIPShowContacts"
    lists: ClassVar[bool] = True
    nothing: ClassVar[str] = "No Contacts found"
