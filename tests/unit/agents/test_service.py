"""Agents are added, signed in and out, and end calls."""

import asyncio

import pytest
from sqlalchemy import select

from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.agents.models import AgentRow, AgentStateRow
from cti.agents.service import AgentService
from cti.agents.states import AgentState
from cti.base.errors import Conflict, NotFound, UserError
from cti.processes.pbx import Phone
from tests.unit.engine.rig import Outside
from tests.unit.floor.rig import SOON, Rig


class Desk:
    """The service on a real database, with the floor's rig; what the phones' file was told."""

    def __init__(self, outside: Outside, rig: Rig) -> None:
        self.rig = rig
        self.told: list[list[Phone]] = []
        self.service = AgentService(outside.store, rig.roster, rig.pbx, rig.clock, self._tell)

    async def _tell(self, phones: list[Phone]) -> None:
        self.told.append(phones)


@pytest.fixture
async def desk(outside: Outside, rig: Rig) -> Desk:
    return Desk(outside, rig)


async def test_a_new_agent_has_a_phone_that_the_pbx_learns(desk: Desk) -> None:
    anna = await desk.service.add("anna", display_name="Anna A.")
    bert = await desk.service.add("bert", mode="ringing")
    assert (anna.phone, bert.phone) == ("agent-anna", "agent-bert")
    assert len(anna.phone_secret) >= 20
    assert anna.phone_secret != bert.phone_secret
    assert desk.told[-1] == [
        Phone("agent-anna", anna.phone_secret),
        Phone("agent-bert", bert.phone_secret),
    ]
    assert desk.rig.roster.get("bert").mode == "ringing"


async def test_agents_change_teams_and_only_their_leader_sees_them(desk: Desk) -> None:
    await desk.service.add("anna", team=" blue ")
    await desk.service.add("bert")
    role = Role.TEAM_LEADER
    leader = Who(7, "lena", role, ROLES[role], team="blue", session="s")

    def seen() -> list[str]:
        return [agent.name for agent in desk.rig.roster if leader.sees_team(agent.team)]

    assert seen() == ["anna"]
    await desk.service.change("bert", team="blue", display_name="Bert B.")
    await desk.service.change("anna", team="")
    assert seen() == ["bert"]
    async with desk.service.store.read() as session:
        rows = {row.name: row for row in await session.scalars(select(AgentRow))}
    assert (rows["anna"].team, rows["bert"].team) == ("", "blue")
    assert rows["bert"].display_name == "Bert B."
    with pytest.raises(UserError, match="team's name"):
        await desk.service.change("anna", team="blue\nred")
    with pytest.raises(NotFound):
        await desk.service.change("zoe", team="blue")


@pytest.mark.parametrize(
    "name", ["", "Anna", "-anna", "an na", "a" * 32, "anna\r\n", "anna]", "王"]
)
async def test_a_name_that_cannot_be_one(desk: Desk, name: str) -> None:
    with pytest.raises(UserError, match="cannot be an agent's name"):
        await desk.service.add(name)
    assert desk.told == []


async def test_no_name_twice_and_no_unknown_mode(desk: Desk) -> None:
    await desk.service.add("anna")
    with pytest.raises(Conflict, match="already an agent 'anna'"):
        await desk.service.add("anna")
    with pytest.raises(UserError, match="no phone mode"):
        await desk.service.add("bert", mode="telepathy")
    assert len(desk.told) == 1


async def test_agents_are_known_after_a_restart(desk: Desk, outside: Outside) -> None:
    await desk.service.add("anna")
    again = Desk(outside, Rig())
    await again.service.load()
    anna = again.rig.roster.get("anna")
    assert (anna.state, anna.phone) == (AgentState.SIGNED_OUT, "agent-anna")


async def test_in_ready_break_and_out(desk: Desk) -> None:
    await desk.service.add("anna")
    anna = desk.service.sign_in("anna")
    assert desk.service.sign_in("anna") is anna
    await asyncio.sleep(SOON)
    assert anna.free
    desk.service.set_ready("anna", ready=False, reason="x" * 100)
    assert (anna.state, anna.reason) == (AgentState.NOT_READY, "x" * 64)
    desk.service.set_ready("anna", ready=False)
    assert anna.reason == "break"
    desk.service.set_ready("anna", ready=True)
    assert anna.free
    desk.service.sign_out("anna")
    desk.service.sign_out("anna")
    assert anna.state is AgentState.SIGNED_OUT
    with pytest.raises(NotFound):
        desk.service.sign_in("otto")


async def test_an_agent_ends_the_call(desk: Desk) -> None:
    await desk.service.add("anna")
    anna = desk.service.sign_in("anna")
    await asyncio.sleep(SOON)
    with pytest.raises(Conflict, match="not in a call"):
        await desk.service.hang_up("anna")
    call = await desk.rig.call()
    await asyncio.sleep(SOON)
    desk.rig.fake.refuse = lambda _: "No such channel"
    with pytest.raises(Conflict, match="No such channel"):
        await desk.service.hang_up("anna")
    desk.rig.fake.refuse = lambda _: ""
    await desk.service.hang_up("anna")
    await asyncio.sleep(SOON)
    assert anna.state is AgentState.WRAPPING
    assert call not in desk.rig.fake.channels_now
    assert anna.leg in desk.rig.fake.channels_now


async def test_who_leaves_without_a_history_is_deleted(desk: Desk) -> None:
    await desk.service.add("anna")
    assert await desk.service.remove("anna") is False
    assert desk.told[-1] == []
    with pytest.raises(NotFound):
        desk.rig.roster.get("anna")
    await desk.service.add("anna")


async def test_who_leaves_with_a_history_is_retired_and_may_come_back(
    desk: Desk, outside: Outside
) -> None:
    row = await desk.service.add("anna", display_name="Anna A.")
    async with outside.store.write() as session:
        session.add(AgentStateRow(agent_id=row.id, at=row.created_at, state="ready", reason=""))
    assert await desk.service.remove("anna") is True
    assert desk.told[-1] == []
    assert list(desk.rig.roster) == []
    again = await desk.service.add("anna", display_name="Anna B.", team="north")
    assert (again.id, again.display_name) == (row.id, "Anna B.")
    assert again.phone_secret != row.phone_secret
    assert desk.rig.roster.get("anna").team == "north"
    with pytest.raises(Conflict, match="already an agent"):
        await desk.service.add("anna")


async def test_nobody_is_removed_or_rung_another_way_while_signed_in(desk: Desk) -> None:
    await desk.service.add("anna")
    desk.service.sign_in("anna")
    with pytest.raises(Conflict, match="signed in"):
        await desk.service.remove("anna")
    with pytest.raises(Conflict, match="signed in"):
        await desk.service.set_mode("anna", "ringing")
    desk.service.sign_out("anna")
    await desk.service.set_mode("anna", "ringing")
    assert desk.rig.roster.get("anna").mode == "ringing"
    with pytest.raises(UserError, match="no phone mode"):
        await desk.service.set_mode("anna", "telepathy")


async def test_a_new_secret_is_told_to_the_pbx(desk: Desk) -> None:
    row = await desk.service.add("anna")
    new = await desk.service.new_secret("anna")
    assert new.phone_secret != row.phone_secret
    assert [phone.secret for phone in desk.told[-1]] == [new.phone_secret]
