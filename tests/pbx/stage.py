"""What tests on a real Asterisk stand on: one PBX, one world outside, four robot phones."""

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from cti.ami.actions import Bridge, CallerId, HangUp, Originate
from cti.ami.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelCreated,
    ChannelHungUp,
    ChannelState,
    ChannelStateChanged,
    Event,
    Marked,
)
from cti.ami.link import AmiAddress, AmiLink
from cti.base.ids import AGENT_LEG, ATTEMPT, is_attempt, new_id
from cti.processes.asterisk import find_asterisk
from cti.processes.pbx import PbxPlan, Phone, PrivatePbx
from cti.processes.ports import Ports
from pstn.personas import SHIPPED
from pstn.world import World

PERSONAS = SHIPPED.with_name("personas-test.yaml")
PATIENCE = 20.0

Kind = TypeVar("Kind", bound=Event)


@dataclass
class Stage:
    """Two Asterisks, started by `start`; `phones` are registered when that returns.

    The agents' phones play 1000 Hz for ever; persona `tone` answers with 440 Hz.
    """

    state: Path
    ports: Ports
    pbx: PrivatePbx
    world: World
    phones: tuple[Phone, ...]

    @classmethod
    def make(cls, state: Path) -> "Stage":
        install, ports = find_asterisk(), Ports(state)
        world = World(state, ports, install, PERSONAS)
        pbx = PrivatePbx(state, ports, install, PbxPlan(trunk_uri=world.trunk_uri))
        phones = tuple(Phone(f"agent{n}", "robots-secret") for n in range(1, 5))
        return cls(state, ports, pbx, world, phones)

    async def start(self) -> None:
        await self.pbx.ensure(self.phones)
        await self.world.ensure(self.pbx.sip, self.phones, agent_sound="tone-1000")
        async with asyncio.timeout(PATIENCE):
            while (await self._contacts()).count("sip:agent") < len(self.phones):  # noqa: ASYNC110
                await asyncio.sleep(0.05)

    async def stop(self) -> None:
        await self.world.stop()
        await self.pbx.stop()
        self.ports.close()

    async def clear(self) -> None:
        """Hang up whatever a test left behind."""
        await self.pbx.process.console("channel request hangup all")

    @property
    def ami(self) -> AmiAddress:
        return AmiAddress.parse(self.pbx.ami_url)

    async def _contacts(self) -> str:
        return await self.pbx.process.console("pjsip show contacts")


class Line:
    """A link to the stage's PBX that remembers all it heard, and the acts tests are made of."""

    def __init__(self, stage: Stage, link: AmiLink, heard: "Heard") -> None:
        self.stage = stage
        self.link = link
        self.heard = heard
        self._used: dict[str, set[str]] = {}

    def number(self, persona: str) -> str:
        """A number that is `persona`, another one each time."""
        used = self._used.setdefault(persona, set())
        numbers = self.stage.world.personas.numbers_of(persona)
        number = next(number for number in numbers if number not in used)
        used.add(number)
        return number

    async def dial(
        self,
        number: str,
        *,
        exten: str = "answered",
        ring: float = 15.0,
        **variables: str,
    ) -> str:
        """Originate to `number` as the engine does; returns the attempt's id at once."""
        attempt = new_id(ATTEMPT)
        await self.link.call(
            Originate(
                attempt,
                f"PJSIP/{number}@carrier",
                "customers",
                exten,
                timeout_ms=round(ring * 1000),
                caller_id=CallerId("+861012345678"),
                variables=variables,
            )
        )
        return attempt

    async def answered(self, attempt: str) -> str:
        """Wait until `attempt` is answered; returns its channel."""
        while True:
            changes = self.heard.of(ChannelStateChanged, attempt)
            up = [change for change in changes if change.state is ChannelState.UP]
            if up:
                return up[0].channel
            await self.heard.next()

    async def waiting(self, attempt: str) -> None:
        """Wait until an answered person waits for an agent. Bridged a moment earlier, the call
        would go on after the talk where it was when it was asked for, perhaps before this."""
        await self.heard.until(Marked, attempt)

    async def nail_up(self, phone: str, exten: str = "nailed") -> str:
        """Call an agent's phone into the pool; returns the leg's id once it waits there."""
        leg = new_id(AGENT_LEG)
        await self.link.call(Originate(leg, f"PJSIP/{phone}", "agents", exten))
        await self.heard.until(BridgeEntered, leg)
        return leg

    async def bridge(self, attempt: str, leg: str) -> None:
        """Bridge two channels; returns when both are in the same bridge."""
        before = len(self.heard.of(BridgeEntered, leg))
        await self.link.call(Bridge(attempt, leg))
        await self.heard.until(BridgeEntered, leg, before + 1)

    async def in_pool(self, leg: str) -> None:
        """Wait until an agent's leg is in the pool, after however many talks."""
        while True:
            moves = [*self.heard.of(BridgeEntered, leg), *self.heard.of(BridgeLeft, leg)]
            entered = [move for move in moves if isinstance(move, BridgeEntered)]
            left = len(moves) - len(entered)
            if len(entered) == left + 1 and entered[-1].technology == "holding_bridge":
                return
            await self.heard.next()

    async def inbound(self) -> ChannelCreated:
        """Wait for a channel that we did not originate."""
        while True:
            for event in self.heard.events:
                if isinstance(event, ChannelCreated) and not is_attempt(event.uniqueid):
                    return event
            await self.heard.next()

    async def hang_up(self, uniqueid: str) -> None:
        """End a channel. Asked again while it lives: Asterisk can lose a hang-up, see
        `cti.calls.endings`."""
        await self.link.call(HangUp(uniqueid))
        while not self.heard.of(ChannelHungUp, uniqueid):
            try:
                async with asyncio.timeout(2):
                    await self.heard.until(ChannelHungUp, uniqueid)
            except TimeoutError:
                await self.link.send(HangUp(uniqueid))

    async def over(self, uniqueid: str) -> ChannelHungUp:
        """Wait for the end of a channel."""
        return (await self.heard.until(ChannelHungUp, uniqueid))[0]


class Heard:
    """Keeps every event; waits for those of a kind on one channel."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()

    def __call__(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def next(self) -> None:
        self._news.clear()
        async with asyncio.timeout(PATIENCE):
            await self._news.wait()

    def of(self, kind: type[Kind], uniqueid: str) -> list[Kind]:
        return [
            event
            for event in self.events
            if isinstance(event, kind) and getattr(event, "uniqueid", None) == uniqueid
        ]

    async def until(self, kind: type[Kind], uniqueid: str, count: int = 1) -> list[Kind]:
        while len(found := self.of(kind, uniqueid)) < count:
            await self.next()
        return found
