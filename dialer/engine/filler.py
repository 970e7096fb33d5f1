"""Keeps each running campaign's hopper filled from the database, and rebuilds it when lost."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

import structlog
from sqlalchemy import func, select, update

from cti.base.clock import Clock
from cti.store.engine import Store
from dialer.hopper.hopper import Hopper
from dialer.leads.models import LeadRow

log = structlog.get_logger(__name__)

ENOUGH = 500
"""Leads a hopper holds ahead; at 10 calls/s that is 50 s of dialling."""
AHEAD = timedelta(seconds=2)


@dataclass(slots=True)
class Filler:
    """Moves leads from `waiting` to `due` in the database and into the hopper."""

    store: Store
    hopper: Hopper
    clock: Clock
    _moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fill(self, campaign_id: int, enough: int = ENOUGH) -> int:
        """Top the hopper up to `enough` leads; returns how many were added."""
        async with self._moving:
            return await self._fill(campaign_id, enough)

    async def _fill(self, campaign_id: int, enough: int) -> int:
        sizes = await self.hopper.sizes(campaign_id, self.clock.now())
        missing = enough - sizes.due - sizes.later
        if missing < enough // 2:
            return 0
        horizon = self.clock.now() + AHEAD
        picked = (
            select(LeadRow.id)
            .where(
                LeadRow.campaign_id == campaign_id,
                LeadRow.state == "waiting",
                LeadRow.due_at <= horizon,
            )
            .order_by(LeadRow.priority.desc(), LeadRow.due_at)
            .limit(missing)
        )
        claim = (
            update(LeadRow)
            .where(LeadRow.id.in_(picked))
            .values(state="due")
            .returning(LeadRow.id, LeadRow.due_at, LeadRow.priority)
            .execution_options(synchronize_session=False)
        )
        async with self.store.read() as session:  # a cheap look first: most of the time nothing
            if (await session.execute(picked.limit(1))).first() is None:
                return 0
        async with self.store.write() as session:
            rows = (await session.execute(claim)).all()
        now = self.clock.now()
        await self.hopper.add(campaign_id, [(r.id, r.due_at or now, r.priority) for r in rows])
        return len(rows)

    async def rebuild(self, campaign_id: int) -> int:
        """Make the hopper hold exactly the leads that are `due` in the database."""
        async with self._moving:
            return await self._rebuild(campaign_id)

    async def _rebuild(self, campaign_id: int) -> int:
        await self.hopper.clear(campaign_id)
        due = select(LeadRow.id, LeadRow.due_at, LeadRow.priority).where(
            LeadRow.campaign_id == campaign_id, LeadRow.state == "due"
        )
        async with self.store.read() as session:
            rows = (await session.execute(due)).all()
        now = self.clock.now()
        await self.hopper.add(campaign_id, [(r.id, r.due_at or now, r.priority) for r in rows])
        return len(rows)

    async def drain(self, campaign_id: int) -> None:
        """Hand what is in the hopper back to the database: the campaign no longer runs."""
        async with self._moving:
            await self.hopper.clear(campaign_id)
            async with self.store.write() as session:
                await session.execute(
                    update(LeadRow)
                    .where(LeadRow.campaign_id == campaign_id, LeadRow.state == "due")
                    .values(state="waiting")
                )

    async def check(self, campaign_id: int) -> None:
        """Recover stale takes, and rebuild a hopper that Redis has lost."""
        await self.hopper.recover(campaign_id, older_than_s=30.0, now=self.clock.now())
        count = select(func.count()).where(
            LeadRow.campaign_id == campaign_id, LeadRow.state == "due"
        )
        async with self._moving:
            # In this order: what is dialled between the two looks is then no longer due.
            sizes = await self.hopper.sizes(campaign_id, self.clock.now())
            held = sizes.due + sizes.later + sizes.taken
            async with self.store.read() as session:
                due = (await session.execute(count)).scalar_one()
            if due > held:
                log.warning("hopper.lost_leads", campaign=campaign_id, lost=due - held)
                await self._rebuild(campaign_id)
