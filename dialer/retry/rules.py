"""A campaign's retry rules as data: in its settings, in YAML files, over the API."""

from collections.abc import Iterator
from typing import Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dialer.compliance.windows import Window
from dialer.outcomes.outcome import Outcome
from dialer.retry.contradictions import contradictions
from dialer.retry.rule import Rule, RuleFault, StepName, Then
from dialer.retry.shipped import CLOSE, NO_DISPOSITION, PARTS_OF_DAY, SHIPPED_RULES


class Appointments(BaseModel):
    """How promised times are kept."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    outside: Literal["move", "refuse"] = Field(
        default="move",
        description="a time outside the calling windows is moved to the next opening, or refused",
    )
    remind_minutes: int = Field(
        default=5, ge=0, le=120, description="before it the agent is reminded; 0: not at all"
    )
    wait_for_agent_minutes: int = Field(
        default=2,
        ge=0,
        le=60,
        description="so long one waits for its own agent who is in a call; then anyone has it",
    )
    most_days_ahead: int = Field(default=366, ge=1, le=3660)


class RetryRules(BaseModel):
    """A campaign's rules; what is not given is as in the shipped set `base`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    base: Literal["outbound_sales", "follow_up"] = Field(
        default="outbound_sales", description="the shipped set that fills what is not given"
    )
    max_per_day: int = Field(default=3, ge=1, le=100, description="dials of a lead a local day")
    max_total: int = Field(default=15, ge=1, le=1000, description="dials of a lead in all")
    pause_hours: float = Field(default=4, gt=0, le=720, description="wait of a plain `again`")
    parts_of_day: dict[StepName, Window] = Field(
        default_factory=lambda: dict(PARTS_OF_DAY),
        max_length=24,
        description="named times of the day, for to_part",
    )
    outcomes: dict[Outcome, Rule] = Field(default_factory=dict)
    dispositions: dict[str, Rule] = Field(
        default_factory=dict, description=f"by disposition code, or {NO_DISPOSITION}"
    )
    steps: dict[StepName, Rule] = Field(
        default_factory=dict, description="rules that only others lead to, by `afterwards`"
    )
    appointments: Appointments = Appointments()

    @model_validator(mode="after")
    def _fits(self) -> "RetryRules":
        for outcome, rule in self.outcomes.items():
            path = ("outcomes", outcome.value)
            if outcome is Outcome.ANSWERED:
                raise RuleFault(path, f"its disposition decides; use {NO_DISPOSITION}")
            if rule.then is Then.AT_CALLBACK:
                raise RuleFault(path, "an outcome has no callback time; a disposition has")
        for name, rule in self.steps.items():
            if rule.then is Then.AT_CALLBACK:
                raise RuleFault(("steps", name), "a step has no callback time; a disposition has")
        for fault in contradictions(self):
            raise fault
        return self

    def rule(self, outcome: Outcome, disposition: str | None) -> Rule:
        """The rule that applies: what the agent said goes before what the line said."""
        if disposition is not None:
            return self.rule_of(disposition)
        if outcome is Outcome.ANSWERED:
            return self.rule_of(NO_DISPOSITION)
        return self.outcomes.get(outcome) or SHIPPED_RULES[self.base].outcomes[outcome]

    def rule_of(self, disposition: str) -> Rule:
        """The rule of a disposition the campaign has; its settings refuse one without a rule."""
        shipped = SHIPPED_RULES[self.base].dispositions
        return self.dispositions.get(disposition) or shipped[disposition]

    def step(self, rule: Rule, nth: int) -> Rule:
        """The rule for the `nth` time, from 1, that the word of `rule` came of a lead."""
        while rule.times is not None and nth > rule.times:
            nth -= rule.times
            rule = self.steps[rule.afterwards] if rule.afterwards else CLOSE
        return rule

    def written(self) -> Iterator[tuple[tuple[str, ...], Rule]]:
        """The rules that are given, each with the keys that lead to it."""
        yield from ((("outcomes", word.value), rule) for word, rule in self.outcomes.items())
        yield from ((("dispositions", word), rule) for word, rule in self.dispositions.items())
        yield from ((("steps", name), rule) for name, rule in self.steps.items())


OUTBOUND_DEFAULT: Final = RetryRules()
"""Again every 4 hours, at most 3 dials a day, the rest into the next day's list."""
