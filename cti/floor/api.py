"""Routes of control over calls: an agent's own call, and a supervisor's hand on everybody's."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends
from pydantic import BaseModel, Field

from cti.access.masking import PhoneNumber
from cti.access.rights import Right
from cti.access.who import Me, Who, needs
from cti.audit.service import Audit
from cti.base.errors import Conflict, NotFound
from cti.floor.control import CallControl
from cti.floor.listening import Listening, Way
from cti.floor.supervising import Supervising
from cti.floor.talks import How, TargetKind
from cti.floor.transfer import Transfers
from cti.floor.views import FloorCall, LegView, ListenerView, floor_call, with_notes
from cti.site.settings import SiteSettings

DESK = [needs(Right.DESK)]


class Digits(BaseModel):
    """What is keyed."""

    digits: str = Field(description="0-9 * # A-D, up to 32", max_length=64)


class Pause(BaseModel):
    """How long the recording is silent."""

    seconds: int | None = Field(None, description="null: as the site has set")


class Whither(BaseModel):
    """Where a call is to go."""

    kind: TargetKind
    value: str = Field("", max_length=64, description="agent's name, or E.164; of a queue nothing")


class TransferWish(BaseModel):
    """Hand the call on. Of a queue, warm is as blind: it answers at once."""

    to: Whither
    how: How = How.BLIND


class AgentTarget(BaseModel):
    """An agent who could take the call."""

    name: str
    state: str
    free: bool


class NumberTarget(BaseModel):
    """A number outside that the site allows."""

    name: str
    number: PhoneNumber
    value: str = Field(description="to be given as the target")


class TargetsView(BaseModel):
    """Where an agent's call may go."""

    agents: list[AgentTarget]
    queues: list[str]
    numbers: list[NumberTarget]


class Forced(BaseModel):
    """The state a supervisor puts an agent into."""

    state: Literal["ready", "not_ready", "signed_out"]
    reason: str = Field("", max_length=64, description="why not ready")


class MessageWish(BaseModel):
    """Words to agents' screens."""

    agents: list[Annotated[str, Field(max_length=64)]] = Field(default=[], max_length=2000)
    all: bool = Field(False, description="everybody who is signed in and yours to lead")
    text: str = Field(min_length=1, max_length=1000)


class Sent(BaseModel):
    """To whom a message went."""

    agents: list[str]


def own_agent(who: Me) -> str:
    """The sign-in name of the agent this user works as. Conflict when there is none."""
    if who.agent is None:
        raise Conflict(
            "You do not work as an agent.", "An administrator can give you one: Users, Agent."
        )
    return who.agent


Agent = Annotated[str, Depends(own_agent)]


def desk_router(
    control: CallControl, transfers: Transfers, site: Callable[[], SiteSettings]
) -> APIRouter:
    """What an agent does with the own call: /v1/desk/…"""
    routes = APIRouter(prefix="/v1/desk", tags=["desk"])

    @routes.post("/hold", status_code=204, dependencies=DESK, summary="The customer hears music")
    async def hold(agent: Agent) -> None:
        await control.hold(agent)

    @routes.post("/resume", status_code=204, dependencies=DESK, summary="Off hold")
    async def resume(agent: Agent) -> None:
        await control.resume(agent)

    @routes.post("/dtmf", status_code=204, dependencies=DESK, summary="Key digits")
    async def dtmf(agent: Agent, keys: Digits) -> None:
        await control.send_digits(agent, keys.digits)

    @routes.post(
        "/recording/pause",
        status_code=204,
        dependencies=DESK,
        summary="Let the recording be silent for a while",
    )
    async def pause(agent: Agent, wish: Annotated[Pause | None, Body()] = None) -> None:
        await control.pause_recording(agent, wish.seconds if wish else None)

    @routes.post(
        "/recording/resume", status_code=204, dependencies=DESK, summary="Record again, at once"
    )
    async def record(agent: Agent) -> None:
        await control.resume_recording(agent)

    _transfer_routes(routes, transfers)
    _target_routes(routes, control, site)
    return routes


def _transfer_routes(routes: APIRouter, transfers: Transfers) -> None:
    @routes.post(
        "/transfer",
        status_code=204,
        dependencies=DESK,
        summary="Hand the call on, at once or after asking",
    )
    async def transfer(agent: Agent, wish: TransferWish) -> None:
        await transfers.transfer(agent, wish.to.kind, wish.to.value, wish.how)

    @routes.post(
        "/transfer/swap", status_code=204, dependencies=DESK, summary="Talk to the other one"
    )
    async def swap(agent: Agent) -> None:
        await transfers.swap(agent)

    @routes.post(
        "/transfer/complete", status_code=204, dependencies=DESK, summary="Leave; they talk on"
    )
    async def complete(agent: Agent) -> None:
        await transfers.complete(agent)

    @routes.post(
        "/transfer/conference", status_code=204, dependencies=DESK, summary="All three talk"
    )
    async def conference(agent: Agent) -> None:
        await transfers.conference(agent)

    @routes.post(
        "/transfer/cancel", status_code=204, dependencies=DESK, summary="Back to the customer alone"
    )
    async def cancel(agent: Agent) -> None:
        await transfers.cancel(agent)


