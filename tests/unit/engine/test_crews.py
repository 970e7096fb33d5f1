"""Campaigns with agents of their own, some of whom work on several."""

import asyncio
import random
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cti.agents.crew import EVERYONE, Crew
from cti.agents.states import Agent, AgentState
from cti.base.errors import Conflict
from cti.floor.sharing import Sharing
from dialer.engine.looking import Wanting, competing
from dialer.pacing.snapshot import CallView
from tests.fake_pbx import NO_ANSWER, STAYS, Far
from tests.unit.engine.rig import Outside

NAMES = tuple(f"agent{n}" for n in range(6))
STATES = (AgentState.READY, AgentState.TALKING, AgentState.SIGNED_OUT)

agents_there = st.lists(st.sampled_from(STATES), min_size=1, max_size=6).map(
    lambda states: [
        Agent(n, NAMES[n], "", state=state, leg_ready=True) for n, state in enumerate(states)
    ]
)
crews = st.sets(st.sampled_from(NAMES), max_size=4).map(lambda names: Crew(agents=tuple(names)))
calls_there = st.lists(crews, max_size=8)


def of(*names: str) -> dict[str, Any]:
    return {"agents": list(names)}


def wanting(crew: Crew, theirs: list[Crew], own: int) -> list[Wanting]:
    crews = [*[crew] * own, *theirs]
    views = [CallView(f"at-{n}", "ringing", float(n)) for n in range(len(crews))]
    pairs = zip(views, crews, strict=True)
    return [Wanting(view, crew, own=n < own) for n, (view, crew) in enumerate(pairs)]


# -- what a campaign's pacer is shown ------------------------------------------------------------


@given(agents_there, crews, calls_there, st.integers(0, 4))
def test_free_agents_less_the_calls_shown_are_those_who_may_be_called_for(
    agents: list[Agent], crew: Crew, theirs: list[Crew], own: int
) -> None:
    calls = wanting(crew, theirs, own)
    shown = list(competing(crew, agents, calls))
    assert [view for view in shown if view in [w.view for w in calls if w.own]] == [
        w.view for w in calls if w.own
    ]
    free = [agent for agent in agents if agent.free]
    sharing = Sharing(free, [w.crew for w in calls], asked=crew)
    left = sum(crew.has(agent) for agent in free) - len(shown)
    assert max(0, left) <= sharing.room(crew)
    if not sharing.unserved:
        assert max(0, left) == sharing.room(crew)


@given(agents_there, crews, st.integers(0, 9), st.integers(0, 4))
def test_campaigns_of_one_crew_see_each_other_s_calls(
    agents: list[Agent], crew: Crew, others: int, own: int
) -> None:
    calls = wanting(crew, [crew] * others, own)
    assert len(list(competing(crew, agents, calls))) == own + others


def test_who_dials_more_than_it_has_agents_is_seen_by_those_who_share_some() -> None:
    agents = [Agent(n, NAMES[n], "", state=AgentState.TALKING) for n in range(4)]
    mine, theirs = Crew(agents=NAMES[:2]), Crew(agents=NAMES[1:4])
    shown = list(competing(mine, agents, wanting(mine, [theirs] * 6, own=1)))
    assert len(shown) == 1 + 2  # one of their three agents is mine, so two of their six calls
    apart = Crew(agents=NAMES[2:4])
    assert len(list(competing(mine, agents, wanting(mine, [apart] * 6, own=1)))) == 1


# -- the engine ------------------------------------------------------------------------------------


