"""Routes of attempts: their story, and the agent's word."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cti.access.masking import FullNumber
from cti.access.rights import Right
from cti.access.who import Me, needs
from dialer.attempts.service import AttemptService, AttemptView
from dialer.corrections.service import AgentsWord, Said
from dialer.labels.models import Label


class NewDisposition(BaseModel):
    """What came of the call."""

    disposition: str = Field(description="a code of the campaign's dispositions", max_length=32)
    callback_at: AwareDatetime | None = Field(None, description="for an appointment, with offset")
    note: str = Field("", max_length=2000)
    by: str = Field("", max_length=64, description="who says so; empty: the agent who talked")
    why: str = Field("", max_length=500, description="for a correction: the reason")


class NewHeard(BaseModel):
    """Who picked up, in a person's judgement."""

    model_config = ConfigDict(populate_by_name=True)

    label: Label = Field(alias="is", description="person, machine, fax, ivr or silence")
    by: str = Field("", max_length=64, description="who says so; empty: the agent who talks")


def router(service: AttemptService, word: AgentsWord) -> APIRouter:
    """Everything under /v1/attempts."""
    routes = APIRouter(prefix="/v1/attempts", tags=["attempts"])

    @routes.get(
        "",
        summary="Attempts, newest first",
        dependencies=[needs(Right.SEE_CAMPAIGNS, narrowed=True)],
    )
    async def find(
        who: Me,
        campaign_id: int | None = None,
        lead_id: int | None = None,
        outcome: str | None = None,
        before: datetime | None = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[AttemptView]:
        return await service.find(
            campaign_id=campaign_id,
            lead_id=lead_id,
            outcome=outcome,
            before=before,
            limit=limit,
            client_id=who.only_client,
            team=who.only_team,
        )

    @routes.get(
        "/{attempt_id}",
        summary="One attempt with its evidence as a timeline",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def one(attempt_id: str) -> AttemptView:
        return await service.get(attempt_id)

    @routes.get(
        "/{attempt_id}/number",
        summary="The number in full; this is audited",
        dependencies=[needs(Right.SEE_NUMBERS, also=Right.SEE_CAMPAIGNS, audited="numbers.shown")],
    )
    async def number(attempt_id: str) -> FullNumber:
        return FullNumber(number=(await service.get(attempt_id)).number)

    @routes.post(
        "/{attempt_id}/disposition",
        summary="Say what came of the call, or correct it",
        dependencies=[needs(Right.CORRECT_CALLS)],
    )
    async def dispose(attempt_id: str, new: NewDisposition, who: Me) -> Said:
        return await word.dispose(
            attempt_id,
            new.disposition,
            callback_at=new.callback_at,
            note=new.note,
            by=who.signs(new.by),
            why=new.why,
        )

    @routes.post(
        "/{attempt_id}/heard",
        summary="Say who picked up: it overrules, and teaches",
        dependencies=[needs(Right.CORRECT_CALLS)],
    )
    async def heard(attempt_id: str, new: NewHeard, who: Me) -> Said:
        return await word.heard(attempt_id, new.label, who.signs(new.by))

    return routes
