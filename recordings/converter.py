"""The service's side of the converting process."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any

from recordings.convert import ConversionFailed, Converted, NoRoom, NothingRecorded

_ROOT = Path(__file__).resolve().parent.parent
_LIMIT = 900.0  # seconds; three hours of sound take about one minute
_FAREWELL = 2.0  # seconds for the process to end by itself


class Converter:
    """One converting process, started at the first job and again whenever it has died."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def convert(self, raw: Path, audio: Path, waveform: Path, scratch: Path) -> Converted:
        """As `recordings.convert.convert`, in the other process. One job at a time."""
        job = {
            "raw": str(raw),
            "audio": str(audio),
            "waveform": str(waveform),
            "scratch": str(scratch),
        }
        try:
            async with asyncio.timeout(_LIMIT):
                answer = await self._ask(job)
        except (TimeoutError, ConnectionError, ValueError, TypeError):
            await self.close()
            raise ConversionFailed("the converting process died or hung") from None
        except asyncio.CancelledError:
            await self.close()  # it may be in the middle of an answer that nobody reads
            raise
        match answer:
            case {"ok": {"seconds": seconds, "size": size, "sha256": sha256}}:
                return Converted(seconds, size, sha256)
            case {"nothing": why}:
                raise NothingRecorded(why)
            case {"no_room": why}:
                raise NoRoom(why)
            case _:
                raise ConversionFailed(str(answer.get("failed", answer)))

    async def close(self) -> None:
        """End the process; an unfinished job leaves at most a file in its scratch folder."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        _signal(process, signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), _FAREWELL)
        except TimeoutError:
            _signal(process, signal.SIGKILL)
            await process.wait()
        _signal(process, signal.SIGKILL)  # its ffmpeg may still be finishing

    async def _ask(self, job: dict[str, str]) -> dict[str, Any]:
        process = await self._running()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - PIPE
        process.stdin.write(json.dumps(job).encode() + b"\n")
        await process.stdin.drain()
        answer = json.loads(await process.stdout.readline())
        if not isinstance(answer, dict):
            raise TypeError("not an answer")
        return answer

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "recordings.worker",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                start_new_session=True,  # a Ctrl-C in the terminal is ours to answer
                cwd=_ROOT,  # from where -m finds the package, installed or not
            )
        return self._process


def _signal(process: asyncio.subprocess.Process, number: signal.Signals) -> None:
    """To the whole session, so that its ffmpeg goes too."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, number)
