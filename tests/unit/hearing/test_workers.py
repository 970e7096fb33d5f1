"""The service's side of listening: whatever befalls its processes, every call is heard once."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
import structlog

from hearing import workers as module
from hearing.sighting import Phase
from hearing.workers import Ended, Heard, Job, Told, Workers
from tests.unit.hearing.sounds import SIT, write

# Says of every file that it heard what is in it, and dies, hangs or babbles when told to.
STAND_IN = """
import json, os, sys, time
def say(**report): print(json.dumps(report), flush=True)
say(beat=0.0)
for line in sys.stdin:
    order = json.loads(line)
    if "follow" in order:
        word = open(order["file"]).read()
        if word != "silent":
            say(heard=order["follow"], sighting=dict(source="tone", name="sit", what="a tone",
                at=0.0, until=1.0, meaning="vacant", confidence=0.9))
        if word == "die once" and not os.path.exists(order["file"] + ".died"):
            open(order["file"] + ".died", "w")
            os._exit(3)
        if word == "hang":
            time.sleep(60)
        if word == "babble":
            sys.stdout.write("x" * 200000 + chr(10)); sys.stdout.flush()
        if word == "fail":
            say(failed=order["follow"], why="ValueError: no sound")
    elif "end" in order:
        say(ended=order["end"], seconds=1.0, unknown="cHJpbnQ=")
"""


class Desk:
    def __init__(self, folder: Path, **more: Any) -> None:
        self.folder = folder
        self.told: list[Told] = []
        self.news = asyncio.Event()
        script = folder / "stand_in.py"
        script.write_text(STAND_IN)
        given: dict[str, Any] = {"count": 1, "command": (sys.executable, str(script))}
        self.workers = Workers(self._tell, **given | more)

    def _tell(self, told: Told) -> None:
        self.told.append(told)
        self.news.set()

    def job(self, key: str, word: str = "") -> Job:
        file = self.folder / key
        file.write_text(word)
        return Job(key, file, Phase.EARLY, "cn")

    async def until(self, count: int) -> list[Told]:
        async with asyncio.timeout(30):
            while len(self.told) < count:
                self.news.clear()
                await self.news.wait()
        return self.told


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    desk = Desk(tmp_path)
    await desk.workers.start()
    yield desk
    await desk.workers.close()


async def test_orders_go_out_and_reports_come_in(desk: Desk) -> None:
    assert desk.workers.follow(desk.job("a"))
    desk.workers.end("a")
    desk.workers.end("a")
    heard, ended = await desk.until(2)
    assert isinstance(heard, Heard)
    assert (heard.key, heard.sighting.meaning) == ("a", "vacant")
    assert ended == Ended("a", 1.0, b"print")
    assert desk.workers.following == 0


async def test_a_process_that_dies_begins_anew_and_nothing_is_told_twice(desk: Desk) -> None:
    with structlog.testing.capture_logs() as logs:
        desk.workers.follow(desk.job("a", "die once"))
        desk.workers.follow(desk.job("b"))
        desk.workers.end("a")
        desk.workers.end("b")
        told = await desk.until(4)
    assert sorted((type(t).__name__, t.key) for t in told) == [
        ("Ended", "a"),
        ("Ended", "b"),
        ("Heard", "a"),
        ("Heard", "b"),
    ]
    died = [line for line in logs if line["event"] == "hearing.process_died"]
    assert [(line["why"], line["calls"]) for line in died] == [("exit 3", 2)]


@pytest.mark.parametrize("fault", ["hang", "babble"])
async def test_a_process_that_hangs_or_babbles_is_replaced(
    desk: Desk, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SILENT_SECONDS", 1.0)
    desk.workers.follow(desk.job("a", fault))
    await desk.until(1)
    first = desk.workers.pids
    desk.workers.drop("a")
    async with asyncio.timeout(20):
        while desk.workers.pids in ([], first):  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(0.02)
    desk.workers.follow(desk.job("b"))
    assert (await desk.until(2))[1].key == "b"


async def test_what_cannot_be_heard_has_an_end(desk: Desk) -> None:
    desk.workers.follow(desk.job("a", "fail"))
    await desk.until(2)
    assert desk.told[1] == Ended("a", 0.0, why="ValueError: no sound")


async def test_of_a_dropped_call_nothing_more_is_told(desk: Desk) -> None:
    desk.workers.follow(desk.job("a", "silent"))
    desk.workers.drop("a")
    desk.workers.end("a")
    desk.workers.follow(desk.job("b"))
    await desk.until(1)
    assert {told.key for told in desk.told} == {"b"}


async def test_the_least_busy_process_gets_the_next_call_until_all_are_full(tmp_path: Path) -> None:
    desk = Desk(tmp_path, count=2, most=2)
    await desk.workers.start()
    taken = [desk.workers.follow(desk.job(f"c{n}", "silent")) for n in range(5)]
    assert taken == [True] * 4 + [False]
    assert desk.workers.following == 4
    await desk.workers.close()
    assert not Desk(tmp_path, count=0).workers.follow(desk.job("x"))


async def test_a_stop_leaves_no_process(desk: Desk) -> None:
    desk.workers.follow(desk.job("a"))
    await desk.until(1)
    (pid,) = desk.workers.pids
    await desk.workers.close()
    assert not psutil.pid_exists(pid)


async def test_a_stop_waits_for_nobody_who_hangs(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "FAREWELL_SECONDS", 0.1)
    desk.workers.follow(desk.job("a", "hang"))
    await desk.until(1)
    (pid,) = desk.workers.pids
    await desk.workers.close()
    assert not psutil.pid_exists(pid)


async def test_a_program_that_is_not_there_is_tried_again_in_peace(tmp_path: Path) -> None:
    workers = Workers(lambda _: None, count=1, command=(str(tmp_path / "none"),))
    with structlog.testing.capture_logs() as logs:
        await workers.start()
        await asyncio.sleep(0.1)
        await workers.close()
    assert [line["event"] for line in logs] == ["hearing.process_died"]


async def test_the_real_process_survives_its_own_death(tmp_path: Path) -> None:
    """Killed in the middle of a call, it is started again and hears the call from its start."""
    desk = Desk(tmp_path, command=(sys.executable, "-m", "hearing.worker"))
    await desk.workers.start()
    file = tmp_path / "a.sln48"
    write(file, SIT)
    desk.workers.follow(Job("a", file, Phase.EARLY, "cn"))
    assert (await desk.until(1))[0].key == "a"
    (pid,) = desk.workers.pids
    os.kill(pid, signal.SIGKILL)
    busy = tmp_path / "b.sln48"
    write(busy, SIT)
    desk.workers.follow(Job("b", busy, Phase.EARLY, "cn"))
    desk.workers.end("a")
    desk.workers.end("b")
    told = await desk.until(4)
    assert [t.key for t in told if isinstance(t, Heard)] == ["a", "b"]
    assert {t.key for t in told if isinstance(t, Ended)} == {"a", "b"}
    await desk.workers.close()


def test_by_default_a_core_is_left_to_the_rest() -> None:
    cores = len(os.sched_getaffinity(0))
    assert len(Workers(lambda _: None)._workers) == max(1, cores - 1)
