"""A PBX in memory: takes the actions of `cti.calls.pbx.Pbx`, answers with typed events.

It keeps to what Asterisk 22 and our dialplan do: a nailed-up leg goes back to its pool after a
talk, an answered call that nobody serves hears the message, a call that lost its agent too. How
numbers and phones behave is scripted. What it knows (channels, the event log) outlives the engine,
as a real PBX does; while `down`, events are lost.
"""

import asyncio
import itertools
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from cti.ami import actions as act
from cti.ami import events as ami
from cti.ami.errors import ActionTimeout, LinkDownError, Refused
from cti.ami.events import ChannelState
from cti.ami.link import AmiLink
from cti.ami.protocol import Reply
from cti.base.clock import Clock
from cti.calls.cel import CelHistory
from cti.calls.pbx import Pbx
from cti.calls.tracker import Tracker

QUICK = 0.001
HOLD_SECONDS = 1.2
MESSAGE_SECONDS = 3.0
POOLS = {
    ("agents", "nailed"),
    ("agents", "ringing"),
    ("customers", "hold"),
    ("customers", "queue"),
    ("customers", "parked"),
    ("outside", "alone"),
}


@dataclass(frozen=True)
class Far:
    """How a far end behaves; seconds count from the dial, `talks` from the answer.

    answers: None never. ends, cause, sip: the network ends the call unanswered. refused: the PBX
    says no to the request itself. impossible: it says yes, and then makes no channel. silent: it
    never answers the request; with `deaf` it never got it either.
    """

    rings: float | None = 0.1
    progress: float | None = None
    answers: float | None = None
    talks: float | None = None
    ends: float | None = None
    cause: int = 16
    sip: int | None = None
    refused: str = ""
    impossible: bool = False
    silent: bool = False
    deaf: bool = False


TALKS = Far(answers=1.0, talks=20.0)
STAYS = Far(answers=1.0)
NO_ANSWER = Far()
BUSY = Far(rings=None, ends=0.3, cause=17, sip=486)
VACANT = Far(rings=None, ends=0.2, cause=1, sip=404)
REJECTS = Far(ends=0.5, cause=21, sip=603)
CONGESTED = Far(rings=None, ends=0.1, cause=34, sip=503)
PICKS_UP = Far(rings=0.01, answers=0.02)


@dataclass
class Channel:
    """One channel; `way` is the extension it runs in, `wait` the dialplan's own timer."""

    uniqueid: str
    target: str
    began: float
    way: tuple[str, str]
    state: ChannelState = ChannelState.DOWN
    application: str = ""
    bridge: str = ""
    wait: asyncio.TimerHandle | None = None
    variables: dict[str, str] = field(default_factory=dict)
    timers: list[asyncio.TimerHandle] = field(default_factory=list)


@dataclass
class FakeKeys:
    """The link for digits. one_at_a_time: what is being said on it now, never more than one."""

    pbx: "FakePbx"
    tone: float = 0.16
    saying: int = 0
    one_at_a_time: bool = True

    @property
    def up(self) -> bool:
        return self.pbx.up

    async def send(self, action: act.Action) -> Reply:
        """Answered when the tone is over, as Asterisk does."""
        assert isinstance(action, act.PlayDigit), action
        self.saying += 1
        self.one_at_a_time &= self.saying == 1
        try:
            reply = await self.pbx.send(action)
            await asyncio.sleep(self.tone)
        finally:
            self.saying -= 1
        return reply


