"""Scenario files: a day of a campaign in numbers. docs/simulator.md explains every field."""

import re
from bisect import bisect_right
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from cti.base.errors import UserError
from cti.base.yaml_file import FieldFault, PlainTimes, YamlFile
from dialer.simulator.distributions import Distribution

SHIPPED = Path(__file__).parent / "scenarios"
LONGEST_S = 31 * 86_400

_WORDS: Final = {
    "extra_forbidden": "there is no such field",
    "missing": "it is missing",
    "greater_than": "it must be above {gt:g}",
    "greater_than_equal": "it must be at least {ge:g}",
    "less_than": "it must be below {lt:g}",
    "less_than_equal": "it must be at most {le:g}",
    "float_parsing": "it must be a number",
    "float_type": "it must be a number",
    "finite_number": "it must be a number",
    "int_parsing": "it must be a whole number",
    "int_type": "it must be a whole number",
    "int_from_float": "it must be a whole number",
    "tuple_type": "it must be a list",
    "list_type": "it must be a list",
    "too_short": "it must have at least {min_length}",
    "model_type": "it must have fields with values",
    "model_attributes_type": "it must have fields with values",
    "dict_type": "it must have fields with values",
    "union_tag_invalid": "'{tag}' is none of {expected_tags}",
    "union_tag_not_found": "the field `is` is missing, which says of which kind it is",
}
"""What is wrong, by the kind of pydantic's error."""

Share = Annotated[float, Field(ge=0, le=1)]
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d)(?::([0-5]\d))?")


def _seconds(value: object) -> object:
    match = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        return value
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    return float(hours * 3600 + minutes * 60 + seconds)


