"""Confusion matrices as pictures for the documentation."""

from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from bench.outcomes.measured import Confusion

CELL_IN = 0.62
"""Inches of a cell."""


def draw(confusion: Confusion, folder: Path) -> Path:
    """Write outcomes-NAME.svg: rows are the truth, shaded by their shares. Returns the file."""
    truths, answers = confusion.truths, confusion.answers
    counts = np.array([[confusion.counts[t, a] for a in answers] for t in truths])
    shares = counts / np.maximum(1, counts.sum(axis=1, keepdims=True))
    figure = Figure(figsize=(1.9 + CELL_IN * len(answers), 1.6 + CELL_IN * len(truths)))
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=1, aspect="equal")
    axes.set_xticks(range(len(answers)), answers, rotation=40, ha="right", fontsize=8)
    axes.set_yticks(range(len(truths)), truths, fontsize=8)
    axes.set_xlabel("said", fontsize=8)
    axes.set_ylabel("true", fontsize=8)
    axes.set_title(f"{confusion.title} ({counts.sum()})", fontsize=9)
    for (row, column), count in np.ndenumerate(counts):
        if count:
            ink = "white" if shares[row, column] > 0.5 else "black"
            axes.text(column, row, str(count), ha="center", va="center", fontsize=8, color=ink)
    file = folder / f"outcomes-{confusion.name}.svg"
    with mpl.rc_context({"svg.hashsalt": confusion.name, "svg.fonttype": "none"}):
        figure.savefig(file, bbox_inches="tight", metadata={"Date": None})
    return file
