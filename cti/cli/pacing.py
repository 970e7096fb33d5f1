"""`cti pacing …`"""

import tempfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.base.errors import UserError
from cti.cli.options import CampaignName, Json, State, connect, find_campaign, moment
from cti.cli.output import (
    console,
    note,
    print_facts,
    print_json,
    print_table,
    say,
    shown,
    span,
)

if TYPE_CHECKING:  # loaded when it runs
    from dialer.decisions.day import DayFacts
    from dialer.pacing.options import PacerOptions
    from dialer.simulator.results import Day
    from dialer.simulator.scenario import Scenario
    from dialer.simulator.summary import Summary

app = typer.Typer(help="How many are dialled at once, and why.", no_args_is_help=True)


@app.command()
def status(campaign: CampaignName, *, state: State = None, as_json: Json = False) -> None:
    """A running campaign's pacing at this moment, and how it keeps its promise."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        now = client.get(f"/v1/campaigns/{found['id']}/pacing/now")
    if as_json:
        print_json(now)
        return
    say(shown(f"“{found['name']}”, {now['mode']}: {now['reasons']}"))
    print_facts(_facts(now))


def _facts(now: dict[str, Any]) -> dict[str, object]:
    busy = now["reserved"] + now["talking"] + now["wrapping"]
    left = now["target"] * now["answered"] - now["abandoned"]
    facts: dict[str, object] = {
        "dialled in the last minute": str(now["dialled_last_minute"]),
        "ringing": str(now["placed"] + now["ringing"]),
        "agents": f"{now['ready']} free, {busy} busy, {now['not_ready']} away",
        f"abandoned {now['window']}": f"{now['abandoned']} of {now['answered']} answered: "
        f"{now['abandon_rate']:.2%} (95 %: {now['abandon_low']:.2%} to {now['abandon_high']:.2%})",
        "target": f"{now['target']:.1%}: "
        + (f"{left:.1f} more are allowed" if left >= 0 else f"{-left:.1f} too many"),
    }
    if now["expected_answers"] is not None and now["expected_free"] is not None:
        facts["expected soon"] = (
            f"{now['expected_answers']:.1f} answers, {now['expected_free']:.1f} agents free"
        )
    if now["answer_probability"] is not None:
        facts["a call is answered"] = f"{now['answer_probability']:.0%}"
    return facts | {"bound by": now["bound_by"]}


@app.command()
def explain(
    campaign: CampaignName,
    *,
    at: Annotated[str | None, typer.Option(help="A moment gone by; unset: now.")] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """What the pacer saw at a moment, how many it dialled, and why."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        told = client.get(f"/v1/campaigns/{found['id']}/pacing", at=moment(at))
    if as_json:
        print_json(told)
        return
    for sentence in told["words"]:
        say(shown(sentence))


