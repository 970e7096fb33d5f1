"""All commands, by name. Modules load when their command is called: `cti` itself starts fast."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cti.cli import (
    agents,
    amd,
    announcements,
    attempts,
    by_hand,
    campaigns,
    classify,
    clients,
    dnc,
    doctor,
    leads,
    outcomes,
    pacing,
    processes,
    recordings,
    reports,
    schedule,
    scripts,
    simulate,
    site,
    trunks,
    users,
)
from cti.cli.options import State, load_settings

app = typer.Typer(
    name="cti",
    help="The call centre engine: run it, fill it, watch it.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.add_typer(campaigns.app, name="campaign")
app.add_typer(leads.app, name="lead")
app.add_typer(agents.app, name="agent")
app.add_typer(attempts.app, name="attempt")
app.add_typer(announcements.app, name="announcement")
app.add_typer(amd.app, name="amd")
app.add_typer(recordings.app, name="recording")
app.add_typer(scripts.app, name="script")
app.add_typer(users.app, name="user")
app.add_typer(clients.app, name="client")
app.add_typer(trunks.app, name="trunk")
app.add_typer(site.app, name="site")
app.add_typer(outcomes.app, name="outcome")
app.add_typer(reports.app, name="report")
app.add_typer(dnc.app, name="dnc")
app.add_typer(dnc.consent, name="consent")
app.add_typer(dnc.caps, name="caps")
app.add_typer(schedule.app, name="schedule")
app.add_typer(by_hand.preview, name="preview")
app.add_typer(pacing.app, name="pacing")
app.add_typer(processes.pbx, name="pbx")
app.add_typer(processes.pstn, name="pstn")


app.command()(doctor.doctor)
app.command()(classify.classify)
app.command()(simulate.simulate)
app.command("dial")(by_hand.dial_number)


@app.command()
def serve(
    *,
    state: State = None,
    api_host: Annotated[str | None, typer.Option(help="Address of the HTTP API.")] = None,
    api_port: Annotated[int | None, typer.Option(help="HTTP port; 0: any free.")] = None,
    trunk_uri: Annotated[
        str | None, typer.Option(help="sip:ADDRESS:PORT of the carrier for the private PBX.")
    ] = None,
    recordings: Annotated[Path | None, typer.Option(help="Folder of recordings.")] = None,
    menus: Annotated[Path | None, typer.Option(help="Folder of IVR menus.")] = None,
    default_region: Annotated[
        str | None, typer.Option(help="Region of numbers without a country code.")
    ] = None,
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"] | None, typer.Option(help="What is logged.")
    ] = None,
    log_format: Annotated[
        Literal["text", "json"] | None, typer.Option(help="For people or for machines.")
    ] = None,
) -> None:
    """Run the service until Ctrl-C or SIGTERM.

    Every option is also an environment variable, CTI_…; addresses with passwords (database,
    Redis, MQTT, AMI) are given only so.
    """
    from cti.serve import serve as run  # noqa: PLC0415 - the whole engine

    run(
        load_settings(
            state=state,
            api_host=api_host,
            api_port=api_port,
            trunk_uri=trunk_uri,
            recordings=recordings,
            menus=menus,
            default_region=default_region,
            log_level=log_level,
            log_format=log_format,
        )
    )


@app.command(
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True},
    add_help_option=False,
)
def demo(context: typer.Context) -> None:
    """A live campaign on a real PBX, with robot agents and a world outside."""
    from demo.cli import run_demo  # noqa: PLC0415 - the whole engine and the world outside

    command = typer.Typer(add_completion=False, pretty_exceptions_enable=False)
    command.command()(run_demo)
    command(args=context.args, prog_name="cti demo")
