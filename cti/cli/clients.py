"""`cti client …`"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.cli.options import Json, State, connect, find
from cti.cli.output import print_json, print_table, say

if TYPE_CHECKING:
    from cti.client import Client

app = typer.Typer(help="Clients: the companies campaigns are run for.", no_args_is_help=True)


@app.command()
def add(
    name: Annotated[str, typer.Argument(help="Unique among clients.")],
    state: State = None,
    as_json: Json = False,
) -> None:
    """Make a client. Campaigns are made for it by `cti campaign create --client NAME`."""
    with connect(state) as client:
        made = client.post("/v1/clients", {"name": name})
    if as_json:
        print_json(made)
    else:
        say(f"Made client {made['id']}, “{made['name']}”.")


@app.command("list")
def list_clients(state: State = None, as_json: Json = False) -> None:
    """All clients, by name."""
    with connect(state) as client:
        clients = client.get("/v1/clients")
    if as_json:
        print_json(clients)
        return
    print_table(
        ["client", ">campaigns", ">number"],
        [[one["name"], one["campaigns"], one["id"]] for one in clients],
        "No clients. Make one: `cti client add NAME`.",
    )


def find_client(client: "Client", name: str) -> dict[str, Any]:
    """The client of this name, or else of this number. UserError names those there are."""
    return find(client, "client", name, "Make one: `cti client add NAME`.")
