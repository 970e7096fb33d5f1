"""After a crash, a lost link or a missed event: every attempt gets its one true outcome.

Who still lives on the PBX is adopted; who does not has its story in the PBX's own channel event
log (CEL); who appears in neither was never dialled and goes back on the list.
"""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import select, update

from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.calls.cel import CelHistory
from cti.calls.events import LegVanished
from cti.calls.pbx import agent_of_leg
from cti.calls.tracker import Tracker
from cti.floor.floor import Floor
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.attempts import Attempts
from dialer.engine.flights import Flight, Telling, appointment_ahead
from dialer.leads.models import LeadRow, NumberRow
from dialer.outcomes.evidence import Evidence, Kind
from dialer.retry.rows import facts_of

log = structlog.get_logger(__name__)

ReadCel = Callable[[datetime], Mapping[str, CelHistory]]
"""The PBX's event log from a moment on."""
CLOCKS_APART = timedelta(seconds=60)
"""How far the PBX's clock may be from ours."""
NO_AGENT = frozenset({"machine", "beeped", "leave"})
"""Where a machine is in the dialplan: it awaits its beep, or hears the campaign's message."""
LOST_AFTER = 3.0
"""Seconds after which an attempt without a channel is looked up in the PBX's log."""
GONE_AFTER = 90.0
"""And after which one that has no end there has none coming: its PBX died. A living channel was
brought in by the watchdog long before."""


@dataclass(slots=True)
class Report:
    """What a start found."""

    adopted: int = 0
    closed: int = 0
    never_dialled: int = 0
    released: int = 0
    awaiting: int = 0


