"""Who can spare whom, against a matching of every single call with every single agent."""

from collections.abc import Sequence

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching

from cti.agents.crew import EVERYONE, Crew
from cti.agents.states import Agent
from cti.floor.sharing import Sharing

TEAMS = ("", "north", "south", "east")
NAMES = tuple(f"agent{n}" for n in range(6))

agents_there = st.lists(st.sampled_from(TEAMS), max_size=6).map(
    lambda teams: [Agent(n, NAMES[n], "", team=team) for n, team in enumerate(teams)]
)
crews = st.builds(
    Crew,
    teams=st.lists(st.sampled_from(TEAMS[1:]), max_size=2).map(tuple),
    agents=st.lists(st.sampled_from(NAMES), max_size=2).map(tuple),
)
calls_there = st.lists(crews, max_size=7)


def served(agents: Sequence[Agent], calls: Sequence[Crew]) -> int:
    """The most calls that can have an agent each."""
    if not agents or not calls:
        return 0
    fits = np.array([[crew.has(agent) for agent in agents] for crew in calls])
    return int((maximum_bipartite_matching(csr_matrix(fits)) >= 0).sum())


@given(agents_there, calls_there)
def test_who_is_left_without_an_agent(agents: list[Agent], calls: list[Crew]) -> None:
    assert Sharing(agents, calls).unserved == len(calls) - served(agents, calls)


@given(agents_there, calls_there)
def test_who_is_needed(agents: list[Agent], calls: list[Crew]) -> None:
    sharing = Sharing(agents, calls)
    for agent in agents:
        others = [other for other in agents if other is not agent]
        assert sharing.needs(agent) == (served(others, calls) < served(agents, calls))


@given(agents_there, calls_there, crews)
def test_how_many_more_may_be_called(agents: list[Agent], calls: list[Crew], crew: Crew) -> None:
    room = Sharing(agents, calls, asked=crew).room(crew)
    before = served(agents, calls)
    assert served(agents, [*calls, *[crew] * room]) == before + room
    assert served(agents, [*calls, *[crew] * (room + 1)]) == before + room


def test_with_one_crew_it_is_a_matter_of_counting() -> None:
    agents = [Agent(n, f"agent{n}", "") for n in range(200)]
    calls = [EVERYONE] * 150
    sharing = Sharing(agents, calls)
    assert (sharing.unserved, sharing.room(EVERYONE), sharing.needs(agents[0])) == (0, 50, False)
    assert Sharing(agents, [EVERYONE] * 200).needs(agents[0])


def test_crews_of_the_same_people_are_equal() -> None:
    assert Crew(teams=("south", "north", "south")) == Crew(teams=("north", "south"))
