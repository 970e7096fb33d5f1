"""`cti schedule …`"""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cti.base.errors import UserError
from cti.cli.options import Json, State, connect, find_campaign, moment
from cti.cli.output import console, local, print_facts, print_json, print_table, say, shown

app = typer.Typer(
    help="When leads are called: explained, promised, simulated.", no_args_is_help=True
)

LeadId = Annotated[int, typer.Argument(metavar="LEAD", help="The lead's number in the list.")]


@app.command()
def explain(
    lead: Annotated[str, typer.Argument(metavar="LEAD", help="Its id, or its number: +86138…")],
    *,
    state: State = None,
    as_json: Json = False,
) -> None:
    """When a lead is called next, by which decision, and what keeps it now.

    For a number: of every campaign that has it.
    """
    with connect(state) as client:
        if lead.startswith("+"):
            found: list[dict[str, Any]] = client.get("/v1/schedule", number=lead)
        elif lead.isdecimal():
            found = [client.get(f"/v1/leads/{lead}/schedule")]
        else:
            raise UserError(
                f"{lead!r} is no lead.", "Give its id, or its number such as +8613800000000."
            )
    if as_json:
        print_json(found if lead.startswith("+") else found[0])
        return
    for schedule in found:
        _tell(schedule)


@app.command()
def appointments(
    *,
    agent: Annotated[str | None, typer.Option(help="Sign-in name; unset: of all.")] = None,
    campaign: Annotated[str | None, typer.Option(help="Name or number.")] = None,
    since: Annotated[str | None, typer.Option(help="Dialled at this time or later.")] = None,
    before: Annotated[str | None, typer.Option(help="Dialled before this time.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Appointments to be kept, the next one first."""
    with connect(state) as client:
        found = client.get(
            "/v1/appointments",
            agent=agent,
            campaign_id=find_campaign(client, campaign)["id"] if campaign else None,
            since=moment(since),
            before=moment(before),
            limit=limit,
        )
    if as_json:
        print_json(found)
        return
    print_table(
        ["dialled", "promised", ">lead", "name", "number", "agent", "campaign"],
        [
            [
                local(one["due_at"]),
                local(one["promised_at"]),
                one["lead_id"],
                one["name"],
                one["number"],
                one["agent"],
                one["campaign"],
            ]
            for one in found
        ],
        "No appointments.",
    )


@app.command()
def appoint(
    lead: LeadId,
    at: Annotated[str, typer.Argument(help="When: 2026-03-01T09:30, or with +08:00.")],
    *,
    agent: Annotated[str | None, typer.Option(help="Who is asked first.")] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Promise a lead a time, in place of any other."""
    with connect(state) as client:
        made = client.put(f"/v1/leads/{lead}/appointment", {"at": moment(at), "agent": agent})
    if as_json:
        print_json(made)
        return
    moved = "" if made["due_at"] == made["promised_at"] else ", when calling is allowed"
    say(f"Lead {lead} is dialled at {local(made['due_at'])}{moved}.")


@app.command()
def cancel(lead: LeadId, *, state: State = None, as_json: Json = False) -> None:
    """Take an appointment back; the lead waits as one among others."""
    with connect(state) as client:
        client.delete(f"/v1/leads/{lead}/appointment")
    if as_json:
        print_json({"lead_id": lead})
    else:
        say(f"Lead {lead} has no appointment any more.")


@app.command()
def simulate(
    *,
    rules: Annotated[
        Path | None, typer.Option(help="YAML file of rules; unset: the shipped ones.")
    ] = None,
    leads: Annotated[int, typer.Option(min=1, max=1_000_000)] = 10_000,
    days: Annotated[int, typer.Option(min=1, max=3660)] = 30,
    lines: Annotated[int, typer.Option(min=1, max=10_000, help="Calls at once.")] = 20,
    seed: Annotated[int, typer.Option(help="The same seed, the same people.")] = 1,
    time_zone: Annotated[
        list[str] | None, typer.Option(help="Where the people live; several are mixed.")
    ] = None,
    as_json: Json = False,
) -> None:
    """A virtual campaign with invented people: what a set of rules would bring.

    Needs no service. Begins next midnight, UTC; figures compare rules, they promise nothing.
    """
    from dialer.schedule.trial import trial  # noqa: PLC0415 - the engine

    brought = trial(
        rules, leads=leads, days=days, lines=lines, seed=seed, time_zones=tuple(time_zone or ())
    )
    if as_json:
        print_json(brought)
        return
    print_facts(
        {
            "leads": brought["leads"],
            "dials": brought["dials"],
            "talks": brought["talks"],
            "closed": _counts(brought["closed"]),
            "still waiting": brought["waiting"],
            "outcomes": _counts(brought["outcomes"]),
            "dispositions": _counts(brought["dispositions"]),
        }
    )
    console().print()
    print_table(
        [">day", ">dials", ">talks"],
        [[day["day"], day["dials"], day["talks"]] for day in brought["days"]],
        "Nothing was dialled.",
    )


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _tell(schedule: dict[str, Any]) -> None:
    who = f"{schedule['name']}, " if schedule["name"] else ""
    head = f"{who}lead {schedule['lead_id']} of “{schedule['campaign']}”"
    there = f"{schedule['local_time']} in {schedule['time_zone']}"
    console().print(Text(shown(f"{head}; it is {there}."), "bold"))
    for sentence in (schedule["where"], schedule["when"]):
        say(f"  {shown(sentence)}")
    for sentence in schedule["not_now"]:
        say(f"  - {shown(sentence)}")
