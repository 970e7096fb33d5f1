"""Attempts under way: events become evidence, evidence becomes an outcome, the outcome a next step.

The one writer of attempts and of what becomes of their leads.
"""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog

from cti.agents.events import WrapUpEnded
from cti.agents.roster import Roster
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound, UserError
from cti.base.signals import Signals
from cti.calls.events import (
    LegAnswered,
    LegEnded,
    LegMarked,
    LegProgressed,
    LegRefused,
    LegRinging,
)
from cti.floor.events import CallConnected, CallParted, CallUnserved
from cti.floor.floor import Floor
from dialer.attempts.events import (
    AttemptAnswered,
    AttemptBridged,
    AttemptDisposed,
    AttemptEnded,
    LeadScheduled,
)
from dialer.campaigns.settings import CampaignSettings
from dialer.engine import ledger as books
from dialer.engine.figures import Figures
from dialer.engine.flights import Disposed, Flight, Flights
from dialer.engine.ledger import Ledger
from dialer.outcomes.classify import Verdict, classify
from dialer.outcomes.evidence import Kind
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import decide
from dialer.retry.rows import moved

log = structlog.get_logger(__name__)

RETRY_NOT_DIALLED = timedelta(seconds=30)
ANSWERED_MARK = "CtiAnswered"
"""What the dialplan says once an answered call is recorded and waits."""
MARK_WITHIN = 0.3
"""Seconds after the answer at which the call is offered even if the dialplan has not said so."""
CANCEL_MARGIN = 0.5  # seconds before the ring time-out from which a hang-up counts as ours


