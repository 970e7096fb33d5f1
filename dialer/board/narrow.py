"""The board as somebody may see it who sees a part only: one client's, or one team's."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from dialer.board.board import BoardView, CallersView, RecordingsView


@dataclass(frozen=True, slots=True)
class Narrow:
    """client_of: of a campaign, by id. team_of: of an agent, by name."""

    client_of: Callable[[int], int | None]
    team_of: Callable[[str], str | None]

    def shown(self, view: BoardView, client_id: int | None, team: str | None) -> BoardView:
        """client_id: only what is run for this client; team: only its agents. None: all."""
        if team is not None:
            view = self._of_team(view, team)
        return view if client_id is None else self._of_client(view, client_id)

    def _of_team(self, view: BoardView, team: str) -> BoardView:
        agents = [agent for agent in view.agents if team and self.team_of(agent.name) == team]
        by_state = dict(Counter(agent.state.value for agent in agents))
        return view.model_copy(update={"agents": agents, "agents_by_state": by_state})

    def _of_client(self, view: BoardView, client_id: int) -> BoardView:
        """Campaigns of the client. Agents, callers and the rest serve others, too."""
        theirs = [c for c in view.campaigns if self.client_of(c.id) == client_id]
        nothing: dict[str, object] = {
            "agents": [],
            "agents_by_state": {},
            "calls_by_state": {},
            "callers": CallersView(
                in_menu=0,
                waiting=0,
                longest_wait_seconds=0,
                talking=0,
                answered=0,
                abandoned=0,
            ),
            "answer_to_bridge_ms": {},
            "next_retries": [],
            "recordings": RecordingsView(ready=0, waiting=0, missing=0, seconds=0),
        }
        return view.model_copy(update={**nothing, "campaigns": theirs})
