"""`cti pbx run` and `cti pstn run`: one Asterisk in the foreground, for containers and training."""

from pathlib import Path
from typing import Annotated

import typer

from cti.cli.options import State, load_settings

pbx = typer.Typer(help="The product's own PBX.", no_args_is_help=True)
pstn = typer.Typer(help="The world outside: carrier, customers, phones.", no_args_is_help=True)

DEFAULT_WORLD = "127.0.0.2:5060"
PhonesFile = Annotated[
    Path | None,
    typer.Option(help="Agents' phones, written by the service.  [env: CTI_PHONES_FILE]"),
]


@pbx.callback()
def _pbx() -> None:
    pass


@pstn.callback()
def _pstn() -> None:
    pass


@pbx.command("run")
def run_pbx(
    state: State = None,
    phones_file: PhonesFile = None,
    external_address: Annotated[
        str, typer.Option(help="Our address as phones and carrier see it, behind NAT.")
    ] = "",
) -> None:
    """Run the PBX until Ctrl-C or SIGTERM, for a service that runs elsewhere.

    It listens for the service where CTI_AMI_URL says, with the secret given there, and for SIP at
    CTI_SIP_HOST and CTI_SIP_PORT; calls leave to CTI_TRUNK_URI and callers are answered by the
    IVR at CTI_AGI_HOST and CTI_AGI_PORT.
    """
    from cti.cli.run_pbx import run_pbx as run  # noqa: PLC0415 - loads when it is needed

    run(load_settings(state=state, phones_file=phones_file), external_address)


@pstn.command("run")
def run_pstn(
    *,
    pbx_address: Annotated[
        str | None,
        typer.Option(
            "--pbx", help="ADDRESS:PORT of the PBX; unset: CTI_SIP_HOST and CTI_SIP_PORT."
        ),
    ] = None,
    listen: Annotated[
        str | None,
        typer.Option(help="ADDRESS:PORT, not the PBX's address; unset: that of CTI_TRUNK_URI."),
    ] = None,
    personas: Annotated[
        Path | None, typer.Option(help="What numbers do (YAML).", envvar="CTI_PERSONAS")
    ] = None,
    phones_file: PhonesFile = None,
    state: Annotated[Path, typer.Option(help="State folder of the world.")] = Path(".state/pstn"),
) -> None:
    """Run carrier and customers until Ctrl-C or SIGTERM.

    With a file of phones, each agent in it gets a robot for a phone.
    """
    from cti.cli.run_pstn import run_pstn as run  # noqa: PLC0415 - loads when it is needed

    settings = load_settings(phones_file=phones_file)
    if pbx_address is None:
        pbx_address = f"{settings.sip_host}:{settings.sip_port}"
    if listen is None:
        listen = settings.trunk_uri or DEFAULT_WORLD
    run(settings, state.resolve(), pbx=pbx_address, listen=listen, personas=personas)