@dataclass(slots=True)
class Attempts:
    """Follows every attempt from its commit to its disposition."""

    ledger: Ledger
    floor: Floor
    roster: Roster
    signals: Signals
    clock: Clock
    figures: Figures
    flights: Flights = field(default_factory=Flights)
    campaigns: dict[int, CampaignSettings] = field(default_factory=dict)
    awaiting: dict[str, Flight] = field(default_factory=dict)

    def __post_init__(self) -> None:
        on = self.signals.on
        on(LegRinging, self._ringing)
        on(LegProgressed, self._progressed)
        on(LegAnswered, self._answered)
        on(LegMarked, self._entered)
        on(CallConnected, self._connected)
        on(CallUnserved, self._unserved)
        on(CallParted, self._parted)
        on(LegEnded, self._ended)
        on(LegRefused, self._refused)
        on(WrapUpEnded, self._wrap_up_ended)

    # -- evidence ------------------------------------------------------------------------------

    def _ringing(self, event: LegRinging) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is not None and flight.ringing is None:
            flight.ringing = flight.saw(event.t, Kind.RINGING)

    def _progressed(self, event: LegProgressed) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is not None:
            flight.saw(event.t, Kind.PROGRESS)

    def _answered(self, event: LegAnswered) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is None or flight.answered is not None:
            return
        flight.answered = flight.saw(event.t, Kind.ANSWERED)
        # The mark may have been missed; a person must not wait for it.
        asyncio.get_running_loop().call_later(MARK_WITHIN, self._offer, flight.attempt_id)
        self.signals.emit(
            AttemptAnswered(
                flight.attempt_id, flight.campaign_id, flight.lead_id, flight.e164, self.clock.now()
            )
        )

    def _entered(self, event: LegMarked) -> None:
        """The dialplan has the call and records it: now an agent may have it."""
        if event.mark == ANSWERED_MARK:
            self._offer(event.uniqueid)

    def _offer(self, attempt_id: str) -> None:
        flight = self.flights.get(attempt_id)
        if flight is None or flight.bridged is not None or flight.unserved:
            return
        self.floor.offer(
            attempt_id,
            prefer=flight.prefer_agent,
            wrap_up=float(self.campaigns[flight.campaign_id].wrap_up_s),
        )

    def _connected(self, event: CallConnected) -> None:
        flight = self.flights.get(event.call)
        if flight is None:
            return
        at = flight.saw(event.t, Kind.BRIDGED, agent=event.agent_id)
        flight.agent_id = event.agent_id
        if flight.bridged is not None:
            return
        flight.bridged = at
        wait_ms = 1000 * (at - (flight.answered or at))
        self.signals.emit(
            AttemptBridged(
                flight.attempt_id,
                flight.campaign_id,
                flight.lead_id,
                flight.e164,
                event.agent_id,
                round(wait_ms, 3),
                self.clock.now(),
            )
        )

    def _unserved(self, event: CallUnserved) -> None:
        flight = self.flights.get(event.call)
        if flight is not None:
            flight.unserved = True
            flight.saw(event.t, Kind.MESSAGE_PLAYED)

    def _parted(self, event: CallParted) -> None:
        flight = self.flights.get(event.call)
        if flight is not None:
            flight.saw(event.t, Kind.RELEASED, agent=event.agent_id)

    # -- endings -------------------------------------------------------------------------------

    def _ended(self, event: LegEnded) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is None:
            return
        at = event.t - flight.t0
        ours = flight.answered is None and at >= flight.ring_timeout - CANCEL_MARGIN
        flight.saw(
            event.t,
            Kind.HANGUP,
            cause=event.cause,
            sip=event.sip_code,
            by="ring_timeout" if ours else None,
        )
        self.finish(flight, cause=event.cause, sip_code=event.sip_code)

    def _refused(self, event: LegRefused) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is not None:
            flight.saw(event.t, Kind.ORIGINATE_FAILED, reason=event.reason)
            self.finish(flight)

    def never_left(self, flight: Flight, why: str) -> None:
        """The PBX was not asked, or refused at once: nobody's phone rang."""
        if self.flights.get(flight.attempt_id) is None:
            return
        flight.saw(self.clock.monotonic(), Kind.NOT_DIALLED, why=why)
        self.finish(flight)

    def finish(
        self, flight: Flight, *, cause: int | None = None, sip_code: int | None = None
    ) -> Verdict:
        """Give the attempt its one outcome, and the lead its next step unless an agent decides."""
        self.flights.pop(flight.attempt_id)
        verdict = classify(flight.evidence)
        ended_at = flight.moment(flight.evidence.items[-1].at) or self.clock.now()
        log.info(
            "attempt.ended",
            attempt=flight.attempt_id,
            outcome=verdict.outcome.value,
            why=verdict.reason,
        )
        self.ledger.put(
            books.ATTEMPT_ENDED,
            flight.attempt_id,
            ringing_at=flight.moment(flight.ringing),
            answered_at=flight.moment(flight.answered),
            bridged_at=flight.moment(flight.bridged),
            ended_at=ended_at,
            agent_id=flight.agent_id,
            cause=cause,
            sip_code=sip_code,
            evidence=flight.evidence.as_list(),
            outcome=verdict.outcome.value,
            outcome_reason=verdict.reason,
        )
        self.signals.emit(
            AttemptEnded(
                flight.attempt_id,
                flight.campaign_id,
                flight.lead_id,
                flight.e164,
                verdict.outcome.value,
                verdict.reason,
                flight.moment(flight.answered),
                flight.agent_id,
                ended_at,
                cause,
                sip_code,
                flight.moment(flight.bridged),
            )
        )
        self._next_step(flight, verdict.outcome)
        return verdict

    def _next_step(self, flight: Flight, outcome: Outcome) -> None:
        if flight.evidence.first(Kind.NOT_DIALLED):
            self._undo_dial(flight)
        elif outcome is not Outcome.ANSWERED:
            self.reschedule(flight, outcome)
        elif flight.disposed is not None:
            self._dispose(flight, flight.disposed)
        elif self._wrapping(flight):
            self.ledger.put(books.LEAD_OUTCOME, flight.lead_id, last_outcome=outcome.value)
            self.awaiting[flight.attempt_id] = flight
        else:
            self.reschedule(flight, outcome)

    def _wrapping(self, flight: Flight) -> bool:
        """Whether an agent still has the chance to say what came of it."""
        agent = self.roster.by_id(flight.agent_id)
        return agent is not None and agent.call == flight.attempt_id

    def _undo_dial(self, flight: Flight) -> None:
        """It does not count as a dial; the lead is due again soon."""
        facts = flight.facts
        due = self.clock.now() + RETRY_NOT_DIALLED
        self.ledger.put(
            books.LEAD_DIALS,
            flight.lead_id,
            dials=max(0, facts.dials - 1),
            dials_today=max(0, facts.dials_today - 1),
        )
        self.ledger.put(
            books.LEAD_DEFERRED, flight.lead_id, state="waiting", due_at=due, closed_reason=None
        )
        self.signals.emit(
            LeadScheduled(flight.lead_id, flight.campaign_id, due, "Not dialled: again soon.")
        )

    def reschedule(
        self, flight: Flight, outcome: Outcome, disposed: Disposed | None = None
    ) -> None:
        """Let the retry rules decide what becomes of the lead."""
        settings = self.campaigns[flight.campaign_id]
        step = decide(
            settings.retry,
            flight.facts,
            outcome,
            disposition=disposed.code if disposed else None,
            callback_at=disposed.callback_at if disposed else None,
            agent_id=disposed.agent_id if disposed else None,
            now=self.clock.now(),
            windows=settings.windows,
        )
        for position in step.unusable:
            if position in flight.number_ids:
                self.ledger.put(books.NUMBER_SPENT, flight.number_ids[position], usable=False)
        code = disposed.code if disposed else None
        columns = moved(step, flight.facts, outcome, code)
        self.ledger.put(books.LEAD_MOVED, flight.lead_id, **columns)
        due_at = columns["due_at"]
        self.signals.emit(LeadScheduled(flight.lead_id, flight.campaign_id, due_at, step.words))

    # -- the agent's word ----------------------------------------------------------------------

    def dispose(
        self,
        attempt_id: str,
        code: str,
        *,
        callback_at: datetime | None = None,
        note: str = "",
    ) -> None:
        """The agent says what came of the call: while talking (the last word counts) or in wrap-up.

        UserError for a code the campaign does not have or a missing time; Conflict when it is
        too late; NotFound for an unknown attempt.
        """
        flight = self.awaiting.get(attempt_id) or self.flights.get(attempt_id)
        if flight is None:
            raise NotFound(
                f"Attempt {attempt_id} does not wait for a disposition.",
                "It was given already, its wrap-up time is over, or the id is wrong.",
            )
        if flight.bridged is None:
            raise Conflict(f"No agent has talked in attempt {attempt_id} yet.")
        self._check_disposition(flight, code, callback_at)
        disposed = Disposed(code, self.clock.now(), flight.agent_id, callback_at, note[:2000])
        if self.awaiting.pop(attempt_id, None) is None:
            flight.disposed = disposed  # still talking: applied at the end
            return
        self._dispose(flight, disposed)

    def _check_disposition(self, flight: Flight, code: str, callback_at: datetime | None) -> None:
        settings = self.campaigns[flight.campaign_id]
        known = settings.disposition(code)
        if known is None:
            codes = ", ".join(d.code for d in settings.dispositions)
            raise UserError(
                f"disposition: {code!r} is not one of this campaign's.", f"Use {codes}."
            )
        if known.needs_time and callback_at is None:
            raise UserError(f"callback_at: {code!r} needs a time.", "Give it with its UTC offset.")
        if callback_at is not None and callback_at.tzinfo is None:
            raise UserError(
                "callback_at: the time has no UTC offset.", "Write 2030-01-31T10:00+08:00."
            )

    def _dispose(self, flight: Flight, disposed: Disposed) -> None:
        self.ledger.put(
            books.ATTEMPT_DISPOSED,
            flight.attempt_id,
            disposition=disposed.code,
            disposition_at=disposed.at,
            disposition_by=disposed.agent_id,
            callback_at=disposed.callback_at,
            note=disposed.note,
        )
        self.reschedule(flight, Outcome.ANSWERED, disposed)
        self.signals.emit(
            AttemptDisposed(
                flight.attempt_id,
                flight.campaign_id,
                flight.lead_id,
                disposed.agent_id,
                disposed.code,
                disposed.at,
            )
        )
        agent = self.roster.by_id(disposed.agent_id)
        if agent is not None and agent.call == flight.attempt_id:
            self.roster.wrap_up_done(agent)

    def give_up_waiting(self, attempt_id: str) -> None:
        """No disposition will come: the rule for an agent's silence applies."""
        flight = self.awaiting.pop(attempt_id, None)
        if flight is not None:
            log.debug("attempt.no_disposition", attempt=attempt_id)
            self.reschedule(flight, Outcome.ANSWERED)

    def _wrap_up_ended(self, event: WrapUpEnded) -> None:
        # An agent whose phone was lost in the call wraps up too, but another one has the word.
        flight = self.awaiting.get(event.call)
        if flight is not None and flight.agent_id == event.agent.id:
            self.give_up_waiting(event.call)
