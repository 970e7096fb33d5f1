"""Pacing as people and programs get to see it."""

from datetime import datetime
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field

from cti.base.statistics import wilson
from cti.texts.reader import Sentence, Words


class Moment(BaseModel):
    """One look of a pacer."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    mode: str
    ready: int = Field(description="agents by state; so the next four")
    reserved: int
    talking: int
    wrapping: int
    not_ready: int
    placed: int = Field(description="calls under way that do not ring yet")
    ringing: int
    deciding: int = Field(description="answered, and it is being told by whom")
    waiting: int = Field(description="people who wait for an agent")
    hopper: int = Field(description="leads that may be dialled now")
    lines: int = Field(description="lines in use, talks included")
    dialled: int
    cancelled: int = Field(description="calls taken back before an answer")
    answered: int = Field(description="by a person, in the measuring window")
    abandoned: int = Field(description="of these, without an agent in time")
    target: float = Field(description="abandoned ÷ answered that is allowed")
    expected_answers: float | None = Field(description="soon, of calls under way and these")
    expected_free: float | None = Field(description="agents by then")
    budget_left: float | None = Field(description="abandons the target still allows")
    answer_probability: float | None = Field(description="that a call dialled now is answered")
    bound_by: str = Field(
        description="what kept it from dialling more: agents, budget, ratio, mode, hopper, lines, "
        "rate"
    )
    reasons: Sentence


class PacingView(Moment):
    """A campaign's pacing at this moment."""

    campaign: int
    window: Words = Field(description="the measuring window in words: today, in the last 30 days")
    dialled_last_minute: int
    abandon_rate: float = Field(description="abandoned ÷ answered, 0 to 1")
    abandon_low: float = Field(description="the rate's Wilson interval, 95 %: lower end")
    abandon_high: float = Field(description="upper end: as high might it be but for luck")

    @classmethod
    def of(
        cls, at: datetime, row: dict[str, Any], *, window: str, dialled_last_minute: int
    ) -> Self:
        """From a decision by its columns."""
        low, high = wilson(row["abandoned"], row["answered"])
        return cls(
            at=at,
            campaign=row["campaign_id"],
            window=window,
            dialled_last_minute=dialled_last_minute,
            abandon_rate=row["abandoned"] / row["answered"] if row["answered"] else 0.0,
            abandon_low=low,
            abandon_high=high,
            **{name: row[name] for name in Moment.model_fields if name != "at"},
        )


class Point(BaseModel):
    """A stretch of a series: what happened in it, and how it was at its end."""

    at: datetime = Field(description="its end")
    dialled: int = Field(description="in it")
    cancelled: int = Field(description="in it")
    ringing: int = Field(description="calls placed or ringing")
    waiting: int
    free: int = Field(description="agents ready")
    busy: int = Field(description="agents reserved, talking or wrapping up")
    expected_answers: float | None
    expected_free: float | None
    budget_left: float | None
    answer_probability: float | None
    abandon_rate: float
    target: float


class Series(BaseModel):
    """A campaign's pacing over some time, for plots."""

    campaign: int
    seconds: float = Field(description="length of a stretch")
    points: list[Point] = Field(description="stretches without a decision are left out")


class Explanation(BaseModel):
    """What a pacer saw and did at a moment, and why."""

    campaign: int
    name: str
    asked: datetime
    moment: Moment | None = Field(description="the last look until then; none if none is kept")
    words: list[Sentence]
    before: Moment | None = Field(description="the look before that changed something")
    after: Moment | None = Field(description="the next one that did")
    dialled_in_minute: int = Field(description="within half a minute of the moment asked for")
    cancelled_in_minute: int
