"""What people and programs get to see: Rich tables, or plain JSON on standard output."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

WIDE = 200
"""Columns of a table that goes into a file or a pipe: nothing is cut there."""


ID_WIDTH = 29
"""An attempt's id: a prefix of three and a ULID of 26."""


def console() -> Console:
    """Where tables go. Made anew each time, so that it is always today's standard output."""
    made = Console(highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = max(made.width, WIDE)
    return made


def complain(what: str, cure: str = "") -> None:
    """Tell a fault on standard error: `error: what`, and how to mend it."""
    sys.stderr.write(f"error: {what.strip()}\n")
    if cure:
        sys.stderr.write(f"  → {cure}\n")


def note(sentence: str) -> None:
    """Say something on standard error, where it disturbs no program."""
    sys.stderr.write(f"{sentence}\n")


def print_json(value: Any) -> None:
    """`value` on standard output and nothing else, for programs."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2) + "\n")


def print_table(
    columns: Sequence[str], rows: Iterable[Sequence[object]], empty: str = "Nothing."
) -> None:
    """A table; the sentence `empty` when there are no rows. A column's leading `>` aligns it to the
    right, a leading `=` never cuts or wraps it."""
    table = make_table(columns, rows)
    console().print(table if table.row_count else empty)


def make_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> Table:
    """See `print_table`."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(
            column.lstrip(">="),
            justify="right" if column.startswith(">") else "left",
            no_wrap=column.startswith("="),
            min_width=ID_WIDTH if column.startswith("=") else None,
            overflow="fold",
        )
    for row in rows:
        table.add_row(*map(_cell, row))
    return table


def say(sentence: str) -> None:
    """A sentence on standard output."""
    console().print(sentence)


def print_facts(facts: Mapping[str, object]) -> None:
    """Names and values below each other."""
    console().print(facts_table(facts))


def facts_table(facts: Mapping[str, object]) -> Table:
    """See `print_facts`."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(style="dim")
    table.add_column()
    for name, value in facts.items():
        table.add_row(name, _cell(value))
    return table


def shown(value: object) -> str:
    """A cell's text: nothing is a dash; what came from outside cannot steer the terminal."""
    if value is None or value == "":
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.1f}"
    return "".join(
        c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in str(value)
    )


def span(seconds: float | None) -> str:
    """A length of time: `7 s`, `3:05`, `2:00:00`."""
    if seconds is None:
        return "-"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def local(moment: str | None) -> str:
    """A time of the API (ISO 8601) on this machine's clock, to the second."""
    if not moment:
        return "-"
    return f"{datetime.fromisoformat(moment).astimezone():%Y-%m-%d %H:%M:%S}"


def _cell(value: object) -> Text:
    return value if isinstance(value, Text) else Text(shown(value))
