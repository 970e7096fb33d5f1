"""Two Asterisks for a measurement: the product's PBX, and a carrier that plays given sounds."""

import asyncio
import contextlib
import random
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from bench.corpus.codecs import alaw_bytes
from cti.ami.actions import CallerId, HangUp, Originate
from cti.ami.events import ChannelHungUp, ChannelState, ChannelStateChanged, Event, Marked
from cti.ami.link import AmiAddress, AmiLink
from cti.base.clock import SystemClock
from cti.base.ids import ATTEMPT, new_id
from cti.processes.asterisk import find_asterisk
from cti.processes.pbx import PbxPlan, PrivatePbx
from cti.processes.ports import Ports
from hearing.sighting import Samples
from pstn.world import World

CALLER_ID = "+864008001234"
DIGITS = 5
PATIENCE = 20.0

# A dialled number's last digits name the sound that is played as soon as it has answered.
_PLAYS = """[personas]
exten => _X.,1,Wait(0.2)
 same => n,Answer(0)
 same => n,Playback({folder}/${{EXTEN:-{digits}}})
 same => n,Wait(60)
"""


@dataclass(frozen=True, slots=True)
class Played:
    """One call. amd: AMD()'s status and cause, and after how many seconds from the answer.

    sound: what the PBX recorded of the far side, from the answer on; empty without an answer.
    """

    amd: str
    amd_cause: str
    amd_s: float | None
    sound: Samples


@dataclass(slots=True)
class _Line:
    answered_at: float | None = None
    amd: tuple[str, str] = ("", "")
    amd_at: float | None = None
    answered: asyncio.Event = field(default_factory=asyncio.Event)
    ended: asyncio.Event = field(default_factory=asyncio.Event)


class Pair:
    """Both Asterisks in `state`, and what their calls said. Use `pair`."""

    def __init__(self, state: Path, world: World, link: AmiLink, lines: dict[str, _Line]) -> None:
        self.state = state
        self._world = world
        self._link = link
        self._lines = lines

    async def load(self, sounds: Sequence[Samples]) -> None:
        """Let number n of the carrier play the n-th sound."""
        folder = self.state / "plays"
        folder.mkdir()
        for number, sound in enumerate(sounds):
            (folder / f"{number:0{DIGITS}}.alaw").write_bytes(alaw_bytes(sound))
        personas = self._world.process.etc / "personas.conf"
        personas.write_text(_PLAYS.format(folder=folder, digits=DIGITS))
        await self._world.process.console("dialplan reload")

    async def call(self, number: int, seconds: float, amd_ms: int) -> Played:
        """Dial number n and hang up `seconds` after its answer; AMD() listens for `amd_ms`."""
        attempt = new_id(ATTEMPT)
        line = self._lines[attempt] = _Line()
        raw = self.state / f"{attempt}.raw"
        await self._link.call(
            Originate(
                attempt,
                f"PJSIP/+86138{number:07}@carrier",
                "customers",
                "answered",
                timeout_ms=15_000,
                caller_id=CallerId(CALLER_ID),
                variables={
                    "CTI_RECORD": str(raw),
                    "CTI_AMD_MS": str(amd_ms),
                    "CTI_HOLD_MS": "30000",
                },
            )
        )
        try:
            await asyncio.wait_for(line.answered.wait(), PATIENCE)
        except TimeoutError:
            return Played("", "", None, np.zeros(0, np.float32))
        await asyncio.sleep(seconds)
        await self._link.call(HangUp(attempt))
        await asyncio.wait_for(line.ended.wait(), PATIENCE)
        after = None
        if line.amd_at is not None and line.answered_at is not None:
            after = line.amd_at - line.answered_at
        return Played(*line.amd, after, await _recorded(raw))


async def _recorded(raw: Path) -> Samples:
    """The far side: the first of the two channels."""
    async with asyncio.timeout(PATIENCE):
        size = -1
        while size != (now := raw.stat().st_size if raw.exists() else -2):
            size = now
            await asyncio.sleep(0.3)  # MixMonitor writes on for a moment
    both = np.fromfile(raw, np.int16)
    return np.asarray(both[: len(both) // 2 * 2 : 2], np.float32) / np.float32(32768)


@contextlib.asynccontextmanager
async def pair(state: Path) -> AsyncIterator[Pair]:
    """Both, started in the empty folder `state`; nothing is left running."""
    async with contextlib.AsyncExitStack() as undo:
        install, ports = find_asterisk(), Ports(state)
        undo.callback(ports.close)
        world = World(state, ports, install)
        pbx = PrivatePbx(state, ports, install, PbxPlan(trunk_uri=world.trunk_uri))
        undo.push_async_callback(pbx.stop)
        await pbx.ensure()
        undo.push_async_callback(world.stop)
        await world.ensure(pbx.sip)
        lines: dict[str, _Line] = {}
        loop = asyncio.get_running_loop()

        def hear(event: Event) -> None:
            line = lines.get(getattr(event, "uniqueid", ""))
            if line is not None:
                _note(line, event, loop.time())

        link = AmiLink(
            AmiAddress.parse(pbx.ami_url),
            hear,
            clock=SystemClock(),
            rng=random.Random(1),  # noqa: S311
        )
        undo.push_async_callback(link.close)
        await link.start()
        await link.wait_up(PATIENCE)
        yield Pair(state, world, link, lines)


def _note(line: _Line, event: Event, now: float) -> None:
    match event:
        case ChannelStateChanged(state=ChannelState.UP) if line.answered_at is None:
            line.answered_at = now
            line.answered.set()
        case Marked(name="CtiAmd"):
            status, _, cause = event.fields.get("Value", "").partition(" ")
            line.amd, line.amd_at = (status, re.sub(r"-.*", "", cause)), now
        case ChannelHungUp():
            line.ended.set()
        case _:
            pass
