"""Writes down what pacers decide: compactly, and in nobody's way."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final

from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.store.batches import Batches
from dialer.engine.events import PacerDecided

QUIET_SECONDS: Final = 5.0
"""Of decisions that changed nothing, one is kept so often."""
REASONS_LENGTH: Final = 512


@dataclass(slots=True)
class Keeper:
    """Keeps decisions in `batches`, whose table is `pacing_decisions`."""

    batches: Batches
    signals: Signals
    clock: Clock
    _kept: dict[int, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.signals.on(PacerDecided, self._decided)

    def _decided(self, event: PacerDecided) -> None:
        now, last = event.snapshot.now, self._kept.get(event.campaign_id)
        quiet = not event.dialled and not event.cancelled
        if quiet and last is not None and 0 <= now - last < QUIET_SECONDS:
            return
        self._kept[event.campaign_id] = now
        self.batches.put({"at": self.clock.now()} | columns(event))


def columns(event: PacerDecided) -> dict[str, Any]:
    """A decision by the columns of its row, all but the moment."""
    snapshot, decision = event.snapshot, event.decision
    agents = Counter(agent.state for agent in snapshot.agents)
    calls = Counter(call.state for call in snapshot.calls)
    return {
        "campaign_id": event.campaign_id,
        "mode": event.mode,
        **{
            state: agents[state]
            for state in ("ready", "reserved", "talking", "wrapping", "not_ready")
        },
        "placed": calls["placed"],
        "ringing": calls["ringing"],
        "deciding": calls["deciding"],
        "waiting": calls["answered_waiting"],
        "hopper": snapshot.hopper_size,
        "lines": snapshot.lines_in_use,
        "dialled": event.dialled,
        "cancelled": event.cancelled,
        "answered": snapshot.answered,
        "abandoned": snapshot.abandoned,
        "target": snapshot.abandon_target,
        "expected_answers": decision.expected_answers,
        "expected_free": decision.expected_free,
        "budget_left": decision.budget_left,
        "answer_probability": decision.answer_probability,
        "bound_by": decision.bound_by,
        "reasons": "; ".join(decision.reasons)[:REASONS_LENGTH],
    }
