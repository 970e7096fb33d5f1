"""Who answers, and how: the people and machines behind the numbers of a world made of calls.

personas.yaml lists personas with their shares (docs/personas.md). Which one a number is follows
from its last seven digits by arithmetic that the dialplan can do as well, so the same number
behaves the same on every call, in every run, on every machine:

    h1 = (n + 1) · 48271 mod (2³¹ - 1)      bucket = h1 mod 1000
    h2 = h1 · 48271 mod (2³¹ - 1)           where in `ring`: (h2 mod 1001) / 1000
    h3 = h2 · 48271 mod (2³¹ - 1)           where in `talk`: (h3 mod 1001) / 1000

(the minimal standard generator of Park and Miller, CACM 31, 1988, with its 1993 multiplier).
"""

import itertools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from cti.base.errors import UserError

SHIPPED = Path(__file__).resolve().parents[1] / "asterisk-conf" / "pstn" / "personas.yaml"
DIGITS, MULTIPLIER, MODULUS, BUCKETS = 7, 48271, 2**31 - 1, 1000
RINGBACK = "ringback"

Outcome = Literal[
    "busy", "no_answer", "vacant", "powered_off", "suspended", "number_changed", "unreachable",
    "rejected", "congestion", "fax", "machine", "answered",
]  # fmt: skip
Seconds = Annotated[float, Field(ge=0, le=3600)]
Sound = Annotated[str, Field(pattern=r"^[a-z0-9-]+$")]
Code = Annotated[int, Field(ge=400, le=699)]


class Persona(BaseModel):
    """One way a number behaves. Times are seconds; a pair is the least and the most."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    key: str = Field(pattern=r"^[a-z][a-z0-9-]*$")
    share: float = Field(ge=0, le=100, description="percent of all numbers, one decimal")
    truth: Outcome = Field(description="what really became of an attempt that hears it out")
    needs_audio: bool = Field(False, description="signalling alone cannot tell the truth")
    signal: Literal["answer", "none"] | Code = Field(description="answer, a SIP code, or ring on")
    ring: tuple[Seconds, Seconds] = Field((0.0, 0.0), description="before anything else happens")
    rings: bool = Field(True, description="a phone rings meanwhile (180), unless `early` is heard")
    early: Sound | None = Field(None, description="heard before answer (183); unset: 180, no sound")
    answer: Sound | None = Field(None, description="heard after answer; unset: silence")
    once: bool = Field(False, description="`answer` is said once, then silence; else over again")
    talk: tuple[Seconds, Seconds] = Field((0.0, 0.0), description="from answer to own hang-up")
    hangup: Literal["customer", "agent"] = Field("customer", description="who ends the talk")
    keys: str | None = Field(
        None, pattern=r"^[0-9*#]{1,8}$", description="pressed a second after the answer"
    )
    patience: int | None = Field(
        None, ge=1, le=60, description="hangs up when it hears nothing so long, whole seconds"
    )

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if round(self.share * 10, 6) % 1:
            raise ValueError("share has at most one decimal")
        for name, (least, most) in (("ring", self.ring), ("talk", self.talk)):
            if least > most:
                raise ValueError(f"{name}: the least comes first")
        spoken = self.answer or self.once or self.patience or self.keys or self.talk != (0.0, 0.0)
        if self.signal != "answer" and (spoken or self.hangup == "agent"):
            raise ValueError("answer, once, talk, keys, hangup and patience need signal: answer")
        if self.signal == "answer" and self.hangup == "customer" and self.talk[1] == 0:
            raise ValueError("a customer who hangs up needs a talk time")
        return self


class Draw(BaseModel):
    """What a number's digits decide: its bucket, and where in `ring` and `talk` it lies, 0 to 1."""

    model_config = ConfigDict(frozen=True)

    bucket: int
    ring: float
    talk: float


def draw(number: str) -> Draw:
    """The draw of `number`: any text with digits, such as E.164; only the last seven count."""
    digits = re.sub(r"[^0-9]", "", number)[-DIGITS:]
    first = (int(digits or "0") + 1) * MULTIPLIER % MODULUS
    second = first * MULTIPLIER % MODULUS
    third = second * MULTIPLIER % MODULUS
    return Draw(bucket=first % BUCKETS, ring=second % 1001 / 1000, talk=third % 1001 / 1000)


class Personas(BaseModel):
    """All personas of a world, in the order of the file."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    pace: float = Field(1.0, gt=0, le=10, description="factor on every ring, talk and patience")
    personas: tuple[Persona, ...] = Field(min_length=1)

    @model_validator(mode="before")
    @classmethod
    def _keyed(cls, data: object) -> object:
        if isinstance(data, dict) and isinstance(data.get("personas"), dict):
            listed = data["personas"].items()
            if all(isinstance(value, dict) for _, value in listed):
                return {**data, "personas": [{**value, "key": key} for key, value in listed]}
        return data

    @model_validator(mode="after")
    def _whole(self) -> Self:
        total = round(sum(persona.share for persona in self.personas), 6)
        if total != 100:
            raise ValueError(f"the shares add up to {total:g}, not to 100")
        return self

    def persona_of(self, number: str) -> Persona:
        """The persona that `number` is."""
        bucket = draw(number).bucket
        return next(persona for persona, limit in self.limits() if bucket < limit)

    def limits(self) -> Iterator[tuple[Persona, int]]:
        """Each persona with the bucket below which it is chosen, when none before it was."""
        ends = itertools.accumulate(round(persona.share * 10) for persona in self.personas)
        return zip(self.personas, ends, strict=True)

    def ring_seconds(self, number: str) -> float:
        """How long `number` rings (or is silent) before its persona acts."""
        least, most = self.persona_of(number).ring
        return (least + (most - least) * draw(number).ring) * self.pace

    def talk_seconds(self, number: str) -> float:
        """How long `number` talks before it hangs up itself."""
        least, most = self.persona_of(number).talk
        return (least + (most - least) * draw(number).talk) * self.pace

    def numbers_of(self, key: str, prefix: str = "+86138", start: int = 0) -> Iterator[str]:
        """Numbers that are persona `key`: `prefix` and eight digits, counting up from `start`."""
        if all(persona.key != key or persona.share == 0 for persona in self.personas):
            raise UserError(f"no number is {key!r}.", "Give it a share.")
        numbers = (f"{prefix}{tail:08d}" for tail in itertools.count(start))
        return (number for number in numbers if self.persona_of(number).key == key)


def load(path: Path = SHIPPED) -> Personas:
    """Read a personas file. Raises UserError naming the file, the field and the fault."""
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise UserError(f"there is no personas file {path}.", "See docs/personas.md.") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not YAML: {error}.", "See docs/personas.md.") from error
    try:
        return Personas.model_validate(data)
    except ValidationError as error:
        faults = "; ".join(_fault(data, one["loc"], one["msg"]) for one in error.errors())
        raise UserError(f"{path}: {faults}.", "See docs/personas.md.") from error


def _fault(data: object, where: tuple[int | str, ...], message: str) -> str:
    """One fault with the persona's own name in place of its position."""
    place = [str(part) for part in where]
    if len(where) > 1 and isinstance(where[1], int) and isinstance(data, dict):
        names = list(data["personas"])
        place[1] = str(names[where[1]])
    return f"{'.'.join(place) or 'file'}: {message}"
