"""Control of calls over HTTP: the own call only, in words when it cannot be."""

from collections.abc import AsyncIterator
from typing import cast

import httpx
import pytest
from fastapi.requests import HTTPConnection

from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.agents.service import AgentService
from cti.agents.states import AgentState
from cti.api.app import create_app
from cti.audit.service import Audit
from cti.base.notices import Notice
from cti.floor.api import desk_router, floor_router, legs_router
from cti.floor.listening import Listening
from cti.floor.supervising import Supervising
from tests.unit.floor.control_rig import CLAIMS, SITE, ControlRig

S = AgentState


class Acts:
    """The audit: what was written down, and whether it can be."""

    def __init__(self) -> None:
        self.begun: list[tuple[str, str]] = []
        self.ended: list[int] = []
        self.broken = False

    async def begin(self, _who: Who, act: str, subject: str, **_details: object) -> int:
        if self.broken:
            raise OSError("disk full")
        self.begun.append((act, subject))
        return len(self.begun)

    async def note(self, who: Who, act: str, subject: str, **details: object) -> int:
        return await self.begin(who, act, subject, **details)

    async def end(self, act_id: int, **_details: object) -> None:
        self.ended.append(act_id)

    async def tell(self, *_: object) -> None:
        """Changes that no route wrote down."""


