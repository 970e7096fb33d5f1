"""Children: small shell programs stand for the real ones."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cti.base.errors import UserError
from cti.processes.child import Child, Identity, identify

STAT = "4711 (a) b (c) S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 987654 1 1"


async def at_once() -> bool:
    return True


def child(folder: Path, script: str) -> Child:
    return Child("toy", ["/bin/sh", "-c", script], folder)


def test_a_process_is_named_by_pid_start_and_boot() -> None:
    assert identify(STAT, "boot\n") == Identity(4711, 987654, "boot")


@pytest.mark.parametrize("stat", ["", "4711", STAT[:40], STAT.replace(") S", ") Z")])
def test_torn_lines_and_the_dead_are_nobody(stat: str) -> None:
    assert identify(stat, "boot") is None


async def test_a_child_is_started_adopted_and_stopped(tmp_path: Path) -> None:
    first = child(tmp_path, "echo hello; exec sleep 60")

    async def has_spoken() -> bool:
        return first.log_file.exists() and first.log_file.read_text() != ""

    assert await first.ensure(has_spoken, 5)
    pid = first.pid()
    assert pid is not None
    assert os.getsid(pid) == pid  # a session of its own: our terminal's Ctrl-C is not its
    second = child(tmp_path, "exit 9")
    assert not await second.ensure(at_once, 5)
    assert second.pid() == pid
    await second.stop()
    assert first.pid() is None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)
    assert first.log_file.read_text() == "hello\n"


async def test_its_files_are_its_user_s_alone(tmp_path: Path) -> None:
    toy = child(tmp_path, f"echo secret > {tmp_path}/made; exec sleep 60")
    await toy.ensure(_exists(tmp_path / "made"), 5)
    await toy.stop()
    assert (tmp_path / "made").stat().st_mode & 0o777 == 0o600
    assert toy.log_file.stat().st_mode & 0o777 == 0o600


async def test_a_pid_that_was_used_again_is_not_ours(tmp_path: Path) -> None:
    toy = child(tmp_path, "exec sleep 60")
    await toy.ensure(at_once, 5)
    pid = toy.pid()
    assert pid is not None
    record = tmp_path / "toy.pid"
    stat, boot = record.read_text().split("\n")[:2]
    fields = stat.split()
    fields[21] = str(int(fields[21]) - 1)  # the same pid, begun a tick earlier
    ours = record.read_text()
    record.write_text(" ".join(fields) + f"\n{boot}\n")
    assert toy.pid() is None
    await toy.stop()  # must not touch it
    os.kill(pid, 0)
    record.write_text(ours)
    await toy.stop()


async def test_death_at_start_shows_the_last_words(tmp_path: Path) -> None:
    toy = child(tmp_path, "echo cannot bind: address in use >&2; exit 1")
    with pytest.raises(UserError, match="address in use") as caught:
        await toy.ensure(_exists(tmp_path / "never"), 5)
    assert "stopped by itself" in caught.value.what
    assert str(toy.log_file) in caught.value.what
    assert "port" in caught.value.cure


async def test_a_program_that_does_not_exist_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="not found"):
        await Child("toy", ["/no/such/program"], tmp_path).ensure(_exists(tmp_path / "never"), 5)


async def test_one_that_is_never_ready_is_told_apart(tmp_path: Path) -> None:
    toy = child(tmp_path, "exec sleep 60")
    with pytest.raises(UserError, match=r"not ready within 0\.2 s"):
        await toy.ensure(_exists(tmp_path / "never"), 0.2)
    await toy.stop()


async def test_one_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    toy = child(tmp_path, f"trap '' TERM; touch {ready}; while :; do sleep 1; done")
    await toy.ensure(_exists(ready), 5)
    await toy.stop(grace=0.1)
    assert toy.pid() is None


async def test_gone_returns_when_the_child_dies(tmp_path: Path) -> None:
    toy = child(tmp_path, "exec sleep 60")
    await toy.ensure(at_once, 5)
    pid = toy.pid()
    assert pid is not None
    waiting = asyncio.create_task(toy.gone())
    await asyncio.sleep(0)
    assert not waiting.done()
    os.kill(pid, signal.SIGKILL)
    async with asyncio.timeout(5):
        await waiting
    await toy.gone()  # at once
    assert toy.pid() is None


async def test_stopping_what_does_not_run_is_harmless(tmp_path: Path) -> None:
    await child(tmp_path, "exit").stop()
    (tmp_path / "toy.pid").write_text("rubbish")
    await child(tmp_path, "exit").stop()


def _exists(path: Path) -> Callable[[], Awaitable[bool]]:
    async def ready() -> bool:
        return await asyncio.to_thread(path.exists)

    return ready
