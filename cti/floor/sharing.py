"""Free agents, and the calls that want one, each from a crew of its own: who can spare whom. Pure.

With one crew it is a matter of counting. Where crews overlap, a call may be given an agent whom
another call cannot do without while somebody else was free for it, so agents and calls are
matched: as many calls as possible have an agent of their own (a maximum flow by augmenting
paths, Ford and Fulkerson 1956; agents of the same crews, and calls of the same crew, are alike).
"""

from collections import Counter
from collections.abc import Iterable

from cti.agents.crew import Crew
from cti.agents.states import Agent

Group = frozenset[Crew]
"""Agents who are in just these of the crews that matter."""


class Sharing:
    """One moment. agents: those who are free. calls: the crew of each call that wants one.

    asked: a further crew that `room` may be asked of.
    """

    def __init__(
        self, agents: Iterable[Agent], calls: Iterable[Crew], asked: Crew | None = None
    ) -> None:
        self._wanted = Counter(calls)
        self._crews = {*self._wanted} | ({asked} if asked is not None else set())
        self._group = {agent.id: self._group_of(agent) for agent in agents}
        self._free = Counter(self._group.values())
        self._needed: dict[Group, bool] = {}

    def _group_of(self, agent: Agent) -> Group:
        return frozenset(crew for crew in self._crews if crew.has(agent))

    @property
    def unserved(self) -> int:
        """Calls for which no agent is left."""
        return self._wanted.total() - _Flow(self._free, self._wanted).served

    def needs(self, agent: Agent) -> bool:
        """Whether one call fewer could have an agent if this one were not free."""
        group = self._group[agent.id]
        if group not in self._needed:
            served = _Flow(self._free, self._wanted).served
            less = _Flow(self._free - Counter([group]), self._wanted).served
            self._needed[group] = less < served
        return self._needed[group]

    def room(self, crew: Crew) -> int:
        """How many more calls of this crew could have an agent each, beside all these."""
        flow = _Flow(self._free, self._wanted)
        return flow.add(crew, self._free.total())


class _Flow:
    """As many calls as possible, each with an agent. given: from which groups, by crew."""

    def __init__(self, free: Counter[Group], wanted: Counter[Crew]) -> None:
        self._left = Counter(free)
        self._given: dict[Crew, Counter[Group]] = {}
        self.served = sum(self.add(crew, calls) for crew, calls in wanted.items())

    def add(self, crew: Crew, calls: int) -> int:
        """Serve up to so many calls more, without giving up any; how many are."""
        done = 0
        while done < calls and (more := self._serve(crew, calls - done, {crew})):
            done += more
        return done

    def _serve(self, crew: Crew, calls: int, asked: set[Crew]) -> int:
        """Agents who are left first; else those whose calls can go to others."""
        mine = self._given.setdefault(crew, Counter())
        for group, left in self._left.items():
            if left and crew in group:
                return self._move(group, min(calls, left), self._left, mine)
        for other, theirs in self._given.items():
            if other in asked:
                continue
            for group in [g for g, n in theirs.items() if n and crew in g]:
                asked.add(other)
                moved = self._serve(other, min(calls, theirs[group]), asked)
                if moved:
                    return self._move(group, moved, theirs, mine)
                break  # whoever of its agents is asked for, it finds nobody else
        return 0

    @staticmethod
    def _move(group: Group, count: int, source: Counter[Group], to: Counter[Group]) -> int:
        source[group] -= count
        to[group] += count
        return count
