"""`cti trunk …`"""

import time
from typing import Annotated, Any

import typer

from cti.cli.options import Json, State, connect, segment
from cti.cli.output import print_json, print_table, say

app = typer.Typer(help="Trunks: the lines to carriers.", no_args_is_help=True)

LOOK_SECONDS = 0.5
"""Between two looks at a test call."""

Name = Annotated[str, typer.Argument(help="The trunk's name.")]
Host = Annotated[str, typer.Argument(help="IPv4 address or name of the carrier's server.")]
Port = Annotated[int, typer.Option(min=1, max=65535)]
Transport = Annotated[str, typer.Option(help="udp, tcp or tls")]
Register = Annotated[bool, typer.Option(help="Register there.")]
User = Annotated[str, typer.Option("--user", help="User name with the carrier.")]
Secret = Annotated[
    str,
    typer.Option(envvar="CTI_TRUNK_SECRET", help="Its password; kept, and never shown again."),
]
Codecs = Annotated[str, typer.Option(help="The best first.")]
CallerIds = Annotated[
    list[str] | None, typer.Option("--caller-id", help="E.164; a number it lets us show.")
]
Channels = Annotated[int | None, typer.Option(min=1, help="Calls at once that we place over it.")]
Watched = Annotated[bool, typer.Option(help="Ask every 30 s whether it is there.")]
Enabled = Annotated[bool, typer.Option(help="Calls may leave by it.")]


@app.command("list")
def list_trunks(state: State = None, as_json: Json = False) -> None:
    """All trunks and how they are."""
    with connect(state) as client:
        told = client.get("/v1/trunks")
    if as_json:
        print_json(told)
        return
    rows = [
        [
            one["name"] + (" *" if one["default"] else ""),
            f"{one['host']}:{one['port']} {one['transport']}" if one["host"] else "",
            one["state"]["sentence"],
            one["state"]["round_trip_ms"],
            f"{one['lines']}/{one['max_channels']}" if one["max_channels"] else one["lines"],
        ]
        for one in told["items"]
    ]
    print_table(
        ["trunk", "server", "state", ">ms", ">lines"],
        rows,
        "No trunks. Make one: `cti trunk add NAME HOST`.",
    )
    if not told["changeable"]:
        say("The PBX is not run by this service: its trunks are changed there.")


@app.command()
def add(
    name: Name,
    host: Host,
    port: Port = 5060,
    transport: Transport = "udp",
    register: Register = False,
    user: User = "",
    secret: Secret = "",
    codecs: Codecs = "alaw,ulaw",
    caller_id: CallerIds = None,
    channels: Channels = None,
    watched: Watched = True,
    enabled: Enabled = True,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Make a trunk; the PBX knows it at once, and no running call notices."""
    body = {
        "name": name,
        "host": host,
        "port": port,
        "transport": transport,
        "registers": register,
        "username": user,
        "secret": secret,
        "codecs": [codec.strip() for codec in codecs.split(",")],
        "caller_ids": caller_id or [],
        "max_channels": channels,
        "watched": watched,
        "enabled": enabled,
    }
    with connect(state) as client:
        made = client.post("/v1/trunks", body)
    if as_json:
        print_json(made)
    else:
        say(f"Made trunk {name}. Try it: `cti trunk test {name} +NUMBER`.")


@app.command("set")
def change(
    name: Name,
    host: Annotated[str | None, typer.Option(help="Another server.")] = None,
    port: Annotated[int | None, typer.Option(min=1, max=65535)] = None,
    transport: Annotated[str | None, typer.Option(help="udp, tcp or tls")] = None,
    register: Annotated[bool | None, typer.Option(help="Register there.")] = None,
    user: Annotated[str | None, typer.Option("--user")] = None,
    secret: Secret = "",
    codecs: Annotated[str | None, typer.Option(help="The best first.")] = None,
    caller_id: CallerIds = None,
    channels: Annotated[int | None, typer.Option(min=0, help="0: no limit.")] = None,
    watched: Annotated[bool | None, typer.Option(help="Ask whether it is there.")] = None,
    enabled: Annotated[bool | None, typer.Option(help="Calls may leave by it.")] = None,
    state: State = None,
) -> None:
    """Change what is given; the rest stays."""
    given: dict[str, Any] = {
        "host": host,
        "port": port,
        "transport": transport,
        "registers": register,
        "username": user,
        "codecs": codecs.split(",") if codecs else None,
        "caller_ids": caller_id,
        "watched": watched,
        "enabled": enabled,
    }
    with connect(state) as client:
        now = client.get(f"/v1/trunks/{segment(name)}")
        body = {key: now[key] if value is None else value for key, value in given.items()}
        limit = now["max_channels"] if channels is None else channels or None
        client.put(f"/v1/trunks/{segment(name)}", body | {"max_channels": limit, "secret": secret})
    say(f"Changed trunk {name}.")


@app.command()
def remove(name: Name, state: State = None) -> None:
    """Remove a trunk that no campaign dials by."""
    with connect(state) as client:
        client.delete(f"/v1/trunks/{segment(name)}")
    say(f"Removed trunk {name}.")


@app.command()
def default(name: Name, state: State = None) -> None:
    """Let campaigns that name no trunk dial by this one."""
    with connect(state) as client:
        client.post(f"/v1/trunks/{segment(name)}/default")
    say(f"Campaigns that name no trunk dial by {name}.")


@app.command("test")
def dial(
    name: Name,
    number: Annotated[str, typer.Argument(help="E.164: +8613800000000")],
    caller_id: Annotated[str | None, typer.Option(help="E.164, the number shown.")] = None,
    state: State = None,
    as_json: Json = False,
) -> None:
    """Dial a number over a trunk and tell what comes of it. Who answers hears a sentence."""
    body = {"number": number, "caller_id": caller_id}
    with connect(state) as client:
        call = client.post(f"/v1/trunks/{segment(name)}/test", body)
        told = 0
        while True:
            for step in call["steps"][told:]:
                if not as_json:
                    say(f"{step['at']:6.1f} s  {step['what']}")
            told = len(call["steps"])
            if call["done"]:
                break
            time.sleep(LOOK_SECONDS)
            call = client.get(f"/v1/test-calls/{call['id']}")
    if as_json:
        print_json(call)
    else:
        say(f"{call['sentence']} {call['cure']}".strip())
    if call["result"] not in {"answered", "busy", "no_answer"}:
        raise typer.Exit(1)
