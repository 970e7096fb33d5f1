"""`cti site …`"""

import json
from typing import Annotated, Any

import typer

from cti.base.errors import UserError
from cti.cli.options import Json, State, connect
from cti.cli.output import print_json, print_table, say

app = typer.Typer(help="What the site decides for itself.", no_args_is_help=True)


@app.command()
def show(state: State = None, as_json: Json = False) -> None:
    """All settings of the site."""
    with connect(state) as client:
        site = client.get("/v1/site")
    if as_json:
        print_json(site)
        return
    rows = [[key, _shown(value)] for key, value in site.items()]
    print_table(["setting", "value"], rows, "")


@app.command("set")
def change(
    settings: Annotated[
        list[str], typer.Argument(help="NAME=VALUE; a value is JSON, or text as it is.")
    ],
    state: State = None,
) -> None:
    """Set what is given: `cti site set show_listening=true region=GB`."""
    values = dict(_pair(text) for text in settings)
    with connect(state) as client:
        client.put("/v1/site", values)
    say(f"Set {', '.join(values)}.")


def _pair(text: str) -> tuple[str, Any]:
    name, equals, value = text.partition("=")
    if not equals:
        raise UserError(f"{text!r} sets nothing.", "Write NAME=VALUE.")
    try:
        return name.strip(), json.loads(value)
    except ValueError:
        return name.strip(), value


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
