"""`cti dnc …`, `cti consent …`, `cti caps …`: who may not be called, who agreed, how often."""

import getpass
import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.cli.clients import find_client
from cti.cli.downloads import Output, download
from cti.cli.importing import FIRST_REJECTS, follow_job, send
from cti.cli.options import Json, State, connect, find_campaign, moment, pair
from cti.cli.output import local, note, print_facts, print_json, print_table, say

if TYPE_CHECKING:
    from cti.client import Client

app = typer.Typer(help="The do-not-call list: filled, looked up.", no_args_is_help=True)
consent = typer.Typer(help="Consents to be called, with their proof.", no_args_is_help=True)
caps = typer.Typer(help="How often a number may be dialled.", no_args_is_help=True)

Number = Annotated[str, typer.Argument(metavar="NUMBER", help="+8613800000000, or +86400*")]
OfClient = Annotated[str | None, typer.Option("--client", help="For this client alone.")]
OfCampaign = Annotated[str | None, typer.Option("--campaign", help="For this campaign alone.")]
By = Annotated[str | None, typer.Option(help="Who does it; unset: you.")]


@app.command()
def add(
    numbers: Annotated[list[str], typer.Argument(metavar="NUMBER…", help="+86… or +86400*")],
    *,
    reason: Annotated[str, typer.Option(help="Kept with the entry.")] = "",
    source: Annotated[
        str, typer.Option(help="person: the person asked for it; or api.")
    ] = "person",
    expires: Annotated[str | None, typer.Option(help="Until when; unset: for good.")] = None,
    client_name: OfClient = None,
    campaign: OfCampaign = None,
    by: By = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Put numbers on the list. They are not dialled any more from now on."""
    asked: dict[str, Any] = {"numbers": numbers, "expires_at": moment(expires)}
    asked |= {"reason": reason, "source": source, "by": by or _me()}
    with connect(state) as client:
        done = client.post("/v1/dnc", asked | _scope(client, client_name, campaign))
    if as_json:
        print_json(done)
        return
    say(f"{done['added']} added, {done['known']} were there already.")
    if done["in_flight"]:
        say(f"{done['in_flight']} of them are being called now; that call is not hung up.")
    for one in done["rejected"]:
        note(f"{one['number']}: {one['reason']}")
    if done["rejected"]:
        raise typer.Exit(1)


@app.command()
def remove(
    number: Number,
    *,
    why: Annotated[str, typer.Option(help="Kept with who did it.")],
    client_name: OfClient = None,
    campaign: OfCampaign = None,
    by: By = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Take a number off the list. Leads that only the list had closed wait again."""
    asked = {"number": number, "why": why, "by": by or _me()}
    with connect(state) as client:
        done = client.post("/v1/dnc/lift", asked | _scope(client, client_name, campaign))
    if as_json:
        print_json(done)
    else:
        say(f"{done['number']} is off that list; {done['reopened']} leads wait again.")


@app.command()
def check(
    number: Number,
    *,
    campaign: Annotated[str | None, typer.Option(help="Whether this campaign may call.")] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Whether a number may be called, and all that is known of it. Exit code 1: it may not."""
    with connect(state) as client:
        of = find_campaign(client, campaign)["id"] if campaign else None
        report = client.get("/v1/dnc/check", number=number, campaign_id=of)
    if as_json:
        print_json(report)
    else:
        _tell(report)
    if report["barred"]:
        raise typer.Exit(1)


@app.command("list")
def list_bars(
    *,
    client_name: OfClient = None,
    campaign: OfCampaign = None,
    after: Annotated[int, typer.Option(help="Go on after this entry.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=5000)] = 100,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Entries, oldest first."""
    with connect(state) as client:
        scope = _scope(client, client_name, campaign)
        bars = client.get("/v1/dnc", after=after, limit=limit, **scope)
    if as_json:
        print_json(bars)
        return
    print_table(_BAR_COLUMNS, [[bar["id"], *_bar_cells(bar)] for bar in bars], "Nobody is barred.")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="CSV, XLSX, or text with one number a line.")],
    *,
    reason: Annotated[str, typer.Option(help="Of rows without their own.")] = "",
    expires: Annotated[str | None, typer.Option(help="Of rows without their own.")] = None,
    mapping: Annotated[
        list[str] | None,
        typer.Option("--map", metavar="COLUMN=FIELD", help="phone, reason, expires or keep."),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Of numbers without a country code: CN, US …")
    ] = None,
    client_name: OfClient = None,
    campaign: OfCampaign = None,
    by: By = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Import a file and follow it to its end; importing it again changes nothing.

    It runs in the service: Ctrl-C here leaves it running.
    """
    options: dict[str, Any] = {"reason": reason, "expires_at": moment(expires)}
    options |= {"by": by or _me()}
    options |= {"mapping": dict(pair(text) for text in mapping or []), "region": region}
    with connect(state) as client:
        scope = _scope(client, client_name, campaign)
        form = {name: str(value) for name, value in scope.items()}
        import_id = send(client, "/v1/dnc/imports", file, form | {"options": json.dumps(options)})
        job = follow_job(client, f"/v1/dnc/imports/{import_id}", f"`cti dnc follow {import_id}`")
        _report(client, job, as_json)


@app.command()
def follow(
    import_id: Annotated[int, typer.Argument(metavar="IMPORT")],
    state: State = None,
    as_json: Json = False,
) -> None:
    """The progress of an import, or how it ended."""
    with connect(state) as client:
        job = follow_job(client, f"/v1/dnc/imports/{import_id}", f"`cti dnc follow {import_id}`")
        _report(client, job, as_json)


@app.command()
def export(output: Output, state: State = None, as_json: Json = False) -> None:
    """The whole list as CSV."""
    with connect(state) as client:
        download(client, "/v1/dnc/export.csv", output, as_json)


@consent.command("record")
def record(
    number: Number,
    *,
    proof: Annotated[str, typer.Option(help="Its words, or where it is kept.")],
    given: Annotated[str | None, typer.Option(help="When; unset: now.")] = None,
    channel: Annotated[str, typer.Option(help="web form, paper, call …")] = "",
    expires: Annotated[str | None, typer.Option(help="Until when; unset: for good.")] = None,
    client_name: OfClient = None,
    campaign: OfCampaign = None,
    by: By = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Record that a person agrees to be called."""
    asked = {"number": number, "proof": proof, "given_at": moment(given), "channel": channel}
    asked |= {"expires_at": moment(expires), "by": by or _me()}
    with connect(state) as client:
        done = client.post("/v1/consents", asked | _scope(client, client_name, campaign))
    if as_json:
        print_json(done)
    else:
        kept = done["consent"]
        say(f"Consent {kept['id']} of {kept['number']} is kept; {done['reopened']} leads reopened.")


