"""An attempt drawn: how long each phase took, and what was seen when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from rich.table import Table
from rich.text import Text

from cti.cli.output import shown

WIDTH = 60
PHASES = (
    ("placed_at", "dialling", "dim", "░"),
    ("ringing_at", "ringing", "yellow", "▒"),
    ("answered_at", "waiting", "red", "▓"),
    ("bridged_at", "talking", "green", "█"),
)
COLOURS = {
    "ringing": "yellow",
    "progress": "yellow",
    "heard": "magenta",
    "judged": "magenta",
    "agent_said": "magenta",
    "message_left": "yellow",
    "answered": "green",
    "bridged": "green",
    "message_played": "red",
    "originate_failed": "red",
    "not_dialled": "red",
}


def phases(attempt: dict[str, Any]) -> Text:
    """A bar as long as the attempt, and the seconds of each phase. Empty while it runs."""
    spans = _spans(attempt)
    total = sum(seconds for *_, seconds in spans)
    if total <= 0:
        return Text()
    bar, legend = Text(), Text()
    for name, colour, block, seconds in spans:
        bar.append(block * max(1, round(WIDTH * seconds / total)), colour)
        legend.append(f"{block} {name} {seconds:.1f} s   ", colour)
    return bar.append("\n").append_text(legend)


def _spans(attempt: dict[str, Any]) -> list[tuple[str, str, str, float]]:
    if attempt["ended_at"] is None:
        return []
    began = [
        (datetime.fromisoformat(attempt[key]), name, colour, block)
        for key, name, colour, block in PHASES
        if attempt[key] is not None
    ]
    ends = [at for at, *_ in began[1:]] + [datetime.fromisoformat(attempt["ended_at"])]
    return [
        (name, colour, block, max(0.0, (end - at).total_seconds()))
        for (at, name, colour, block), end in zip(began, ends, strict=True)
    ]


def timeline(evidence: Sequence[dict[str, Any]]) -> Table:
    """Every moment on a line of its own: seconds since it was placed, words, details."""
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(justify="right", style="dim")
    for _ in range(3):
        table.add_column()
    last = len(evidence) - 1
    for place, seen in enumerate(evidence):
        mark = "┬" if place == 0 < last else "┴" if 0 < place == last else "┼" if last else "─"
        details = ", ".join(f"{name} {shown(value)}" for name, value in seen["detail"].items())
        colour = COLOURS.get(seen["kind"], "")
        table.add_row(
            f"{seen['seconds']:.3f} s",
            Text(f"{mark}─", colour),
            Text(shown(seen["words"]), colour),
            Text(details, "dim"),
        )
    return table
