"""Prometheus metrics of the dialer and the floor."""

from collections.abc import Callable
from functools import partial

from prometheus_client import Counter, Gauge, Histogram

from cti.agents.roster import Roster
from cti.agents.states import AgentState
from cti.base.signals import Signals
from dialer.attempts.events import AttemptBridged, AttemptEnded, AttemptPlaced, LeadScheduled
from dialer.engine.events import HeardOnLine

PLACED = Counter("cti_attempts_placed_total", "Attempts committed and dialled.", ["campaign"])
ENDED = Counter("cti_attempts_ended_total", "Attempts by outcome.", ["campaign", "outcome"])
BRIDGE_SECONDS = Histogram(
    "cti_answer_to_bridge_seconds",
    "From the customer's answer to both legs in one bridge.",
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1.0, 2.0),
)
EARLY_ENDED = Counter(
    "cti_early_ended_total", "Calls ended as what was heard settled the outcome.", ["campaign"]
)
SAVED_SECONDS = Counter(
    "cti_early_ended_seconds_saved_total", "Ring time these calls did not use.", ["campaign"]
)
HEARD = Counter("cti_heard_total", "Sounds that a detector was sure of.", ["phase", "source"])
LISTENING = Gauge("cti_ears_open", "Sounds of calls that are listened to now.")
LISTENING_LATE = Gauge("cti_ears_late_seconds", "How far the slowest ear is behind its call.")
LISTENING_REFUSED = Gauge("cti_ears_refused", "Calls not listened to for want of room.")
SCHEDULED = Counter("cti_leads_scheduled_total", "Leads given a next dial.", ["campaign"])
CLOSED = Counter("cti_leads_closed_total", "Leads closed.", ["campaign"])
IN_FLIGHT = Gauge("cti_attempts_in_flight", "Attempts under way.")
AGENTS = Gauge("cti_agents", "Agents by state.", ["state"])
LEDGER_QUEUE = Gauge("cti_ledger_queue_rows", "Facts not yet written to the database.")
PBX_UP = Gauge("cti_pbx_up", "1 while the PBX is connected.")
EVENTS_DROPPED = Gauge("cti_pbx_events_dropped", "PBX events lost in our queue; must be 0.")
MISMATCHES = Gauge("cti_live_mismatches", "Samples in which PBX and engine disagreed.")


def measure(
    signals: Signals,
    roster: Roster,
    *,
    in_flight: Callable[[], float],
    ledger_queue: Callable[[], float],
    pbx_up: Callable[[], float],
    events_dropped: Callable[[], float],
    mismatches: Callable[[], float],
) -> None:
    """Count events, and read the gauges when they are asked for."""
    signals.on(AttemptPlaced, lambda e: PLACED.labels(e.campaign_id).inc())
    signals.on(AttemptEnded, lambda e: ENDED.labels(e.campaign_id, e.outcome).inc())
    signals.on(AttemptEnded, _saved)
    signals.on(AttemptBridged, lambda e: BRIDGE_SECONDS.observe(e.wait_ms / 1000))
    signals.on(
        LeadScheduled,
        lambda e: (CLOSED if e.due_at is None else SCHEDULED).labels(e.campaign_id).inc(),
    )
    IN_FLIGHT.set_function(in_flight)
    LEDGER_QUEUE.set_function(ledger_queue)
    PBX_UP.set_function(pbx_up)
    EVENTS_DROPPED.set_function(events_dropped)
    MISMATCHES.set_function(mismatches)
    for state in AgentState:
        AGENTS.labels(state.value).set_function(partial(_agents, roster, state))


def measure_hearing(
    signals: Signals,
    *,
    open_now: Callable[[], float],
    late: Callable[[], float],
    refused: Callable[[], float],
) -> None:
    """Count what is heard, and read how well the listening processes keep up."""
    signals.on(HeardOnLine, lambda e: HEARD.labels(e.phase.value, e.sighting.source.value).inc())
    LISTENING.set_function(open_now)
    LISTENING_LATE.set_function(late)
    LISTENING_REFUSED.set_function(refused)


def _saved(event: AttemptEnded) -> None:
    if event.saved_seconds is not None:
        EARLY_ENDED.labels(event.campaign_id).inc()
        SAVED_SECONDS.labels(event.campaign_id).inc(event.saved_seconds)


def _agents(roster: Roster, state: AgentState) -> float:
    return float(sum(agent.state is state for agent in roster))
