"""Routes of the agent's desk. Each acts for the signed-in user's own agent."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import AwareDatetime, BaseModel, Field

from cti.access.rights import Right
from cti.access.who import Me, needs
from cti.base.errors import Conflict
from dialer.desk.service import DeskService
from dialer.desk.views import DeskView, MayCall, PossibleTime
from dialer.scripts.script import Answers

CallId = Annotated[str, Field(max_length=64, description="id of the attempt or the caller's call")]
BrowserId = Annotated[
    str, Field(default="", max_length=64, description="as the live link's hello told it")
]
Number = Annotated[str, Field(min_length=1, max_length=64, examples=["+8613800000000"])]


class ReadyWish(BaseModel):
    """Ready, or not and why."""

    ready: bool
    reason: str = Field(default="", max_length=64, description="code of a reason of the site's")


class Notes(BaseModel):
    """What the agent writes down, as it is now."""

    attempt: CallId
    text: str = Field(max_length=2000)
    browser: BrowserId = ""


class GivenAnswers(BaseModel):
    """The script's answers so far, all of them."""

    attempt: CallId
    answers: Answers = Field(max_length=2000)
    step: str = Field(default="", max_length=48, description="id of the step that is shown")
    browser: BrowserId = ""


class Came(BaseModel):
    """What came of the call."""

    attempt: CallId
    disposition: str = Field(max_length=32)
    callback_at: AwareDatetime | None = Field(default=None, description="with its UTC offset")
    note: str | None = Field(default=None, max_length=2000, description="unset: the notes as saved")


class WhichCall(BaseModel):
    """A call in hand."""

    attempt: CallId


class WhichCampaign(BaseModel):
    """A campaign that is dialled by preview."""

    campaign_id: int


class WhichNumber(BaseModel):
    """Which of the lead's numbers."""

    number_id: int | None = Field(default=None, description="unset: the one marked next")


class NumberToCall(BaseModel):
    """A number to be dialled by hand."""

    campaign_id: int
    number: Number
    name: str = Field(default="", max_length=256, description="of the person, if on no list")


class WhichBrowser(BaseModel):
    """The page that asks."""

    browser: Annotated[str, Field(max_length=64, description="as the live link's hello told it")]


class WishedTime(BaseModel):
    """A time to be promised to the person in hand."""

    at: AwareDatetime = Field(description="with its UTC offset")


def own_agent(who: Me) -> str:
    """The sign-in name of the agent this user works as. Conflict when there is none."""
    if who.agent is None:
        raise Conflict(
            "You do not work as an agent.", "An administrator can give you one: Users, Agent."
        )
    return who.agent


Agent = Annotated[str, Depends(own_agent)]
DESK = needs(Right.DESK)


def router(desk: DeskService) -> APIRouter:
    """Everything under /v1/desk but what is done to a call under way."""
    routes = APIRouter(prefix="/v1/desk", tags=["desk"])
    _state_routes(routes, desk)
    _call_routes(routes, desk)
    _dial_routes(routes, desk)
    return routes


def _state_routes(routes: APIRouter, desk: DeskService) -> None:
    @routes.get("", dependencies=[DESK], summary="All that the own desk shows")
    async def view(agent: Agent) -> DeskView:
        return await desk.fresh(agent)

    @routes.post("/sign-in", dependencies=[DESK], summary="Begin to work: the phone is called")
    async def sign_in(agent: Agent) -> DeskView:
        return await desk.sign_in(agent)

    @routes.post("/sign-out", dependencies=[DESK], summary="Stop, after the call that runs")
    async def sign_out(agent: Agent) -> DeskView:
        return await desk.sign_out(agent)

    @routes.put("/ready", dependencies=[DESK], summary="Ready, or not ready and why")
    async def ready(agent: Agent, wish: ReadyWish) -> DeskView:
        return await desk.set_ready(agent, ready=wish.ready, reason=wish.reason)

    @routes.post(
        "/phone-here",
        dependencies=[DESK],
        status_code=204,
        summary="This page has the phone; the agent's other pages are told",
    )
    async def phone_here(agent: Agent, which: WhichBrowser) -> None:
        desk.phone_here(agent, which.browser)


def _call_routes(routes: APIRouter, desk: DeskService) -> None:
    @routes.post("/hang-up", dependencies=[DESK], summary="End the call in hand")
    async def hang_up(agent: Agent) -> DeskView:
        return await desk.hang_up(agent)

    @routes.put("/notes", dependencies=[DESK], status_code=204, summary="Save notes while typing")
    async def notes(agent: Agent, new: Notes) -> None:
        await desk.save_notes(agent, new.attempt, new.text, browser=new.browser)

    @routes.put(
        "/answers", dependencies=[DESK], status_code=204, summary="Save the script's answers"
    )
    async def answers(agent: Agent, new: GivenAnswers) -> None:
        await desk.save_answers(agent, new.attempt, new.answers, new.step, browser=new.browser)

    @routes.post("/disposition", dependencies=[DESK], summary="Say what came of the call")
    async def disposition(agent: Agent, came: Came) -> DeskView:
        return await desk.dispose(
            agent, came.attempt, came.disposition, callback_at=came.callback_at, note=came.note
        )

    @routes.post(
        "/done",
        dependencies=[DESK],
        summary="Wrapped up a call on which one has no word: handed on, or a caller's",
    )
    async def done(agent: Agent, which: WhichCall) -> DeskView:
        return await desk.done(agent, which.attempt)

    @routes.post(
        "/do-not-call", dependencies=[DESK], summary="The person wants no more calls: at once"
    )
    async def do_not_call(agent: Agent, which: WhichCall) -> DeskView:
        return await desk.do_not_call(agent, which.attempt)

    @routes.get(
        "/appointment",
        dependencies=[DESK],
        summary="When an appointment with the person in hand would be dialled",
    )
    async def possible(
        agent: Agent, at: Annotated[AwareDatetime, Query(description="with its UTC offset")]
    ) -> PossibleTime:
        return await desk.possible(agent, at)

    @routes.post(
        "/appointment",
        dependencies=[DESK],
        summary="Promise a time to a caller who is a lead; in a call of ours the disposition does",
    )
    async def appoint(agent: Agent, wish: WishedTime) -> DeskView:
        return await desk.appoint(agent, wish.at)


def _dial_routes(routes: APIRouter, desk: DeskService) -> None:
    @routes.post(
        "/preview", dependencies=[DESK], summary="Look at the next lead, which is set aside"
    )
    async def preview(agent: Agent, which: WhichCampaign) -> DeskView:
        return await desk.next_lead(agent, which.campaign_id)

    @routes.post("/preview/dial", dependencies=[DESK], summary="Dial the lead that is looked at")
    async def dial(agent: Agent, which: WhichNumber | None = None) -> DeskView:
        return await desk.dial_previewed(agent, which.number_id if which else None)

    @routes.post("/preview/skip", dependencies=[DESK], summary="Give the lead back")
    async def skip(agent: Agent) -> DeskView:
        return await desk.skip(agent)

    @routes.post(
        "/call", dependencies=[DESK], status_code=201, summary="Dial a number, if that is allowed"
    )
    async def call(agent: Agent, new: NumberToCall) -> DeskView:
        return await desk.call_number(agent, new.campaign_id, new.number, new.name)

    @routes.get(
        "/check", dependencies=[DESK], summary="Whether a number may be dialled now, or why not"
    )
    async def check(
        agent: Agent, campaign_id: int, number: Annotated[str, Query(max_length=64)]
    ) -> MayCall:
        return await desk.check(agent, campaign_id, number)
