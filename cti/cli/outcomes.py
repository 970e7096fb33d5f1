"""`cti outcome …`"""

import getpass
import time
from typing import Annotated, Any

import typer
from rich.console import Console

from cti.base.errors import UserError
from cti.cli.options import Json, State, connect, find_campaign, moment
from cti.cli.output import print_json, print_table, say

app = typer.Typer(help="Outcomes of attempts.", no_args_is_help=True)

LOOK_SECONDS = 0.25


@app.callback()
def outcomes() -> None:
    """Keeps `reclassify` a subcommand."""


@app.command()
def reclassify(
    *,
    since: Annotated[str, typer.Option(help="Attempts placed from then on.")],
    campaign: Annotated[str | None, typer.Option(help="Only this one's; unset: all.")] = None,
    apply: Annotated[
        bool, typer.Option("--apply/--dry-run", help="Write what changes, or only tell it.")
    ] = False,
    why: Annotated[str, typer.Option(help="Kept with each change.")] = "",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Classify the kept evidence of attempts again, after a rule changed or a sound was learned.

    Nothing is dialled. Old outcomes are kept. Leads follow where it still makes sense.
    """
    asked: dict[str, Any] = {"since": moment(since), "apply": apply, "why": why}
    asked["by"] = getpass.getuser()[:64]
    with connect(state) as client:
        if campaign:
            asked["campaign_id"] = find_campaign(client, campaign)["id"]
        run = client.post("/v1/reclassifications", asked)
        with Console(stderr=True).status("Classifying …") as status:
            while run["state"] == "running":
                time.sleep(LOOK_SECONDS)
                run = client.get(f"/v1/reclassifications/{run['id']}")
                status.update(f"Classifying … {run['looked']:,} attempts")
    if as_json:
        print_json(run)
    else:
        _tell(run)
    if run["state"] == "failed":
        raise UserError(run["error"])


def _tell(run: dict[str, Any]) -> None:
    say(f"{run['looked']} attempts looked at, {run['changed']} get another outcome.")
    if run["unreadable"]:
        say(f"{run['unreadable']} have evidence of an unknown form and stay as they are.")
    if run["changes"]:
        print_table(
            ["from", "to", ">attempts", "=such as", "because"],
            [
                [
                    change["old"],
                    change["new"],
                    change["attempts"],
                    change["examples"][0]["attempt_id"],
                    change["examples"][0]["new_reason"],
                ]
                for change in run["changes"]
            ],
        )
    if run["leads"]:
        effects = ", ".join(f"{n} {what.replace('_', ' ')}" for what, n in run["leads"].items())
        say(f"Their leads: {effects}.")
    if not run["applied"] and run["changed"]:
        say("Nothing was written. Write it with --apply.")
