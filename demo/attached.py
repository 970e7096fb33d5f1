"""The demo in a service, a PBX and a world that run already, each in its container."""

import asyncio
import contextlib
from dataclasses import dataclass
from functools import partial
from typing import Any

from cti.base.clock import SystemClock
from demo.run import Demo
from pstn.world import World


@dataclass(slots=True)
class AttachedDemo(Demo):
    """A campaign like `Demo`'s, through the HTTP API at `url` and the broker at `mqtt` alone.

    The world gives each agent's phone to a robot by itself; nobody calls in.
    """

    mqtt: str = ""

    async def run(self) -> dict[str, Any]:
        """From hiring to the report; the robots sign out at the end, nothing else is undone."""
        personas = World.check(self.plan.personas)
        self.campaign = f"Demo {SystemClock().now():%Y-%m-%d %H:%M:%S}"
        async with contextlib.AsyncExitStack() as undo:
            http = await undo.enter_async_context(self.client())
            await self.hire(http)
            robots = await self.seat(undo, http, self.mqtt)
            undo.push_async_callback(self.leave, http)
            by_itself = partial(asyncio.sleep, 0)  # the world reads whose phone is whose
            seats = dict.fromkeys(self._names())
            await self.open_doors(undo, http, robots, seats, lambda _: by_itself())
            return await self.work(undo, http, robots, personas, partial(asyncio.sleep, 0))
