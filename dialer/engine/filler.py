"""Keeps each running campaign's hopper filled from the database, and rebuilds it when lost."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import ColumnElement, and_, func, not_, or_, select, update

from cti.base.clock import Clock
from cti.store.engine import Store
from dialer.compliance.windows import CallingWindows, closed_until
from dialer.engine.postponing import Kin, kin_of, postpone
from dialer.hopper.hopper import Hopper
from dialer.leads.models import LeadRow, NumberRow

log = structlog.get_logger(__name__)

ENOUGH = 500
"""Leads a hopper holds ahead; at 10 calls/s that is 50 s of dialling."""
AHEAD = timedelta(seconds=2)
KINDS = 10
"""How often one filling looks past leads that may not be called now."""
_CANDIDATES = select(LeadRow.id, LeadRow.time_zone, LeadRow.promised_at, NumberRow.e164).outerjoin(
    NumberRow,
    and_(NumberRow.lead_id == LeadRow.id, NumberRow.position == LeadRow.next_number),
)


@dataclass(slots=True)
class Filler:
    """Moves leads from `waiting` to `due` in the database and into the hopper."""

    store: Store
    hopper: Hopper
    clock: Clock
    _moving: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def fill(self, campaign_id: int, windows: CallingWindows, enough: int = ENOUGH) -> int:
        """Top the hopper up to `enough` leads; returns how many were added.

        Appointments that fall due go in at once, however full it is. Leads that may not be
        called now are put off until they may, all of their kin together.
        """
        async with self._moving:
            return await self._fill(campaign_id, windows, enough)

    async def _fill(self, campaign_id: int, windows: CallingWindows, enough: int) -> int:
        horizon = self.clock.now() + AHEAD
        promised = await self._pick_promised(campaign_id, horizon)
        added = await self._claim(campaign_id, [row.id for row in promised])
        sizes = await self.hopper.sizes(campaign_id, self.clock.now())
        missing = enough - sizes.due - sizes.later
        if missing < enough // 2:
            return added
        others: list[ColumnElement[bool]] = []
        for _ in range(KINDS):
            rows = await self._pick(campaign_id, horizon, *others, most=missing)
            closed = self._closed(rows, windows)
            if not closed:
                return added + await self._claim(campaign_id, [row.id for row in rows])
            for kin, until in closed.items():
                moved = await postpone(self.store, campaign_id, kin, until, horizon)
                log.debug("leads.put_off", campaign=campaign_id, zone=kin.time_zone, leads=moved)
                others.append(or_(not_(kin.condition()), LeadRow.promised_at.is_not(None)))
        return added

    async def _pick(
        self, campaign_id: int, horizon: datetime, *conditions: ColumnElement[bool], most: int = 500
    ) -> Sequence[Any]:
        """The best of the leads that are due at `horizon`.

        One priority after the other, from the front of its piece of the index `ix_leads_rank`:
        sorting all that are due would take longer with every lead that waits.
        """
        waiting = (LeadRow.campaign_id == campaign_id, LeadRow.state == "waiting")
        highest = (
            select(LeadRow.priority).where(*waiting).order_by(LeadRow.priority.desc()).limit(1)
        )
        picked = _CANDIDATES.where(*waiting, LeadRow.due_at <= horizon, *conditions)
        found: list[Any] = []
        async with self.store.read() as session:
            priority = await session.scalar(highest)
            while priority is not None:
                same = picked.where(LeadRow.priority == priority).order_by(LeadRow.due_at)
                found += (await session.execute(same.limit(most - len(found)))).all()
                if len(found) == most:
                    break
                priority = await session.scalar(highest.where(LeadRow.priority < priority))
        return found

    async def _pick_promised(self, campaign_id: int, horizon: datetime) -> list[Any]:
        """Appointments that are due at `horizon`."""
        # Only by the promise: asked for state and due time as well, a database without statistics
        # looks through all that are due.
        promised = (
            select(LeadRow.id, LeadRow.state, LeadRow.due_at)
            .where(LeadRow.campaign_id == campaign_id, LeadRow.promised_at <= horizon)
            .order_by(LeadRow.promised_at)
        )
        async with self.store.read() as session:
            rows = await session.execute(promised)
            return [r for r in rows if r.state == "waiting" and r.due_at and r.due_at <= horizon]

    def _closed(self, rows: Sequence[Any], windows: CallingWindows) -> dict[Kin, datetime]:
        """Who of these may not be called now, and until when."""
        now = self.clock.now()
        kin = {
            kin_of(windows, row.time_zone, row.e164 or ""): row.e164 or ""
            for row in rows
            if row.promised_at is None
        }
        untils = {k: closed_until(windows, k.time_zone, number, now) for k, number in kin.items()}
        return {k: until for k, until in untils.items() if until is not None}

    async def _claim(self, campaign_id: int, lead_ids: Sequence[int]) -> int:
        """Let waiting leads be due, and put them into the hopper."""
        if not lead_ids:
            return 0
        claim = (
            update(LeadRow)
            .where(LeadRow.id.in_(lead_ids), LeadRow.state == "waiting")
            .values(state="due")
            .returning(LeadRow.id, LeadRow.due_at, LeadRow.priority)
            .execution_options(synchronize_session=False)
        )
        async with self.store.write() as session:
            rows = (await session.execute(claim)).all()
        now = self.clock.now()
        await self.hopper.add(campaign_id, [(r.id, r.due_at or now, r.priority) for r in rows])
        return len(rows)

    async def next_segment(self, campaign_id: int) -> str:
        """The part of the leads that is dialled next: the list's id; empty if there is none."""
        lead_id = await self.hopper.first(campaign_id, self.clock.now())
        if lead_id is None:
            return ""
        async with self.store.read() as session:
            list_id = await session.scalar(select(LeadRow.list_id).where(LeadRow.id == lead_id))
        return str(list_id or "")

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
