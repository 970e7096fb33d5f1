"""The calls that agents have in hand, or are about to: what is known of each, at hand at once.

What an agent needs is read from the database when somebody picks up, so that it is there before
the agent is; for calls that one agent asked for, when they are placed.
"""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog
from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError

from cti.agents.events import AgentChanged
from cti.agents.roster import Roster
from cti.agents.states import Agent, AgentState
from cti.base.clock import Clock
from cti.base.ids import is_attempt
from cti.base.signals import Signals
from cti.floor.events import CallConnected, CallUnserved
from cti.floor.inbound import Caller, CallerMoved, InboundDesk
from cti.store.engine import Store, first_line
from dialer.attempts.events import (
    AttemptAnswered,
    AttemptEnded,
    AttemptPlaced,
    MachineTakenBack,
    SoundsLike,
)
from dialer.desk.papers import Papers, find_lead, read_papers
from dialer.desk.views import CallKind, HandedOn
from dialer.engine.attempts import Attempts
from dialer.engine.flights import Flight

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Hand:
    """A call, as far as agents need to know it.

    number: the other side's, E.164 or as the network told it. connected: when which agent began to
    talk. papers: None until they are read.
    """

    call: str
    kind: CallKind
    placed_at: datetime
    number: str = ""
    campaign_id: int | None = None
    lead_id: int | None = None
    queue: str = ""
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    connected: dict[int, datetime] = field(default_factory=dict)
    sounds_like: tuple[str, float] | None = None
    papers: Papers | None = None
    reading: asyncio.Task[None] | None = None
    answers_unwritten: bool = False


