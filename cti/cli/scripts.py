"""`cti script …`"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.base.errors import UserError
from cti.cli.options import Json, State, connect, find, find_campaign
from cti.cli.output import console, print_json, print_table, say

if TYPE_CHECKING:
    from cti.client import Client

app = typer.Typer(help="Scripts: what agents say and ask, step by step.", no_args_is_help=True)

ScriptFilePath = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file.")]
ScriptName = Annotated[str, typer.Argument(metavar="SCRIPT", help="Name or number.")]


@app.command("list")
def list_scripts(state: State = None, as_json: Json = False) -> None:
    """All scripts, by name."""
    with connect(state) as client:
        scripts = client.get("/v1/scripts")
    if as_json:
        print_json(scripts)
        return
    print_table(
        ["script", ">version", ">steps", ">questions", "campaigns", ">number"],
        [
            [
                *(one["name"], one["version"], one["steps"], one["questions"]),
                ", ".join(campaign["name"] for campaign in one["campaigns"]),
                one["id"],
            ]
            for one in scripts
        ],
        "No scripts. Take one from a file: `cti script import FILE`.",
    )


@app.command()
def check(file: ScriptFilePath, *, as_json: Json = False) -> None:
    """Look for faults in a script file. Needs no service."""
    from dialer.scripts.files import read_script_file  # noqa: PLC0415 - the engine

    script, found = read_script_file(file)
    if as_json:
        print_json([problem.model_dump(mode="json") for problem in found])
        return
    questions = sum(len(step.questions) for step in script.steps)
    say(f"“{script.name}”: {len(script.steps)} steps, {questions} questions. No errors.")
    _warn([problem.text for problem in found])


@app.command("import")
def import_script(
    file: ScriptFilePath,
    *,
    name: Annotated[str | None, typer.Option(help="Instead of the name in the file.")] = None,
    campaign: Annotated[
        str | None, typer.Option(help="Name or number of a campaign that is to follow it.")
    ] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Take a script from a file. One of the same name gets a new version; the old ones stay."""
    from dialer.scripts.files import read_script_file  # noqa: PLC0415 - the engine

    script, found = read_script_file(file)
    content = script.content.model_dump(mode="json", by_alias=True)
    wanted = (name or script.name).strip()
    with connect(state) as client:
        for_campaign = find_campaign(client, campaign) if campaign else None
        known = [one for one in client.get("/v1/scripts") if one["name"] == wanted]
        if known:
            made = client.put(f"/v1/scripts/{known[0]['id']}", {"content": content})
        else:
            made = client.post("/v1/scripts", {"name": wanted, "content": content})
        if for_campaign is not None:
            settings = for_campaign["settings"] | {"script_id": made["id"]}
            client.patch(f"/v1/campaigns/{for_campaign['id']}", {"settings": settings})
    if as_json:
        print_json(made)
        return
    same = known and known[0]["version"] == made["version"]
    what = "is as it was" if same else "is taken"
    say(f"“{made['name']}” {what}: version {made['version']}.")
    if for_campaign is not None:
        say(f"“{for_campaign['name']}” follows it.")
    _warn([problem.text for problem in found])


@app.command()
def export(
    script: ScriptName,
    *,
    version: Annotated[int | None, typer.Option(help="Unset: the newest.", min=1)] = None,
    to: Annotated[Path | None, typer.Option("--output", "-o", help="Unset: to the screen.")] = None,
    state: State = None,
) -> None:
    """Write a script as a file that `cti script import` takes."""
    from dialer.scripts.files import as_yaml  # noqa: PLC0415 - the engine
    from dialer.scripts.script import Script  # noqa: PLC0415

    with connect(state) as client:
        found = find_script(client, script)
        which = {"version": version} if version is not None else {}
        text = as_yaml(Script.model_validate(client.get(f"/v1/scripts/{found['id']}", **which)))
    if to is None:
        typer.echo(text, nl=False)
        return
    try:
        to.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UserError(f"{to} cannot be written: {error.strerror}.") from error
    say(f"Wrote {to}.")


@app.command()
def remove(script: ScriptName, state: State = None) -> None:
    """Forget a script that no campaign uses and nobody has answered to."""
    with connect(state) as client:
        found = find_script(client, script)
        client.delete(f"/v1/scripts/{found['id']}")
    say(f"“{found['name']}” is gone.")


def find_script(client: "Client", name: str) -> dict[str, Any]:
    """The script of this name, or else of this number. UserError names those there are."""
    return find(client, "script", name, "Take one from a file: `cti script import FILE`.")


def _warn(sentences: list[str]) -> None:
    for sentence in sentences:
        console().print(f"- look at this: {sentence}", markup=False, highlight=False)
