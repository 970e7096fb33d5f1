"""Routes of attempts: their story, and the agent's word."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, Field

from dialer.attempts.service import AttemptService, AttemptView
from dialer.engine.attempts import Attempts


class NewDisposition(BaseModel):
    """What came of the call."""

    disposition: str = Field(description="a code of the campaign's dispositions", max_length=32)
    callback_at: AwareDatetime | None = Field(None, description="for an appointment, with offset")
    note: str = Field("", max_length=2000)


def router(service: AttemptService, attempts: Attempts) -> APIRouter:
    """Everything under /v1/attempts."""
    routes = APIRouter(prefix="/v1/attempts", tags=["attempts"])

    @routes.get("", summary="Attempts, newest first")
    async def find(
        campaign_id: int | None = None,
        lead_id: int | None = None,
        outcome: str | None = None,
        before: datetime | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[AttemptView]:
        return await service.find(
            campaign_id=campaign_id, lead_id=lead_id, outcome=outcome, before=before, limit=limit
        )

    @routes.get("/{attempt_id}", summary="One attempt with its evidence as a timeline")
    async def one(attempt_id: str) -> AttemptView:
        return await service.get(attempt_id)

    @routes.post("/{attempt_id}/disposition", status_code=204, summary="Say what came of the call")
    async def dispose(attempt_id: str, new: NewDisposition) -> None:
        attempts.dispose(attempt_id, new.disposition, callback_at=new.callback_at, note=new.note)

    return routes
