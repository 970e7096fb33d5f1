"""Level meters of calls that somebody watches: both sides, several times a second.

The recording itself tells too late: at 8 kHz the PBX writes two seconds of a side at a time. So the
PBX writes a watched call once more, at 48 kHz, into the ears' folder: a third of a second at a
time. That is measured off the event loop and deleted after half a minute. It is not done to calls
of which nothing is to be kept: unrecorded ones, and while a recording is paused.
"""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Literal, Protocol

import structlog
from pydantic import BaseModel, Field

from cti.base.clock import Clock
from cti.base.ids import new_id
from cti.base.tasks import end, undivided
from cti.calls.pbx import Pbx, PbxError
from cti.floor.talks import Talk
from hearing.folder import EarFolder
from hearing.levels import SILENCE, SPEECH, TwoSides

log = structlog.get_logger(__name__)

EVERY = 0.1
"""Seconds between two looks at a watched call."""
LONGEST_TAKE = 30.0
"""Seconds after which the files begin anew: both sides take 190 kB a second."""
STILL_AFTER = 1.5
"""Seconds without new sound, after which a side counts as silent: the PBX writes nothing while
neither side sends anything."""
SPEAKS_FOR = 1.0
"""Seconds after its last word in which a side still counts as speaking: people draw breath."""
NO_FILE_AFTER = 3.0
"""Seconds in which the PBX has begun to write, or it cannot."""
TRY_AGAIN_AFTER = 5.0

State = Literal["on", "held", "paused", "off", "failed", "none"]


class LevelsView(BaseModel):
    """How loud an agent's call is now."""

    agent: str
    call: str | None = None
    state: State = Field(
        description="on: measured; held: the customer hears music; paused, off: so is the"
        " recording; failed: the PBX gives no sound; none: the agent has no call"
    )
    customer: float | None = Field(None, description="dBFS, -90 to 0; null: not known yet")
    agent_side: float | None = Field(None, description="what the customer hears, likewise")
    speaking: list[Literal["customer", "agent"]] = []
    quiet_since: datetime | None = Field(
        None, description="the last word, or when the watching began; null: somebody speaks"
    )


class Watchers(Protocol):
    """Who looks at meters: `cti.live_link.hub.LiveHub`, or a test's own."""

    def watched(self, agent: str) -> bool:
        """Whether anybody looks at this agent's."""
        ...

    def levels(self, agent: str, payload: str) -> None:
        """Show them, as JSON."""
        ...


@dataclass(slots=True)
class Meters:
    """Measures the calls of watched agents, and of nobody else.

    talk_of: the talk that an agent has.
    """

    pbx: Pbx
    folder: EarFolder
    clock: Clock
    watchers: Watchers
    talk_of: Callable[[str], Talk | None]
    _tasks: dict[str, asyncio.Task[None]] = field(default_factory=dict)
    _closed: bool = False

    def watch(self, agent: str) -> None:
        """Somebody begins to look at this agent's: measure until nobody does."""
        if agent not in self._tasks and not self._closed and self.watchers.watched(agent):
            task = asyncio.get_running_loop().create_task(self._follow(agent))
            self._tasks[agent] = task
            task.add_done_callback(partial(self._ended, agent))

    async def recover(self, talks: Iterable[Talk]) -> None:
        """After a restart: what an earlier run had the PBX write ends."""
        for talk in talks:
            if talk.agent is not None:
                await _stop(self.pbx, talk.call, _ear(talk))

    async def close(self) -> None:
        """Measure nothing any more."""
        self._closed = True
        await end(list(self._tasks.values()))

    def _ended(self, agent: str, task: asyncio.Task[None]) -> None:
        del self._tasks[agent]
        if task.cancelled():
            return
        if error := task.exception():
            log.error("meters.broke", agent=agent, exc_info=error)
        else:
            self.watch(agent)  # somebody may have come while the last one's files were put away

    async def _follow(self, agent: str) -> None:
        meter, told = _Meter(agent, self.pbx, self.folder, self.clock), ""
        try:
            while self.watchers.watched(agent):
                shown = (await meter.look(self.talk_of(agent))).model_dump_json()
                if shown != told:
                    self.watchers.levels(agent, shown)
                    told = shown
                await asyncio.sleep(EVERY)
        finally:
            await meter.stop()


@dataclass(slots=True)
class _Take:
    """Files that the PBX writes of one call, under the name `ear`."""

    call: str
    ear: str
    names: tuple[Path, Path]
    sides: TwoSides
    began: float


