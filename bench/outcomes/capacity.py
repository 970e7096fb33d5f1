"""How many calls one core can listen to at a time.

A real listening process follows a hundred files that grow as fast and in such pieces as Asterisk
writes them: half before the answer, beside a library of 200 announcements, half from the answer
on, where most is computed in the first seconds. What counts is the processor time of that process
for the sound it heard, so that a busy machine does not change the figure.
"""

import asyncio
import random
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import numpy as np
import psutil

from bench.outcomes.measured import Measured, figure
from cti.base.errors import UserError
from hearing.announcements.library import Entry, Library
from hearing.announcements.taking import fingerprint
from hearing.audio import read_audio
from hearing.sighting import RATE, Phase, Samples
from hearing.tail import BYTES_PER_SECOND, FILE_RATE
from hearing.workers import Heard, Job, Told, Workers
from pstn.sounds import make_sounds

CALLS = 100
TAUGHT = 200
PIECE_S = 32768 / BYTES_PER_SECOND
"""What Asterisk writes at once."""
_SECONDS = 8.0, 20.0  # of sound in each call: quick, thorough
_SAID = ("vacant", "powered-off", "suspended", "unreachable", "number-changed")
_SPOKEN = ("voicemail", "customer", "agent", "caller")
_MEMORY = Path("/dev/shm")  # noqa: S108 - where the service has it, too


def measure(*, quick: bool, seed: int) -> Measured:
    """Analyses that one core does in real time, and how far the slowest was behind."""
    found = Measured()
    seconds = _SECONDS[not quick]
    rng = random.Random(seed)  # noqa: S311 - a corpus
    sounds = {name: _read(name) for name in (*_SAID, *_SPOKEN)}
    library = _library(sounds, rng)
    cores, late, heard = asyncio.run(_follow(sounds, library, seconds, rng))
    found.figures["analyses_per_core"] = figure(CALLS / cores, CALLS)
    found.figures["listening_late_s"] = figure(late, CALLS)
    found.tables.append(
        (
            f"Listening, {CALLS} calls at a time for {seconds:.0f} s",
            {"what": "what", "value": "value"},
            [
                {"what": "cores needed", "value": round(cores, 3)},
                {"what": "calls of which something was told", "value": heard},
                {"what": "slowest ear behind, s", "value": late},
            ],
        )
    )
    return found


def _read(name: str) -> Samples:
    return np.concatenate(list(read_audio(make_sounds() / f"{name}.alaw")))


def _library(sounds: dict[str, Samples], rng: random.Random) -> Library:
    """The announcements that will be heard, among others made of pieces of speech run backwards:
    as like to speech as other announcements are, and said nowhere."""
    entries = [Entry(f"said.{name}", name, "vacant", fingerprint(sounds[name])) for name in _SAID]
    speech = np.concatenate(list(sounds.values()))
    while len(entries) < TAUGHT:
        begins = [rng.randrange(len(speech) - RATE) for _ in range(6)]
        mixed = np.concatenate([speech[begin : begin + RATE][::-1] for begin in begins])
        with suppress(UserError):  # mostly pauses
            entries.append(Entry(f"other.{len(entries)}", "other", "busy", fingerprint(mixed)))
    return Library(entries)


def _endless(sound: Samples, seconds: float) -> Samples:
    return np.resize(sound, round(seconds * RATE))


def _phase(call: int) -> Phase:
    return Phase.EARLY if call % 2 else Phase.ANSWERED


async def _follow(
    sounds: dict[str, Samples], library: Library, seconds: float, rng: random.Random
) -> tuple[float, float, int]:
    """Cores needed, seconds the slowest was behind, calls of which something was told."""
    told: set[str] = set()
    over = asyncio.Semaphore(0)
    late = 0.0

    def tell(report: Told) -> None:
        if isinstance(report, Heard):
            told.add(report.key)
        else:
            over.release()

    base = _MEMORY if _MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="cti-capacity-", dir=base) as name:
        folder = Path(name)
        taught = folder / "library.bin"
        taught.write_bytes(library.to_bytes())
        spoken = [
            _endless(sounds[rng.choice(_SAID if _phase(n) is Phase.EARLY else _SPOKEN)], seconds)
            for n in range(CALLS)
        ]
        workers = Workers(tell, count=1, most=CALLS)
        await workers.start()
        try:
            process = await _awake(workers, folder, told)
            before = sum(process.cpu_times()[:2])
            began = time.monotonic()
            files = _open(workers, folder, taught)
            piece = round(PIECE_S * RATE)
            for start in range(0, len(spoken[0]), piece):
                for file, sound in zip(files, spoken, strict=True):
                    _append(file, sound[start : start + piece])
                await asyncio.sleep(max(0.0, began + (start + piece) / RATE - time.monotonic()))
                late = max(late, workers.late)
            for file in files:
                workers.end(file.stem)
            async with asyncio.timeout(120):
                for _ in files:
                    await over.acquire()
            used = sum(process.cpu_times()[:2]) - before
            return used / seconds, late, len(told & {file.stem for file in files})
        finally:
            await workers.close()


async def _awake(workers: Workers, folder: Path, told: set[str]) -> psutil.Process:
    """The process, once it has loaded its models and says what it hears."""
    tone = np.concatenate([_sine(hertz) for hertz in (950, 1400, 1800)])
    file = folder / "first.sln48"
    _append(file, np.concatenate([tone, np.zeros(RATE, np.float32)]))
    workers.follow(Job("first", file, Phase.EARLY, "cn"))
    async with asyncio.timeout(60):
        while "first" not in told:  # noqa: ASYNC110 - another process's doing
            await asyncio.sleep(0.05)
    workers.drop("first")
    return psutil.Process(workers.pids[0])


def _sine(hertz: float) -> Samples:
    time_ = np.arange(round(0.33 * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * hertz * time_)).astype(np.float32)


def _open(workers: Workers, folder: Path, taught: Path) -> list[Path]:
    files = [folder / f"call-{n}.sln48" for n in range(CALLS)]
    for n, file in enumerate(files):
        workers.follow(Job(file.stem, file, _phase(n), "cn", taught))
    return files


def _append(file: Path, sound: Samples) -> None:
    with file.open("ab") as out:
        out.write((np.repeat(sound, FILE_RATE // RATE) * 32767).astype("<i2").tobytes())


if __name__ == "__main__":
    sys.stdout.write(f"{measure(quick=True, seed=1).figures}\n")
