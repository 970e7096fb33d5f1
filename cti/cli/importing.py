"""Sending a file of leads and following its import, with progress bars on standard error."""

import csv
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)

from cti.base.errors import UserError
from cti.cli.output import note, print_json, print_table, say

if TYPE_CHECKING:
    from cti.client import Client

LOOK_SECONDS = 0.25
LASTING = ("running", "taking_back")
FIRST_REJECTS = 5


def send(client: "Client", path: str, file: Path, form: dict[str, str]) -> int:
    """Upload `file`; returns the import's number."""
    try:
        size = file.stat().st_size
        with file.open("rb") as content, _bar(DownloadColumn()) as progress:
            task = progress.add_task(f"Sending {file.name}", total=size)
            started = client.upload(
                path, content, file.name, form, lambda sent: progress.advance(task, sent)
            )
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from error
    return int(started["id"])


def follow(client: "Client", import_id: int) -> dict[str, Any]:
    """Wait until an import of leads has ended; returns it."""
    return follow_job(client, f"/v1/imports/{import_id}", f"`cti lead follow {import_id}`")


def follow_job(client: "Client", path: str, later: str) -> dict[str, Any]:
    """Wait until the import at `path` has ended; returns it. later: how to follow it again."""
    from cti.client import NotRunning  # noqa: PLC0415 - loads when it is needed

    job: dict[str, Any] = client.get(path)
    try:
        with _bar(MofNCompleteColumn()) as progress:
            task = progress.add_task(f"Importing {job['file_name']}", total=None)
            while True:
                if job["state"] == "taking_back":
                    gone = job["removed"] + job["kept"]
                    progress.update(
                        task,
                        description=f"Taking {job['file_name']} back",
                        completed=gone,
                        total=job["accepted"],
                    )
                else:
                    progress.update(task, completed=job["rows_done"], total=job["rows_total"])
                if job["state"] not in LASTING:
                    return job
                time.sleep(LOOK_SECONDS)
                job = client.get(path)
    except KeyboardInterrupt:
        note(f"The import goes on in the service; follow it with {later}.")
        raise
    except NotRunning as error:
        raise NotRunning(
            error.what, f"The import goes on by itself when the service runs again: {later}."
        ) from error


def report(client: "Client", job: dict[str, Any], as_json: bool) -> None:
    """How the import ended, and the first rows that it refused."""
    if as_json:
        print_json(job)
        return
    barred = f", {job['barred']} of them on the do-not-call list" if job["barred"] else ""
    say(f"Import {job['id']}: {job['accepted']} accepted, {job['rejected']} rejected{barred}.")
    if job["error"] and job["state"] == "done":
        say(job["error"])
    if not job["rejected"]:
        return
    rows = list(csv.reader(client.first_lines(_rejects(job), FIRST_REJECTS + 1)))
    print_table(
        [">line", "reason", "row"], [[row[0], row[1], ", ".join(row[2:])] for row in rows[1:]]
    )
    if job["rejected"] > FIRST_REJECTS:
        say(f"… all of them: `cti lead rejects {job['id']} -o rejects.csv`")


def _rejects(job: dict[str, Any]) -> str:
    return f"/v1/imports/{job['id']}/rejects.csv"


def _bar(count: ProgressColumn) -> Progress:
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), count)
    console = Console(stderr=True)
    return Progress(
        *columns, TimeRemainingColumn(), console=console, disable=not console.is_terminal
    )
