"""Agents' phones in a file: how a PBX that runs elsewhere learns them from the service."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cti.base.errors import UserError
from cti.base.files import write_private
from cti.processes.pbx import Phone


def write_phones(file: Path, phones: Sequence[Phone]) -> None:
    """Replace the file, readable for its owner alone.

    {"name": "secret", …}; of a phone in a browser {"name": {"secret": …, "browser": true}}.
    """
    told = {
        p.name: {"secret": p.secret, "browser": True} if p.browser else p.secret for p in phones
    }
    write_private(file, json.dumps(told, indent=1) + "\n")


def read_phones(file: Path) -> list[Phone]:
    """The phones in the file; none while it does not exist. UserError for another file."""
    try:
        text = file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return []
    try:
        return [_phone(str(name), told) for name, told in json.loads(text).items()]
    except (ValueError, AttributeError, KeyError) as error:
        raise UserError(f"{file} is not a file of phones.", "The service writes it.") from error


def _phone(name: str, told: Any) -> Phone:
    if isinstance(told, dict):
        return Phone(name, str(told["secret"]), browser=told.get("browser") is True)
    return Phone(name, str(told))
