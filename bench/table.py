"""What every measurement does with its result: a table for people, JSON for machines."""

import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

OUT = Path("out/bench")
WIDE = 170


def show(title: str, columns: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Print rows; `columns` maps a row's key to the heading. None is shown as a dash."""
    table = Table(title=title, title_justify="left")
    for heading in columns.values():
        table.add_column(heading, justify="right", overflow="fold")
    for row in rows:
        table.add_row(*(_cell(row.get(key)) for key in columns))
    console = Console()
    if not console.is_terminal:  # a file has no width, and cells broken at 80 cannot be read
        console.width = WIDE
    console.print(table)


def write(name: str, result: Mapping[str, Any]) -> Path:
    """Write out/bench/NAME.json."""
    file = OUT / f"{name}.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(result, indent=2) + "\n")
    return file


def load_now() -> float:
    """The machine's load average of the last minute."""
    return round(os.getloadavg()[0], 2)


def _cell(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,}" if isinstance(value, int | float) else str(value)
