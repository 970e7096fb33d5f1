"""Routes of classifying attempts again."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from dialer.outcomes.service import Reclassification, ReclassifyService


class NewReclassification(BaseModel):
    """What is to be classified again."""

    since: datetime = Field(description="attempts placed from then on; with UTC offset")
    campaign_id: int | None = None
    apply: bool = Field(default=False, description="false: a dry run, which writes nothing")
    why: str = Field(default="", max_length=255, description="kept with each change")
    by: str = Field(default="", max_length=64)


def router(service: ReclassifyService) -> APIRouter:
    """Everything under /v1/reclassifications."""
    routes = APIRouter(prefix="/v1/reclassifications", tags=["attempts"])

    @routes.post(
        "",
        status_code=202,
        summary="Classify kept evidence again; dry run unless applied",
        dependencies=[needs(Right.CORRECT_CALLS, reads=True, unless="apply")],
    )
    async def start(new: NewReclassification, who: Me) -> Reclassification:
        return await service.start(
            since=new.since,
            campaign_id=new.campaign_id,
            apply=new.apply,
            why=new.why,
            by=who.signs(new.by),
        )

    @routes.get(
        "",
        summary="Runs since the service began, the newest first",
        dependencies=[needs(Right.CORRECT_CALLS)],
    )
    async def runs() -> list[Reclassification]:
        return service.runs()

    @routes.get(
        "/{run_id}", summary="What a run found so far", dependencies=[needs(Right.CORRECT_CALLS)]
    )
    async def progress(run_id: int) -> Reclassification:
        return service.progress(run_id)

    @routes.delete(
        "/{run_id}",
        summary="Break a run off; what it has written stays",
        dependencies=[needs(Right.CORRECT_CALLS)],
    )
    async def stop(run_id: int) -> Reclassification:
        return service.stop(run_id)

    return routes
