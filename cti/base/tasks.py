"""Ending tasks for good."""

import asyncio
from collections.abc import Awaitable, Iterable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")

INSIST_AFTER = 0.2
UNDIVIDED = "undivided"
"""Name of the tasks that must not be cancelled by whoever cancels all there are."""


async def undivided(work: Awaitable[T]) -> T:
    """The result of `work`, which is not broken off when we are cancelled.

    It runs in a task of its own; a cancellation is raised once that has ended, however long that
    takes and however often it is said.
    """
    task = asyncio.ensure_future(work)
    if isinstance(task, asyncio.Task):
        task.set_name(UNDIVIDED)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        while not task.done():
            with suppress(asyncio.CancelledError):
                await asyncio.wait([task])
        if not task.cancelled():
            task.exception()  # looked at: the cancellation goes before it
        raise


async def settle() -> None:
    """Wait for all undivided work of this loop: also for what nobody waits for any more."""
    while tasks := [task for task in asyncio.all_tasks() if task.get_name() == UNDIVIDED]:
        await asyncio.wait(tasks)


async def end(tasks: Iterable[asyncio.Task[None]]) -> None:
    """Cancel `tasks` and wait until they have ended, whatever they end with.

    A library can lose a cancellation that arrives at a bad moment; a loop would then go on for
    ever, so it is cancelled again.
    """
    living = {task for task in tasks if not task.done()}
    while living:
        for task in living:
            task.cancel()
        _, living = await asyncio.wait(living, timeout=INSIST_AFTER)
