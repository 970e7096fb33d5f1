"""Control of calls under way: hold, digits, pauses of the recording, and phones that come back.

The customer's leg lives through everything and carries the recording; the agent's leg comes and
goes. What a talk should be is changed first (`Talk`), and then brought about (`Arranger`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import structlog

from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.errors import Conflict, UserError
from cti.base.ids import is_agent_leg, is_customer, is_outside_leg, is_supervisor_leg
from cti.base.notices import Notice
from cti.base.signals import Signals
from cti.calls.events import LegEnded, LegPooled, LegRefused, LegsBridged, LegUnbridged, LegVanished
from cti.calls.pbx import Pbx, PbxError, agent_leg_id, agent_of_leg
from cti.calls.tracker import Tracker
from cti.floor.arranging import Arranger
from cti.floor.events import CallConnected, CallParted, CallTakenBack, TalkChanged
from cti.floor.floor import RING_WITHIN, Floor
from cti.floor.legs import LegBook
from cti.floor.talks import Guest, GuestState, How, Talk, Target, TargetKind

log = structlog.get_logger(__name__)

MEND_AFTER = 0.05
"""Seconds after a leg left a talk in which its other events come, before the rest is looked at."""
MUSIC_ENDS_WITHIN = 0.25
"""Seconds after a customer came out of a wait in which its music ends, which takes milliseconds."""
MOST_DIGITS = 32
DIGITS = frozenset("0123456789*#ABCD")
PAUSE_AT_MOST = 600


@dataclass(slots=True)
class CallControl:
    """What agents do with the call they have.

    recorded: whether a call is recorded. pause_seconds: how long a pause of the recording lasts
    unless told. grace: seconds a call waits for a browser's phone that went away. abandoned: the
    agent with a guest in the call is gone for good; whether somebody else has taken it.
    """

    pbx: Pbx
    tracker: Tracker
    roster: Roster
    floor: Floor
    signals: Signals
    clock: Clock
    legs: LegBook
    recorded: Callable[[str], bool] = lambda _: True
    pause_seconds: Callable[[], int] = lambda: 45
    grace: float = 20.0
    talks: dict[str, Talk] = field(default_factory=dict)
    arranger: Arranger = field(init=False)
    abandoned: Callable[[Talk], bool] = lambda _: False
    dismiss: Callable[[Guest], None] = lambda _: None
    how: dict[str, str] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.arranger = Arranger(self.pbx, self.tracker)
        self.floor.keeps = self._keeps
        on = self.signals.on
        on(CallConnected, self._connected)
        on(CallParted, self._parted)
        on(CallTakenBack, lambda e: self._taken_back(e.call, e.agent_id))
        on(LegsBridged, self._bridged)
        on(LegPooled, lambda e: self._pooled(e.uniqueid))
        on(LegUnbridged, lambda e: self._look_soon(e.uniqueid))
        on(LegEnded, lambda e: self._gone(e.uniqueid))
        on(LegVanished, lambda e: self._gone(e.uniqueid))
        on(LegRefused, lambda e: self._gone(e.uniqueid))

    async def close(self) -> None:
        """Stop what is being moved; calls stay as they are."""
        for talk in self.talks.values():
            for timer in (talk.away, talk.resume, talk.guest.timer if talk.guest else None):
                if timer is not None:
                    timer.cancel()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    # -- the use cases ---------------------------------------------------------------------------

    async def hold(self, name: str) -> None:
        """The customer hears music, the agent nothing. Nothing changes if on hold already."""
        async with self.changing(name) as talk:
            if talk.guest is not None and talk.guest.state is not GuestState.HELD:
                raise Conflict(
                    f"{talk.guest.target.name} is in the call.", "Swap, complete or cancel first."
                )
            talk.held = True

    async def resume(self, name: str) -> None:
        """Customer and agent hear each other again."""
        async with self.changing(name) as talk:
            if talk.guest is not None and talk.guest.state is GuestState.TALKING:
                raise Conflict(f"You talk to {talk.guest.target.name}.", "Swap or cancel.")
            talk.held = False

    async def send_digits(self, name: str, digits: str) -> None:
        """Key digits to who is talked to: the customer, or whom the agent asks."""
        if not digits or len(digits) > MOST_DIGITS or not DIGITS.issuperset(digits):
            raise UserError(
                f"digits: {digits[:40]!r} cannot be keyed.", "Use up to 32 of 0-9 * # A-D."
            )
        talk = self.of_agent(name)
        guest = talk.guest
        asked = guest is not None and guest.state is GuestState.TALKING and guest.agent is None
        to = guest.leg if guest is not None and asked else talk.call
        if self.arranger.waits(to):
            raise Conflict("The call is on hold.", "Take it off hold first.")
        await self._asked(self.pbx.send_digits(to, digits))

    async def pause_recording(self, name: str, seconds: int | None = None) -> None:
        """The recording is silent, for card numbers say; it goes on by itself.

        seconds: until then; None: as long as the site has set.
        """
        wanted = self.pause_seconds() if seconds is None else seconds
        if not 1 <= wanted <= PAUSE_AT_MOST:
            raise UserError(f"seconds: {wanted} is not from 1 to {PAUSE_AT_MOST}.")
        talk = self.of_agent(name)
        if not await self._muted(talk, mute=True):
            raise Conflict("This call is not recorded.")
        self._cancel(talk.resume)
        loop = asyncio.get_running_loop()
        talk.resume = loop.call_later(wanted, self._resume_soon, talk)
        talk.recording = "paused"
        talk.resumes_at = self.clock.now() + timedelta(seconds=wanted)
        self.changed(talk)

    async def resume_recording(self, name: str) -> None:
        """The recording has sound again. Nothing changes if it was not paused."""
        await self._record_again(self.of_agent(name))

    async def hang_up(self, name: str) -> bool:
        """End what the agent hears: the question to somebody, else the call; of three, the agent
        leaves. False: there is no call under our control.
        """
        agent = self.roster.get(name)
        guest_of = self.guest_of(agent)
        if guest_of is not None and guest_of.guest is not None:
            await self._asked(self.arranger.send_home(guest_of.guest.leg))
            self.guest_out(guest_of, f"{agent.name} left the call.")
            return True
        talk = self.find(agent)
        if talk is None:
            return False
        if talk.guest is None or talk.guest.state is GuestState.HELD:
            await self._asked(self.pbx.hang_up(talk.call))
        elif talk.guest.state is GuestState.JOINED:
            self.abandoned(talk)
        else:
            guest = talk.guest
            self.guest_out(talk, "")
            self.dismiss(guest)
        return True

    # -- who has which talk ----------------------------------------------------------------------

    def find(self, agent: Agent) -> Talk | None:
        """The talk an agent has."""
        talk = self.talks.get(agent.call or "")
        return talk if talk is not None and talk.agent is agent and not talk.over else None

    def of_agent(self, name: str) -> Talk:
        """The talk an agent has. Conflict when there is none, or it is another's."""
        agent = self.roster.get(name)
        talk = self.find(agent)
        if talk is not None and agent.state is AgentState.TALKING:
            return talk
        if self.guest_of(agent) is not None:
            raise Conflict("You were asked into this call; it is another agent's.")
        raise Conflict(f"Agent {name} is not in a call.")

    def guest_of(self, agent: Agent) -> Talk | None:
        """The talk that an agent was asked into."""
        talk = self.talks.get(agent.call or "")
        guest = talk.guest if talk is not None else None
        return talk if guest is not None and guest.agent is agent else None

    def of_leg(self, leg: str) -> Talk | None:
        """The talk that a leg is part of."""
        if leg in self.talks or is_customer(leg):
            return self.talks.get(leg)
        if is_agent_leg(leg):
            agent = self.roster.by_id(agent_of_leg(leg))
            talk = self.talks.get((agent.call if agent is not None else None) or "")
            return talk if talk is not None and _has(talk, leg) else None
        return next((talk for talk in self.talks.values() if _has(talk, leg)), None)

    def knows(self, leg: str) -> bool:
        """Whether a leg to somebody outside belongs to a talk."""
        return self.of_leg(leg) is not None

    # -- changes ---------------------------------------------------------------------------------

    @asynccontextmanager
    async def changing(self, name: str) -> AsyncIterator[Talk]:
        """One change of an agent's talk at a time: what is set inside is brought about after it.

        Conflict when there is no talk, or the PBX could not do it; then it is as before.
        """
        talk = self.of_agent(name)
        async with talk.busy:
            if talk.over:
                raise Conflict("The call is over.")
            guest = talk.guest
            before = (talk.held, guest, guest.state if guest is not None else None)
            yield talk
            try:
                await self.arranger.arrange(talk)
            except PbxError as error:
                if talk.guest is not None and talk.guest is not guest:
                    self._not_asked(talk, talk.guest)
                talk.held, talk.guest = before[0], before[1]
                if talk.guest is not None and before[2] is not None:
                    talk.guest.state = before[2]
                self.spawn(self.mend(talk))
                raise Conflict(f"The PBX could not do it: {error}.") from error
            finally:
                self.changed(talk)
        self._look_soon(talk.call)  # what left meanwhile was not looked at

    def _not_asked(self, talk: Talk, guest: Guest) -> None:
        """The question did not come about."""
        self.legs.end(talk.call, guest.leg)
        self.free_guest(guest, talk.call)
        self.dismiss(guest)

    async def take_over(self, talk: Talk, leg: str) -> None:
        """A supervisor has the call from now on, the agent wraps up. PbxError, Conflict."""
        async with talk.busy:
            if talk.over or talk.agent is None:
                raise Conflict("The call is over.")
            owner, guest = talk.owner, talk.guest
            await self.arranger.gather([talk.call, leg])
            talk.agent, talk.keeper, talk.guest, talk.held = None, leg, None, False
            if guest is not None:
                self.legs.end(talk.call, guest.leg)
                self.free_guest(guest, talk.call)
                self.dismiss(guest)
            self.floor.let_out(talk.call)
        if owner is not None:
            self.spawn(self.arranger.send_home(owner))
        self.changed(talk)

    async def mend(self, talk: Talk) -> None:
        """Bring about what should be, after something else moved a leg."""
        async with talk.busy:
            if talk.over:
                return
            try:
                await self.arranger.arrange(talk)
            except PbxError as error:
                log.warning("control.not_mended", call=talk.call, why=str(error))
        self.changed(talk)

    def changed(self, talk: Talk) -> None:
        """Tell whose desks show it."""
        agents = [talk.agent, talk.guest.agent if talk.guest is not None else None]
        names = tuple(agent.name for agent in agents if agent is not None)
        self.signals.emit(TalkChanged(talk.call, names, self.clock.monotonic()))

    def guest_out(self, talk: Talk, why: str) -> None:
        """Whom the agent asked is out; who talked to them has the customer again."""
        guest, talk.guest = talk.guest, None
        if guest is None:
            return
        self._cancel(guest.timer)
        self.legs.end(talk.call, guest.leg)
        if guest.state in {GuestState.RINGING, GuestState.TALKING}:
            talk.held = False
        self.free_guest(guest, talk.call)
        if why and talk.agent is not None:
            self.signals.emit(Notice(talk.agent.name, "guest_gone", why))
        self.spawn(self.mend(talk))

    def free_guest(self, guest: Guest, call: str) -> None:
        """Whom the agent asked is one of ours, and as free as before."""
        agent = guest.agent
        if agent is None or agent.call != call:
            return
        if agent.state is AgentState.TALKING:
            self.roster.take_back(agent)
        elif agent.state is AgentState.RESERVED:
            self.roster.release(agent)

    def over(self, talk: Talk) -> None:
        """The customer is gone, or the call is not the agent's any more."""
        if talk.over:
            return
        talk.over = True
        self.talks.pop(talk.call, None)
        for timer in (talk.away, talk.resume):
            self._cancel(timer)
        guest, owner = talk.guest, talk.owner
        if guest is not None:
            talk.guest = None
            self._cancel(guest.timer)
            self.legs.end(talk.call, guest.leg)
            self.free_guest(guest, talk.call)
            self.dismiss(guest)
        if talk.recording == "paused" and talk.call in self.tracker.legs:
            self.spawn(self._unmute(talk))
        if talk.agent is not None and owner is not None and talk.call not in self.tracker.legs:
            self.spawn(self._home(owner))
        self.signals.emit(
            TalkChanged(talk.call, (talk.agent.name,) if talk.agent else (), self.clock.monotonic())
        )

    async def _home(self, leg: str) -> None:
        """Of a call that is over; a leg that talked to the customer goes home by itself."""
        try:
            if not self.tracker.partners(leg):
                await self.arranger.send_home(leg)
        except PbxError as error:
            log.debug("control.leg_already_gone", leg=leg, why=str(error))

    # -- what the floor and the PBX tell -----------------------------------------------------------

    def _connected(self, event: CallConnected) -> None:
        agent = self.roster.by_id(event.agent_id)
        if agent is None:
            return
        talk = self.talks.get(event.call)
        if talk is None:
            recorded = self.recorded(event.call)
            talk = Talk(event.call, agent, recording="on" if recorded else "off")
            self.talks[event.call] = talk
            self.legs.begin(event.call, event.call, "customer", how="answered")
        talk.agent, talk.keeper = agent, None
        self._in(talk, agent, self.how.pop(event.call, "answered"))
        self.changed(talk)

    def _in(self, talk: Talk, agent: Agent, how: str) -> None:
        if agent.leg is not None:
            self.legs.begin(
                talk.call, agent.leg, "agent", who=agent.name, agent_id=agent.id, how=how
            )

    def _parted(self, event: CallParted) -> None:
        self.legs.end_agent(event.call, event.agent_id)
        talk = self.talks.get(event.call)
        if talk is not None and talk.agent is not None and talk.agent.id == event.agent_id:
            self.over(talk)

    def _taken_back(self, call: str, agent_id: int) -> None:
        self.legs.end_agent(call, agent_id)
        talk = self.talks.get(call)
        if talk is not None:
            self.over(talk)

    def _bridged(self, event: LegsBridged) -> None:
        for leg in (event.first, event.second):
            agent = self.roster.of_leg(leg)
            if agent is not None and agent.leg_ready:
                self.roster.phone_busy(agent)
            if is_customer(leg) and self._hears_music(leg):
                loop = asyncio.get_running_loop()
                loop.call_later(MUSIC_ENDS_WITHIN, self._look_for_music, leg)

    def _hears_music(self, call: str) -> bool:
        leg = self.tracker.legs.get(call)
        return leg is not None and leg.music and leg.bridge is not None

    def _look_for_music(self, call: str) -> None:
        talk = self.talks.get(call)
        if talk is not None and self._hears_music(call):
            self.spawn(self._end_music(talk))

    async def _end_music(self, talk: Talk) -> None:
        """Asterisk loses the end of the music when it falls into the very moment in which a piece
        of it is made: who is talked to then hears music and nobody, until the talk ends."""
        async with talk.busy:
            if talk.over or talk.agent is None or not self._hears_music(talk.call):
                return  # a supervisor who took over would be let go by the way through the wait
            log.info("control.music_went_on", call=talk.call)
            try:
                await self.arranger.end_music(talk)
            except PbxError as error:
                log.warning("control.music_not_ended", call=talk.call, why=str(error))

    def _pooled(self, leg: str) -> None:
        agent = self.roster.of_leg(leg)
        talk = self.find(agent) if agent is not None else None
        if agent is None or talk is None or talk.away is None:
            return
        self._cancel(talk.away)
        talk.away = None
        self._in(talk, agent, "returned")
        log.info("control.phone_back", agent=agent.name, call=talk.call)
        self.spawn(self.mend(talk))

    def _look_soon(self, leg: str) -> None:
        talk = self.of_leg(leg)
        if talk is not None and not talk.busy.locked():
            asyncio.get_running_loop().call_later(MEND_AFTER, self._look, talk)

    def _look(self, talk: Talk) -> None:
        """Whether those who should hear each other do; a move under way is left alone."""
        if talk.over or talk.busy.locked():
            return
        want = talk.together()
        apart = len(want) > 1 and not all(
            leg == want[0] or self.arranger.hears(want[0], leg) for leg in want
        )
        if apart and all(leg in self.tracker.legs for leg in want):
            self.spawn(self.mend(talk))

    def _gone(self, leg: str) -> None:
        # The floor has heard before: whose agent's leg it was is settled.
        self.legs.end_all(channel=leg)
        talk = self.of_leg(leg)
        if talk is None:
            return
        if leg == talk.call:
            self.legs.end_all(call=leg)
            self.over(talk)
        elif leg == talk.keeper:
            self.spawn(self._end(talk.call))
        elif talk.guest is not None and leg == talk.guest.leg:
            name, ringing = talk.guest.target.name, talk.guest.state is GuestState.RINGING
            self.guest_out(talk, f"{name} {'did not answer' if ringing else 'left the call'}.")

    # -- after a restart ---------------------------------------------------------------------------

    def recover(self) -> None:
        """Take over the talks that go on, as they are; legs that nobody knows any more end."""
        for offered in list(self.floor.calls.values()):
            if offered.connected and offered.agent is not None:
                self._adopt(offered.call, offered.agent)
        for leg in list(self.legs.open.values()):
            if leg.call not in self.talks and leg.channel in self.tracker.partners(leg.call):
                self.talks[leg.call] = Talk(leg.call, None, keeper=leg.channel)
        strangers = [
            leg
            for leg in self.tracker.legs
            if (is_outside_leg(leg) or is_supervisor_leg(leg)) and not self.knows(leg)
        ]
        for stranger in strangers:
            self.spawn(self._end(stranger))
        for talk in self.talks.values():
            self.spawn(self.mend(talk))

    def _adopt(self, call: str, agent: Agent) -> None:
        talk = self.talks[call] = Talk(call, agent)
        talk.recording = "on" if self.recorded(call) else "off"
        talk.guest = self._guest_of(call, agent)
        talk.held = talk.guest is None and not self.tracker.partners(call)
        if talk.held and agent.leg is None:
            talk.held = False
            loop = asyncio.get_running_loop()
            talk.away = loop.call_later(self.grace, self._waited_enough, talk)
        if not any(leg.agent_id == agent.id for leg in self.legs.of(call)):
            self._in(talk, agent, "answered")
        # Whether the recording was paused nobody knows: it goes on at the latest when it would.
        loop = asyncio.get_running_loop()
        talk.resume = loop.call_later(self.pause_seconds(), lambda: self.spawn(self._unmute(talk)))

    def _guest_of(self, call: str, owner: Agent) -> Guest | None:
        """Whom the agent had asked in, by what was written down and where the legs are."""
        asked = [leg for leg in self.legs.of(call) if leg.how in {"consulted", "conferenced"}]
        for leg in asked:
            agent = self.roster.by_id(leg.agent_id)
            kind = TargetKind.NUMBER if agent is None else TargetKind.AGENT
            name = leg.who if agent is None else agent.name
            guest = Guest(Target(kind, leg.who, name), How.WARM, leg.channel, agent)
            mine = owner.leg or ""
            if self.arranger.hears(call, leg.channel):
                guest.state = GuestState.JOINED
            elif self.arranger.hears(call, mine):
                guest.state = GuestState.HELD
            else:
                guest.state = GuestState.TALKING
            return guest
        return None

    async def _end(self, leg: str) -> None:
        try:
            await self.pbx.hang_up(leg)
        except PbxError as error:
            log.debug("control.leg_already_gone", leg=leg, why=str(error))

    # -- a phone that went away ------------------------------------------------------------------

    def _keeps(self, call: str, agent: Agent) -> bool:
        """The agent's leg is gone in the middle of a call: the page is read anew, the network
        broke, or an agent at a phone of their own has hung up."""
        talk = self.talks.get(call)
        if talk is None or talk.agent is not agent:
            return False
        if agent.phone_kind != "browser" or self.grace <= 0:
            return talk.guest is not None and self.abandoned(talk)
        log.info("control.phone_away", agent=agent.name, call=call, grace=self.grace)
        self._cancel(talk.away)
        loop = asyncio.get_running_loop()
        talk.away = loop.call_later(self.grace, self._waited_enough, talk)
        self.spawn(self.mend(talk))
        return True

    def _waited_enough(self, talk: Talk) -> None:
        if talk.over or talk.agent is None:
            return
        talk.away = None
        log.warning("control.phone_did_not_come_back", agent=talk.agent.name, call=talk.call)
        if talk.guest is None or not self.abandoned(talk):
            self.floor.send_back(talk.call, patient=False)

    def registered(self, phone: str) -> None:
        """A phone is there again: one that rings for each call is rung for the call it lost."""
        for talk in self.talks.values():
            agent = talk.agent
            lost = talk.away is not None and agent is not None and agent.mode == "ringing"
            if agent is not None and lost and agent.phone == phone and agent.leg is None:
                agent.leg = agent_leg_id(agent.id)
                self.spawn(self._ring(agent, agent.leg))

    async def _ring(self, agent: Agent, leg: str) -> None:
        try:
            await self.pbx.ring_phone(leg, agent.phone, seconds=RING_WITHIN)
        except PbxError as error:
            agent.leg = None
            log.warning("control.ring_failed", agent=agent.name, why=str(error))

    # -- small tools -------------------------------------------------------------------------------

    def _resume_soon(self, talk: Talk) -> None:
        self.spawn(self._record_again(talk))

    async def _record_again(self, talk: Talk) -> None:
        self._cancel(talk.resume)
        talk.resume = None
        if talk.recording != "paused" or talk.over:
            return
        await self._muted(talk, mute=False)
        talk.recording, talk.resumes_at = "on", None
        self.changed(talk)

    async def _unmute(self, talk: Talk) -> None:
        """The talk went on to somebody who knows of no pause."""
        await self._muted(talk, mute=False)

    async def _muted(self, talk: Talk, *, mute: bool) -> bool:
        try:
            return await self.pbx.mute_recording(talk.call, mute=mute)
        except PbxError as error:
            raise Conflict(f"The recording could not be changed: {error}.") from error

    @staticmethod
    async def _asked(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except PbxError as error:
            raise Conflict(f"The PBX could not do it: {error}.") from error

    @staticmethod
    def _cancel(timer: asyncio.TimerHandle | None) -> None:
        if timer is not None:
            timer.cancel()

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Do it beside; it ends with us at the latest."""
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: work.close())  # one that was cancelled before it began

    @staticmethod
    async def _guarded(work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except (Conflict, PbxError) as error:
            log.warning("control.not_done", why=str(error))


def _has(talk: Talk, leg: str) -> bool:
    return leg in {talk.owner, talk.keeper} or (talk.guest is not None and talk.guest.leg == leg)
