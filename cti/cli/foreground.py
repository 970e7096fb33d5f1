"""One Asterisk in the foreground, kept in step with the file of phones."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from pathlib import Path

import structlog

from cti.base.errors import UserError
from cti.processes.asterisk import AsteriskProcess
from cti.processes.pbx import Phone
from cti.processes.phones import read_phones

log = structlog.get_logger(__name__)

LOOK_SECONDS = 1.0
"""How often the file of phones is looked at."""

Phones = Sequence[Phone]
Tell = Callable[[Phones], Awaitable[None]]


async def run(
    process: AsteriskProcess,
    phones_file: Path | None,
    start: Tell,
    change: Tell,
    *also: Callable[[], Coroutine[object, object, object]],
) -> None:
    """Start; follow the file of phones; end with a signal (stopping Asterisk) or with Asterisk.

    also: what else is to be done meanwhile; it never returns.

    Raises UserError when Asterisk ends by itself.
    """
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopping.set)
    phones = read_phones(phones_file) if phones_file else []
    try:
        await start(phones)
        log.info("asterisk.running", phones=len(phones), log=str(_log(process)))
        tasks: list[asyncio.Task[object]] = [
            loop.create_task(stopping.wait()),
            loop.create_task(_ended(process)),
        ]
        if phones_file is not None:
            tasks.append(loop.create_task(_follow(phones_file, phones, change)))
        tasks.extend(loop.create_task(work()) for work in also)
        done, others = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in others:
            task.cancel()
        for task in done:
            task.result()
    finally:
        await process.stop()


async def _ended(process: AsteriskProcess) -> bool:
    await process.child.gone()
    raise UserError(
        f"Asterisk in {process.folder} has ended by itself.", f"Its log says why: {_log(process)}."
    )


async def _follow(file: Path, phones: Phones, change: Tell) -> bool:
    """Tell of the phones whenever the file says others than before; never returns."""
    while True:
        await asyncio.sleep(LOOK_SECONDS)
        now = read_phones(file)
        if now != phones:
            await change(now)
            log.info("phones.changed", phones=len(now))
            phones = now


def _log(process: AsteriskProcess) -> Path:
    return process.folder / "log/messages"
