"""`cti user …`"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cti.access.rights import Role
from cti.cli.clients import find_client
from cti.cli.options import Json, State, connect, segment
from cti.cli.output import note, print_json, print_table, say

if TYPE_CHECKING:
    from cti.client import Client

app = typer.Typer(help="People who sign in to the console.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The user's sign-in name.")]
AsRole = Annotated[Role, typer.Option("--role", help="What they are here for.")]
AsAgent = Annotated[
    str | None, typer.Option("--agent", help="Agent they work as; `-`: none.", metavar="NAME")
]
OfTeam = Annotated[str | None, typer.Option("--team", help="A team leader's; `-`: none.")]
OfClient = Annotated[
    str | None,
    typer.Option("--client", help="They see only this client's campaigns; `-`: all."),
]


@app.command()
def add(
    name: Name,
    role: AsRole = Role.AGENT,
    display_name: Annotated[str, typer.Option(help="Full name.")] = "",
    agent: AsAgent = None,
    team: OfTeam = None,
    client: OfClient = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Make a user; prints the one-time link with which they choose their password."""
    with connect(state) as service:
        body = {"name": name, "role": role, "display_name": display_name}
        made = service.post("/v1/users", body | _belongings(service, agent, team, client))
        link = service.post(f"/v1/users/{segment(made['name'])}/link")
    if as_json:
        print_json(made | {"link": link})
    else:
        say(f"Made {made['name']}, {made['role'].replace('_', ' ')}.")
        _tell(link)


@app.command("list")
def list_users(state: State = None, as_json: Json = False) -> None:
    """Everybody who may sign in."""
    with connect(state) as client:
        users = client.get("/v1/users")
    if as_json:
        print_json(users)
        return
    print_table(
        ["user", "role", "works as", "team", ">client", "sign-in", "last seen"],
        [
            [
                one["name"],
                one["role"].replace("_", " "),
                one["agent"] or "",
                one["team"] or "",
                one["client_id"] or "",
                _condition(one),
                (one["last_seen_at"] or "never")[:16].replace("T", " "),
            ]
            for one in users
        ],
        "No users. Make one: `cti user add NAME --role administrator`.",
    )


@app.command()
def link(
    name: Name,
    hours: Annotated[float, typer.Option(min=0.1, max=336, help="How long it works.")] = 48,
    keep_password: Annotated[
        bool, typer.Option("--keep-password", help="Sign in once, without a new password.")
    ] = False,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Make a one-time link: its reader chooses a new password and is signed in."""
    with connect(state) as client:
        body = {"hours": hours, "sets_password": not keep_password}
        made = client.post(f"/v1/users/{segment(name)}/link", body)
    if as_json:
        print_json(made)
    else:
        _tell(made)


@app.command()
def role(
    name: Name,
    role: Annotated[Role, typer.Argument(help="What they are here for.")],
    agent: AsAgent = None,
    team: OfTeam = None,
    client: OfClient = None,
    state: State = None,
) -> None:
    """Give a user another role. They are signed out everywhere."""
    with connect(state) as service:
        body = {"role": role} | _belongings(service, agent, team, client)
        changed = service.patch(f"/v1/users/{segment(name)}", body)
    say(f"{changed['name']} is {changed['role'].replace('_', ' ')} now.")


@app.command()
def disable(name: Name, state: State = None) -> None:
    """Let a user sign in no more; who is signed in is signed out."""
    _change(name, state, {"disabled": True})
    say(f"{name} is disabled.")


@app.command()
def enable(name: Name, state: State = None) -> None:
    """Let a user sign in again."""
    _change(name, state, {"disabled": False})
    say(f"{name} is enabled.")


@app.command()
def unlock(name: Name, state: State = None) -> None:
    """End the wait after wrong passwords."""
    with connect(state) as client:
        client.post(f"/v1/users/{segment(name)}/unlock")
    say(f"{name} may try again at once.")


@app.command("reset-totp")
def reset_totp(name: Name, state: State = None) -> None:
    """Ask for no second step any more: the telephone is lost."""
    with connect(state) as client:
        client.delete(f"/v1/users/{segment(name)}/totp")
    say(f"{name} signs in with the password alone now.")


@app.command()
def remove(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    state: State = None,
) -> None:
    """Remove a user. What they did stays in the audit."""
    if not yes:
        typer.confirm(f"Remove the user {name}?", abort=True)
    with connect(state) as client:
        client.delete(f"/v1/users/{segment(name)}")
    say(f"Removed {name}.")


def _change(name: str, state: State, body: dict[str, Any]) -> None:
    with connect(state) as client:
        client.patch(f"/v1/users/{segment(name)}", body)


def _belongings(
    service: "Client", agent: str | None, team: str | None, client: str | None
) -> dict[str, Any]:
    body: dict[str, Any] = {}
    if agent is not None:
        body["agent"] = None if agent == "-" else agent
    if team is not None:
        body["team"] = None if team == "-" else team
    if client is not None:
        body["client_id"] = None if client == "-" else find_client(service, client)["id"]
    return body


def _condition(user: dict[str, Any]) -> str:
    if user["disabled"]:
        return "disabled"
    if user["locked_seconds"]:
        return f"locked for {user['locked_seconds']:.0f} s"
    if user["link_until"]:
        return f"link until {user['link_until'][:16].replace('T', ' ')}"
    if not user["has_password"]:
        return "no password"
    return "password and code" if user["totp"] else "password"


def _tell(link: dict[str, Any]) -> None:
    say(link["url"])
    note(f"It works once, until {link['until'][:16].replace('T', ' ')} UTC, and is shown only now.")
