"""Agents' phones in a file: how a PBX that runs elsewhere learns them from the service."""

import json
from collections.abc import Sequence
from pathlib import Path

from cti.base.errors import UserError
from cti.processes.files import write_private
from cti.processes.pbx import Phone


def write_phones(file: Path, phones: Sequence[tuple[str, str]]) -> None:
    """Replace the file, readable for its owner alone: {"name": "secret", …}."""
    write_private(file, json.dumps(dict(phones), indent=1) + "\n")


def read_phones(file: Path) -> list[Phone]:
    """The phones in the file; none while it does not exist. UserError for another file."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    try:
        return [Phone(str(name), str(secret)) for name, secret in json.loads(text).items()]
    except (ValueError, AttributeError) as error:
        raise UserError(f"{file} is not a file of phones.", "The service writes it.") from error
