"""What a measure found."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from bench.table import show


def figure(value: float | None, n: int) -> dict[str, float | int | None]:
    """One published figure with the number of trials behind it; value None: nothing to count."""
    return {"value": None if value is None or not n else round(value, 4), "n": n}


def share(hits: int, n: int) -> dict[str, float | int | None]:
    """Hits in n trials, as a figure."""
    return figure(hits / n if n else None, n)


@dataclass(frozen=True, slots=True)
class Confusion:
    """How often what was true (rows) was taken for what (columns).

    name: of its picture, docs/outcomes-NAME.svg.
    """

    name: str
    title: str
    counts: Counter[tuple[str, str]]

    @classmethod
    def of(cls, name: str, title: str, pairs: Iterable[tuple[str, str]]) -> "Confusion":
        """From pairs of (true, said)."""
        return cls(name, title, Counter(pairs))

    @property
    def truths(self) -> list[str]:
        return sorted({truth for truth, _ in self.counts})

    @property
    def answers(self) -> list[str]:
        """The same order as the truths, what is never true behind them."""
        said = {answer for _, answer in self.counts}
        return self.truths + sorted(said - set(self.truths))

    def show(self) -> None:
        """Print it as a table, empty cells as dots."""
        columns = {"truth": "true ↓  said →"} | {answer: answer for answer in self.answers}
        rows: list[dict[str, Any]] = [
            {"truth": truth, **{a: self.counts[truth, a] or "·" for a in self.answers}}
            for truth in self.truths
        ]
        show(self.title, columns, rows)


@dataclass(slots=True)
class Measured:
    """Figures by name, as `figure` makes them; confusion matrices; and more tables to print.

    tables: title, columns (key → heading), rows. missing: what could not be measured, in words.
    """

    figures: dict[str, Any] = field(default_factory=dict)
    confusions: list[Confusion] = field(default_factory=list)
    tables: list[tuple[str, dict[str, str], list[dict[str, Any]]]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
