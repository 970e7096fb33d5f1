"""Routes of leads and their imports."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field, ValidationError
from starlette.datastructures import UploadFile

from cti.base.errors import UserError
from dialer.leads.rows import ImportOptions
from dialer.leads.service import LeadService
from dialer.leads.uploads import MAX_FILE
from dialer.leads.views import ImportProgress, Lead

_CHUNK = 256 * 1024
_FORM_OVERHEAD = 1024 * 1024


class StartedImport(BaseModel):
    """An import that runs in the background."""

    id: int = Field(description="to ask GET /v1/imports/{id} how far it is")


_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "description": "CSV or XLSX with a header",
                        },
                        "list": {
                            "type": "string",
                            "description": "the list to add to, made if new; "
                            "unset: the file's name",
                        },
                        "options": {
                            "type": "string",
                            "description": "JSON: mapping {column: field}, region, time_zone, "
                            "encoding, delimiter, priority, assigned_only",
                            "examples": ['{"mapping": {"Tel.": "phone"}, "region": "GB"}'],
                        },
                    },
                }
            }
        },
    }
}


def router(service: LeadService) -> APIRouter:
    """Imports of a campaign, an import's progress and rejects, leads."""
    routes = APIRouter(prefix="/v1", tags=["leads"])

    # Reads the form itself: a size must be known, and refused, before the body is taken in.
    @routes.post(
        "/campaigns/{campaign_id}/imports",
        status_code=202,
        summary="Import leads from a CSV or XLSX file",
        openapi_extra=_FORM,
    )
    async def start_import(campaign_id: int, request: Request) -> StartedImport:
        check_size(request)
        async with request.form(max_files=1, max_fields=10) as form:
            file = form.get("file")
            if not isinstance(file, UploadFile):
                raise UserError("The form has no file.", "Send it as multipart field “file”.")
            import_id = await service.start_import(
                campaign_id,
                chunks_of(file),
                file.filename or "leads",
                _options(str(form.get("options") or "{}")),
                str(form.get("list") or ""),
            )
        return StartedImport(id=import_id)

    @routes.get("/campaigns/{campaign_id}/imports", summary="A campaign's imports, newest first")
    async def imports(campaign_id: int) -> list[ImportProgress]:
        return await service.imports(campaign_id)

    @routes.get("/imports/{import_id}", summary="How far an import is")
    async def progress(import_id: int) -> ImportProgress:
        return await service.import_progress(import_id)

    @routes.get(
        "/imports/{import_id}/rejects.csv",
        summary="Rejected rows with line and reason",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}},
    )
    async def rejects(import_id: int) -> StreamingResponse:
        name = f"import-{import_id}-rejects.csv"
        return StreamingResponse(
            await service.rejects_csv(import_id),
            media_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    @routes.get("/leads/{lead_id}", summary="A lead and its numbers")
    async def lead(lead_id: int) -> Lead:
        return await service.lead(lead_id)

    return routes


def check_size(request: Request) -> None:
    """UserError for an upload of unknown size, or one that is too large."""
    length = request.headers.get("content-length", "")
    if not length.isdecimal():
        raise UserError("The size of the upload is unknown.", "Send a Content-Length header.")
    if int(length) > MAX_FILE + _FORM_OVERHEAD:
        raise UserError(f"The file is larger than {MAX_FILE // 1024**3} GiB.", "Split it.")


async def chunks_of(file: UploadFile) -> AsyncIterator[bytes]:
    """An uploaded file, bit by bit."""
    while chunk := await file.read(_CHUNK):
        yield chunk


def _options(text: str) -> ImportOptions:
    try:
        return ImportOptions.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise UserError(
            f"The import's options are wrong: {where} {first['msg']}.",
            "They are a JSON object; see the API's documentation.",
        ) from error
