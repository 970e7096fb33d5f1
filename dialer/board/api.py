"""The live board's route."""

from fastapi import APIRouter

from cti.access.rights import Right
from cti.access.who import Me, needs
from dialer.board.board import Board, BoardView
from dialer.board.history import BoardHistory, SampleView
from dialer.board.narrow import Narrow


def router(board: Board, narrow: Narrow, history: BoardHistory) -> APIRouter:
    """/v1/live."""
    routes = APIRouter(prefix="/v1/live", tags=["live"])

    @routes.get(
        "",
        summary="The floor at this moment",
        dependencies=[needs(Right.SEE_FLOOR, narrowed=True)],
    )
    async def live(who: Me) -> BoardView:
        return narrow.shown(await board.view(), who.only_client, who.only_team)

    @routes.get(
        "/history",
        summary="Its figures of the last half hour",
        dependencies=[needs(Right.SEE_FLOOR, narrowed=True)],
    )
    async def past(who: Me) -> list[SampleView]:
        return history.shown(who.only_client, who.only_team)

    return routes
