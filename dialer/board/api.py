"""The live board's route."""

from fastapi import APIRouter

from dialer.board.board import Board, BoardView


def router(board: Board) -> APIRouter:
    """/v1/live."""
    routes = APIRouter(prefix="/v1/live", tags=["live"])

    @routes.get("", summary="The floor at this moment")
    async def live() -> BoardView:
        return await board.view()

    return routes
