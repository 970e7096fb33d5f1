"""Many days in several processes, each kept as it is done."""

import signal
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from itertools import islice
from multiprocessing import get_context
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.pacing.days import Job, Result, play
from bench.pacing.kept import Kept

AHEAD: Final = 4
"""Jobs handed to each process, so that none ever waits for the next."""


def run(wanted: list[Job], kept: Kept, *, resume: bool, processes: int) -> Iterator[Result]:
    """The results of all jobs: those kept at once, the others as they are done.

    processes: 0 plays none of the others.
    """
    keys = [(job, job.key()) for job in wanted]
    known = kept.results if resume else {}
    missing = [(job, key) for job, key in keys if key not in known]
    yield from [known[key] for _, key in keys if key in known]
    if not processes:
        return
    bar = Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=Console(stderr=True),
    )
    with ProcessPoolExecutor(processes, get_context("spawn"), deaf) as pool, bar:
        task = bar.add_task("days", total=len(missing))
        try:
            for result in _pooled(pool, missing, processes * AHEAD):
                kept.add(result)
                bar.advance(task)
                yield result
        finally:
            pool.shutdown(cancel_futures=True)


def deaf() -> None:
    """Ctrl-C is for the process that keeps the results."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _pooled(
    pool: ProcessPoolExecutor, wanted: Sequence[tuple[Job, str]], at_once: int
) -> Iterator[Result]:
    """A few jobs ahead only: whoever interrupts waits for a day, not for all."""
    rest = iter(wanted)
    running: set[Future[Result]] = {pool.submit(play, *job) for job in islice(rest, at_once)}
    while running:
        done = next(as_completed(running))
        running.remove(done)
        running |= {pool.submit(play, *job) for job in islice(rest, 1)}
        yield done.result()
