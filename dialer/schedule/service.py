"""When leads are called: explained, and appointments made, moved, cancelled and listed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel, Field
from sqlalchemy import Connection, and_, func, or_, select, update

from cti.access.masking import PhoneNumber, SentenceWithNumbers
from cti.agents.models import AgentRow
from cti.agents.roster import Roster
from cti.base.clock import Clock
from cti.base.errors import Conflict, NotFound
from cti.store.engine import Store
from cti.texts.reader import Sentence
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.facts import read_facts
from dialer.compliance.windows import zone
from dialer.hopper.hopper import Hopper
from dialer.leads.models import LeadRow, NumberRow
from dialer.retry.appointments import check_appointment
from dialer.retry.rows import PROMISED_PRIORITY, WHY_LENGTH, facts_of
from dialer.schedule.explain import MOST_AHEAD, Standing, explain

WAITS = ("waiting", "due")
PacerSays = Callable[[int], tuple[str, ...]]


class LeadSchedule(BaseModel):
    """When a lead is called next, and why not now."""

    lead_id: int
    name: str
    campaign_id: int
    campaign: str
    state: Literal["waiting", "due", "in_flight", "closed"]
    time_zone: str
    local_time: str = Field(description="where the lead lives, now")
    due_at: datetime | None
    promised_at: datetime | None = Field(description="the time of an appointment")
    agent: str | None = Field(description="sign-in name of who is asked first then")
    next_at: datetime | None = Field(description="when it may be called as things stand")
    where: SentenceWithNumbers = Field(description="in which place it is, and by which decision")
    when: SentenceWithNumbers = Field(description="when it is called next")
    not_now: list[SentenceWithNumbers] = Field(
        description="what stands in the way now, one sentence each"
    )


class Appointment(BaseModel):
    """A time that was promised to a lead."""

    lead_id: int
    name: str
    number: PhoneNumber = Field(description="E.164, the one that will be dialled")
    campaign_id: int
    campaign: str
    agent: str | None = Field(description="sign-in name of who is asked first")
    promised_at: datetime
    due_at: datetime = Field(description="when it is dialled: later if calling was not allowed")
    time_zone: str
    why: Sentence


@dataclass(slots=True)
class ScheduleService:
    """Use cases of the schedule. pacer_says: why a campaign dials as many as it does now."""

    store: Store
    hopper: Hopper
    roster: Roster
    clock: Clock
    pacer_says: PacerSays = lambda _: ()

    # -- explained -----------------------------------------------------------------------------

    async def explain(self, lead_id: int) -> LeadSchedule:
        """Raises NotFound."""
        now = self.clock.now()
        found = await self.store.transact(lambda at: _standings(at, [lead_id], now))
        if not found:
            raise NotFound(f"There is no lead {lead_id}.")
        return self._schedule(found[0], now)

    async def explain_number(self, e164: str) -> list[LeadSchedule]:
        """Every lead with this number, one of each campaign that has it. Raises NotFound."""
        now = self.clock.now()
        with_number = select(NumberRow.lead_id).where(NumberRow.e164 == e164).limit(100)

        def look(connection: Connection) -> list[Standing]:
            return _standings(connection, list(connection.scalars(with_number)), now)

        found = await self.store.transact(look)
        if not found:
            raise NotFound(
                f"No lead has the number {e164}.",
                "Write it with its country code, such as +86 138….",
            )
        return [self._schedule(standing, now) for standing in found]

    def _schedule(self, standing: Standing, now: datetime) -> LeadSchedule:
        lead = standing.lead
        agent = self.roster.by_id(lead.prefer_agent)
        told = explain(
            replace(
                standing,
                pacer=self.pacer_says(lead.campaign_id),
                agent=agent.name if agent else None,
            ),
            now,
        )
        return LeadSchedule(
            lead_id=lead.id,
            name=lead.name,
            campaign_id=lead.campaign_id,
            campaign=standing.campaign,
            state=lead.state,
            time_zone=lead.time_zone,
            local_time=f"{now.astimezone(zone(lead.time_zone)):%a %Y-%m-%d %H:%M}",
            due_at=lead.due_at,
            promised_at=lead.promised_at,
            agent=agent.name if agent else None,
            next_at=told.next_at,
            where=told.where,
            when=told.when,
            not_now=list(told.not_now),
        )

    # -- appointments --------------------------------------------------------------------------

    async def appointments(
        self,
        *,
        agent: str | None = None,
        campaign_id: int | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        limit: int = 100,
    ) -> list[Appointment]:
        """Those that are still to be kept, the next one first. Raises NotFound for the agent.

        since, before: dialled at or after that moment, and before that.
        """
        query = _appointments().order_by(LeadRow.due_at, LeadRow.id).limit(limit)
        if agent is not None:
            query = query.where(LeadRow.prefer_agent == self.roster.get(agent).id)
        if campaign_id is not None:
            query = query.where(LeadRow.campaign_id == campaign_id)
        if since is not None:
            query = query.where(LeadRow.due_at >= since)
        if before is not None:
            query = query.where(LeadRow.due_at < before)
        async with self.store.read() as session:
            return [_appointment(row) for row in await session.execute(query)]

    async def possible(self, lead_id: int, at: datetime) -> datetime:
        """When an appointment at `at` would be dialled. Raises NotFound, UserError with why not."""

        def look(connection: Connection) -> datetime:
            return self._check(connection, lead_id, at)[2]

        return await self.store.transact(look)

    async def appoint(self, lead_id: int, at: datetime, agent: str | None = None) -> Appointment:
        """Promise a lead a time, in place of any other; a closed lead is opened for it.

        Raises NotFound; Conflict for a lead in flight or without a usable number; UserError for
        a time that cannot be kept.
        """
        agent_id = None if agent is None else self.roster.get(agent).id

        def write(connection: Connection) -> int:
            lead, facts, due = self._check(connection, lead_id, at, locked=True)
            if lead.state == "in_flight":
                raise Conflict(
                    f"Lead {lead_id} is being called.", "Its agent can make the appointment."
                )
            if not facts.usable:
                raise Conflict(f"Lead {lead_id} has no number that may be dialled.")
            usable = facts.usable
            there = f"{due.astimezone(zone(lead.time_zone)):%Y-%m-%d %H:%M}"
            connection.execute(
                update(LeadRow)
                .where(LeadRow.id == lead_id)
                .values(
                    state="waiting",
                    due_at=due,
                    closed_reason=None,
                    promised_at=at.astimezone(UTC),
                    prefer_agent=agent_id,
                    own_priority=facts.priority,
                    priority=PROMISED_PRIORITY,
                    next_number=lead.next_number if lead.next_number in usable else usable[0],
                    why=f"Appointment at {there}, made by hand."[:WHY_LENGTH],
                )
            )
            return int(lead.campaign_id)

        campaign_id = await self.store.transact(write)
        await self.hopper.remove(campaign_id, lead_id)
        async with self.store.read() as session:
            made = (await session.execute(_appointments().where(LeadRow.id == lead_id))).one()
        return _appointment(made)

    async def cancel(self, lead_id: int) -> None:
        """Take a promise back; the lead waits for the same time as one among others.

        Raises NotFound when it has no appointment.
        """

        def write(connection: Connection) -> int:
            lead = connection.execute(
                select(LeadRow.__table__).where(
                    LeadRow.id == lead_id,
                    LeadRow.promised_at.is_not(None),
                    LeadRow.state.in_(WAITS),
                )
            ).first()
            if lead is None:
                raise NotFound(f"Lead {lead_id} has no appointment.")
            connection.execute(
                update(LeadRow)
                .where(LeadRow.id == lead_id)
                .values(
                    state="waiting",
                    promised_at=None,
                    prefer_agent=None,
                    priority=lead.priority if lead.own_priority is None else lead.own_priority,
                    own_priority=None,
                    why="The appointment was cancelled.",
                )
            )
            return int(lead.campaign_id)

        await self.hopper.remove(await self.store.transact(write), lead_id)

    def _check(
        self, connection: Connection, lead_id: int, at: datetime, *, locked: bool = False
    ) -> tuple[Any, Any, datetime]:
        query = select(LeadRow.__table__).where(LeadRow.id == lead_id)
        lead = connection.execute(query.with_for_update() if locked else query).first()
        if lead is None:
            raise NotFound(f"There is no lead {lead_id}.")
        settings = CampaignSettings.model_validate(
            connection.scalar(
                select(CampaignRow.settings).where(CampaignRow.id == lead.campaign_id)
            )
        )
        facts = facts_of(lead, _numbers(connection, lead_id), lead.next_number)
        due = check_appointment(at, facts, settings.retry, settings.windows, self.clock.now())
        return lead, facts, due


def _standings(connection: Connection, lead_ids: Sequence[int], now: datetime) -> list[Standing]:
    """What the database knows of these leads."""
    leads = connection.execute(
        select(LeadRow.__table__).where(LeadRow.id.in_(lead_ids)).order_by(LeadRow.id)
    ).all()
    return [_standing(connection, lead, now) for lead in leads]


def _standing(connection: Connection, lead: Any, now: datetime) -> Standing:
    campaign = connection.execute(
        select(CampaignRow.__table__).where(CampaignRow.id == lead.campaign_id)
    ).one()
    settings = CampaignSettings.model_validate(campaign.settings)
    numbers = _numbers(connection, lead.id)
    known = read_facts(
        connection,
        lead.campaign_id,
        campaign.client_id,
        settings,
        [number.e164 for number in numbers],
        now,
    )
    return Standing(
        lead=lead,
        numbers=numbers,
        campaign=campaign.name,
        campaign_state=campaign.state,
        settings=settings,
        known=known,
        ahead=_ahead(connection, lead, now),
    )


def _numbers(connection: Connection, lead_id: int) -> Sequence[Any]:
    query = select(NumberRow.__table__).where(NumberRow.lead_id == lead_id)
    return connection.execute(query.order_by(NumberRow.position)).all()


def _ahead(connection: Connection, lead: Any, now: datetime) -> int:
    """Leads of the campaign that are due and go first, counted up to one more than MOST_AHEAD."""
    if lead.due_at is None or lead.due_at > now:
        return 0
    first = (
        select(LeadRow.id)
        .where(
            LeadRow.campaign_id == lead.campaign_id,
            LeadRow.state.in_(WAITS),
            LeadRow.due_at <= now,
            or_(
                LeadRow.priority > lead.priority,
                and_(LeadRow.priority == lead.priority, LeadRow.due_at < lead.due_at),
            ),
        )
        .limit(MOST_AHEAD + 1)
    )
    return connection.execute(select(func.count()).select_from(first.subquery())).scalar_one()


def _appointments() -> Any:
    turn = and_(NumberRow.lead_id == LeadRow.id, NumberRow.position == LeadRow.next_number)
    return (
        select(
            LeadRow.__table__,
            NumberRow.e164,
            CampaignRow.name.label("campaign"),
            AgentRow.name.label("agent"),
        )
        .join(CampaignRow, CampaignRow.id == LeadRow.campaign_id)
        .outerjoin(NumberRow, turn)
        .outerjoin(AgentRow, AgentRow.id == LeadRow.prefer_agent)
        .where(LeadRow.promised_at.is_not(None), LeadRow.state.in_(WAITS))
    )


def _appointment(row: Any) -> Appointment:
    return Appointment(
        lead_id=row.id,
        name=row.name,
        number=row.e164 or "",
        campaign_id=row.campaign_id,
        campaign=row.campaign,
        agent=row.agent,
        promised_at=row.promised_at,
        due_at=row.due_at or row.promised_at,
        time_zone=row.time_zone,
        why=row.why or "",
    )
