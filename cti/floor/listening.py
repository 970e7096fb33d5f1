"""Supervisors in calls: listen, whisper to the agent, barge in, take over. One call at a time each.

A supervisor's phone is called once and then moved from way to way, without being called again. It
follows the agent from call to call; an agent's phone that comes back is heard again.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

import structlog
from sqlalchemy.exc import SQLAlchemyError

from cti.access.who import Who
from cti.agents.roster import Roster
from cti.agents.states import Agent
from cti.audit.service import Audit
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound
from cti.base.ids import SUPERVISOR_LEG, is_supervisor_leg, new_id
from cti.base.notices import Notice
from cti.base.signals import Signals
from cti.calls.events import (
    LegEnded,
    LegHears,
    LegMarked,
    LegPooled,
    LegRefused,
    LegsBridged,
    LegVanished,
)
from cti.calls.pbx import PbxError
from cti.floor.control import CallControl
from cti.floor.events import CallConnected, CallParted, ListeningChanged, TalkChanged
from cti.floor.talks import Talk

log = structlog.get_logger(__name__)

ANSWER_WITHIN = 1.5
"""Seconds a request waits for the supervisor's phone; one that rings longer goes on ringing."""
IDLE_MARK = "CtiIdle"


class Way(StrEnum):
    """What a supervisor does in a call."""

    LISTEN = "listen"
    WHISPER = "whisper"
    BARGE = "barge"
    TAKE_OVER = "take_over"

    @property
    def past(self) -> str:
        """As the audit and the call's parts have it."""
        return _PAST[self]


_PAST = {
    Way.LISTEN: "listened",
    Way.WHISPER: "whispered",
    Way.BARGE: "barged",
    Way.TAKE_OVER: "taken_over",
}


@dataclass(slots=True, eq=False)
class Ear:
    """A supervisor at an agent. up: the phone was picked up; hears: it hears the agent now.

    act: the audited act that goes on. moving: one change at a time.
    """

    by: Who
    phone: str
    agent: Agent
    way: Way
    leg: str
    since: datetime
    up: bool = False
    hears: bool = False
    over: bool = False
    act: int | None = None
    news: asyncio.Event = field(default_factory=asyncio.Event)
    moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    @property
    def state(self) -> str:
        """calling, hearing, or waiting for the agent's next call or phone."""
        if not self.up:
            return "calling"
        return "hearing" if self.hears else "waiting"


