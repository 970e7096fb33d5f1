"""Routes of the site's settings."""

from typing import Any

from fastapi import APIRouter, Body

from cti.access.rights import Right
from cti.access.who import needs
from cti.site.service import SiteService
from cti.site.settings import SiteSettings


def router(service: SiteService) -> APIRouter:
    """/v1/site."""
    routes = APIRouter(prefix="/v1/site", tags=["site"])

    @routes.get(
        "",
        summary="What the site has decided for itself",
        dependencies=[needs(Right.SEE_AGENTS)],
    )
    async def site() -> SiteSettings:
        return service.now

    @routes.put(
        "",
        summary="Set what is given; the rest stays",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def change(
        values: dict[str, Any] = Body(  # noqa: B008 - as FastAPI wants it
            examples=[{"show_listening": True}]
        ),
    ) -> SiteSettings:
        return await service.change(values)

    return routes
