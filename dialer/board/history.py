"""The board's figures of the last half hour, so that a page that is opened now can draw them.

Kept small, and by team and campaign, as a team leader and a client see their part only.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

import structlog
from pydantic import BaseModel, Field
from sqlalchemy.exc import SQLAlchemyError

from cti.base.tasks import end
from cti.store.engine import first_line
from dialer.board.board import Board, BoardView, CampaignView

log = structlog.get_logger(__name__)

EVERY: Final = 10.0
"""Seconds from one sample to the next."""
KEPT: Final = 180
"""Samples: half an hour."""


class SampleView(BaseModel):
    """The figures of one moment."""

    at: datetime
    ready: int
    talking: int = Field(description="those who are being connected included")
    wrapping: int
    away: int
    waiting: int = Field(description="callers in queues")
    service_level: float | None
    lines: int
    ringing: int
    answered: int
    abandoned: int
    retries: int = Field(description="leads that will be dialled again")


@dataclass(frozen=True, slots=True)
class _Campaign:
    lines: int
    ringing: int
    answered: int
    abandoned: int
    retries: int

    @classmethod
    def of(cls, view: CampaignView) -> "_Campaign":
        ringing = view.pacing.placed + view.pacing.ringing if view.pacing else 0
        return cls(view.lines, ringing, view.answered, view.abandoned, view.retries_waiting)


@dataclass(frozen=True, slots=True)
class _Sample:
    at: datetime
    agents: dict[str, Counter[str]]
    """By team: how many in which state."""
    campaigns: dict[int, _Campaign]
    waiting: int
    in_menu_or_talking: int
    service_level: float | None

    @classmethod
    def of(cls, view: BoardView) -> "_Sample":
        agents: dict[str, Counter[str]] = {}
        for agent in view.agents:
            agents.setdefault(agent.team, Counter())[agent.state.value] += 1
        return cls(
            view.at,
            agents,
            {campaign.id: _Campaign.of(campaign) for campaign in view.campaigns},
            view.callers.waiting,
            view.callers.in_menu + view.callers.talking,
            view.callers.service_level,
        )


@dataclass(slots=True)
class BoardHistory:
    """Looks at the board every `EVERY` seconds. client_of: of a campaign, by id."""

    board: Board
    client_of: Callable[[int], int | None]
    _samples: deque[_Sample] = field(default_factory=lambda: deque(maxlen=KEPT))
    _tasks: list[asyncio.Task[None]] = field(default_factory=list)

    def start(self) -> None:
        """Begin."""
        self._tasks = [asyncio.get_running_loop().create_task(self._run(), name="board history")]

    async def close(self) -> None:
        """Stop."""
        await end(self._tasks)

    async def look(self) -> None:
        """Keep this moment."""
        self._samples.append(_Sample.of(await self.board.view()))

    def shown(self, client_id: int | None, team: str | None) -> list[SampleView]:
        """The samples, the oldest first, of what a client or a team may see. None: of all."""
        return [self._shown(sample, client_id, team) for sample in self._samples]

    def _shown(self, sample: _Sample, client_id: int | None, team: str | None) -> SampleView:
        theirs = client_id is None  # a client's people are shown no agents and no callers
        campaigns = [
            campaign
            for number, campaign in sample.campaigns.items()
            if theirs or self.client_of(number) == client_id
        ]
        agents: Counter[str] = Counter()
        for name, states in sample.agents.items():
            if theirs and (team is None or (team and name == team)):
                agents += states
        callers = sample.waiting + sample.in_menu_or_talking if theirs else 0
        return SampleView(
            at=sample.at,
            ready=agents["ready"],
            talking=agents["talking"] + agents["reserved"],
            wrapping=agents["wrapping"],
            away=agents["not_ready"],
            waiting=sample.waiting if theirs else 0,
            service_level=sample.service_level if theirs else None,
            lines=sum(c.lines for c in campaigns) + callers,
            ringing=sum(c.ringing for c in campaigns),
            answered=sum(c.answered for c in campaigns),
            abandoned=sum(c.abandoned for c in campaigns),
            retries=sum(c.retries for c in campaigns),
        )

    async def _run(self) -> None:
        while True:
            try:
                await self.look()
            except (SQLAlchemyError, OSError) as error:
                log.warning("board.no_history", why=first_line(error))
            except Exception:
                log.exception("board.no_history")
            await asyncio.sleep(EVERY)
