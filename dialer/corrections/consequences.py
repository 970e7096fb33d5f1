"""What a corrected disposition means for the lead, where it still means anything. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from cti.base.errors import Conflict
from dialer.attempts.models import AttemptRow
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.flights import Disposed
from dialer.leads.models import LeadRow, NumberRow
from dialer.outcomes.outcome import Outcome
from dialer.retry.decide import decide
from dialer.retry.rows import facts_of, moved
from dialer.retry.rule import Then


@dataclass(frozen=True, slots=True)
class Story:
    """An ended attempt and its lead as the database has them. latest: no later attempt."""

    attempt: AttemptRow
    lead: LeadRow
    numbers: Sequence[NumberRow]
    latest: bool
    settings: CampaignSettings

    @property
    def position(self) -> int:
        """Of the number that was dialled."""
        return next((n.position for n in self.numbers if n.id == self.attempt.number_id), 0)

    def then(self, disposition: str | None) -> Then | None:
        """What the rules say follows a disposition; None for none, or one that is no more."""
        if disposition is None or self.settings.disposition(disposition) is None:
            return None
        return self.settings.retry.rule_of(disposition).then


@dataclass(frozen=True, slots=True)
class Consequence:
    """usable: numbers, by id, that may or may not be dialled any more. lead: columns of its row
    that change, or None for no change. words: the same for people."""

    words: str
    usable: dict[int, bool] = field(default_factory=dict)
    lead: dict[str, Any] | None = None


def consequence(story: Story, disposed: Disposed, outcome: Outcome) -> Consequence:
    """What follows the agent's new word.

    Conflict: an appointment, while the lead is being called.
    """
    then, in_flight = story.then(disposed.code), story.lead.state == "in_flight"
    if then is Then.BAR:
        return _barred(story, disposed.code, in_flight)
    usable = _freed(story, then)
    if in_flight and then is Then.AT_CALLBACK:
        raise Conflict(
            "The lead is being called at this moment, so its appointment cannot be set.",
            "Correct it again when that call is over.",
        )
    if in_flight:
        return Consequence("The lead is being called: that call decides what follows.", usable)
    if not story.latest and then is not Then.AT_CALLBACK:
        return Consequence("A later call decides when the lead is dialled.", usable)
    return _decided_again(story, disposed, outcome, usable)


def _barred(story: Story, code: str, in_flight: bool) -> Consequence:
    usable = {number.id: False for number in story.numbers}
    if in_flight:
        return Consequence("No number of the lead is dialled again after this call.", usable)
    columns = {
        "state": "closed",
        "due_at": None,
        "prefer_agent": None,
        "promised_at": None,
        "last_disposition": code,
        "closed_reason": code,
        "why": f"Closed: {code}; no number is dialled again.",
    }
    return Consequence(columns["why"] or "", usable, columns)


def _freed(story: Story, then: Then | None) -> dict[int, bool]:
    """The number that the old word had spent. A bar is not lifted so: the list has its own way."""
    spent = story.then(story.attempt.disposition) is Then.NEXT_NUMBER
    return {story.attempt.number_id: True} if spent and then is not Then.NEXT_NUMBER else {}


def _decided_again(
    story: Story, disposed: Disposed, outcome: Outcome, usable: dict[int, bool]
) -> Consequence:
    facts = facts_of(story.lead, _with(story.numbers, usable), story.position)
    step = decide(
        story.settings.retry,
        facts,
        outcome,
        disposition=disposed.code,
        callback_at=disposed.callback_at,
        agent_id=disposed.agent_id,
        now=disposed.at,
        windows=story.settings.windows,
    )
    spent = {n.id: False for n in story.numbers if n.position in step.unusable}
    columns = moved(step, facts, outcome, disposed.code)
    columns["tally"] = story.lead.tally  # the call was counted already
    return Consequence(step.words, usable | spent, columns)


@dataclass(frozen=True, slots=True)
class _Number:
    position: int
    e164: str
    usable: bool


def _with(numbers: Sequence[NumberRow], usable: dict[int, bool]) -> list[_Number]:
    return [_Number(n.position, n.e164, usable.get(n.id, n.usable)) for n in numbers]
