"""`cti report …`"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
from rich.console import Console

from cti.base.errors import UserError
from cti.cli.downloads import Output, download
from cti.cli.options import CampaignName, Json, State, connect, find_campaign, moment

if TYPE_CHECKING:
    from cti.client import Client

app = typer.Typer(help="Reports, as files for spreadsheets.", no_args_is_help=True)

LOOK_SECONDS = 0.25


@app.callback()
def reports() -> None:
    """Keeps `feedback` a subcommand."""


@app.command()
def feedback(
    campaign: CampaignName,
    output: Output,
    *,
    list_name: Annotated[
        str | None, typer.Option("--list", help="Needed if the campaign has several.")
    ] = None,
    kind: Annotated[
        Literal["xlsx", "csv"] | None, typer.Option("--format", help="Unset: by the file's name.")
    ] = None,
    part: Annotated[
        Literal["leads", "wrong", "answers", "refused"],
        typer.Option(help="Which table, of a CSV; a workbook holds them all."),
    ] = "leads",
    since: Annotated[
        str | None, typer.Option(help="Only leads that were dialled at this time or later.")
    ] = None,
    before: Annotated[str | None, typer.Option(help="… and before this time.")] = None,
    columns: Annotated[
        list[str] | None,
        typer.Option(
            "--column", metavar="COLUMN", help="Of the leads, again for more: numbers, note …"
        ),
    ] = None,
    language: Annotated[
        Literal["en", "zh"] | None, typer.Option(help="Of its words; unset: English.")
    ] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """What became of every lead of a list, and its wrong data, ready to be sent back."""
    chosen = kind or _kind_of(output)
    with connect(state) as client:
        found = find_campaign(client, campaign)
        order = {"campaign_id": found["id"], "list_name": list_name, "format": chosen}
        order |= {"part": part, "since": moment(since), "before": moment(before)}
        order |= {"language": language}
        job = client.post("/v1/reports/feedback", order | {"columns": columns or None})
        job = _wait(client, job)
        if job["state"] == "failed":
            raise UserError(job["error"])
        download(client, f"/v1/reports/{job['id']}/file", output, as_json)


def _kind_of(output: Path) -> str:
    kind = output.suffix.lower().lstrip(".")
    if kind not in ("xlsx", "csv"):
        raise UserError(f"{output}: is it to be XLSX or CSV?", "Say --format xlsx or --format csv.")
    return kind


def _wait(client: "Client", job: dict[str, Any]) -> dict[str, Any]:
    with Console(stderr=True).status("Making the report …") as status:
        while job["state"] == "running":
            time.sleep(LOOK_SECONDS)
            job = client.get(f"/v1/reports/{job['id']}")
            status.update(f"Making the report … {job['leads']:,} leads")
    return job