def _whole(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("it must be a whole number, not yes or no")  # noqa: TRY004 - pydantic's way
    return value


Span = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=LONGEST_S)]
"""Seconds, or H:MM, or H:MM:SS."""
Moment = Annotated[float, BeforeValidator(_seconds), Field(ge=0, le=LONGEST_S)]
"""Seconds from the start. In a file H:MM is the time of day; 33:00 is 9:00 of the second day."""
Count = Annotated[int, BeforeValidator(_whole)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class StaffStep(_Part):
    """From a moment on, so many agents are signed in; who talks leaves after the call."""

    at: Moment
    count: Count = Field(ge=0, le=5000)
    over: Span = Field(default=0, description="they come or go one by one, over so long")


class Break(_Part):
    """A part of the team pauses, each after the call that he or she is in."""

    at: Moment
    lasts: Span = Field(gt=0)
    share: Share = Field(default=1, description="of the agents, taken by chance")
    spread: Span = Field(default=0, description="each begins at a moment within so long")


class ProbabilityStep(_Part):
    """The share of dials that a person or a machine answers, from a moment on."""

    at: Moment
    p: Share


class Curve(_Part):
    """A share that changes over the day."""

    steps: tuple[ProbabilityStep, ...] = Field(min_length=1)
    between: Literal["step", "linear"] = "step"

    @field_validator("steps")
    @classmethod
    def _ordered(cls, steps: tuple[ProbabilityStep, ...]) -> tuple[ProbabilityStep, ...]:
        _in_order([step.at for step in steps])
        return steps

    @cached_property
    def times(self) -> list[float]:
        """When each step begins."""
        return [step.at for step in self.steps]

    def at(self, moment: float) -> float:
        """The share at a moment; before the first step as there."""
        if len(self.steps) == 1:
            return self.steps[0].p
        index = bisect_right(self.times, moment) - 1
        here = self.steps[max(index, 0)]
        if self.between == "step" or not 0 <= index < len(self.steps) - 1:
            return here.p
        after = self.steps[index + 1]
        return here.p + (after.p - here.p) * (moment - here.at) / (after.at - here.at)


def _in_order(times: list[float]) -> None:
    for index, (before, after) in enumerate(pairwise(times), 1):
        if before >= after:
            raise FieldFault((index, "at"), "each step must be later than the one before")


def _curve(value: object) -> object:
    if isinstance(value, list):
        return {"steps": value}
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return {"steps": [{"at": 0, "p": value}]} if is_number else value


Probability = Annotated[Curve, BeforeValidator(_curve)]


class Ring(_Part):
    """Seconds until the answer, or until a call that nobody answers ends."""

    answered: Distribution
    unanswered: Distribution
    post_dial: Distribution | None = Field(
        default=None, description="before it rings; the call is `placed` meanwhile"
    )
    limit_s: float = Field(default=60, gt=0, le=300, description="our own ring time-out")


class Work(_Part):
    """An agent's time on a call that a person answered."""

    talk: Distribution
    wrap: Distribution | None = None


class Segment(_Part):
    """A part of the list whose people answer otherwise."""

    name: str = Field(default="", max_length=80)
    share: float = Field(gt=0, description="of the list, in any unit")
    answer: Probability
    ring: Ring | None = Field(default=None, description="unset: as the scenario's")
    work: Work | None = Field(default=None, description="unset: as the scenario's")
    told: bool = Field(default=True, description="the pacer sees the name")
    foretold: bool = Field(
        default=False, description="the pacer is told these leads' probability with each call"
    )


class Detection(_Part):
    """What answering-machine detection makes of answered calls.

    An agent has the call meanwhile, or with `first` nobody, for two seconds at most.
    """

    delay: Distribution
    found: Share = Field(description="of machines; the others keep the agent for `unfound`")
    lost_persons: Share = Field(default=0, description="of persons, taken for machines")
    first: bool = False


class Machines(_Part):
    """Answered, but by no person."""

    share: Share = Field(description="of answered calls")
    unfound: Distribution = Field(description="seconds until the agent hangs up by himself")
    detection: Detection | None = None


class MeasuringWindow(_Part):
    """In which the abandon rate must end at or below the target; then it begins anew."""

    hours: float | None = Field(
        default=None, gt=0, le=24 * 31, description="its length; unset: the whole scenario"
    )
    answered: Count = Field(default=0, ge=0, description="by persons, before the scenario begins")
    abandoned: Count = Field(default=0, ge=0, description="of these")

    @field_validator("abandoned")
    @classmethod
    def _possible(cls, abandoned: int, info: ValidationInfo) -> int:
        if abandoned > info.data.get("answered", abandoned):
            raise ValueError("there cannot be more abandoned than answered")
        return abandoned


class Scenario(_Part):
    """One campaign over some hours."""

    name: str = Field(min_length=1, max_length=80)
    about: str = Field(default="", max_length=300, description="what it shows, in a sentence")
    hours: float = Field(default=10, gt=0, le=24 * 31)
    starts_at: float = Field(default=9, ge=0, lt=24, description="hour of the day at the start")
    agents: tuple[StaffStep, ...] = Field(min_length=1)
    breaks: tuple[Break, ...] = ()
    answer: Probability | None = None
    segments: tuple[Segment, ...] = ()
    order: Literal["mixed", "blocks"] = Field(
        default="mixed", description="segments mixed at random, or in blocks one after the other"
    )
    block: Count = Field(default=500, ge=1, description="leads of a block, on average")
    ring: Ring
    work: Work
    machines: Machines | None = None
    patience: Distribution | None = Field(
        default=None, description="seconds a person waits in silence; unset: as long as we let him"
    )
    grace_s: float = Field(default=2, ge=0, le=60, description="answered in time within these")
    leads: Count | None = Field(default=None, ge=1, description="the list's length; unset: no end")
    lines: Count | None = Field(default=None, ge=1)
    calls_per_second: float | None = Field(default=None, gt=0, le=1000)
    target: float = Field(default=0.03, ge=0, le=1)
    window: MeasuringWindow = MeasuringWindow()
    min_ring_s: float = Field(default=15, ge=0, le=120, description="before we may cancel a call")

    @model_validator(mode="before")
    @classmethod
    def _plain(cls, data: Any) -> Any:
        if not isinstance(data, dict):
            return data
        data = dict(data)
        start = _seconds(data.get("starts_at", 9))
        if isinstance(data.get("starts_at"), str) and isinstance(start, float):
            data["starts_at"] = start / 3600
        elif isinstance(start, int | float):
            start = start * 3600.0
        agents = data.get("agents")
        if not isinstance(agents, list | tuple) and "agents" in data:
            data["agents"] = [{"at": 0, "count": agents}]
        return _from_start(data, start, ()) if isinstance(start, float) else data

    @field_validator("agents")
    @classmethod
    def _ordered(cls, steps: tuple[StaffStep, ...]) -> tuple[StaffStep, ...]:
        _in_order([step.at for step in steps])
        return steps

    @model_validator(mode="after")
    def _fits(self) -> "Scenario":
        if self.answer is None and not self.segments:
            raise FieldFault(("answer",), "give either this or `segments`")
        if self.answer is not None and self.segments:
            raise FieldFault(("segments",), "give either these or `answer`")
        if self.order == "blocks" and not self.segments:
            raise FieldFault(("order",), "blocks are made of `segments`, and there are none")
        for what in ("agents", "breaks"):
            for index, step in enumerate(getattr(self, what)):
                if step.at >= self.seconds:
                    raise FieldFault((what, index, "at"), "it is after the scenario's end")
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
        """The same day for a team of at most `count` at once.

        What belongs to the size grows with it: staff, list and its blocks, lines, call rate.
        UserError for a count below 1, or a scenario without agents.
        """
        if count < 1 or self.team < 1:
            raise UserError(f"The team of {self.name!r} cannot grow from {self.team} to {count}.")
        factor = count / self.team

        def scaled(number: int | None) -> int | None:
            return None if number is None else max(1, round(number * factor))

        steps = tuple(
            step.model_copy(update={"count": scaled(step.count) if step.count else 0})
            for step in self.agents
        )
        rate = self.calls_per_second
        return self.model_copy(
            update={
                "agents": steps,
                "lines": scaled(self.lines),
                "leads": scaled(self.leads),
                "block": scaled(self.block),
                "calls_per_second": None if rate is None else rate * factor,
            }
        )


def _from_start(value: Any, start: float, path: tuple[str | int, ...]) -> Any:
    """Each `at` that is a time of day becomes seconds from the start."""
    if isinstance(value, list):
        return [_from_start(part, start, (*path, n)) for n, part in enumerate(value)]
    if not isinstance(value, dict):
        return value
    made = {key: _from_start(part, start, (*path, key)) for key, part in value.items()}
    clock = _seconds(made.get("at"))
    if isinstance(made.get("at"), str) and isinstance(clock, float):
        if clock < start:
            raise FieldFault((*path, "at"), "it is before the day starts (`starts_at`)")
        made["at"] = clock - start
    return made


def load_scenario(path: Path) -> Scenario:
    """Read a scenario. UserError names file, line and field of the first fault."""
    context = {"folder": path.parent}
    return YamlFile(
        path, Scenario, what="scenario", loader=PlainTimes, context=context, words=_WORDS
    ).content


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
