"""What an agent's desk shows. All moments are UTC; numbers are masked."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from cti.access.masking import PhoneNumber
from cti.agents.states import AgentState
from cti.texts.reader import Sentence
from dialer.pacing.modes import Mode
from dialer.scripts.script import Answers, Script

CallKind = Literal["outbound", "inbound", "preview", "manual"]


class DeskAgent(BaseModel):
    """The agent."""

    name: str = Field(description="sign-in name")
    display_name: str
    state: AgentState
    reason: str = Field(description="why not ready")
    since: datetime = Field(description="since when in this state")
    wanted: AgentState | None = Field(description="taken after the call in hand")
    wanted_reason: str = ""
    phone_up: bool = Field(description="the phone is connected to the floor")
    mode: Literal["nailed_up", "ringing"]
    phone_kind: Literal["browser", "sip"]


class Party(BaseModel):
    """Somebody in the call, the agent left out."""

    id: str = Field(description="of the party's leg")
    kind: Literal["customer", "agent", "outside", "supervisor"]
    name: str
    state: Literal["ringing", "talking", "held", "gone"]


class Consult(BaseModel):
    """Who is asked before a call is handed over."""

    kind: Literal["agent", "queue", "number"]
    value: str = Field(description="sign-in name, name of the queue, or masked number")
    state: Literal["ringing", "talking", "held", "gone"]


class HeardLike(BaseModel):
    """What the call sounds like, other than a person."""

    heard: Literal["machine", "fax", "ivr", "silence"]
    confidence: float = Field(ge=0, le=1, description="a probability")


class HandedOn(BaseModel):
    """Where a call went that this agent has handed on, and who says what came of it."""

    kind: Literal["agent", "queue"] = Field(description="queue: it waits for another agent")
    name: str = Field(description="of the agent")
    over: bool = Field(description="the call has ended meanwhile")


class WrittenNote(BaseModel):
    """What another agent who had the call wrote down."""

    agent: str
    text: str


class DeskCall(BaseModel):
    """The call in hand, and until its wrap-up is over."""

    id: str = Field(description="of the attempt, or of the caller's call")
    kind: CallKind
    campaign_id: int | None = Field(description="null: a caller's, of no campaign")
    campaign: str = Field(description="its name; of a caller's call the queue's")
    number: PhoneNumber = Field(description="masked")
    name: str = Field(description="who it is, if known")
    placed_at: datetime
    answered_at: datetime | None
    bridged_at: datetime | None
    ended_at: datetime | None
    held: bool
    recording: Literal["on", "paused", "off"]
    recording_resumes_at: datetime | None = Field(description="when a pause ends by itself")
    parties: list[Party]
    consult: Consult | None
    handed_on: HandedOn | None = Field(
        default=None, description="in wrap-up: others have the call, and the word on it"
    )
    sounds_like: HeardLike | None
    wrap_until: datetime | None = Field(description="when the wrap-up ends by itself")
    notice: str = Field(description="what must be said of the recording, in plain text")
    notice_zh: str = Field(default="", description="the same in Chinese, where there is one")


class DeskNumber(BaseModel):
    """A number of the person."""

    id: int
    masked: str
    next: bool = Field(description="dialled if no other is chosen")
    usable: bool = Field(description="may be dialled now")
    why_not: Sentence = Field(default="", description="what stands in the way, in a sentence")


class EarlierCall(BaseModel):
    """An earlier call to or from the person, the newest first."""

    attempt: str = Field(description="id of the attempt, or of the caller's call")
    at: datetime
    agent: str | None = Field(description="who talked")
    outcome: str | None
    disposition: str | None
    note: str = Field(description="of who had the call last")
    colleagues: list[WrittenNote] = Field(
        default=[], description="notes of those who had it before, the earliest first"
    )
    seconds: float | None = Field(description="how long agent and person talked")
    direction: Literal["out", "in"]


class Person(BaseModel):
    """Who is called, or calls."""

    lead_id: int
    campaign_id: int
    name: str
    reference: str = Field(description="the client's own id")
    fields: dict[str, str] = Field(description="plain text from the client's file")
    numbers: list[DeskNumber]
    time_zone: str = Field(description="IANA name")
    local_time: str = Field(description="where the person lives, when this was made")
    history: list[EarlierCall]
    appointment: datetime | None = Field(description="one that was promised and is not kept yet")
    why: Sentence = Field(default="", description="why this person is called now, in words")


class LookedAt(BaseModel):
    """A lead set aside for the agent, before it is dialled."""

    campaign_id: int
    campaign: str
    lead_id: int
    until: datetime = Field(description="when it goes back if nothing is done")


class DeskDisposition(BaseModel):
    """One way to say what came of the call."""

    code: str
    label: str
    label_zh: str
    category: str = Field(description="what it counts as: success, callback, do_not_call …")
    success: bool
    needs_callback: bool = Field(description="a time must be given")
    closes: bool = Field(description="the person is not called again")
    reached: bool = Field(description="the person was talked to: required answers are asked for")
    key: int | None = Field(description="1 to 9")


class Today(BaseModel):
    """The agent's day, from the site's midnight."""

    calls: int
    talk_seconds: float
    wrap_seconds: float
    ready_seconds: float
    not_ready_seconds: float
    successes: int
    target_calls: int | None = Field(default=None, description="null: none is set")
    target_successes: int | None = None
    target_wrap_up_seconds: int | None = Field(default=None, description="longest wrap-up")
    hours: list["HourOfDay"] = []


class HourOfDay(BaseModel):
    """One hour of the day, for a small plot."""

    hour: int = Field(ge=0, le=23, description="of the site's clock")
    calls: int
    successes: int


class NextAppointment(BaseModel):
    """An appointment of this agent, the next one first."""

    lead_id: int
    name: str
    at: datetime
    campaign_id: int
    campaign: str


class Reason(BaseModel):
    """Why one can be not ready."""

    code: str
    label: str
    label_zh: str = ""
    minutes: int | None = Field(default=None, description="longer is out of target")


class MayCall(BaseModel):
    """Whether a number may be dialled now."""

    number: str = Field(description="as it would be dialled: E.164, of what was typed")
    may: bool
    why_not: Sentence = Field(default="", description="in a sentence")
    until: datetime | None = Field(default=None, description="when it may be; null: never, or now")
    lead_id: int | None = Field(default=None, description="whose number it is in this campaign")
    name: str = ""


class PossibleTime(BaseModel):
    """When an appointment would be dialled."""

    at: datetime
    due_at: datetime = Field(description="later than `at` where calling is not allowed")
    moved: bool


class DeskCampaign(BaseModel):
    """A campaign that runs."""

    id: int
    name: str
    mode: Mode
    manual: bool = Field(description="numbers may be dialled in it by hand")
    preview: bool = Field(description="its leads are looked at first")


class DeskView(BaseModel):
    """All that one agent's desk shows."""

    at: datetime = Field(description="when this was made: the server's clock")
    agent: DeskAgent
    call: DeskCall | None
    preview: LookedAt | None = None
    person: Person | None
    script: Script | None = Field(description="with its merge fields filled in")
    answers: Answers
    step: str = Field(description="id of the script's step that is shown; empty: the first")
    notes: str = Field(description="the agent's own, of this call")
    colleagues: list[WrittenNote] = Field(
        default=[], description="notes of others who had this call, the earliest first"
    )
    disposition: str | None = Field(
        default=None, description="said while still talking: it counts once the call ends"
    )
    dispositions: list[DeskDisposition] = Field(
        description="none where another agent has the word, or the call is a caller's"
    )
    today: Today
    appointments: list[NextAppointment]
    campaigns: list[DeskCampaign]
    reasons: list[Reason] = Field(description="why one can be not ready, as the site has it")
