"""What the PBX wrote about channels while nobody listened (Asterisk's CEL, cel_custom.conf).

One line per event, columns: event, time (Unix seconds with microseconds), uniqueid, linkedid,
channel, account code, extra (JSON). The PBX appends; the last line may be half written.
"""

import csv
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

_BLOCK = 1 << 20
_COLUMNS = 7
_WAITING = "holding_bridge"


@dataclass(slots=True)
class CelHistory:
    """One channel's life; times in UTC, None for what was not seen.

    bridged_at, bridged_with: the first talk, not counting waits, and the uniqueid of the channel
    it was with. cause: ITU-T Q.850, 0 when the far end gave none.
    """

    started: datetime | None = None
    answered: datetime | None = None
    bridged_at: datetime | None = None
    bridged_with: str | None = None
    ended: datetime | None = None
    cause: int | None = None


@dataclass(slots=True)
class _Reader:
    """Lines in, histories out; remembers who is in which bridge."""

    histories: dict[str, CelHistory] = field(default_factory=dict)
    bridges: dict[str, list[str]] = field(default_factory=dict)

    def take(self, row: list[str]) -> None:
        kind, moment, uniqueid, extra = row[0], _moment(row[1]), row[2], row[6]
        if kind == "CHAN_START":
            self.histories[uniqueid] = CelHistory(started=moment)
        history = self.histories.setdefault(uniqueid, CelHistory())
        if kind == "ANSWER":
            history.answered = history.answered or moment
        elif kind == "BRIDGE_ENTER":
            self._enter(uniqueid, moment, _json(extra))
        elif kind == "BRIDGE_EXIT":
            present = self.bridges.get(str(_json(extra).get("bridge_id")), [])
            if uniqueid in present:
                present.remove(uniqueid)
        elif kind == "HANGUP":
            history.ended = moment
            cause = _json(extra).get("hangupcause")
            history.cause = cause if isinstance(cause, int) else None

    def _enter(self, uniqueid: str, moment: datetime, extra: Mapping[str, Any]) -> None:
        if extra.get("bridge_technology") == _WAITING:
            return
        present = self.bridges.setdefault(str(extra.get("bridge_id")), [])
        for other in present:
            self._meet(uniqueid, other, moment)
            self._meet(other, uniqueid, moment)
        present.append(uniqueid)

    def _meet(self, uniqueid: str, other: str, moment: datetime) -> None:
        history = self.histories.setdefault(uniqueid, CelHistory())
        if history.bridged_at is None:
            history.bridged_at, history.bridged_with = moment, other


def read_cel(path: Path, since: datetime | None = None) -> dict[str, CelHistory]:
    """Every channel that `path` tells of, by uniqueid; empty when there is no file.

    since: read back no further than the first event before it. Choose it before the start of the
    oldest channel of interest: what is not found counts as never dialled. A file that
    `rotate_cel` put aside is read too where that is needed.
    """
    lines: list[bytes] = []
    for file in (path, _aside(path)):
        older, reached = _tail(file, since)
        lines = older + lines
        if reached:
            break
    reader = _Reader()
    for row in _rows(lines):
        reader.take(row)
    return reader.histories


def rotate_cel(path: Path, limit: int = 64 << 20) -> bool:
    """Put the log aside (NAME.1, replacing an older one) once it is over `limit` bytes.

    Asterisk opens the file anew for every line, so nothing is lost. True if it was done.
    """
    try:
        if path.stat().st_size <= limit:
            return False
    except FileNotFoundError:
        return False
    path.rename(_aside(path))
    return True


def _aside(path: Path) -> Path:
    return path.with_name(f"{path.name}.1")


def _tail(path: Path, since: datetime | None) -> tuple[list[bytes], bool]:
    """Whole lines from the end of `path` back to `since`, and whether `since` was reached."""
    try:
        with path.open("rb") as file:
            start = end = file.seek(0, 2)
            data = b""
            while start > 0:
                start = max(0, start - _BLOCK)
                file.seek(start)
                data = file.read(end - start) + data
                end = start
                if since is not None:
                    lines = _whole(data, torn_first=start > 0)
                    if _is_before(lines, since):
                        return lines, True
    except FileNotFoundError:
        return [], False
    return _whole(data, torn_first=False), False


def _whole(data: bytes, *, torn_first: bool) -> list[bytes]:
    lines = data.split(b"\n")[:-1]  # after the last line break: nothing, or half a line
    return lines[1:] if torn_first else lines


def _is_before(lines: list[bytes], since: datetime) -> bool:
    first = next(_rows(lines), None)
    return first is not None and _moment(first[1]) < since


def _rows(lines: Iterable[bytes]) -> Iterator[list[str]]:
    """Rows with a readable time; a damaged line costs only itself."""
    for line in lines:
        row = next(csv.reader([line.decode("utf-8", "replace").replace("\0", "")]), [])
        if len(row) == _COLUMNS and _is_time(row[1]):
            yield row


def _is_time(text: str) -> bool:
    try:
        _moment(text)
    except (ValueError, OverflowError, OSError):
        return False
    return True


def _moment(text: str) -> datetime:
    return datetime.fromtimestamp(float(text), UTC)


def _json(text: str) -> Mapping[str, Any]:
    try:
        extra = json.loads(text)
    except ValueError:
        return {}
    return extra if isinstance(extra, dict) else {}
