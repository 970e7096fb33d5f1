"""Draws the live board in the terminal."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.columns import Columns
from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

# State: colour, shape. The word stands beside them, so that nobody depends on colour.
AGENT_LOOKS = {
    "ready": ("green", "●"),
    "reserved": ("yellow", "◐"),
    "talking": ("cyan", "▶"),
    "wrapping": ("magenta", "✎"),
    "not_ready": ("red", "■"),
    "signed_out": ("dim", "○"),
}
CALL_STATES = ("placed", "ringing", "answered_waiting", "talking", "message")
BAR = 24


def draw(board: dict[str, Any], url: str, token: str) -> RenderableType:
    """The whole board as something Rich can print."""
    campaign = board["campaigns"][0] if board["campaigns"] else None
    parts: list[RenderableType] = [_head(board, campaign)]
    left = Group(_calls(board), _callers(board))
    columns: list[RenderableType] = [left, _agents(board)]
    if campaign:
        columns.append(_outcomes(campaign))
    parts.append(Columns(columns, padding=(0, 2)))
    parts.append(_retries(board))
    doors = f"Console {url}   API docs {url}/docs   token {token}   Ctrl-C ends the demo"
    parts.append(Text(doors, style="dim"))
    return Panel(Group(*parts), title="CTI live board", border_style="dim")


def _head(board: dict[str, Any], campaign: dict[str, Any] | None) -> RenderableType:
    if campaign is None:
        return Text("No campaign yet.")
    wait = board["answer_to_bridge_ms"]
    line = Text()
    line.append(f"{campaign['name']} · {campaign['mode']} · {campaign['state']}  ", style="bold")
    line.append(f"attempts {campaign['attempts']}  answered {campaign['answered']}  ")
    rate, target = campaign["abandon_rate"], campaign["abandon_target"]
    style = "green" if rate <= target else "bold red"
    line.append(f"abandoned {rate:.1%} of {target:.0%} allowed  ", style=style)
    if wait:
        line.append(f"answer→agent p50 {wait['p50']:.1f} ms p99 {wait['p99']:.1f} ms  ")
    link = board["link"]
    agree = "counters = PBX" if not link["mismatches"] else f"{link['mismatches']} mismatches"
    line.append(agree, style="green" if not link["mismatches"] else "bold red")
    return Group(line, Text(f"pacer: {campaign['reason']}", style="italic"))


def _calls(board: dict[str, Any]) -> Table:
    table = _table("Calls", "state", "now")
    for state in CALL_STATES:
        table.add_row(state.replace("_", " "), str(board["calls_by_state"].get(state, 0)))
    return table


def _callers(board: dict[str, Any]) -> Table:
    callers = board["callers"]
    table = _table("Callers", "", "now")
    table.add_row("in the menu", str(callers["in_menu"]))
    table.add_row("waiting", f"{callers['waiting']} ({callers['longest_wait_seconds']:.0f} s)")
    table.add_row("talking", str(callers["talking"]))
    table.add_row("answered today", str(callers["answered"]))
    return table


def _agents(board: dict[str, Any]) -> Table:
    table = _table("Agents", "agent", "state", "for", "calls")
    for agent in board["agents"][:16]:
        colour, shape = AGENT_LOOKS.get(agent["state"], ("", "?"))
        table.add_row(
            agent["name"],
            Text(f"{shape} {agent['state'].replace('_', ' ')}", style=colour),
            f"{agent['seconds']:.0f} s",
            str(agent["calls_today"]),
        )
    if len(board["agents"]) > 16:
        table.add_row(f"… {len(board['agents']) - 16} more", "", "", "")
    return table


def _outcomes(campaign: dict[str, Any]) -> Table:
    table = _table("Outcomes", "outcome", "n", "")
    most = max(campaign["outcomes"].values(), default=1)
    for outcome, count in campaign["outcomes"].items():
        table.add_row(
            outcome.replace("_", " "), str(count), "█" * max(1, round(BAR * count / most))
        )
    leads = campaign["leads"]
    table.add_section()
    table.add_row("leads waiting", str(leads.get("waiting", 0) + leads.get("due", 0)), "")
    table.add_row("to call again", str(campaign["retries_waiting"]), "")
    table.add_row("closed", str(leads.get("closed", 0)), "")
    return table


def _retries(board: dict[str, Any]) -> Table:
    table = _table("Next retries", "lead", "after", "due (their time)", "zone")
    for retry in board["next_retries"]:
        due = datetime.fromisoformat(retry["due_at"]).astimezone(ZoneInfo(retry["time_zone"]))
        table.add_row(
            retry["name"] or str(retry["lead_id"]),
            (retry["last_outcome"] or "").replace("_", " "),
            f"{due:%a %H:%M}",
            retry["time_zone"],
        )
    return table


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", box=None, padding=(0, 1), title_style="bold")
    for column in columns:
        table.add_column(column, style=None, header_style="dim", no_wrap=True)
    return table
