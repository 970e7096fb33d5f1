"""Attempts under way: events become evidence, evidence becomes an outcome, the outcome a next step.

The one writer of attempts.
"""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial

import structlog

from cti.agents.crew import EVERYONE, Crew
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
from cti.floor.events import CallConnected, CallParted, CallTakenBack, CallUnserved
from cti.floor.floor import SERVE_WITHIN, Floor
from dialer.attempts.events import (
    AttemptAnswered,
    AttemptBridged,
    AttemptDisposed,
    AttemptEnded,
    AttemptRejudged,
)
from dialer.campaigns.settings import CampaignSettings
from dialer.engine import ledger as books
from dialer.engine.barring import bar_if_said
from dialer.engine.events import CallResolved, PersonAbandoned
from dialer.engine.figures import Figures
from dialer.engine.flights import Disposed, Flight, Flights
from dialer.engine.ledger import Ledger
from dialer.engine.next_step import NextSteps
from dialer.labels.models import Label, LabelSource
from dialer.outcomes.classify import Verdict, classify, contradicts, taken_back
from dialer.outcomes.evidence import Kind
from dialer.outcomes.outcome import Outcome
from dialer.pacing.snapshot import Result
from dialer.retry.appointments import check_appointment
from dialer.retry.decide import Closed

log = structlog.get_logger(__name__)

ANSWERED_MARK = "CtiAnswered"
"""What the dialplan says once an answered call is recorded and waits."""
MARK_WITHIN = 0.3
"""Seconds after the answer at which the call is offered even if the dialplan has not said so."""
FIRST_WORD = 0.25
"""Seconds from the end of an agent's time to the first word of the message, at most (0.14 s were
measured): with it nobody hears nothing for the law's two seconds."""
LEAST_TIME = 0.05
"""Seconds for an agent once it is known late that a person answered: a free one needs less."""
CANCEL_MARGIN = 0.5  # seconds before the ring time-out from which a hang-up counts as ours


def _at_once(_: Flight, then: Callable[[], None]) -> None:
    then()


