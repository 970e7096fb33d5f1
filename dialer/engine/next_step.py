"""What becomes of a lead once one of its calls is over: the one writer of leads' next steps."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from cti.base.clock import Clock
from cti.base.signals import Signals
from dialer.attempts.events import LeadScheduled
from dialer.campaigns.settings import CampaignSettings
from dialer.engine import ledger as books
from dialer.engine.flights import Disposed, Flight
from dialer.engine.ledger import Ledger
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import Again, Closed, decide
from dialer.retry.rows import moved

RETRY_NOT_DIALLED = timedelta(seconds=30)
RETRY_TAKEN_BACK = timedelta(minutes=5)


@dataclass(slots=True)
class NextSteps:
    """Writes down when leads are called again, or why never. campaigns: by id, as running."""

    ledger: Ledger
    signals: Signals
    clock: Clock
    campaigns: dict[int, CampaignSettings]

    def back_in_line(self, flight: Flight, outcome: Outcome) -> None:
        """We took the call back: that says nothing of the lead, whose turn comes again soon, with
        its rank and its promise. A phone that rang was dialled, and caps count it."""
        if flight.rang_since is None:
            self.undo_dial(flight)
        elif flight.facts.dials >= self.campaigns[flight.campaign_id].retry.max_total:
            self.reschedule(flight, outcome)
        else:
            due = flight.appointment or self.clock.now() + RETRY_TAKEN_BACK
            self.ledger.put(books.LEAD_OUTCOME, flight.lead_id, last_outcome=outcome.value)
            self._wait_until(flight, due, "Taken back before an answer: again soon.")

    def _wait_until(self, flight: Flight, due: datetime, words: str) -> None:
        self.ledger.put(
            books.LEAD_DEFERRED, flight.lead_id, state="waiting", due_at=due, closed_reason=None
        )
        self.signals.emit(LeadScheduled(flight.lead_id, flight.campaign_id, due, words))

    def undo_dial(self, flight: Flight) -> None:
        """It does not count as a dial; the lead is due again soon."""
        facts = flight.facts
        due = flight.appointment or self.clock.now() + RETRY_NOT_DIALLED
        self.ledger.put(
            books.LEAD_DIALS,
            flight.lead_id,
            dials=max(0, facts.dials - 1),
            dials_today=max(0, facts.dials_today - 1),
        )
        self._wait_until(flight, due, "Not dialled: again soon.")

    def reschedule(
        self, flight: Flight, outcome: Outcome, disposed: Disposed | None = None
    ) -> None:
        """Let the retry rules decide what becomes of the lead."""
        step = self.ruled(flight, outcome, disposed)
        if flight.appointment is not None and disposed is None and isinstance(step, Again):
            self._keep_appointment(flight, flight.appointment, outcome, step)
            return
        self.move(flight, step, outcome, disposed.code if disposed else None)

    def _keep_appointment(
        self, flight: Flight, due_at: datetime, outcome: Outcome, step: Again
    ) -> None:
        """An agent dialled before the promised time, and nobody said that it has changed."""
        self._spend(flight, step)
        words = f"{outcome.value}: the appointment stays."
        self.ledger.put(books.LEAD_OUTCOME, flight.lead_id, last_outcome=outcome.value)
        self.ledger.put(
            books.LEAD_GIVEN_BACK, flight.lead_id, state="waiting", due_at=due_at, why=words
        )
        self.signals.emit(LeadScheduled(flight.lead_id, flight.campaign_id, due_at, words))

    def _spend(self, flight: Flight, step: Again | Closed) -> None:
        for position in step.unusable:
            if position in flight.number_ids:
                self.ledger.put(books.NUMBER_SPENT, flight.number_ids[position], usable=False)

    def move(
        self, flight: Flight, step: Again | Closed, outcome: Outcome, code: str | None
    ) -> None:
        self._spend(flight, step)
        columns = moved(step, flight.facts, outcome, code)
        self.ledger.put(books.LEAD_MOVED, flight.lead_id, **columns)
        due_at = columns["due_at"]
        self.signals.emit(LeadScheduled(flight.lead_id, flight.campaign_id, due_at, step.words))

    def ruled(self, flight: Flight, outcome: Outcome, disposed: Disposed | None) -> Again | Closed:
        """What the campaign's rules say of a lead whose call ended so."""
        settings = self.campaigns[flight.campaign_id]
        return decide(
            settings.retry,
            flight.facts,
            outcome,
            disposition=disposed.code if disposed else None,
            callback_at=disposed.callback_at if disposed else None,
            agent_id=disposed.agent_id if disposed else None,
            now=self.clock.now(),
            windows=settings.windows,
        )
