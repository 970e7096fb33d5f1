"""Several days of one pacer in one row."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from cti.base.statistics import Waits, wilson
from dialer.simulator.results import Day


@dataclass(frozen=True, slots=True)
class Summary:
    """Means over the days; `abandon_rate` and its interval are of all their persons together.

    Of the waits, mean and p90 are means over the days, the longest is of all; `lines_most`, too.
    """

    pacer: str
    agents: int
    scenario: str
    seeds: int
    occupancy: float
    talk_minutes_per_agent_hour: float
    abandon_rate: float
    abandon_interval: tuple[float, float]
    target: float
    days_over_cap: float
    customer_wait: Waits
    agent_wait: Waits
    lines_mean: float
    lines_most: int
    dialled: float
    answered: float
    served: float
    abandoned: float
    lost_persons: float
    machines: float
    cancelled: float

    @classmethod
    def of(cls, pacer: str, days: Sequence[Day]) -> "Summary":
        """Of one day or more, all of the same scenario."""

        def mean(name: str) -> float:
            return float(sum(getattr(day, name) for day in days)) / len(days)

        known = sum(day.answered - day.lost_persons for day in days)
        abandoned = sum(day.abandoned for day in days)
        return cls(
            pacer=pacer,
            agents=days[0].agents,
            scenario=days[0].scenario,
            seeds=len(days),
            occupancy=mean("occupancy"),
            talk_minutes_per_agent_hour=mean("talk_minutes_per_agent_hour"),
            abandon_rate=abandoned / known if known else 0.0,
            abandon_interval=wilson(abandoned, known),
            target=days[0].target,
            days_over_cap=mean("over_cap"),
            customer_wait=_waits([day.customer_wait for day in days]),
            agent_wait=_waits([day.agent_wait for day in days]),
            lines_mean=mean("lines_mean"),
            lines_most=max(day.lines_most for day in days),
            dialled=mean("dialled"),
            answered=mean("answered"),
            served=mean("served"),
            abandoned=mean("abandoned"),
            lost_persons=mean("lost_persons"),
            machines=mean("machines"),
            cancelled=mean("cancelled"),
        )

    def as_dict(self) -> dict[str, Any]:
        """Everything, ready for JSON."""
        return asdict(self)


def _waits(waits: Sequence[Waits]) -> Waits:
    count = len(waits)
    return Waits(
        sum(wait.mean for wait in waits) / count,
        sum(wait.p90 for wait in waits) / count,
        max(wait.longest for wait in waits),
    )
