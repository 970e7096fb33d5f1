"""Free agents, and the calls that want one, each from a crew of its own: who can spare whom. Pure.

With one crew it is a matter of counting. Where crews overlap, a call may be given an agent whom
another call cannot do without while somebody else was free for it, so agents and calls are
matched: as many calls as possible have an agent of their own (a maximum flow by augmenting
paths, Ford and Fulkerson 1956; agents of the same crews, and calls of the same crew, are alike).
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from cti.agents.crew import Crew
from cti.agents.states import Agent

Group = int
"""Agents who are in the same crews: those whose bits are set."""


class Sharing:
    """One moment. agents: those who are free. calls: the crew of each call that wants one.

    asked: a further crew that `room` may be asked of.
    """

    def __init__(
        self, agents: Iterable[Agent], calls: Iterable[Crew], asked: Crew | None = None
    ) -> None:
        wanted = Counter(calls)
        self._crews = {crew: n for n, crew in enumerate(wanted)}
        if asked is not None:
            self._crews.setdefault(asked, len(wanted))
        self._wanted = list(wanted.values())
        self._group = {agent.id: self._group_of(agent) for agent in agents}
        self._free = Counter(self._group.values())
        self._served = _Flow(self._free, self._wanted).served
        self._needed: dict[Group, bool] = {}

    def _group_of(self, agent: Agent) -> Group:
        return sum(1 << n for crew, n in self._crews.items() if crew.has(agent))

    @property
    def unserved(self) -> int:
        """Calls for which no agent is left."""
        return sum(self._wanted) - self._served

    def needs(self, agent: Agent) -> bool:
        """Whether one call fewer could have an agent if this one were not free."""
        group = self._group[agent.id]
        if group not in self._needed:
            less = _Flow(self._free - Counter([group]), self._wanted)
            self._needed[group] = less.served < self._served
        return self._needed[group]

    def room(self, crew: Crew) -> int:
        """How many more calls of this crew could have an agent each, beside all these."""
        flow = _Flow(self._free, self._wanted)
        return flow.add(self._crews[crew], self._free.total())


class _Flow:
    """As many calls as possible, each with an agent. wanted: calls of each crew, by its number.

    given: from which groups, by crew.
    """

    def __init__(self, free: Mapping[Group, int], wanted: Sequence[int]) -> None:
        self._left = dict(free)
        self._given: dict[int, dict[Group, int]] = {}
        self.served = sum(self.add(crew, calls) for crew, calls in enumerate(wanted))

    def add(self, crew: int, calls: int) -> int:
        """Serve up to so many calls more, without giving up any; how many are."""
        done = 0
        while done < calls and (more := self._serve(crew, calls - done, {crew})):
            done += more
        return done

    def _serve(self, crew: int, calls: int, asked: set[int]) -> int:
        """Agents who are left first; else those whose calls can go to others."""
        mine = self._given.setdefault(crew, {})
        for group, left in self._left.items():
            if left and group >> crew & 1:
                return _move(group, min(calls, left), self._left, mine)
        for other, theirs in self._given.items():
            if other in asked:
                continue
            for group in [g for g, n in theirs.items() if n and g >> crew & 1]:
                asked.add(other)
                moved = self._serve(other, min(calls, theirs[group]), asked)
                if moved:
                    return _move(group, moved, theirs, mine)
                break  # whoever of its agents is asked for, it finds nobody else
        return 0


def _move(group: Group, count: int, source: dict[Group, int], to: dict[Group, int]) -> int:
    source[group] -= count
    to[group] = to.get(group, 0) + count
    return count
