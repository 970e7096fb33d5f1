"""What a site decides for itself, without a file: set in the browser or with `cti site`."""

from collections import Counter
from typing import Annotated, Any, Final, Literal

import phonenumbers
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

E164 = Annotated[str, Field(pattern=r"^\+[1-9]\d{4,14}$")]
Words = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""One line for people: nothing that is not printed."""


class NotReadyReason(BaseModel):
    """Why an agent is not ready."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    code: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$", description="as reports have it")
    label: Words = Field(min_length=1, max_length=64)
    label_zh: Words = Field(default="", max_length=64)
    minutes: int | None = Field(
        default=None, ge=1, le=480, description="longer than that is out of target"
    )


class OutsideNumber(BaseModel):
    """A number outside that agents may transfer a call to."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Words = Field(min_length=1, max_length=64, description="as agents see it")
    number: E164


class Targets(BaseModel):
    """What an agent's day is held against; unset: not held against anything."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    calls: int | None = Field(default=None, ge=1, le=10_000, description="talks a day")
    successes: int | None = Field(default=None, ge=1, le=10_000, description="a day")
    talk_s: int | None = Field(default=None, ge=1, le=86_400, description="longest talk")
    wrap_up_s: int | None = Field(default=60, ge=1, le=3600, description="longest wrap-up")


class ServiceLevel(BaseModel):
    """How soon callers must have an agent: 80 % within 20 s, unless said otherwise."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    seconds: int = Field(default=20, ge=1, le=600)
    share: float = Field(default=0.8, gt=0, le=1)


_REGIONS: Final = frozenset(phonenumbers.SUPPORTED_REGIONS)
SHIPPED_REASONS: Final = (
    NotReadyReason(code="break", label="Break", label_zh="休息", minutes=15),
    NotReadyReason(code="lunch", label="Lunch", label_zh="午餐", minutes=60),
    NotReadyReason(code="training", label="Training", label_zh="培训"),
    NotReadyReason(code="meeting", label="Meeting", label_zh="会议"),
    NotReadyReason(code="paperwork", label="Paperwork", label_zh="处理工单"),
    NotReadyReason(code="technical", label="Technical trouble", label_zh="设备故障"),
)


class SiteSettings(BaseModel):
    """Decisions of the whole site. What was never set is as shipped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Words = Field(default="", max_length=64, description="shown in the console's corner")
    language: Literal["en", "zh"] = Field(default="en", description="of those who have chosen none")
    not_ready_reasons: tuple[NotReadyReason, ...] = Field(
        default=SHIPPED_REASONS, min_length=1, max_length=30
    )
    show_listening: bool = Field(
        default=False, description="an agent sees that, and to whom, the call can be heard"
    )
    outside_numbers: tuple[OutsideNumber, ...] = Field(
        default=(), max_length=200, description="the only outside numbers agents may transfer to"
    )
    recording_notice: Words = Field(
        default="This call is recorded for quality and training.",
        max_length=500,
        description="what the agent says or the desk shows; a campaign may have its own",
    )
    recording_notice_zh: Words = Field(
        default="本次通话将被录音，用于服务质量和培训。", max_length=500
    )
    pause_recording_s: int = Field(
        default=45, ge=5, le=600, description="a paused recording resumes by itself after so long"
    )
    handed_on_s: int = Field(
        default=15, ge=0, le=300, description="for the notes of who has handed a call on"
    )
    targets: Targets = Targets()
    service_level: ServiceLevel = ServiceLevel()
    region: str = Field(default="CN", description="of numbers without a country code: CN, GB …")
    windows: dict[str, Any] | None = Field(
        default=None, description="calling windows a new campaign begins with; unset: as shipped"
    )
    trunk: str | None = Field(
        default=None,
        pattern=r"^[a-z][a-z0-9_-]{0,31}$",
        description="trunk of campaigns that name none; unset: the service's own setting",
    )
    test_number: E164 | None = Field(default=None, description="what a test call dials")
    guide_done: bool = Field(default=False, description="the first-run guide is put away")

    @field_validator("region")
    @classmethod
    def _region_exists(cls, region: str) -> str:
        if region not in _REGIONS:
            raise ValueError(f"{region!r} is not a region; use two letters such as CN or US")
        return region

    @field_validator("not_ready_reasons")
    @classmethod
    def _reasons_differ(cls, reasons: tuple[NotReadyReason, ...]) -> tuple[NotReadyReason, ...]:
        _no_doubles("the code", [reason.code for reason in reasons])
        return reasons

    @field_validator("outside_numbers")
    @classmethod
    def _numbers_differ(cls, numbers: tuple[OutsideNumber, ...]) -> tuple[OutsideNumber, ...]:
        _no_doubles("the number", [one.number for one in numbers])
        return numbers

    def reason(self, code: str) -> NotReadyReason | None:
        """The not-ready reason with this code, if the site has it."""
        return next((r for r in self.not_ready_reasons if r.code == code), None)

    def outside(self, number: str) -> OutsideNumber | None:
        """The allowed outside number, if this is one."""
        return next((n for n in self.outside_numbers if n.number == number), None)


def _no_doubles(what: str, values: list[str]) -> None:
    twice = [value for value, times in Counter(values).items() if times > 1]
    if twice:
        raise ValueError(f"{what} {twice[0]!r} is there twice")
