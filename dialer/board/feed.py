"""The board for the live link: looked at once, made into text once for each kind of viewer."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cti.live_link.board import Shown
from cti.live_link.seeing import Audience
from cti.texts.catalogue import Language
from cti.texts.reader import told_in
from dialer.board.board import Board, BoardView
from dialer.board.narrow import Narrow

RUNS: Final[dict[str, Any]] = {
    "at": True,
    "agents": {"__all__": {"seconds"}},
    "callers": {"longest_wait_seconds"},
    "link": {"events_seen", "samples"},
}
"""What changes without anything happening; pages let times run by themselves."""

_Kind = tuple[int | None, str | None, Language]


@dataclass(frozen=True, slots=True)
class BoardLooks:
    """Gives `cti.live_link.board.BoardFeed` its boards."""

    board: Board
    narrow: Narrow

    async def look(self, audiences: Iterable[Audience]) -> Mapping[Audience, Shown]:
        """The board of this moment for each audience."""
        view = await self.board.view()
        made: dict[_Kind, Shown] = {}
        for audience in audiences:
            kind = _kind(audience)
            if kind not in made:
                rows = self.narrow.shown(view, audience.client_id, audience.team)
                made[kind] = _shown(rows, audience.language)
        return {audience: made[_kind(audience)] for audience in audiences}


def _kind(audience: Audience) -> _Kind:
    return audience.client_id, audience.team, audience.language


def _shown(view: BoardView, language: Language) -> Shown:
    with told_in(language):
        return Shown(view.model_dump_json(), view.model_dump_json(exclude=RUNS))
