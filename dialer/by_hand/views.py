"""What an agent is shown before a call, and told of a call that was placed."""

from datetime import datetime

from pydantic import BaseModel, Field

from cti.access.masking import PhoneNumber, SentenceWithNumbers


class NumberShown(BaseModel):
    """A number of the lead."""

    e164: PhoneNumber
    position: int = Field(description="order of dialling, from 0")
    next: bool = Field(description="dialled if no other is chosen")
    may_call: bool
    why_not: SentenceWithNumbers = Field(description="what stands in the way, in a sentence")


class AttemptShown(BaseModel):
    """An earlier call to the lead."""

    id: str
    placed_at: datetime
    number: PhoneNumber
    agent: str | None = Field(description="sign-in name of who talked")
    outcome: str | None
    outcome_reason: SentenceWithNumbers
    disposition: str | None
    callback_at: datetime | None
    note: str


class PreviewLead(BaseModel):
    """A lead set aside for an agent, with all that helps to decide."""

    lead_id: int
    campaign_id: int
    campaign: str
    agent: str = Field(description="sign-in name")
    attempt_id: str = Field(description="the id its call will have")
    until: datetime = Field(description="when it goes back if nothing is done")
    seconds_left: float
    name: str
    reference: str = Field(description="the client's own id")
    fields: dict[str, str]
    time_zone: str
    local_time: str = Field(description="where the lead lives, now")
    promised_at: datetime | None = Field(description="the time of an appointment")
    why: SentenceWithNumbers = Field(
        description="why it is called now: the last decision, in words"
    )
    numbers: list[NumberShown]
    attempts: list[AttemptShown] = Field(description="earlier calls, the newest first")


class PlacedCall(BaseModel):
    """A call that was placed for an agent."""

    attempt_id: str
    campaign_id: int
    lead_id: int
    number: PhoneNumber
    agent: str
