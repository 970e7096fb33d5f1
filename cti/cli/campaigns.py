"""`cti campaign …`"""

from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from cti.base.errors import UserError
from cti.cli import rules
from cti.cli.clients import find_client
from cti.cli.options import CampaignName, Json, State, connect, find_campaign
from cti.cli.output import local, print_facts, print_json, print_table, say
from cti.cli.status import show_status, watch_status

app = typer.Typer(help="Campaigns: made, started, watched.", no_args_is_help=True)

app.add_typer(rules.app, name="rules")

COLOURS = {"running": "green", "paused": "yellow", "stopped": "dim"}


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="Unique among campaigns.")],
    *,
    mode: Annotated[
        str,
        typer.Option(help="How many are dialled at once: `cti campaign modes` tells them."),
    ] = "progressive",
    caller_id: Annotated[
        list[str] | None, typer.Option(help="Number shown, E.164; several are taken in turn.")
    ] = None,
    settings: Annotated[
        Path | None, typer.Option(help="All further settings, a YAML file.")
    ] = None,
    client_name: Annotated[
        str | None, typer.Option("--client", help="The company it is run for; for good.")
    ] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Make a campaign. It dials once it is started."""
    chosen = read_settings(settings) if settings else {}
    if caller_id:
        chosen["caller_ids"] = caller_id
    asked = {"name": name, "mode": mode, "settings": chosen}
    with connect(state) as client:
        if client_name:
            asked["client_id"] = find_client(client, client_name)["id"]
        made = client.post("/v1/campaigns", asked)
    if as_json:
        print_json(made)
    else:
        say(f"Made campaign {made['id']}, “{made['name']}”. Start it: `cti campaign start`.")


@app.command()
def modes(as_json: Json = False) -> None:
    """The dialing modes, each in a sentence."""
    from dialer.pacing.modes import MODES  # noqa: PLC0415 - loads when it is needed

    if as_json:
        print_json(MODES)
        return
    print_table(["mode", "what it does"], [[name, words] for name, words in MODES.items()], "")


@app.command("list")
def list_campaigns(state: State = None, as_json: Json = False) -> None:
    """All campaigns, the newest first."""
    with connect(state) as client:
        campaigns = client.get("/v1/campaigns")
    if as_json:
        print_json(campaigns)
        return
    print_table(
        ["campaign", "state", "mode", "caller IDs", ">number", "made"],
        [
            [
                campaign["name"],
                Text(campaign["state"], COLOURS.get(campaign["state"], "")),
                campaign["mode"],
                ", ".join(campaign["settings"]["caller_ids"]),
                campaign["id"],
                local(campaign["created_at"]),
            ]
            for campaign in campaigns
        ],
        "No campaigns. Make one: `cti campaign create NAME`.",
    )


@app.command()
def show(campaign: CampaignName, state: State = None, as_json: Json = False) -> None:
    """One campaign with all its settings."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        imports = client.get(f"/v1/campaigns/{found['id']}/imports")
    if as_json:
        print_json(found | {"imports": imports})
        return
    import yaml  # noqa: PLC0415 - loads when it is needed

    print_facts(
        {
            "campaign": found["name"],
            "number": found["id"],
            "state": found["state"],
            "mode": found["mode"],
            "made": local(found["created_at"]),
            "imports": "\n".join(
                f"{job['id']}: {job['file_name']}, {job['state']}, {job['accepted']} accepted"
                for job in imports
            ),
            "settings": yaml.safe_dump(found["settings"], allow_unicode=True, sort_keys=False),
        }
    )


