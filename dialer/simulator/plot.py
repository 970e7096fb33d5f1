"""A simulated day as a picture: agents, lines, abandons; a column per pacer."""

from collections.abc import Mapping
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cti.base.errors import UserError
from dialer.simulator.results import Day

if TYPE_CHECKING:
    from matplotlib.axes import Axes

BUSY, IDLE, LINES, SHARE, BAD = "#2a6f97", "#c9d6df", "#7a8b99", "#e07a1f", "#c1121f"


def draw(days: Mapping[str, Day], starts_at: float, path: Path) -> None:
    """Draw a day of each pacer; the ending of `path` (png, svg, pdf) says in which format.

    starts_at: hour of the day at the start. Raises UserError when the file cannot be written.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to load
    from matplotlib.figure import Figure  # noqa: PLC0415

    figure = Figure(figsize=(1.5 + 7 * len(days), 9), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(3, len(days), sharex=True, sharey="row", squeeze=False)
    first = next(iter(days.values()))
    figure.suptitle(f"{first.scenario}: {first.agents} agents, seed {first.seed}")
    for column, (pacer, day) in enumerate(days.items()):
        hours = [starts_at + n * day.series_s / 3600 for n in range(len(day.series) + 1)]
        top, middle, bottom = (panels[row][column] for row in range(3))
        top.set_title(
            f"{pacer}: {day.occupancy:.1%} busy, {day.abandon_rate:.1%} abandoned",
            fontsize=12,
            fontweight="bold",
            pad=30,
        )
        _agents(top, hours, day)
        _lines(middle, hours, day)
        _abandons(bottom, hours, day)
        bottom.set_xlabel("time of day")
        bottom.xaxis.set_major_formatter(lambda hour, _: _clock(hour))
        for panel in (top, middle, bottom):
            panel.spines[["top", "right"]].set_visible(False)
            panel.grid(axis="y", alpha=0.3)
    for row in panels:
        row[0].set_ylim(bottom=0)
    try:
        figure.savefig(path, dpi=110)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        raise UserError(f"The plot {path} cannot be written: {why}.") from error


def _agents(panel: "Axes", hours: list[float], day: Day) -> None:
    lengths = _lengths(day)
    busy = [part.busy_s / length for part, length in zip(day.series, lengths, strict=True)]
    staff = [part.staff_s / length for part, length in zip(day.series, lengths, strict=True)]
    busy, staff = _to_the_end(busy), _to_the_end(staff)
    panel.fill_between(hours, busy, step="post", color=BUSY, label="busy", linewidth=0)
    panel.fill_between(hours, busy, staff, step="post", color=IDLE, label="idle", linewidth=0)
    panel.set_ylabel("agents")
    _legend(panel)


def _lines(panel: "Axes", hours: list[float], day: Day) -> None:
    lengths = _lengths(day)
    ringing = [part.ringing_s / length for part, length in zip(day.series, lengths, strict=True)]
    dialled = [60 * part.dialled / length for part, length in zip(day.series, lengths, strict=True)]
    panel.step(hours, _to_the_end(ringing), where="post", color=BUSY, label="lines ringing")
    panel.step(hours, _to_the_end(dialled), where="post", color=LINES, label="dialled a minute")
    panel.set_ylabel("lines, calls")
    share = panel.twinx()
    answered = [100 * part.answered / part.dialled if part.dialled else 0.0 for part in day.series]
    answered = _to_the_end(answered)
    share.step(hours, answered, where="post", color=SHARE, alpha=0.7, label="answered, %")
    share.set_ylim(0, 100)
    share.spines["top"].set_visible(False)
    share.set_ylabel("answered by persons, %", color=SHARE)
    _legend(panel, share)


def _abandons(panel: "Axes", hours: list[float], day: Day) -> None:
    # Sums are those at the end of an interval: before the first one there was nothing.
    abandoned = list(accumulate((part.abandoned for part in day.series), initial=0))
    answered = accumulate((part.answered for part in day.series), initial=0)
    allowed = [day.target * n for n in answered]
    panel.plot(
        hours, allowed, color=LINES, linestyle="--", label=f"allowed ({day.target:.1%} of answers)"
    )
    panel.step(hours, abandoned, where="pre", color=BAD, label="abandoned so far")
    panel.set_ylabel("persons")
    _legend(panel)


def _to_the_end(values: list[float]) -> list[float]:
    """A step holds to the end of its interval, the last one too."""
    return [*values, values[-1]]


def _clock(hour: float) -> str:
    minutes = round(hour * 60)
    return f"{minutes // 60 % 24}:{minutes % 60:02}"


def _lengths(day: Day) -> list[float]:
    """Seconds of each interval: the last may be shorter."""
    rest = day.seconds - (len(day.series) - 1) * day.series_s
    return [day.series_s] * (len(day.series) - 1) + [rest]


def _legend(*panels: Any) -> None:
    found = [panel.get_legend_handles_labels() for panel in panels]
    handles = [handle for some, _ in found for handle in some]
    labels = [label for _, some in found for label in some]
    panels[-1].legend(
        handles, labels, loc="lower left", bbox_to_anchor=(0, 1), ncols=3, fontsize=9, frameon=False
    )
