"""What a simulated day came to."""

import math
from dataclasses import dataclass, field

from dialer.pacing.snapshot import AgentView
from dialer.simulator.scenario import Scenario

SERIES_S = 300.0
"""Length of an interval of the series."""
_BUSY = frozenset({"reserved", "talking", "wrapping"})


@dataclass(slots=True)
class Interval:
    """Five minutes of the day."""

    dialled: int = 0
    answered: int = 0
    abandoned: int = 0
    busy_s: float = 0.0
    staff_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Waits:
    """Seconds; 0 where nobody waited."""

    mean: float
    p90: float
    longest: float

    @classmethod
    def of(cls, values: list[float]) -> "Waits":
        """Of all values."""
        if not values:
            return cls(0.0, 0.0, 0.0)
        ordered = sorted(values)
        at_90 = ordered[max(1, math.ceil(0.9 * len(ordered))) - 1]
        return cls(sum(ordered) / len(ordered), at_90, ordered[-1])


@dataclass(frozen=True, slots=True)
class Day:
    """The figures. Rates are shares; `abandon_interval` is Wilson's, 95 %."""

    scenario: str
    dialled: int
    answered: int
    abandoned: int
    machines: int
    lost_persons: int
    cancelled: int
    occupancy: float
    abandon_rate: float
    abandon_interval: tuple[float, float]
    over_cap: bool
    talk_minutes_per_agent_hour: float
    customer_wait: Waits
    agent_wait: Waits
    series: tuple[Interval, ...]


@dataclass(slots=True)
class Tally:
    """Counts while the day runs."""

    scenario: Scenario
    dialled: int = 0
    persons: int = 0
    machines: int = 0
    abandoned: int = 0
    lost_persons: int = 0
    cancelled: int = 0
    talk_s: float = 0.0
    busy_s: float = 0.0
    staff_s: float = 0.0
    customer_waits: list[float] = field(default_factory=list)
    agent_waits: list[float] = field(default_factory=list)
    series: list[Interval] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.series = [Interval() for _ in range(math.ceil(self.scenario.seconds / SERIES_S))]

    def _interval(self, at: float) -> Interval:
        return self.series[min(int(at / SERIES_S), len(self.series) - 1)]

    def dial(self, at: float) -> None:
        """A call was placed."""
        self.dialled += 1
        self._interval(at).dialled += 1

    def answer(self, at: float, *, person: bool) -> None:
        """Somebody or something answered."""
        if person:
            self.persons += 1
            self._interval(at).answered += 1
        else:
            self.machines += 1

    def abandon(self, at: float) -> None:
        """A person got nobody."""
        self.abandoned += 1
        self._interval(at).abandoned += 1

    def serve(self, answered: float, at: float, *, idle: float) -> None:
        """A call came to an agent who had been idle for so long."""
        self.customer_waits.append(at - answered)
        self.agent_waits.append(idle)

    def worked(self, was: AgentView, now: float) -> None:
        """An agent's state is over: spread its time over the intervals it touches."""
        busy = was.state in _BUSY
        self.staff_s += now - was.since
        self.busy_s += (now - was.since) if busy else 0.0
        begin = was.since
        while begin < now:
            end = min(now, (int(begin / SERIES_S) + 1) * SERIES_S)
            interval = self._interval(begin)
            interval.staff_s += end - begin
            interval.busy_s += (end - begin) if busy else 0.0
            begin = end

    def close(self, end: float, agents: list[AgentView]) -> None:
        """The day is over for everybody."""
        for view in agents:
            self.worked(view, end)
            if view.state == "talking":
                self.talk_s += end - view.since

    def day(self) -> Day:
        """The figures of what was counted."""
        rate = self.abandoned / self.persons if self.persons else 0.0
        hours = self.staff_s / 3600
        return Day(
            scenario=self.scenario.name,
            dialled=self.dialled,
            answered=self.persons,
            abandoned=self.abandoned,
            machines=self.machines,
            lost_persons=self.lost_persons,
            cancelled=self.cancelled,
            occupancy=self.busy_s / self.staff_s if self.staff_s else 0.0,
            abandon_rate=rate,
            abandon_interval=wilson(self.abandoned, self.persons),
            over_cap=rate > self.scenario.target,
            talk_minutes_per_agent_hour=self.talk_s / 60 / hours if hours else 0.0,
            customer_wait=Waits.of(self.customer_waits),
            agent_wait=Waits.of(self.agent_waits),
            series=tuple(self.series),
        )


def wilson(hits: int, of: int, z: float = 1.96) -> tuple[float, float]:
    """Wilson's score interval of a share (Wilson 1927): sound also for few and for none."""
    if of == 0:
        return 0.0, 1.0
    p, zz = hits / of, z * z
    middle = (p + zz / (2 * of)) / (1 + zz / of)
    half = z * math.sqrt(p * (1 - p) / of + zz / (4 * of * of)) / (1 + zz / of)
    return max(0.0, middle - half), min(1.0, middle + half)
