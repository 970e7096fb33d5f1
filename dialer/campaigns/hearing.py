"""What a campaign listens for, and what follows from what is heard."""

from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialer.outcomes.classify import HEARD_ENOUGH

SoundName = Annotated[
    str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]*(/[A-Za-z0-9][A-Za-z0-9_-]*)*$")
]
"""A sound of the PBX: a name below its sounds folder, without an ending."""


class EarlySettings(BaseModel):
    """Before the answer: tones and announcements of the network."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    listen: bool = Field(default=True, description="hear early media while it plays")
    zone: str | None = Field(
        default=None,
        pattern=r"^[a-z]{2}$",
        description="whose tones: cn, us …; unset: of the called number's country",
    )
    library: str | None = Field(
        default=None,
        max_length=64,
        description="only announcements of this carrier; unset: of every carrier",
    )
    end_when_certain: bool = Field(
        default=True, description="hang up as soon as what is heard settles the outcome"
    )
    certain_from: float = Field(
        default=0.92,
        ge=HEARD_ENOUGH,
        le=1,
        description="how sure (0 to 1) a call must be to be ended early; a special information "
        "tone of the ITU's form is 0.9 sure, as an announcement may follow that knows better",
    )


class Follow(StrEnum):
    """What follows when something that is no person has answered."""

    CONNECT = "connect"  # nothing: the agent has it like any call
    MESSAGE = "message"  # the campaign's message after the beep, then the end
    HANG_UP = "hang_up"
    LOOK = "look"  # the agent keeps it, is told what it sounds like, and decides


NoMessage = Literal[Follow.CONNECT, Follow.HANG_UP, Follow.LOOK]


class Prices(BaseModel):
    """What errors cost; the ratio counts, in whatever currency.

    From them follows how sure a verdict must be: taking a call away at probability p of a machine
    risks (1-p) · lost_person, leaving it costs p · wasted_second · machine_seconds.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    lost_person: float = Field(
        default=300.0, gt=0, le=1e9, description="a person who was taken for a machine"
    )
    wasted_second: float = Field(
        default=1.0, ge=0, le=1e6, description="one second of an agent with a machine"
    )
    machine_seconds: float = Field(
        default=15.0, gt=0, le=600, description="an agent loses with a machine nobody recognises"
    )

    @property
    def threshold(self) -> float:
        """The least probability (0 to 1) at which taking the call away costs no more."""
        wasted = self.wasted_second * self.machine_seconds
        return self.lost_person / (self.lost_person + wasted)


class AnswerSettings(BaseModel):
    """After the answer: who or what picked up, and what follows."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    detector: Literal["ours", "asterisk", "none"] = Field(
        default="ours", description="asterisk: its AMD(), which knows only person and machine"
    )
    when: Literal["bridge_first", "decide_first"] = Field(
        default="bridge_first",
        description="bridge_first: an agent at once, the call taken back from a machine",
    )
    decide_within_s: float = Field(
        default=1.7, ge=0.3, le=1.8, description="decide_first: then the agent in any case"
    )
    take_back_within_s: float = Field(
        default=15.0, ge=1, le=120, description="of the answer; a later verdict is only noted"
    )
    machine: Follow = Follow.HANG_UP
    fax: NoMessage = Follow.HANG_UP
    ivr: NoMessage = Follow.LOOK
    silence: NoMessage = Follow.CONNECT
    prices: Prices = Prices()
    message: SoundName | None = Field(
        default=None, description="left on a machine after the beep, for machine: message"
    )
    beep_silence_s: float = Field(
        default=2.5, ge=0.5, le=10, description="no beep: the message after so much silence"
    )
    beep_at_most_s: int = Field(
        default=30, ge=3, le=120, description="and after so long in any case"
    )

    @model_validator(mode="after")
    def _fits(self) -> Self:
        if self.machine is Follow.MESSAGE and self.message is None:
            raise ValueError("machine: message needs a message: name the sound to leave")
        if self.machine is not Follow.MESSAGE and self.message is not None:
            raise ValueError("the message is never left: set machine: message, or leave it out")
        if self.detector == "none" and self.when == "decide_first":
            raise ValueError("decide_first needs a detector: ours or asterisk")
        if self.detector == "asterisk" and self.when == "bridge_first":
            raise ValueError(
                "asterisk listens before the call is connected: set when: decide_first"
            )
        return self

    def follow(self, meaning: str) -> Follow:
        """What follows a verdict: `machine`, `fax`, `ivr`, `silence`; else `connect`."""
        told = {
            "machine": self.machine,
            "fax": self.fax,
            "ivr": self.ivr,
            "silence": self.silence,
        }
        return Follow(told.get(meaning, Follow.CONNECT))
