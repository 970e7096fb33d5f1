"""What people and programs get to see: Rich tables, or plain JSON on standard output."""

import json
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text


def console() -> Console:
    """Where tables go. Made anew each time, so that it is always today's standard output."""
    return Console(highlight=False)


def complain(what: str, cure: str = "") -> None:
    """Tell a fault on standard error: `error: what`, and how to mend it."""
    sys.stderr.write(f"error: {what.strip()}\n")
    if cure:
        sys.stderr.write(f"  → {cure}\n")


def print_json(value: Any) -> None:
    """`value` on standard output and nothing else, for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str) -> None:
    """A table; the sentence `empty` when there are no rows. A leading `>` aligns to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        right = column.startswith(">")
        table.add_column(column.removeprefix(">"), justify="right" if right else "left")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(shown(cell)) for cell in row))
    console().print(table if table.row_count else empty, markup=False)


def shown(value: object) -> str:
    """A cell's text: nothing is a dash, words are as they came (never markup)."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    return str(value)
