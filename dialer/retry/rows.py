"""A lead's row in the words of the rules, and back."""

from collections.abc import Sequence
from typing import Any, Final

from dialer.hopper.hopper import MAX_PRIORITY
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import Again, Closed, counted_as
from dialer.retry.facts import LeadFacts, tally_as_json, tally_from_json

PROMISED_PRIORITY: Final = MAX_PRIORITY
"""An appointment goes before every other lead; imports and rules stay far below."""
WHY_LENGTH: Final = 255


def facts_of(lead: Any, numbers: Sequence[Any], position: int) -> LeadFacts:
    """What the rules need to know of a lead whose number at `position` is looked at.

    lead: a LeadRow, or a row with its columns. numbers: the lead's, with `position`, `e164`
    and `usable`, in order.
    """
    return LeadFacts(
        time_zone=lead.time_zone,
        dials=lead.dials,
        dials_today=lead.dials_today,
        dials_day=lead.dials_day,
        position=position,
        usable=tuple(number.position for number in numbers if number.usable),
        promised=lead.promised_at is not None,
        priority=lead.priority if lead.own_priority is None else lead.own_priority,
        numbers={number.position: number.e164 for number in numbers},
        tally=tally_from_json(lead.tally),
    )


def moved(
    step: Again | Closed, facts: LeadFacts, outcome: Outcome, disposition: str | None
) -> dict[str, Any]:
    """The columns of the lead's row after a decision (`ledger.LEAD_MOVED`).

    facts: with the attempt just made, as `decide` had them.
    """
    columns: dict[str, Any] = {
        "state": "closed",
        "due_at": None,
        "next_number": facts.position,
        "prefer_agent": None,
        "promised_at": None,
        "priority": facts.priority,
        "own_priority": None,
        "tally": tally_as_json(facts.counted(counted_as(outcome, disposition))),
        "why": step.words[:WHY_LENGTH],
        "last_outcome": outcome.value,
        "last_disposition": disposition,
        "closed_reason": None,
    }
    if isinstance(step, Closed):
        return columns | {"closed_reason": step.reason}
    columns |= {"state": "waiting", "due_at": step.due_at, "next_number": step.number_position}
    if step.promised_at is not None:
        return columns | {
            "prefer_agent": step.prefer_agent,
            "promised_at": step.promised_at,
            "priority": PROMISED_PRIORITY,
            "own_priority": facts.priority,
        }
    return columns | ({"priority": step.priority} if step.priority is not None else {})
