"""Routes of the audit."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from cti.api.uploads import csv_file
from cti.audit.service import MAX_PAGE, ActPage, Audit, Wanted


class AskedActs(BaseModel):
    """Which acts."""

    model_config = ConfigDict(extra="forbid")

    who: str | None = Field(None, max_length=64, description="a user's name; `token`: programs")
    act: str | None = Field(
        None, max_length=64, description="like `numbers.shown`; `numbers.`: all of that room"
    )
    subject: str | None = Field(None, max_length=128, description="like `agents/anna`")
    since: AwareDatetime | None = Field(None, alias="from", description="then or later")
    until: AwareDatetime | None = Field(None, alias="to", description="before then")
    people: bool = Field(False, description="leave out what programs did with the token")

    @property
    def wanted(self) -> Wanted:
        """The same, for the service."""
        return Wanted(self.who, self.act, self.subject, self.since, self.until, self.people)


class AskedPage(AskedActs):
    """Which acts, and which page of them."""

    before: int | None = Field(None, ge=1, description="`next` of the page before")
    limit: int = Field(100, ge=1, le=MAX_PAGE)


def router(audit: Audit) -> APIRouter:
    """Everything under /v1/audit."""
    routes = APIRouter(prefix="/v1/audit", tags=["audit"])
    may_see = [needs(Right.SEE_AUDIT)]

    @routes.get("", summary="Who did what, the newest first", dependencies=may_see)
    async def find(asked: Annotated[AskedPage, Query()]) -> ActPage:
        return await audit.find(asked.wanted, before=asked.before, limit=asked.limit)

    @routes.get("/acts", summary="Every kind of act there is", dependencies=may_see)
    async def acts() -> list[str]:
        return await audit.acts()

    @routes.get(
        "/export.csv",
        summary="The same as CSV",
        response_class=StreamingResponse,
        responses={200: {"content": {"text/csv": {}}}},
        dependencies=may_see,
    )
    async def export(asked: Annotated[AskedActs, Query()], who: Me) -> StreamingResponse:
        await audit.note(who, "audit.exported", "audit")
        return csv_file(audit.csv(asked.wanted), "audit.csv")

    return routes
