"""Routes: list, look up, play, download, draw."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from fastapi.responses import FileResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cti.access.masking import FullNumber
from cti.access.rights import Right
from cti.access.who import Me, Who, needs
from cti.base.errors import NotFound
from recordings import catalogue
from recordings.catalogue import MAX_PAGE, Filter
from recordings.listening import LISTENED, TAKEN, UNMASKED, HeardPage, Listening
from recordings.models import RecordingRow
from recordings.service import RecordingService
from recordings.views import (
    AgentFacts,
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

_SOUND: Final[dict[int | str, dict[str, Any]]] = {
    200: {"content": {"audio/mpeg": {}}},
    206: {"description": "a byte range"},
}


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


@dataclass(frozen=True)
class _Known:
    """What one person may know of: campaigns and agents by id."""

    campaigns: Mapping[int, CampaignFacts]
    agents: Mapping[int, AgentFacts]
    who: Who

    @property
    def scope(self) -> dict[str, Collection[int] | None]:
        """What narrows every list of theirs, as `Filter` takes it."""
        return {
            "campaigns": None if self.who.only_client is None else list(self.campaigns),
            "agents": None if self.who.only_team is None else list(self.agents),
        }


def router(service: RecordingService, campaigns: Campaigns, listening: Listening) -> APIRouter:
    """The routes under /v1/recordings."""
    routes = APIRouter(prefix="/v1/recordings", tags=["recordings"])
    _searching(routes, service, campaigns)
    _about_one(routes, service, listening)
    _sound(routes, service, listening)
    return routes


def _searching(routes: APIRouter, service: RecordingService, campaigns: Campaigns) -> None:
    async def known_to(who: Who) -> _Known:
        client = who.only_client
        theirs = {c.id: c for c in await campaigns() if client in {None, c.client_id}}
        agents = await agents_by_id(service.store)
        return _Known(theirs, {i: a for i, a in agents.items() if who.sees_team(a.team)}, who)

    @routes.get(
        "",
        summary="List recordings, newest first",
        dependencies=[needs(Right.SEE_RECORDINGS, narrowed=True)],
    )
    async def find(asked: Annotated[_Asked, Query()], who: Me) -> RecordingPage:
        known = await known_to(who)
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
            whole_numbers=who.may(Right.SEE_NUMBERS),
            **known.scope,
        )
        page = await catalogue.find(service.store, wanted, limit=asked.limit, after=asked.after)
        items = [view(row, known.campaigns, known.agents) for row in page.items]
        return RecordingPage(items=items, next=page.next)

    @routes.get(
        "/choices",
        summary="What recordings can be searched by",
        dependencies=[needs(Right.SEE_RECORDINGS, narrowed=True)],
    )
    async def choices(who: Me) -> Choices:
        known = await known_to(who)
        return choices_among(known.campaigns.values(), known.agents)

    @routes.get(
        "/{recording_id}",
        summary="One recording's facts",
        dependencies=[needs(Right.SEE_RECORDINGS)],
    )
    async def get(recording_id: str, who: Me) -> RecordingView:
        known = await known_to(who)
        row = await catalogue.get(service.store, recording_id)
        return view(row, known.campaigns, known.agents)


def _about_one(routes: APIRouter, service: RecordingService, listening: Listening) -> None:
    @routes.get(
        "/{recording_id}/number",
        summary="The number in full; this is audited",
        dependencies=[needs(Right.SEE_NUMBERS, also=Right.SEE_RECORDINGS)],
    )
    async def number(recording_id: str, who: Me) -> FullNumber:
        row = await catalogue.get(service.store, recording_id)
        await listening.audit.note(who, UNMASKED, f"recordings/{recording_id}")
        return FullNumber(number=row.number)

    @routes.get(
        "/{recording_id}/heard",
        summary="Who listened to it, or took it",
        dependencies=[needs(Right.SEE_RECORDINGS)],
    )
    async def heard(recording_id: str) -> HeardPage:
        await catalogue.get(service.store, recording_id)
        return await listening.heard(recording_id)

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


def _sound(routes: APIRouter, service: RecordingService, listening: Listening) -> None:
    @routes.get(
        "/{recording_id}/audio",
        summary="To listen: customer left, agent right; byte ranges are served; audited",
        response_class=FileResponse,
        responses=_SOUND,
        dependencies=[needs(Right.SEE_RECORDINGS)],
    )
    async def audio(recording_id: str, who: Me) -> FileResponse:
        return await sound(recording_id, who, LISTENED)

    @routes.get(
        "/{recording_id}/download",
        summary="The same, to keep as a file; audited",
        response_class=FileResponse,
        responses=_SOUND,
        dependencies=[needs(Right.TAKE_RECORDINGS)],
    )
    async def download(recording_id: str, who: Me) -> FileResponse:
        return await sound(recording_id, who, TAKEN)

    async def sound(recording_id: str, who: Who, act: str) -> FileResponse:
        row = await catalogue.get(service.store, recording_id)
        file = _file(service, row, row.path)
        await listening.note(who, act, recording_id)
        return FileResponse(
            file,
            media_type="audio/mpeg",
            filename=f"{row.started_at:%Y%m%d-%H%M%S}-{file.name}",
            content_disposition_type="attachment" if act == TAKEN else "inline",
            headers={"Cache-Control": "private, no-store"},  # not on disks of shared desks
        )


def _file(service: RecordingService, row: RecordingRow, path: str) -> Path:
    if row.state != "ready":
        reason = f" ({row.error})" if row.error else ""
        raise NotFound(f"The recording {row.id} is {row.state}{reason}.")
    file = service.archive / path
    if not file.is_file():
        raise NotFound(f"The file of recording {row.id} is no longer in the archive.")
    return file
