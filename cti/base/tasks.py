"""Ending tasks for good."""

import asyncio
from collections.abc import Iterable

INSIST_AFTER = 0.2


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel `tasks` and wait until they have ended, whatever they end with.

    SQLAlchemy can lose a cancellation that arrives in the middle of a query (its greenlet returns
    as if nothing had been); a loop would then go on for ever, so it is cancelled again.
    """
    living = {task for task in tasks if not task.done()}
    while living:
        for task in living:
            task.cancel()
        _, living = await asyncio.wait(living, timeout=INSIST_AFTER)
