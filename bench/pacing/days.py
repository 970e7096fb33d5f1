"""The days that are simulated: which scenario, how long, by whom; and one of them, played."""

import hashlib
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from dialer.pacing.modes import Pacer
from dialer.pacing.options import PacerOptions
from dialer.simulator.baselines import BASELINES
from dialer.simulator.pacers import maker
from dialer.simulator.results import Day
from dialer.simulator.scenario import Scenario, shipped, shipped_names
from dialer.simulator.world import simulate

AGENTS: Final = (5, 10, 20, 50, 100, 200)
OURS: Final = "predictive"
ORACLE: Final = "oracle"
PACERS: Final = (OURS, "progressive", *BASELINES, ORACLE)
HOURS: Final[Mapping[int, float]] = {5: 10, 10: 10, 20: 8, 50: 5, 100: 3, 200: 2}
"""Hours of a day by team size: a large team has as many calls in a shorter one."""
STRUCTURED_HOURS: Final = 4.0
"""At least, where something happens at a time of day: a shock or lunch at noon is in it."""
STALE: Final = "stale-priors"
"""Today is a day of many answers; the pacer that learns comes from one of few, and short talks."""

_ROOT = Path(__file__).parents[2]
_CODE: Final = (
    "dialer/pacing/snapshot.py",
    "dialer/pacing/decision.py",
    "dialer/simulator/distributions.py",
    "dialer/simulator/results.py",
    "dialer/simulator/scenario.py",
    "dialer/simulator/world.py",
)
_OWN_CODE: Final = {
    OURS: "dialer/pacing/predictive/*.py",
    "progressive": "dialer/pacing/progressive.py",
    ORACLE: "dialer/simulator/oracle.py",
} | dict.fromkeys(BASELINES, "dialer/simulator/baselines/*.py")


@dataclass(frozen=True, slots=True)
class Job:
    """One day to simulate."""

    scenario: str
    agents: int
    pacer: str
    seed: int
    hours: float

    def key(self) -> str:
        """Says which result this is: another scenario, pacer or simulator has another."""
        facts = {"day": asdict(self), "of": _facts(self.scenario), "code": code(self.pacer)}
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:24]


@dataclass(frozen=True, slots=True)
class Result:
    """What one day came to."""

    key: str
    scenario: str
    agents: int
    pacer: str
    seed: int
    hours: float
    occupancy: float
    answered: int  # by persons known to be persons
    abandoned: int
    target: float
    over_cap: bool
    cancelled: int
    cpu_s: float

    @property
    def abandon_rate(self) -> float:
        return self.abandoned / self.answered if self.answered else 0.0


def scenario_names() -> list[str]:
    """All that can be asked for."""
    return [*shipped_names(), STALE]


def jobs(
    scenarios: Sequence[str],
    agents: Sequence[int],
    pacers: Sequence[str],
    seeds: int,
    hours: Mapping[int, float],
) -> Iterator[Job]:
    """Seed by seed, so that what is there after a while says something of every cell."""
    for seed in range(1, seeds + 1):
        for scenario in scenarios:
            for count in agents:
                for pacer in pacers:
                    yield Job(scenario, count, pacer, seed, length(scenario, count, hours))


def length(scenario: str, agents: int, hours: Mapping[int, float]) -> float:
    """Hours of a day, at most the scenario's own."""
    day = _today(scenario)
    wanted = hours[min(hours, key=lambda known: abs(known - agents))]
    if _structured(day):
        wanted = max(wanted, STRUCTURED_HOURS)
    return min(wanted, day.hours)


def scene(job: Job) -> Scenario:
    """The scenario of a day, cut to its hours; a list that ends is as much shorter."""
    whole = _today(job.scenario).with_agents(job.agents)
    leads = whole.leads and max(1, round(whole.leads * job.hours / whole.hours))
    return whole.model_copy(update={"hours": job.hours, "leads": leads})


def pacer_of(job: Job) -> Pacer:
    """A fresh pacer, with stale experience where the scenario is about that."""
    prior = _experience(job.agents) if (job.scenario, job.pacer) == (STALE, OURS) else None
    return maker(job.pacer, PacerOptions(prior=prior))()


def play(job: Job, key: str) -> Result:
    """Simulate a day. key: of the job, from before the code could change under way."""
    began = time.process_time()
    day = whole_day(job)
    return Result(
        key=key,
        **asdict(job),
        occupancy=day.occupancy,
        answered=day.answered - day.lost_persons,
        abandoned=day.abandoned,
        target=day.target,
        over_cap=day.over_cap,
        cancelled=day.cancelled,
        cpu_s=time.process_time() - began,
    )


def whole_day(job: Job) -> Day:
    """The same with everything that was counted."""
    return simulate(scene(job), pacer_of(job), job.seed)


@cache
def code(pacer: str) -> str:
    """A digest of the code that decides what a day of this pacer comes to."""
    digest = hashlib.sha256()
    own = sorted(path.relative_to(_ROOT) for path in _ROOT.glob(_OWN_CODE.get(pacer, "")))
    for file in [*map(Path, _CODE), *own]:
        digest.update((_ROOT / file).read_bytes())
    return digest.hexdigest()


def _structured(day: Scenario) -> bool:
    """Whether something happens at a time of day."""
    curves = [day.answer, *(segment.answer for segment in day.segments)]
    moves = any(curve is not None and len(curve.steps) > 1 for curve in curves)
    return moves or bool(day.breaks) or len(day.agents) > 1


@cache
def _today(name: str) -> Scenario:
    if name == STALE:
        return shipped("stationary-p50").model_copy(update={"name": STALE})
    return shipped(name)


@cache
def _facts(name: str) -> str:
    before = _before().model_dump_json(by_alias=True) if name == STALE else ""
    return _today(name).model_dump_json(by_alias=True) + before


def _before() -> Scenario:
    other = shipped("stationary-p10").model_copy(update={"name": "the day before", "hours": 3.0})
    return other.model_copy(update={"work": shipped("short-calls").work})


@cache
def _experience(agents: int) -> dict[str, Any] | None:
    pacer = maker(OURS, PacerOptions())()
    simulate(_before().with_agents(agents), pacer, seed=0)
    experience = getattr(pacer, "experience", None)
    return None if experience is None else dict(json.loads(json.dumps(experience())))
