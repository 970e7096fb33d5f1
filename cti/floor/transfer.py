"""Handing a call on: to an agent, back to the floor, or to somebody outside; blind, warm, by three.

Whatever fails, the customer is never lost: until somebody else hears them, the call is the first
agent's, who gets them back when the target does not answer or leaves.
"""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass

import structlog

from cti.agents.states import Agent, AgentState
from cti.base.errors import Conflict, UserError
from cti.base.ids import OUTSIDE_LEG, is_agent_leg, new_id
from cti.calls.events import LegMarked, LegPooled
from cti.calls.pbx import PbxError, agent_leg_id
from cti.floor.control import CallControl
from cti.floor.floor import RING_WITHIN
from cti.floor.outside import Dial, OutsideGuard
from cti.floor.talks import Guest, GuestState, How, Talk, Target, TargetKind

log = structlog.get_logger(__name__)

RING_OUTSIDE = 40.0
"""Seconds somebody outside may ring."""
OUTSIDE_MARK = "CtiOutside"
"""What the dialplan says once somebody outside has answered and can be bridged."""


@dataclass(slots=True)
class Transfers:
    """Use cases of an agent who hands a call on. Conflict says what does not fit the moment."""

    control: CallControl
    guard: OutsideGuard
    dial: Dial

    def __post_init__(self) -> None:
        self.control.abandoned = self._abandoned
        self.control.dismiss = self._dismiss
        self.control.signals.on(LegMarked, self._marked)
        self.control.signals.on(LegPooled, lambda e: self._picked_up(e.uniqueid))

    # -- the use cases ---------------------------------------------------------------------------

    async def transfer(self, name: str, kind: TargetKind, value: str, how: How) -> None:
        """Begin to hand the call on. A queue has it at once."""
        match kind:
            case TargetKind.QUEUE:
                await self._to_queue(name)
            case TargetKind.AGENT:
                await self._to_agent(name, value, how)
            case TargetKind.NUMBER:
                await self._to_number(name, value, how)

    async def swap(self, name: str) -> None:
        """Talk to the other one: customer, or whom the agent asked. The one left hears music."""
        async with self.control.changing(name) as talk:
            guest = self._asked(talk, GuestState.TALKING, GuestState.HELD)
            talking = guest.state is GuestState.TALKING
            guest.state = GuestState.HELD if talking else GuestState.TALKING
            talk.held = False

    async def conference(self, name: str) -> None:
        """All three hear each other."""
        async with self.control.changing(name) as talk:
            guest = self._asked(talk, GuestState.TALKING, GuestState.HELD)
            guest.state, talk.held = GuestState.JOINED, False
            self._part_of(talk, guest, "conferenced")

    async def complete(self, name: str) -> None:
        """The agent leaves; customer and target talk on. While the target still rings, the call
        goes to them as soon as they answer."""
        talk = self.control.of_agent(name)
        async with talk.busy:
            guest = self._asked(talk, *GuestState)
            if guest.state is GuestState.RINGING:
                guest.how = How.BLIND
                return
            await self._hand_on(talk, guest)

    async def cancel(self, name: str) -> None:
        """Customer and agent talk on; who was asked is let go."""
        async with self.control.changing(name) as talk:
            guest = self._asked(talk, *GuestState)
            talk.guest, talk.held = None, False
        self.control.legs.end(talk.call, guest.leg)
        self._dismiss(guest)
        self.control.free_guest(guest, talk.call)

    # -- targets ---------------------------------------------------------------------------------

    async def _to_queue(self, name: str) -> None:
        talk = self.control.of_agent(name)
        async with talk.busy:
            self._unasked(talk)
            talk.held = True
            try:
                await self.control.arranger.arrange(talk)
            except PbxError as error:
                talk.held = False
                raise Conflict(f"The PBX could not do it: {error}.") from error
            agent = talk.agent
            self.control.how[talk.call] = "transferred"
            self.control.floor.send_back(talk.call)
        if agent is not None and agent.leg is not None:
            self.control.spawn(self.control.arranger.send_home(agent.leg))

    async def _to_agent(self, name: str, value: str, how: How) -> None:
        control = self.control
        me, other = control.roster.get(name), control.roster.get(value)
        if other is me:
            raise UserError("A call cannot be handed on to yourself.")
        if not other.free:
            raise Conflict(f"{other.name} cannot take a call now.", "Choose another, or the queue.")
        if how is How.BLIND and other.mode == "nailed_up":
            await self._at_once(name, other)
            return
        async with control.changing(name) as talk:
            self._unasked(talk)
            if not other.free:
                raise Conflict(f"{other.name} has just got another call.", "Choose another.")
            control.roster.reserve(other, talk.call)
            ringing = other.mode == "ringing"
            if ringing:
                other.leg = agent_leg_id(other.id)
            target = Target(TargetKind.AGENT, other.name, other.name)
            guest = Guest(target, how, other.leg or "", other)
            if not ringing:
                self._talks_to(talk, guest)
            talk.guest = guest
        if ringing:
            self._ring_at_most(talk, guest, RING_WITHIN)
            await self._call(talk, guest, self._ring(other, guest.leg))

    async def _at_once(self, name: str, other: Agent) -> None:
        """Blind, to a nailed-up agent: the customer goes from one to the other in one move."""
        talk = self.control.of_agent(name)
        async with talk.busy:
            self._unasked(talk)
            self.control.roster.reserve(other, talk.call)
            target = Target(TargetKind.AGENT, other.name, other.name)
            talk.guest = Guest(target, How.BLIND, other.leg or "", other)
            await self._hand_on(talk, talk.guest)

    async def _ring(self, agent: Agent, leg: str) -> None:
        await self.control.pbx.ring_phone(leg, agent.phone, seconds=RING_WITHIN)

    async def _to_number(self, name: str, value: str, how: How) -> None:
        control = self.control
        allowed = self.guard.allowed(value)
        way = await self.dial(control.of_agent(name).call, allowed.number)
        async with control.changing(name) as talk:
            self._unasked(talk)
            self.guard.count(talk.agent.id if talk.agent is not None else 0)
            target = Target(TargetKind.NUMBER, allowed.number, allowed.name)
            guest = talk.guest = Guest(target, how, new_id(OUTSIDE_LEG))
        self._ring_at_most(talk, guest, RING_OUTSIDE)
        dialled = control.pbx.call_outside(
            guest.leg, way.target, caller_id=way.caller_id, ring_seconds=RING_OUTSIDE
        )
        await self._call(talk, guest, dialled)

    async def _call(self, talk: Talk, guest: Guest, dialled: Awaitable[None]) -> None:
        try:
            await dialled
        except PbxError as error:
            if talk.guest is guest:
                self.control.guest_out(talk, f"{guest.target.name} could not be called.")
            raise Conflict(f"{guest.target.name} could not be called: {error}.") from error

    def _ring_at_most(self, talk: Talk, guest: Guest, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        guest.timer = loop.call_later(seconds + 1.0, self._rang_out, talk, guest)

    def _rang_out(self, talk: Talk, guest: Guest) -> None:
        if talk.guest is guest and guest.state is GuestState.RINGING:
            self.control.guest_out(talk, f"{guest.target.name} did not answer.")
            self._dismiss(guest)

    # -- the target has answered -------------------------------------------------------------------

    def _marked(self, event: LegMarked) -> None:
        if event.mark == OUTSIDE_MARK:
            self._answered(event.uniqueid)

    def _picked_up(self, leg: str) -> None:
        agent = self.control.roster.of_leg(leg) if is_agent_leg(leg) else None
        if agent is not None and agent.mode == "ringing":
            self._answered(leg)

    def _answered(self, leg: str) -> None:
        talk = self.control.of_leg(leg)
        guest = talk.guest if talk is not None else None
        if talk is not None and guest is not None and guest.leg == leg:
            self.control.spawn(self._go_on(talk, guest))

    async def _go_on(self, talk: Talk, guest: Guest) -> None:
        async with talk.busy:
            if talk.over or talk.guest is not guest or guest.state is not GuestState.RINGING:
                return
            if guest.timer is not None:
                guest.timer.cancel()
            if guest.how is How.BLIND:
                await self._hand_on(talk, guest)
                return
            self._talks_to(talk, guest)
            try:
                await self.control.arranger.arrange(talk)
            except PbxError as error:
                log.warning("transfer.not_connected", call=talk.call, why=str(error))
        self.control.changed(talk)

    def _talks_to(self, talk: Talk, guest: Guest) -> None:
        guest.state = GuestState.TALKING
        if guest.agent is not None and guest.agent.state is AgentState.RESERVED:
            self.control.roster.talk(guest.agent, talk.call)
        self._part_of(talk, guest, "consulted")

    def _part_of(self, talk: Talk, guest: Guest, how: str) -> None:
        agent = guest.agent
        self.control.legs.begin(
            talk.call,
            guest.leg,
            "outside" if agent is None else "agent",
            who=guest.target.value,
            agent_id=agent.id if agent is not None else None,
            how=how,
        )

    async def _hand_on(self, talk: Talk, guest: Guest) -> None:
        """Customer and target talk; the agent is out. Within `busy`."""
        control, before = self.control, talk.agent
        leg = talk.owner if before is not None else None
        try:
            await control.arranger.gather([talk.call, guest.leg])
        except PbxError as error:
            control.guest_out(talk, f"{guest.target.name} could not be connected.")
            self._dismiss(guest)
            raise Conflict(f"{guest.target.name} could not be connected: {error}.") from error
        talk.guest, talk.held = None, False
        if guest.timer is not None:
            guest.timer.cancel()
        if guest.agent is not None:
            talk.agent = guest.agent
            control.how[talk.call] = "transferred"
            control.floor.hand_over(talk.call, guest.agent)
        else:
            talk.agent, talk.keeper = None, guest.leg
            self._part_of(talk, guest, "transferred")
            control.floor.let_out(talk.call)
        log.info(
            "transfer.done",
            call=talk.call,
            by=before.name if before is not None else None,
            to=guest.target.kind.value,
        )
        if leg is not None:
            control.spawn(control.arranger.send_home(leg))
        control.changed(talk)

    # -- endings -----------------------------------------------------------------------------------

    def _abandoned(self, talk: Talk) -> bool:
        """The agent is gone. Whom they had asked has the call, if they are there."""
        guest = talk.guest
        if guest is None:
            return False
        if guest.state is GuestState.RINGING:
            talk.guest = None
            self._dismiss(guest)
            self.control.free_guest(guest, talk.call)
            return False
        self.control.spawn(self._inherit(talk, guest))
        return True

    async def _inherit(self, talk: Talk, guest: Guest) -> None:
        async with talk.busy:
            if not talk.over and talk.guest is guest:
                await self._hand_on(talk, guest)

    def _dismiss(self, guest: Guest) -> None:
        self.control.spawn(self._let_go(guest))

    async def _let_go(self, guest: Guest) -> None:
        control = self.control
        if guest.timer is not None:
            guest.timer.cancel()
        if guest.agent is not None and guest.agent.mode == "nailed_up":
            await control.arranger.send_home(guest.leg)
            return
        if guest.agent is not None and guest.agent.leg == guest.leg:
            guest.agent.leg = None
        try:
            await control.pbx.hang_up(guest.leg)
        except PbxError as error:
            log.debug("transfer.leg_already_gone", leg=guest.leg, why=str(error))

    @staticmethod
    def _unasked(talk: Talk) -> None:
        if talk.guest is not None:
            raise Conflict(
                f"{talk.guest.target.name} was asked into this call already.",
                "Complete or cancel that first.",
            )

    @staticmethod
    def _asked(talk: Talk, *states: GuestState) -> Guest:
        if talk.guest is None:
            raise Conflict("Nobody was asked into this call.", "Begin a transfer first.")
        if talk.guest.state not in states:
            raise Conflict(f"{talk.guest.target.name} is {talk.guest.state} now.")
        return talk.guest
