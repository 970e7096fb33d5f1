"""A stop ends everything, even what loses a cancellation."""

import asyncio

from cti.base.tasks import end
from dialer.compliance.windows import CallingWindows
from dialer.engine.filler import ENOUGH, Filler
from tests.unit.engine.rig import Outside


async def test_a_task_that_loses_a_cancellation_is_ended_all_the_same() -> None:
    lost: list[str] = []

    async def stubborn() -> None:
        while True:
            try:
                await asyncio.sleep(1)
            except asyncio.CancelledError:
                if lost:
                    raise
                lost.append("once")

    async def failing() -> None:
        await asyncio.sleep(0)
        raise ValueError("its own trouble")

    async def done() -> None:
        pass

    tasks = [asyncio.create_task(work()) for work in (stubborn, failing, done)]
    await asyncio.sleep(3)
    async with asyncio.timeout(5):
        await end(tasks)
    assert all(task.done() for task in tasks)
    assert isinstance(tasks[1].exception(), ValueError)


async def test_the_dialler_closes_though_a_query_loses_its_cancellation(outside: Outside) -> None:
    await outside.campaign(leads=1)
    engine = outside.engine()
    lost: list[str] = []
    filling = asyncio.Event()

    class Losing(Filler):
        async def fill(
            self, campaign_id: int, windows: CallingWindows, enough: int = ENOUGH
        ) -> int:
            try:
                if engine.dialler.running:
                    filling.set()
                await asyncio.sleep(0.5)
            except asyncio.CancelledError:
                lost.append("once")
            return await super().fill(campaign_id, windows, enough)

    engine.dialler.filler = Losing(outside.store, engine.hopper, outside.clock)
    await engine.start()
    await filling.wait()
    async with asyncio.timeout(10):
        await engine.dialler.close()
    assert lost == ["once"]
    assert await outside.lead_states() == {"waiting": 1}
