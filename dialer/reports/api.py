"""Routes of reports."""

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse

from cti.access.errors import Forbidden
from cti.access.rights import Right
from cti.access.who import Me, Who, needs, theirs
from cti.texts.reader import readers_language
from dialer.reports.make import FeedbackOrder
from dialer.reports.service import ReportProgress, ReportService

_TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".csv": "text/csv; charset=utf-8",
}


def router(service: ReportService) -> APIRouter:
    """Everything under /v1/reports."""
    routes = APIRouter(prefix="/v1/reports", tags=["reports"])

    @routes.post(
        "/feedback",
        status_code=202,
        summary="Order the feedback report of a list",
        dependencies=[needs(Right.SEE_REPORTS, narrowed=True)],
    )
    async def order(order: FeedbackOrder, who: Me, request: Request) -> ReportProgress:
        await theirs(request, who, campaign_id=order.campaign_id)
        full = who.is_program if order.full_numbers is None else order.full_numbers
        if full:
            _may_see_numbers(who)
        settled = {"full_numbers": full, "language": order.language or readers_language()}
        return await service.order(order.model_copy(update=settled), who.name)

    @routes.get(
        "",
        summary="Reports that are kept, the newest first",
        dependencies=[needs(Right.SEE_REPORTS, narrowed=True)],
    )
    async def listed(who: Me) -> list[ReportProgress]:
        return service.reports(who.only_client)

    @routes.get(
        "/{report_id}", summary="How far a report is", dependencies=[needs(Right.SEE_REPORTS)]
    )
    async def progress(report_id: int) -> ReportProgress:
        return service.progress(report_id)

    @routes.get(
        "/{report_id}/file",
        summary="A report that is done",
        response_class=FileResponse,
        responses={200: {"content": {kind: {} for kind in _TYPES.values()}}},
        dependencies=[needs(Right.SEE_REPORTS, audited="reports.taken")],
    )
    async def file(report_id: int, who: Me) -> FileResponse:
        if service.has_full_numbers(report_id):
            _may_see_numbers(who)
        path, name = service.file(report_id)
        return FileResponse(path, media_type=_TYPES[path.suffix], filename=name)

    return routes


def _may_see_numbers(who: Who) -> None:
    if not who.may(Right.SEE_NUMBERS):
        raise Forbidden(
            "The report shows numbers in full, which your role may not see.",
            "Order one with masked numbers.",
        )
