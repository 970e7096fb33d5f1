"""Scenario files: a day of a campaign in numbers. docs/simulator.md explains every field."""

import re
from bisect import bisect_right
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PrivateAttr, model_validator

from cti.base.errors import UserError
from cti.base.yaml_file import YamlFile
from dialer.simulator.distributions import Distribution

SHIPPED = Path(__file__).parent / "scenarios"

Share = Annotated[float, Field(ge=0, le=1)]
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")


def _seconds(value: object) -> object:
    """`1:30` is one and a half hours after the start. YAML reads it as 90 (base 60), too."""
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


Moment = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=31 * 86_400)]
"""Seconds from the start, or "H:MM" or "H:MM:SS" in quotes."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class StaffStep(_Part):
    """From a moment on, so many agents are signed in; who talks leaves after the call."""

    at: Moment
    count: int = Field(ge=0, le=5000)


class ProbabilityStep(_Part):
    """The share of dials that a person or a machine answers, from a moment on."""

    at: Moment
    p: Share


class Curve(_Part):
    """A share that changes over the day."""

    steps: tuple[ProbabilityStep, ...] = Field(min_length=1)
    between: Literal["step", "linear"] = "step"
    _times: list[float] = PrivateAttr()

    @model_validator(mode="after")
    def _ordered(self) -> "Curve":
        times = [step.at for step in self.steps]
        if times != sorted(set(times)):
            raise ValueError("the steps must be in the order of time, each at its own")
        return self

    def model_post_init(self, _context: Any) -> None:
        self._times = [step.at for step in self.steps]

    def at(self, moment: float) -> float:
        """The share at a moment; before the first step as there."""
        index = bisect_right(self._times, moment) - 1
        here = self.steps[max(index, 0)]
        if self.between == "step" or not 0 <= index < len(self.steps) - 1:
            return here.p
        after = self.steps[index + 1]
        return here.p + (after.p - here.p) * (moment - here.at) / (after.at - here.at)


def _curve(value: object) -> object:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"steps": [{"at": 0, "p": value}]} if is_number else value


Probability = Annotated[Curve, BeforeValidator(_curve)]


class Segment(_Part):
    """A part of the list whose people answer otherwise."""

    share: float = Field(gt=0, description="of the list, in any unit")
    answer: Probability
    foretold: bool = Field(
        default=False, description="the pacer is told these leads' probability with each call"
    )


class Ring(_Part):
    """Seconds from dialling to the answer, or to the end of a call nobody answers."""

    answered: Distribution
    unanswered: Distribution
    limit_s: float = Field(default=60, gt=0, le=300, description="our own ring time-out")


class Work(_Part):
    """An agent's time on a call that a person answered."""

    talk: Distribution
    wrap: Distribution | None = None


class Detection(_Part):
    """What answering-machine detection makes of answered calls; an agent has them meanwhile."""

    delay: Distribution
    found: Share = Field(description="of machines; the others keep the agent for `unfound`")
    lost_persons: Share = Field(default=0, description="of persons, taken for machines")


class Machines(_Part):
    """Answered, but by no person."""

    share: Share = Field(description="of answered calls")
    unfound: Distribution = Field(description="seconds until the agent hangs up by himself")
    detection: Detection | None = None


class Scenario(_Part):
    """One campaign over some hours."""

    name: str = Field(min_length=1, max_length=80)
    about: str = Field(default="", max_length=300, description="what it shows, in a sentence")
    hours: float = Field(default=10, gt=0, le=24 * 31)
    starts_at: float = Field(default=9, ge=0, lt=24, description="hour of the day at the start")
    agents: tuple[StaffStep, ...] = Field(min_length=1)
    answer: Probability | None = None
    segments: tuple[Segment, ...] = ()
    order: Literal["mixed", "blocks"] = Field(
        default="mixed", description="segments mixed at random, or in blocks one after the other"
    )
    block: int = Field(default=500, ge=1, description="leads of a block")
    ring: Ring
    work: Work
    machines: Machines | None = None
    patience: Distribution | None = Field(
        default=None, description="seconds a person waits in silence; unset: as long as we let him"
    )
    grace_s: float = Field(default=2, ge=0, le=60, description="answered in time within these")
    leads: int | None = Field(default=None, ge=0, description="the list's length; unset: no end")
    lines: int | None = Field(default=None, ge=1)
    calls_per_second: float | None = Field(default=None, gt=0, le=1000)
    target: float = Field(default=0.03, ge=0, le=1)
    min_ring_s: float = Field(default=15, ge=0, le=120, description="before we may cancel a call")

    @model_validator(mode="before")
    @classmethod
    def _plain_count(cls, data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("agents"), int):
            return {**data, "agents": [{"at": 0, "count": data["agents"]}]}
        return data

    @model_validator(mode="after")
    def _fits(self) -> "Scenario":
        if (self.answer is None) == (not self.segments):
            raise ValueError("give either `answer` or `segments`")
        times = [step.at for step in self.agents]
        if times != sorted(set(times)):
            raise ValueError("agents: the steps must be in the order of time, each at its own")
        return self

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return self.hours * 3600

    @property
    def team(self) -> int:
        """The most agents there are at once."""
        return max(step.count for step in self.agents)

    def with_agents(self, count: int) -> "Scenario":
        """The same day for a team of `count`: staff, list and lines grow in proportion."""
        factor = count / max(self.team, 1)

        def scaled(number: int | None) -> int | None:
            return None if number is None else max(1, round(number * factor))

        steps = [
            step.model_copy(update={"count": round(step.count * factor)}) for step in self.agents
        ]
        update = {"agents": tuple(steps), "lines": scaled(self.lines)}
        if self.leads:
            update["leads"] = scaled(self.leads)
        return self.model_copy(update=update)


def load_scenario(path: Path) -> Scenario:
    """Read a scenario. UserError names file, line and field of the first fault."""
    return YamlFile(path, Scenario, what="scenario").content


def shipped_names() -> list[str]:
    """The scenarios that come with the program."""
    return sorted(path.stem for path in SHIPPED.glob("*.yaml"))


def shipped(name: str) -> Scenario:
    """A scenario that comes with the program. UserError names those there are."""
    if name not in shipped_names():
        raise UserError(
            f"There is no shipped scenario {name!r}.", f"There are: {', '.join(shipped_names())}."
        )
    return load_scenario(SHIPPED / f"{name}.yaml")
