"""What is told of the do-not-call list, consents and caps: over HTTP and to the command line."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from cti.access.masking import PhoneNumber, SentenceWithNumbers
from cti.texts.reader import OptionalSentence, Sentence
from dialer.compliance.caps import FrequencyCaps

Reaches = Literal["everyone", "client", "campaign"]


class Bar(BaseModel):
    """An entry of the do-not-call list."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    number: PhoneNumber = Field(description="E.164, or +DIGITS* for all numbers that begin so")
    reach: Reaches = Field(description="for whom it holds")
    reach_key: int = Field(description="the client's or campaign's id; 0 for everyone")
    reason: str
    source: Literal["agent", "import", "api", "person"]
    added_by: str
    added_at: datetime
    expires_at: datetime | None = Field(description="holds until then; empty: for good")


class LiftedBar(Bar):
    """An entry that was taken off the list."""

    lifted_by: str
    lifted_at: datetime
    why: str


class Refused(BaseModel):
    """A number that cannot be on the list."""

    number: str
    reason: Sentence


class BarResult(BaseModel):
    """What came of adding numbers."""

    added: int = Field(description="new entries, or entries that hold longer now")
    known: int = Field(description="were on the list already")
    rejected: list[Refused]
    in_flight: int = Field(
        description="calls to these numbers that are under way: noted there, not hung up"
    )


class LiftResult(BaseModel):
    """What came of taking a number off the list."""

    number: PhoneNumber
    reopened: int = Field(description="leads that this had closed, and that wait again")


class BarImport(BaseModel):
    """How far the import of a do-not-call file is."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    file_name: str
    state: Literal["running", "done", "failed"]
    rows_total: int | None = Field(description="an estimate while it runs")
    rows_done: int
    added: int
    known: int = Field(description="were on the list already")
    rejected: int
    error: OptionalSentence
    created_at: datetime
    finished_at: datetime | None


class Consent(BaseModel):
    """A person's consent to be called at a number."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    number: PhoneNumber
    reach: Reaches
    reach_key: int
    given_at: datetime
    channel: str
    proof: str
    expires_at: datetime | None
    recorded_by: str
    recorded_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None
    withdrawn_why: str | None


class ConsentResult(BaseModel):
    """A consent that was recorded."""

    consent: Consent
    reopened: int = Field(description="leads that were closed for want of it, and wait again")


class Cap(BaseModel):
    """Caps of the service (client 0) or of a client."""

    client_id: int
    caps: FrequencyCaps
    changed_by: str
    changed_at: datetime


class NumberReport(BaseModel):
    """All that is known of a number."""

    number: PhoneNumber
    barred: bool = Field(description="for this campaign, or for everyone if none was named")
    words: SentenceWithNumbers = Field(description="one sentence")
    bars: list[Bar] = Field(description="entries of every scope that hold for it now")
    lifted: list[LiftedBar] = Field(description="entries that were taken off, the newest first")
    consents: list[Consent] = Field(description="also withdrawn and expired ones")
    dials_today: int = Field(description="in the last 24 hours, by any campaign")
    dials_week: int
    dials_30_days: int