@app.command()
def change(
    campaign: CampaignName,
    *,
    settings: Annotated[
        Path | None, typer.Option(help="A YAML file; what it names is changed, the rest stays.")
    ] = None,
    mode: Annotated[str | None, typer.Option(help="How many are dialled at once.")] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Change settings or the mode; a running campaign goes by them at once. `show` prints all."""
    chosen = read_settings(settings) if settings else {}
    with connect(state) as client:
        found = find_campaign(client, campaign)
        asked: dict[str, Any] = {"settings": found["settings"] | chosen} if chosen else {}
        if mode is not None:
            asked["mode"] = mode
        changed = client.patch(f"/v1/campaigns/{found['id']}", asked)
    if as_json:
        print_json(changed)
    else:
        what = [*chosen, *(["mode"] if mode else [])]
        say(f"Changed {', '.join(what) or 'nothing'} of “{changed['name']}”.")


@app.command("mode")
def set_mode(
    campaign: CampaignName,
    mode: Annotated[str, typer.Argument(help="See `cti campaign modes`.")],
    *,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Switch how many are dialled at once; calls under way go on."""
    change(campaign, settings=None, mode=mode, state=state, as_json=as_json)


@app.command()
def crew(
    campaign: CampaignName,
    *,
    team: Annotated[
        list[str] | None, typer.Option(help="A team that is given its calls; may be repeated.")
    ] = None,
    agent: Annotated[
        list[str] | None, typer.Option(help="An agent who is, too; may be repeated.")
    ] = None,
    everyone: Annotated[bool, typer.Option("--everyone", help="Every agent is.")] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Who is given a campaign's calls: shown, or chosen anew."""
    if everyone and (team or agent):
        raise UserError("--everyone leaves nobody to choose.", "Leave out --team and --agent.")
    with connect(state) as client:
        found = find_campaign(client, campaign)
        if everyone or team or agent:
            chosen = {"teams": team or [], "agents": agent or []}
            settings = found["settings"] | {"crew": chosen}
            found = client.patch(f"/v1/campaigns/{found['id']}", {"settings": settings})
    now = found["settings"]["crew"]
    if as_json:
        print_json(now)
    else:
        names = [*(f"team {name}" for name in now["teams"]), *now["agents"]]
        who = ", ".join(names) or "every agent"
        say(f"The calls of “{found['name']}” are given to: {who}.")


@app.command()
def check(campaign: CampaignName, state: State = None, as_json: Json = False) -> None:
    """What would keep a campaign from dialling; exit code 1 if anything would stop it."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        told = client.get(f"/v1/campaigns/{found['id']}/check")
    if as_json:
        print_json(told)
    else:
        print_table(
            ["", "where", "what", "cure"],
            [[f["level"], f["where"], f["sentence"], f["cure"]] for f in told["findings"]],
            "",
        )
    if not told["can_dial"]:
        raise typer.Exit(1)


@app.command()
def start(campaign: CampaignName, state: State = None, as_json: Json = False) -> None:
    """Dial, first or again after a pause."""
    _move(campaign, "start", state, as_json)


@app.command()
def pause(campaign: CampaignName, state: State = None, as_json: Json = False) -> None:
    """Place no new calls; those that live go on."""
    _move(campaign, "pause", state, as_json)


@app.command()
def stop(campaign: CampaignName, state: State = None, as_json: Json = False) -> None:
    """Place no new calls, for good; those that live go on."""
    _move(campaign, "stop", state, as_json)


@app.command()
def status(
    campaign: CampaignName,
    watch: Annotated[bool, typer.Option("--watch", help="Until Ctrl-C.")] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Figures of this moment: lines, outcomes, leads, and why the pacer dials as it does.

    With --watch and --json, one JSON object a line and second.
    """
    with connect(state) as client:
        found = find_campaign(client, campaign)
        if watch:
            watch_status(client, found, as_json)
        else:
            show_status(client, found, as_json)


def read_settings(file: Path) -> dict[str, Any]:
    """The mapping in a YAML file. Raises UserError for anything else, naming the line."""
    import yaml  # noqa: PLC0415 - loads when it is needed

    try:
        said = yaml.safe_load(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8 text.") from error
    except yaml.YAMLError as error:
        raise UserError(f"{file} is not YAML: {' '.join(str(error).split())}.") from error
    if said is None:
        return {}
    if not isinstance(said, dict):
        raise UserError(f"{file} is no mapping of settings.", "Write lines such as wrap_up_s: 20")
    return said


def _move(name: str, how: str, state: Path | None, as_json: bool) -> None:
    with connect(state) as client:
        found = find_campaign(client, name)
        moved = client.post(f"/v1/campaigns/{found['id']}/{how}")
    if as_json:
        print_json(moved)
    else:
        say(f"The campaign “{moved['name']}” is {moved['state']}.")
