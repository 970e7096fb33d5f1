"""The legs of this moment: PBX events in, leg events out. No I/O; can be replayed from a file.

One may attach in the middle of a running PBX: `adopt` takes the legs that are already there, and
an event about an unknown leg is either enough to know it (`ChannelCreated`) or is passed over
until reconciliation brings the leg in.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from cti.ami import events as ami
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.calls.events import (
    LegAnswered,
    LegCreated,
    LegEnded,
    LegMarked,
    LegPooled,
    LegProgressed,
    LegRefused,
    LegRinging,
    LegsBridged,
    LegUnbridged,
    LegVanished,
)

HOLDING = "holding_bridge"
SETTLE_SECONDS = 1.0


@dataclass(slots=True)
class Leg:
    """One channel. `bridge` is the talking bridge it is in; a pool does not count as one."""

    uniqueid: str
    channel: str
    up: bool = False
    ringing: bool = False
    pooled: bool = False
    bridge: str | None = None
    caller: str = ""
    exten: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What reconciliation found: ids only we hold, and ids only the PBX holds."""

    only_ours: frozenset[str]
    only_pbx: frozenset[str]

    def __bool__(self) -> bool:
        return bool(self.only_ours or self.only_pbx)


@dataclass(slots=True)
class Tracker:
    """Keeps `legs` true and tells `signals` what happened to them."""

    signals: Signals
    clock: Clock
    legs: dict[str, Leg] = field(default_factory=dict)
    _bridges: dict[str, set[str]] = field(default_factory=dict)
    _expected: set[str] = field(default_factory=set)
    _gone: dict[str, float] = field(default_factory=dict)
    _table: Mapping[type, Callable[..., None]] = field(init=False)

    def __post_init__(self) -> None:
        self._table = {
            ami.ChannelCreated: self._created,
            ami.ChannelStateChanged: self._state_changed,
            ami.DialProgressed: self._progressed,
            ami.BridgeEntered: self._entered,
            ami.BridgeLeft: self._left,
            ami.ChannelHungUp: self._hung_up,
            ami.OriginateEnded: self._originate_ended,
            ami.Marked: self._marked,
        }

    def expect(self, uniqueid: str) -> None:
        """An Originate with this channel id is about to leave."""
        self._expected.add(uniqueid)

    def forget(self, uniqueid: str) -> None:
        """That Originate was refused or never left: no leg will come of it."""
        self._expected.discard(uniqueid)

    def handle(self, event: ami.Event) -> None:
        """Take one PBX event."""
        handler = self._table.get(type(event))
        if handler is not None:
            handler(event)

    def partners(self, uniqueid: str) -> frozenset[str]:
        """The legs this one hears now."""
        leg = self.legs.get(uniqueid)
        if leg is None or leg.bridge is None:
            return frozenset()
        return frozenset(self._bridges.get(leg.bridge, ())) - {uniqueid}

    # -- PBX events ---------------------------------------------------------------------------

    def _created(self, event: ami.ChannelCreated) -> None:
        self._expected.discard(event.uniqueid)
        if event.uniqueid in self.legs:
            return
        now = self.clock.monotonic()
        self.legs[event.uniqueid] = Leg(
            event.uniqueid, event.channel, caller=event.caller, exten=event.exten, since=now
        )
        self.signals.emit(LegCreated(event.uniqueid, now))

    def _state_changed(self, event: ami.ChannelStateChanged) -> None:
        leg = self.legs.get(event.uniqueid)
        if leg is None:
            return
        if event.state == ami.ChannelState.UP and not leg.up:
            leg.up = True
            self.signals.emit(LegAnswered(leg.uniqueid, self.clock.monotonic()))
        elif event.state == ami.ChannelState.RINGING:
            self._ring(leg)

    def _progressed(self, event: ami.DialProgressed) -> None:
        leg = self.legs.get(event.uniqueid)
        if leg is None or leg.up:
            return
        if event.status == "RINGING":
            self._ring(leg)
        elif event.status == "PROGRESS":
            self.signals.emit(LegProgressed(leg.uniqueid, self.clock.monotonic()))

    def _ring(self, leg: Leg) -> None:
        if not leg.ringing and not leg.up:
            leg.ringing = True
            self.signals.emit(LegRinging(leg.uniqueid, self.clock.monotonic()))

    def _entered(self, event: ami.BridgeEntered) -> None:
        leg = self.legs.get(event.uniqueid)
        if leg is None:
            return
        now = self.clock.monotonic()
        if event.technology == HOLDING:
            leg.pooled = True
            self.signals.emit(LegPooled(leg.uniqueid, now))
            return
        leg.pooled = False
        self._join(leg, event.bridge_id)
        for other in sorted(self.partners(leg.uniqueid)):
            self.signals.emit(LegsBridged(leg.uniqueid, other, now))

    def _join(self, leg: Leg, bridge: str) -> None:
        leg.bridge = bridge
        self._bridges.setdefault(bridge, set()).add(leg.uniqueid)

    def _left(self, event: ami.BridgeLeft) -> None:
        leg = self.legs.get(event.uniqueid)
        if leg is None:
            return
        if leg.bridge == event.bridge_id:
            self._part(leg)
            self.signals.emit(LegUnbridged(leg.uniqueid, self.clock.monotonic()))
        else:
            leg.pooled = False

    def _part(self, leg: Leg) -> None:
        if leg.bridge is None:
            return
        members = self._bridges.get(leg.bridge, set())
        members.discard(leg.uniqueid)
        if not members:
            self._bridges.pop(leg.bridge, None)
        leg.bridge = None

    def _hung_up(self, event: ami.ChannelHungUp) -> None:
        self._expected.discard(event.uniqueid)
        if self._drop(event.uniqueid):
            self.signals.emit(
                LegEnded(event.uniqueid, event.cause, event.tech_cause, self.clock.monotonic())
            )

    def _drop(self, uniqueid: str) -> bool:
        leg = self.legs.pop(uniqueid, None)
        if leg is None:
            return False
        self._part(leg)
        now = self.clock.monotonic()
        self._gone[uniqueid] = now
        while self._gone and now - next(iter(self._gone.values())) > 10 * SETTLE_SECONDS:
            del self._gone[next(iter(self._gone))]
        return True

    def _originate_ended(self, event: ami.OriginateEnded) -> None:
        # A channel that was made tells its own end; here only those that never were.
        if not event.ok and event.uniqueid in self._expected:
            self._expected.discard(event.uniqueid)
            self.signals.emit(LegRefused(event.uniqueid, event.reason, self.clock.monotonic()))

    def _marked(self, event: ami.Marked) -> None:
        value = event.fields.get("Queue", "")
        self.signals.emit(LegMarked(event.uniqueid, event.name, value, self.clock.monotonic()))

    # -- reconciliation -----------------------------------------------------------------------

    def adopt(self, rows: Iterable[ami.ChannelRow]) -> list[Leg]:
        """Take over the legs a running PBX already has; returns those that were new to us."""
        adopted = []
        for row in rows:
            if row.uniqueid in self.legs or row.uniqueid in self._gone:
                continue
            leg = Leg(
                row.uniqueid,
                row.channel,
                up=row.state == ami.ChannelState.UP,
                ringing=row.state == ami.ChannelState.RINGING,
                exten=row.exten,
                since=self.clock.monotonic() - row.seconds,
            )
            self.legs[row.uniqueid] = leg
            if row.application == "BridgeWait":
                leg.pooled = True
            elif row.bridge_id:
                self._join(leg, row.bridge_id)
            adopted.append(leg)
        return adopted

    def compare(self, rows: Iterable[ami.ChannelRow]) -> Mismatch:
        """Hold our legs against the PBX's channels.

        Legs that came or went within the last second are left out of the comparison: the
        snapshot and the events travel side by side and either may be ahead.
        """
        now = self.clock.monotonic()
        theirs = {row.uniqueid: row.seconds for row in rows}
        ours = {
            leg.uniqueid for leg in self.legs.values() if now - leg.since > SETTLE_SECONDS
        } - theirs.keys()
        strangers = {
            uniqueid
            for uniqueid, seconds in theirs.items()
            if uniqueid not in self.legs
            and seconds > SETTLE_SECONDS
            and now - self._gone.get(uniqueid, -1e9) > SETTLE_SECONDS
        }
        return Mismatch(frozenset(ours), frozenset(strangers))

    def remove(self, uniqueids: Iterable[str]) -> None:
        """End legs the PBX no longer has: their hang-up was missed."""
        for uniqueid in uniqueids:
            if self._drop(uniqueid):
                self.signals.emit(LegVanished(uniqueid, self.clock.monotonic()))
