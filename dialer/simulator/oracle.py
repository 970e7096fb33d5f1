"""The oracle: what a pacer could do that knew how the calls under way will end.

An upper bound to measure others by; only the simulator can tell it. It knows of each call that
was dialled when it will be answered, if ever, and of each agent in a call when he or she will be
free. Of a call not yet dialled it knows as little as anybody.

It keeps a timetable: answers that will come and agents that will be there, in the order of time.
A call that will be answered only after it may be cancelled binds nobody: it is kept while there
is an agent for it and taken back otherwise, so that the oracle dials on until a call is found
that will be answered soon. Near the end of an agent's call it risks a few abandons, within the
target, for calls that are answered before the agent is free.
"""

import math
from bisect import bisect_left, bisect_right, insort
from collections import deque

from dialer.pacing.decision import Decision, bounded, limit_words, plural
from dialer.pacing.snapshot import Resolved, Snapshot
from dialer.simulator.world import Secrets

REMEMBERED = 500
"""Ring times it judges the next call's by."""
LAST_MOMENT = 1.0
"""Seconds before it can no longer be cancelled, from which on a call counts as bound."""
AHEAD = 30.0
"""Seconds it looks ahead at least for agents who will be free."""
_Loose = tuple[float, float, str]
"""When a call will want an agent, until when it may be cancelled, its id."""


class Oracle:
    """A pacer that is told the world's secrets.

    risk: the chance of an abandon, once answered, that is worth taking for a call.
    reserve: the share of the abandons the target allows that it spends.
    """

    def __init__(self, *, risk: float = 0.2, reserve: float = 0.85) -> None:
        self.risk = risk
        self.reserve = reserve
        self._secrets: Secrets | None = None
        self._recent: deque[float] = deque()
        self._rings: list[float] = []  # the same, sorted

    def told(self, secrets: Secrets) -> None:
        """See `dialer.simulator.world.Initiate`."""
        self._secrets = secrets

    def __call__(self, snapshot: Snapshot) -> Decision:
        """Fill the timetable: cancel what has no place in it, dial for agents without a call."""
        if self._secrets is None:
            raise RuntimeError("the oracle knows nothing outside the simulator")
        self._learn(snapshot)
        bound, loose = _answers(snapshot, self._secrets)
        last = max([snapshot.now + AHEAD, *bound, *(wanted for wanted, _, _ in loose)])
        free = sorted(
            moment
            for agent in snapshot.agents
            if (moment := self._secrets.free_at(agent.id)) <= last + snapshot.grace
        )
        firm, cancel = _timetable(snapshot, free, bound, loose)
        wanted = self._wanted(snapshot, free, firm)
        dial, bound_by = bounded(snapshot, wanted)
        said = f"{plural(dial, 'line')}: the future is known"
        return Decision(
            dial, (said, *limit_words(snapshot, bound_by)), bound_by, cancel=tuple(cancel)
        )

    def _learn(self, snapshot: Snapshot) -> None:
        for news in snapshot.news:
            if isinstance(news, Resolved) and news.result == "answered":
                self._recent.append(news.at - news.placed)
                insort(self._rings, news.at - news.placed)
                if len(self._recent) > REMEMBERED:
                    del self._rings[bisect_left(self._rings, self._recent.popleft())]

    def _wanted(self, snapshot: Snapshot, free: list[float], firm: list[float]) -> int:
        """As many calls as there are agents, free now, for whom no answer is under way; one for
        an agent who is free so soon that the risk is worth taking."""
        now, grace = snapshot.now, snapshot.grace
        spare = _spare(free, firm, now, grace)
        if spare:
            return spare
        allowed = self.reserve * snapshot.abandon_target * snapshot.answered
        if snapshot.abandoned + 1 > allowed or not self._rings:
            return 0
        until = _opens(free, firm, grace) - grace - now
        return 1 if bisect_left(self._rings, until) <= self.risk * len(self._rings) else 0


def _answers(snapshot: Snapshot, secrets: Secrets) -> tuple[list[float], list[_Loose]]:
    """When the calls under way will want an agent: those that can no longer be cancelled, and
    those that can, both in order."""
    bound: list[float] = []
    loose: list[_Loose] = []
    for call in snapshot.calls:
        wanted = secrets.wanted_at(call.id)
        if wanted == math.inf:
            continue
        rings, answered = secrets.rings_at(call.id), secrets.answered_at(call.id)
        late = answered >= rings + snapshot.min_ring
        if call.state == "placed" or (late and call.state == "ringing"):
            loose.append((wanted, answered if late else rings, call.id))
        else:
            bound.append(wanted)
    return sorted(bound), sorted(loose)


def _timetable(
    snapshot: Snapshot, free: list[float], bound: list[float], loose: list[_Loose]
) -> tuple[list[float], list[str]]:
    """When answers come that will have an agent and bind one, and calls to take back now."""
    firm: list[float] = []
    for wanted in bound:
        if len(firm) < len(free) and free[len(firm)] <= wanted + snapshot.grace:
            firm.append(wanted)  # the others are lost already
    cancel = []
    for wanted, until, call_id in loose:
        if not _fits(free, firm, wanted, snapshot.grace):
            cancel.append(call_id)
        elif until - snapshot.now <= LAST_MOMENT:
            insort(firm, wanted)
    return firm, cancel


def _fits(free: list[float], firm: list[float], wanted: float, grace: float) -> bool:
    """Whether one more answer leaves each in time with an agent, taken in the order of time."""
    place = bisect_left(firm, wanted)
    return (
        len(firm) < len(free)
        and free[place] <= wanted + grace
        and all(free[n + 1] <= firm[n] + grace for n in range(place, len(firm)))
    )


def _spare(free: list[float], firm: list[float], now: float, grace: float) -> int:
    """How many answers at this moment would leave each answer in time with an agent."""
    spare = bisect_right(free, now + grace)
    for n, answer in enumerate(firm):
        spare = min(spare, bisect_right(free, answer + grace) - n - 1)
    return max(0, spare)


def _opens(free: list[float], firm: list[float], grace: float) -> float:
    """From when on one more answer would leave each in time with an agent; infinite: never."""
    if len(firm) >= len(free):
        return math.inf
    place = len(firm)
    while place and free[place] <= firm[place - 1] + grace:
        place -= 1
    return max(free[place], firm[place - 1] + grace if place else -math.inf)
