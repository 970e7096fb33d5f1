"""`cti demo`."""

import asyncio
import enum
import io
import json
import re
import signal
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.live import Live

from cti.base.errors import UserError
from cti.logs import configure
from cti.settings import Settings
from demo.attached import AttachedDemo
from demo.board import draw
from demo.report import faults
from demo.run import Demo, Plan
from pstn.personas import SHIPPED

EXAMPLES = Path(__file__).resolve().parents[1] / "examples"
PICTURE_WIDTH = 142
console = Console(stderr=True)


class Paced(enum.Enum):
    """Modes in which robots have something to do."""

    progressive = "progressive"
    power = "power"
    predictive = "predictive"


def run_demo(
    headless: Annotated[bool, typer.Option(help="no live board: lines only")] = False,
    seconds: Annotated[float | None, typer.Option(help="dial so long; unset: until Ctrl-C")] = None,
    agents: Annotated[int, typer.Option(min=1, max=200, help="robot agents")] = 8,
    mode: Annotated[Paced, typer.Option(help="how many are dialled at once")] = Paced.progressive,
    seed: Annotated[int, typer.Option(help="of what robots and callers do")] = 7,
    leads: Annotated[Path, typer.Option(help="the list to call")] = EXAMPLES / "leads.csv",
    personas: Annotated[Path, typer.Option(help="how numbers behave")] = SHIPPED,
    state: Annotated[Path, typer.Option(help="emptied at start")] = Path(".state/demo"),
    api_port: Annotated[int, typer.Option(help="HTTP port; 0: any free")] = 0,
    json_file: Annotated[Path | None, typer.Option("--json", help="write the report here")] = None,
    service: Annotated[
        str | None,
        typer.Option(
            help="URL of a service that runs already, with a world outside; "
            "CTI_API_TOKEN and CTI_MQTT_URL are the way in"
        ),
    ] = None,
    picture: Annotated[
        Path | None, typer.Option(help="save the board at the end of dialling, as SVG")
    ] = None,
) -> None:
    """A campaign on two real Asterisks: robot agents, 500 leads, and a world that answers."""
    configure("warning")
    plan = Plan(state, leads, personas, agents, seed, seconds, api_port, mode.value)
    demo = Demo(plan, _tell) if service is None else _attached(plan, service)
    result = asyncio.run(_run(demo, picture, headless=headless or not console.is_terminal))
    if json_file is not None:
        json_file.parent.mkdir(parents=True, exist_ok=True)
        json_file.write_text(json.dumps(result, indent=2, ensure_ascii=False) + "\n")
        console.print(f"Report: {json_file}")
    summary = {k: v for k, v in result.items() if k != "truth"} | {
        "truth": {k: v if k != "differ" else len(v) for k, v in result["truth"].items()}
    }
    console.print_json(json.dumps(summary, ensure_ascii=False))
    wrong = faults(result)
    for fault in wrong:
        console.print(f"[red]The path did not hold:[/red] {fault}")
    if wrong:
        raise typer.Exit(1)
    console.print("[green]The path held.[/green]")


def _tell(line: str) -> None:
    console.print(f"[dim]·[/dim] {line}", soft_wrap=True)  # an address stays in one piece


def _attached(plan: Plan, url: str) -> Demo:
    settings = Settings()
    if settings.api_token is None or settings.mqtt_url is None:
        raise UserError(
            "A service that runs elsewhere lets nobody in without its secrets.",
            "Set CTI_API_TOKEN and CTI_MQTT_URL as the service has them.",
        )
    return AttachedDemo(plan, _tell, url=url, token=settings.api_token, mqtt=settings.mqtt_url)


async def _run(demo: Demo, picture: Path | None, *, headless: bool) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, demo.stop)
    result = await (demo.run() if headless else _on_screen(demo))
    if picture is not None:
        canvas = Console(record=True, width=PICTURE_WIDTH, file=io.StringIO())
        canvas.print(draw(demo.at_work, "http://127.0.0.1:8080", "…"))
        drawn = canvas.export_svg(title="make demo")
        # Without the fonts from elsewhere that Rich asks for: a picture loads nothing.
        picture.write_text(re.sub(r"@font-face \{.*?\}\s*", "", drawn, flags=re.DOTALL))
    return result


async def _on_screen(demo: Demo) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    with Live(console=console, refresh_per_second=4, screen=False) as live:
        demo.tell = lambda line: live.console.print(f"[dim]·[/dim] {line}", soft_wrap=True)
        painter = loop.create_task(_paint(demo, live))
        try:
            return await demo.run()
        finally:
            painter.cancel()


async def _paint(demo: Demo, live: Live) -> None:
    while True:
        if demo.board:
            live.update(draw(demo.board, demo.url, demo.token))
        await asyncio.sleep(0.25)
