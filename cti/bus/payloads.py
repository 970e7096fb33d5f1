"""What is published: one model per message, which also knows its topic.

Every payload carries `schema` (its name), `version` (raised when a field changes its meaning or
goes; new fields do not raise it) and `at` (when it happened, RFC 3339 in UTC).
"""

from datetime import UTC
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from cti.bus.topics import NO_QUEUE, Segment

Moment = Annotated[AwareDatetime, AfterValidator(lambda moment: moment.astimezone(UTC))]
"""An aware datetime; published in UTC with a trailing Z."""

_SHOWN_DIGITS = 4


def mask_number(number: str) -> str:
    """All but the last four characters hidden: +4930123456 becomes …3456.

    Subscribers get the lead's or call's id; who may see the number asks the API with it.
    """
    return number if number.startswith("…") or not number else "…" + number[-_SHOWN_DIGITS:]


MaskedNumber = Annotated[str, AfterValidator(mask_number)]
"""A telephone number of which only the last four digits are published."""


class Message(BaseModel):
    """One message: `topic` is relative to the bus's prefix, the model itself is the payload."""

    model_config = ConfigDict(frozen=True, extra="forbid", serialize_by_alias=True)

    address: ClassVar[str]
    retained: ClassVar[bool] = False
    sentence: ClassVar[str] = ""
    """The field that says something in words of ours, which a browser is told in its language."""

    at: Moment = Field(description="when it happened, UTC")

    @property
    def topic(self) -> str:
        """The address with this message's values in its places."""
        return self.address.format_map(self.__dict__)

    def encoded(self) -> bytes:
        """The payload as UTF-8 JSON. (The model's own serialiser is as quick as orjson.)"""
        return self.__pydantic_serializer__.to_json(self)


class ServiceState(Message):
    """Whether the engine runs. Offline by the broker's hand when the connection is lost."""

    address: ClassVar[str] = "service/state"
    retained: ClassVar[bool] = True

    schema_name: Literal["service.state"] = Field(default="service.state", alias="schema")
    version: Literal[1] = 1
    state: Literal["online", "offline"]
    reason: str = Field(
        default="",
        description="started, stopped, or connection lost: then `at` is when it was connected",
    )


class AgentState(Message):
    """What an agent is doing now."""

    address: ClassVar[str] = "agents/{agent}/state"
    retained: ClassVar[bool] = True

    schema_name: Literal["agent.state"] = Field(default="agent.state", alias="schema")
    version: Literal[1] = 1
    agent: Segment = Field(description="the agent's sign-in name")
    state: Literal["signed_out", "not_ready", "ready", "reserved", "talking", "wrapping"]
    since: Moment = Field(description="since when the agent is in this state")
    reason: str = Field(default="", description="why not ready")
    call: str | None = Field(default=None, description="id of the attempt or call in hand")
    phone_up: bool = Field(description="whether the agent's phone is connected to the floor")


class AgentScreen(Message):
    """What an agent is told of the call in hand."""

    agent: Segment = Field(description="the agent's sign-in name")
    attempt: str
    campaign: int
    heard: Literal["machine", "fax", "ivr", "silence"]


class AgentSoundsLike(AgentScreen):
    """The call in hand sounds like no person; the agent decides what it is."""

    address: ClassVar[str] = "agents/{agent}/sounds_like"
    schema_name: Literal["agent.sounds_like"] = Field(default="agent.sounds_like", alias="schema")
    version: Literal[1] = 1
    confidence: float = Field(ge=0, le=1, description="how sure: a probability")


class AgentMachineTakenBack(AgentScreen):
    """The call in hand was taken back, for no person had answered; the agent is free again."""

    address: ClassVar[str] = "agents/{agent}/machine_taken_back"
    schema_name: Literal["agent.machine_taken_back"] = Field(
        default="agent.machine_taken_back", alias="schema"
    )
    version: Literal[1] = 1
    confidence: float | None = Field(
        ge=0, le=1, description="how sure: a probability; null: the agent said so"
    )
    then: Literal["hang_up", "message"] = Field(description="what follows for the call")
    seconds: float = Field(ge=0, description="how long the agent had it")


