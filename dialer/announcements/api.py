"""Routes of announcements: teach, list, forget, listen; and those without a name."""

import tempfile
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field, field_validator
from starlette.datastructures import FormData

from cti.access.rights import Right
from cti.access.who import Me, Who, needs
from cti.api.uploads import chunks_of, form_of, uploaded
from cti.base.errors import UserError
from dialer.announcements.service import MEANINGS, AnnouncementService, AnnouncementView, Lesson
from dialer.announcements.unknown import GroupView, Named, Partial, UnknownService

MAX_UPLOAD = 32 * 1024**2
"""Bytes: a minute and a half of uncompressed studio sound has half of it."""
_PAST = "classify past attempts that heard it again; false: only tell what would change"
_WORD = {"type": "string", "maxLength": 128}
_FORM = form_of(
    "one announcement, in any usual audio format",
    "means",
    means={"type": "string", "enum": [str(one) for one in MEANINGS]},
    carrier=_WORD | {"description": "empty: of no carrier"},
    name=_WORD | {"description": "empty: made of carrier and meaning"},
    by=_WORD | {"description": "who teaches it"},
    replace={"type": "boolean", "description": "teach a known one anew"},
    past={"type": "boolean", "default": True, "description": _PAST},
)
_SOUND: dict[int | str, dict[str, Any]] = {200: {"content": {"audio/wav": {}}}}


class NewName(BaseModel):
    """What a group of recordings is."""

    means: str = Field(max_length=24, description=f"one of {', '.join(MEANINGS)}")
    carrier: str = Field("", max_length=64)
    name: str = Field("", max_length=128, description="empty: made of carrier and meaning")
    by: str = Field("", max_length=64, description="who says so")
    past: bool = Field(default=True, description=_PAST)


class NewWords(BaseModel):
    """What of a taught announcement is to change; what is left out stays."""

    means: str | None = Field(None, max_length=24, description=f"one of {', '.join(MEANINGS)}")
    carrier: str | None = Field(None, max_length=64, description="empty: of no carrier")
    name: str | None = Field(None, max_length=128, description="empty: made of carrier and meaning")
    by: str = Field("", max_length=64, description="who says so")
    past: bool = Field(default=True, description=_PAST)

    @field_validator("carrier", "name")
    @classmethod
    def _readable(cls, text: str | None) -> str | None:
        if text is not None and not text.isprintable():
            raise ValueError("has characters that cannot be printed")
        return text


class Teller(BaseModel):
    """Who says it."""

    by: str = Field("", max_length=64)


def router(taught: AnnouncementService, unknown: UnknownService) -> APIRouter:
    """Everything under /v1/announcements and /v1/unknown-announcements."""
    routes = APIRouter(prefix="/v1", tags=["announcements"])
    _add_taught(routes, taught, unknown)
    _add_changes(routes, unknown)
    _add_unknown(routes, unknown)
    return routes


def _add_taught(routes: APIRouter, taught: AnnouncementService, unknown: UnknownService) -> None:
    @routes.get(
        "/announcements",
        summary="What was taught, by carrier and name",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def listed(carrier: str | None = None) -> list[AnnouncementView]:
        return list(await taught.list(carrier))

    # Reads the form itself: a size must be known, and refused, before the body is taken in.
    @routes.post(
        "/announcements",
        status_code=201,
        summary="Teach a recording",
        openapi_extra=_FORM,
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def learn(request: Request, who: Me) -> Named:
        async with uploaded(request, MAX_UPLOAD, "Cut out one announcement.") as (file, form):
            with tempfile.TemporaryDirectory(prefix="announcement-") as folder:
                path = Path(folder) / f"sound{_suffix(file.filename)}"
                with path.open("wb") as out:
                    async for chunk in chunks_of(file):
                        out.write(chunk)
                try:
                    made = await taught.learn_file(path, _lesson(form, who))
                except UserError as error:
                    name = file.filename or "The file"
                    error.what = error.what.replace(str(path), name).replace(path.name, name)
                    raise
        return await unknown.resolve(made, past=_yes(form, "past", unless=True))

    @routes.get(
        "/announcements/{announcement_id}",
        summary="One of them",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def one(announcement_id: int) -> AnnouncementView:
        return await taught.get(announcement_id)

    @routes.get(
        "/announcements/{announcement_id}/sample.wav",
        summary="Its recording",
        response_class=Response,
        responses=_SOUND,
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def sample(announcement_id: int) -> Response:
        return Response(await taught.sample(announcement_id), media_type="audio/wav")

    @routes.delete(
        "/announcements/{announcement_id}",
        summary="Forget it; attempts that heard it by a name given later are classified again",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def forget(announcement_id: int, who: Me, by: str = "") -> Named:
        return await unknown.forget(announcement_id, who.signs(by[:64]))


def _add_changes(routes: APIRouter, unknown: UnknownService) -> None:
    @routes.patch(
        "/announcements/{announcement_id}",
        summary="Say anew what it means, whose it is, or its name",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def change(announcement_id: int, new: NewWords, who: Me) -> Named:
        change = Partial(new.means, new.carrier, new.name)
        return await unknown.change(announcement_id, change, who.signs(new.by), past=new.past)

    @routes.get(
        "/announcements/{announcement_id}/past",
        summary="What classifying past attempts that heard it again would change",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def past(announcement_id: int) -> Named:
        return await unknown.past(announcement_id, apply=False)

    @routes.post(
        "/announcements/{announcement_id}/past",
        summary="Classify past attempts that heard it again",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def tell_past(announcement_id: int, teller: Teller, who: Me) -> Named:
        return await unknown.past(announcement_id, who.signs(teller.by), apply=True)


def _add_unknown(routes: APIRouter, unknown: UnknownService) -> None:
    @routes.get(
        "/unknown-announcements",
        summary="Without a name, the most frequent first",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def groups(limit: Annotated[int, Query(ge=1, le=1000)] = 100) -> list[GroupView]:
        return list(await unknown.groups(limit))

    @routes.get(
        "/unknown-announcements/{group_id}/sample.wav",
        summary="The recording that stands for a group",
        response_class=Response,
        responses=_SOUND,
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def group_sample(group_id: int) -> Response:
        return Response(await unknown.sample(group_id), media_type="audio/wav")

    @routes.post(
        "/unknown-announcements/{group_id}/name",
        status_code=201,
        summary="Say what a group is: it is known from now on, and past attempts follow",
        dependencies=[needs(Right.EDIT_SITE)],
    )
    async def name(group_id: int, new: NewName, who: Me) -> Named:
        return await unknown.name(
            group_id,
            Lesson(new.means, new.carrier, new.name, who.signs(new.by)),
            past=new.past,
        )


def _lesson(form: FormData, who: Who) -> Lesson:
    def word(name: str, most: int) -> str:
        text = str(form.get(name) or "").strip()
        if len(text) > most or not text.isprintable():
            raise UserError(
                f"{name} cannot be used.", f"It has at most {most} printable characters."
            )
        return text

    return Lesson(
        means=word("means", 24),
        carrier=word("carrier", 64),
        name=word("name", 128),
        by=who.signs(word("by", 64)),
        replace=_yes(form, "replace"),
    )


def _yes(form: FormData, name: str, *, unless: bool = False) -> bool:
    said = str(form.get(name) or "").strip().lower()
    return said in {"1", "true", "yes", "on"} if said else unless


def _suffix(name: str | None) -> str:
    """The ending alone: raw formats are told by it."""
    suffix = Path(name or "").suffix.lower()
    return suffix if suffix[1:].isalnum() and len(suffix) <= 8 else ""
