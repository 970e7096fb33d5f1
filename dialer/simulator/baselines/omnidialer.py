"""OMniDialer's predictive mode: expected free agents over the hit rate, damped by abandons."""

from math import exp, floor
from typing import Final

from dialer.pacing.decision import Decision
from dialer.pacing.snapshot import Abandoned, Handled, Resolved, Snapshot
from dialer.simulator.baselines.ticks import BETWEEN_TICKS, Every, dial, one_to_one

_BUSY: Final = frozenset({"reserved", "talking", "wrapping"})
_FORGET = 0.1  # weight of the newest call in every running mean
_RING_S = 15.0
_LEAST_HIT_RATE = 0.05
_FIRST_HIT_RATE = 0.3  # of a campaign that has dialled nothing; its rule names none
_CALM, _LATCH = 0.5, 0.8  # of the limit: full speed below, back from 1:1 below
_SLOWEST = 0.2
_TICKS_OVER = 5
_CONVERSATIONS = 50


class OmniDialer:
    """Calls for the agents who are free or will be when it has rung, every second.

    Rule (OMniLeads' OMniDialer): C = ⌊(A_free + A_exp − ringing·P) / P · γ⌋, not below 0. P is the
    hit rate, a running mean over calls (newest weighs .1), at least .05. A_exp is the sum over
    busy agents of 1 − exp(−ring / max(1, mean handle time − elapsed)), ring = 15 s and the delay
    of machine detection. γ is 1 while D, a running mean (.1) of answered calls lost, is below half
    of the limit, falls to .2 at the limit, and after 5 ticks above it only 1:1 is dialled until D
    is below .8 of the limit. 1:1 also before 50 conversations.
    """

    def __init__(self, *, detection_s: float = 0.0) -> None:
        self._ring_s = _RING_S + detection_s
        self._tick = Every(1.0)
        self._hit_rate = _FIRST_HIT_RATE
        self._lost = 0.0
        self._undecided = 0  # answered, and not known yet whether an agent came in time
        self._conversations, self._handle_s = 0, 0.0
        self._ticks_over, self._latched = 0, False

    def __call__(self, snapshot: Snapshot) -> Decision:
        """Calls to place now."""
        self._learn(snapshot)
        if not self._tick(snapshot.now):
            return BETWEEN_TICKS
        speed = self._speed(snapshot.abandon_target)
        if self._latched or self._conversations < _CONVERSATIONS:
            return dial(snapshot, one_to_one(snapshot), "1:1")
        hit_rate = max(self._hit_rate, _LEAST_HIT_RATE)
        ringing = sum(call.state != "answered_waiting" for call in snapshot.calls)
        free = snapshot.count("ready") + self._expected(snapshot)
        wanted = max(0, floor((free - ringing * hit_rate) / hit_rate * speed))
        return dial(snapshot, wanted, f"hit rate {hit_rate:.2f}, speed {speed:.2f}")

    def _expected(self, snapshot: Snapshot) -> float:
        """Agents who will be free when a call placed now is answered."""
        mean = self._handle_s / self._conversations
        return sum(
            1 - exp(-self._ring_s / max(1.0, mean - (snapshot.now - agent.since)))
            for agent in snapshot.agents
            if agent.state in _BUSY
        )

    def _speed(self, limit: float) -> float:
        if self._lost >= limit:
            self._ticks_over += 1
            self._latched = self._latched or self._ticks_over >= _TICKS_OVER
            return _SLOWEST
        self._ticks_over = 0
        if self._lost < _LATCH * limit:
            self._latched = False
        over_calm = max(0.0, self._lost - _CALM * limit) / ((1 - _CALM) * limit)
        return 1 - over_calm * (1 - _SLOWEST)

    def _learn(self, snapshot: Snapshot) -> None:
        lost = 0
        for event in snapshot.news:
            if isinstance(event, Resolved):
                if event.result == "cancelled":
                    continue
                answered = event.result == "answered"
                self._hit_rate += _FORGET * (answered - self._hit_rate)
                self._undecided += answered
            elif isinstance(event, Handled):
                self._conversations += 1
                self._handle_s += event.at - event.since
            elif isinstance(event, Abandoned):
                lost += 1
        waiting = sum(call.state == "answered_waiting" for call in snapshot.calls)
        served = max(0, self._undecided - waiting - lost)
        self._undecided = min(self._undecided, waiting)
        for was_lost in [0] * served + [1] * lost:
            self._lost += _FORGET * (was_lost - self._lost)
