"""`cti campaign rules …`"""

from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from cti.cli.options import CampaignName, Json, State, connect, find_campaign
from cti.cli.output import console, print_json, say

app = typer.Typer(
    help="When a campaign calls, and calls again: shown in words, checked, set.",
    no_args_is_help=True,
)

RuleFilePath = Annotated[Path, typer.Argument(metavar="FILE", help="A YAML file of rules.")]
Language = Annotated[Literal["en", "zh"], typer.Option(help="Of the sentences.")]


@app.command()
def show(
    campaign: CampaignName,
    *,
    language: Language = "en",
    data: Annotated[
        bool, typer.Option("--yaml", help="As a file that `rules set` takes, not in words.")
    ] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """A campaign's calling windows and retry rules in plain sentences."""
    with connect(state) as client:
        found = find_campaign(client, campaign)
        rules = client.get(f"/v1/campaigns/{found['id']}/rules")
    if as_json:
        print_json(rules)
    elif data:
        import yaml  # noqa: PLC0415 - loads when it is needed

        typer.echo(yaml.safe_dump(rules["rules"], allow_unicode=True, sort_keys=False), nl=False)
    else:
        _tell(rules, language)


@app.command()
def check(file: RuleFilePath, *, language: Language = "en", as_json: Json = False) -> None:
    """Look for faults in a rule file, and say in words what it means. Needs no service."""
    from dialer.campaigns.settings import CampaignSettings  # noqa: PLC0415 - the engine
    from dialer.retry.files import read_rules  # noqa: PLC0415
    from dialer.retry.service import view  # noqa: PLC0415

    rules = view(read_rules(file).over(CampaignSettings())).model_dump(mode="json")
    if as_json:
        print_json(rules)
    else:
        _tell(rules, language)


@app.command("set")
def set_rules(
    campaign: CampaignName,
    file: RuleFilePath,
    *,
    language: Language = "en",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Give a campaign the sections of a rule file; a running one goes by them at once."""
    from dialer.campaigns.settings import CampaignSettings  # noqa: PLC0415 - the engine
    from dialer.retry.files import read_rules  # noqa: PLC0415

    with connect(state) as client:
        found = find_campaign(client, campaign)
        change = read_rules(file, CampaignSettings.model_validate(found["settings"]))
        rules = client.put(f"/v1/campaigns/{found['id']}/rules", change.given())
    if as_json:
        print_json(rules)
    else:
        say(f"“{found['name']}” now goes by these rules:")
        _tell(rules, language)


@app.command()
def shipped(*, language: Language = "en", as_json: Json = False) -> None:
    """The sets of rules to start from, by name: `retry: {base: NAME}`. Needs no service."""
    from dialer.retry.service import shipped as sets  # noqa: PLC0415 - the engine

    found = [one.model_dump(mode="json") for one in sets()]
    if as_json:
        print_json(found)
        return
    for n, one in enumerate(found):
        say(f"{'' if n == 0 else chr(10)}{one['name']}: {one['about']}")
        _tell(one, language)


def _tell(rules: dict[str, Any], language: str) -> None:
    for sentence in rules["words" if language == "en" else "words_zh"]:
        console().print(f"- {sentence}", markup=False, highlight=False)
