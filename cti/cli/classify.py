"""`cti classify FILE`"""

import asyncio
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.base.errors import UserError
from cti.cli.options import Json, State, load_settings
from cti.cli.output import complain, print_facts, print_json, print_table

if TYPE_CHECKING:  # loaded when it runs: the models take a while
    from hearing.announcements.library import Library
    from hearing.judging import Judgement

UNREADABLE = 2
"""Exit code when there is nothing that could be judged."""


class When(StrEnum):
    """Which part of a call was recorded."""

    EARLY = "early"
    ANSWERED = "answered"


class Side(StrEnum):
    """Whose sound of a file with two channels."""

    LEFT = "left"
    RIGHT = "right"
    MIX = "mix"


def classify(
    file: Annotated[Path, typer.Argument(help="Any audio that ffmpeg reads.")],
    *,
    phase: Annotated[When, typer.Option(help="Recorded before the answer, or from it on.")],
    zone: Annotated[str, typer.Option(help="Whose tones: cn, us, uk …")] = "cn",
    library: Annotated[
        Path | None,
        typer.Option(help="Taught announcements; unset: those of the state folder, if any."),
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="Of who answered (ONNX); unset: the one that runs.")
    ] = None,
    channel: Annotated[
        Side, typer.Option(help="Of stereo. Our own recordings have the customer on the left.")
    ] = Side.MIX,
    everything: Annotated[
        bool, typer.Option("--all", help="Hear all of it, also when it is decided.")
    ] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Say what became of a call by its sound alone, with the ears that hear live calls.

    Needs no running service. Exit code 2: the file, or the library, cannot be read.
    """
    from hearing.audio import read_audio  # noqa: PLC0415 - ears are heavy
    from hearing.judging import judge  # noqa: PLC0415
    from hearing.listening import Setting  # noqa: PLC0415
    from hearing.sighting import Phase  # noqa: PLC0415
    from hearing.speech.chosen import current  # noqa: PLC0415

    setting = Setting(
        Phase(phase.value), zone, model=model or current(load_settings(state=state).state / "amd")
    )
    try:
        taught = _library(library, state)
        sound = read_audio(file, block_s=0.4, channel=channel.value)
        judged = judge(sound, setting, taught, everything=everything)
    except UserError as error:
        complain(error.what, error.cure)
        raise typer.Exit(UNREADABLE) from None
    if as_json:
        print_json({"file": str(file), "phase": phase.value, "zone": zone} | _as_dict(judged))
    else:
        _print(file, judged)


def _library(file: Path | None, state: Path | None) -> "Library":
    from hearing.announcements.library import Library  # noqa: PLC0415

    if file is None:
        return _taught(state)
    try:
        return Library.from_bytes(file.read_bytes())
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    except ValueError as error:
        raise UserError(f"{file}: {error}.", "`cti announcement export` writes one.") from error


def _taught(state: Path | None) -> "Library":
    """What was taught to the service of a state folder; nothing if there is none."""
    from cti.store.engine import sqlite_url  # noqa: PLC0415 - the whole of SQLAlchemy
    from dialer.announcements.offline import taught_in  # noqa: PLC0415
    from hearing.announcements.library import Library  # noqa: PLC0415

    settings = load_settings(state=state)
    url = settings.database_url or sqlite_url(settings.state)
    own = None if settings.database_url else Path(url.partition(":///")[2])
    if own is not None and not own.exists():
        return Library()  # and none is made by looking
    return asyncio.run(taught_in(url))


def _as_dict(judged: "Judgement") -> dict[str, Any]:
    return {
        "outcome": judged.outcome,
        "probability": round(judged.probability, 4),
        "probabilities": {who: round(share, 4) for who, share in judged.probabilities.items()},
        "decided_at": _seconds(judged.decided_at),
        "listened": _seconds(judged.listened),
        "evidence": [
            asdict(sighting)
            | {"at": _seconds(max(0.0, sighting.at)), "until": _seconds(sighting.until)}
            for sighting in judged.sightings
        ],
    }


def _seconds(moment: float | None) -> float | None:
    return None if moment is None else round(moment, 3)


def _print(file: Path, judged: "Judgement") -> None:
    decided = "–" if judged.decided_at is None else f"after {judged.decided_at:.1f} s"
    print_facts(
        {
            "file": file,
            "outcome": judged.outcome,
            "probability": f"{judged.probability:.1%}",
            "decided": decided,
            "heard": f"{judged.listened:.1f} s",
        }
    )
    print_table(
        [">from", ">sure at", "by", "what", "meaning", ">how sure"],
        [
            [
                f"{max(0.0, sighting.at):.2f} s",
                f"{sighting.until:.2f} s",
                sighting.source.value,
                sighting.what,
                sighting.meaning or "–",
                f"{sighting.confidence:.0%}",
            ]
            for sighting in judged.sightings
        ],
        "Nothing was recognised.",
    )
