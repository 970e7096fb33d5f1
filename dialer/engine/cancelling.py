"""Taking calls back that nobody has answered, when fewer agents are there than were expected."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog

from cti.base.clock import Clock
from cti.calls.pbx import Pbx, PbxError
from dialer.engine.attempts import Attempts
from dialer.engine.flights import Flight
from dialer.outcomes.evidence import Kind

log = structlog.get_logger(__name__)

WHY: Final = "more might have answered than agents were free"


@dataclass(slots=True)
class Canceller:
    """Does what a pacer's `Decision.cancel` asks for, as far as the law and the moment allow."""

    attempts: Attempts
    pbx: Pbx
    clock: Clock
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def cancel(self, campaign_id: int, calls: Sequence[str], min_ring: float) -> int:
        """Take back these calls of a campaign; returns how many are.

        Left alone: who has answered, rings for less than `min_ring` seconds (US: 16 CFR
        310.4(b)(4)(ii)), or was promised this call; and other campaigns' calls.
        """
        flights = (self.attempts.flights.get(call) for call in calls)
        chosen = [
            flight
            for flight in flights
            if flight is not None
            and flight.campaign_id == campaign_id
            and self._may_be(flight, min_ring)
        ]
        for flight in chosen:
            self._begin(flight, WHY)
        return len(chosen)

    def give_up(self, flight: Flight, why: str) -> None:
        """The agent for whom alone a call rings does not want it any more."""
        if flight.answered is None and not flight.ended and not flight.cancelled:
            self._begin(flight, why)

    async def close(self) -> None:
        """Wait for what the PBX is being asked."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _may_be(self, flight: Flight, min_ring: float) -> bool:
        if flight.state not in {"placed", "ringing"} or flight.facts.promised:
            return False
        since = flight.rang_since
        return since is None or self.clock.monotonic() - flight.t0 - since >= min_ring

    def _begin(self, flight: Flight, why: str) -> None:
        flight.cancelled = True
        task = asyncio.get_running_loop().create_task(self._take_back(flight, why))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _take_back(self, flight: Flight, why: str) -> None:
        if not flight.being_cancelled or flight.ended:
            flight.cancelled = False  # somebody has just answered: an agent or the message is due
            return
        flight.saw(self.clock.monotonic(), Kind.CANCELLED, why=why)
        flight.ended_by_us = True
        try:
            await self.pbx.hang_up(flight.attempt_id)
        except PbxError as error:
            # No channel yet, or none any more, or no link: it goes on, and may be chosen again.
            flight.cancelled = flight.ended_by_us = False
            log.info("call.not_taken_back", attempt=flight.attempt_id, why=str(error))