@dataclass(slots=True)
class Listening:
    """Who hears whom. phone_of: a supervisor's phone. shown: whether agents are told."""

    control: CallControl
    roster: Roster
    audit: Audit
    signals: Signals
    clock: Clock
    phone_of: Callable[[Who], Awaitable[str]]
    shown: Callable[[], bool] = lambda: False
    ears: dict[str, Ear] = field(default_factory=dict)

    def __post_init__(self) -> None:
        on = self.signals.on
        on(LegHears, lambda e: self._heard(e.uniqueid))
        on(LegMarked, self._marked)
        on(LegsBridged, self._bridged)
        on(LegPooled, lambda e: self._agent_leg(e.uniqueid))
        on(TalkChanged, lambda e: self._look(e.call))
        on(CallConnected, lambda e: self._connected(e.call, e.agent_id))
        on(CallParted, lambda e: self._parted(e.agent_id))
        on(LegEnded, lambda e: self._ended(e.uniqueid))
        on(LegVanished, lambda e: self._ended(e.uniqueid))
        on(LegRefused, lambda e: self._ended(e.uniqueid))

    # -- the use cases ---------------------------------------------------------------------------

    async def start(self, who: Who, name: str, way: Way) -> Ear:
        """Hear an agent, or change how. Returns once it is so, or while the phone still rings.

        Conflict when the agent has no phone or call to hear, or the supervisor's own phone is not
        there.
        """
        agent = self.roster.get(name)
        self._check(who, agent, way)
        ear = self.ears.get(who.name)
        if ear is None:
            ear = await self._call(who, agent, way)
        else:
            await self._change(ear, agent, way)
        await self._settled(ear)
        return ear

    async def stop(self, who: Who, name: str | None = None) -> None:
        """Leave. NotFound when this supervisor hears nobody, or another agent."""
        ear = self.ears.get(who.name)
        if ear is None or (name is not None and ear.agent.name != name):
            raise NotFound("You are in no call.")
        try:
            await self.control.pbx.hang_up(ear.leg)
        except PbxError as error:
            log.debug("listening.already_gone", leg=ear.leg, why=str(error))
            self._ended(ear.leg)

    def at(self, agent: Agent) -> list[Ear]:
        """Who hears an agent now."""
        return [ear for ear in self.ears.values() if ear.agent is agent]

    def knows(self, leg: str) -> bool:
        """Whether a supervisor's leg belongs to somebody."""
        return any(ear.leg == leg for ear in self.ears.values())

    async def close(self) -> None:
        """The service stops: nobody can be told who hears whom, so nobody hears."""
        for ear in list(self.ears.values()):
            try:
                if ear.way is not Way.TAKE_OVER:
                    await self.control.pbx.hang_up(ear.leg)
            except PbxError as error:
                log.debug("listening.already_gone", leg=ear.leg, why=str(error))
            await self._note_end(ear)

    # -- beginning and changing ------------------------------------------------------------------

    def _check(self, who: Who, agent: Agent, way: Way) -> None:
        if who.agent == agent.name:
            raise Conflict("You cannot hear yourself.")
        if agent.leg is None:
            raise Conflict(f"Agent {agent.name} has no phone connected.", "Wait until it is back.")
        if way in {Way.BARGE, Way.TAKE_OVER} and self.control.find(agent) is None:
            raise Conflict(f"Agent {agent.name} is not in a call of their own.")

    async def _call(self, who: Who, agent: Agent, way: Way) -> Ear:
        phone = await self.phone_of(who)
        ear = Ear(who, phone, agent, way, new_id(SUPERVISOR_LEG), self.clock.now())
        self.ears[who.name] = ear
        await self._note(ear)
        spying = way if way in {Way.LISTEN, Way.WHISPER} else "idle"
        try:
            await self.control.pbx.call_supervisor(ear.leg, phone, spying, agent.leg or "")
        except PbxError as error:
            self._ended(ear.leg)
            raise Conflict(f"Your phone could not be called: {error}.") from error
        return ear

    async def _change(self, ear: Ear, agent: Agent, way: Way) -> None:
        if ear.way is Way.TAKE_OVER:
            raise Conflict("You are in a call that you took over.", "End it first.")
        if ear.agent is agent and ear.way is way:
            return
        before, ear.agent, ear.way, ear.hears = ear.agent, agent, way, False
        ear.news.clear()
        await self._note_end(ear)
        await self._note(ear)
        if before is not agent:
            self.signals.emit(ListeningChanged(before.name, self.clock.monotonic()))
        if ear.up:
            await self._apply(ear)

    async def _settled(self, ear: Ear) -> None:
        """Until it hears; an error of the phone is the supervisor's answer."""
        try:
            async with asyncio.timeout(ANSWER_WITHIN):
                while not (ear.hears or ear.over):
                    ear.news.clear()
                    await ear.news.wait()
        except TimeoutError:
            return
        if ear.over and not ear.up:
            raise Conflict(
                "Your phone is not connected.",
                "Open the console's phone, or register your SIP phone.",
            )

    async def _apply(self, ear: Ear) -> None:
        """Bring the supervisor's leg to where its way says."""
        async with ear.moving:
            talk, leg = self.control.find(ear.agent), self._heard_leg(ear.agent)
            try:
                if ear.over or not ear.up or leg is None:
                    return
                if ear.way is Way.TAKE_OVER:
                    await self._take_over(ear, talk)
                elif ear.way is Way.BARGE and talk is not None and _together(self.control, talk):
                    await self._join(ear, talk)
                elif not self._spies(ear):
                    spying = Way.WHISPER if ear.way is Way.WHISPER else Way.LISTEN
                    ear.hears = False
                    await self.control.pbx.spy(ear.leg, spying, leg)
            except (PbxError, Conflict) as error:
                log.warning("listening.not_moved", leg=ear.leg, way=ear.way, why=str(error))

    def _heard_leg(self, agent: Agent) -> str | None:
        """The agent's leg, once it is up: a phone that is called anew can be heard no sooner."""
        leg = self.control.tracker.legs.get(agent.leg or "")
        return leg.uniqueid if leg is not None and leg.up else None

    def _spies(self, ear: Ear) -> bool:
        """A barge that waits for the next call listens already."""
        leg = self.control.tracker.legs.get(ear.leg)
        return ear.way is Way.BARGE and ear.hears and leg is not None and leg.bridge is None

    async def _join(self, ear: Ear, talk: Talk) -> None:
        if self.control.arranger.hears(talk.call, ear.leg):
            return
        await self.control.pbx.join(ear.leg, talk.call)

    async def _take_over(self, ear: Ear, talk: Talk | None) -> None:
        if talk is None:
            raise Conflict("The call is over.")
        await self.control.take_over(talk, ear.leg)
        self._part_of(ear, talk.call)
        self._hears(ear)

    # -- what the PBX and the floor tell ---------------------------------------------------------

    def _heard(self, leg: str) -> None:
        ear = self._of(leg)
        if ear is None:
            return
        ear.up = True
        if ear.way is not Way.TAKE_OVER:
            self._hears(ear)
            talk = self.control.find(ear.agent)
            if talk is not None:
                self._part_of(ear, talk.call)

    def _hears(self, ear: Ear) -> None:
        ear.hears = True
        ear.news.set()
        self._tell(ear)

    def _bridged(self, event: LegsBridged) -> None:
        for leg, other in ((event.first, event.second), (event.second, event.first)):
            ear = self._of(leg) if is_supervisor_leg(leg) else None
            if ear is not None and ear.way is Way.BARGE and other == ear.agent.leg:
                self._hears(ear)
                self._part_of(ear, ear.agent.call or "")
            self._agent_leg(leg)

    def _marked(self, event: LegMarked) -> None:
        ear = self._of(event.uniqueid)
        if event.mark != IDLE_MARK or ear is None:
            return
        if ear.way is Way.TAKE_OVER and ear.hears:
            self.control.spawn(self.stop(ear.by))  # the call that was taken over has ended
            return
        ear.up, ear.hears = True, False
        ear.news.set()
        self.control.spawn(self._apply(ear))

    def _agent_leg(self, leg: str) -> None:
        """An agent's leg is somewhere new: perhaps back, after a page was read anew."""
        if not self.ears:
            return
        for ear in self.ears.values():
            if ear.agent.leg == leg and ear.up and not ear.hears:
                self.control.spawn(self._apply(ear))

    def _look(self, call: str) -> None:
        for ear in self.ears.values():
            if ear.way is Way.BARGE and ear.up and ear.agent.call == call:
                self.control.spawn(self._apply(ear))

    def _connected(self, call: str, agent_id: int) -> None:
        for ear in self.ears.values():
            if ear.agent.id == agent_id and ear.hears and ear.way is not Way.TAKE_OVER:
                self._part_of(ear, call)

    def _parted(self, agent_id: int) -> None:
        """The call is over: who had barged in listens on, and the agent's leg can go home."""
        for ear in self.ears.values():
            if ear.agent.id == agent_id and ear.way is Way.BARGE:
                ear.way, ear.hears = Way.LISTEN, False
                self.control.spawn(self._back_to_listening(ear))

    async def _back_to_listening(self, ear: Ear) -> None:
        await self._note_end(ear)
        await self._note(ear)
        await self._apply(ear)

    def _ended(self, leg: str) -> None:
        ear = self._of(leg)
        if ear is None:
            return
        ear.over = True
        ear.news.set()
        self.ears.pop(ear.by.name, None)
        self.control.spawn(self._note_end(ear))
        self._tell(ear)

    def _of(self, leg: str) -> Ear | None:
        return next((ear for ear in self.ears.values() if ear.leg == leg), None)

    # -- written down, and told ------------------------------------------------------------------

    def _part_of(self, ear: Ear, call: str) -> None:
        if call:
            self.control.legs.begin(call, ear.leg, "supervisor", who=ear.by.name, how=ear.way.past)

    def _tell(self, ear: Ear) -> None:
        self.signals.emit(ListeningChanged(ear.agent.name, self.clock.monotonic()))
        if self.shown():
            state = "over" if ear.over else ear.way.value
            details = {"way": state}
            text = f"{ear.by.name} {'has left the call' if ear.over else 'can hear you'}."
            self.signals.emit(Notice(ear.agent.name, "listened", text, ear.by.name, details))

    async def _note(self, ear: Ear) -> None:
        """Nobody hears a call of which nothing is written down."""
        call = ear.agent.call
        try:
            ear.act = await self.audit.begin(
                ear.by, f"calls.{ear.way.past}", f"agents/{ear.agent.name}", call=call
            )
        except (SQLAlchemyError, OSError) as error:
            self._ended(ear.leg)
            raise Conflict("This cannot be audited now, so it is not done.") from error

    async def _note_end(self, ear: Ear) -> None:
        act, ear.act = ear.act, None
        if act is None:
            return
        try:
            await self.audit.end(act)
        except (SQLAlchemyError, OSError) as error:
            log.warning("listening.end_not_audited", act=act, why=str(error))


def _together(control: CallControl, talk: Talk) -> bool:
    """Whether agent and customer hear each other."""
    return talk.owner is not None and control.arranger.hears(talk.call, talk.owner)
