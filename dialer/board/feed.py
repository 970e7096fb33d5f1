"""The board for the live link: looked at once, made into text once for each kind of viewer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cti.live_link.board import Shown
from cti.live_link.seeing import Audience
from dialer.board.board import Board, BoardView
from dialer.board.narrow import Narrow

RUNS: Final[dict[str, Any]] = {
    "at": True,
    "agents": {"__all__": {"seconds"}},
    "callers": {"longest_wait_seconds"},
    "link": {"events_seen", "samples"},
}
"""What changes without anything happening; pages let times run by themselves."""


@dataclass(frozen=True, slots=True)
class BoardLooks:
    """Gives `cti.live_link.board.BoardFeed` its boards."""

    board: Board
    narrow: Narrow

    async def look(self, audiences: Iterable[Audience]) -> Mapping[Audience, Shown]:
        """The board of this moment for each audience."""
        view = await self.board.view()
        made: dict[tuple[int | None, str | None], Shown] = {}
        for audience in audiences:
            rows = (audience.client_id, audience.team)
            if rows not in made:
                made[rows] = _shown(self.narrow.shown(view, *rows))
        return {audience: made[audience.client_id, audience.team] for audience in audiences}


def _shown(view: BoardView) -> Shown:
    return Shown(view.model_dump_json(), view.model_dump_json(exclude=RUNS))