async def test_calls_come_to_the_campaign_s_own_agents_only(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(4)
    await outside.campaign(leads=10, crew=of("agent1", "agent2"))
    engine = await outside.engine().start()
    await asyncio.sleep(10)
    states = {agent.name: agent.state.value for agent in engine.roster}
    assert states == {
        "agent0": "ready",
        "agent1": "talking",
        "agent2": "talking",
        "agent3": "ready",
    }
    assert len(outside.pbx.dialled) == 2


@pytest.mark.parametrize("mode", ["progressive", "power", "predictive"])
async def test_without_one_of_its_agents_nothing_is_dialled(outside: Outside, mode: str) -> None:
    await outside.agents(2)
    await outside.campaign(leads=10, mode=mode, crew={"teams": ["nobody's"]})
    await outside.engine().start()
    await asyncio.sleep(20)
    assert outside.pbx.dialled == []


@pytest.mark.parametrize("seed", range(3))
async def test_shared_agents_are_kept_for_who_has_no_others(outside: Outside, seed: int) -> None:
    """Three campaigns, each with an agent of its own and one or two that it shares: nobody who
    answers is left alone, every agent has work, and nobody has a stranger's call."""
    chance = random.Random(seed)
    outside.pbx.default = Far(answers=chance.uniform(0.2, 2), talks=chance.uniform(2, 6))
    await outside.agents(4)
    of_whom = [("agent0", "agent1"), ("agent1", "agent2"), ("agent0", "agent2", "agent3")]
    made = {await outside.campaign(leads=40, crew=of(*names)): names for names in of_whom}
    engine = await outside.engine().start()
    await asyncio.sleep(60)
    attempts = await outside.attempts()
    assert "abandoned" not in {attempt.outcome for attempt in attempts}
    names = {agent.id: agent.name for agent in engine.roster}
    talks = Counter((a.campaign_id, names[a.agent_id]) for a in attempts if a.agent_id is not None)
    assert all(name in made[campaign] for campaign, name in talks)
    assert {campaign for campaign, _ in talks} == made.keys()
    assert {name for _, name in talks} == set(NAMES[:4])


async def test_who_is_idle_longest_is_left_to_who_has_nobody_else(outside: Outside) -> None:
    outside.pbx.default = STAYS
    await outside.agents(1)
    narrow = await outside.campaign(leads=1, crew=of("agent0"))
    numbers = await outside.script([Far(answers=5.0)])
    wide = await outside.campaign(leads=0)
    outside.pbx.numbers = numbers
    engine = await outside.engine().start()
    await asyncio.sleep(1)
    # the narrow campaign's call rings for agent0 when somebody else comes in
    agent = engine.roster.add(Agent(99, "late", "phone-late"))
    engine.roster.sign_in(agent)
    await outside.leads(wide, 1)
    await asyncio.sleep(10)
    assert engine.roster.get("agent0").state is AgentState.TALKING
    assert agent.state is AgentState.TALKING
    had = {flight.campaign_id: flight.agent_id for flight in engine.attempts.flights}
    assert had == {narrow: engine.roster.get("agent0").id, wide: agent.id}


async def test_other_agents_are_chosen_while_it_runs(outside: Outside) -> None:
    outside.pbx.default = Far(answers=0.5, talks=3.0)
    await outside.agents(2)
    campaign = await outside.campaign(leads=60, crew=of("agent0"))
    engine = await outside.engine().start()
    await asyncio.sleep(20)
    ids = {agent.name: agent.id for agent in engine.roster}
    assert {a.agent_id for a in await outside.attempts() if a.agent_id} == {ids["agent0"]}
    await outside.change(campaign, crew=of("agent1"))
    engine.dialler.campaign_changed(campaign)
    before = len(await outside.attempts())
    await asyncio.sleep(30)
    later = (await outside.attempts())[before + 1 :]  # one may have rung for agent0
    assert {a.agent_id for a in later if a.agent_id} == {ids["agent1"]}


async def test_a_call_by_hand_is_for_who_works_there(outside: Outside) -> None:
    outside.pbx.default = NO_ANSWER
    await outside.agents(2)
    campaign = await outside.campaign(leads=2, mode="preview", crew=of("agent1"))
    engine = await outside.engine().start()
    await asyncio.sleep(1)
    with pytest.raises(Conflict, match="agent0 does not work on the campaign"):
        await engine.by_hand.next_lead(campaign, "agent0")
    with pytest.raises(Conflict, match="agent0 does not work on the campaign"):
        await engine.by_hand.call_number(campaign, "agent0", "+8613812345678")
    assert engine.roster.get("agent0").state is AgentState.READY
    assert (
        await engine.by_hand.call_number(campaign, "agent1", "+8613812345678")
    ).agent == "agent1"
    assert Crew(agents=("agent1",)) != EVERYONE
