"""Days put together: one row for each pacer, team size and scenario."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles
from typing import Any, Final

from bench.pacing.days import ORACLE, OURS, Result

BAR: Final[Mapping[str, Mapping[int, float]]] = {
    "stationary-p30": {5: 0.799, 10: 0.840, 20: 0.881, 50: 0.927, 100: 0.953, 200: 0.972},
    "stationary-p10": {5: 0.73, 10: 0.81, 20: 0.86, 50: 0.92, 100: 0.95, 200: 0.97},
}
"""Occupancy at 3 % abandoned: reached by an adaptive pacer in an independent simulator (p = .3),
and by tuned open rules there (p = .1)."""
OFTEN_OVER: Final = 0.01
"""A pacer keeps the cap that is over it on no more of its days."""

Cell = tuple[str, int, str]
"""Scenario, agents, pacer."""


@dataclass(frozen=True, slots=True)
class Row:
    """Means over the days, and the middle 80 % of them. abandon_rate: of all persons together."""

    pacer: str
    agents: int
    scenario: str
    seeds: int
    hours: float
    occupancy: float
    occupancy_p10_p50_p90: tuple[float, float, float]
    abandon_rate: float
    abandon_rate_p10_p50_p90: tuple[float, float, float]
    abandon_rate_most: float
    days_over_cap: float
    answered_per_day: float
    cancelled_per_day: float
    cpu_s_per_day: float

    @classmethod
    def of(cls, days: Sequence[Result]) -> "Row":
        """Of one day or more of one cell."""
        first = days[0]
        answered = sum(day.answered for day in days)
        rates = [day.abandon_rate for day in days]
        return cls(
            pacer=first.pacer,
            agents=first.agents,
            scenario=first.scenario,
            seeds=len(days),
            hours=first.hours,
            occupancy=fmean(day.occupancy for day in days),
            occupancy_p10_p50_p90=spread([day.occupancy for day in days]),
            abandon_rate=sum(day.abandoned for day in days) / answered if answered else 0.0,
            abandon_rate_p10_p50_p90=spread(rates),
            abandon_rate_most=max(rates),
            days_over_cap=fmean(day.over_cap for day in days),
            answered_per_day=answered / len(days),
            cancelled_per_day=fmean(day.cancelled for day in days),
            cpu_s_per_day=fmean(day.cpu_s for day in days),
        )

    @property
    def keeps_cap(self) -> bool:
        return self.days_over_cap <= OFTEN_OVER


def rows(results: Iterable[Result]) -> dict[Cell, Row]:
    """All cells there are results of."""
    days: dict[Cell, list[Result]] = defaultdict(list)
    for result in results:
        days[result.scenario, result.agents, result.pacer].append(result)
    return {cell: Row.of(of) for cell, of in days.items()}


def spread(values: Sequence[float]) -> tuple[float, float, float]:
    """The 10 %, 50 % and 90 % quantiles; of one value it is all three."""
    if len(values) < 2:
        return (values[0],) * 3
    tenths = quantiles(values, n=10, method="inclusive")
    return tenths[0], tenths[4], tenths[8]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What can be said in a sentence each."""

    below_bar: list[str]
    beaten: list[str]
    over: list[str]

    def as_dict(self) -> dict[str, Any]:
        return {"below_bar": self.below_bar, "beaten": self.beaten, "over_cap": self.over}


def judge(found: Mapping[Cell, Row]) -> Verdict:
    """Where ours is below the bar, beaten by one that keeps the cap, or over the cap."""
    verdict = Verdict([], [], [])
    for (scenario, agents, pacer), ours in sorted(found.items()):
        if pacer != OURS:
            continue
        where = f"{scenario}, {agents} agents"
        bar = BAR.get(scenario, {}).get(agents)
        if bar is not None and ours.occupancy < bar:
            verdict.below_bar.append(f"{where}: {ours.occupancy:.3f}, the bar is {bar:.3f}")
        if not ours.keeps_cap:
            verdict.over.append(
                f"{where}: {ours.days_over_cap:.0%} of {ours.seeds} days over the cap, "
                f"{ours.abandon_rate_most:.2%} at worst"
            )
        for (other_scenario, other_agents, name), row in found.items():
            same = (other_scenario, other_agents) == (scenario, agents)
            rival = same and name not in {OURS, ORACLE} and row.keeps_cap
            if rival and row.occupancy > ours.occupancy:
                verdict.beaten.append(
                    f"{where}: {name} {row.occupancy:.3f}, ours {ours.occupancy:.3f}"
                )
    return verdict
