"""Campaigns with leads, and dials as the engine commits them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from cti.base.clock import ManualClock
from cti.store.engine import Store
from dialer.attempts.models import AttemptRow
from dialer.campaigns.models import CampaignRow, ClientRow
from dialer.campaigns.settings import CampaignSettings
from dialer.engine.placing import Campaign, Placed, commit_attempts
from dialer.leads.models import LeadListRow, LeadRow, NumberRow

ONE, OTHER = "+8613800000001", "+8613800000002"


@dataclass
class Book:
    """Acme runs `spring` and `autumn`, Bolt runs `bolt`; `own` has no client."""

    store: Store
    clock: ManualClock
    acme: int
    bolt: int
    campaigns: dict[str, int]
    lists: dict[str, int]

    @classmethod
    async def made(cls, store: Store, clock: ManualClock) -> "Book":
        async with store.write() as session:
            acme, bolt = ClientRow(name="Acme"), ClientRow(name="Bolt")
            session.add_all([acme, bolt])
            await session.flush()
            owners = {"spring": acme.id, "autumn": acme.id, "bolt": bolt.id, "own": None}
            campaigns, lists = {}, {}
            for name, owner in owners.items():
                row = CampaignRow(
                    name=name,
                    client_id=owner,
                    settings=CampaignSettings().model_dump(mode="json"),
                    created_at=clock.now(),
                )
                session.add(row)
                await session.flush()
                leads = LeadListRow(campaign_id=row.id, name="list", created_at=clock.now())
                session.add(leads)
                await session.flush()
                campaigns[name], lists[name] = row.id, leads.id
        return cls(store, clock, acme.id, bolt.id, campaigns, lists)

    def campaign(self, name: str, **settings: Any) -> Campaign:
        """As the engine knows it."""
        owner = {"spring": self.acme, "autumn": self.acme, "bolt": self.bolt}.get(name)
        chosen = CampaignSettings.model_validate(settings)
        return Campaign(self.campaigns[name], name, chosen, "carrier", owner)

    async def lead(self, campaign: str, *numbers: str, **facts: Any) -> int:
        """A lead that is due."""
        known: dict[str, Any] = {"time_zone": "Asia/Shanghai", "state": "due"}
        async with self.store.write() as session:
            row = LeadRow(
                campaign_id=self.campaigns[campaign],
                list_id=self.lists[campaign],
                due_at=self.clock.now(),
                **(known | facts),
            )
            session.add(row)
            await session.flush()
            for position, e164 in enumerate(numbers):
                session.add(
                    NumberRow(
                        campaign_id=row.campaign_id, lead_id=row.id, position=position, e164=e164
                    )
                )
        return row.id

    async def dial(self, campaign: Campaign, leads: Sequence[int], most: int = 50) -> Placed:
        """Look at these leads and commit attempts for those that may be called."""
        return await commit_attempts(
            self.store,
            campaign,
            leads,
            most=most,
            now=self.clock.now,
            monotonic=self.clock.monotonic,
            caller_id=lambda: "",
        )

    async def dialled(self, placed: Placed, outcome: str = "busy") -> list[str]:
        """These calls have ended and their leads are due again; returns the numbers dialled."""
        async with self.store.write() as session:
            for flight in placed.flights:
                await session.execute(
                    update(AttemptRow)
                    .where(AttemptRow.id == flight.attempt_id)
                    .values(outcome=outcome)
                )
                await session.execute(
                    update(LeadRow).where(LeadRow.id == flight.lead_id).values(state="due")
                )
        return [flight.e164 for flight in placed.flights]

    async def state(self, lead: int) -> tuple[str, datetime | None, str | None]:
        """A lead's state, due time, and why it was closed."""
        async with self.store.read() as session:
            row = await session.get_one(LeadRow, lead)
        return row.state, row.due_at, row.closed_reason

    async def attempts(self) -> int:
        """How many attempts there are."""
        async with self.store.read() as session:
            return len((await session.scalars(select(AttemptRow.id))).all())
