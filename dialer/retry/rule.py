"""One retry rule: what happens to a lead after an outcome or a disposition."""

from enum import StrEnum
from typing import Annotated, Final, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    WithJsonSchema,
    model_validator,
)

from cti.base.yaml_file import FieldFault

MOST_PRIORITY: Final = 1000
"""As of imported leads; an appointment goes before all."""


class Then(StrEnum):
    """What a rule does with the lead."""

    AGAIN = "again"  # dialled again after a delay
    AT_CALLBACK = "at_callback"  # dialled at the time the person asked for, to the same agent
    NEXT_DAY = "next_day"  # goes into the next local day's list
    NEXT_NUMBER = "next_number"  # this number is spent: on to another one, or closed
    CLOSE = "close"  # the lead is closed
    BAR = "bar"  # closed, and none of its numbers may be dialled again


REDIALS: Final = frozenset({Then.AGAIN, Then.NEXT_DAY})
ENDS: Final = frozenset({Then.CLOSE, Then.BAR})


class RuleFault(FieldFault):
    """A rule that contradicts another, or itself."""


def _listed(value: object) -> object:
    return (value,) if isinstance(value, int | str) else value


def _clock(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 24 * 60:
        # YAML 1.1 reads an unquoted 18:30 as base 60: 1110.
        return value
    hours, colon, minutes = value.partition(":") if isinstance(value, str) else ("", "", "")
    if colon and hours.isdecimal() and minutes.isdecimal() and len(minutes) == 2:
        minute = int(hours[:3]) * 60 + int(minutes)
        if int(minutes) < 60 and minute < 24 * 60:
            return minute
    raise ValueError(f"{value!r} is not a time of day: write HH:MM, such as 18:30")


def clock(minute: int) -> str:
    """A minute of the day as HH:MM."""
    return "{:02}:{:02}".format(*divmod(minute, 60))


TimeOfDay = Annotated[
    int,
    BeforeValidator(_clock),
    PlainSerializer(clock, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d?\d:\d\d$"}),
]
StepName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")]


class Rule(BaseModel):
    """What follows one outcome or one disposition."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    then: Then
    after_minutes: Annotated[
        tuple[Annotated[int, Field(ge=1, le=43_200)], ...], BeforeValidator(_listed)
    ] = Field(
        default=(),
        description="again: minutes to wait after the 1st, 2nd, … dial of the day, the last one "
        "repeating; empty: the rules' pause_hours",
    )
    other_number: bool | Literal["first"] = Field(
        default=False,
        description="again, next_day: on the next number; first: all its other numbers at once, "
        "one after the other, before the wait",
    )
    at: Annotated[tuple[TimeOfDay, ...], BeforeValidator(_listed)] = Field(
        default=(), description="again, next_day: only at these local times, HH:MM"
    )
    to_part: str | dict[str, str] | None = Field(
        default=None,
        description="again, next_day: in this part of the day; or which part follows which, "
        "as {morning: evening}",
    )
    times_per_day: int | None = Field(
        default=None,
        ge=1,
        le=100,
        description="again: used so often a local day; what is left goes into the next day's list",
    )
    times: int | None = Field(
        default=None, ge=1, le=1000, description="used so often in all, then `afterwards`"
    )
    afterwards: StepName | None = Field(
        default=None, description="the step that follows `times`; unset: the lead is closed"
    )
    priority: int | None = Field(
        default=None,
        ge=-MOST_PRIORITY,
        le=MOST_PRIORITY,
        description="the lead's priority from now on; higher goes first",
    )

    @model_validator(mode="after")
    def _fits(self) -> "Rule":
        then = self.then
        if self.after_minutes and then is not Then.AGAIN:
            raise RuleFault(
                ("after_minutes",), f"after_minutes belongs to `then: again`, not to `{then}`"
            )
        for name in ("other_number", "at", "to_part"):
            if getattr(self, name) and then not in REDIALS:
                raise RuleFault((name,), f"{name} belongs to again and next_day, not to `{then}`")
        for name in ("times", "priority"):
            if getattr(self, name) is not None and then in ENDS:
                raise RuleFault((name,), f"{name} cannot be with `{then}`: the lead is closed")
        if self.times_per_day is not None and then is not Then.AGAIN:
            raise RuleFault(("times_per_day",), f"belongs to `then: again`, not to `{then}`")
        if self.afterwards is not None and self.times is None:
            raise RuleFault(("afterwards",), "is never reached: say after how many times")
        if self.at and self.to_part:
            raise RuleFault(("to_part",), "contradicts `at`: leave out one of them")
        return self

    @property
    def parts(self) -> tuple[str, ...]:
        """All parts of the day that it names."""
        if isinstance(self.to_part, dict):
            return (*self.to_part, *self.to_part.values())
        return (self.to_part,) if self.to_part else ()
