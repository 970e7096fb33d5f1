"""What a simulated day came to."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

from cti.base.statistics import Waits, wilson
from dialer.pacing.snapshot import AgentView
from dialer.simulator.scenario import Scenario

SERIES_S = 300.0
"""Length of an interval of the series."""
_BUSY = frozenset({"reserved", "talking", "wrapping"})


@dataclass(slots=True)
class Interval:
    """Five minutes of the day, or what is left of it at the end.

    busy_s, staff_s: seconds of agents in a call or after it, and of agents signed in and not on
    a break. ringing_s, line_s: seconds of lines without an agent, and of all lines.
    """

    dialled: int = 0
    answered: int = 0
    abandoned: int = 0
    busy_s: float = 0.0
    staff_s: float = 0.0
    ringing_s: float = 0.0
    line_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Window:
    """One measuring window: persons who answered, and those who got nobody.

    With what the scenario says was before; without persons lost to detection, who in life are
    not known to be persons.
    """

    answered: int
    abandoned: int

    @property
    def rate(self) -> float:
        """Abandoned per answered; 0 of none."""
        return self.abandoned / self.answered if self.answered else 0.0


@dataclass(frozen=True, slots=True)
class Day:
    """The figures of a whole scenario.

    dialled = answered + machines + unanswered + cancelled + under_way, and answered (by persons)
    = served + abandoned + lost_persons (taken for machines) + waiting. occupancy: in a call or
    after it, of the time signed in and not on a break. abandon_rate: abandoned ÷ (answered −
    lost_persons); `abandon_interval` is Wilson's, 95 %. over_cap: a measuring window ended above
    the target.
    customer_wait: of persons from the moment they want an agent until they have one or are
    abandoned. agent_wait: idle before each call. Rates are shares, times seconds.
    """

    scenario: str
    seed: int
    agents: int  # the most at once
    seconds: float
    dialled: int
    answered: int
    served: int
    abandoned: int
    lost_persons: int
    machines: int
    unanswered: int
    cancelled: int
    waiting: int  # persons, at the very end
    under_way: int  # calls not yet answered, at the very end
    occupancy: float
    abandon_rate: float
    abandon_interval: tuple[float, float]
    target: float
    over_cap: bool
    windows: tuple[Window, ...]
    talk_minutes_per_agent_hour: float
    customer_wait: Waits
    agent_wait: Waits
    lines_mean: float
    lines_most: int
    series_s: float
    series: tuple[Interval, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return asdict(self)


@dataclass(slots=True)
class Tally:
    """Counts while the day runs."""

    scenario: Scenario
    dialled: int = 0
    persons: int = 0
    machines: int = 0
    served: int = 0
    abandoned: int = 0
    lost_persons: int = 0
    unanswered: int = 0
    cancelled: int = 0
    talk_s: float = 0.0
    lines_most: int = 0
    customer_waits: list[float] = field(default_factory=list)
    agent_waits: list[float] = field(default_factory=list)
    _counts: dict[str, list[int]] = field(default_factory=dict)  # per interval
    _spans: dict[str, list[float]] = field(default_factory=dict)
    _windows: list[list[int]] = field(default_factory=list)
    _window_s: float = math.inf

    def __post_init__(self) -> None:
        seconds, window = self.scenario.seconds, self.scenario.window
        intervals = math.ceil(seconds / SERIES_S) + 1  # the last one stays empty
        self._counts = {name: [0] * intervals for name in ("dialled", "answered", "abandoned")}
        spans = ("busy_s", "staff_s", "ringing_s", "line_s")
        self._spans = {name: [0.0] * intervals for name in spans}
        self._window_s = window.hours * 3600 if window.hours else seconds
        self._windows = [[0, 0] for _ in range(max(1, math.ceil(seconds / self._window_s)))]
        self._windows[0] = [window.answered, window.abandoned]

    def window(self, at: float) -> list[int]:
        """Answered and abandoned so far in the window of this moment."""
        index = int(at / self._window_s)
        return self._windows[index if index < len(self._windows) else -1]

    def dial(self, at: float, lines: int) -> None:
        """A call was placed; so many lines are in use now."""
        self.dialled += 1
        self._counts["dialled"][int(at / SERIES_S)] += 1
        self.lines_most = max(self.lines_most, lines)

    def answer(self, at: float) -> None:
        """A person wants an agent."""
        self.persons += 1
        self._counts["answered"][int(at / SERIES_S)] += 1
        self.window(at)[0] += 1

    def lose(self, at: float, *, counted: bool) -> None:
        """A person was taken for a machine. counted: at this moment, as one who answered."""
        self.lost_persons += 1
        if counted:
            self.window(at)[0] -= 1
        else:
            self.persons += 1
            self._counts["answered"][int(at / SERIES_S)] += 1

    def abandon(self, at: float, waited: float) -> None:
        """A person got nobody."""
        self.abandoned += 1
        self._counts["abandoned"][int(at / SERIES_S)] += 1
        self.window(at - waited)[1] += 1
        self.customer_waits.append(waited)

    def worked(self, was: AgentView, now: float) -> None:
        """An agent's state is over: spread its time over the intervals it touches."""
        if was.state != "not_ready":
            _spread(self._spans["staff_s"], was.since, now)
        if was.state in _BUSY:
            _spread(self._spans["busy_s"], was.since, now)

    def used_line(self, placed: float, agent_from: float, until: float) -> None:
        """A line was in use, with an agent from some moment on (`until`: never)."""
        _spread(self._spans["line_s"], placed, until)
        _spread(self._spans["ringing_s"], placed, agent_from)

    def _series(self) -> tuple[Interval, ...]:
        columns = zip(*self._counts.values(), *self._spans.values(), strict=True)
        return tuple(Interval(*column) for column in columns)[:-1]

    def day(self, seed: int, waiting: int, under_way: int) -> Day:
        """The figures of what was counted."""
        known = self.persons - self.lost_persons
        busy_s, staff_s, _, line_s = (sum(span) for span in self._spans.values())
        windows = tuple(Window(*counts) for counts in self._windows)
        return Day(
            scenario=self.scenario.name,
            seed=seed,
            agents=self.scenario.team,
            seconds=self.scenario.seconds,
            dialled=self.dialled,
            answered=self.persons,
            served=self.served,
            abandoned=self.abandoned,
            lost_persons=self.lost_persons,
            machines=self.machines,
            unanswered=self.unanswered,
            cancelled=self.cancelled,
            waiting=waiting,
            under_way=under_way,
            occupancy=busy_s / staff_s if staff_s else 0.0,
            abandon_rate=self.abandoned / known if known else 0.0,
            abandon_interval=wilson(self.abandoned, known),
            target=self.scenario.target,
            over_cap=any(window.rate > self.scenario.target for window in windows),
            windows=windows,
            talk_minutes_per_agent_hour=60 * self.talk_s / staff_s if staff_s else 0.0,
            customer_wait=Waits.of(self.customer_waits),
            agent_wait=Waits.of(self.agent_waits),
            lines_mean=line_s / self.scenario.seconds,
            lines_most=self.lines_most,
            series_s=SERIES_S,
            series=self._series(),
        )


def _spread(into: list[float], begin: float, end: float) -> None:
    """Add a span of time to the intervals it touches."""
    index = int(begin / SERIES_S)
    while end > (border := (index + 1) * SERIES_S):
        into[index] += border - begin
        begin, index = border, index + 1
    into[index] += end - begin
