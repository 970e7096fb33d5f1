"""`cti doctor`"""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.text import Text

from cti.cli.options import Json, State, load_settings
from cti.cli.output import print_json, print_table

if TYPE_CHECKING:
    from cti.doctor.findings import Report

MARKS = {"ok": "✓", "warn": "!", "fault": "✗"}
COLOURS = {"ok": "green", "warn": "yellow", "fault": "bold red"}


def doctor(state: State = None, as_json: Json = False) -> None:
    """Look at every part and name the cure of each fault; exit code 1 if there is a fault."""
    report = _examine(state)
    if as_json:
        findings = [asdict(finding) for finding in report.findings]
        print_json({"healthy": report.healthy, "findings": findings})
    else:
        print_table(
            ["", "part", "finding"],
            [
                [
                    Text(f"{MARKS[finding.level]} {finding.level}", COLOURS[finding.level]),
                    finding.part,
                    finding.what + (f"\n→ {finding.cure}" if finding.cure else ""),
                ]
                for finding in report.findings
            ],
        )
    if not report.healthy:
        raise typer.Exit(1)


def _examine(state: Path | None) -> "Report":
    from cti.base.clock import SystemClock  # noqa: PLC0415 - loads when it is needed
    from cti.doctor.examine import examine  # noqa: PLC0415
    from cti.logs import configure  # noqa: PLC0415

    configure("critical")  # what goes wrong here is a finding, not a line in a log
    return asyncio.run(examine(load_settings(state=state), SystemClock().now()))
