"""What is told of imports and leads: over HTTP and to the command line alike."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cti.access.masking import OptionalTextWithNumbers, PhoneNumber
from cti.texts.reader import OptionalSentence


class ImportProgress(BaseModel):
    """How far an import is."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    campaign_id: int
    list_id: int = Field(description="the list that the leads are added to")
    file_name: str
    state: Literal["running", "done", "failed", "taking_back", "taken_back"]
    rows_total: int | None = Field(description="an estimate while it runs")
    rows_done: int = Field(description="rows stored, accepted and rejected together")
    accepted: int
    rejected: int
    barred: int = Field(default=0, description="of the rejected: on the do-not-call list")
    error: OptionalSentence = Field(
        description="a sentence: why it failed, or why nothing was usable"
    )
    created_at: datetime
    finished_at: datetime | None
    removed: int = Field(default=0, description="leads that went as it was taken back")
    kept: int = Field(default=0, description="of it taken back: were called, and are closed")
    taken_back_at: datetime | None = None


class TakingBack(BaseModel):
    """What taking an import back would do this moment."""

    leads: int = Field(description="that it brought and that are still there")
    removes: int = Field(description="never called: they go")
    keeps: int = Field(description="called: they are kept in the history, and closed")
    calling: int = Field(description="in a call: kept, and closed once it is over")


class LeadList(BaseModel):
    """A list as it was delivered."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    leads: int
    created_at: datetime


class Number(BaseModel):
    """A telephone number of a lead."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    e164: PhoneNumber = Field(description="E.164, with its plus sign")
    position: int = Field(description="order of dialling, from 0")
    usable: bool = Field(description="false once vacant, changed, wrong or not to be called")


class Lead(BaseModel):
    """A person on a list, and where the dialling stands."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    campaign_id: int
    list_id: int
    name: str
    reference: str = Field(description="the client's own id")
    fields: dict[str, str] = Field(description="columns of the file that have no other meaning")
    time_zone: str = Field(description="IANA name")
    priority: int = Field(description="higher goes first")
    state: Literal["waiting", "due", "in_flight", "closed"]
    due_at: datetime | None = Field(description="not before; empty once closed")
    dials: int = Field(description="attempts so far")
    last_outcome: str | None
    last_disposition: str | None
    closed_reason: OptionalTextWithNumbers
    numbers: list[Number]
