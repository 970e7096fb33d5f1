"""Files that the service sends."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cti.base.errors import UserError
from cti.cli.output import note, print_json

if TYPE_CHECKING:
    from cti.client import Client

Output = Annotated[Path, typer.Option("--output", "-o", help="File to write; -: standard output.")]


def download(client: "Client", path: str, output: Path, as_json: bool) -> None:
    """GET `path` into a file, whole or not at all, or to standard output; tell what was done."""
    target = None if str(output) == "-" else output
    if as_json and target is None:
        raise UserError("--json and -o - would both fill standard output.", "Name a file.")
    size = client.download(path, target, sys.stdout.buffer)
    if as_json:
        print_json({"file": str(output), "bytes": size})
    elif target is not None:
        note(f"Wrote {output}.")
