"""`cti simulate SCENARIO`"""

import math
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cti.base.errors import UserError
from cti.cli.options import Json
from cti.cli.output import console, note, print_json, print_table, say, span

if TYPE_CHECKING:  # loaded when it runs
    from cti.base.statistics import Waits
    from dialer.pacing.modes import Pacer
    from dialer.simulator.results import Day
    from dialer.simulator.scenario import Scenario
    from dialer.simulator.summary import Summary


def simulate(
    scenario: Annotated[
        str | None, typer.Argument(help="A YAML file, or the name of a shipped scenario.")
    ] = None,
    *,
    pacer: Annotated[
        str, typer.Option(help="A mode, another system's pacer, oracle, or package.module:factory.")
    ] = "progressive",
    compare: Annotated[
        str | None, typer.Option(help="Several pacers side by side: P1,P2,…")
    ] = None,
    seed: Annotated[int, typer.Option(help="The same seed, the same day.")] = 1,
    seeds: Annotated[
        int, typer.Option(min=1, max=100_000, help="So many days, from --seed on.")
    ] = 1,
    agents: Annotated[
        int | None,
        typer.Option(min=1, max=5000, help="A team of so many; staff, list and lines grow along."),
    ] = None,
    ratio: Annotated[float, typer.Option(min=1, max=10, help="Lines per agent (power).")] = 2.0,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the first day: .png, .svg or .pdf.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="The shipped scenarios.")] = False,
    as_json: Json = False,
) -> None:
    """Let a pacer work through a simulated day: how busy are agents, how many are abandoned?

    Needs no running service. docs/simulator.md tells what a scenario file says.
    """
    if listed:
        _list(as_json=as_json)
        return
    if scenario is None:
        raise UserError("No scenario is named.", "Give a file or one of `cti simulate --list`.")
    if plot and plot.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise UserError(f"--plot {plot}: the format is told by its ending.", "Use .png or .svg.")
    day = _scenario(scenario, agents)
    names = _names(compare) if compare else [pacer]
    days = _simulate(day, names, range(seed, seed + seeds), ratio)
    if plot:
        _draw(days, day, plot)
    _show(day, days, as_json=as_json)


def _list(*, as_json: bool) -> None:
    from dialer.simulator.scenario import shipped, shipped_names  # noqa: PLC0415 - fast start

    found = [shipped(name) for name in shipped_names()]
    if as_json:
        print_json([{"name": each.name, "about": each.about} for each in found])
        return
    print_table(["name", "what it shows"], [[each.name, each.about] for each in found])


def _scenario(name: str, agents: int | None) -> "Scenario":
    from dialer.simulator.scenario import load_scenario, shipped, shipped_names  # noqa: PLC0415

    found = shipped(name) if name in shipped_names() else None
    if found is None:
        path = Path(name)
        if not path.exists():
            raise UserError(
                f"There is no scenario {name!r}, neither a file nor a shipped one.",
                f"Shipped are: {', '.join(shipped_names())}.",
            )
        found = load_scenario(path)
    return found if agents is None else found.with_agents(agents)


def _names(compare: str) -> list[str]:
    names = [name.strip() for name in compare.split(",")]
    if not all(names) or len(set(names)) < len(names):
        raise UserError(f"--compare {compare!r} is not understood.", "Write --compare P1,P2.")
    return names


def _simulate(
    scenario: "Scenario", names: Sequence[str], seeds: range, ratio: float
) -> "dict[str, list[Day]]":
    """The days of each pacer, with a bar while they pass on a terminal."""
    from rich.console import Console  # noqa: PLC0415
    from rich.progress import Progress  # noqa: PLC0415

    from dialer.pacing.options import PacerOptions  # noqa: PLC0415
    from dialer.simulator.pacers import maker  # noqa: PLC0415

    options = PacerOptions(ratio=ratio)
    makers = {name: maker(name, options) for name in names}
    days: dict[str, list[Day]] = {name: [] for name in names}
    bar = Console(stderr=True)
    with Progress(console=bar, transient=True, disable=not bar.is_terminal) as progress:
        task = progress.add_task("days", total=len(names) * len(seeds))
        for name, make in makers.items():
            progress.update(task, description=name)
            for seed in seeds:
                days[name].append(_day(scenario, name, make, seed))
                progress.advance(task)
    return days


def _day(scenario: "Scenario", name: str, make: "Callable[[], Pacer]", seed: int) -> "Day":
    from dialer.simulator.world import simulate as play  # noqa: PLC0415

    if ":" not in name:
        return play(scenario, make(), seed)
    try:
        return play(scenario, make(), seed)
    except Exception as error:  # whatever somebody else's pacer does
        raise UserError(
            f"The pacer {name} failed with seed {seed}: {type(error).__name__}: {error}."
        ) from error


def _draw(days: "dict[str, list[Day]]", scenario: "Scenario", path: Path) -> None:
    from dialer.simulator.plot import draw  # noqa: PLC0415 - matplotlib is slow to load

    draw({name: of[0] for name, of in days.items()}, scenario.starts_at, path)
    note(f"drawn: {path}")


def _show(scenario: "Scenario", days: "dict[str, list[Day]]", *, as_json: bool) -> None:
    from dialer.simulator.summary import Summary  # noqa: PLC0415

    rows = [Summary.of(name, of) for name, of in days.items()]
    if as_json:
        print_json(
            {
                "scenario": scenario.model_dump(mode="json", by_alias=True, exclude_none=True),
                "rows": [row.as_dict() for row in rows],
                "days": [
                    {"pacer": name} | day.as_dict() for name, of in days.items() for day in of
                ],
            }
        )
        return
    seeds = rows[0].seeds
    many = f"{seeds} days, means of a day" if seeds > 1 else "a day"
    say(f"{scenario.name}: {rows[0].agents} agents, {scenario.hours:g} h, {many}")
    console().print()
    cells = [_cells(row) for row in rows]
    print_table(
        ["", *(f">{name}" for name in days)],
        [[what, *(column[what] for column in cells)] for what in cells[0]],
    )


def _cells(row: "Summary") -> dict[str, str]:
    low, high = row.abandon_interval
    over = row.days_over_cap * row.seeds
    if row.seeds > 1:
        verdict = f"{over:.0f} of {row.seeds} days over"
    else:
        verdict = "over" if over else "kept"
    cells = {
        "occupancy": f"{row.occupancy:.1%}",
        "talk, minutes per agent-hour": f"{row.talk_minutes_per_agent_hour:.1f}",
        "abandoned of answered": f"{row.abandon_rate:.2%} ({low:.2%} – {high:.2%})",
        f"target {row.target:.1%}": verdict,
        "customers wait (mean, p90, longest)": _waits(row.customer_wait),
        "agents wait (mean, p90, longest)": _waits(row.agent_wait),
        "lines (mean, most)": f"{row.lines_mean:.1f}, {row.lines_most}",
        "dialled": f"{row.dialled:,.0f}",
        "answered by persons": f"{row.answered:,.0f}",
        "abandoned": f"{row.abandoned:,.0f}",
        "cancelled": f"{row.cancelled:,.0f}",
    }
    if row.machines:
        cells["answered by machines"] = f"{row.machines:,.0f}"
        cells["persons taken for machines"] = f"{row.lost_persons:,.0f}"
    return cells


def _waits(waits: "Waits") -> str:
    return ", ".join(_wait(each) for each in (waits.mean, waits.p90, waits.longest))


def _wait(seconds: float) -> str:
    return f"{seconds:.1f} s" if seconds < 60 and math.isfinite(seconds) else span(seconds)
