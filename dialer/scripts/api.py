"""Routes of scripts."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from dialer.scripts.check import Problem
from dialer.scripts.merge import FIXED, OWN
from dialer.scripts.script import Script, ScriptContent
from dialer.scripts.service import Preview, ScriptHead, ScriptService, ScriptVersion

Name = Annotated[str, Field(max_length=128, examples=["Spring offer, first call"])]


class NewScript(BaseModel):
    """A script to be made."""

    name: Name
    content: ScriptContent


class ScriptChange(BaseModel):
    """What to change; what is left out stays."""

    name: Name | None = None
    content: ScriptContent | None = None
    based_on: int | None = Field(
        default=None, description="the version that was edited: refused if there is a newer one"
    )


class ToCheck(BaseModel):
    """A script to be looked at."""

    content: ScriptContent
    campaign_id: int | None = Field(
        default=None, description="whose lists have the columns that are merged in"
    )


class ToPreview(BaseModel):
    """A script to be shown as agents see it."""

    content: ScriptContent
    lead_id: int | None = Field(default=None, description="unset: a sample person")
    values: dict[str, Annotated[str, Field(max_length=1000)]] = Field(
        default={}, max_length=200, description="merge field → what to fill it with"
    )


class MergeField(BaseModel):
    """A merge field that scripts may use."""

    name: str
    words: str


SEE, EDIT = needs(Right.SEE_CAMPAIGNS), needs(Right.EDIT_CAMPAIGNS)
LOOK = needs(Right.EDIT_CAMPAIGNS, reads=True)


def router(service: ScriptService) -> APIRouter:
    """Everything under /v1/scripts."""
    routes = APIRouter(prefix="/v1/scripts", tags=["scripts"])

    @routes.get("", summary="All scripts, by name", dependencies=[SEE])
    async def scripts() -> list[ScriptHead]:
        return await service.scripts()

    @routes.post("", status_code=201, summary="Make a script", dependencies=[EDIT])
    async def create(new: NewScript, who: Me) -> Script:
        return await service.create(new.name, new.content, who.name)

    @routes.get("/merge-fields", summary="What texts can be filled with", dependencies=[SEE])
    async def merge_fields() -> list[MergeField]:
        known = [MergeField(name=name, words=words) for name, words in FIXED.items()]
        return [*known, MergeField(name=f"{OWN}…", words="a column of the list, by its name")]

    @routes.post("/check", summary="What is wrong with a script", dependencies=[LOOK])
    async def check(what: ToCheck) -> list[Problem]:
        return await service.check(what.content, campaign_id=what.campaign_id)

    @routes.post("/preview", summary="A script as an agent would see it", dependencies=[LOOK])
    async def preview(what: ToPreview) -> Preview:
        return await service.preview(what.content, lead_id=what.lead_id, values=what.values)

    @routes.get("/{script_id}", summary="One script", dependencies=[SEE])
    async def script(
        script_id: int,
        version: Annotated[int | None, Query(ge=1, description="unset: the newest")] = None,
    ) -> Script:
        return await service.get(script_id, version)

    @routes.get("/{script_id}/versions", summary="Its versions", dependencies=[SEE])
    async def versions(script_id: int) -> list[ScriptVersion]:
        return await service.versions(script_id)

    @routes.put("/{script_id}", summary="Change it: a new version", dependencies=[EDIT])
    async def change(script_id: int, new: ScriptChange, who: Me) -> Script:
        return await service.change(
            script_id, name=new.name, content=new.content, based_on=new.based_on, by=who.name
        )

    @routes.delete("/{script_id}", status_code=204, summary="Forget it", dependencies=[EDIT])
    async def remove(script_id: int) -> None:
        await service.remove(script_id)

    return routes