@dataclass(slots=True)
class Recovery:
    """Makes database, agents and PBX agree about attempts."""

    store: Store
    attempts: Attempts
    tracker: Tracker
    floor: Floor
    signals: Signals
    clock: Clock
    read_cel: ReadCel
    report: Report = field(default_factory=Report)

    def __post_init__(self) -> None:
        self.signals.on(LegVanished, self._vanished)

    def knows(self, uniqueid: str) -> bool:
        """Whether an attempt's channel belongs to an attempt under way."""
        return self.attempts.flights.get(uniqueid) is not None

    async def load(self) -> list[Flight]:
        """All attempts without an outcome, and those whose agent still owes a disposition."""
        async with self.store.read() as session:
            for campaign in await session.scalars(select(CampaignRow)):
                self.attempts.campaigns[campaign.id] = CampaignSettings.model_validate(
                    campaign.settings
                )
            open_rows = (
                await session.execute(
                    select(AttemptRow, LeadRow)
                    .join(LeadRow, LeadRow.id == AttemptRow.lead_id)
                    .where(AttemptRow.outcome.is_(None))
                )
            ).all()
            owed_rows = (
                await session.execute(
                    select(AttemptRow, LeadRow)
                    .join(LeadRow, LeadRow.id == AttemptRow.lead_id)
                    .where(
                        LeadRow.state == "in_flight",
                        AttemptRow.outcome == "answered",
                        AttemptRow.disposition.is_(None),
                    )
                    .order_by(AttemptRow.placed_at)
                )
            ).all()
            numbers = await self._numbers(session, [row[1].id for row in (*open_rows, *owed_rows)])
        # Of several calls in vain the last counts, and none while the lead is being called again.
        latest = {row[1].id: row for row in owed_rows}
        for _, lead in open_rows:
            latest.pop(lead.id, None)
        for attempt, lead in latest.values():
            flight = self._flight(attempt, lead, numbers[lead.id])
            self.attempts.awaiting[flight.attempt_id] = flight
        flights = [self._flight(a, lead, numbers[lead.id]) for a, lead in open_rows]
        for flight in flights:
            self.attempts.flights.add(flight)
        return flights

    def settle(self, flights: list[Flight]) -> Report:
        """Adopt the living, close the dead. The tracker and the agents are already restored."""
        history = self._history(flights)
        for flight in flights:
            if flight.attempt_id in self.tracker.legs:
                self._adopt(flight, history.get(flight.attempt_id) or CelHistory())
            else:
                self._close(flight, history.get(flight.attempt_id))
        for attempt_id, flight in list(self.attempts.awaiting.items()):
            agent = self.attempts.roster.by_id(flight.agent_id)
            if agent is not None and agent.call == attempt_id:
                self.report.awaiting += 1
            else:
                self.attempts.give_up_waiting(attempt_id)
        return self.report

    async def release(self) -> int:
        """Leads that are in flight without an attempt under way go back to waiting."""
        busy = [f.lead_id for f in self.attempts.flights]
        busy += [f.lead_id for f in self.attempts.awaiting.values()]
        await self.attempts.ledger.flush()
        async with self.store.write() as session:
            done = await session.execute(
                update(LeadRow)
                .where(LeadRow.state == "in_flight", LeadRow.id.not_in(busy))
                .values(state="waiting", due_at=self.clock.now())
                .returning(LeadRow.id)
                .execution_options(synchronize_session=False)
            )
            self.report.released = len(done.all())
        return self.report.released

    def look_for_lost(self) -> int:
        """End attempts that have had no channel for too long; returns how many."""
        now = self.clock.monotonic()
        lost = [
            f
            for f in self.attempts.flights
            if f.attempt_id not in self.tracker.legs and not f.ended and now - f.t0 > LOST_AFTER
        ]
        history = self._history(lost)
        for flight in lost:
            told = history.get(flight.attempt_id)
            if told is None or told.ended is not None or now - flight.t0 > GONE_AFTER:
                self._close(flight, told)
            # Else it lives, and the watchdog will bring its leg in.
        return len(lost)

    def _vanished(self, event: LegVanished) -> None:
        flight = self.attempts.flights.get(event.uniqueid)
        if flight is not None:
            # It had a channel, so it was dialled, whatever the log tells.
            self._close(flight, self._history([flight]).get(event.uniqueid, CelHistory()))

    def _history(self, flights: list[Flight]) -> Mapping[str, CelHistory]:
        if not flights:
            return {}
        return self.read_cel(min(f.placed_at for f in flights) - CLOCKS_APART)

    # -- one attempt ---------------------------------------------------------------------------

    def _adopt(self, flight: Flight, history: CelHistory) -> None:
        leg = self.tracker.legs[flight.attempt_id]
        now = self.clock.monotonic()
        self.report.adopted += 1
        partners = self.tracker.partners(flight.attempt_id)
        agents = [agent_of_leg(p) for p in sorted(partners)]
        owner = self.floor.agent_of(flight.attempt_id)
        agent_id = owner.id if owner else next((a for a in agents if a is not None), None)
        flight.saw(
            now,
            Kind.RECOVERED,
            source="living channel",
            answered=leg.up or None,
            bridged=agent_id is not None or bool(partners) or None,
        )
        if agent_id is None and not partners:
            self._keep_agent(flight)
        if not leg.up:
            if leg.ringing:
                flight.ringing = flight.saw(now, Kind.RINGING)
            return
        since = now - flight.t0
        flight.answered = _first(flight.answered, _offset(flight, history.answered), since)
        if agent_id is not None:
            flight.bridged = _first(flight.bridged, _offset(flight, history.bridged_at), since)
            flight.agent_id = agent_id
        elif partners:  # somebody outside has the call, or a supervisor
            flight.bridged = _first(flight.bridged, _offset(flight, history.bridged_at), since)
            flight.agent_id = flight.agent_id or agent_of_leg(history.bridged_with or "")
        elif flight.agentless and leg.exten == "queue":
            settings = self.attempts.campaigns[flight.campaign_id]
            self.floor.offer(flight.attempt_id, patient=True, wrap_up=float(settings.wrap_up_s))
        elif leg.exten in NO_AGENT:
            flight.taken = True
            flight.saw(now, Kind.JUDGED, **{"is": "machine", "then": "message"})
        elif flight.agentless:
            pacing = self.attempts.campaigns[flight.campaign_id].pacing
            sound = None if pacing.menu else pacing.message
            began = flight.t0 + (flight.answered or since)
            flight.telling = Telling(began, sound, pacing.menu)
        else:
            settings = self.attempts.campaigns[flight.campaign_id]
            self.floor.offer(
                flight.attempt_id,
                prefer=flight.prefer_agent,
                wrap_up=float(settings.wrap_up_s),
                only=flight.own_agent,
            )

    def _keep_agent(self, flight: Flight) -> None:
        """Whose own call it is waits for it again; who cannot gives it to anybody."""
        agent = self.attempts.roster.by_id(flight.own_agent)
        if agent is not None and agent.free:
            self.attempts.roster.reserve(agent, flight.attempt_id)
        elif flight.own_agent is not None:
            flight.prefer_agent, flight.own_agent = flight.own_agent, None

    def _close(self, flight: Flight, history: CelHistory | None) -> None:
        now = self.clock.monotonic()
        if history is None and len(flight.evidence.items) > 1:
            history = CelHistory()  # more was seen than the placing: it was dialled
        if history is None:
            self.report.never_dialled += 1
            self.attempts.never_left(flight, "the service was interrupted before it was dialled")
            return
        self.report.closed += 1
        flight.answered = flight.answered or _offset(flight, history.answered)
        agent_id = agent_of_leg(history.bridged_with or "")
        if history.bridged_at is not None:
            flight.bridged = flight.bridged or _offset(flight, history.bridged_at)
            flight.agent_id = flight.agent_id or agent_id
        flight.saw(
            now if history.ended is None else flight.t0 + (_offset(flight, history.ended) or 0.0),
            Kind.RECOVERED,
            source="PBX event log",
            answered=history.answered is not None or None,
            bridged=history.bridged_at is not None or None,
            cause=history.cause,
        )
        self.attempts.finish(flight, cause=history.cause)

    def _flight(self, attempt: AttemptRow, lead: LeadRow, numbers: list[NumberRow]) -> Flight:
        # The monotonic clock began anew with this process: place the attempt on it.
        age = (self.clock.now() - attempt.placed_at).total_seconds()
        position = next((n.position for n in numbers if n.id == attempt.number_id), 0)
        flight = Flight(
            attempt_id=attempt.id,
            campaign_id=attempt.campaign_id,
            lead_id=lead.id,
            number_id=attempt.number_id,
            e164=attempt.e164,
            facts=facts_of(lead, numbers, position),
            prefer_agent=lead.prefer_agent,
            placed_at=attempt.placed_at,
            t0=self.clock.monotonic() - age,
            number_ids={n.position: n.id for n in numbers},
            evidence=Evidence.from_list(attempt.evidence),
            ring_timeout=float(self.attempts.campaigns[attempt.campaign_id].ring_timeout_s),
            caller_id=attempt.caller_id,
        )
        placed = flight.evidence.first(Kind.PLACED)
        if placed is not None:
            flight.mode = str(placed.detail.get("mode", flight.mode))
            flight.own_agent = placed.detail.get("agent")
        flight.appointment = appointment_ahead(flight.mode, lead, attempt.placed_at)
        flight.segment = str(lead.list_id)
        flight.answered = _offset(flight, attempt.answered_at)
        flight.bridged = _offset(flight, attempt.bridged_at)
        flight.agent_id = attempt.agent_id
        if flight.answered is not None:
            flight.result = "answered"  # before we were there to tell
        return flight

    @staticmethod
    async def _numbers(session: Any, lead_ids: list[int]) -> dict[int, list[NumberRow]]:
        found: defaultdict[int, list[NumberRow]] = defaultdict(list)
        query = (
            select(NumberRow).where(NumberRow.lead_id.in_(lead_ids)).order_by(NumberRow.position)
        )
        for number in await session.scalars(query):
            found[number.lead_id].append(number)
        return found


def _first(*offsets: float | None) -> float | None:
    return next((offset for offset in offsets if offset is not None), None)


def _offset(flight: Flight, moment: datetime | None) -> float | None:
    """Seconds from placing to `moment`, never below 0."""
    if moment is None:
        return None
    return max(0.0, (moment - flight.placed_at).total_seconds())
