"""Classifies kept evidence again, after a rule changed or an announcement was learned.

Only an attempt's outcome and reason change; both old ones are kept. Nothing is dialled. The lead
follows only where that is still sensible (`dialer.outcomes.leads_follow`). Attempts are read in
batches, classified in a thread, and written in short transactions, so that calls go on beside
it. It may be broken off and run again at any time: what was changed already is not changed twice.
"""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final, cast

from sqlalchemy import (
    Connection,
    Select,
    Table,
    and_,
    bindparam,
    func,
    insert,
    or_,
    select,
    update,
)

from cti.base.clock import Clock
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow
from dialer.outcomes.classify import Verdict, classify
from dialer.outcomes.evidence import Evidence
from dialer.outcomes.leads_follow import Change, follow
from dialer.outcomes.models import OutcomeChangeRow

BATCH: Final = 500
EXAMPLES: Final = 3
_LONG_AGO: Final = datetime.min.replace(tzinfo=UTC)
_CHANGES = cast("Table", OutcomeChangeRow.__table__)
_ATTEMPTS = cast("Table", AttemptRow.__table__)
_SET = (
    update(_ATTEMPTS)
    .where(_ATTEMPTS.c.id == bindparam("key"), _ATTEMPTS.c.outcome == bindparam("old"))
    .values(outcome=bindparam("new"), outcome_reason=bindparam("reason"))
)


@dataclass(frozen=True, slots=True)
class Example:
    """One attempt whose outcome changes."""

    attempt_id: str
    old_reason: str
    new_reason: str


@dataclass(slots=True)
class Report:
    """What a run found, and did if it was to be applied.

    changes: how often (old outcome, new outcome); reworded: the same outcome for another reason;
    leads: what followed for the leads: kept, reopened, closed, moved_on to another number;
    unreadable: attempts whose evidence is not of the known form, left as they were;
    broken_off: set from outside, the run ends after the batch it is at.
    """

    looked: int = 0
    reworded: int = 0
    unreadable: int = 0
    changes: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: defaultdict[tuple[str, str], list[Example]] = field(
        default_factory=lambda: defaultdict(list)
    )
    leads: Counter[str] = field(default_factory=Counter)
    broken_off: bool = False

    @property
    def changed(self) -> int:
        """Attempts whose outcome changes."""
        return self.changes.total()

    def add(self, other: "Report") -> None:
        """Take in the figures of a further batch."""
        self.looked += other.looked
        self.reworded += other.reworded
        self.unreadable += other.unreadable
        self.changes.update(other.changes)
        for pair, examples in other.examples.items():
            self.examples[pair] = [*self.examples[pair], *examples][:EXAMPLES]
        self.leads.update(other.leads)


@dataclass(frozen=True, slots=True)
class _Found:
    attempt: Any  # a row of _COLUMNS
    verdict: Verdict


async def reclassify(
    store: Store,
    clock: Clock,
    *,
    attempt_ids: Sequence[str] | None = None,
    since: datetime | None = None,
    campaign_id: int | None = None,
    apply: bool = False,
    why: str = "",
    by: str = "",
    report: Report | None = None,
    as_if: Callable[[list[Any]], list[Any]] | None = None,
) -> Report:
    """Classify ended attempts again: these ids, or all placed `since` (of one campaign).

    apply: write what changes; otherwise nothing is written. why, by: kept with each change.
    report: one to be filled, which can be looked at meanwhile. as_if: makes of the kept evidence
    what is classified; never with `apply`, as an outcome must follow from what is kept.
    """
    if apply and as_if is not None:
        raise ValueError("what was only supposed is not applied")
    report = report or Report()
    async for rows in _batches(store, attempt_ids, since, campaign_id):
        if report.broken_off:
            break
        batch = Report()
        found = await asyncio.to_thread(_classify_again, rows, batch, as_if)
        report.add(batch)
        if apply and found:
            work = partial(_apply, found=found, why=why, by=by, now=clock.now())
            report.leads.update(await store.transact(work))
    return report


async def count(store: Store, since: datetime, campaign_id: int | None = None) -> int:
    """How many attempts `reclassify` would look at."""
    ended = select(func.count()).where(
        AttemptRow.outcome.is_not(None), AttemptRow.placed_at >= since
    )
    if campaign_id is not None:
        ended = ended.where(AttemptRow.campaign_id == campaign_id)
    async with store.read() as session:
        return (await session.execute(ended)).scalar_one()


