"""Routes of the schedule."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from cti.access.rights import Right
from cti.access.who import needs
from dialer.schedule.service import Appointment, LeadSchedule, ScheduleService


class NewAppointment(BaseModel):
    """A time to be promised."""

    at: AwareDatetime = Field(description="with its UTC offset")
    agent: str | None = Field(default=None, max_length=64, description="who is asked first")


class PossibleTime(BaseModel):
    """When an appointment would be dialled."""

    at: AwareDatetime
    due_at: AwareDatetime = Field(description="later than `at` where calling is not allowed")
    moved: bool


def router(service: ScheduleService) -> APIRouter:
    """A lead's schedule, and appointments."""
    routes = APIRouter(prefix="/v1", tags=["schedule"])

    @routes.get(
        "/leads/{lead_id}/schedule",
        summary="When a lead is called next, why not now",
        dependencies=[needs(Right.SEE_LEADS)],
    )
    async def schedule(lead_id: int) -> LeadSchedule:
        return await service.explain(lead_id)

    @routes.get(
        "/schedule",
        summary="The same for every lead that has a number",
        dependencies=[needs(Right.SEE_LEADS)],
    )
    async def by_number(
        number: Annotated[str, Query(pattern=r"^\+[1-9]\d{4,14}$", description="E.164")],
    ) -> list[LeadSchedule]:
        return await service.explain_number(number)

    @routes.get(
        "/appointments",
        summary="Appointments to be kept, the next one first",
        dependencies=[needs(Right.SEE_LEADS)],
    )
    async def appointments(
        agent: str | None = None,
        campaign_id: int | None = None,
        since: AwareDatetime | None = None,
        before: AwareDatetime | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[Appointment]:
        return await service.appointments(
            agent=agent, campaign_id=campaign_id, since=since, before=before, limit=limit
        )

    @routes.get(
        "/leads/{lead_id}/appointment",
        summary="When an appointment would be dialled",
        dependencies=[needs(Right.SEE_LEADS)],
    )
    async def possible(lead_id: int, at: AwareDatetime) -> PossibleTime:
        due_at = await service.possible(lead_id, at)
        return PossibleTime(at=at, due_at=due_at, moved=due_at > at)

    @routes.put(
        "/leads/{lead_id}/appointment",
        summary="Promise a lead a time",
        dependencies=[needs(Right.EDIT_LEADS)],
    )
    async def appoint(lead_id: int, new: NewAppointment) -> Appointment:
        return await service.appoint(lead_id, new.at, new.agent)

    @routes.delete(
        "/leads/{lead_id}/appointment",
        status_code=204,
        summary="Cancel an appointment",
        dependencies=[needs(Right.EDIT_LEADS)],
    )
    async def cancel(lead_id: int) -> None:
        await service.cancel(lead_id)

    return routes