@app.command()
def replay(
    day: Annotated[str, typer.Argument(metavar="DAY", help="YYYY-MM-DD, where the campaign is.")],
    *,
    campaign: Annotated[str, typer.Option(help="Name or number.")],
    pacer: Annotated[
        str, typer.Option(help="One or several, P1,P2: as `cti simulate` knows them.")
    ] = "predictive",
    seed: Annotated[int, typer.Option(help="The same seed, the same days.")] = 1,
    seeds: Annotated[int, typer.Option(min=1, max=1000, help="So many days like it.")] = 5,
    plot: Annotated[
        Path | None, typer.Option(help="Draw the first day: .png, .svg or .pdf.")
    ] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Play a recorded day again with other pacers: what was, and what would have been.

    Calls, talks and agents' hours are read from the service; the days like it are simulated here.
    """
    from dialer.decisions.day import DayFacts  # noqa: PLC0415 - fast start
    from dialer.decisions.replaying import scenario_of  # noqa: PLC0415
    from dialer.pacing.options import PacerOptions  # noqa: PLC0415
    from dialer.simulator.pacers import BY_HAND  # noqa: PLC0415

    names = [name.strip() for name in pacer.split(",")]
    if not all(names):
        raise UserError(f"--pacer {pacer!r} is not understood.", "Write --pacer P1,P2.")
    if plot and plot.suffix.lower() not in {".png", ".svg", ".pdf"}:
        raise UserError(f"--plot {plot}: the format is told by its ending.", "Use .png or .svg.")
    with connect(state) as client:
        found = find_campaign(client, campaign)
        path = f"/v1/campaigns/{found['id']}/pacing/day"
        facts = DayFacts.model_validate(client.get(path, date=_date(day)))
    if facts.mode not in BY_HAND:  # how well a simulated day is like the real one
        names = [facts.mode, *(name for name in names if name != facts.mode)]
    with tempfile.TemporaryDirectory(prefix="cti-replay-") as folder:
        scenario = scenario_of(facts, Path(folder))
        options = PacerOptions(ratio=facts.ratio)
        days = _play(scenario, names, range(seed, seed + seeds), options)
    if plot:
        _draw(days, scenario, plot)
    _show(facts, days, as_json=as_json)


def _date(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise UserError(f"{text!r} is no day.", "Write 2026-11-22.") from error


def _play(
    scenario: "Scenario", names: list[str], seeds: range, options: "PacerOptions"
) -> "dict[str, list[Day]]":
    from dialer.simulator.pacers import maker  # noqa: PLC0415 - fast start
    from dialer.simulator.world import simulate  # noqa: PLC0415

    makers = {name: maker(name, options) for name in names}
    return {
        name: [simulate(scenario, make(), seed) for seed in seeds] for name, make in makers.items()
    }


def _draw(days: "dict[str, list[Day]]", scenario: "Scenario", path: Path) -> None:
    from dialer.simulator.plot import draw  # noqa: PLC0415 - matplotlib is slow to load

    draw({name: of[0] for name, of in days.items()}, scenario.starts_at, path)
    note(f"drawn: {path}")


def _show(facts: "DayFacts", days: "dict[str, list[Day]]", *, as_json: bool) -> None:
    from dialer.simulator.summary import Summary  # noqa: PLC0415 - fast start

    rows = [Summary.of(name, of) for name, of in days.items()]
    actual = facts.actual
    if as_json:
        print_json(
            {
                "campaign": facts.campaign,
                "day": facts.day.isoformat(),
                "mode": facts.mode,
                "was": actual.model_dump(mode="json"),
                "would_have_been": [row.as_dict() for row in rows],
            }
        )
        return
    say(shown(f"“{facts.name}” on {facts.day}, paced by {facts.mode}; {actual.agent_hours:.1f} "
              f"agent-hours; {rows[0].seeds} simulated days of each pacer"))  # fmt: skip
    console().print()
    columns = [_was(facts), *(_would_have_been(row) for row in rows)]
    print_table(
        ["", ">as it was", *(f">{row.pacer}" for row in rows)],
        [[what, *(column[what] for column in columns)] for what in columns[0]],
    )


def _was(facts: "DayFacts") -> dict[str, str]:
    day = facts.actual
    rate = day.abandoned / day.answered if day.answered else 0.0
    return _column(
        day.occupancy,
        rate,
        day.served,
        day.talk_minutes_per_agent_hour,
        (day.customer_wait_mean, day.customer_wait_p90, day.customer_wait_longest),
        day.dialled,
        day.cancelled,
    )


def _would_have_been(row: "Summary") -> dict[str, str]:
    waits = row.customer_wait
    return _column(
        row.occupancy,
        row.abandon_rate,
        row.served,
        row.talk_minutes_per_agent_hour,
        (waits.mean, waits.p90, waits.longest),
        row.dialled,
        row.cancelled,
    )


def _column(
    occupancy: float,
    abandon_rate: float,
    served: float,
    talk: float,
    waits: tuple[float, float, float],
    dialled: float,
    cancelled: float,
) -> dict[str, str]:
    return {
        "occupancy": f"{occupancy:.1%}",
        "abandoned of answered": f"{abandon_rate:.2%}",
        "calls handled": f"{served:,.0f}",
        "talk, minutes per agent-hour": f"{talk:.1f}",
        "customers wait (mean, p90, longest)": ", ".join(
            f"{wait:.1f} s" if wait < 60 else span(wait) for wait in waits
        ),
        "dialled": f"{dialled:,.0f}",
        "cancelled": f"{cancelled:,.0f}",
    }
