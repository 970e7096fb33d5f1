"""Routes of incidents."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from cti.access.rights import Right
from cti.access.who import needs
from cti.incidents.service import LAST, Incidents, IncidentView


def router(incidents: Incidents) -> APIRouter:
    """/v1/incidents."""
    routes = APIRouter(prefix="/v1/incidents", tags=["incidents"])

    @routes.get(
        "",
        summary="What a person should look at, the newest first",
        dependencies=[needs(Right.RUN_FLOOR)],
    )
    async def last(
        limit: Annotated[int, Query(ge=1, le=LAST)] = 100, since: AwareDatetime | None = None
    ) -> list[IncidentView]:
        return incidents.last(limit, since)

    return routes
