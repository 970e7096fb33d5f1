"""`cti recording …`"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from cti.base.errors import UserError
from cti.cli.options import Json, State, connect, find_campaign, moment, segment
from cti.cli.output import local, note, print_json, print_table, span

if TYPE_CHECKING:
    from cti.client import Client

app = typer.Typer(help="Recordings of calls.", no_args_is_help=True)

PAGE = 200


@app.command("list")
def list_recordings(
    *,
    campaign: Annotated[str | None, typer.Option(help="Name or number.")] = None,
    agent: Annotated[str | None, typer.Option(help="The agent's name.")] = None,
    number: Annotated[
        str | None, typer.Option(help="As dialled, +8613800138000, or its last digits.")
    ] = None,
    outcome: Annotated[str | None, typer.Option(help="answered, abandoned …")] = None,
    disposition: Annotated[str | None, typer.Option(help="The campaign's code.")] = None,
    longer: Annotated[float | None, typer.Option(min=0, help="Seconds, at least.")] = None,
    shorter: Annotated[float | None, typer.Option(min=0, help="Seconds, at most.")] = None,
    recording_state: Annotated[
        Literal["pending", "processing", "ready", "missing", "failed"] | None,
        typer.Option("--recording-state", help="What became of the sound."),
    ] = None,
    since: Annotated[str | None, typer.Option("--from", help="Calls from this time on.")] = None,
    until: Annotated[str | None, typer.Option("--to", help="Calls before this time.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 50,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Recordings, the newest first."""
    with connect(state) as client:
        wanted = {
            "campaign": find_campaign(client, campaign)["id"] if campaign else None,
            "agent": _agent_id(client, agent) if agent else None,
            "number": number,
            "outcome": outcome,
            "disposition": disposition,
            "longer": longer,
            "shorter": shorter,
            "state": recording_state,
            "from": moment(since),
            "to": moment(until),
        }
        found = _pages(client, wanted, limit)
    if as_json:
        print_json(found)
        return
    print_table(
        [
            *("=recording", "began", "number", "agent", "outcome", "disposition"),
            *(">length", ">size", "sound"),
        ],
        [
            [
                recording["id"],
                local(recording["started_at"]),
                recording["number"],
                recording["agent"],
                recording["outcome"],
                recording["disposition_label"],
                span(recording["seconds"]),
                _size(recording["size"]),
                " ".join(filter(None, (recording["state"], recording["error"]))),
            ]
            for recording in found
        ],
        "No recordings.",
    )


@app.command()
def get(
    recording_id: Annotated[
        str, typer.Argument(metavar="RECORDING", help="The attempt's or call's id.")
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", help="File to write; -: standard output.")
    ],
    waveform: Annotated[
        bool, typer.Option("--waveform", help="The drawing (JSON) instead of the sound.")
    ] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Download a call's sound: MP3, the customer left, the agent right."""
    target = None if str(output) == "-" else output
    if as_json and target is None:
        raise UserError("--json and -o - would both fill standard output.", "Name a file.")
    path = f"/v1/recordings/{segment(recording_id)}"
    with connect(state) as client:
        facts = client.get(path)
        what = "waveform" if waveform else "download"
        size = client.download(f"{path}/{what}", target, sys.stdout.buffer)
    if as_json:
        print_json(facts | {"file": str(output), "bytes": size})
    elif target is not None:
        note(f"Wrote {output}, {_size(size)}.")


def _pages(client: "Client", wanted: dict[str, Any], limit: int) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    after = None
    while len(found) < limit:
        size = min(PAGE, limit - len(found))
        page = client.get("/v1/recordings", **wanted, limit=size, after=after)
        found += page["items"]
        after = page["next"]
        if not after:
            break
    return found


def _agent_id(client: "Client", name: str) -> int:
    return int(client.get(f"/v1/agents/{segment(name)}")["id"])


def _size(size: int | None) -> str:
    if size is None:
        return "-"
    return f"{size / 1024:.0f} KiB" if size < 1024**2 else f"{size / 1024**2:.1f} MiB"