def _target_routes(
    routes: APIRouter, control: CallControl, site: Callable[[], SiteSettings]
) -> None:
    @routes.get("/targets", dependencies=DESK, summary="Where the call may go")
    async def targets(agent: Agent) -> TargetsView:
        roster = control.roster
        others = [one for one in roster if one.name != agent and one.state != "signed_out"]
        others.sort(key=lambda one: (not one.free, one.name))
        return TargetsView(
            agents=[AgentTarget(name=o.name, state=o.state, free=o.free) for o in others],
            queues=["floor"],
            numbers=[
                NumberTarget(name=n.name, number=n.number, value=n.number)
                for n in site().outside_numbers
            ],
        )


def floor_router(
    supervising: Supervising,
    listening: Listening,
    control: CallControl,
    audit: Audit,
    sees: Callable[[Who, str], bool],
) -> APIRouter:
    """A supervisor's hand on the floor: /v1/floor/…. sees: whether a call is theirs to see."""
    routes = APIRouter(prefix="/v1/floor", tags=["floor"])
    hear, run = [needs(Right.HEAR_CALLS)], [needs(Right.RUN_FLOOR)]

    def hearing(path: str, way: Way, summary: str) -> None:
        @routes.post(f"/agents/{{name}}/{path}", dependencies=hear, summary=summary, name=path)
        async def start(name: str, who: Me) -> ListenerView:
            return ListenerView.of(await listening.start(who, name, way))

    hearing("listen", Way.LISTEN, "Hear an agent; your phone is called")
    hearing("whisper", Way.WHISPER, "Be heard by the agent alone")
    hearing("barge", Way.BARGE, "Be heard by both")
    hearing("take-over", Way.TAKE_OVER, "Have the call; the agent is out")

    @routes.delete(
        "/agents/{name}/listen", status_code=204, dependencies=hear, summary="Leave the call"
    )
    async def stop(name: str, who: Me) -> None:
        await listening.stop(who, name)

    @routes.post(
        "/agents/{name}/hang-up", status_code=204, dependencies=run, summary="End the agent's call"
    )
    async def hang_up(name: str, who: Me) -> None:
        await supervising.hang_up(who, name)

    @routes.post(
        "/agents/{name}/send-back",
        status_code=204,
        dependencies=run,
        summary="Give the agent's call to another one",
    )
    async def send_back(name: str, who: Me) -> None:
        await supervising.send_back(who, name)

    @routes.put("/agents/{name}/state", status_code=204, dependencies=run, summary="Force a state")
    async def force(name: str, who: Me, wish: Forced) -> None:
        await supervising.force(who, name, wish.state, wish.reason)

    @routes.post("/messages", dependencies=run, summary="Write to agents' screens")
    async def message(who: Me, wish: MessageWish) -> Sent:
        names = await supervising.message(who, wish.agents, wish.text, everybody=wish.all)
        return Sent(agents=names)

    @routes.get(
        "/calls", dependencies=[needs(Right.SEE_FLOOR)], summary="Calls under way, with who is in"
    )
    async def calls(who: Me) -> list[FloorCall]:
        return [
            floor_call(talk, control, listening)
            for talk in control.talks.values()
            if sees(who, talk.call)
        ]

    @routes.get("/listening", dependencies=hear, summary="Who hears whom")
    async def heard(who: Me) -> list[ListenerView]:
        ears = listening.ears.values()
        return [ListenerView.of(ear) for ear in ears if who.sees_team(ear.agent.team)]

    return routes


NotesOf = Callable[[str], Awaitable[Mapping[int, str]]]


def legs_router(
    control: CallControl, exists: Callable[[str], bool], notes_of: NotesOf
) -> APIRouter:
    """Who took part in a call: /v1/attempts/{id}/legs and /v1/callers/{id}/legs.

    notes_of: what agents wrote down of a call, by agent.
    """
    routes = APIRouter(prefix="/v1", tags=["calls"])

    @routes.get(
        "/attempts/{attempt_id}/legs",
        dependencies=[needs(Right.SEE_RECORDINGS)],
        summary="Each person's part of a call",
    )
    async def of_attempt(attempt_id: str) -> list[LegView]:
        return await parts(attempt_id)

    @routes.get(
        "/callers/{recording_id}/legs",
        dependencies=[needs(Right.SEE_RECORDINGS)],
        summary="Each person's part of a caller's call",
    )
    async def of_caller(recording_id: str) -> list[LegView]:
        return await parts(recording_id)

    async def parts(call: str) -> list[LegView]:
        rows = await control.legs.history(call)
        if not rows and not exists(call):
            raise NotFound(f"Nobody has had call {call[:64]}.")
        return with_notes(rows, await notes_of(call))

    return routes