@consent.command("withdraw")
def withdraw(
    number: Number,
    *,
    why: Annotated[str, typer.Option(help="Kept with who did it.")] = "",
    client_name: OfClient = None,
    campaign: OfCampaign = None,
    by: By = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """End a number's consents for everyone, a client or a campaign. They are kept as withdrawn."""
    asked = {"number": number, "why": why, "by": by or _me()}
    with connect(state) as client:
        done = client.post("/v1/consents/withdraw", asked | _scope(client, client_name, campaign))
    if as_json:
        print_json(done)
    else:
        say(f"{done['withdrawn']} withdrawn.")


@consent.command("show")
def show(number: Number, state: State = None, as_json: Json = False) -> None:
    """Every consent of a number, the newest first."""
    with connect(state) as client:
        found = client.get("/v1/consents", number=number)
    if as_json:
        print_json(found)
        return
    print_table(
        [">consent", "for", "given", "channel", "proof", "until", "withdrawn"],
        [
            [
                one["id"],
                _whose(one),
                local(one["given_at"]),
                one["channel"],
                one["proof"],
                local(one["expires_at"]),
                local(one["withdrawn_at"]),
            ]
            for one in found
        ],
        "No consent is known.",
    )


@caps.command("show")
def show_caps(state: State = None, as_json: Json = False) -> None:
    """The caps of the service and of clients. A campaign's own are in its settings, `caps`."""
    with connect(state) as client:
        found = client.get("/v1/caps")
        names = {one["id"]: one["name"] for one in client.get("/v1/clients")}
    if as_json:
        print_json(found)
        return
    print_table(
        ["for", ">a day", ">a week", ">30 days", "set by"],
        [
            [
                names.get(one["client_id"], "everyone"),
                *(one["caps"][name] for name in ("per_day", "per_week", "per_30_days")),
                one["changed_by"],
            ]
            for one in found
        ],
        "No caps are set.",
    )


@caps.command("set")
def set_caps(
    *,
    per_day: Annotated[int | None, typer.Option(min=1, help="Dials of a number a day.")] = None,
    per_week: Annotated[int | None, typer.Option(min=1, help="In 7 days.")] = None,
    per_30_days: Annotated[int | None, typer.Option("--per-30-days", min=1)] = None,
    client_name: OfClient = None,
    by: By = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Set the caps of the service, or of a client, anew. What is not given is not capped."""
    chosen = {"per_day": per_day, "per_week": per_week, "per_30_days": per_30_days}
    with connect(state) as client:
        of = find_client(client, client_name)["id"] if client_name else None
        done = client.put("/v1/caps", {"client_id": of, "caps": chosen, "by": by or _me()})
    if as_json:
        print_json(done)
    else:
        say("They hold from the next dial on.")


_BAR_COLUMNS = [">entry", "number", "for", "reason", "source", "by", "since", "until"]


def _bar_cells(bar: dict[str, Any]) -> list[object]:
    facts = [bar["number"], _whose(bar), bar["reason"], bar["source"], bar["added_by"]]
    return [*facts, local(bar["added_at"]), local(bar["expires_at"])]


def _whose(row: dict[str, Any]) -> str:
    return row["reach"] if row["reach"] == "everyone" else f"{row['reach']} {row['reach_key']}"


def _scope(client: "Client", client_name: str | None, campaign: str | None) -> dict[str, int]:
    scope: dict[str, int] = {}
    if client_name:
        scope["client_id"] = find_client(client, client_name)["id"]
    if campaign:
        scope["campaign_id"] = find_campaign(client, campaign)["id"]
    return scope


def _tell(report: dict[str, Any]) -> None:
    say(report["words"])
    counts = {"24 hours": "dials_today", "7 days": "dials_week", "30 days": "dials_30_days"}
    print_facts({f"dials in {span}": report[name] for span, name in counts.items()})
    if report["bars"]:
        print_table(_BAR_COLUMNS, [[bar["id"], *_bar_cells(bar)] for bar in report["bars"]])
    if report["lifted"]:
        print_table(
            ["taken off", "number", "for", "by", "why"],
            [
                [local(b["lifted_at"]), b["number"], _whose(b), b["lifted_by"], b["why"]]
                for b in report["lifted"]
            ],
        )


def _report(client: "Client", job: dict[str, Any], as_json: bool) -> None:
    if as_json:
        print_json(job)
    else:
        say(f"{job['added']} added, {job['known']} known, {job['rejected']} rejected.")
        if job["rejected"]:
            path = f"/v1/dnc/imports/{job['id']}/rejects.csv"
            for line in client.first_lines(path, FIRST_REJECTS + 1)[1:]:
                say(f"line {line}")
    if job["error"]:
        note(job["error"])
    if job["state"] == "failed":
        raise typer.Exit(1)


def _me() -> str:
    try:
        return getpass.getuser()[:64]
    except (KeyError, OSError):  # a user without a name, as in containers
        return ""
