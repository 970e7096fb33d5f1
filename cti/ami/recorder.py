"""Raw events in a file, to be played again: one JSON line per event block."""

import json
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

from cti.ami.blocks import event_name, fields_of
from cti.ami.events import TABLE, Event
from cti.base.clock import Clock
from cti.base.errors import UserError


class Recorder:
    """Appends event blocks to a file: `{"at": seconds, "block": text}` per line."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._clock = clock
        self._origin = clock.monotonic()
        self._file = path.open("a", encoding="utf-8")

    def add(self, block: bytes) -> None:
        """`block` as it came, with the seconds since the recorder was made."""
        at = round(self._clock.monotonic() - self._origin, 6)
        line = {"at": at, "block": block.decode("utf-8", "replace")}
        self._file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def event_from(block: bytes) -> Event | None:
    """A raw event block in our words; None if it is not in the table or says nothing to us."""
    maker = TABLE.get(event_name(block).decode("utf-8", "replace"))
    return maker(fields_of(block)) if maker else None


def replay(path: Path) -> Iterator[tuple[float, Event]]:
    """A recording's events with their times in seconds, in order.

    UserError: a line is not of this format; names file and line.
    """
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                at, block = float(entry["at"]), str(entry["block"])
            except (ValueError, KeyError, TypeError) as error:
                raise UserError(f"{path}, line {number}: not a recorded event ({error}).") from None
            event = event_from(block.encode())
            if event is not None:
                yield at, event
