"""How long things take: distributions by name and parameters, or from a file of measured values.

All values are seconds and never negative.
"""

import math
from abc import abstractmethod
from bisect import bisect
from functools import cache, cached_property
from itertools import accumulate
from pathlib import Path
from random import Random
from typing import Annotated, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

Positive = Annotated[float, Field(gt=0, le=86_400)]


class _Distribution(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @abstractmethod
    def sample(self, rng: Random) -> float:
        """One value."""

    @property
    @abstractmethod
    def average(self) -> float:
        """The mean."""


class Constant(_Distribution):
    """Always the same. A bare number in a file means this."""

    is_: Literal["constant"] = Field(alias="is")
    value: float = Field(ge=0, le=86_400)

    def sample(self, rng: Random) -> float:
        return self.value

    @property
    def average(self) -> float:
        return self.value


class Uniform(_Distribution):
    """Any value between two."""

    is_: Literal["uniform"] = Field(alias="is")
    low: float = Field(ge=0, le=86_400)
    high: Positive

    @model_validator(mode="after")
    def _ordered(self) -> "Uniform":
        if self.low >= self.high:
            raise ValueError(f"low ({self.low:g}) must be below high ({self.high:g})")
        return self

    def sample(self, rng: Random) -> float:
        return rng.uniform(self.low, self.high)

    @property
    def average(self) -> float:
        return (self.low + self.high) / 2


class Exponential(_Distribution):
    """Without memory: what has lasted long lasts no longer than what just began."""

    is_: Literal["exponential"] = Field(alias="is")
    mean: Positive

    def sample(self, rng: Random) -> float:
        return rng.expovariate(1 / self.mean)

    @property
    def average(self) -> float:
        return self.mean


class Lognormal(_Distribution):
    """Talks, mostly: many short, few very long. cv: standard deviation ÷ mean."""

    is_: Literal["lognormal"] = Field(alias="is")
    mean: Positive
    cv: float = Field(gt=0, le=20)

    @cached_property
    def form(self) -> tuple[float, float]:
        """Mean and standard deviation of the logarithm."""
        variance = math.log(1 + self.cv**2)
        return math.log(self.mean) - variance / 2, math.sqrt(variance)

    def sample(self, rng: Random) -> float:
        return rng.lognormvariate(*self.form)

    @property
    def average(self) -> float:
        return self.mean


class Gamma(_Distribution):
    """Between constant (cv 0) and exponential (cv 1), or beyond. cv: standard deviation ÷ mean."""

    is_: Literal["gamma"] = Field(alias="is")
    mean: Positive
    cv: float = Field(gt=0, le=20)

    def sample(self, rng: Random) -> float:
        shape = 1 / self.cv**2
        return rng.gammavariate(shape, self.mean / shape)

    @property
    def average(self) -> float:
        return self.mean


class Weibull(_Distribution):
    """Shape below 1: the longer it lasts, the longer it will; above 1: it wears out."""

    is_: Literal["weibull"] = Field(alias="is")
    mean: Positive
    shape: float = Field(gt=0.1, le=20)

    def sample(self, rng: Random) -> float:
        return rng.weibullvariate(self.mean / math.gamma(1 + 1 / self.shape), self.shape)

    @property
    def average(self) -> float:
        return self.mean


class Empirical(_Distribution):
    """Values somebody measured, drawn again with equal chance."""

    is_: Literal["empirical"] = Field(alias="is")
    file: Path = Field(
        description="a number a line; a line that starts with # is a remark; seen from the "
        "scenario's folder"
    )

    @field_validator("file")
    @classmethod
    def _readable(cls, file: Path, info: ValidationInfo) -> Path:
        file = Path((info.context or {}).get("folder", "")) / file
        read_values(file)
        return file

    @cached_property
    def values(self) -> tuple[float, ...]:
        """The measured ones."""
        return read_values(self.file)

    def sample(self, rng: Random) -> float:
        return rng.choice(self.values)

    @property
    def average(self) -> float:
        return sum(self.values) / len(self.values)


class Part(BaseModel):
    """One kind among several."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    share: float = Field(gt=0, description="of all, in any unit: shares are set in proportion")
    of: "Distribution"


class Mixture(_Distribution):
    """Several kinds: short refusals and long sales."""

    is_: Literal["mixture"] = Field(alias="is")
    parts: tuple[Part, ...] = Field(min_length=1)

    @cached_property
    def up_to(self) -> tuple[float, ...]:
        """The shares of each part and those before it, together."""
        return tuple(accumulate(part.share for part in self.parts))

    def sample(self, rng: Random) -> float:
        which = bisect(self.up_to, rng.random() * self.up_to[-1])
        return self.parts[min(which, len(self.parts) - 1)].of.sample(rng)

    @property
    def average(self) -> float:
        return sum(part.share * part.of.average for part in self.parts) / self.up_to[-1]


def _constant(value: object) -> object:
    if isinstance(value, dict | BaseModel):
        return value
    if isinstance(value, bool):
        raise ValueError("it must be a number, not yes or no")  # noqa: TRY004 - pydantic's way
    return {"is": "constant", "value": value}


Distribution = Annotated[
    Annotated[
        Constant | Uniform | Exponential | Lognormal | Gamma | Weibull | Empirical | Mixture,
        Field(discriminator="is_"),
    ],
    BeforeValidator(_constant),
]
Part.model_rebuild()
Mixture.model_rebuild()


@cache
def read_values(path: Path) -> tuple[float, ...]:
    """The numbers of a file, one a line. ValueError names the line of the first that is none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        why = (error.strerror if isinstance(error, OSError) else None) or "it is no text"
        raise ValueError(f"the file {path} cannot be read: {why}") from error
    values = []
    for number, line in enumerate(lines, 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            value = float(line)
        except ValueError:
            raise ValueError(f"{path}, line {number}: {line.strip()!r} is no number") from None
        if not 0 <= value <= 86_400:
            raise ValueError(f"{path}, line {number}: {value:g} is not between 0 and 86400 s")
        values.append(value)
    if not values:
        raise ValueError(f"the file {path} holds no values")
    return tuple(values)
