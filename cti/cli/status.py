"""A campaign's figures of this moment, once or until Ctrl-C."""

import json
import sys
import time
from typing import TYPE_CHECKING, Any

from rich.console import Group, RenderableType
from rich.live import Live
from rich.text import Text

from cti.cli.output import console, facts_table, make_table, print_json, shown

if TYPE_CHECKING:
    from cti.client import Client

EVERY = 1.0
"""Seconds between looks of --watch."""


def status(client: "Client", campaign: dict[str, Any]) -> dict[str, Any]:
    """The campaign, its figures (None when it has not dialled since the service started), and
    the agents and calls of the whole floor."""
    board = client.get("/v1/live")
    figures = next((c for c in board["campaigns"] if c["id"] == campaign["id"]), None)
    return {
        "at": board["at"],
        "campaign": {key: campaign[key] for key in ("id", "name", "state", "mode")},
        "figures": figures,
        "agents_by_state": board["agents_by_state"],
        "calls_by_state": board["calls_by_state"],
        "answer_to_bridge_ms": board["answer_to_bridge_ms"],
    }


def show_status(client: "Client", campaign: dict[str, Any], as_json: bool) -> None:
    """One look."""
    now = status(client, campaign)
    if as_json:
        print_json(now)
    else:
        console().print(draw(now))


def watch_status(client: "Client", campaign: dict[str, Any], as_json: bool) -> None:
    """A look every second, until interrupted."""
    path = f"/v1/campaigns/{campaign['id']}"
    if as_json:
        while True:
            line = json.dumps(status(client, client.get(path)), ensure_ascii=False)
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
            time.sleep(EVERY)
    with Live(console=console(), auto_refresh=False) as live:
        while True:
            live.update(draw(status(client, client.get(path))), refresh=True)
            time.sleep(EVERY)


def draw(now: dict[str, Any]) -> RenderableType:
    """What a person gets to see."""
    campaign, figures = now["campaign"], now["figures"]
    head = Text.assemble((campaign["name"], "bold"), f"  {campaign['state']}, {campaign['mode']}")
    if figures is None:
        return Group(head, Text("It has not dialled since the service started.", "dim"))
    outcomes = make_table(["outcome", ">attempts"], figures["outcomes"].items())
    return Group(head, facts_table(_facts(now, figures)), Text(), outcomes)


def _facts(now: dict[str, Any], figures: dict[str, Any]) -> dict[str, object]:
    rate, target = figures["abandon_rate"], figures["abandon_target"]
    waits = now["answer_to_bridge_ms"]
    return {
        "pacer": figures["reason"],
        "lines": figures["lines"],
        "calls": _counts(now["calls_by_state"]),
        "agents": _counts(now["agents_by_state"]),
        "attempts": figures["attempts"],
        "answered": figures["answered"],
        "connected": figures["bridged"],
        "abandoned": Text(
            f"{figures['abandoned']} ({rate:.1%} of answered, at most {target:.1%})",
            "red" if rate > target else "",
        ),
        **_promise(figures.get("pacing")),
        "answer to agent": ", ".join(f"{name} {shown(ms)} ms" for name, ms in waits.items()),
        "leads": _counts(figures["leads"]),
        "in hopper": figures["hopper"],
        "to call again": figures["retries_waiting"],
    }


def _promise(pacing: dict[str, Any] | None) -> dict[str, object]:
    """What the abandon target is measured by, while the campaign runs."""
    if pacing is None:
        return {}
    low, high = pacing["abandon_low"], pacing["abandon_high"]
    rate = f"{pacing['abandoned']} of {pacing['answered']}, {pacing['abandon_rate']:.1%}"
    style = "red" if pacing["abandon_rate"] > pacing["target"] else ""
    return {f"abandoned {pacing['window']}": Text(f"{rate} ({low:.1%} to {high:.1%})", style)}


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items() if count)