_COLUMNS = (
    *(AttemptRow.id, AttemptRow.campaign_id, AttemptRow.lead_id, AttemptRow.number_id),
    *(AttemptRow.placed_at, AttemptRow.evidence, AttemptRow.outcome, AttemptRow.outcome_reason),
    AttemptRow.disposition,
)


async def _batches(
    store: Store,
    attempt_ids: Sequence[str] | None,
    since: datetime | None,
    campaign_id: int | None,
) -> AsyncIterator[Sequence[Any]]:
    ended = select(*_COLUMNS).where(AttemptRow.outcome.is_not(None))
    if attempt_ids is not None:
        for ids in _in_batches(attempt_ids):
            yield await _read(store, ended.where(AttemptRow.id.in_(ids)))
        return
    for campaign in await _campaigns(store, campaign_id):
        # Page by page from the last one seen: each page costs the same, however many there are.
        at, last = since or _LONG_AGO, ""
        query = ended.where(AttemptRow.campaign_id == campaign).order_by(
            AttemptRow.placed_at, AttemptRow.id
        )
        while True:
            later = or_(
                AttemptRow.placed_at > at, and_(AttemptRow.placed_at == at, AttemptRow.id > last)
            )
            from_here = query.where(AttemptRow.placed_at >= at, later).limit(BATCH)
            rows = await _read(store, from_here)
            if not rows:
                break
            yield rows
            at, last = rows[-1].placed_at, rows[-1].id


def _in_batches(ids: Iterable[str]) -> Iterable[tuple[str, ...]]:
    kept = list(dict.fromkeys(ids))
    return (tuple(kept[n : n + BATCH]) for n in range(0, len(kept), BATCH))


async def _campaigns(store: Store, campaign_id: int | None) -> list[int]:
    if campaign_id is not None:
        return [campaign_id]
    async with store.read() as session:
        return list(await session.scalars(select(CampaignRow.id).order_by(CampaignRow.id)))


async def _read(store: Store, query: Select[Any]) -> Sequence[Any]:
    async with store.read() as session:
        rows: Sequence[Any] = (await session.execute(query)).all()
    return rows


def _classify_again(
    rows: Sequence[Any], report: Report, as_if: Callable[[list[Any]], list[Any]] | None
) -> list[_Found]:
    """The attempts whose outcome or reason changes; counts go into the report."""
    found = []
    for row in rows:
        report.looked += 1
        try:
            evidence = as_if(row.evidence) if as_if else row.evidence
            verdict = classify(Evidence.from_list(evidence))
        except (ValueError, TypeError):
            report.unreadable += 1
            continue
        if verdict.outcome.value != row.outcome:
            pair = (row.outcome, verdict.outcome.value)
            report.changes[pair] += 1
            if len(report.examples[pair]) < EXAMPLES:
                report.examples[pair].append(Example(row.id, row.outcome_reason, verdict.reason))
        elif verdict.reason != row.outcome_reason:
            report.reworded += 1
        else:
            continue
        found.append(_Found(row, verdict))
    return found


def _apply(
    connection: Connection, found: list[_Found], why: str, by: str, now: datetime
) -> Counter[str]:
    """Write one batch; returns what followed for how many leads."""
    connection.execute(
        _SET,
        [
            {
                "key": f.attempt.id,
                "old": f.attempt.outcome,
                "new": f.verdict.outcome.value,
                "reason": f.verdict.reason,
            }
            for f in found
        ],
    )
    changes = [
        Change(
            attempt_id=f.attempt.id,
            campaign_id=f.attempt.campaign_id,
            lead_id=f.attempt.lead_id,
            number_id=f.attempt.number_id,
            disposition=f.attempt.disposition,
            old=f.attempt.outcome,
            new=f.verdict.outcome,
        )
        for f in found
        if f.attempt.outcome != f.verdict.outcome.value
    ]
    if not changes:
        return Counter()
    followed = follow(connection, changes, now)
    reasons = {f.attempt.id: (f.attempt.outcome_reason, f.verdict.reason) for f in found}
    connection.execute(
        insert(_CHANGES),
        [
            {
                "attempt_id": change.attempt_id,
                "old_outcome": change.old,
                "old_reason": reasons[change.attempt_id][0],
                "new_outcome": change.new.value,
                "new_reason": reasons[change.attempt_id][1],
                "why": why[:255],
                "changed_by": by[:64],
                "changed_at": now,
                "lead": followed[change.attempt_id].value,
            }
            for change in changes
        ],
    )
    return Counter(effect.value for effect in followed.values())
