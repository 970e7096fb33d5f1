"""Routes of pacing."""

import asyncio
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Response
from pydantic import AwareDatetime

from cti.access.rights import Right
from cti.access.who import needs
from dialer.decisions.day import DayFacts
from dialer.decisions.service import PacingService
from dialer.decisions.views import Explanation, PacingView, Series


def router(service: PacingService) -> APIRouter:
    """/v1/campaigns/{campaign_id}/pacing and below."""
    routes = APIRouter(prefix="/v1/campaigns/{campaign_id}/pacing", tags=["pacing"])

    @routes.get(
        "",
        summary="What the pacer saw, did and why, at a moment or now",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def explain(campaign_id: int, at: AwareDatetime | None = None) -> Explanation:
        return await service.explain(campaign_id, at)

    @routes.get(
        "/now",
        summary="A running campaign's pacing and its promise",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def now(campaign_id: int) -> PacingView:
        return await service.status(campaign_id)

    @routes.get(
        "/series",
        summary="Pacing over the last minutes, for plots",
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def series(
        campaign_id: int, minutes: Annotated[int, Query(ge=1, le=7 * 1440)] = 60
    ) -> Series:
        return await service.series(campaign_id, minutes)

    @routes.get(
        "/day",
        summary="A day's calls, talks and agents, to be played again",
        response_model=DayFacts,
        dependencies=[needs(Right.SEE_CAMPAIGNS)],
    )
    async def day(
        campaign_id: int,
        date_: Annotated[date, Query(alias="date", description="where the campaign is")],
    ) -> Response:
        facts = await service.day(campaign_id, date_)
        # A hundred thousand dials are written in a thread: the loop has calls to answer.
        body = await asyncio.to_thread(facts.model_dump_json)
        return Response(body, media_type="application/json")

    return routes
