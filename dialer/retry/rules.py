"""Retry rules as data: what happens to a lead after an outcome or a disposition."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from dialer.outcomes.outcome import Outcome

NO_DISPOSITION: Final = "no_disposition"
"""Key of the rule for an answered call of which the agent said nothing."""


class Then(StrEnum):
    """What a rule does with the lead."""

    AGAIN = "again"  # dialled again after a delay
    AT_CALLBACK = "at_callback"  # dialled at the time the person asked for, to the same agent
    NEXT_DAY = "next_day"  # goes into the next local day's list
    NEXT_NUMBER = "next_number"  # this number is spent: on to another one, or closed
    CLOSE = "close"  # the lead is closed
    BAR = "bar"  # closed, and none of its numbers may be dialled again


def _listed(value: object) -> object:
    return (value,) if isinstance(value, int) else value


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
    other_number: bool = Field(default=False, description="again, next_day: on the next number")

    @model_validator(mode="after")
    def _fits(self) -> "Rule":
        if self.after_minutes and self.then is not Then.AGAIN:
            raise ValueError(f"after_minutes belongs to `then: again`, not to `{self.then}`")
        if self.other_number and self.then not in (Then.AGAIN, Then.NEXT_DAY):
            raise ValueError(f"other_number belongs to again and next_day, not to `{self.then}`")
        return self


_AGAIN = Rule(then=Then.AGAIN)
_AGAIN_ELSEWHERE = Rule(then=Then.AGAIN, other_number=True)
# The network's trouble passes in minutes; if it does not, the waits grow so that the lead's
# dials of the day are not spent on it.
_SOON = Rule(then=Then.AGAIN, after_minutes=(5, 60, 240))
_SPENT = Rule(then=Then.NEXT_NUMBER)
_CLOSE = Rule(then=Then.CLOSE)

OUTCOME_RULES: Final[Mapping[Outcome, Rule]] = {
    Outcome.ABANDONED: _AGAIN,
    Outcome.MACHINE: _AGAIN_ELSEWHERE,
    Outcome.FAX: _SPENT,
    Outcome.BUSY: _AGAIN,
    Outcome.NO_ANSWER: _AGAIN_ELSEWHERE,
    Outcome.REJECTED: _AGAIN,
    Outcome.POWERED_OFF: _AGAIN_ELSEWHERE,
    Outcome.UNREACHABLE: _AGAIN_ELSEWHERE,
    Outcome.SUSPENDED: Rule(then=Then.NEXT_DAY, other_number=True),
    Outcome.VACANT: _SPENT,
    Outcome.NUMBER_CHANGED: _SPENT,
    Outcome.CONGESTION: _SOON,
    Outcome.FAILED: _SOON,
}
DISPOSITION_RULES: Final[Mapping[str, Rule]] = {
    "success": _CLOSE,
    "third_party": _CLOSE,
    "refused": _CLOSE,
    "wrong_contact": _SPENT,
    "number_changed": _SPENT,
    "callback_at": Rule(then=Then.AT_CALLBACK),
    "no_time_fixed": _AGAIN,
    "do_not_call": Rule(then=Then.BAR),
    NO_DISPOSITION: _AGAIN,
}


class RetryRules(BaseModel):
    """A campaign's rules; what is not given is as shipped."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_per_day: int = Field(default=3, ge=1, le=100, description="dials of a lead a local day")
    max_total: int = Field(default=15, ge=1, le=1000, description="dials of a lead in all")
    pause_hours: float = Field(default=4, gt=0, le=720, description="wait of a plain `again`")
    outcomes: dict[Outcome, Rule] = Field(default_factory=dict)
    dispositions: dict[str, Rule] = Field(
        default_factory=dict, description=f"by disposition code, or {NO_DISPOSITION}"
    )

    @model_validator(mode="after")
    def _fits(self) -> "RetryRules":
        for outcome, rule in self.outcomes.items():
            if outcome is Outcome.ANSWERED:
                raise ValueError(f"answered: its disposition decides; use {NO_DISPOSITION}")
            if rule.then is Then.AT_CALLBACK:
                raise ValueError(f"{outcome}: an outcome has no callback time; a disposition has")
        return self

    def rule(self, outcome: Outcome, disposition: str | None) -> Rule:
        """The rule that applies: what the agent said goes before what the line said."""
        if disposition is not None:
            return self.rule_of(disposition)
        if outcome is Outcome.ANSWERED:
            return self.rule_of(NO_DISPOSITION)
        return self.outcomes.get(outcome) or OUTCOME_RULES[outcome]

    def rule_of(self, disposition: str) -> Rule:
        """The rule of a disposition the campaign has; its settings refuse one without a rule."""
        return self.dispositions.get(disposition) or DISPOSITION_RULES[disposition]


OUTBOUND_DEFAULT: Final = RetryRules()
"""Again every 4 hours, at most 3 dials a day, the rest into the next day's list."""
