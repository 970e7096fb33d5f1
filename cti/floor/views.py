"""What is shown of calls under way."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from cti.access.masking import PhoneNumber
from cti.calls.models import LegRow
from cti.floor.control import CallControl
from cti.floor.listening import Ear, Listening, Way
from cti.floor.talks import GuestState, Talk, TargetKind

PartyState = Literal["ringing", "talking", "held", "gone"]
GUEST: dict[GuestState, PartyState] = {
    GuestState.RINGING: "ringing",
    GuestState.TALKING: "talking",
    GuestState.HELD: "held",
    GuestState.JOINED: "talking",
}


class LegView(BaseModel):
    """One person's part of a call."""

    id: str
    kind: Literal["customer", "agent", "outside", "supervisor"]
    who: PhoneNumber = Field(description="sign-in name, or masked number; empty: the customer")
    how: str = Field(description="answered, transferred, consulted, listened …")
    began_at: datetime
    ended_at: datetime | None = Field(description="null: it lasts")
    seconds: float | None
    note: str = Field(default="", description="what the agent wrote down, at the last own part")

    @classmethod
    def of(cls, row: LegRow) -> "LegView":
        """From what was written down."""
        return cls.model_validate(
            {name: getattr(row, name) for name in cls.model_fields if hasattr(row, name)}
        )


def with_notes(rows: Sequence[LegRow], notes: Mapping[int, str]) -> list[LegView]:
    """All parts of a call, with what agents wrote down. notes: by agent."""
    views, left = [LegView.of(row) for row in rows], dict(notes)
    for row, view in reversed(list(zip(rows, views, strict=True))):
        if row.kind == "agent" and row.agent_id is not None:
            view.note = left.pop(row.agent_id, "")
    return views


class ListenerView(BaseModel):
    """A supervisor at an agent."""

    supervisor: str
    agent: str
    way: Way
    state: Literal["calling", "hearing", "waiting"]
    since: datetime
    call: str | None

    @classmethod
    def of(cls, ear: Ear) -> "ListenerView":
        """The live object as it is shown."""
        return cls.model_validate(
            {
                "supervisor": ear.by.name,
                "agent": ear.agent.name,
                "way": ear.way,
                "state": ear.state,
                "since": ear.since,
                "call": ear.agent.call,
            }
        )


class PartView(BaseModel):
    """Somebody in a call of this moment."""

    id: str
    kind: Literal["customer", "agent", "outside", "supervisor"]
    name: PhoneNumber
    state: PartyState


class ConsultView(BaseModel):
    """Whom the agent asked into the call."""

    kind: TargetKind
    value: PhoneNumber
    name: str
    state: PartyState
    joined: bool = Field(description="all three hear each other")
    blind: bool = Field(description="has the call as soon as they answer")


class FloorCall(BaseModel):
    """A call that somebody has."""

    id: str
    agent: str | None = Field(description="null: somebody outside or a supervisor has it")
    held: bool
    phone_away: bool = Field(description="the agent's phone is waited for")
    recording: Literal["on", "paused", "off"]
    recording_resumes_at: datetime | None
    parties: list[PartView]
    consult: ConsultView | None
    legs: list[LegView]
    listeners: list[ListenerView]


def parties(talk: Talk, control: CallControl, listening: Listening) -> list[PartView]:
    """Who takes part, the customer first; the agent who has the call is left out."""
    found = [
        PartView(
            id=talk.call, kind="customer", name="", state="held" if _waits(talk) else "talking"
        )
    ]
    guest = talk.guest
    if guest is not None:
        kind: Literal["agent", "outside"] = "outside" if guest.agent is None else "agent"
        state = GUEST[guest.state]
        found.append(PartView(id=guest.leg, kind=kind, name=guest.target.name, state=state))
    found += [
        PartView(id=leg.channel, kind="outside", name=leg.who, state="talking")
        for leg in control.legs.of(talk.call)
        if leg.kind == "outside" and leg.channel == talk.keeper
    ]
    ears = listening.at(talk.agent) if talk.agent is not None else []
    found += [
        PartView(id=ear.leg, kind="supervisor", name=ear.by.name, state="talking")
        for ear in ears
        if ear.way is Way.BARGE and ear.hears
    ]
    return found


def consult(talk: Talk) -> ConsultView | None:
    """Whom the agent asked, if anybody."""
    guest = talk.guest
    if guest is None:
        return None
    return ConsultView(
        kind=guest.target.kind,
        value=guest.target.value,
        name=guest.target.name,
        state=GUEST[guest.state],
        joined=guest.state is GuestState.JOINED,
        blind=guest.how == "blind",
    )


def floor_call(talk: Talk, control: CallControl, listening: Listening) -> FloorCall:
    """The call as supervisors see it."""
    agent = talk.agent
    heard = [ear for ear in listening.ears.values() if ear.agent.call == talk.call]
    return FloorCall(
        id=talk.call,
        agent=agent.name if agent is not None else None,
        held=_waits(talk),
        phone_away=talk.away is not None,
        recording=talk.recording,
        recording_resumes_at=talk.resumes_at,
        parties=parties(talk, control, listening),
        consult=consult(talk),
        legs=[
            LegView(
                id=leg.id,
                kind=leg.kind,
                who=leg.who,
                how=leg.how,
                began_at=leg.began_at,
                ended_at=None,
                seconds=None,
            )
            for leg in control.legs.of(talk.call)
        ],
        listeners=[ListenerView.of(ear) for ear in heard],
    )


def _waits(talk: Talk) -> bool:
    return talk.call not in talk.together()
