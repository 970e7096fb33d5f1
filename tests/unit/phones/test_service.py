"""Whose phone is which, and what the PBX is told of them."""

from collections.abc import Sequence

import pytest

from cti.access.rights import ROLES, Role
from cti.access.who import Who
from cti.agents.service import AgentService
from cti.agents.states import AgentState
from cti.base.errors import Conflict, UserError
from cti.phones.service import PhoneService, endpoint
from cti.processes.pbx import Phone, check_phone
from tests.unit.engine.rig import Outside
from tests.unit.floor.rig import Rig


class Desk:
    """Agents and other people with phones; what the PBX was told."""

    def __init__(self, outside: Outside, rig: Rig) -> None:
        self.told: list[list[Phone]] = []
        self.rig = rig
        self.agents = AgentService(outside.store, rig.roster, rig.pbx, rig.clock, self._tell)
        self.phones = PhoneService(outside.store, self.agents, rig.clock, self._tell)
        self.agents.phones_changed = self.phones.changed

    async def _tell(self, phones: Sequence[Phone]) -> None:
        self.told.append(list(phones))


def person(name: str, role: Role) -> Who:
    agent = name if role is Role.AGENT else None
    return Who(1, name, role, ROLES[role], agent=agent)


@pytest.fixture
async def desk(outside: Outside, rig: Rig) -> Desk:
    return Desk(outside, rig)


async def test_a_supervisor_gets_a_phone_when_first_asked_and_keeps_it(desk: Desk) -> None:
    anna = await desk.agents.add("anna", phone_kind="browser")
    sue = person("sue", Role.SUPERVISOR)
    first, again = await desk.phones.mine(sue), await desk.phones.mine(sue)
    assert first == again
    assert first.kind == "browser"
    assert desk.told[-1] == [
        Phone("agent-anna", anna.phone_secret, browser=True),
        Phone(first.name, first.secret, browser=True),
    ]
    assert len(desk.told) == 2
    assert await desk.phones.all() == desk.told[-1]
    await desk.agents.add("bert")  # the PBX is told all, not agents alone
    assert [phone.name for phone in desk.told[-1]] == ["agent-anna", "agent-bert", first.name]


async def test_an_agent_has_the_agents_phone(desk: Desk) -> None:
    row = await desk.agents.add("anna")
    mine = await desk.phones.mine(person("anna", Role.AGENT))
    assert (mine.name, mine.secret, mine.kind) == ("agent-anna", row.phone_secret, "sip")


async def test_who_may_hear_nothing_has_no_phone(desk: Desk) -> None:
    with pytest.raises(Conflict, match="no phone here"):
        await desk.phones.mine(person("rita", Role.REPORT_KEEPER))
    assert desk.told == []


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR])
async def test_another_kind_of_phone_has_another_secret(desk: Desk, role: Role) -> None:
    await desk.agents.add("anna", phone_kind="browser")
    who = person("anna", role)
    before = await desk.phones.mine(who)
    now = await desk.phones.set_kind(who, "sip")
    assert (now.kind, now.name) == ("sip", before.name)
    assert now.secret != before.secret
    assert Phone(now.name, now.secret) in desk.told[-1]
    assert await desk.phones.set_kind(who, "sip") == now
    with pytest.raises(UserError, match="no kind of phone"):
        await desk.phones.set_kind(who, "tin can")


async def test_no_change_of_phones_in_mid_call(desk: Desk) -> None:
    row = await desk.agents.add("anna")
    anna = desk.rig.roster.get("anna")
    anna.state = AgentState.TALKING
    with pytest.raises(Conflict, match="in a call"):
        await desk.agents.set_phone_kind("anna", "browser")
    assert (await desk.agents.phones())[0].secret == row.phone_secret


@pytest.mark.parametrize("name", ["sue", "a" * 64, "sue.o'hara", "王"])
def test_whatever_the_name_the_phones_name_is_safe(name: str) -> None:
    check_phone(Phone(endpoint(name), "long-enough"))
