"""`cti agent …`"""

from typing import Annotated, Any, Literal

import typer
from rich.text import Text

from cti.cli.options import Json, State, connect, segment
from cti.cli.output import note, print_json, print_table, span

app = typer.Typer(help="Agents and their phones.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The agent's sign-in name.")]
COLOURS = {
    "ready": "green",
    "reserved": "cyan",
    "talking": "cyan",
    "wrapping": "yellow",
    "not_ready": "yellow",
    "signed_out": "dim",
}


@app.command()
def add(
    name: Name,
    mode: Annotated[
        Literal["nailed_up", "ringing"],
        typer.Option(help="nailed_up: the line stays open; ringing: the phone rings."),
    ] = "nailed_up",
    display_name: Annotated[str, typer.Option(help="Full name.")] = "",
    phone: Annotated[
        Literal["sip", "browser"],
        typer.Option(help="sip: a phone of its own; browser: the one in the page."),
    ] = "sip",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Add an agent; prints what the SIP phone needs to register."""
    with connect(state) as client:
        body = {
            "name": name,
            "mode": mode,
            "display_name": display_name,
            "phone_kind": phone,
        }
        added = client.post("/v1/agents", body)
    if as_json:
        print_json(added)
        return
    print_table(
        ["agent", "SIP user", "SIP password"], [[added["name"], added["phone"], added["secret"]]]
    )
    note("The password is shown only now.")


@app.command("list")
def list_agents(state: State = None, as_json: Json = False) -> None:
    """Everybody, and what they are doing."""
    with connect(state) as client:
        agents = client.get("/v1/agents")
    if as_json:
        print_json(agents)
    else:
        _show(agents)


@app.command()
def sign_in(name: Name, state: State = None, as_json: Json = False) -> None:
    """Call the agent's phone; ready once it is picked up."""
    _act(name, "POST", "sign-in", None, state, as_json)


@app.command()
def sign_out(name: Name, state: State = None, as_json: Json = False) -> None:
    """Sign out, after the call that runs."""
    _act(name, "POST", "sign-out", None, state, as_json)


@app.command()
def ready(name: Name, state: State = None, as_json: Json = False) -> None:
    """Take calls; also ends a wrap-up."""
    _act(name, "PUT", "ready", {"ready": True}, state, as_json)


@app.command()
def not_ready(
    name: Name,
    reason: Annotated[str, typer.Option(help="lunch, training …")] = "break",
    state: State = None,
    as_json: Json = False,
) -> None:
    """Take no calls, from the end of the call that runs."""
    _act(name, "PUT", "ready", {"ready": False, "reason": reason}, state, as_json)


@app.command()
def hang_up(name: Name, state: State = None, as_json: Json = False) -> None:
    """End the call that the agent is in."""
    _act(name, "POST", "hang-up", None, state, as_json)


def _act(
    name: str, method: Literal["POST", "PUT"], what: str, body: Any, state: Any, as_json: bool
) -> None:
    path = f"/v1/agents/{segment(name)}/{what}"
    with connect(state) as client:
        agent = client.post(path, body) if method == "POST" else client.put(path, body)
    if as_json:
        print_json(agent)
    else:
        _show([agent])


def _show(agents: list[dict[str, Any]]) -> None:
    print_table(
        ["agent", "state", ">for", "reason", "=call", "phone", ">calls", ">talked"],
        [
            [
                agent["name"],
                Text(agent["state"], COLOURS.get(agent["state"], "")),
                span(agent["seconds"]),
                agent["reason"],
                agent["call"],
                "connected" if agent["phone_connected"] else agent["mode"],
                agent["calls_today"],
                span(agent["talk_seconds_today"]),
            ]
            for agent in agents
        ],
        "No agents. Add one: `cti agent add NAME`.",
    )


@app.command()
def remove(name: Name, state: State = None) -> None:
    """Remove an agent who is signed out, and the phone; the history of calls stays."""
    with connect(state) as client:
        gone = client.delete(f"/v1/agents/{segment(name)}")
    note(f"{name} is {'retired: the history names them' if gone['retired'] else 'deleted'}.")


@app.command()
def secret(name: Name, state: State = None, as_json: Json = False) -> None:
    """Give the agent's phone a new SIP secret; the old one is worth nothing from then on."""
    with connect(state) as client:
        made = client.post(f"/v1/agents/{segment(name)}/phone/secret")
    if as_json:
        print_json(made)
    else:
        note(f"SIP user {made['phone']}, password {made['secret']} (shown only now)")


@app.command()
def team(
    name: Name,
    team: Annotated[str, typer.Argument(help="The team's name; empty: none.")] = "",
    state: State = None,
) -> None:
    """Put an agent into a team: its leader sees and leads them."""
    with connect(state) as client:
        agent = client.patch(f"/v1/agents/{segment(name)}", {"team": team})
    note(f"{agent['name']} is in {agent['team'] or 'no team'}.")
