"""What we ask of the PBX, in the house's words. The dialplan's names live here and nowhere else.

Channels are addressed by their uniqueid, which for calls we place is our own id.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

from cti.ami.actions import (
    Action,
    Bridge,
    CallerId,
    Destination,
    GetVariable,
    HangUp,
    Listen,
    MuteRecording,
    Originate,
    PacketsReceived,
    PlayDigit,
    Redirect,
    SetVariable,
    StopRecording,
)
from cti.ami.errors import ActionTimeout, LinkDownError, Refused
from cti.ami.events import ChannelRow
from cti.ami.link import AmiLink
from cti.ami.protocol import Reply
from cti.base.ids import AGENT_LEG, is_agent_leg, is_outside_leg, is_supervisor_leg, new_id
from cti.calls.endings import Endings
from cti.calls.moves import Moves
from cti.calls.tracker import Tracker

CUSTOMERS, AGENTS = "customers", "agents"
OUTSIDE, SUPERVISORS = "outside", "supervisors"
RECORDINGS = ("CTI_MIX", "CTI_MIX_SIDES")
DIGIT_PAUSE = 0.09
"""Seconds of silence after a DTMF digit; ITU-T Q.24 wants 40 ms, carriers a little more."""
NORMAL_CLEARING = 16  # Q.850
ARRIVES_WITHIN = 1.5
"""Seconds from a redirect to the first word of the leg; milliseconds are usual."""


class PbxError(Exception):
    """The PBX refused, or could not be asked. `unknown`: it may have done it all the same."""

    def __init__(self, why: str, *, unknown: bool = False) -> None:
        super().__init__(why)
        self.unknown = unknown


@dataclass(slots=True)
class Pbx:
    """The PBX as the floor and the dialer see it. ending: the legs we have asked to end.

    keys: a link for digits alone: the PBX answers nothing else on it while a tone lasts.
    """

    link: AmiLink
    tracker: Tracker
    keys: AmiLink
    ending: Endings = field(init=False)
    moves: Moves = field(init=False)
    _keying: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)

    def __post_init__(self) -> None:
        self.ending = Endings(self._hang_up_again, self.tracker.signals)
        self.moves = Moves(self.tracker.signals)

    @property
    def up(self) -> bool:
        """Whether actions can be sent now."""
        return self.link.up

    async def place(
        self,
        call: str,
        target: str,
        *,
        caller_id: str,
        ring_seconds: float,
        variables: Mapping[str, str],
    ) -> None:
        """Dial `target` (PJSIP/number@trunk) for a customer; the answer enters `customers`.

        Raises PbxError; with `unknown` the call may be under way and reconciliation will tell.
        """
        action = Originate(
            channel_id=call,
            endpoint_target=target,
            context=CUSTOMERS,
            exten="answered",
            timeout_ms=int(ring_seconds * 1000),
            caller_id=CallerId(caller_id) if caller_id else None,
            variables=variables,
        )
        await self._originate(call, action)

    async def place_test(
        self, call: str, target: str, *, caller_id: str, ring_seconds: float
    ) -> None:
        """Dial `target` only to see what comes of it: who answers hears a sentence."""
        action = Originate(
            channel_id=call,
            endpoint_target=target,
            context="testing",
            exten="call",
            timeout_ms=int(ring_seconds * 1000),
            caller_id=CallerId(caller_id) if caller_id else None,
        )
        await self._originate(call, action)

    async def call_phone(self, leg: str, phone: str) -> None:
        """Nail an agent's phone up to the floor, as the leg of that id."""
        await self._originate(leg, _to_phone(leg, phone, "nailed", 30.0, auto_answer=True))

    async def ring_phone(self, leg: str, phone: str, *, seconds: float) -> None:
        """Ring an agent's phone for one call, as the leg of that id."""
        await self._originate(leg, _to_phone(leg, phone, "ringing", seconds, CTI_RINGING="1"))

    async def bridge(self, call: str, leg: str) -> None:
        """Let the two talk, once both are where they were sent.

        A leg that is bridged while its redirect is still pending leaves the bridge again in a
        fraction of a millisecond and ends (Asterisk 22, seen on a busy machine). Who is not heard
        of within `ARRIVES_WITHIN` must have arrived: the word of it was lost.
        """
        await self.moves.until(lambda: not self.tracker.moving(call, leg), ARRIVES_WITHIN)
        await self._ask(Bridge(call, leg))

    async def play_message(self, call: str) -> None:
        """Play the campaign's own message and hang up."""
        await self._send(call, CUSTOMERS, "message")

    async def await_beep(self, call: str) -> None:
        """A machine: leave the campaign's message, after a silence unless `leave_message` comes."""
        await self._send(call, CUSTOMERS, "machine")

    async def leave_message(self, call: str) -> None:
        """The machine has beeped: leave the campaign's message now, then hang up."""
        await self._send(call, CUSTOMERS, "beeped")

    async def give_back(self, call: str) -> None:
        """What was taken for a machine is a person: to be offered to the agents once more."""
        await self._send(call, CUSTOMERS, "returned")

    async def hold(self, call: str) -> None:
        """ "One moment, please", then music."""
        await self._send(call, CUSTOMERS, "hold")

    # -- control of a talk -----------------------------------------------------------------------

    async def part(self, call: str, leg: str) -> None:
        """Hold: the customer hears music, the agent's leg is apart from the pool."""
        apart = Destination(AGENTS, "apart")
        await self._move(
            Redirect(call, CUSTOMERS, "parked", extra_channel=leg, extra_destination=apart)
        )

    async def park(self, call: str) -> None:
        """The customer hears music; whom they talked to goes on in the dialplan."""
        await self._send(call, CUSTOMERS, "parked")

    async def set_apart(self, leg: str) -> None:
        """Out of the pool or of a talk, into silence, until it is bridged."""
        await self._send(leg, AGENTS, "apart")

    async def send_home(self, leg: str) -> None:
        """An agent's leg goes back to the pool; that of a phone that rang for one call ends."""
        await self._send(leg, AGENTS, "back")

    async def join(self, leg: str, other: str) -> None:
        """Into the talk that `other` is in, as one more."""
        await self._ask(SetVariable(leg, "CTI_JOIN", other))
        await self._send(leg, _context(leg), "join")

    async def call_outside(
        self, leg: str, target: str, *, caller_id: str, ring_seconds: float
    ) -> None:
        """Dial `target` (PJSIP/number@trunk) for an agent; the answer enters `outside`."""
        action = Originate(
            channel_id=leg,
            endpoint_target=target,
            context=OUTSIDE,
            exten="answered",
            timeout_ms=int(ring_seconds * 1000),
            caller_id=CallerId(caller_id) if caller_id else None,
        )
        await self._originate(leg, action)

    async def call_supervisor(self, leg: str, phone: str, way: str, agent_leg: str) -> None:
        """Call a supervisor's phone; once it is up, its `way`: listen, whisper or idle."""
        action = Originate(
            channel_id=leg,
            endpoint_target=f"PJSIP/{phone}",
            context=SUPERVISORS,
            exten=way,
            variables={"CTI_SPY": agent_leg},
            auto_answer=True,
        )
        await self._originate(leg, action)

    async def spy(self, leg: str, way: str, agent_leg: str) -> None:
        """A supervisor's leg hears that agent's now: listen or whisper."""
        await self._ask(SetVariable(leg, "CTI_SPY", agent_leg))
        await self._send(leg, SUPERVISORS, way)

    async def idle(self, leg: str) -> None:
        """A supervisor's leg hears nothing, and ends after half a minute."""
        await self._send(leg, SUPERVISORS, "idle")

    async def send_digits(self, uniqueid: str, digits: str) -> None:
        """Send DTMF to a channel's far end, one digit after the other; what is asked for meanwhile
        follows."""
        async with self._keying.setdefault(uniqueid, asyncio.Lock()):
            for digit in digits:
                await self._ask(PlayDigit(uniqueid, digit), self.keys)  # until the tone is over
                await asyncio.sleep(DIGIT_PAUSE)

    async def mute_recording(self, call: str, *, mute: bool) -> bool:
        """Let every recording of the call write silence, or sound again; ears hear on.

        Returns whether there is a recording.
        """
        found = False
        for variable in RECORDINGS:
            told = await self._ask(GetVariable(call, variable))
            if monitor := told.fields.get("Value"):
                await self._ask(MuteRecording(call, monitor, mute))
                found = True
        return found

    async def packets(self, leg: str) -> int:
        """How many packets of sound the leg has received so far."""
        told = await self._ask(PacketsReceived(leg))
        value = told.fields.get("Value", "")
        return int(value) if value.isdecimal() else 0

    async def hang_up(self, uniqueid: str) -> None:
        """End a leg; asked again while it lives."""
        try:
            await self._ask(HangUp(uniqueid, NORMAL_CLEARING))
        except PbxError as error:
            if error.unknown:
                self.ending.await_end(uniqueid)
            raise
        self.ending.await_end(uniqueid)

    async def _hang_up_again(self, uniqueid: str) -> bool:
        try:
            await self._ask(HangUp(uniqueid, NORMAL_CLEARING))
        except PbxError as error:
            return error.unknown
        return True

    async def listen(self, call: str, file: Path, ear: str) -> None:
        """Write what the far end sends from now on, also before the answer, into `file`.

        The suffix is the format: `.sln48` is 48 kHz, 16 bit, one channel. ear: a name for it,
        letters only; the same call may have others.
        """
        await self._ask(Listen(call, str(file), f"CTI_EAR_{ear}"))

    async def stop_listening(self, call: str, ear: str) -> None:
        """The file of that ear is complete; recordings of the call go on."""
        told = await self._ask(GetVariable(call, f"CTI_EAR_{ear}"))
        if monitor := told.fields.get("Value"):
            await self._ask(StopRecording(call, monitor))

    async def channels(self) -> list[ChannelRow]:
        """All living channels. Raises PbxError."""
        try:
            return await self.link.channels()
        except (LinkDownError, ActionTimeout, Refused) as error:
            raise PbxError(str(error), unknown=True) from error

    async def _originate(self, uniqueid: str, action: Originate) -> None:
        self.tracker.expect(uniqueid)
        try:
            await self._ask(action)
        except PbxError as error:
            if not error.unknown:
                self.tracker.forget(uniqueid)
            raise

    async def _send(self, leg: str, context: str, exten: str) -> None:
        """Send a leg to another place in the dialplan."""
        await self._move(Redirect(leg, context, exten))

    async def _move(self, redirect: Redirect) -> None:
        """The PBX says yes at once; the legs are there a moment later."""
        legs = [leg for leg in (redirect.channel, redirect.extra_channel) if leg]
        self.tracker.sent(*legs)
        try:
            await self._ask(redirect)
        except PbxError as error:
            if not error.unknown:
                self.tracker.arrived(*legs)
            raise

    async def _ask(self, action: Action, link: AmiLink | None = None) -> Reply:
        link = link or self.link
        if not link.up:
            raise PbxError("the PBX is not connected")
        try:
            reply = await link.send(action)
        except (LinkDownError, ActionTimeout) as error:
            raise PbxError(str(error), unknown=True) from error
        if not reply.ok:
            raise PbxError(reply.message)
        return reply


def agent_leg_id(agent_id: int) -> str:
    """A new uniqueid for an agent's leg; the agent can be read off it."""
    return new_id(f"{AGENT_LEG}{agent_id}-")


def agent_of_leg(uniqueid: str) -> int | None:
    """The agent whose leg this is, or None for any other channel."""
    if not uniqueid.startswith(AGENT_LEG):
        return None
    number = uniqueid.removeprefix(AGENT_LEG).partition("-")[0]
    return int(number) if number.isdecimal() else None


def _to_phone(
    leg: str,
    phone: str,
    exten: str,
    seconds: float,
    *,
    auto_answer: bool = False,
    **variables: str,
) -> Originate:
    return Originate(
        channel_id=leg,
        endpoint_target=f"PJSIP/{phone}",
        context=AGENTS,
        exten=exten,
        timeout_ms=int(seconds * 1000),
        variables=variables,
        auto_answer=auto_answer,
    )


def _context(leg: str) -> str:
    """Where a leg of its kind lives in the dialplan."""
    kinds = ((is_agent_leg, AGENTS), (is_outside_leg, OUTSIDE), (is_supervisor_leg, SUPERVISORS))
    return next((context for fits, context in kinds if fits(leg)), CUSTOMERS)
