"""Routes of labels."""

from typing import Annotated

from fastapi import APIRouter, Query

from cti.access.rights import Right
from cti.access.who import needs
from dialer.labels.running import Running, RunningModel
from dialer.labels.service import LabelCounts, LabelService, LabelView


def router(service: LabelService, running: Running) -> APIRouter:
    """Everything under /v1/labels."""
    routes = APIRouter(prefix="/v1/labels", tags=["labels"])

    @routes.get(
        "",
        summary="Who or what answered, as people said it; one a call, oldest first",
        dependencies=[needs(Right.CORRECT_CALLS)],
    )
    async def find(
        campaign_id: int | None = None,
        after: Annotated[int, Query(ge=0, description="id of the last one seen")] = 0,
        limit: Annotated[int, Query(ge=1, le=10_000)] = 1000,
    ) -> list[LabelView]:
        return await service.find(campaign_id=campaign_id, after=after, limit=limit)

    @routes.get(
        "/counts",
        summary="How many calls are labelled, and how many learning needs",
        dependencies=[needs(Right.CORRECT_CALLS)],
    )
    async def counts(campaign_id: int | None = None) -> LabelCounts:
        return await service.counts(campaign_id)

    @routes.get(
        "/model",
        summary="Which verdict on who answers runs",
        dependencies=[needs(Right.CORRECT_CALLS)],
    )
    async def model() -> RunningModel:
        return await running.model()

    return routes
