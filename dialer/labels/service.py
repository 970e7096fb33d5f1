"""Reading labels: what `cti amd train` learns from."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from cti.access.masking import PhoneNumber
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.labels.models import LabelRow
from hearing.speech.chosen import LEAST

_NEWEST = select(func.max(LabelRow.id)).group_by(LabelRow.attempt_id)


class LabelView(BaseModel):
    """What a person last said of who answered a call."""

    id: int
    attempt_id: str
    campaign_id: int
    number: PhoneNumber
    answered_at: datetime | None
    label: str = Field(description="person, machine, fax, ivr or silence")
    said_by: str
    said_at: datetime
    source: str = Field(description="overrule, disposition or correction")


class LabelCounts(BaseModel):
    """How many calls people have said the truth of; of several labels the newest counts."""

    calls: int
    by_label: dict[str, int] = Field(description="person, machine, fax, ivr, silence")
    by_source: dict[str, int] = Field(description="overrule, disposition, correction")
    persons: int = Field(description="calls of persons: one side of what is learnt")
    others: int = Field(description="calls of machines and menus: the other")
    least: int = Field(description="calls of each side without which nothing is learnt")
    newest_at: datetime | None


@dataclass(slots=True)
class LabelService:
    """Labels of answered calls."""

    store: Store

    async def find(
        self, *, campaign_id: int | None = None, after: int = 0, limit: int = 1000
    ) -> list[LabelView]:
        """The newest label of each call, in the order in which they were said.

        after: the `id` of the last one seen, to page on.
        """
        query = (
            select(LabelRow, AttemptRow)
            .join(AttemptRow, AttemptRow.id == LabelRow.attempt_id)
            .where(LabelRow.id.in_(_NEWEST), LabelRow.id > after)
            .order_by(LabelRow.id)
            .limit(limit)
        )
        if campaign_id is not None:
            query = query.where(AttemptRow.campaign_id == campaign_id)
        async with self.store.read() as session:
            rows = (await session.execute(query)).all()
        return [
            LabelView(
                id=label.id,
                attempt_id=attempt.id,
                campaign_id=attempt.campaign_id,
                number=attempt.e164,
                answered_at=attempt.answered_at,
                label=label.label,
                said_by=label.said_by,
                said_at=label.said_at,
                source=label.source,
            )
            for label, attempt in rows
        ]

    async def counts(self, campaign_id: int | None = None) -> LabelCounts:
        """How many there are, and how many learning needs."""
        row = LabelRow
        query = (
            select(row.label, row.source, func.count(), func.max(row.said_at))
            .where(row.id.in_(_NEWEST))
            .group_by(row.label, row.source)
        )
        if campaign_id is not None:
            query = query.join(AttemptRow, AttemptRow.id == row.attempt_id)
            query = query.where(AttemptRow.campaign_id == campaign_id)
        async with self.store.read() as session:
            rows = (await session.execute(query)).all()
        labels: Counter[str] = Counter()
        sources: Counter[str] = Counter()
        for label, source, number, _ in rows:
            labels[label] += number
            sources[source] += number
        return LabelCounts(
            calls=labels.total(),
            by_label=dict(labels),
            by_source=dict(sources),
            persons=labels["person"],
            others=labels["machine"] + labels["ivr"],
            least=LEAST,
            newest_at=max((said_at for *_, said_at in rows), default=None),
        )