class AgentAppointment(Message):
    """An appointment of this agent is about to be dialled."""

    address: ClassVar[str] = "agents/{agent}/appointment"
    schema_name: Literal["agent.appointment"] = Field(default="agent.appointment", alias="schema")
    version: Literal[1] = 1
    agent: Segment = Field(description="the agent's sign-in name")
    campaign: int
    lead: int
    number: MaskedNumber = Field(description="only the last four digits")
    due_at: Moment = Field(description="when it is dialled")


class CampaignState(Message):
    """Whether a campaign dials."""

    address: ClassVar[str] = "campaigns/{campaign}/state"
    retained: ClassVar[bool] = True

    schema_name: Literal["campaign.state"] = Field(default="campaign.state", alias="schema")
    version: Literal[1] = 1
    campaign: int
    name: str
    state: str = Field(description="draft, running, paused, stopped, finished …")
    reason: str = ""


class CampaignPacing(Message):
    """How a running campaign is paced, and how it keeps its promise; once a second."""

    address: ClassVar[str] = "campaigns/{campaign}/pacing"
    retained: ClassVar[bool] = True
    sentence: ClassVar[str] = "reasons"

    schema_name: Literal["campaign.pacing"] = Field(default="campaign.pacing", alias="schema")
    version: Literal[1] = 1
    campaign: int
    mode: str
    dialled_last_minute: int = Field(ge=0)
    ringing: int = Field(ge=0, description="calls under way that nobody has answered")
    waiting: int = Field(ge=0, description="people who wait for an agent")
    free: int = Field(ge=0, description="agents ready")
    busy: int = Field(ge=0, description="agents in a call, or wrapping one up")
    expected_answers: float | None = Field(description="soon; null: the mode does not foretell")
    expected_free: float | None = Field(description="agents free by then")
    budget_left: float | None = Field(description="abandons the target still allows")
    answer_probability: float | None = Field(description="that a call dialled now is answered")
    answered: int = Field(ge=0, description="by a person, in the measuring window")
    abandoned: int = Field(ge=0, description="of these, without an agent in time")
    abandon_rate: float = Field(ge=0, le=1)
    abandon_high: float = Field(ge=0, le=1, description="upper end of its 95 % interval")
    abandon_target: float = Field(ge=0, le=1)
    window: str = Field(description="the measuring window: today, in the last 30 days")
    reasons: str = Field(description="why it dials as many as it does")


class AttemptEvent(Message):
    """What all events of one dial of one number tell."""

    attempt: str = Field(description="the attempt's id, also its channel's uniqueid on the PBX")
    campaign: int
    lead: int
    number: MaskedNumber = Field(description="only the last four digits")


class AttemptPlaced(AttemptEvent):
    """The attempt is recorded and its call is on its way to the PBX."""

    address: ClassVar[str] = "attempts/{campaign}/placed"
    schema_name: Literal["attempt.placed"] = Field(default="attempt.placed", alias="schema")
    version: Literal[1] = 1
    caller_id: str = Field(default="", description="the number of ours that we show")


class AttemptRinging(AttemptEvent):
    """The other end rings."""

    address: ClassVar[str] = "attempts/{campaign}/ringing"
    schema_name: Literal["attempt.ringing"] = Field(default="attempt.ringing", alias="schema")
    version: Literal[1] = 1


class AttemptAnswered(AttemptEvent):
    """Somebody, or something, picked up."""

    address: ClassVar[str] = "attempts/{campaign}/answered"
    schema_name: Literal["attempt.answered"] = Field(default="attempt.answered", alias="schema")
    version: Literal[1] = 1


class AttemptBridged(AttemptEvent):
    """Agent and customer hear each other."""

    address: ClassVar[str] = "attempts/{campaign}/bridged"
    schema_name: Literal["attempt.bridged"] = Field(default="attempt.bridged", alias="schema")
    version: Literal[1] = 1
    agent: str = Field(description="the agent's sign-in name")
    answer_to_bridge_ms: float = Field(ge=0)


