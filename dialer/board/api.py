"""The live board's route."""

from fastapi import APIRouter

from cti.access.rights import Right
from cti.access.who import needs
from dialer.board.board import Board, BoardView


def router(board: Board) -> APIRouter:
    """/v1/live."""
    routes = APIRouter(prefix="/v1/live", tags=["live"])

    @routes.get("", summary="The floor at this moment", dependencies=[needs(Right.SEE_FLOOR)])
    async def live() -> BoardView:
        return await board.view()

    return routes
