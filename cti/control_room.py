"""What control of calls is made of: hold, transfer, listening, phones in pages. Part of the
composition root.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter

from cti.access.events import SessionEnded
from cti.access.who import Who
from cti.agents.events import AgentChanged
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.agents.states import Agent
from cti.audit.service import Audit
from cti.base.clock import Clock
from cti.base.ids import is_outside_leg, is_supervisor_leg
from cti.base.signals import Signals
from cti.calls.pbx import Pbx
from cti.calls.tracker import Tracker
from cti.floor.api import NotesOf, desk_router, floor_router, legs_router
from cti.floor.control import CallControl
from cti.floor.events import ListeningChanged, TalkChanged
from cti.floor.floor import Floor
from cti.floor.inbound import InboundDesk
from cti.floor.legs import LegBook
from cti.floor.listening import Listening
from cti.floor.outside import Dial, OutsideGuard, Way
from cti.floor.supervising import Supervising
from cti.floor.transfer import Transfers
from cti.floor.views import PartyState, consult, parties
from cti.phones.api import router as phones_router
from cti.phones.pages import PageWatch
from cti.phones.relay import PhoneRelay
from cti.phones.service import PhoneService
from cti.site.service import SiteService
from cti.store.engine import Store
from cti.trunks.service import TrunkService
from dialer.desk.showing import CallPart
from dialer.desk.views import Consult, Party
from dialer.engine.attempts import Attempts
from dialer.engine.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Switchboard:
    """What control of calls works with."""

    store: Store
    clock: Clock
    signals: Signals
    pbx: Pbx
    tracker: Tracker
    roster: Roster
    floor: Floor
    inbound: InboundDesk
    ledger: Ledger
    attempts: Attempts
    agents: AgentService
    telephones: PhoneService
    site: SiteService
    trunks: TrunkService
    audit: Audit
    phone_socket: Callable[[], str | None]
    phone_grace: float


async def _no_notes(_call: str) -> Mapping[int, str]:
    return {}


@dataclass(slots=True)
class ControlRoom:
    """Control of calls, by name."""

    board: Switchboard
    control: CallControl
    transfers: Transfers
    listening: Listening
    supervising: Supervising
    relay: PhoneRelay
    pages: PageWatch
    client_of: Callable[[int], int | None] = lambda _: None
    notes_of: NotesOf = field(default=_no_notes)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def guests(self) -> set[tuple[str, int]]:
        """After a restart: (call, agent's id) of agents who were asked into another's call."""
        legs = await self.control.legs.resume(lambda leg: leg.channel in self.board.tracker.legs)
        asked = {"consulted", "conferenced"}
        return {(leg.call, leg.agent_id) for leg in legs if leg.agent_id and leg.how in asked}

    def recover(self) -> None:
        """After a restart, once agents are where they were: take over the talks that go on."""
        self.control.recover()

    async def close(self) -> None:
        """Nobody hears any more, pages are let go; calls stay as they are."""
        await self.listening.close()
        await self.relay.close()
        await self.pages.close()
        await self.control.close()

    def routers(self) -> list[APIRouter]:
        """Their routes."""
        site = self.board.site
        return [
            desk_router(self.control, self.transfers, lambda: site.now),
            floor_router(
                self.supervising, self.listening, self.control, self.board.audit, self.sees
            ),
            legs_router(self.control, self.knows_call, self.notes_of),
            phones_router(self.board.telephones, self.relay),
        ]

    def wanted(self, leg: str) -> bool | None:
        """Whether a leg of our making, found only on the PBX, belongs to somebody; None: it is
        none that we would know of."""
        if is_outside_leg(leg):
            return self.control.knows(leg)
        return self.listening.knows(leg) if is_supervisor_leg(leg) else None

    def knows_call(self, call: str) -> bool:
        """Whether a call is under way, with nobody's part written down yet."""
        return (
            self.board.attempts.flights.get(call) is not None or call in self.board.inbound.callers
        )

    def sees(self, who: Who, call: str) -> bool:
        """Whether a call of this moment is this person's to see: their team's, their client's."""
        talk = self.control.talks.get(call)
        if talk is not None and talk.agent is not None and not who.sees_team(talk.agent.team):
            return False
        if who.only_client is None:
            return True
        flight = self.board.attempts.flights.get(call)
        return flight is not None and self.client_of(flight.campaign_id) == who.only_client

    def part_of(self, agent: Agent) -> CallPart | None:
        """What an agent's desk shows of the call beyond that two talk in it."""
        talk = self.control.find(agent)
        if talk is None:
            return self._part_of_guest(agent)
        asked = consult(talk)
        return CallPart(
            parties=tuple(
                Party(id=p.id, kind=p.kind, name=p.name, state=p.state)
                for p in parties(talk, self.control, self.listening)
            ),
            consult=None
            if asked is None
            else Consult(kind=asked.kind.value, value=asked.name, state=asked.state),
            held=talk.held or talk.call not in talk.together(),
            recording=talk.recording,
            recording_resumes_at=talk.resumes_at,
        )

    def agents_changed(self, names: Iterable[str]) -> None:
        """Who watches these agents looks again at what they do: on hold, asked, heard."""
        now = self.board.clock.monotonic()
        for name in names:
            agent = self.board.roster.get(name)
            self.board.signals.emit(AgentChanged(agent, agent.state, now))

    def _part_of_guest(self, agent: Agent) -> CallPart | None:
        """Of an agent who was asked into another's call."""
        talk = self.control.guest_of(agent)
        if talk is None or talk.guest is None:
            return None
        heard = talk.together()
        here = talk.guest.leg in heard
        found = [
            Party(
                id=talk.call,
                kind="customer",
                name="",
                state="talking" if here and talk.call in heard else "held",
            )
        ]
        if talk.agent is not None:
            state: PartyState = "talking" if here and talk.owner in heard else "held"
            owner = talk.owner or talk.agent.name
            found.append(Party(id=owner, kind="agent", name=talk.agent.name, state=state))
        return CallPart(
            parties=tuple(found),
            held=not here,
            recording=talk.recording,
            recording_resumes_at=talk.resumes_at,
        )

    def end_session(self, session: str) -> None:
        """Somebody has signed out: their page's phone is let go."""
        task = asyncio.get_running_loop().create_task(self.relay.sign_out(session))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def make_control_room(board: Switchboard) -> ControlRoom:
    """Make it, and let it hear of what happens."""
    signals, clock, site = board.signals, board.clock, board.site
    legs = LegBook(board.store, clock, board.ledger.add)
    control = CallControl(
        board.pbx,
        board.tracker,
        board.roster,
        board.floor,
        signals,
        clock,
        legs,
        recorded=_recorded(board),
        pause_seconds=lambda: site.now.pause_recording_s,
        grace=board.phone_grace,
    )
    guard = OutsideGuard(
        lambda: site.now, clock, lambda: sum(is_outside_leg(leg) for leg in board.tracker.legs)
    )
    transfers = Transfers(control, guard, _ways(board))
    listening = Listening(
        control,
        board.roster,
        board.audit,
        signals,
        clock,
        board.telephones.name_of,
        lambda: site.now.show_listening,
    )
    supervising = Supervising(control, transfers, board.agents, board.roster, board.audit, signals)
    room = ControlRoom(
        board,
        control,
        transfers,
        listening,
        supervising,
        PhoneRelay(board.phone_socket, signals, clock),
        PageWatch(board.pbx, board.tracker, signals),
    )
    board.agents.hang_up_in_control = control.hang_up
    board.floor.handed_on = lambda: float(site.now.handed_on_s)
    signals.on(SessionEnded, lambda event: room.end_session(event.session))
    signals.on(TalkChanged, lambda event: room.agents_changed(event.agents))
    signals.on(ListeningChanged, lambda event: room.agents_changed([event.agent]))
    return room


def _recorded(board: Switchboard) -> Callable[[str], bool]:
    def recorded(call: str) -> bool:
        flight = board.attempts.flights.get(call)
        return flight is None or board.attempts.campaigns[flight.campaign_id].record

    return recorded


def _ways(board: Switchboard) -> Dial:
    async def way(call: str, number: str) -> Way:
        """By the trunk of the call's campaign, showing the number that the customer saw."""
        flight = board.attempts.flights.get(call)
        settings = board.attempts.campaigns[flight.campaign_id] if flight is not None else None
        trunk = (settings.trunk if settings is not None else None) or board.trunks.default
        return Way(f"PJSIP/{number}@{trunk}", flight.caller_id if flight is not None else "")

    return way
