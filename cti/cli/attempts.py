"""`cti attempt …`"""

from enum import StrEnum
from typing import Annotated

import typer
from rich.text import Text

from cti.cli.options import Json, State, connect, find_campaign, moment, segment
from cti.cli.output import console, local, print_facts, print_json, print_table, say, shown
from cti.cli.timeline import phases, timeline

app = typer.Typer(help="Attempts: what became of every dial.", no_args_is_help=True)

AttemptId = Annotated[str, typer.Argument(metavar="ATTEMPT", help="The attempt's id, at-…")]


class PickedUp(StrEnum):
    """Who, or what, may answer a call."""

    PERSON = "person"
    MACHINE = "machine"
    FAX = "fax"
    IVR = "ivr"
    SILENCE = "silence"


GOOD = {"answered"}
BAD = {"abandoned", "failed"}


@app.command()
def show(attempt_id: AttemptId, state: State = None, as_json: Json = False) -> None:
    """One attempt with its evidence as a timeline."""
    with connect(state) as client:
        attempt = client.get(f"/v1/attempts/{segment(attempt_id)}")
    if as_json:
        print_json(attempt)
        return
    print_facts(
        {
            "attempt": attempt["id"],
            "number": attempt["number"],
            "shown": attempt["caller_id"],
            "campaign": attempt["campaign_id"],
            "lead": attempt["lead_id"],
            "placed": local(attempt["placed_at"]),
            "outcome": outcome(attempt["outcome"]),
            "because": attempt["outcome_reason"],
            "disposition": attempt["disposition"],
            "call back": local(attempt["callback_at"]),
            "note": attempt["note"],
        }
    )
    console().print()
    console().print(phases(attempt))
    console().print(timeline(attempt["evidence"]))
    for change in attempt["corrections"]:
        was = f"{change['was']} → " if change["was"] else ""
        reason = f": {change['why']}" if change["why"] else ""
        said = f"{local(change['at'])}  {change['by']} said {was}{change['becomes']}{reason}"
        console().print(Text(shown(f"{said} ({change['effect']})"), "magenta"))


@app.command("list")
def list_attempts(
    *,
    campaign: Annotated[str | None, typer.Option(help="Name or number.")] = None,
    lead: Annotated[int | None, typer.Option(help="The lead's number.")] = None,
    outcome_is: Annotated[str | None, typer.Option("--outcome", help="busy, answered …")] = None,
    before: Annotated[str | None, typer.Option(help="Placed before this time.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Attempts, the newest first."""
    with connect(state) as client:
        found = client.get(
            "/v1/attempts",
            campaign_id=find_campaign(client, campaign)["id"] if campaign else None,
            lead_id=lead,
            outcome=outcome_is,
            before=moment(before),
            limit=limit,
        )
    if as_json:
        print_json(found)
        return
    print_table(
        ["=attempt", "placed", "number", ">lead", "outcome", "disposition", "because"],
        [
            [
                attempt["id"],
                local(attempt["placed_at"]),
                attempt["number"],
                attempt["lead_id"],
                outcome(attempt["outcome"]),
                attempt["disposition"],
                attempt["outcome_reason"],
            ]
            for attempt in found
        ],
        "No attempts.",
    )


@app.command()
def dispose(
    attempt_id: AttemptId,
    code: Annotated[str, typer.Argument(help="One of the campaign's dispositions.")],
    at: Annotated[str | None, typer.Option(help="When to call back: 2026-03-01T09:30")] = None,
    comment: Annotated[str, typer.Option("--note", help="The agent's note.")] = "",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Say what came of an answered call."""
    path = f"/v1/attempts/{segment(attempt_id)}"
    body = {"disposition": code, "callback_at": moment(at), "note": comment}
    with connect(state) as client:
        client.post(f"{path}/disposition", body)
    if as_json:
        print_json({"id": attempt_id} | body)
    else:
        say(f"{attempt_id}: {code}.")


@app.command()
def correct(
    attempt_id: AttemptId,
    code: Annotated[str, typer.Argument(help="What it should be instead.")],
    why: Annotated[str, typer.Option(help="The reason; kept with the change.")],
    at: Annotated[str | None, typer.Option(help="When to call back: 2026-03-01T09:30")] = None,
    comment: Annotated[str, typer.Option("--note", help="Replaces the agent's note.")] = "",
    by: Annotated[str, typer.Option(help="Who says so; left out: the agent who talked.")] = "",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Change the disposition of a call that is over; who, when and why are kept."""
    path = f"/v1/attempts/{segment(attempt_id)}/disposition"
    body = {"disposition": code, "callback_at": moment(at), "note": comment, "why": why, "by": by}
    with connect(state) as client:
        said = client.post(path, body)
    if as_json:
        print_json(said)
    else:
        was = f", was {said['was']}" if said["was"] else ""
        say(f"{attempt_id}: {code}{was}. {said['effect']}".rstrip())


@app.command()
def says(
    attempt_id: AttemptId,
    who: Annotated[PickedUp, typer.Argument(help="Who, or what, picked up.")],
    by: Annotated[str, typer.Option(help="Who says so; left out: the agent who talks.")] = "",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Say who picked up: it overrules what was heard, takes back a machine, and teaches."""
    path = f"/v1/attempts/{segment(attempt_id)}/heard"
    with connect(state) as client:
        said = client.post(path, {"is": who.value, "by": by})
    if as_json:
        print_json(said)
    else:
        now = f" Its outcome is {said['outcome']}." if said["outcome"] else ""
        say(f"{attempt_id}: {who.value}.{now}")


def outcome(word: str | None) -> Text:
    """An outcome in its colour; an attempt without one is under way."""
    if word is None:
        return Text("under way", "cyan")
    return Text(word, "green" if word in GOOD else "red" if word in BAD else "")
