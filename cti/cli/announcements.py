"""`cti announcement …`"""

import getpass
import sys
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer

from cti.base.errors import UserError
from cti.cli.options import Json, State, connect
from cti.cli.output import local, note, print_json, print_table, say

app = typer.Typer(
    help="What carriers say before the answer: taught once, then known.", no_args_is_help=True
)

Means = Annotated[
    str, typer.Option(help="An outcome: vacant, busy, powered_off …; nothing: it means none.")
]
Carrier = Annotated[str, typer.Option(help="Whose it is; campaigns may hear one carrier's only.")]
Name = Annotated[str, typer.Option(help="Unset: made of carrier and meaning.")]
Group = Annotated[int, typer.Argument(metavar="GROUP", help="As `unknown` lists it.")]
Announcement = Annotated[int, typer.Argument(metavar="ID", help="As `list` shows it.")]
Output = Annotated[
    Path, typer.Option("--output", "-o", help="File to write (WAV); -: standard output.")
]


@app.command()
def learn(
    file: Annotated[Path, typer.Argument(help="A recording of one announcement.")],
    *,
    means: Means,
    carrier: Carrier = "",
    name: Name = "",
    replace: Annotated[bool, typer.Option("--replace", help="Teach a known one anew.")] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Teach a recording: it is recognised in every call from now on.

    Unknown announcements that turn out to be this one get its name, and the attempts that heard
    them are classified again.
    """
    form = {"means": means, "carrier": carrier, "name": name, "by": _me()}
    if replace:
        form["replace"] = "true"
    try:
        with connect(state) as client, file.open("rb") as opened:
            made = client.upload("/v1/announcements", opened, file.name, form, lambda _: None)
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    _report(made, as_json)


@app.command("list")
def list_announcements(
    *,
    carrier: Annotated[str | None, typer.Option(help="Only this carrier's.")] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """What was taught."""
    with connect(state) as client:
        found = client.get("/v1/announcements", carrier=carrier)
    if as_json:
        print_json(found)
        return
    print_table(
        [">id", "means", "carrier", "name", ">seconds", "taught", "by"],
        [
            [
                one["id"],
                one["meaning"] or "nothing",
                one["carrier"],
                one["name"],
                one["seconds"],
                local(one["taught_at"]),
                one["taught_by"],
            ]
            for one in found
        ],
        "Nothing was taught. Teach: `cti announcement learn FILE --means vacant`.",
    )


@app.command()
def change(
    announcement: Announcement,
    *,
    means: Annotated[str | None, typer.Option(help="Another outcome, or nothing.")] = None,
    carrier: Annotated[str | None, typer.Option(help="Whose it is; empty: nobody's.")] = None,
    name: Annotated[str | None, typer.Option(help="Empty: made of carrier and meaning.")] = None,
    past: Annotated[
        bool, typer.Option("--past/--not-past", help="Classify past attempts again, too.")
    ] = True,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Say anew what a taught one means, whose it is, or its name. Its recording stays."""
    said = {"means": means, "carrier": carrier, "name": name, "by": _me(), "past": past}
    given = {key: value for key, value in said.items() if value is not None}
    with connect(state) as client:
        made = client.patch(f"/v1/announcements/{announcement}", given)
    if as_json:
        print_json(made)
        return
    one = made["announcement"]
    say(f"Announcement {one['id']}, “{one['name']}”, means {one['meaning'] or 'nothing'}.")
    if made["attempts"]:
        did = "changed" if made["told"] else "would change"
        say(f"{made['attempts']} past attempts heard it; the outcome of {made['changed']} {did}.")


@app.command()
def forget(announcement: Announcement, state: State = None, as_json: Json = False) -> None:
    """Know it no more. Of a group that was named so, past attempts are classified again."""
    with connect(state) as client:
        gone = client.delete(f"/v1/announcements/{announcement}?by={quote(_me())}")
    if as_json:
        print_json(gone)
        return
    say(f"Forgot “{gone['announcement']['name']}”.")
    if gone["groups"]:
        say(
            f"{gone['attempts']} attempts had heard it by that name; "
            f"the outcome of {gone['changed']} changed."
        )


@app.command()
def unknown(
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Announcements that nobody taught, the most frequent first."""
    with connect(state) as client:
        found = client.get("/v1/unknown-announcements", limit=limit)
    if as_json:
        print_json(found)
        return
    print_table(
        [">group", ">heard", ">calls", "first", "last", ">seconds", "trunks"],
        [
            [
                group["id"],
                group["size"],
                group["attempts"],
                local(group["first_at"]),
                local(group["last_at"]),
                group["seconds"],
                ", ".join(group["trunks"]),
            ]
            for group in found
        ],
        "No unknown announcements.",
    )
    if found:
        note("Listen: `cti announcement sample GROUP -o FILE`, then `cti announcement name GROUP`.")


@app.command()
def name(
    group: Group,
    *,
    means: Means,
    carrier: Carrier = "",
    name: Name = "",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Say what a group is: known from now on, and past attempts are classified again."""
    said = {"means": means, "carrier": carrier, "name": name, "by": _me()}
    with connect(state) as client:
        made = client.post(f"/v1/unknown-announcements/{group}/name", said)
    _report(made, as_json)


@app.command()
def sample(
    number: Annotated[int, typer.Argument(metavar="GROUP", help="A group; with --taught, an id.")],
    output: Output,
    *,
    taught: Annotated[bool, typer.Option("--taught", help="Of a taught one.")] = False,
    state: State = None,
) -> None:
    """Save the recording that stands for a group, or of a taught announcement, to listen to it."""
    where = "announcements" if taught else "unknown-announcements"
    target = None if str(output) == "-" else output
    with connect(state) as client:
        size = client.download(f"/v1/{where}/{number}/sample.wav", target, sys.stdout.buffer)
    if target is not None:
        note(f"Wrote {target}, {size} bytes. Play it: `ffplay -nodisp -autoexit {target}`.")


def _report(made: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(made)
        return
    one = made["announcement"]
    meaning = one["meaning"] or "nothing"
    say(f"Taught announcement {one['id']}, “{one['name']}”: {meaning}, {one['seconds']:.1f} s.")
    if made["groups"]:
        say(
            f"{made['groups']} unknown groups are this one: {made['attempts']} past attempts heard "
            f"it, the outcome of {made['changed']} changed."
        )


def _me() -> str:
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):  # a user without a name, as in containers
        return ""


__all__ = ["app"]
