"""Routes: list, look up, play, download, draw."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cti.access.rights import Right
from cti.access.who import needs
from cti.base.errors import NotFound
from recordings import catalogue
from recordings.catalogue import MAX_PAGE, Filter
from recordings.models import RecordingRow
from recordings.service import RecordingService
from recordings.views import (
    CampaignFacts,
    Campaigns,
    Choices,
    RecordingPage,
    RecordingView,
    Waveform,
    agents_by_id,
    choices_among,
    view,
)


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agent: int | None = Field(None, description="agent's id")
    campaign: int | None = Field(None, description="campaign's id")
    number: str | None = Field(None, max_length=40, description="whole, +…, or its last digits")
    outcome: str | None = Field(None, max_length=24)
    disposition: str | None = Field(None, max_length=32, description="the campaign's code")
    state: str | None = Field(None, max_length=16)
    since: AwareDatetime | None = Field(
        None, alias="from", description="calls that began then or later"
    )
    until: AwareDatetime | None = Field(
        None, alias="to", description="calls that began before then"
    )
    longer: float | None = Field(None, ge=0, description="seconds, at least")
    shorter: float | None = Field(None, ge=0, description="seconds, at most")
    limit: int = Field(50, ge=1, le=MAX_PAGE)
    after: str = Field("", max_length=128, description="`next` of the page before")


def router(service: RecordingService, campaigns: Campaigns) -> APIRouter:
    """The routes under /v1/recordings."""
    routes = APIRouter(prefix="/v1/recordings", tags=["recordings"])

    @routes.get(
        "", summary="List recordings, newest first", dependencies=[needs(Right.SEE_RECORDINGS)]
    )
    async def find(asked: Annotated[_Asked, Query()]) -> RecordingPage:
        wanted = Filter(
            agent_id=asked.agent,
            campaign_id=asked.campaign,
            number=asked.number,
            outcome=asked.outcome,
            disposition=asked.disposition,
            state=asked.state,
            since=asked.since,
            until=asked.until,
            least=asked.longer,
            most=asked.shorter,
        )
        page = await catalogue.find(service.store, wanted, limit=asked.limit, after=asked.after)
        known = await _by_id(campaigns)
        agents = await agents_by_id(service.store)
        return RecordingPage(items=[view(row, known, agents) for row in page.items], next=page.next)

    @routes.get(
        "/choices",
        summary="What recordings can be searched by",
        dependencies=[needs(Right.SEE_RECORDINGS)],
    )
    async def choices() -> Choices:
        return choices_among(await campaigns(), await agents_by_id(service.store))

    @routes.get(
        "/{recording_id}",
        summary="One recording's facts",
        dependencies=[needs(Right.SEE_RECORDINGS)],
    )
    async def get(recording_id: str) -> RecordingView:
        row = await catalogue.get(service.store, recording_id)
        return view(row, await _by_id(campaigns), await agents_by_id(service.store))

    @routes.get(
        "/{recording_id}/audio",
        summary="The sound: customer left, agent right; byte ranges are served",
        response_class=FileResponse,
        responses={200: {"content": {"audio/mpeg": {}}}, 206: {"description": "a byte range"}},
        dependencies=[needs(Right.SEE_RECORDINGS)],
    )
    async def audio(recording_id: str) -> FileResponse:
        row = await catalogue.get(service.store, recording_id)
        file = _file(service, row, row.path)
        return FileResponse(file, media_type="audio/mpeg", filename=file.name)

    @routes.get(
        "/{recording_id}/waveform",
        summary="What to draw",
        response_class=FileResponse,
        responses={200: {"model": Waveform}},
        dependencies=[needs(Right.SEE_RECORDINGS)],
    )
    async def waveform(recording_id: str) -> FileResponse:
        row = await catalogue.get(service.store, recording_id)
        return FileResponse(_file(service, row, row.waveform_path), media_type="application/json")

    return routes


async def _by_id(campaigns: Campaigns) -> Mapping[int, CampaignFacts]:
    return {campaign.id: campaign for campaign in await campaigns()}


def _file(service: RecordingService, row: RecordingRow, path: str) -> Path:
    if row.state != "ready":
        reason = f" ({row.error})" if row.error else ""
        raise NotFound(f"The recording {row.id} is {row.state}{reason}.")
    file = service.archive / path
    if not file.is_file():
        raise NotFound(f"The file of recording {row.id} is no longer in the archive.")
    return file
