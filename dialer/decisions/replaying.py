"""A recorded day as a scenario for the simulator.

What chance had in store is drawn anew from what was measured: when agents worked, what share of
dials was answered in each quarter of an hour, how long phones rang, talks and wrap-ups lasted.
So another pacer is judged on a day like that one, not on the very same calls: what a call would
have become that was never dialled nobody knows.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from cti.base.errors import UserError
from dialer.decisions.day import DayFacts
from dialer.simulator.scenario import Scenario

QUARTER: Final = 900.0
ENOUGH: Final = 30
"""Dials from which a share of answers is told; quarters of an hour with fewer join the next."""
SHORTEST: Final = 60.0


def scenario_of(day: DayFacts, folder: Path) -> Scenario:
    """The day as a scenario; the measured values go into files in `folder`.

    Raises UserError when nobody answered on that day: then there is nothing to learn from.
    """
    if not day.talks or not day.rings_answered:
        raise UserError(
            f"On {day.day} nobody who answered talked with an agent: it cannot be played again.",
            "Choose another day.",
        )
    begin = next(at for at, count in day.staff if count)
    ends = [at for at, count in day.staff if not count and at > begin]
    end = ends[-1] if day.staff[-1][1] == 0 and ends else day.ends
    machines = len(day.machine_talks)
    given: dict[str, Any] = {
        "name": f"{day.name} {day.day}"[:80],
        "hours": max(SHORTEST, end - begin) / 3600,
        "starts_at": day.starts_at,
        "agents": _staff(day.staff, begin, end),
        "answer": {"steps": _shares(day.dials, begin)},
        "ring": {
            "answered": _measured(folder / "answered", day.rings_answered),
            "unanswered": _measured(folder / "unanswered", day.rings_unanswered)
            if day.rings_unanswered
            else day.ring_timeout_s,
            "limit_s": day.ring_timeout_s,
        },
        "work": {
            "talk": _measured(folder / "talk", day.talks),
            "wrap": _measured(folder / "wrap", day.wraps) if day.wraps else None,
        },
        "machines": {
            "share": min(1.0, machines / len(day.rings_answered)),
            "unfound": _measured(folder / "machines", day.machine_talks),
        }
        if machines
        else None,
        "grace_s": day.grace_s,
        "min_ring_s": day.min_ring_s,
        "lines": day.max_lines,
        "calls_per_second": day.calls_per_second,
        "target": day.target,
    }
    return Scenario.model_validate(given)


def _staff(steps: Sequence[tuple[float, int]], begin: float, end: float) -> list[dict[str, Any]]:
    return [{"at": at - begin, "count": count} for at, count in steps if begin <= at < end]


def _shares(dials: Sequence[tuple[float, bool]], begin: float) -> list[dict[str, float]]:
    """The share of dials that were answered, by quarter of an hour from the first agent on."""
    steps: list[dict[str, float]] = []
    start, count, answered = 0.0, 0, 0
    for at, hit in dials:
        offset = max(0.0, at - begin)
        if offset >= start + QUARTER and count >= ENOUGH:
            steps.append({"at": start, "p": answered / count})
            start, count, answered = offset // QUARTER * QUARTER, 0, 0
        count, answered = count + 1, answered + hit
    if count >= ENOUGH or not steps:  # else the last few are like those before
        steps.append({"at": start, "p": answered / max(count, 1)})
    return steps


def _measured(file: Path, values: Sequence[float]) -> dict[str, Any]:
    file.write_text("\n".join(f"{value:.3f}" for value in values), encoding="utf-8")
    return {"is": "empirical", "file": str(file)}