class Office:
    """Routes over a rig; `who` is the one who asks."""

    def __init__(self) -> None:
        self.rig = ControlRig()
        self.acts = Acts()
        audit = cast("Audit", self.acts)
        rig, control = self.rig, self.rig.control
        self.listening = Listening(
            control, rig.roster, audit, rig.signals, rig.clock, self._phone, lambda: True
        )
        agents = AgentService(rig.legs.store, rig.roster, rig.pbx, rig.clock, self._phones)
        agents.hang_up_in_control = control.hang_up
        supervising = Supervising(control, rig.transfers, agents, rig.roster, audit, rig.signals)
        self.who = self.person("anna", Role.AGENT)
        app = create_app(
            token="token",
            version="1",
            door=Door(self),
            check=self._fine,
            routers=[
                desk_router(control, rig.transfers, lambda: SITE),
                floor_router(supervising, self.listening, control, audit, self._sees),
                legs_router(control, lambda _: False, self._no_notes),
            ],
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://service")

    @staticmethod
    def person(name: str, role: Role, team: str | None = None) -> Who:
        agent = name if role is Role.AGENT else None
        return Who(1, name, role, ROLES[role], agent=agent, team=team)

    async def _phone(self, who: Who) -> str:
        return f"user-{who.name}"

    async def _phones(self, _phones: object) -> None:
        """Nobody's PBX."""

    async def _fine(self) -> dict[str, str]:
        return {}

    @staticmethod
    async def _no_notes(_call: str) -> dict[int, str]:
        return {}

    @staticmethod
    def _sees(_who: Who, _call: str) -> bool:
        return True

    async def post(self, path: str, body: object = None, status: int = 204) -> str:
        answer = await self.http.post(f"/v1/{path}", json=body)
        assert answer.status_code == status, answer.text
        return str(answer.json()["error"]) if status >= 400 else ""


class Door:
    """Lets the office's `who` in."""

    def __init__(self, office: Office) -> None:
        self.office = office

    async def who(self, _connection: HTTPConnection) -> Who:
        return self.office.who


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    office = Office()
    yield office
    await office.http.aclose()
    await office.rig.close()


async def test_an_agent_controls_the_own_call(office: Office) -> None:
    talk, (_, bert) = await office.rig.talk("anna", "bert")
    await office.post("desk/hold")
    assert talk.held
    await office.post("desk/resume")
    await office.post("desk/dtmf", {"digits": "1#"})
    await office.post("desk/recording/pause")
    assert talk.recording == "paused"
    await office.post("desk/recording/resume")
    targets = (await office.http.get("/v1/desk/targets")).json()
    assert [(t["name"], t["free"]) for t in targets["agents"]] == [("bert", True)]
    assert targets["queues"] == ["floor"]
    (number,) = targets["numbers"]
    assert (number["name"], number["value"]) == ("Claims", CLAIMS)
    assert "****" in number["number"]
    wish = {"to": {"kind": "agent", "value": "bert"}, "how": "warm"}
    await office.post("desk/transfer", wish)
    for act in ("swap", "swap", "conference", "cancel"):
        await office.post(f"desk/transfer/{act}")
    assert await office.rig.control.pbx.moves.until(lambda: bert.free)
    error = await office.post("desk/transfer/complete", status=409)
    assert error == "Nobody was asked into this call."


async def test_who_is_no_agent_and_who_is_another(office: Office) -> None:
    await office.rig.talk("anna", "bert")
    office.who = office.person("sue", Role.SUPERVISOR)
    assert (await office.http.post("/v1/desk/hold")).status_code == 403
    office.who = office.person("bert", Role.AGENT)
    assert await office.post("desk/hold", status=409) == "Agent bert is not in a call."
    assert (await office.http.post("/v1/floor/agents/anna/listen")).status_code == 403


async def test_a_supervisor_hears_and_is_written_down(office: Office) -> None:
    talk, (anna,) = await office.rig.talk("anna")
    office.who = office.person("sue", Role.SUPERVISOR)
    for way in ("listen", "whisper", "barge"):
        answer = await office.http.post(f"/v1/floor/agents/anna/{way}")
        assert (answer.status_code, answer.json()["state"]) == (200, "hearing"), answer.text
    assert office.rig.rooms() == {frozenset({"customer", "anna", "supervisor"})}
    (heard,) = (await office.http.get("/v1/floor/listening")).json()
    assert (heard["supervisor"], heard["way"]) == ("sue", "barge")
    (shown,) = (await office.http.get("/v1/floor/calls")).json()
    assert [(p["kind"], p["state"]) for p in shown["parties"]] == [
        ("customer", "talking"),
        ("supervisor", "talking"),
    ]
    assert (await office.http.post("/v1/floor/agents/anna/take-over")).status_code == 200
    alone = {frozenset({"customer", "supervisor"})}
    assert await office.rig.control.pbx.moves.until(lambda: office.rig.rooms() == alone)
    assert anna.state is S.WRAPPING
    assert (await office.http.delete("/v1/floor/agents/anna/listen")).status_code == 204
    await office.rig.control.pbx.moves.until(lambda: talk.call not in office.rig.tracker.legs)
    names = ["listened", "whispered", "barged", "taken_over"]
    assert office.acts.begun == [(f"calls.{name}", "agents/anna") for name in names]
    assert {n.details["way"] for n in office.rig.of(Notice)} >= {"listen", "whisper", "barge"}
    assert [how for _, how in office.rig.parts()] == ["answered", "answered", *names]


async def test_nobody_hears_a_call_of_which_nothing_is_written(office: Office) -> None:
    await office.rig.talk("anna")
    office.who = office.person("sue", Role.SUPERVISOR)
    office.acts.broken = True
    error = await office.post("floor/agents/anna/listen", status=409)
    assert error == "This cannot be audited now, so it is not done."
    assert not office.listening.ears
    assert not [leg for leg in office.rig.fake.channels_now if leg.startswith("su-")]


async def test_what_cannot_be_heard_is_refused(office: Office) -> None:
    await office.rig.agent("anna")
    office.who = office.person("sue", Role.SUPERVISOR)
    error = await office.post("floor/agents/anna/barge", status=409)
    assert error == "Agent anna is not in a call of their own."
    office.rig.fake.end(office.rig.roster.get("anna").leg or "")
    await office.rig.phones.close()
    error = await office.post("floor/agents/anna/listen", status=409)
    assert error == "Agent anna has no phone connected."
    assert await office.post("floor/agents/nobody/listen", status=404)
