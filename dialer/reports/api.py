"""Routes of reports."""

from fastapi import APIRouter
from fastapi.responses import FileResponse

from cti.access.rights import Right
from cti.access.who import needs
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
        dependencies=[needs(Right.SEE_REPORTS)],
    )
    async def order(order: FeedbackOrder) -> ReportProgress:
        return await service.order(order)

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
        dependencies=[needs(Right.SEE_REPORTS)],
    )
    async def file(report_id: int) -> FileResponse:
        path, name = service.file(report_id)
        return FileResponse(path, media_type=_TYPES[path.suffix], filename=name)

    return routes
