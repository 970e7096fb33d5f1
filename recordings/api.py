"""Routes: list, look up, play, draw."""

from pathlib import Path
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cti.base.errors import NotFound
from recordings import catalogue
from recordings.catalogue import MAX_PAGE, Filter
from recordings.convert import BUCKETS
from recordings.models import RecordingRow
from recordings.service import RecordingService


class RecordingView(BaseModel):
    """One recording."""

    model_config = ConfigDict(from_attributes=True)

    id: str = Field(description="the attempt's or call's id")
    campaign_id: int | None
    agent_id: int | None
    number: str
    outcome: str
    started_at: AwareDatetime
    state: Literal["pending", "processing", "ready", "missing", "failed"]
    error: str = Field(description="why there is no audio, when there is none")
    seconds: float | None
    size: int | None = Field(description="bytes of the audio file")
    sha256: str = Field(description="of the audio file, in hexadecimal")


class RecordingPage(BaseModel):
    """Recordings, newest first."""

    items: list[RecordingView]
    next: str = Field(description="give it as `after` for the next page; empty: no more")


class Waveform(BaseModel):
    """What to draw: the loudest sample of each side in equal spans of time."""

    version: int
    seconds: float
    buckets: int = Field(description=f"how many spans: {BUCKETS}")
    customer: list[int] = Field(description="0 to 255 (full scale), linear")
    agent: list[int] = Field(description="0 to 255 (full scale), linear")


class _Asked(BaseModel):
    model_config = ConfigDict(extra="forbid")

    agent: int | None = Field(None, description="agent's id")
    campaign: int | None = Field(None, description="campaign's id")
    number: str | None = Field(None, max_length=32, description="as dialled, E.164")
    outcome: str | None = Field(None, max_length=24)
    state: str | None = Field(None, max_length=16)
    since: AwareDatetime | None = Field(
        None, alias="from", description="calls that began then or later"
    )
    until: AwareDatetime | None = Field(
        None, alias="to", description="calls that began before then"
    )
    limit: int = Field(50, ge=1, le=MAX_PAGE)
    after: str = Field("", max_length=128, description="`next` of the page before")


def router(service: RecordingService) -> APIRouter:
    """The routes under /v1/recordings."""
    routes = APIRouter(prefix="/v1/recordings", tags=["recordings"])

    @routes.get("", summary="List recordings, newest first")
    async def find(asked: Annotated[_Asked, Query()]) -> RecordingPage:
        wanted = Filter(
            agent_id=asked.agent,
            campaign_id=asked.campaign,
            number=asked.number,
            outcome=asked.outcome,
            state=asked.state,
            since=asked.since,
            until=asked.until,
        )
        page = await catalogue.find(service.store, wanted, limit=asked.limit, after=asked.after)
        items = [RecordingView.model_validate(row) for row in page.items]
        return RecordingPage(items=items, next=page.next)

    @routes.get("/{recording_id}", summary="One recording's facts")
    async def get(recording_id: str) -> RecordingView:
        return RecordingView.model_validate(await catalogue.get(service.store, recording_id))

    @routes.get(
        "/{recording_id}/audio",
        summary="The sound: customer left, agent right; byte ranges are served",
        response_class=FileResponse,
        responses={200: {"content": {"audio/mpeg": {}}}, 206: {"description": "a byte range"}},
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
    )
    async def waveform(recording_id: str) -> FileResponse:
        row = await catalogue.get(service.store, recording_id)
        return FileResponse(_file(service, row, row.waveform_path), media_type="application/json")

    return routes


def _file(service: RecordingService, row: RecordingRow, path: str) -> Path:
    if row.state != "ready":
        reason = f" ({row.error})" if row.error else ""
        raise NotFound(f"The recording {row.id} is {row.state}{reason}.")
    file = service.archive / path
    if not file.is_file():
        raise NotFound(f"The file of recording {row.id} is no longer in the archive.")
    return file
