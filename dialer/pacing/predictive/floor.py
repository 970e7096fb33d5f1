"""A snapshot sorted for sums: who is free, who talks, what rings."""

from dataclasses import dataclass, field

from dialer.pacing.predictive.handles import Talks
from dialer.pacing.predictive.rings import Lines, Rings
from dialer.pacing.snapshot import CallView, Snapshot


@dataclass(slots=True)
class Floor:
    """This moment. wraps: per agent, since when he has the call he wraps up, and wraps up."""

    ready: int = 0
    waiting: int = 0
    deciding: int = 0
    lines: int = 0  # placed or ringing
    talks: Talks = field(default_factory=Talks)
    wrapping: list[float] = field(default_factory=list)
    wraps: dict[int, tuple[float, float]] = field(default_factory=dict)
    ringing: dict[str, Lines] = field(default_factory=dict)

    @classmethod
    def of(cls, snapshot: Snapshot, rings: Rings) -> "Floor":
        """Agents who are signed out or not ready are nobody's."""
        floor = cls()
        agents, since = floor.talks.agents, floor.talks.since
        for agent in snapshot.agents:
            state = agent.state
            if state == "talking" or state == "reserved":  # noqa: PLR1714 - it runs most often
                agents.append(agent.id)
                since.append(agent.since if agent.call_since is None else agent.call_since)
            elif state == "ready":
                floor.ready += 1
            elif state == "wrapping":
                floor.wrapping.append(agent.since)
                if agent.call_since is not None:
                    floor.wraps[agent.id] = (agent.call_since, agent.since)
        for call in snapshot.calls:
            floor._add_call(call, rings)
        return floor

    def _add_call(self, call: CallView, rings: Rings) -> None:
        state = call.state
        if state == "answered_waiting":
            self.waiting += 1
        elif state == "deciding":
            self.deciding += 1
        else:
            self.lines += 1
            if call.segment not in self.ringing:
                self.ringing[call.segment] = Lines()
            self.ringing[call.segment].add(call.placed, rings.factor(call.answer_probability))

    @property
    def agents(self) -> int:
        """Who works now."""
        return self.ready + len(self.talks.agents) + len(self.wrapping)

    @property
    def unclaimed(self) -> int:
        """Ready agents for whom nothing is under way: one line for each is always right."""
        return max(0, self.ready - self.waiting - self.deciding - self.lines)
