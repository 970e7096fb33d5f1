"""Three pictures of pacing for people who plan teams, not algorithms."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.pacing.cells import BAR, Cell, Row
from bench.pacing.days import OURS, PACERS, Job, scene, whole_day
from dialer.simulator.plot import draw

if TYPE_CHECKING:
    from matplotlib.axes import Axes

STEADY: Final = "stationary-p30"
EXAMPLE: Final = Job("lunch-exodus", 20, OURS, seed=1, hours=10.0)
TARGET: Final = 0.03
COLOURS: Final = {
    OURS: "#c1121f",
    "progressive": "#2a6f97",
    "oracle": "#7a8b99",
    "issabel": "#6a994e",
    "pi": "#e07a1f",
    "omnidialer": "#8e5ea2",
    "vicidial-hard-limit": "#b08968",
    "vicidial-average": "#997b66",
    "vicidial-tapered": "#5c4033",
}


def draw_all(cells: Mapping[Cell, Row], folder: Path) -> Iterator[Path]:
    """pacing-occupancy.svg, pacing-abandons.svg, pacing-day.svg."""
    yield _save(occupancy(cells), folder / "pacing-occupancy.svg")
    yield _save(abandons(cells), folder / "pacing-abandons.svg")
    yield one_day(folder / "pacing-day.svg")


def occupancy(cells: Mapping[Cell, Row]) -> Figure:
    """By team size, of the pacers that keep the cap: three of ten calls are answered, all day."""
    figure, axes = _figure(9.5, 4.6)
    for pacer in PACERS:
        steady = [
            row for (name, _, of), row in sorted(cells.items()) if (name, of) == (STEADY, pacer)
        ]
        kept = [row for row in steady if row.keeps_cap]
        if kept:
            axes.plot(
                [row.agents for row in kept],
                [100 * row.occupancy for row in kept],
                marker="o",
                color=COLOURS[pacer],
                linewidth=2.6 if pacer == OURS else 1.4,
                linestyle=":" if pacer == "oracle" else "-",
                label="knows the future (no pacer can)" if pacer == "oracle" else pacer,
            )
    bar = BAR[STEADY]
    axes.plot(list(bar), [100 * at for at in bar.values()], "k_", markersize=16, label="the bar")
    axes.set_xscale("log")
    sizes = sorted(bar)
    axes.set_xticks(sizes, [str(size) for size in sizes])
    axes.minorticks_off()
    axes.set_xlabel("agents in the team")
    axes.set_ylabel("time busy with calls, %")
    axes.set_title("How busy agents are, where at most 3 % of answered calls are lost", fontsize=11)
    axes.grid(axis="y", alpha=0.3)
    axes.legend(fontsize=9, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    return figure


def abandons(cells: Mapping[Cell, Row]) -> Figure:
    """A dot for each scenario and team size: all persons lost, of those who answered."""
    named = [pacer for pacer in PACERS if any(of == pacer for _, _, of in cells)]
    figure, axes = _figure(8, 0.9 + 0.45 * len(named))
    for line, pacer in enumerate(reversed(named)):
        rates = sorted(100 * row.abandon_rate for (_, _, of), row in cells.items() if of == pacer)
        spread = [line + 0.3 * ((n * 0.618) % 1 - 0.5) for n in range(len(rates))]
        axes.scatter(rates, spread, s=14, alpha=0.6, color=COLOURS[pacer], linewidths=0)
    axes.axvline(100 * TARGET, color="black", linewidth=1, linestyle="--")
    axes.text(100 * TARGET, len(named) - 0.4, " 3 %: the limit", fontsize=9, va="bottom")
    axes.set_yticks(range(len(named)), reversed(named))
    axes.set_xscale("symlog", linthresh=5)
    axes.set_xlim(-0.1, 100)
    ticks = [0, 1, 2, 3, 4, 5, 10, 20, 50, 100]
    axes.set_xticks(ticks, [str(tick) for tick in ticks])
    axes.minorticks_off()
    axes.set_title("Who keeps to the limit, and who does not", fontsize=11, pad=22)
    axes.set_xlabel("answered calls lost, % (each dot: one scenario with one team size)")
    axes.grid(axis="x", alpha=0.3)
    return figure


def one_day(file: Path) -> Path:
    """A team of twenty with a lunch break: one line an agent, and predictive."""
    days = {
        pacer: whole_day(Job(EXAMPLE.scenario, EXAMPLE.agents, pacer, EXAMPLE.seed, EXAMPLE.hours))
        for pacer in ("progressive", OURS)
    }
    with mpl.rc_context({"svg.hashsalt": file.stem}):
        draw(days, scene(EXAMPLE).starts_at, file)
    return file


def _figure(width: float, height: float) -> "tuple[Figure, Axes]":
    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.spines[["top", "right"]].set_visible(False)
    return figure, axes


def _save(figure: Figure, file: Path) -> Path:
    with mpl.rc_context({"svg.hashsalt": file.stem, "svg.fonttype": "none"}):
        figure.savefig(file, metadata={"Date": None})
    return file
