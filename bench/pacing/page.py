"""The tables of docs/pacing.md, written between two marks so that nobody copies figures by hand."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from bench.pacing.cells import BAR, Cell, Row, Verdict
from bench.pacing.days import ORACLE, OURS, PACERS
from cti.base.errors import UserError

BEGIN: Final = "<!-- measured: written by `python -m bench.pacing --plots` -->"
END: Final = "<!-- /measured -->"
STEADY: Final = ("stationary-p30", "stationary-p10")
PICTURES: Final = """
![How busy agents are, by team size, with pacers that keep the cap](pacing-occupancy.svg)

![Answered calls lost, by pacer: who keeps the limit](pacing-abandons.svg)

![A day of twenty agents, progressive and predictive](pacing-day.svg)
"""
MANY: Final = 6
"""Defeats told one by one; of more, the number."""


def write_page(page: Path, cells: Mapping[Cell, Row], verdict: Verdict) -> None:
    """Put the tables into `page`. UserError where the marks are not there."""
    text = page.read_text(encoding="utf-8")
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UserError(f"{page} has no place for the tables.", f"Add {BEGIN} and {END}.")
    page.write_text(f"{before}{BEGIN}\n\n{tables(cells, verdict)}\n{END}{after}", encoding="utf-8")


def tables(cells: Mapping[Cell, Row], verdict: Verdict) -> str:
    """Steady days by team size, all scenarios by team size, and where it is not good enough."""
    parts = [_steady(scenario, cells) for scenario in STEADY]
    parts += [_scenarios(cells), _told(verdict), PICTURES]
    return "\n".join(part for part in parts if part)


def _steady(scenario: str, cells: Mapping[Cell, Row]) -> str:
    mine = {cell: row for cell, row in cells.items() if cell[0] == scenario}
    if not mine:
        return ""
    sizes = sorted({agents for _, agents, _ in mine})
    lines = []
    for pacer in PACERS:
        rows = [mine.get((scenario, size, pacer)) for size in sizes]
        if any(rows):
            lines.append([pacer, *(_all(row) for row in rows)])
    lines.append(
        ["the bar", *(f"{BAR[scenario][n]:.3f}" if n in BAR[scenario] else "" for n in sizes)]
    )
    return f"**{scenario}**: occupancy / % abandoned / % of days over 3 %, by agents.\n\n" + _table(
        ["", *map(str, sizes)], lines
    )


def _scenarios(cells: Mapping[Cell, Row]) -> str:
    """Ours, and in brackets the best that keeps the cap."""
    sizes = sorted({agents for _, agents, pacer in cells if pacer == OURS})
    lines = []
    for scenario in sorted({name for name, _, pacer in cells if pacer == OURS}):
        shown = []
        for size in sizes:
            ours, best = cells.get((scenario, size, OURS)), _rival(scenario, size, cells)
            rival = f" ({best.occupancy:.3f})" if best else ""
            shown.append(f"{_all(ours)}{rival}" if ours else "")
        lines.append([scenario, *shown])
    if not lines:
        return ""
    return (
        "**Every scenario**, predictive: occupancy / % abandoned / % of days over 3 %, and in "
        "brackets the\nbest occupancy of another system's pacer, or progressive, that keeps the "
        "cap there.\n\n" + _table(["", *map(str, sizes)], lines)
    )


def _rival(scenario: str, agents: int, cells: Mapping[Cell, Row]) -> Row | None:
    others = [
        row
        for (name, size, pacer), row in cells.items()
        if (name, size) == (scenario, agents) and pacer not in {OURS, ORACLE} and row.keeps_cap
    ]
    return max(others, key=lambda row: row.occupancy, default=None)


def _told(verdict: Verdict) -> str:
    said = {
        "Below the bar": verdict.below_bar,
        "Beaten by a pacer that keeps the cap": verdict.beaten,
        "Over the cap on more than 1 % of days": verdict.over,
    }
    lines = []
    for words, sentences in said.items():
        few = "; ".join(sentences[:MANY]) + ("; …" if len(sentences) > MANY else "")
        lines.append(f"- {words}: " + (f"{len(sentences)} ({few})" if sentences else "nowhere"))
    return "\n".join(lines) + "\n"


def _all(row: Row | None) -> str:
    if row is None:
        return ""
    return f"{row.occupancy:.3f} / {100 * row.abandon_rate:.1f} / {100 * row.days_over_cap:.0f}"


def _table(heads: list[str], lines: list[list[str]]) -> str:
    rows = [heads, ["---"] * len(heads), *lines]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows) + "\n"
