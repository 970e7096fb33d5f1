"""Reading labels: what `cti amd train` learns from."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field
from sqlalchemy import func, select

from cti.access.masking import PhoneNumber
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.labels.models import LabelRow


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
        newest = select(func.max(LabelRow.id)).group_by(LabelRow.attempt_id)
        query = (
            select(LabelRow, AttemptRow)
            .join(AttemptRow, AttemptRow.id == LabelRow.attempt_id)
            .where(LabelRow.id.in_(newest), LabelRow.id > after)
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
