"""What a changed outcome means for the attempt's lead, where it still means anything.

- A number that is not vacant (fax, changed …) any more may be dialled again, unless an agent's
  word or another attempt spent it. A lead that was closed for want of numbers then waits again.
- A number that turns out to be vacant is spent: a lead that waits goes on with its next number,
  or is closed if none is left.
- What an agent said of an attempt goes before what the line said: then the lead stays as it is.
- A lead in flight stays as it is, and so does one that was dialled again since: what its later
  attempts brought is newer.

No due time is brought forward: a lead that waits keeps its time, so that nothing is dialled
sooner for having been looked at again.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, cast

from sqlalchemy import Connection, Table, select, update

from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.models import LeadRow, NumberRow
from dialer.outcomes.outcome import Outcome
from dialer.retry.rule import Then
from dialer.retry.rules import RetryRules

_LEADS = cast("Table", LeadRow.__table__)
_NUMBERS = cast("Table", NumberRow.__table__)


@dataclass(frozen=True, slots=True)
class Change:
    """An attempt that has another outcome now. disposition: what an agent said of it."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    number_id: int
    disposition: str | None
    old: str
    new: Outcome


class Effect(StrEnum):
    """What followed for the lead."""

    KEPT = "kept"
    REOPENED = "reopened"
    CLOSED = "closed"
    MOVED_ON = "moved_on"  # to its next number


@dataclass(slots=True)
class _Lead:
    row: dict[str, Any]
    numbers: dict[int, dict[str, Any]]  # by id, in order of position
    attempts: list[Any]  # in order of time
    rules: RetryRules

    def rule(self, outcome: str, disposition: str | None) -> Then:
        try:
            return self.rules.rule(Outcome(outcome), disposition).then
        except KeyError:  # a disposition that the campaign has no more
            return Then.CLOSE

    def spent_by(self, number_id: int) -> str | None:
        """The attempt that made a number unusable: its id, if there is one."""
        for attempt in self.attempts:
            then = self.rule(attempt.outcome, attempt.disposition)
            if then is Then.BAR or (then is Then.NEXT_NUMBER and attempt.number_id == number_id):
                return str(attempt.id)
        return None

    def usable(self) -> list[int]:
        """Positions of the numbers that may be dialled."""
        return [n["position"] for n in self.numbers.values() if n["usable"]]


def follow(
    connection: Connection, changes: Sequence[Change], now: datetime
) -> Mapping[str, Effect]:
    """Let leads and numbers follow; the attempts' new outcomes are written already.

    Returns what followed, by attempt id.
    """
    leads = _read(connection, changes)
    return {change.attempt_id: _follow(connection, leads, change, now) for change in changes}


def _follow(
    connection: Connection, leads: Mapping[int, _Lead], change: Change, now: datetime
) -> Effect:
    lead = leads.get(change.lead_id)
    if lead is None or change.disposition is not None:
        return Effect.KEPT
    then = lead.rule(change.new, None)
    if then is Then.NEXT_NUMBER:
        _set_usable(connection, lead, change.number_id, usable=False)
    elif lead.spent_by(change.number_id) is None:
        _set_usable(connection, lead, change.number_id, usable=True)
    if lead.row["state"] == "in_flight":
        return Effect.KEPT
    if lead.row["state"] == "closed":
        return _reopen(connection, lead, change, then, now)
    if lead.attempts and lead.attempts[-1].id != change.attempt_id:
        return _keep_dialable(connection, lead, change)
    if then in (Then.CLOSE, Then.BAR):
        return _close(connection, lead, change.new.value)
    return _keep_dialable(connection, lead, change)


def _reopen(
    connection: Connection, lead: _Lead, change: Change, then: Then, now: datetime
) -> Effect:
    """A lead that the old outcome had closed waits again, if the new one leaves a number."""
    by_line = {change.old, "no_usable_number"}
    position = lead.numbers[change.number_id]["position"]
    if (
        lead.row["closed_reason"] not in by_line
        or then in (Then.CLOSE, Then.BAR, Then.NEXT_NUMBER)
        or not lead.numbers[change.number_id]["usable"]
        or lead.row["dials"] >= lead.rules.max_total
    ):
        return Effect.KEPT
    _update(
        connection,
        lead,
        state="waiting",
        due_at=now,
        closed_reason=None,
        next_number=position,
        last_outcome=change.new.value,
        why=f"Classified again: {change.new.value}, not {change.old}. It waits again.",
    )
    return Effect.REOPENED


def _keep_dialable(connection: Connection, lead: _Lead, change: Change) -> Effect:
    """A lead that waits has a number to be dialled, or is closed."""
    usable = lead.usable()
    if not usable:
        return _close(connection, lead, change.new.value)
    if lead.row["next_number"] in usable:
        return Effect.KEPT
    after = [p for p in usable if p > lead.row["next_number"]]
    _update(connection, lead, next_number=min(after or usable))
    return Effect.MOVED_ON


def _close(connection: Connection, lead: _Lead, reason: str) -> Effect:
    # One that is due is still in the hopper: the last look passes over what is not due.
    own = lead.row["own_priority"]
    _update(
        connection,
        lead,
        state="closed",
        due_at=None,
        promised_at=None,
        prefer_agent=None,
        priority=lead.row["priority"] if own is None else own,
        own_priority=None,
        closed_reason=reason,
        last_outcome=reason,
        why=f"Classified again: {reason}. Closed.",
    )
    return Effect.CLOSED


def _update(connection: Connection, lead: _Lead, **values: Any) -> None:
    connection.execute(update(_LEADS).where(_LEADS.c.id == lead.row["id"]).values(values))
    lead.row |= values


def _set_usable(connection: Connection, lead: _Lead, number_id: int, *, usable: bool) -> None:
    number = lead.numbers[number_id]
    if number["usable"] != usable:
        connection.execute(update(_NUMBERS).where(_NUMBERS.c.id == number_id).values(usable=usable))
        number["usable"] = usable


def _read(connection: Connection, changes: Sequence[Change]) -> Mapping[int, _Lead]:
    ids = {change.lead_id for change in changes}
    leads = select(_LEADS).where(_LEADS.c.id.in_(ids)).with_for_update()
    rows = [dict(row) for row in connection.execute(leads).mappings()]
    numbers: defaultdict[int, dict[int, dict[str, Any]]] = defaultdict(dict)
    for number in connection.execute(
        select(_NUMBERS).where(_NUMBERS.c.lead_id.in_(ids)).order_by(_NUMBERS.c.position)
    ).mappings():
        numbers[number["lead_id"]][number["id"]] = dict(number)
    attempts: defaultdict[int, list[Any]] = defaultdict(list)
    for attempt in connection.execute(
        select(
            AttemptRow.id,
            AttemptRow.lead_id,
            AttemptRow.number_id,
            AttemptRow.outcome,
            AttemptRow.disposition,
        )
        .where(AttemptRow.lead_id.in_(ids), AttemptRow.outcome.is_not(None))
        .order_by(AttemptRow.placed_at, AttemptRow.id)
    ):
        attempts[attempt.lead_id].append(attempt)
    rules = {
        campaign_id: CampaignSettings.model_validate(settings).retry
        for campaign_id, settings in connection.execute(
            select(CampaignRow.id, CampaignRow.settings).where(
                CampaignRow.id.in_({row["campaign_id"] for row in rows})
            )
        )
    }
    return {
        row["id"]: _Lead(row, numbers[row["id"]], attempts[row["id"]], rules[row["campaign_id"]])
        for row in rows
    }
