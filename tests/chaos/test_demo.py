"""`cti demo` itself, with its service killed in the middle."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

import pytest

from tests.pbx.house import PERSONAS, nothing_runs

pytestmark = [pytest.mark.pbx, pytest.mark.timeout(900)]

PATIENCE = 200.0

DEMO = "import typer; from demo.cli import run_demo; typer.run(run_demo)"


async def pid_of_service(state: Path) -> int:
    """The service's process, once it listens."""
    address = state / "service.json"
    async with asyncio.timeout(PATIENCE):
        while not address.exists():  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    return int(json.loads(address.read_text())["pid"])


async def test_the_demo_survives_the_death_of_its_service(tmp_path: Path) -> None:
    state, report = tmp_path / "d", tmp_path / "demo.json"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", DEMO, "--headless", "--seconds", "60", "--agents", "4",
        "--personas", str(PERSONAS), "--state", str(state), "--json", str(report),
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    try:
        pid = await pid_of_service(state)
        async with asyncio.timeout(PATIENCE):  # some talk by now, some ring
            while len(list((state / "recordings/incoming").glob("at-*"))) < 4:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(2 * PATIENCE):
            said, _ = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode == 0, said.decode()
    assert "The path held." in said.decode()
    assert "Traceback" not in said.decode()
    found = json.loads(report.read_text())
    assert found["service_restarts"] == 1
    assert found["attempts"] > 10
    assert found["dialled_twice"] == []
    assert found["truth"]["differ"] == []
    assert found["recordings"]["missing"] == 0
    assert found["live_mismatches"] == 0
    assert found["live_samples"] > 5
    nothing_runs(state)