@dataclass(slots=True)
class Hands:
    """Opens a hand when a call may soon be an agent's, and closes it when it is nobody's any more.

    region: two-letter country of callers' numbers without a country code. told: when something
    of an agent's call has become known.
    """

    store: Store
    roster: Roster
    attempts: Attempts
    inbound: InboundDesk
    signals: Signals
    clock: Clock
    region: Callable[[], str]
    told: Callable[[int], None] = lambda _agent_id: None
    open: dict[str, Hand] = field(default_factory=dict)
    _of_agent: dict[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        on = self.signals.on
        on(AttemptPlaced, self._placed)
        on(AttemptAnswered, lambda e: self._answered(e.attempt_id))
        on(AttemptEnded, self._ended)
        on(CallerMoved, self._caller_moved)
        on(CallConnected, self._connected)
        on(CallUnserved, lambda e: self._tell(e.call))
        on(SoundsLike, self._sounds_like)
        on(MachineTakenBack, lambda e: self._sounded(e.attempt_id, None))
        on(AgentChanged, self._agent_changed)

    async def close(self) -> None:
        """Wait for what is being read."""
        tasks = [hand.reading for hand in self.open.values() if hand.reading is not None]
        await asyncio.gather(*tasks, return_exceptions=True)

    def of(self, agent: Agent) -> Hand | None:
        """The call that an agent has in hand, is reserved for, or wraps up."""
        if agent.call and agent.call not in self.open:
            self._find(agent.call)
        return self.open.get(agent.call) if agent.call else None

    def flight(self, call: str) -> Flight | None:
        """The attempt, while it runs or its agent's word is awaited."""
        return self.attempts.flights.get(call) or self.attempts.awaiting.get(call)

    def says(self, agent: Agent, call: str) -> bool:
        """Whether this agent has the word on an attempt: who had the call last."""
        flight = self.flight(call)
        return flight is not None and flight.agent_id == agent.id and not self._waits(agent, call)

    def handed_on(self, agent: Agent, hand: Hand) -> HandedOn | None:
        """Who has the call that this agent wraps up the own part of, or had it afterwards."""
        if agent.state is not AgentState.WRAPPING:
            return None
        if self._waits(agent, hand.call):
            return HandedOn(kind="queue", name="", over=False)
        last = self.roster.by_id(self._had_last(hand))
        if last is None or last is agent:
            return None
        return HandedOn(
            kind="agent", name=last.display_name or last.name, over=hand.ended_at is not None
        )

    def _waits(self, agent: Agent, call: str) -> bool:
        """Whether the call has left this agent and waits on the floor for another."""
        offered = self.attempts.floor.calls.get(call)
        return agent.state is AgentState.WRAPPING and offered is not None and not offered.connected

    def _had_last(self, hand: Hand) -> int | None:
        flight = self.flight(hand.call)
        if flight is not None:
            return flight.agent_id
        return max(hand.connected, key=lambda one: hand.connected[one], default=None)

    def look_at(self, call: str, lead_id: int, campaign_id: int) -> Hand:
        """A lead is looked at before it is dialled; `call` is the id its attempt will have."""
        hand = Hand(call, "preview", self.clock.now(), campaign_id=campaign_id, lead_id=lead_id)
        self.open[call] = hand
        self._read(hand)
        return hand

    async def ready(self, hand: Hand) -> None:
        """Wait until its papers are read. Those that could not be are asked for again."""
        if hand.papers is None and (hand.reading is None or hand.reading.done()):
            self._read(hand)
        if hand.reading is not None:
            await asyncio.shield(hand.reading)

    def forget(self, call: str) -> None:
        """Nobody looks at it, and it was not dialled."""
        self.open.pop(call, None)

    # -- calls of ours ---------------------------------------------------------------------------

    def _placed(self, event: AttemptPlaced) -> None:
        flight = self.attempts.flights.get(event.attempt_id)
        if flight is not None and flight.own_agent is not None:
            self._follow(flight)
            self.told(flight.own_agent)

    def _answered(self, attempt_id: str) -> None:
        flight = self.attempts.flights.get(attempt_id)
        if flight is not None and not flight.agentless:
            hand = self._follow(flight)
            hand.answered_at = flight.moment(flight.answered)
            self._tell(attempt_id)

    def _follow(self, flight: Flight) -> Hand:
        """The hand of an attempt; of one that was looked at before, the same."""
        hand = self.open.get(flight.attempt_id)
        if hand is None:
            hand = Hand(flight.attempt_id, _kind(flight), flight.placed_at)
            self.open[flight.attempt_id] = hand
        hand.number, hand.placed_at = flight.e164, flight.placed_at
        hand.campaign_id, hand.lead_id = flight.campaign_id, flight.lead_id
        hand.answered_at = flight.moment(flight.answered)
        if hand.papers is None and hand.reading is None:
            self._read(hand)
        return hand

    def _ended(self, event: AttemptEnded) -> None:
        self._over(event.attempt_id, event.at)

    def _sounds_like(self, event: SoundsLike) -> None:
        self._sounded(event.attempt_id, (event.heard, event.confidence))

    def _sounded(self, call: str, like: tuple[str, float] | None) -> None:
        if hand := self.open.get(call):
            hand.sounds_like = like
            self._tell(call)

    # -- callers ---------------------------------------------------------------------------------

    def _caller_moved(self, event: CallerMoved) -> None:
        caller = event.caller
        if event.step == "ended":
            self._over(caller.id, caller.ended_at or self.clock.now())
        elif caller.queued_at is not None:
            self._of_caller(caller)

    def _of_caller(self, caller: Caller) -> Hand:
        hand = self.open.get(caller.id)
        if hand is None:
            hand = Hand(caller.id, "inbound", caller.queued_at or caller.arrived_at)
            hand.number, hand.queue, hand.answered_at = caller.caller, caller.queue, hand.placed_at
            self.open[caller.id] = hand
            self._read(hand)
        return hand

    # -- agents ----------------------------------------------------------------------------------

    def _connected(self, event: CallConnected) -> None:
        if hand := self.open.get(event.call):
            hand.connected[event.agent_id] = self.clock.now()
            self._tell(event.call)

    def _agent_changed(self, event: AgentChanged) -> None:
        agent = event.agent
        before, self._of_agent[agent.id] = self._of_agent.get(agent.id), agent.call or ""
        if before and before != agent.call:
            self._close_unused(before)
        if agent.call and agent.call not in self.open:
            self._find(agent.call)

    def _find(self, call: str) -> None:
        """A call that an agent had before we started."""
        flight, caller = self.flight(call), self.inbound.callers.get(call)
        if flight is not None:
            self._follow(flight)
        elif caller is not None:
            self._of_caller(caller)

    def _over(self, call: str, at: datetime) -> None:
        hand = self.open.get(call)
        if hand is not None:
            hand.ended_at = at
            if not self._used(call):
                self.open.pop(call, None)
            self._tell(call)

    def _close_unused(self, call: str) -> None:
        running = self.attempts.flights.get(call) is not None or call in self.inbound.callers
        if not running and not self._used(call):
            self.open.pop(call, None)

    def _used(self, call: str) -> bool:
        return any(agent.call == call for agent in self.roster)

    def _tell(self, call: str) -> None:
        for agent in self.roster:
            if agent.call == call:
                self.told(agent.id)

    # -- papers ----------------------------------------------------------------------------------

    def _read(self, hand: Hand) -> None:
        hand.reading = asyncio.get_running_loop().create_task(self._reading(hand))

    async def _reading(self, hand: Hand) -> None:
        try:
            hand.papers = await self._papers(hand)
        except (SQLAlchemyError, OSError) as error:
            log.warning("desk.not_read", call=hand.call, why=first_line(error))
        else:
            self._tell(hand.call)

    async def _papers(self, hand: Hand) -> Papers:
        look_up = partial(_look_up, hand=hand, region=self.region(), now=self.clock.now())
        return await self.store.look(look_up)


def _look_up(connection: Connection, hand: Hand, region: str, now: datetime) -> Papers:
    if hand.kind == "inbound" and hand.lead_id is None:
        hand.lead_id = find_lead(connection, hand.number, region)
    return read_papers(
        connection,
        hand.call,
        now,
        lead_id=hand.lead_id,
        ours=is_attempt(hand.call),
        dialled_by_hand=hand.kind == "preview" and not hand.number,
    )


def _kind(flight: Flight) -> CallKind:
    if flight.mode == "manual":
        return "manual"
    return "preview" if flight.mode == "preview" else "outbound"
