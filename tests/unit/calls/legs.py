"""Short ways to say PBX events, and a tracker that remembers what it told."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from cti.ami import events as ami
from cti.ami.events import ChannelState
from cti.base.clock import ManualClock
from cti.base.signals import Signals
from cti.calls import events as told
from cti.calls.tracker import Tracker

KINDS = (
    told.LegCreated,
    told.LegRinging,
    told.LegProgressed,
    told.LegAnswered,
    told.LegPooled,
    told.LegsBridged,
    told.LegUnbridged,
    told.LegMarked,
    told.LegEnded,
    told.LegRefused,
    told.LegVanished,
)
START = datetime(2026, 8, 3, 4, tzinfo=UTC)


@dataclass
class Tracked:
    """A tracker, its clock, and every signal in order."""

    clock: ManualClock = field(default_factory=lambda: ManualClock(START))
    signals: Signals = field(default_factory=Signals)
    heard: list[object] = field(default_factory=list)
    tracker: Tracker = field(init=False)

    def __post_init__(self) -> None:
        self.tracker = Tracker(self.signals, self.clock)
        for kind in KINDS:
            self.signals.on(kind, self.heard.append)

    def take(self, *events: ami.Event) -> list[object]:
        """Hand events in; returns what was told because of them."""
        before = len(self.heard)
        for event in events:
            self.tracker.handle(event)
        return self.heard[before:]

    def wait(self, seconds: float) -> None:
        self.clock.set(self.clock.now() + timedelta(seconds=seconds))


def created(leg: str) -> ami.ChannelCreated:
    return ami.ChannelCreated(
        leg, leg, f"PJSIP/{leg}", ChannelState.DOWN, "139", "", "s", "from-carrier", ""
    )


def state(leg: str, now: ChannelState) -> ami.ChannelStateChanged:
    return ami.ChannelStateChanged(leg, leg, f"PJSIP/{leg}", now)


def up(leg: str) -> ami.ChannelStateChanged:
    return state(leg, ChannelState.UP)


def ringing(leg: str) -> ami.ChannelStateChanged:
    return state(leg, ChannelState.RINGING)


def entered(leg: str, bridge: str) -> ami.BridgeEntered:
    technology = "holding_bridge" if bridge.startswith("pool") else "simple_bridge"
    return ami.BridgeEntered(leg, bridge, "base", "", "", technology, 1)


def left(leg: str, bridge: str) -> ami.BridgeLeft:
    technology = "holding_bridge" if bridge.startswith("pool") else "simple_bridge"
    return ami.BridgeLeft(leg, bridge, "base", "", "", technology, 0)


def hung_up(leg: str, cause: int = 16, sip: int | None = None) -> ami.ChannelHungUp:
    return ami.ChannelHungUp(leg, leg, f"PJSIP/{leg}", cause, sip, "")


def row(
    leg: str,
    now: ChannelState = ChannelState.UP,
    *,
    application: str = "Wait",
    way: tuple[str, str] = ("customers", "answered"),
    bridge: str = "",
    seconds: int = 10,
) -> ami.ChannelRow:
    """A row of CoreShowChannels."""
    return ami.ChannelRow(
        leg, leg, f"PJSIP/{leg}", now, *way, application, bridge, seconds, accountcode=""
    )