@dataclass(slots=True)
class Attempts:
    """Follows every attempt from its commit to its disposition.

    steps: what becomes of their leads. last_words: calls back once nothing more will be heard of a
    flight whose channel is gone.
    """

    ledger: Ledger
    floor: Floor
    roster: Roster
    signals: Signals
    clock: Clock
    figures: Figures
    flights: Flights = field(default_factory=Flights)
    campaigns: dict[int, CampaignSettings] = field(default_factory=dict)
    awaiting: dict[str, Flight] = field(default_factory=dict)
    last_words: Callable[[Flight, Callable[[], None]], None] = _at_once
    steps: NextSteps = field(init=False)

    def __post_init__(self) -> None:
        self.steps = NextSteps(self.ledger, self.signals, self.clock, self.campaigns)
        on = self.signals.on
        on(LegRinging, self._ringing)
        on(LegProgressed, self._progressed)
        on(LegAnswered, self._answered)
        on(LegMarked, self._entered)
        on(CallConnected, self._connected)
        on(CallUnserved, self._unserved)
        on(CallParted, self._parted)
        on(CallTakenBack, self._taken_back)
        on(LegEnded, self._ended)
        on(LegRefused, self._refused)
        on(WrapUpEnded, self._wrap_up_ended)

    def crew_of(self, call: str) -> Crew:
        """The agents of a call's campaign; every agent for what is no call of ours."""
        flight = self.flights.get(call)
        return self.campaigns[flight.campaign_id].crew if flight is not None else EVERYONE

    def promised(self) -> Iterator[Crew]:
        """The crews of calls that an agent is promised to, one for each."""
        return (self.campaigns[f.campaign_id].crew for f in self.flights.promised())

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
        asyncio.get_running_loop().call_later(MARK_WITHIN, self._enter, flight.attempt_id)
        self.signals.emit(
            AttemptAnswered(
                flight.attempt_id, flight.campaign_id, flight.lead_id, flight.e164, self.clock.now()
            )
        )
        if not flight.held:
            self.resolve(flight, "answered", event.t)

    def resolve(self, flight: Flight, result: Result, t: float) -> None:
        """Tell, the first time, how a call stopped ringing or being decided on."""
        if flight.result is None:
            flight.result = result
            self.signals.emit(CallResolved(flight, result, t))

    def _abandon(self, flight: Flight, t: float) -> None:
        """Tell, the first time, that who answered had no agent in time."""
        if not flight.abandoned:
            flight.abandoned = True
            self.signals.emit(PersonAbandoned(flight.campaign_id, flight.attempt_id, t))

    def _late(self, flight: Flight) -> bool:
        """Whether its agent came after the campaign's grace. Who chose in an agentless call's menu
        to wait for one has been served."""
        if flight.agentless or flight.answered is None or flight.bridged is None:
            return False
        waited = flight.bridged - flight.answered
        return waited > self.campaigns[flight.campaign_id].pacing.grace_s

    def _entered(self, event: LegMarked) -> None:
        """The dialplan has the call and records it: now an agent may have it."""
        if event.mark == ANSWERED_MARK:
            self._enter(event.uniqueid)

    def _enter(self, attempt_id: str) -> None:
        flight = self.flights.get(attempt_id)
        if flight is not None:
            flight.entered = True
            self.offer(flight)

    def offer(self, flight: Flight) -> None:
        """Give an answered call to the floor, unless it is not in the dialplan yet, is held, has
        had its agent or its message, or is none for agents."""
        had_agent = flight.bridged is not None and not flight.returning
        over = had_agent or flight.unserved or flight.ended
        if over or flight.agentless or flight.taken or flight.held or not flight.entered:
            return
        settings = self.campaigns[flight.campaign_id]
        waited = self.clock.monotonic() - flight.t0 - (flight.answered or 0.0)
        left = max(LEAST_TIME, quiet_at_most(settings) - waited)
        if flight.returning:
            left = SERVE_WITHIN
        flight.returning = False
        self.floor.offer(
            flight.attempt_id,
            prefer=flight.prefer_agent,
            wrap_up=float(settings.wrap_up_s),
            serve_within=left,
            only=flight.own_agent,
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
        if self._late(flight):
            self._abandon(flight, event.t)

    def _unserved(self, event: CallUnserved) -> None:
        flight = self.flights.get(event.call)
        if flight is not None:
            flight.unserved = True
            flight.saw(event.t, Kind.MESSAGE_PLAYED)
            self._abandon(flight, event.t)

    def _parted(self, event: CallParted) -> None:
        flight = self.flights.get(event.call)
        if flight is not None:
            flight.saw(event.t, Kind.RELEASED, agent=event.agent_id)

    def _taken_back(self, event: CallTakenBack) -> None:
        flight = self.flights.get(event.call)
        if flight is not None:
            flight.saw(event.t, Kind.RELEASED, agent=event.agent_id)

    # -- endings -------------------------------------------------------------------------------

    def _ended(self, event: LegEnded) -> None:
        flight = self.flights.get(event.uniqueid)
        if flight is None:
            return
        flight.message_over(event.t, whole=False)
        flight.told_over(event.t, whole=False)
        flight.ended = True
        by, saved = _by_whom(flight, event)
        flight.saw(event.t, Kind.HANGUP, cause=event.cause, sip=event.sip_code, by=by, saved=saved)
        self._resolve_ended(flight, event.t)
        self.last_words(flight, partial(self._finish_ended, flight, event, saved))

    def _finish_ended(self, flight: Flight, event: LegEnded, saved: float | None) -> None:
        if self.flights.get(flight.attempt_id) is flight:
            self.finish(flight, cause=event.cause, sip_code=event.sip_code, saved=saved)

    def _resolve_ended(self, flight: Flight, t: float) -> None:
        """It is over; nothing of it was told if nobody answered, or while it was decided on."""
        if flight.answered is not None:
            self.resolve(flight, "answered", t)
        else:
            self.resolve(flight, "cancelled" if taken_back(flight.evidence) else "unanswered", t)

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
        self,
        flight: Flight,
        *,
        cause: int | None = None,
        sip_code: int | None = None,
        saved: float | None = None,
    ) -> Verdict:
        """Give the attempt its one outcome, and the lead its next step unless an agent decides."""
        self.flights.pop(flight.attempt_id)
        self._resolve_ended(flight, self.clock.monotonic())
        if said := _last_word(flight):
            self._heed(flight, said)
        verdict = classify(flight.evidence)
        flight.outcome = verdict.outcome
        if verdict.outcome is Outcome.ABANDONED:
            self._abandon(flight, self.clock.monotonic())
        late = self._late(flight)
        last = max(item.at for item in flight.evidence.items)
        ended_at = flight.moment(last) or self.clock.now()
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
            late=late,
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
                saved,
                late,
            )
        )
        self._next_step(flight, verdict.outcome)
        return verdict

    def _next_step(self, flight: Flight, outcome: Outcome) -> None:
        if flight.evidence.first(Kind.NOT_DIALLED):
            self.steps.undo_dial(flight)
        elif taken_back(flight.evidence):
            self.steps.back_in_line(flight, outcome)
        elif said := _last_word(flight):
            self._dispose(flight, said)
        elif self._wrapping(flight):
            self.ledger.put(books.LEAD_OUTCOME, flight.lead_id, last_outcome=outcome.value)
            self.awaiting[flight.attempt_id] = flight
        else:
            self._without_word(flight, outcome)

    def _without_word(self, flight: Flight, outcome: Outcome) -> None:
        """No agent says what came of it: one who handed the call on may have before; in an
        agentless call the person may have, by a key or by hearing the message out."""
        if flight.disposed is not None:
            self._apply(flight, flight.disposed)
            return
        told = flight.evidence.first(Kind.TOLD)
        if outcome is not Outcome.ANSWERED or not flight.agentless or flight.bridged is not None:
            self.steps.reschedule(flight, outcome)
            return
        pacing = self.campaigns[flight.campaign_id].pacing
        pressed = [key.rpartition(":")[2] for key in flight.keys]
        whole = told is not None and bool(told.detail.get("whole"))
        code = pacing.heard if whole else pacing.cut_short
        code = next((pacing.keys[key] for key in reversed(pressed) if key in pacing.keys), code)
        if code is not None:
            self._dispose(flight, Disposed(code, self.clock.now(), None))
            return
        words = "heard" if whole else "heard in part"
        self.steps.move(flight, Closed("heard", f"Closed: the message was {words}."), outcome, None)

    def _wrapping(self, flight: Flight) -> bool:
        """Whether an agent still has the chance to say what came of it."""
        agent = self.roster.by_id(flight.agent_id)
        return agent is not None and agent.call == flight.attempt_id

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
        self.check_disposition(flight.campaign_id, code, callback_at)
        self._check_time(flight, code, callback_at)
        disposed = Disposed(code, self.clock.now(), flight.agent_id, callback_at, note[:2000])
        if self.awaiting.pop(attempt_id, None) is None:
            flight.disposed = disposed  # still talking: applied at the end
            agent = self.roster.by_id(disposed.agent_id)
            if agent is not None and agent.call == attempt_id:
                self.roster.wrap_up_done(agent)  # out of it already: others talk on
            return
        self._apply(flight, disposed)

    def _apply(self, flight: Flight, disposed: Disposed) -> None:
        """A word on an attempt that has ended."""
        if self._heed(flight, disposed):
            self.judge_again(flight)
        self._dispose(flight, disposed)

    def label(self, attempt_id: str, label: Label, said_by: str, source: LabelSource) -> None:
        """Keep what a person said of who picked up."""
        self.ledger.add(
            books.INSERT_LABEL,
            {
                "attempt_id": attempt_id,
                "label": label,
                "said_by": said_by[:64],
                "said_at": self.clock.now(),
                "source": source,
            },
        )

    def _heed(self, flight: Flight, disposed: Disposed) -> bool:
        """What a disposition tells of who picked up is kept; whether it contradicts what we
        thought, and so became evidence."""
        known = self.campaigns[flight.campaign_id].disposition(disposed.code)
        if known is None or known.answered_by is None:
            return False
        agent = self.roster.by_id(disposed.agent_id)
        name = agent.name if agent else "agent"
        self.label(flight.attempt_id, known.answered_by, name, "disposition")
        if not contradicts(known.answered_by, classify(flight.evidence).outcome):
            return False
        flight.saw(self.clock.monotonic(), Kind.AGENT_SAID, **{"is": known.answered_by, "by": name})
        return True

    def judge_again(self, flight: Flight) -> Verdict:
        """An ended attempt has new evidence: write down what it means now."""
        was, verdict = flight.outcome, classify(flight.evidence)
        flight.outcome = verdict.outcome
        self.ledger.put(
            books.ATTEMPT_JUDGED,
            flight.attempt_id,
            evidence=flight.evidence.as_list(),
            outcome=verdict.outcome.value,
            outcome_reason=verdict.reason,
        )
        if was is not None and was is not verdict.outcome:
            self.signals.emit(
                AttemptRejudged(
                    flight.attempt_id,
                    flight.campaign_id,
                    flight.lead_id,
                    was.value,
                    verdict.outcome.value,
                    verdict.reason,
                    self.clock.now(),
                    flight.moment(flight.answered),
                    self._late(flight),
                )
            )
        return verdict

    def _check_time(self, flight: Flight, code: str, callback_at: datetime | None) -> None:
        settings = self.campaigns[flight.campaign_id]
        known = settings.disposition(code)
        if callback_at is not None and known is not None and known.needs_time:
            now = self.clock.now()
            check_appointment(callback_at, flight.facts, settings.retry, settings.windows, now)

    def check_disposition(self, campaign_id: int, code: str, callback_at: datetime | None) -> None:
        """UserError when the campaign has no such disposition, or its time is missing or wrong."""
        settings = self.campaigns[campaign_id]
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
        agent = self.roster.by_id(disposed.agent_id)
        bar_if_said(
            self.ledger,
            self.campaigns[flight.campaign_id],
            flight.lead_id,
            disposed.code,
            agent.name if agent else "",
            disposed.at,
        )
        self.steps.reschedule(flight, flight.outcome or Outcome.ANSWERED, disposed)
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
        if agent is not None and agent.call == flight.attempt_id:
            self.roster.wrap_up_done(agent)

    def give_up_waiting(self, attempt_id: str) -> None:
        """No disposition will come: the rule for an agent's silence applies."""
        flight = self.awaiting.pop(attempt_id, None)
        if flight is not None:
            log.debug("attempt.no_disposition", attempt=attempt_id)
            self._without_word(flight, flight.outcome or Outcome.ANSWERED)

    def _wrap_up_ended(self, event: WrapUpEnded) -> None:
        # An agent whose phone was lost in the call wraps up too, but another one has the word.
        flight = self.awaiting.get(event.call)
        if flight is not None and flight.agent_id == event.agent.id:
            self.give_up_waiting(event.call)


def quiet_at_most(settings: CampaignSettings) -> float:
    """Seconds after the answer at which the message starts if there is no agent."""
    quiet = settings.pacing.grace_s - FIRST_WORD
    if settings.answering.when == "decide_first":
        return max(quiet, settings.answering.decide_within_s + LEAST_TIME)
    return quiet


def _last_word(flight: Flight) -> Disposed | None:
    """What the agent who had the call last has said; one before may have said something, too."""
    said = flight.disposed
    return said if said is not None and said.agent_id == flight.agent_id else None


def _by_whom(flight: Flight, event: LegEnded) -> tuple[str | None, float | None]:
    """Who ended a call, if it was us; and the seconds of ring time saved by ending it early."""
    at = event.t - flight.t0
    if flight.answered is not None:
        return ("us" if flight.ended_by_us else None), None
    # A final status is the network's own word: it came before our hang-up did anything.
    if flight.cancelled and event.sip_code is None:
        return "us", None
    if flight.certain and event.sip_code is None:
        return "us", round(max(0.0, flight.ring_timeout - at), 3)
    return ("ring_timeout" if at >= flight.ring_timeout - CANCEL_MARGIN else None), None
