"""`cti lead …`"""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.base.errors import UserError
from cti.cli.downloads import Output, download
from cti.cli.importing import follow, report, send
from cti.cli.options import Json, State, connect, find_campaign, pair
from cti.cli.output import local, note, print_facts, print_json, say

if TYPE_CHECKING:
    from cti.client import Client

app = typer.Typer(help="Leads: imported, looked up.", no_args_is_help=True)

ImportId = Annotated[int, typer.Argument(metavar="IMPORT", help="The import's number.")]


@app.command("import")
def import_leads(
    file: Annotated[Path, typer.Argument(help="CSV or XLSX with a header.")],
    *,
    campaign: Annotated[str, typer.Option(help="Name or number of the campaign.")],
    list_name: Annotated[
        str, typer.Option("--list", help="List to add to, made if new; unset: the file's name.")
    ] = "",
    mapping: Annotated[
        list[str] | None,
        typer.Option(
            "--map",
            metavar="COLUMN=FIELD",
            help="What a column means: name, phone, phone2 … phone9, time_zone, region, priority, "
            "reference, consent, consent_proof, keep. Columns not named are guessed.",
        ),
    ] = None,
    region: Annotated[
        str | None, typer.Option(help="Of numbers without a country code: CN, US …")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="Of leads whose row and number tell none.")
    ] = None,
    priority: Annotated[
        int | None, typer.Option(help="Of leads without one; higher goes first.")
    ] = None,
    encoding: Annotated[str | None, typer.Option(help="Of a CSV; unset: found out.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Of a CSV; unset: found out.")] = None,
    assigned_only: Annotated[
        bool, typer.Option("--assigned-only", help="Refuse numbers of ranges nobody was given.")
    ] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Import leads and follow the import to its end.

    It runs in the service: Ctrl-C here leaves it running, and after a restart of the service it
    goes on by itself where it was.
    """
    options = {
        "mapping": dict(pair(text) for text in mapping or []),
        "region": region,
        "time_zone": time_zone,
        "priority": priority,
        "encoding": encoding,
        "delimiter": delimiter,
        "assigned_only": assigned_only,
    }
    said = {name: value for name, value in options.items() if value is not None}
    form = {"list": list_name, "options": json.dumps(said)}
    with connect(state) as client:
        found = find_campaign(client, campaign)
        import_id = send(client, f"/v1/campaigns/{found['id']}/imports", file, form)
        _finish(client, import_id, as_json)


@app.command("follow")
def follow_import(import_id: ImportId, state: State = None, as_json: Json = False) -> None:
    """Follow an import that runs, or tell how one ended."""
    with connect(state) as client:
        _finish(client, import_id, as_json)


@app.command()
def rejects(
    import_id: ImportId,
    output: Output,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Download an import's rejected rows, with line and reason, as CSV."""
    with connect(state) as client:
        download(client, f"/v1/imports/{import_id}/rejects.csv", output, as_json)


@app.command()
def show(
    lead_id: Annotated[int, typer.Argument(metavar="LEAD", help="The lead's number.")],
    state: State = None,
    as_json: Json = False,
) -> None:
    """A lead, its numbers, and where the dialling stands."""
    with connect(state) as client:
        lead = client.get(f"/v1/leads/{lead_id}")
    if as_json:
        print_json(lead)
        return
    print_facts(
        {
            "lead": lead["id"],
            "name": lead["name"],
            "reference": lead["reference"],
            "campaign": lead["campaign_id"],
            "numbers": "\n".join(
                number["e164"] + ("" if number["usable"] else "  not usable")
                for number in lead["numbers"]
            ),
            "time zone": lead["time_zone"],
            "priority": lead["priority"],
            "state": lead["state"],
            "due": local(lead["due_at"]),
            "dials": lead["dials"],
            "last outcome": lead["last_outcome"],
            "last disposition": lead["last_disposition"],
            "closed because": lead["closed_reason"],
        }
        | lead["fields"]
    )


@app.command("take-back")
def take_back(
    import_id: ImportId,
    *,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Take an import back: leads never called go, those that were called stay, closed."""
    path = f"/v1/imports/{import_id}"
    with connect(state) as client:
        would = client.get(f"{path}/taking-back")
        if not yes:
            note(
                f"Of {would['leads']} leads {would['removes']} go, as they were never called; "
                f"{would['keeps']} that were called are kept, closed; {would['calling']} are in a "
                "call, and are closed after it."
            )
            typer.confirm(f"Take import {import_id} back?", abort=True, err=True)
        client.delete(path)
        job = follow(client, import_id)
    if as_json:
        print_json(job)
    else:
        say(f"Import {import_id}: {job['removed']} leads are gone, {job['kept']} are closed.")


def _finish(client: "Client", import_id: int, as_json: bool) -> None:
    job: dict[str, Any] = follow(client, import_id)
    report(client, job, as_json)
    if job["state"] == "failed":
        raise UserError(job["error"] or f"Import {import_id} failed.")
