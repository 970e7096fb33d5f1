"""Occupancy and abandons of every pacer, on simulated days: team sizes × scenarios × seeds.

Usage: python -m bench.pacing [--quick] [--resume] [--only SCENARIO…] [--pacers P…] [--agents N…]
Prints a table per scenario and what they say together, and writes out/bench/pacing.json. Each day
is kept as it is done in out/bench/pacing-days.jsonl; --resume takes up those that still hold, as
neither scenario nor code has changed. See docs/pacing.md, “Measured”.
"""

import argparse
import json
import os
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench.pacing.cells import BAR, Cell, Row, Verdict, judge, rows
from bench.pacing.days import (
    AGENTS,
    HOURS,
    OURS,
    PACERS,
    STRUCTURED_HOURS,
    jobs,
    scenario_names,
)
from bench.pacing.kept import Kept
from bench.pacing.page import write_page
from bench.pacing.play_all import run
from bench.table import OUT, load_now, show
from cti.base.errors import UserError
from cti.logs import configure
from dialer.pacing.options import PacerOptions
from dialer.simulator.pacers import maker

DOCS = Path(__file__).parents[2] / "docs"
DAYS = OUT / "pacing-days.jsonl"
SEEDS, QUICK_SEEDS = 20, 3
QUICK_AGENTS = (5, 20, 100)
QUICK_SCENARIOS = ("stationary-p30", "stationary-p10", "answers-halve", "lunch-exodus")


def main() -> int:
    """Simulate, print, write."""
    options = _options()
    configure("warning")
    hours = dict(HOURS) | options.hours
    scenarios = options.only or (QUICK_SCENARIOS if options.quick else scenario_names())
    try:
        for pacer in options.pacers:
            maker(pacer, PacerOptions())
        found = list(
            run(
                list(jobs(scenarios, options.agents, options.pacers, options.seeds, hours)),
                Kept.at(DAYS),
                resume=options.resume or options.kept,
                processes=0 if options.kept else options.jobs,
            )
        )
    except UserError as error:
        sys.exit(str(error))
    except KeyboardInterrupt:
        sys.exit("Stopped. The days that were played are kept: go on with --resume.")
    cells = rows(found)
    verdict = judge(cells)
    result = _result(cells, hours, verdict)
    options.json.parent.mkdir(parents=True, exist_ok=True)
    options.json.write_text(json.dumps(result, indent=1) + "\n")
    _print(cells, result)
    sys.stdout.write(f"\nWritten: {options.json}\n")
    if options.plots:
        from bench.pacing.pictures import draw_all  # noqa: PLC0415 - matplotlib is slow to load

        write_page(DOCS / "pacing.md", cells, verdict)
        for file in draw_all(cells, DOCS):
            sys.stdout.write(f"Drawn: {file}\n")
    return 0


def _options() -> argparse.Namespace:
    asked = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    asked.add_argument("--quick", action="store_true", help="few scenarios, sizes and seeds")
    asked.add_argument("--only", nargs="+", choices=scenario_names(), metavar="SCENARIO")
    asked.add_argument("--pacers", nargs="+", default=PACERS, metavar="PACER")
    asked.add_argument("--agents", nargs="+", type=int, metavar="N")
    asked.add_argument("--seeds", type=int)
    asked.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes")
    asked.add_argument(
        "--hours", nargs="+", type=_hours, default=[], metavar="AGENTS=HOURS", help="day lengths"
    )
    asked.add_argument("--resume", action="store_true", help="do not play kept days again")
    asked.add_argument(
        "--kept", action="store_true", help="play nothing: tell of the days that are kept"
    )
    asked.add_argument("--json", type=Path, default=OUT / "pacing.json", metavar="FILE")
    asked.add_argument("--plots", action="store_true", help="pictures and tables of docs/pacing.md")
    options = asked.parse_args()
    options.agents = options.agents or (QUICK_AGENTS if options.quick else AGENTS)
    options.seeds = options.seeds or (QUICK_SEEDS if options.quick else SEEDS)
    options.hours = dict(options.hours)
    return options


def _hours(text: str) -> tuple[int, float]:
    agents, _, hours = text.partition("=")
    try:
        return int(agents), float(hours)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r}: write 20=8") from None


def _result(cells: dict[Cell, Row], hours: dict[int, float], verdict: Verdict) -> dict[str, Any]:
    return {
        "at": time.strftime("%Y-%m-%d %H:%M"),
        "load_average": load_now(),
        "hours_by_agents": hours,
        "hours_at_least_where_structured": STRUCTURED_HOURS,
        "bar": BAR,
        "summary": verdict.as_dict(),
        "rows": [asdict(cells[cell]) for cell in sorted(cells)],
    }


def _print(cells: dict[Cell, Row], result: dict[str, Any]) -> None:
    sys.stdout.write("Occupancy / abandoned, % / days over the cap, %\n")
    sizes = sorted({agents for _, agents, _ in cells})
    for scenario in sorted({scenario for scenario, _, _ in cells}):
        pacers = dict.fromkeys(pacer for name, _, pacer in cells if name == scenario)
        ordered = sorted(pacers, key=lambda name: PACERS.index(name) if name in PACERS else -1)
        lines: list[dict[str, str | None]] = [
            {"pacer": pacer, **{str(n): _cell(cells.get((scenario, n, pacer))) for n in sizes}}
            for pacer in ordered
        ]
        if scenario in BAR:
            bar = {str(n): f"{BAR[scenario][n]:.3f}" for n in sizes if n in BAR[scenario]}
            lines.append({"pacer": "(the bar)", **bar})
        show(scenario, {"pacer": "agents"} | {str(n): str(n) for n in sizes}, lines)
    if not any(pacer == OURS for _, _, pacer in cells):
        return
    said = {
        "below_bar": "Below the bar",
        "beaten": "Beaten by a pacer that keeps the cap",
        "over_cap": "Over the cap on more than 1 % of days",
    }
    for key, words in said.items():
        sentences = result["summary"][key]
        sys.stdout.write(f"\n{words}: {len(sentences) or 'nowhere'}\n")
        sys.stdout.writelines(f"  {sentence}\n" for sentence in sentences)


def _cell(row: Row | None) -> str | None:
    if row is None:
        return None
    return f"{row.occupancy:.3f} / {row.abandon_rate:.1%} / {row.days_over_cap:.0%}".replace(
        "%", ""
    )


if __name__ == "__main__":
    sys.exit(main())
