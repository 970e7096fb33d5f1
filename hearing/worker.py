"""The listening process: follows the growing files of many calls and says what it hears.

A process of its own, so that no analysis ever holds up the event loop of the service. It reads
one order a line and writes one report a line (JSON), and ends when its input ends.

| order | means |
|---|---|
| `{"follow": key, "file": path, "phase": …, "zone": …, "library": path, "prices": {…}, "model": path}` | from the file's start |
| `{"end": key}` | the file grows no more: hear the rest, then say the last |
| `{"drop": key}` | forget it at once |

| report | means |
|---|---|
| `{"heard": key, "sighting": {…}}` | a detector is sure of something |
| `{"ended": key, "seconds": …, "unknown": …}` | nothing more will be heard; `unknown`: the fingerprint (base64) of an announcement that nobody taught |
| `{"failed": key, "why": …}` | it cannot be heard |
| `{"trouble": why}` | something is not heard in any call; said once |
| `{"beat": late}` | alive; seconds by which the slowest ear was behind |
"""  # noqa: E501 - a table

import base64
import json
import os
import select
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from hearing.announcements.library import Library
from hearing.listening import LONGEST, Listener, Setting
from hearing.sighting import RATE, Phase
from hearing.speech.prices import Prices
from hearing.tail import Tail

POLL_SECONDS = 0.05
SETTLE_SECONDS = 0.15
"""Between a hang-up and the end of its file: the PBX empties its buffer meanwhile."""
BEAT_SECONDS = 1.0
PIECE_SECONDS = 1.0
"""Of one call at a time, so that one that lags does not keep the others waiting."""
_NICE = 5
_READ = 1 << 16

Report = Callable[[dict[str, Any]], None]


@dataclass(slots=True)
class Ear:
    """One phase of one call. behind: since when there was more than one piece to hear."""

    tail: Tail
    listener: Listener
    ends_at: float | None = None
    behind: float | None = None


class Worker:
    """All ears of this process. `now` is monotonic seconds."""

    def __init__(self, report: Report) -> None:
        self._report = report
        self._ears: dict[str, Ear] = {}
        self._beat_at = float("-inf")
        self._late = 0.0
        self._troubles: set[str] = set()

    def order(self, order: dict[str, Any], now: float) -> None:
        """Take one order of the table above. What cannot be followed is reported as failed."""
        match order:
            case {"follow": key, "file": file, **wanted}:
                self._drop(key)
                try:
                    listener = Listener(_setting(wanted), _library(wanted["library"]))
                except Exception as error:  # noqa: BLE001 - a zone or library that is not there
                    self._failed(key, error)
                else:
                    self._ears[key] = Ear(Tail(Path(file)), listener)
                    self._complain(listener.trouble)
            case {"end": key} if key in self._ears:
                self._ears[key].ends_at = now + SETTLE_SECONDS
            case {"end": key}:
                self._report({"ended": key, "seconds": 0.0, "unknown": None})
            case {"drop": key}:
                self._drop(key)

    def round(self, now: float) -> bool:
        """Hear what is new of everything. Returns whether somebody has more to hear already."""
        more = False
        for key, ear in list(self._ears.items()):
            try:
                more |= self._hear(key, ear, now)
            except Exception as error:  # noqa: BLE001 - one bad file must not deafen the others
                self._drop(key)
                self._failed(key, error)
        if now - self._beat_at >= BEAT_SECONDS:
            self._report({"beat": round(self._late, 3)})
            self._beat_at, self._late = now, 0.0
        return more

    def _hear(self, key: str, ear: Ear, now: float) -> bool:
        over = ear.ends_at is not None and now >= ear.ends_at
        sound = ear.tail.read(PIECE_SECONDS)
        more = len(sound) >= PIECE_SECONDS * RATE
        ear.behind = (ear.behind if ear.behind is not None else now) if more else None
        if ear.behind is not None:
            self._late = max(self._late, now - ear.behind)
        for sighting in ear.listener.feed(sound) if len(sound) else ():
            self._report({"heard": key, "sighting": asdict(sighting)})
        if not more and (over or ear.listener.seconds > LONGEST[ear.listener.setting.phase]):
            self._end(key, ear)
        return more

    def _end(self, key: str, ear: Ear) -> None:
        for sighting in ear.listener.finish():
            self._report({"heard": key, "sighting": asdict(sighting)})
        unknown = ear.listener.unknown()
        told = base64.b64encode(unknown.to_bytes()).decode() if unknown else None
        self._drop(key)
        self._report({"ended": key, "seconds": round(ear.listener.seconds, 3), "unknown": told})

    def _drop(self, key: str) -> None:
        ear = self._ears.pop(key, None)
        if ear is not None:
            ear.tail.close()

    def _complain(self, trouble: str) -> None:
        if trouble and trouble not in self._troubles:
            self._troubles.add(trouble)
            self._report({"trouble": trouble})

    def _failed(self, key: str, error: Exception) -> None:
        self._report({"failed": key, "why": f"{type(error).__name__}: {error}"})


def _setting(wanted: dict[str, Any]) -> Setting:
    model = wanted["model"]
    return Setting(
        Phase(wanted["phase"]),
        wanted["zone"],
        Prices(**wanted["prices"]),
        Path(model) if model else None,
    )


@lru_cache(maxsize=8)
def _library(file: str | None) -> Library:
    """A library from its file, which never changes: a library that did has another name."""
    return Library.from_bytes(Path(file).read_bytes()) if file else Library()


def main() -> None:
    """Serve standard input until it ends."""
    os.nice(_NICE)
    worker = Worker(_write)
    warm_up()
    rest, more = b"", False
    while True:
        readable, _, _ = select.select([0], [], [], 0 if more else POLL_SECONDS)
        if readable:
            data = os.read(0, _READ)
            if not data:
                return
            *lines, rest = (rest + data).split(b"\n")
            for line in lines:
                worker.order(json.loads(line), time.monotonic())
        more = worker.round(time.monotonic())


def warm_up() -> None:
    """Load models and tables, so that the first call does not wait for them."""
    for phase in Phase:
        listener = Listener(Setting(phase, "cn"), Library())
        listener.feed(np.zeros(RATE, np.float32))
        listener.finish()


def _write(report: dict[str, Any]) -> None:
    try:
        sys.stdout.write(json.dumps(report) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:  # the service was killed meanwhile
        os._exit(0)  # the interpreter's own exit would write once more, and complain


if __name__ == "__main__":
    main()
