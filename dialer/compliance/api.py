"""Routes of the do-not-call list, consents and frequency caps."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from cti.access.masking import FullNumber
from cti.access.rights import Right
from cti.access.who import Me, needs
from cti.api.uploads import chunks_of, csv_file, form_of, options_of, uploaded
from cti.base.errors import UserError
from dialer.compliance.bar_file import BarOptions
from dialer.compliance.caps import FrequencyCaps
from dialer.compliance.consents import ConsentService, Proof
from dialer.compliance.limits import CapsService
from dialer.compliance.service import DoNotCallService, Why
from dialer.compliance.views import (
    Bar,
    BarImport,
    BarResult,
    Cap,
    Consent,
    ConsentResult,
    LiftResult,
    NumberReport,
)
from dialer.compliance.writing import Source
from dialer.leads.uploads import MAX_FILE

Text = Annotated[str, Field(max_length=255)]
Name = Annotated[str, Field(max_length=64)]


class _Scoped(BaseModel):
    client_id: int | None = Field(default=None, description="for this client alone")
    campaign_id: int | None = Field(default=None, description="for this campaign alone")


class NewBars(_Scoped):
    """Numbers that must not be called: by anyone, unless a client or campaign is given."""

    numbers: list[str] = Field(description="E.164, or +DIGITS* for all that begin so")
    reason: Text = ""
    source: Source = Source.API
    by: Name = Field(default="", description="who asks for it")
    expires_at: datetime | None = Field(default=None, description="with UTC offset; unset: never")


class Lifting(_Scoped):
    """A number to be taken off the list of one scope."""

    number: str
    why: Text = Field(description="kept with who did it")
    by: Name = ""


class NewConsent(_Scoped):
    """A consent and its proof."""

    number: str
    given_at: datetime | None = Field(default=None, description="with UTC offset; unset: now")
    channel: Name = Field(default="", description="web form, paper, call …")
    proof: str = Field(max_length=1000, description="its words, or where it is kept")
    expires_at: datetime | None = None
    by: Name = ""


class Withdrawal(_Scoped):
    """The end of a number's consents in one scope; they are kept."""

    number: str
    why: Text = ""
    by: Name = ""


class Ending(BaseModel):
    """Why something ends that is named by the path."""

    why: Text = ""


class Withdrawn(BaseModel):
    """How many consents ended."""

    withdrawn: int


class NewCaps(BaseModel):
    """Caps of the service, or of a client."""

    client_id: int | None = None
    caps: FrequencyCaps
    by: Name = ""


class StartedBarImport(BaseModel):
    """An import that runs in the background."""

    id: int = Field(description="to ask GET /v1/dnc/imports/{id} how far it is")


_FORM = form_of(
    "CSV, XLSX, or text with one number a line",
    client_id={"type": "integer"},
    campaign_id={"type": "integer"},
    options={
        "type": "string",
        "description": "JSON: reason, expires_at, by, mapping {column: phone, "
        "reason, expires or keep}, region, encoding, delimiter",
    },
)


def router(bars: DoNotCallService, consents: ConsentService, caps: CapsService) -> APIRouter:
    """Everything under /v1/dnc, /v1/consents and /v1/caps."""
    routes = APIRouter(prefix="/v1", tags=["compliance"])
    _bar_routes(routes, bars)
    _import_routes(routes, bars)
    _consent_routes(routes, consents)
    _caps_routes(routes, caps)
    return routes


def _bar_routes(routes: APIRouter, service: DoNotCallService) -> None:
    @routes.post(
        "/dnc",
        status_code=201,
        summary="Put numbers on the do-not-call list",
        dependencies=[needs(Right.EDIT_DNC)],
    )
    async def bar(new: NewBars, who: Me) -> BarResult:
        why = Why(new.reason, new.source, who.signs(new.by), new.expires_at)
        return await service.bar(
            new.numbers, why, client_id=new.client_id, campaign_id=new.campaign_id
        )

    @routes.post(
        "/leads/{lead_id}/do-not-call",
        status_code=201,
        summary="Put a lead's numbers on the list, as far as its campaign says",
        dependencies=[needs(Right.EDIT_DNC, also=Right.SEE_LEADS)],
    )
    async def bar_lead(lead_id: int, asked: Ending, who: Me) -> BarResult:
        return await service.bar_lead(lead_id, Why(asked.why, Source.PERSON, who.signs("")))

    @routes.get(
        "/dnc", summary="The do-not-call list, page by page", dependencies=[needs(Right.SEE_DNC)]
    )
    async def listed(
        client_id: int | None = None,
        campaign_id: int | None = None,
        after: int = 0,
        limit: Annotated[int, Query(ge=1, le=5000)] = 100,
    ) -> list[Bar]:
        return await service.bars(
            client_id=client_id, campaign_id=campaign_id, after=after, limit=limit
        )

    @routes.post(
        "/dnc/lift",
        summary="Take a number off the list; who and why are kept",
        dependencies=[needs(Right.EDIT_DNC)],
    )
    async def lift(asked: Lifting, who: Me) -> LiftResult:
        return await service.lift(
            asked.number,
            why=asked.why,
            by=who.signs(asked.by),
            client_id=asked.client_id,
            campaign_id=asked.campaign_id,
        )

    @routes.get(
        "/dnc/check",
        summary="Whether a number may be called, and all known of it",
        dependencies=[needs(Right.SEE_DNC)],
    )
    async def look_up(number: str, campaign_id: int | None = None) -> NumberReport:
        return await service.look_up(number, campaign_id)

    @routes.get(
        "/dnc/{bar_id}/number",
        summary="The number of an entry in full; this is audited",
        dependencies=[needs(Right.SEE_NUMBERS, also=Right.SEE_DNC, audited="numbers.shown")],
    )
    async def full_number(bar_id: int) -> FullNumber:
        return FullNumber(number=await service.number_of(bar_id))

    @routes.get(
        "/dnc/export.csv",
        summary="The whole list",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}},
        dependencies=[needs(Right.EDIT_DNC, audited="dnc.exported")],
    )
    async def export() -> StreamingResponse:
        return csv_file(service.export(), "do-not-call.csv")