class FakePbx:
    """See the module. `numbers` and `phones` say how far ends behave, by number and phone name.

    dialled: every number asked for, in order. said: every request, as (seconds, action).
    on_originate: called the moment an Originate arrives. slow: seconds until a request is done.
    gate: passed before and after each request is done.
    route: where the menu of an agentless call leads: hangup or floor.
    amd: what AMD() says, by channel or for all (""). quiet_after: seconds until a machine is quiet.
    others_first: who was left in a talk goes on before the end of the other is told; both happen.
    lags: seconds a leg takes from where it was to where it was sent; bridged on its way, it ends,
    as Asterisk 22 was seen to do.
    music_goes_on: so many waits end, and their music does not, as it can happen in Asterisk 22.
    loses: so many hang-ups are said yes to, and then lost, as by Asterisk in the middle of a move.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.up = True
        self.numbers: dict[str, Far] = {}
        self.phones: dict[str, Far] = {}
        self.default = TALKS
        self.channels_now: dict[str, Channel] = {}
        self.history: dict[str, CelHistory] = {}
        self.dialled: list[str] = []
        self.said: list[tuple[float, act.Action]] = []
        self.refuse: Callable[[act.Action], str] = lambda _: ""
        self.on_originate: Callable[[act.Originate], None] = lambda _: None
        self.hear: Callable[[ami.Event], None] = lambda _: None
        self.gate: Callable[[], Awaitable[object]] = _open
        self.slow = QUICK
        self.others_first = False
        self.loses = 0
        self.music_goes_on = 0
        self.lags = 0.0
        self._moving: set[str] = set()
        self.amd: dict[str, str] = {}
        self.quiet_after = 5.0
        self.route = "hangup"
        self.refuse_channels = False
        self.muted: dict[str, bool] = {}
        self.packets: dict[str, int] = {}
        self.events: list[ami.Event] = []
        self._bridges = itertools.count(1)
        self.keys: FakeKeys

    def pbx(self, tracker: Tracker) -> Pbx:
        """The real `Pbx` on top of this; the tracker hears what happens from now on."""
        self.hear = tracker.handle
        self.keys = FakeKeys(self)
        return Pbx(cast("AmiLink", self), tracker, cast("AmiLink", self.keys))

    # -- the link's side -----------------------------------------------------------------------

    async def send(self, action: act.Action) -> Reply:
        action.fields()  # what cannot be said in AMI is a UserError here, too
        await self.gate()
        self.said.append((self.clock.monotonic(), action))
        await asyncio.sleep(self.slow)
        if not self.up:
            raise LinkDownError("The link broke.", sent=True)
        reply = await self._answer_to(action)
        await self.gate()
        return reply

    async def _answer_to(self, action: act.Action) -> Reply:
        if isinstance(action, act.Originate):
            return await self._originate(action)
        if isinstance(action, act.PacketsReceived):
            return Reply(True, "", {"Value": str(self.packets.get(action.channel, 0))})
        if isinstance(action, act.GetVariable):
            return Reply(True, "", {"Value": "0x1" if action.channel in self.channels_now else ""})
        why = self.refuse(action) or self._do(action)
        return Reply(not why, why, {})

    async def channels(self) -> list[ami.ChannelRow]:
        if not self.up:
            raise LinkDownError("The link is down.")
        if self.refuse_channels:
            raise Refused("The PBX refused CoreShowChannels: Permission denied.")
        await asyncio.sleep(QUICK)
        return self.rows()

    def rows(self) -> list[ami.ChannelRow]:
        """CoreShowChannels."""
        now = self.clock.monotonic()
        return [
            ami.ChannelRow(
                uniqueid=c.uniqueid,
                linkedid=c.uniqueid,
                channel=f"PJSIP/{c.uniqueid}",
                state=c.state,
                context=c.way[0],
                exten=c.way[1],
                application=c.application,
                bridge_id=c.bridge,
                seconds=int(now - c.began),
                accountcode="",
            )
            for c in self.channels_now.values()
        ]

    def cel(self, since: datetime) -> Mapping[str, CelHistory]:
        """The PBX's own log."""
        return {
            uniqueid: history
            for uniqueid, history in self.history.items()
            if history.started is not None and history.started >= since
        }

    def originated(self, prefix: str = "at-") -> list[str]:
        """Ids of channels asked for, in order."""
        return [
            a.channel_id
            for _, a in self.said
            if isinstance(a, act.Originate) and a.channel_id.startswith(prefix)
        ]

    def asked(self, kind: type[act.Action]) -> list[act.Action]:
        """Requests of one kind, in order."""
        return [action for _, action in self.said if type(action) is kind]

    # -- requests --------------------------------------------------------------------------------

    async def _originate(self, action: act.Originate) -> Reply:
        self.on_originate(action)
        number = action.endpoint_target.removeprefix("PJSIP/").partition("@")[0]
        phone = action.context in {"agents", "supervisors"}
        far = self.phones.get(number, PICKS_UP) if phone else self.numbers.get(number, self.default)
        if not phone and not far.refused and not far.deaf:
            self.dialled.append(number)
        if far.refused:
            return Reply(False, far.refused, {})
        if not far.deaf:
            self._later(QUICK, lambda: self._begin(action, far))
        if far.silent:
            await asyncio.sleep(5.0)
            raise ActionTimeout("The PBX did not answer.")
        return Reply(True, "Originate successfully queued", {})

    def _do(self, action: act.Action) -> str:
        if isinstance(action, act.HangUp):
            return self._asked_to_end(action.channel)
        if isinstance(action, act.Bridge):
            return self._bridge(action.channel_a, action.channel_b)
        if isinstance(action, act.Redirect):
            return self._redirect(action)
        if isinstance(action, act.SetVariable):
            return self._set(action)
        if isinstance(action, act.MuteRecording):
            self.muted[action.channel] = action.mute
        if isinstance(action, act.MuteRecording | act.PlayDigit | act.Listen | act.StopRecording):
            return "" if action.channel in self.channels_now else "No such channel"
        raise AssertionError(f"not scripted: {action}")

    def _asked_to_end(self, uniqueid: str) -> str:
        if uniqueid not in self.channels_now:
            return "No such channel"
        if self.loses:
            self.loses -= 1
        else:
            self._later(QUICK, lambda: self.end(uniqueid, 16))
        return ""

    def _bridge(self, first: str, second: str) -> str:
        pair = [self.channels_now.get(first), self.channels_now.get(second)]
        if any(c is None or c.state is not ChannelState.UP for c in pair):
            return "Channel is not up"
        both = [c for c in pair if c]
        on_its_way = next((c for c in both if c.uniqueid in self._moving), None)
        if on_its_way is not None:
            self._later(QUICK, lambda: self.end(on_its_way.uniqueid, 16))
        else:
            self._later(QUICK, lambda: self._join(both))
        return ""

    def _redirect(self, action: act.Redirect) -> str:
        channel = self.channels_now.get(action.channel)
        if channel is None:
            return "Channel does not exist"
        extra = self.channels_now.get(action.extra_channel or "")
        there = action.extra_destination
        if extra is not None and there is not None:
            self._later(QUICK, lambda: self._sent(extra, (there.context, there.exten)))
        self._later(QUICK, lambda: self._sent(channel, (action.context, action.exten)))
        return ""

    def _set(self, action: act.SetVariable) -> str:
        channel = self.channels_now.get(action.channel)
        if channel is None:
            return "No such channel"
        channel.variables[action.variable] = action.value
        return ""

    def _sent(self, channel: Channel, way: tuple[str, str]) -> None:
        """Out of wherever it is; whom it talked to goes on, too, as Asterisk 22 does it, but of
        three the others talk on."""
        left = self._alone_without(channel)
        if self.lags:
            self._leave(channel)
            self._moving.add(channel.uniqueid)
            self._later(self.lags, lambda: self._arrives(channel, way))
        else:
            self._go(channel, way)
        for other in left:
            self._leave(other)
            self._goes_on(other)

    def _arrives(self, channel: Channel, way: tuple[str, str]) -> None:
        self._moving.discard(channel.uniqueid)
        self._go(channel, way)

    def _alone_without(self, channel: Channel) -> list[Channel]:
        left = self._mates(channel)
        return left if len(left) < 2 else []

    def _mates(self, channel: Channel) -> list[Channel]:
        talk = channel.bridge if not channel.bridge.startswith("pool-") else ""
        others = (c for c in self.channels_now.values() if c is not channel)
        return [c for c in others if talk and c.bridge == talk]

    # -- a channel's life ------------------------------------------------------------------------

    def _begin(self, action: act.Originate, far: Far) -> None:
        uniqueid = action.channel_id
        if far.impossible:
            self.emit(ami.OriginateEnded(uniqueid, False, 0, ""))
            return
        way = (action.context, action.exten)
        channel = Channel(uniqueid, action.endpoint_target, self.clock.monotonic(), way)
        channel.variables.update(action.variables)
        self.channels_now[uniqueid] = channel
        self.history[uniqueid] = CelHistory(started=self.clock.now())
        self.emit(
            ami.ChannelCreated(
                uniqueid, uniqueid, f"PJSIP/{uniqueid}", ChannelState.DOWN, "", "", "s", "", ""
            )
        )
        rang_out = action.timeout_ms / 1000
        plan = [
            (far.rings, lambda: self._rings(channel)),
            (far.progress, lambda: self.emit(ami.DialProgressed(uniqueid, "PROGRESS"))),
            (far.answers, lambda: self.answer(uniqueid, far.talks)),
            (far.ends, lambda: self.end(uniqueid, far.cause, far.sip)),
            (rang_out, lambda: self._rang_out(uniqueid)),
        ]
        for seconds, then in plan:
            if seconds is not None:
                channel.timers.append(self._later(seconds, then))

    def _rings(self, channel: Channel) -> None:
        channel.state = ChannelState.RINGING
        self.emit(ami.DialProgressed(channel.uniqueid, "RINGING"))
        self._state(channel)

    def answer(self, uniqueid: str, talks: float | None = None) -> None:
        """The far end picks up, and hangs up `talks` seconds later."""
        channel = self.channels_now[uniqueid]
        for timer in channel.timers:
            timer.cancel()
        channel.state = ChannelState.UP
        self.history[uniqueid].answered = self.clock.now()
        self._state(channel)
        self.emit(ami.OriginateEnded(uniqueid, True, 4, ""))
        if talks is not None:
            channel.timers.append(self._later(talks, lambda: self.end(uniqueid, 16)))
        self._go(channel, channel.way)

    def _rang_out(self, uniqueid: str) -> None:
        self.emit(ami.OriginateEnded(uniqueid, False, 3, ""))
        self.end(uniqueid, 19, 480)

    def _state(self, channel: Channel) -> None:
        self.emit(ami.ChannelStateChanged(channel.uniqueid, channel.uniqueid, "", channel.state))

    def _go(self, channel: Channel, way: tuple[str, str]) -> None:
        """Run an extension of our dialplan."""
        if channel.uniqueid not in self.channels_now:
            return
        self._leave(channel)
        channel.way = way
        if channel.wait is not None:
            channel.wait.cancel()
        if way in POOLS:
            self._rest(channel)
        elif way[1] == "join":
            self._come_in(channel)
        elif way == ("agents", "back"):
            self._home(channel)
        elif way == ("agents", "apart"):
            self.emit(ami.Marked("CtiApart", channel.uniqueid, {}))
        elif way == ("outside", "answered"):
            self.emit(ami.Marked("CtiOutside", channel.uniqueid, {}))
        elif way[0] == "supervisors":
            self._supervise(channel)
        elif way[0] == "customers":
            self._serve(channel)

    def _rest(self, channel: Channel) -> None:
        """BridgeWait()."""
        channel.application = "BridgeWait"
        self._enter(channel, f"pool-{channel.way[1]}", "holding_bridge")
        if channel.way[0] == "customers":
            self.emit(ami.MusicStarted(channel.uniqueid))

    def _come_in(self, channel: Channel) -> None:
        """BridgeAdd()."""
        host = self.channels_now.get(channel.variables["CTI_JOIN"])
        if host is None or not host.bridge or host.bridge.startswith("pool-"):
            self._goes_on(channel)
        else:
            self._enter(channel, host.bridge, "softmix")

    def _home(self, channel: Channel) -> None:
        if "CTI_RINGING" in channel.variables:
            self.end(channel.uniqueid, 16)
        else:
            self._go(channel, ("agents", "nailed"))

    def _supervise(self, channel: Channel) -> None:
        spied = channel.variables.get("CTI_SPY", "")
        if channel.way[1] == "idle" or spied not in self.channels_now:
            self.emit(ami.Marked("CtiIdle", channel.uniqueid, {}))
        else:
            self.emit(ami.SpyStarted(channel.uniqueid, spied))

    def _serve(self, channel: Channel) -> None:
        """A customer's leg in our dialplan."""
        uniqueid, given = channel.uniqueid, channel.variables
        match channel.way[1]:
            case "returned":
                given.pop("CTI_AMD_MS", None)
                self._go(channel, ("customers", "answered"))
            case "answered" if "CTI_AMD_MS" in given:
                channel.application = "AMD"
                seconds = float(given.pop("CTI_AMD_MS")) / 1000
                channel.wait = self._later(seconds, lambda: self._amd_said(channel))
            case "answered" if "CTI_TELL" in given or "CTI_MENU" in given:
                self._tell(channel)
            case "answered":
                self.emit(ami.Marked("CtiAnswered", uniqueid, {}))
                hold = float(given.get("CTI_HOLD_MS") or 1000 * HOLD_SECONDS) / 1000
                self._wait(channel, hold)
            case "machine":
                channel.application = "WaitForSilence"
                most = float(given["CTI_BEEP_MAX"])
                after = "silence" if self.quiet_after < most else "time"
                channel.wait = self._later(
                    min(self.quiet_after, most), lambda: self._leave_message(channel, after)
                )
            case "beeped":
                self._leave_message(channel, "beep")
            case "orphaned":
                self._wait(channel, 1.0)
            case "message":
                channel.application = "Playback"
                self.emit(ami.Marked("CtiMessage", uniqueid, {}))
                channel.wait = self._later(MESSAGE_SECONDS, lambda: self.end(uniqueid, 16))

    def _wait(self, channel: Channel, seconds: float) -> None:
        channel.application = "Wait"
        channel.wait = self._later(seconds, lambda: self._go(channel, ("customers", "message")))

    def _amd_said(self, channel: Channel) -> None:
        status = self.amd.get(channel.uniqueid, self.amd.get("", "NOTSURE TOOLONG"))
        self.emit(ami.Marked("CtiAmd", channel.uniqueid, {"Value": status}))
        if channel.way == ("customers", "answered"):
            self._go(channel, channel.way)

    def _tell(self, channel: Channel) -> None:
        """No agent: the message or the menu, then the end, or the queue."""
        channel.way, channel.application = ("customers", "told"), "Playback"
        self.emit(ami.Marked("CtiTelling", channel.uniqueid, {}))
        channel.wait = self._later(MESSAGE_SECONDS, lambda: self._told(channel))

    def _told(self, channel: Channel) -> None:
        menu = "CTI_MENU" in channel.variables
        said = self.route if menu else "SUCCESS"
        self.emit(ami.Marked("CtiTold", channel.uniqueid, {"Value": said}))
        if said == "floor":
            self.emit(ami.Marked("CtiQueued", channel.uniqueid, {"Queue": "sales"}))
            self._go(channel, ("customers", "queue"))
        else:
            self.end(channel.uniqueid, 16)

    def _leave_message(self, channel: Channel, after: str) -> None:
        channel.application = "Playback"
        self.emit(ami.Marked("CtiLeaving", channel.uniqueid, {"Value": after}))
        channel.wait = self._later(MESSAGE_SECONDS, lambda: self._message_left(channel))

    def _message_left(self, channel: Channel) -> None:
        self.emit(ami.Marked("CtiLeft", channel.uniqueid, {"Value": "SUCCESS"}))
        self.end(channel.uniqueid, 16)

    def end(self, uniqueid: str, cause: int = 16, sip: int | None = None) -> None:
        """The channel ends; whom it talked to goes on in the dialplan."""
        channel = self.channels_now.pop(uniqueid, None)
        if channel is None:
            return
        for timer in [*channel.timers, *([channel.wait] if channel.wait else [])]:
            timer.cancel()
        left = self._alone_without(channel)
        self._leave(channel)
        for other in left:
            self._leave(other)
        history = self.history[uniqueid]
        history.ended, history.cause = self.clock.now(), cause
        hung_up = ami.ChannelHungUp(uniqueid, uniqueid, "", cause, sip, "")
        if not self.others_first:
            self.emit(hung_up)
        for other in left:
            self._goes_on(other)
        if self.others_first:
            self.emit(hung_up)

    def _goes_on(self, channel: Channel) -> None:
        if channel.way == ("agents", "ringing"):
            self.end(channel.uniqueid, 16)
        elif channel.way[0] == "agents":
            self._go(channel, ("agents", "back"))
        elif channel.way[0] == "outside":
            self._go(channel, ("outside", "alone"))
        elif channel.way[0] == "supervisors":
            self._go(channel, ("supervisors", "idle"))
        else:
            self._go(channel, ("customers", "orphaned"))

    def die(self) -> None:
        """All channels are gone at once, and nothing was written of their end."""
        for channel in self.channels_now.values():
            for timer in [*channel.timers, *([channel.wait] if channel.wait else [])]:
                timer.cancel()
        self.channels_now.clear()

    # -- bridges -----------------------------------------------------------------------------------

    def _join(self, pair: list[Channel]) -> None:
        if any(c.uniqueid not in self.channels_now for c in pair):
            return
        bridge = f"talk-{next(self._bridges)}"
        for channel in pair:
            left = [c for c in self._alone_without(channel) if c not in pair]
            self._leave(channel)
            for other in left:
                self._leave(other)
                self._goes_on(other)
            if channel.wait is not None:
                channel.wait.cancel()
            self._enter(channel, bridge, "simple_bridge")
        for channel, other in (pair, pair[::-1]):
            history = self.history[channel.uniqueid]
            if history.bridged_at is None:
                history.bridged_at, history.bridged_with = self.clock.now(), other.uniqueid

    def _enter(self, channel: Channel, bridge: str, technology: str) -> None:
        channel.bridge = bridge
        count = sum(c.bridge == bridge for c in self.channels_now.values())
        self.emit(ami.BridgeEntered(channel.uniqueid, bridge, "base", "", "", technology, count))

    def _leave(self, channel: Channel) -> None:
        bridge, channel.bridge = channel.bridge, ""
        if bridge:
            technology = "holding_bridge" if bridge.startswith("pool-") else "simple_bridge"
            if technology == "holding_bridge":
                self._end_music(channel)
            self.emit(ami.BridgeLeft(channel.uniqueid, bridge, "base", "", "", technology, 0))

    def _end_music(self, channel: Channel) -> None:
        if channel.way[0] != "customers":
            return
        if self.music_goes_on:
            self.music_goes_on -= 1
        else:
            self.emit(ami.MusicStopped(channel.uniqueid))

    # -- small tools ---------------------------------------------------------------------------

    def arrive(self, uniqueid: str) -> None:
        """A caller whom the menu sent to the floor."""
        channel = Channel(uniqueid, "", self.clock.monotonic(), ("customers", "queue"))
        channel.state = ChannelState.UP
        self.channels_now[uniqueid] = channel
        self.history[uniqueid] = CelHistory(started=self.clock.now(), answered=self.clock.now())
        self.emit(
            ami.ChannelCreated(
                uniqueid, uniqueid, "PJSIP/in", ChannelState.RING, "139", "", "400", "", ""
            )
        )
        self._state(channel)
        self.emit(ami.Marked("CtiQueued", uniqueid, {"Queue": "sales"}))
        self._go(channel, channel.way)

    def emit(self, event: ami.Event) -> None:
        """To whoever listens; lost while the link is down."""
        self.events.append(event)
        if self.up:
            self.hear(event)

    def _later(self, seconds: float, then: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(seconds, then)


async def _open() -> None:
    """A gate that lets everybody pass."""
