"""Routes of agents."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from cti.agents.days import WorkingDays
from cti.agents.roster import Roster
from cti.agents.service import AgentService
from cti.agents.states import Agent, AgentState


class NewAgent(BaseModel):
    """An agent to be added."""

    name: str = Field(description="sign-in name: a-z 0-9 _ -", max_length=64)
    display_name: str = Field("", max_length=128)
    mode: Literal["nailed_up", "ringing"] = Field(
        "nailed_up", description="nailed_up: the line stays open; ringing: the phone rings"
    )
    phone_kind: Literal["sip", "browser"] = Field(
        "sip", description="sip: a phone of its own; browser: the one in the page"
    )
    team: str = Field("", max_length=64, description="whose leader sees and leads this agent")


class AgentChange(BaseModel):
    """What to change of an agent; what is left out stays."""

    display_name: str | None = Field(None, max_length=128)
    team: str | None = Field(None, max_length=64, description="empty: no team")
    mode: Literal["nailed_up", "ringing"] | None = Field(None, description="only when signed out")


class Removed(BaseModel):
    """What became of an agent who was removed."""

    retired: bool = Field(description="true: kept for the history of calls; false: deleted")


class AddedAgent(BaseModel):
    """What a SIP phone needs to register as this agent."""

    name: str
    phone: str = Field(description="SIP user name")
    secret: str = Field(description="SIP password; shown only now")


class AgentView(BaseModel):
    """An agent of this moment."""

    id: int
    name: str
    display_name: str
    team: str
    state: AgentState
    wanted: AgentState | None = Field(description="asked for, and taken after the call in hand")
    seconds: float = Field(description="how long in this state")
    reason: str
    call: str | None = Field(description="attempt or call id")
    mode: str
    phone_connected: bool
    phone_kind: str = Field(description="sip or browser")
    calls_today: int = Field(description="talks since the site's midnight")
    talk_seconds_today: float = Field(description="of those that are over")

    @classmethod
    def of(cls, agent: Agent, days: WorkingDays) -> "AgentView":
        """The live object as it is shown."""
        day, clock = days.of(agent.id), days.clock
        return cls(
            id=agent.id,
            name=agent.name,
            display_name=agent.display_name or agent.name,
            team=agent.team,
            state=agent.state,
            wanted=agent.wanted,
            seconds=round(clock.monotonic() - agent.since, 1),
            reason=agent.reason,
            call=agent.call,
            mode=agent.mode,
            phone_connected=agent.leg is not None,
            phone_kind=agent.phone_kind,
            calls_today=day.calls.total(),
            talk_seconds_today=round(day.talked, 1),
        )


class PhoneChange(BaseModel):
    """Another kind of phone."""

    kind: Literal["sip", "browser"] = Field(
        description="sip: a phone of its own; browser: the one in the page"
    )


class ReadyChange(BaseModel):
    """Ready or not."""

    ready: bool
    reason: str = Field("", description="why not ready: lunch, training …", max_length=64)


def router(service: AgentService, roster: Roster, days: WorkingDays) -> APIRouter:
    """Everything under /v1/agents."""
    routes = APIRouter(prefix="/v1/agents", tags=["agents"])

    @routes.get(
        "", summary="All agents and what they are doing", dependencies=[needs(Right.SEE_AGENTS)]
    )
    async def agents(who: Me) -> list[AgentView]:
        return [AgentView.of(agent, days) for agent in roster if who.sees_team(agent.team)]

    @routes.post(
        "", status_code=201, summary="Add an agent", dependencies=[needs(Right.EDIT_AGENTS)]
    )
    async def add(new: NewAgent) -> AddedAgent:
        row = await service.add(
            new.name,
            display_name=new.display_name,
            mode=new.mode,
            phone_kind=new.phone_kind,
            team=new.team,
        )
        return AddedAgent(name=row.name, phone=row.phone, secret=row.phone_secret)

    @routes.get("/{name}", summary="One agent", dependencies=[needs(Right.SEE_AGENTS)])
    async def one(name: str) -> AgentView:
        return AgentView.of(roster.get(name), days)

    @routes.patch(
        "/{name}", summary="Another team or full name", dependencies=[needs(Right.EDIT_AGENTS)]
    )
    async def change(name: str, change: AgentChange) -> AgentView:
        if change.mode is not None:
            await service.set_mode(name, change.mode)
        agent = await service.change(name, display_name=change.display_name, team=change.team)
        return AgentView.of(agent, days)

    @routes.post(
        "/{name}/sign-in",
        summary="Sign in: the phone is called, then ready",
        dependencies=[needs(Right.RUN_FLOOR)],
    )
    async def sign_in(name: str) -> AgentView:
        return AgentView.of(service.sign_in(name), days)

    @routes.post(
        "/{name}/sign-out",
        summary="Sign out, after the call that runs",
        dependencies=[needs(Right.RUN_FLOOR)],
    )
    async def sign_out(name: str) -> AgentView:
        return AgentView.of(service.sign_out(name), days)

    @routes.put(
        "/{name}/ready",
        summary="Ready, or not ready with a reason",
        dependencies=[needs(Right.RUN_FLOOR)],
    )
    async def ready(name: str, change: ReadyChange) -> AgentView:
        return AgentView.of(service.set_ready(name, ready=change.ready, reason=change.reason), days)

    @routes.post(
        "/{name}/hang-up",
        summary="End the call the agent is in",
        dependencies=[needs(Right.RUN_FLOOR)],
    )
    async def hang_up(name: str) -> AgentView:
        return AgentView.of(await service.hang_up(name), days)

    _phones_and_ends(routes, service)
    return routes


def _phones_and_ends(routes: APIRouter, service: AgentService) -> None:
    """Routes that give phones and take them away."""

    @routes.delete(
        "/{name}",
        summary="Remove an agent and the phone; the history of calls stays",
        dependencies=[needs(Right.EDIT_AGENTS)],
    )
    async def remove(name: str) -> Removed:
        return Removed(retired=await service.remove(name))

    @routes.post(
        "/{name}/phone/secret",
        summary="Give the agent's phone a new secret, shown only now",
        dependencies=[needs(Right.EDIT_AGENTS)],
    )
    async def new_secret(name: str) -> AddedAgent:
        row = await service.new_secret(name)
        return AddedAgent(name=row.name, phone=row.phone, secret=row.phone_secret)

    @routes.put(
        "/{name}/phone",
        summary="Give the agent a phone of another kind, with a new secret",
        dependencies=[needs(Right.EDIT_AGENTS)],
    )
    async def phone(name: str, change: PhoneChange) -> AddedAgent:
        row = await service.set_phone_kind(name, change.kind)
        return AddedAgent(name=row.name, phone=row.phone, secret=row.phone_secret)
