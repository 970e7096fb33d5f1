"""Routes of leads and their imports."""

from dataclasses import replace
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from cti.access.masking import FullNumber
from cti.access.rights import Right
from cti.access.who import Me, needs
from cti.api.uploads import chunks_of, csv_file, form_of, options_of, uploaded
from cti.base.errors import NotFound
from dialer.leads.preview import ImportPreview
from dialer.leads.rows import ImportOptions
from dialer.leads.search import FoundLead, State, Wanted
from dialer.leads.service import LeadService
from dialer.leads.uploads import MAX_FILE
from dialer.leads.views import ImportProgress, Lead, LeadList, TakingBack


class StartedImport(BaseModel):
    """An import that runs in the background."""

    id: int = Field(description="to ask GET /v1/imports/{id} how far it is")


class HowToImport(BaseModel):
    """How a file that is kept is to be read."""

    options: ImportOptions = ImportOptions()
    list: str = Field(default="", max_length=128, description="the list to add to, or make")


_FORM = form_of(
    "CSV or XLSX with a header",
    list={
        "type": "string",
        "description": "the list to add to, made if new; unset: the file's name",
    },
    options={
        "type": "string",
        "description": "JSON: mapping {column: field}, region, time_zone, "
        "encoding, delimiter, priority, assigned_only",
        "examples": ['{"mapping": {"Tel.": "phone"}, "region": "GB"}'],
    },
)


def router(service: LeadService) -> APIRouter:
    """Imports of a campaign, an import's progress and rejects, leads."""
    routes = APIRouter(prefix="/v1", tags=["leads"])

    # Reads the form itself: a size must be known, and refused, before the body is taken in.
    @routes.post(
        "/campaigns/{campaign_id}/imports",
        status_code=202,
        summary="Import leads from a CSV or XLSX file",
        openapi_extra=_FORM,
        dependencies=[needs(Right.EDIT_LEADS)],
    )
    async def start_import(campaign_id: int, request: Request) -> StartedImport:
        async with uploaded(request, MAX_FILE) as (file, form):
            import_id = await service.start_import(
                campaign_id,
                chunks_of(file),
                file.filename or "leads",
                options_of(form, ImportOptions),
                str(form.get("list") or ""),
            )
        return StartedImport(id=import_id)

    @routes.post(
        "/campaigns/{campaign_id}/imports/preview",
        summary="What an import of this file would do; nothing is imported",
        openapi_extra=_FORM,
        dependencies=[needs(Right.EDIT_LEADS, reads=True)],
    )
    async def preview(campaign_id: int, request: Request) -> ImportPreview:
        async with uploaded(request, MAX_FILE) as (file, form):
            return await service.preview(
                campaign_id,
                chunks_of(file),
                file.filename or "leads",
                options_of(form, ImportOptions),
                str(form.get("list") or ""),
            )

    @routes.post(
        "/campaigns/{campaign_id}/imports/preview/{upload}",
        summary="The same file, read in another way",
        dependencies=[needs(Right.EDIT_LEADS, reads=True)],
    )
    async def preview_again(campaign_id: int, upload: str, how: HowToImport) -> ImportPreview:
        return await service.preview(campaign_id, None, "", how.options, how.list, upload=upload)

    @routes.delete(
        "/campaigns/{campaign_id}/imports/preview/{upload}",
        status_code=204,
        summary="Forget a file that was only looked at",
        dependencies=[needs(Right.EDIT_LEADS, reads=True)],
    )
    async def forget(campaign_id: int, upload: str) -> None:
        service.discard_preview(campaign_id, upload)

    @routes.post(
        "/campaigns/{campaign_id}/imports/preview/{upload}/start",
        status_code=202,
        summary="Import the file that was looked at",
        dependencies=[needs(Right.EDIT_LEADS)],
    )
    async def start_previewed(campaign_id: int, upload: str, how: HowToImport) -> StartedImport:
        started = await service.start_previewed(campaign_id, upload, how.options, how.list)
        return StartedImport(id=started)

    @routes.get(
        "/campaigns/{campaign_id}/imports",
        summary="A campaign's imports, newest first",
        dependencies=[needs(Right.SEE_LEADS)],
    )
    async def imports(campaign_id: int) -> list[ImportProgress]:
        return await service.imports(campaign_id)

    @routes.get(
        "/imports/{import_id}",
        summary="How far an import is",
        dependencies=[needs(Right.SEE_LEADS)],
    )
    async def progress(import_id: int) -> ImportProgress:
        return await service.import_progress(import_id)

    @routes.get(
        "/imports/{import_id}/rejects.csv",
        summary="Rejected rows with line and reason",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}},
        dependencies=[needs(Right.EDIT_LEADS, audited="leads.rejects_taken")],
    )
    async def rejects(import_id: int) -> StreamingResponse:
        return csv_file(await service.rejects_csv(import_id), f"import-{import_id}-rejects.csv")

    _add_taking_back(routes, service)
    _add_leads(routes, service)
    return routes


def _add_taking_back(routes: APIRouter, service: LeadService) -> None:
    @routes.get(
        "/imports/{import_id}/taking-back",
        summary="What taking the import back would do",
        dependencies=[needs(Right.EDIT_LEADS)],
    )
    async def would_take_back(import_id: int) -> TakingBack:
        return await service.would_take_back(import_id)

    @routes.delete(
        "/imports/{import_id}",
        status_code=202,
        summary="Take an import back: leads never called go, the others are closed",
        dependencies=[needs(Right.EDIT_LEADS)],
    )
    async def take_back(import_id: int) -> ImportProgress:
        return await service.take_back(import_id)


def _add_leads(routes: APIRouter, service: LeadService) -> None:
    @routes.get(
        "/campaigns/{campaign_id}/lists",
        summary="A campaign's lists, of which reports are made",
        dependencies=[needs(Right.SEE_REPORTS)],
    )
    async def lists(campaign_id: int) -> list[LeadList]:
        return await service.lists(campaign_id)

    @routes.get(
        "/leads",
        summary="Leads by number, name or reference, the newest first",
        dependencies=[needs(Right.SEE_LEADS)],
    )
    async def find(
        who: Me,
        text: Annotated[
            str,
            Query(
                max_length=128,
                description="name, reference, number with country code, or its last four digits",
            ),
        ] = "",
        campaign_id: int | None = None,
        state: State | None = None,
        after: Annotated[int | None, Query(description="go on after this lead")] = None,
        limit: Annotated[int, Query(ge=1, le=500)] = 50,
    ) -> list[FoundLead]:
        wanted = Wanted(text, campaign_id, state, after, limit)
        return await service.find(replace(wanted, whole_numbers=who.may(Right.SEE_NUMBERS)))

    @routes.get(
        "/leads/{lead_id}", summary="A lead and its numbers", dependencies=[needs(Right.SEE_LEADS)]
    )
    async def lead(lead_id: int) -> Lead:
        return await service.lead(lead_id)

    @routes.get(
        "/leads/{lead_id}/numbers/{number_id}/full",
        summary="One of its numbers in full; this is audited",
        dependencies=[needs(Right.SEE_NUMBERS, also=Right.SEE_LEADS, audited="numbers.shown")],
    )
    async def full_number(lead_id: int, number_id: int) -> FullNumber:
        known = {number.id: number.e164 for number in (await service.lead(lead_id)).numbers}
        if number_id not in known:
            raise NotFound(f"The lead {lead_id} has no number {number_id}.")
        return FullNumber(number=known[number_id])
