"""Which agents work for something."""

from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from cti.agents.states import Agent


def _once(names: tuple[str, ...]) -> tuple[str, ...]:
    """In order and each once, so that crews of the same people are equal."""
    return tuple(sorted(set(names)))


Names = Annotated[tuple[Annotated[str, Field(min_length=1, max_length=64)], ...],
                  AfterValidator(_once)]  # fmt: skip


class Crew(BaseModel):
    """The agents of these teams and those named; with neither, every agent."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    teams: Names = Field(default=(), description="teams whose agents take the calls")
    agents: Names = Field(default=(), description="sign-in names of agents who do, too")

    @property
    def everyone(self) -> bool:
        """Whether nobody was chosen."""
        return not self.teams and not self.agents

    def has(self, agent: Agent) -> bool:
        """Whether the agent works here."""
        return self.everyone or agent.team in self.teams or agent.name in self.agents


EVERYONE: Final = Crew()
