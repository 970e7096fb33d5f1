"""Moves the due times of leads that may not be called now, or may be after all, many at once.

Every evening a whole list falls out of its calling windows. Looked at one by one it would take
the dialler hours to see that; here one statement moves all who share time zone and region.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select, update

from cti.store.engine import Store
from dialer.compliance.windows import CallingWindows
from dialer.leads.models import LeadRow, NumberRow

CHUNK = 2_000
"""Leads moved in one transaction: short enough that an attempt hardly waits to be committed."""
CHUNKS = 10
"""And so many in a row; the next second goes on."""


@dataclass(frozen=True, slots=True)
class Kin:
    """Leads with the same hours: of one time zone, and in the same regions by their number."""

    time_zone: str
    prefixes: tuple[tuple[str, ...], ...] = ()

    def condition(self) -> ColumnElement[bool]:
        """Who belongs to them, in SQL; also who has stricter hours still."""
        same_zone = LeadRow.time_zone == self.time_zone
        return and_(same_zone, *(_has_number(prefixes) for prefixes in self.prefixes))


def _has_number(prefixes: Iterable[str]) -> ColumnElement[bool]:
    begins = or_(*(NumberRow.e164.startswith(prefix, autoescape=True) for prefix in prefixes))
    turn = and_(NumberRow.lead_id == LeadRow.id, NumberRow.position == LeadRow.next_number)
    return exists().where(turn, begins)


def kin_of(windows: CallingWindows, time_zone: str, number: str) -> Kin:
    """Whose hours this lead shares."""
    regions = [r for r in windows.regions if number and number.startswith(r.prefixes)]
    return Kin(time_zone, tuple(region.prefixes for region in regions))


async def postpone(
    store: Store, campaign_id: int, kin: Kin, until: datetime, horizon: datetime
) -> int:
    """Let the campaign's waiting leads of these kin be due at `until`, some thousands at once.

    Appointments keep their time. Returns how many were moved.
    """
    some = (
        select(LeadRow.id)
        .where(
            LeadRow.campaign_id == campaign_id,
            LeadRow.state == "waiting",
            LeadRow.due_at <= horizon,
            LeadRow.promised_at.is_(None),
            kin.condition(),
        )
        .limit(CHUNK)
    )
    move = (
        update(LeadRow)
        .where(LeadRow.id.in_(some), LeadRow.state == "waiting")
        .values(due_at=until)
        .execution_options(synchronize_session=False)
    )
    moved = 0
    for _ in range(CHUNKS):
        async with store.write() as session:
            count = (await session.execute(move)).rowcount  # type: ignore[attr-defined]
        moved += count
        if count < CHUNK:
            break
    return moved


async def bring_forward(store: Store, campaign_id: int, now: datetime) -> None:
    """Let leads that were never dialled be due at once: the calling windows have changed.

    Those that may not be called now are put off again, by the new windows. Leads that wait by a
    rule or for an appointment keep their time.
    """
    last = 0
    while True:
        some = (
            select(LeadRow.id)
            .where(LeadRow.campaign_id == campaign_id, LeadRow.id > last)
            .order_by(LeadRow.id)
            .limit(CHUNK)
        )
        async with store.read() as session:
            ids = (await session.scalars(some)).all()
        if not ids:
            return
        last = ids[-1]
        async with store.write() as session:
            await session.execute(
                update(LeadRow)
                .where(
                    LeadRow.campaign_id == campaign_id,
                    LeadRow.id.between(ids[0], last),
                    LeadRow.state == "waiting",
                    LeadRow.dials == 0,
                    LeadRow.promised_at.is_(None),
                    LeadRow.due_at > now,
                )
                .values(due_at=now)
                .execution_options(synchronize_session=False)
            )