@dataclass(slots=True)
class _Side:
    """How loud a side was, when that was last new, and when it last spoke."""

    at: float
    level: float | None = None
    spoke_at: float | None = None

    def hear(self, level: float | None, now: float) -> None:
        """What was read just now."""
        if level is None:
            if now - self.at > STILL_AFTER:
                self.level = SILENCE
            return
        self.level, self.at = level, now
        if level >= SPEECH:
            self.spoke_at = now

    def speaks(self, now: float) -> bool:
        return self.spoke_at is not None and now - self.spoke_at < SPEAKS_FOR


@dataclass(slots=True)
class _Meter:
    """One agent's. failed: the PBX gave no sound when it was asked last."""

    agent: str
    pbx: Pbx
    folder: EarFolder
    clock: Clock
    call: str = ""
    failed: bool = False
    _take: _Take | None = None
    _sides: tuple[_Side, _Side] = field(init=False)
    _quiet_since: datetime = field(init=False)
    _not_before: float = 0.0

    async def look(self, talk: Talk | None) -> LevelsView:
        """The levels of this moment."""
        state = _state(talk)
        if talk is None or state != "on":
            await self.stop()
            self.call = ""
            return LevelsView(agent=self.agent, call=talk and talk.call, state=state)
        if self.call != talk.call:
            await self.stop()
            self._begin(talk.call)
        await self._listen(talk)
        if self.failed:
            return LevelsView(agent=self.agent, call=self.call, state="failed")
        now = self.clock.monotonic()
        customer, agent = self._sides
        speaking: list[Literal["customer", "agent"]] = []
        speaking += ["customer"] if customer.speaks(now) else []
        speaking += ["agent"] if agent.speaks(now) else []
        return LevelsView(
            agent=self.agent,
            call=self.call,
            state="on",
            customer=customer.level,
            agent_side=agent.level,
            speaking=speaking,
            quiet_since=None if speaking else self._quiet_since,
        )

    def _begin(self, call: str) -> None:
        now = self.clock.monotonic()
        self.call, self.failed, self._not_before = call, False, now
        self._sides = (_Side(now), _Side(now))
        self._quiet_since = self.clock.now()

    async def _listen(self, talk: Talk) -> None:
        """Hear what is new."""
        now = self.clock.monotonic()
        if self._take is not None and now - self._take.began > LONGEST_TAKE:
            await self.stop()
        if self._take is None and now >= self._not_before:
            await self._open(talk)
        if self._take is None:
            return
        try:
            heard = await undivided(asyncio.to_thread(self._take.sides.read))
        except OSError as error:
            await self._fail(str(error))
            return
        for side, level in zip(self._sides, heard, strict=True):
            side.hear(level, now)
            if side.spoke_at == now:
                self._quiet_since = self.clock.now()
        if self._take.sides.there:
            self.failed = False
        elif now - self._take.began > NO_FILE_AFTER:
            await self._fail("the PBX writes no file")

    async def _open(self, talk: Talk) -> None:
        """Have the PBX write both sides. It may do so even if it does not answer."""
        names, ear = self.folder.sides(new_id("levels-")), _ear(talk)
        self._take = _Take(talk.call, ear, names, TwoSides(*names), self.clock.monotonic())
        try:
            await self.pbx.listen(talk.call, names[0], ear, names[1])
        except PbxError as error:
            await self._fail(str(error))

    async def _fail(self, why: str) -> None:
        log.info("meters.cannot_listen", call=self.call, why=why)
        self.failed = True
        self._not_before = self.clock.monotonic() + TRY_AGAIN_AFTER
        await self.stop()

    async def stop(self) -> None:
        """The PBX writes nothing of the call any more for us, and what it wrote is gone."""
        take, self._take = self._take, None
        if take is None:
            return
        take.sides.close()
        try:
            await _stop(self.pbx, take.call, take.ear)
        finally:
            self.folder.remove(take.names)


def _state(talk: Talk | None) -> State:
    if talk is None:
        return "none"
    if talk.recording != "on":
        return talk.recording
    return "on" if talk.call in talk.together() else "held"


def _ear(talk: Talk) -> str:
    """Of each agent who has the call another one: the last one's may end after the next began."""
    return f"levels{talk.agent.id}" if talk.agent is not None else "levels"


async def _stop(pbx: Pbx, call: str, ear: str) -> None:
    try:
        await pbx.stop_listening(call, ear)
    except PbxError as error:  # it has hung up meanwhile, mostly
        log.debug("meters.not_closed", call=call, why=str(error))