class AttemptEnded(AttemptEvent):
    """The attempt is over; this is its one outcome."""

    address: ClassVar[str] = "attempts/{campaign}/ended"
    schema_name: Literal["attempt.ended"] = Field(default="attempt.ended", alias="schema")
    version: Literal[1] = 1
    outcome: str = Field(description="busy, no_answer, vacant, … answered, abandoned, failed")
    cause: int | None = Field(default=None, description="Q.850 cause")
    sip_code: int | None = Field(default=None, description="final SIP status")
    agent: str | None = Field(default=None, description="who talked, if anyone did")
    talk_seconds: float | None = Field(default=None, ge=0, description="bridged to hang-up")
    saved_seconds: float | None = Field(
        default=None,
        ge=0,
        description="ring time that was left when it was ended early; null: it was not",
    )


class CallEvent(Message):
    """What all events of one call to us tell."""

    call: str = Field(description="the call's id, also its channel's uniqueid on the PBX")
    queue: Segment = Field(default=NO_QUEUE, description="`-` until the caller has chosen one")
    caller: MaskedNumber = Field(default="", description="only the last four digits")


class CallArrived(CallEvent):
    """Somebody called us; the menu answers."""

    address: ClassVar[str] = "calls/{queue}/arrived"
    schema_name: Literal["call.arrived"] = Field(default="call.arrived", alias="schema")
    version: Literal[1] = 1
    dialled: str = Field(description="the number of ours that was called")


class CallQueued(CallEvent):
    """The caller waits for an agent."""

    address: ClassVar[str] = "calls/{queue}/queued"
    schema_name: Literal["call.queued"] = Field(default="call.queued", alias="schema")
    version: Literal[1] = 1


class CallBridged(CallEvent):
    """Agent and caller hear each other."""

    address: ClassVar[str] = "calls/{queue}/bridged"
    schema_name: Literal["call.bridged"] = Field(default="call.bridged", alias="schema")
    version: Literal[1] = 1
    agent: str = Field(description="the agent's sign-in name")
    waited_ms: float = Field(ge=0, description="queued to bridged")


class CallEnded(CallEvent):
    """The caller, or we, hung up."""

    address: ClassVar[str] = "calls/{queue}/ended"
    schema_name: Literal["call.ended"] = Field(default="call.ended", alias="schema")
    version: Literal[1] = 1
    outcome: str = Field(description="answered, abandoned (left while waiting), menu")
    agent: str | None = Field(default=None, description="who talked, if anyone did")
    talk_seconds: float | None = Field(default=None, ge=0, description="bridged to hang-up")


class RecordingEvent(Message):
    """What all events of one recording tell."""

    recording: str = Field(description="the attempt's or call's id")
    campaign_id: int | None = None
    agent_id: int | None = None


class RecordingReady(RecordingEvent):
    """The recording can be played and downloaded."""

    address: ClassVar[str] = "recordings/ready"
    schema_name: Literal["recording.ready"] = Field(default="recording.ready", alias="schema")
    version: Literal[1] = 1
    seconds: float = Field(ge=0)
    size: int = Field(ge=0, description="bytes of the audio file")
    sha256: str = Field(description="of the audio file, in hexadecimal")


class RecordingMissing(RecordingEvent):
    """A call that should have been recorded has no recording, or an unreadable one."""

    address: ClassVar[str] = "recordings/missing"
    sentence: ClassVar[str] = "reason"
    schema_name: Literal["recording.missing"] = Field(default="recording.missing", alias="schema")
    version: Literal[1] = 1
    reason: str


class Incident(Message):
    """Something that a person should look at."""

    address: ClassVar[str] = "incidents"
    sentence: ClassVar[str] = "text"
    schema_name: Literal["incident"] = Field(default="incident", alias="schema")
    version: Literal[1] = 1
    kind: str = Field(description="a short fixed word, such as recording_missing or pbx_lost")
    severity: Literal["warning", "error"] = "warning"
    text: str = Field(description="one sentence for people")
    subject: str = Field(default="", description="id of what it is about")


ALL: tuple[type[Message], ...] = (
    ServiceState, AgentState, CampaignState,
    AttemptPlaced, AttemptRinging, AttemptAnswered, AttemptBridged, AttemptEnded,
    CallArrived, CallQueued, CallBridged, CallEnded,
    RecordingReady, RecordingMissing, Incident, AgentSoundsLike, AgentMachineTakenBack,
    AgentAppointment, CampaignPacing,
)  # fmt: skip
"""Every message there is, in the order of the documentation."""
