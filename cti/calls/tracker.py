"""The legs of this moment: PBX events in, leg events out. No I/O; can be replayed from a file.

One may attach in the middle of a running PBX: `adopt` takes the legs that are already there, and
an event about an unknown leg is either enough to know it (`ChannelCreated`) or is passed over
until reconciliation brings the leg in.
"""

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import dataclass, field

from cti.ami import events as ami
from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.calls.events import (
    LegAnswered,
    LegCreated,
    LegEnded,
    LegHears,
    LegMarked,
    LegPooled,
    LegProgressed,
    LegRefused,
    LegRinging,
    LegsBridged,
    LegUnbridged,
    LegUnpooled,
    LegVanished,
)

HOLDING = "holding_bridge"
SETTLE_SECONDS = 1.0


@dataclass(slots=True)
class Leg:
    """One channel. `bridge` is the talking bridge it is in; a pool does not count as one. music:
    it is played music on hold."""

    uniqueid: str
    channel: str
    up: bool = False
    ringing: bool = False
    pooled: bool = False
    music: bool = False
    bridge: str | None = None
    caller: str = ""
    exten: str = ""
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Mismatch:
    """What reconciliation found: ids only we hold, ids only the PBX holds, and ids of legs that
    are further there than with us: answered, or in another bridge."""

    only_ours: frozenset[str]
    only_pbx: frozenset[str]
    stale: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.only_ours or self.only_pbx or self.stale)

    def __and__(self, later: "Mismatch") -> "Mismatch":
        """What two looks agree on."""
        return Mismatch(
            self.only_ours & later.only_ours,
            self.only_pbx & later.only_pbx,
            self.stale & later.stale,
        )