def _import_routes(routes: APIRouter, service: DoNotCallService) -> None:
    @routes.post(
        "/dnc/imports",
        status_code=202,
        summary="Import a file of numbers that must not be called",
        openapi_extra=_FORM,
        dependencies=[needs(Right.EDIT_DNC)],
    )
    async def start_import(request: Request) -> StartedBarImport:
        async with uploaded(request, MAX_FILE) as (file, form):
            import_id = await service.start_import(
                chunks_of(file),
                file.filename or "numbers",
                options_of(form, BarOptions),
                client_id=_number(form.get("client_id"), "client_id"),
                campaign_id=_number(form.get("campaign_id"), "campaign_id"),
            )
        return StartedBarImport(id=import_id)

    @routes.get(
        "/dnc/imports/{import_id}",
        summary="How far an import is",
        dependencies=[needs(Right.SEE_DNC)],
    )
    async def progress(import_id: int) -> BarImport:
        return await service.import_progress(import_id)

    @routes.get(
        "/dnc/imports/{import_id}/rejects.csv",
        summary="Rejected rows with line and reason",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}},
        dependencies=[needs(Right.EDIT_DNC, audited="dnc.rejects_taken")],
    )
    async def rejects(import_id: int) -> StreamingResponse:
        lines = await service.rejects_csv(import_id)
        return csv_file(lines, f"dnc-import-{import_id}-rejects.csv")


def _consent_routes(routes: APIRouter, service: ConsentService) -> None:
    @routes.post(
        "/consents",
        status_code=201,
        summary="Record a consent with its proof",
        dependencies=[needs(Right.EDIT_DNC)],
    )
    async def record(new: NewConsent, who: Me) -> ConsentResult:
        proof = Proof(new.given_at, new.channel, new.proof, new.expires_at, who.signs(new.by))
        return await service.record(
            new.number, proof, client_id=new.client_id, campaign_id=new.campaign_id
        )

    @routes.get(
        "/consents",
        summary="Every consent of a number, or all page by page; withdrawn ones too",
        dependencies=[needs(Right.SEE_DNC)],
    )
    async def consents(
        number: str | None = None,
        client_id: int | None = None,
        campaign_id: int | None = None,
        after: Annotated[int | None, Query(description="go on after this one")] = None,
        limit: Annotated[int, Query(ge=1, le=1000)] = 100,
    ) -> list[Consent]:
        if number is not None:
            return await service.of_number(number)
        return await service.listed(
            client_id=client_id, campaign_id=campaign_id, after=after, limit=limit
        )

    @routes.get(
        "/consents/{consent_id}/number",
        summary="The number of a consent in full; this is audited",
        dependencies=[needs(Right.SEE_NUMBERS, also=Right.SEE_DNC, audited="numbers.shown")],
    )
    async def number_of_consent(consent_id: int) -> FullNumber:
        return FullNumber(number=await service.number_of(consent_id))

    @routes.post(
        "/consents/{consent_id}/withdraw",
        summary="End one consent; it is kept",
        dependencies=[needs(Right.EDIT_DNC)],
    )
    async def withdraw_one(consent_id: int, asked: Ending, who: Me) -> Consent:
        return await service.withdraw_one(consent_id, why=asked.why, by=who.signs(""))

    @routes.post(
        "/consents/withdraw",
        summary="End a number's consents; they are kept",
        dependencies=[needs(Right.EDIT_DNC)],
    )
    async def withdraw(asked: Withdrawal, who: Me) -> Withdrawn:
        ended = await service.withdraw(
            asked.number,
            why=asked.why,
            by=who.signs(asked.by),
            client_id=asked.client_id,
            campaign_id=asked.campaign_id,
        )
        return Withdrawn(withdrawn=ended)


def _caps_routes(routes: APIRouter, service: CapsService) -> None:
    @routes.get(
        "/caps",
        summary="Frequency caps of the service and of clients",
        dependencies=[needs(Right.SEE_DNC)],
    )
    async def caps() -> list[Cap]:
        return await service.caps()

    @routes.put(
        "/caps",
        summary="Set the caps of the service or a client anew",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def set_caps(new: NewCaps, who: Me) -> list[Cap]:
        await service.set_caps(new.caps, client_id=new.client_id or 0, by=who.signs(new.by))
        return await service.caps()


def _number(value: object, name: str) -> int | None:
    text = str(value or "").strip()
    if not text:
        return None
    if not (text.isascii() and text.isdecimal()):
        raise UserError(f"{name}: {text[:20]!r} is no number.")
    return int(text)
