"""The converting process: reads one job a line, answers one line. Ends when its input ends.

A process of its own, so that neither starting ffmpeg nor taking peaks ever holds up the event loop
of the service, and so that it can stand back (nice) behind everything that happens live.
"""

import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recordings.convert import ConversionFailed, NoRoom, NothingRecorded, convert

_NICE = 15
_FAULTS = {NothingRecorded: "nothing", NoRoom: "no_room", ConversionFailed: "failed"}


def run(job: dict[str, str]) -> dict[str, Any]:
    """One job → its answer: {"ok": {facts}} or {"nothing" | "no_room" | "failed": why}.

    A job is the paths that `convert` takes, by name.
    """
    try:
        return {"ok": asdict(convert(**{name: Path(path) for name, path in job.items()}))}
    except tuple(_FAULTS) as error:
        return {_FAULTS[type(error)]: str(error)}


def main() -> None:
    """Serve standard input until it ends."""
    os.nice(_NICE)
    try:
        for line in sys.stdin:
            sys.stdout.write(json.dumps(run(json.loads(line))) + "\n")
            sys.stdout.flush()
    except BrokenPipeError:  # the service was killed meanwhile; the next one asks again
        os._exit(0)  # the interpreter's own exit would write once more, and complain


if __name__ == "__main__":
    main()
