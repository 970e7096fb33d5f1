"""Reminds agents of their appointments a few minutes before."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

import structlog
from sqlalchemy import and_, select
from sqlalchemy.exc import SQLAlchemyError

from cti.base.clock import Clock
from cti.base.signals import Signals
from cti.base.tasks import end
from cti.store.engine import Store, first_line
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.models import LeadRow, NumberRow
from dialer.schedule.events import AppointmentNear

log = structlog.get_logger(__name__)

LOOK_SECONDS: Final = 5.0
LONGEST: Final = timedelta(minutes=120)
"""As much as `remind_minutes` allows."""


@dataclass(slots=True)
class Reminders:
    """Emits `AppointmentNear` once for each appointment; once more after a restart."""

    store: Store
    signals: Signals
    clock: Clock
    _told: dict[int, datetime] = field(default_factory=dict)  # lead → the time told of
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin to look."""
        self._tasks = [asyncio.get_running_loop().create_task(self._run(), name="reminders")]

    async def close(self) -> None:
        """Stop."""
        await end(self._tasks)

    async def look(self) -> int:
        """Tell of what has come near; returns of how many."""
        now = self.clock.now()
        self._told = {lead: due for lead, due in self._told.items() if due > now}
        near = await self._near(now)
        for event in near:
            self._told[event.lead_id] = event.due_at
            self.signals.emit(event)
        return len(near)

    async def _near(self, now: datetime) -> list[AppointmentNear]:
        turn = and_(NumberRow.lead_id == LeadRow.id, NumberRow.position == LeadRow.next_number)
        query = (
            select(LeadRow.__table__, NumberRow.e164, CampaignRow.settings)
            .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
            .join(NumberRow, turn)
            .where(
                # An appointment that was moved is due later than promised, never earlier.
                LeadRow.promised_at <= now + LONGEST,
                LeadRow.due_at > now,
                LeadRow.due_at <= now + LONGEST,
                LeadRow.state.in_(("waiting", "due")),
                LeadRow.prefer_agent.is_not(None),
                CampaignRow.state == "running",
            )
            .order_by(LeadRow.due_at)
        )
        async with self.store.read() as session:
            rows = (await session.execute(query)).all()
        minutes = {r.campaign_id: _minutes(r.settings) for r in rows}
        return [
            AppointmentNear(
                row.id,
                row.campaign_id,
                row.prefer_agent,
                row.name,
                row.e164,
                row.promised_at,
                row.due_at,
            )
            for row in rows
            if row.due_at - now <= timedelta(minutes=minutes[row.campaign_id])
            and self._told.get(row.id) != row.due_at
        ]

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("reminders.not_read", why=first_line(error))
            await asyncio.sleep(LOOK_SECONDS)


def _minutes(settings: dict[str, object]) -> int:
    return CampaignSettings.model_validate(settings).retry.appointments.remind_minutes