@dataclass(slots=True)
class Tracker:
    """Keeps `legs` true and tells `signals` what happened to them."""

    signals: Signals
    clock: Clock
    legs: dict[str, Leg] = field(default_factory=dict)
    _bridges: dict[str, set[str]] = field(default_factory=dict)
    _expected: set[str] = field(default_factory=set)
    _gone: dict[str, float] = field(default_factory=dict)
    _moving: set[str] = field(default_factory=set)
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
            ami.SpyStarted: self._spies,
            ami.MusicStarted: lambda event: self._music(event.uniqueid, plays=True),
            ami.MusicStopped: lambda event: self._music(event.uniqueid, plays=False),
        }

    def expect(self, uniqueid: str) -> None:
        """An Originate with this channel id is about to leave."""
        self._expected.add(uniqueid)

    def forget(self, uniqueid: str) -> None:
        """That Originate was refused or never left: no leg will come of it."""
        self._expected.discard(uniqueid)

    def sent(self, *uniqueids: str) -> None:
        """A Redirect of these is about to leave: each moves until it is heard of."""
        self._moving |= self.legs.keys() & uniqueids

    def arrived(self, *uniqueids: str) -> None:
        """They are where they were sent, or were never sent."""
        self._moving -= set(uniqueids)

    def moving(self, *uniqueids: str) -> bool:
        """Whether one of these is on its way to where it was sent."""
        return not self._moving.isdisjoint(uniqueids)

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
        if event.state == ami.ChannelState.UP:
            self._answer(leg)
        elif event.state == ami.ChannelState.RINGING:
            self._ring(leg)

    def _answer(self, leg: Leg) -> None:
        if not leg.up:
            leg.up = True
            self.signals.emit(LegAnswered(leg.uniqueid, self.clock.monotonic()))

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
        if leg is not None:
            self._enter(leg, event.bridge_id, holding=event.technology == HOLDING)

    def _enter(self, leg: Leg, bridge: str, *, holding: bool) -> None:
        now = self.clock.monotonic()
        self._part(leg)
        self.arrived(leg.uniqueid)
        leg.pooled = holding
        if holding:
            self.signals.emit(LegPooled(leg.uniqueid, now))
            return
        self._join(leg, bridge)
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
        elif leg.pooled:
            leg.pooled = False
            self.signals.emit(LegUnpooled(leg.uniqueid, self.clock.monotonic()))

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
        self.arrived(uniqueid)
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
        self.arrived(event.uniqueid)
        value = event.fields.get("Queue") or event.fields.get("Value", "")
        self.signals.emit(LegMarked(event.uniqueid, event.name, value, self.clock.monotonic()))

    def _spies(self, event: ami.SpyStarted) -> None:
        self.arrived(event.uniqueid)
        self.signals.emit(LegHears(event.uniqueid, event.of, self.clock.monotonic()))

    def _music(self, uniqueid: str, *, plays: bool) -> None:
        if leg := self.legs.get(uniqueid):
            leg.music = plays

    # -- reconciliation -----------------------------------------------------------------------

    def adopt(self, rows: Iterable[ami.ChannelRow]) -> list[Leg]:
        """Take over the legs a running PBX already has, in silence; returns those new to us."""
        rows = list(rows)
        waits = _waits(rows)
        adopted = []
        for row in rows:
            if row.uniqueid in self.legs or row.uniqueid in self._gone:
                continue
            leg = self._take_in(row)
            leg.up = row.state == ami.ChannelState.UP
            leg.ringing = row.state == ami.ChannelState.RINGING
            leg.pooled = row.bridge_id in waits
            if row.bridge_id and not leg.pooled:
                self._join(leg, row.bridge_id)
            adopted.append(leg)
        return adopted

    def _take_in(self, row: ami.ChannelRow) -> Leg:
        since = self.clock.monotonic() - row.seconds
        leg = Leg(row.uniqueid, row.channel, exten=row.exten, since=since)
        self.legs[row.uniqueid] = leg
        self._expected.discard(row.uniqueid)
        return leg

    def compare(self, rows: Iterable[ami.ChannelRow]) -> Mismatch:
        """Hold our legs against the PBX's channels.

        Legs that came or went within the last second are left out of the comparison: the
        snapshot and the events travel side by side and either may be ahead.
        """
        now = self.clock.monotonic()
        theirs = {row.uniqueid: row for row in rows}
        waits = _waits(theirs.values())
        ours = {leg.uniqueid for leg in self.legs.values() if now - leg.since > SETTLE_SECONDS}
        strangers = {
            row.uniqueid
            for row in theirs.values()
            if row.uniqueid not in self.legs
            and row.seconds > SETTLE_SECONDS
            and now - self._gone.get(row.uniqueid, -1e9) > SETTLE_SECONDS
        }
        stale = {
            leg.uniqueid
            for leg in self.legs.values()
            if leg.uniqueid in theirs and _is_behind(leg, theirs[leg.uniqueid], waits)
        }
        return Mismatch(frozenset(ours - theirs.keys()), frozenset(strangers), frozenset(stale))

    def catch_up(self, rows: Iterable[ami.ChannelRow], uniqueids: Container[str]) -> None:
        """Tell what was missed of these legs: that they came, were answered, are where they are."""
        rows = list(rows)
        waits = _waits(rows)
        for row in rows:
            if row.uniqueid not in uniqueids or row.uniqueid in self._gone:
                continue
            leg = self.legs.get(row.uniqueid)
            if leg is None:
                leg = self._take_in(row)
                self.signals.emit(LegCreated(leg.uniqueid, self.clock.monotonic()))
            if row.state == ami.ChannelState.UP:
                self._answer(leg)
            if row.bridge_id in waits:
                self._enter(leg, row.bridge_id, holding=True)
            elif row.bridge_id and row.bridge_id != leg.bridge:
                self._enter(leg, row.bridge_id, holding=False)
            elif not row.bridge_id:
                self._part(leg)
                leg.pooled = False

    def remove(self, uniqueids: Iterable[str]) -> None:
        """End legs the PBX no longer has: their hang-up was missed."""
        for uniqueid in uniqueids:
            if self._drop(uniqueid):
                self.signals.emit(LegVanished(uniqueid, self.clock.monotonic()))


def _waits(rows: Iterable[ami.ChannelRow]) -> frozenset[str]:
    """The bridges of a snapshot in which legs only wait.

    A nailed-up agent who talks is still inside BridgeWait(), like the caller taken off hold: that
    the two came there by different extensions tells that their bridge is not a wait.
    """
    ways: dict[str, set[tuple[str, str, str]]] = {}
    for row in rows:
        if row.bridge_id:
            ways.setdefault(row.bridge_id, set()).add((row.application, row.context, row.exten))
    return frozenset(
        bridge
        for bridge, found in ways.items()
        if len(found) == 1 and next(iter(found))[0] == "BridgeWait"
    )


def _is_behind(leg: Leg, row: ami.ChannelRow, waits: frozenset[str]) -> bool:
    """Whether the PBX is further with a leg than we know."""
    answered = row.state == ami.ChannelState.UP and not leg.up
    pooled = row.bridge_id in waits
    talk = None if pooled else row.bridge_id or None
    return answered or pooled != leg.pooled or talk != leg.bridge
