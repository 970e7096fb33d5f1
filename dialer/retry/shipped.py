"""The sets of rules that a campaign can start from."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dialer.compliance.windows import Span
from dialer.outcomes.outcome import Outcome
from dialer.retry.rule import Rule, Then

NO_DISPOSITION: Final = "no_disposition"
"""Key of the rule for an answered call of which the agent said nothing."""

_AGAIN = Rule(then=Then.AGAIN)
_AGAIN_ELSEWHERE = Rule(then=Then.AGAIN, other_number=True)
# The network's trouble passes in minutes; if it does not, the waits grow so that the lead's
# dials of the day are not spent on it.
_SOON = Rule(then=Then.AGAIN, after_minutes=(5, 60, 240))
_SPENT = Rule(then=Then.NEXT_NUMBER)
CLOSE = Rule(then=Then.CLOSE)

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
    "success": CLOSE,
    "third_party": CLOSE,
    "refused": CLOSE,
    "wrong_contact": _SPENT,
    "number_changed": _SPENT,
    "callback_at": Rule(then=Then.AT_CALLBACK),
    "no_time_fixed": _AGAIN,
    "do_not_call": Rule(then=Then.BAR),
    NO_DISPOSITION: _AGAIN,
}
# A customer we already have is worth more patience, and is tried at another time of the day.
_SHIFTED = Rule(
    then=Then.AGAIN,
    other_number=True,
    to_part={"morning": "evening", "afternoon": "morning", "evening": "afternoon"},
)


@dataclass(frozen=True, slots=True)
class Shipped:
    """A set of rules that a campaign can start from."""

    about: str
    outcomes: Mapping[Outcome, Rule]
    dispositions: Mapping[str, Rule]


SHIPPED_RULES: Final[Mapping[str, Shipped]] = {
    "outbound_sales": Shipped(
        "Every 4 hours, at most 3 dials a day, the rest into the next day's list.",
        OUTCOME_RULES,
        DISPOSITION_RULES,
    ),
    "follow_up": Shipped(
        "As outbound sales, but who does not answer is tried in another part of the day, "
        "a machine only twice, and who hung up on us on another day.",
        {
            **OUTCOME_RULES,
            Outcome.NO_ANSWER: _SHIFTED,
            Outcome.MACHINE: Rule(**{**dict(_SHIFTED), "times": 2}),
            Outcome.REJECTED: Rule(then=Then.NEXT_DAY),
        },
        DISPOSITION_RULES,
    ),
}
PARTS_OF_DAY: Final[Mapping[str, Span]] = {
    "morning": Span(0, 12 * 60),
    "afternoon": Span(12 * 60, 17 * 60 + 30),
    "evening": Span(17 * 60 + 30, 24 * 60),
}
