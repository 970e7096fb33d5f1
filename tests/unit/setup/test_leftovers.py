"""setup/leftovers.py: what a command leaves running is named and ended."""

import subprocess
import sys
from pathlib import Path

import psutil

SCRIPT = Path(__file__).resolve().parents[3] / "setup/leftovers.py"


def run(shell: str) -> subprocess.CompletedProcess[str]:
    """Run a shell line under leftovers.py."""
    return subprocess.run(
        [sys.executable, SCRIPT, "bash", "-c", shell], capture_output=True, text=True, check=False
    )


def test_the_commands_own_code_comes_back() -> None:
    assert run("exit 7").returncode == 7


def test_a_process_left_behind_fails_the_run_and_is_ended() -> None:
    done = run("setsid sleep 300 >/dev/null 2>&1 & echo $!")
    assert done.returncode == 1
    assert "sleep 300" in done.stderr
    assert not psutil.pid_exists(int(done.stdout))


def test_one_that_ends_by_itself_is_waited_for() -> None:
    done = run("(exec sleep 0.2) >/dev/null 2>&1 &")
    assert (done.returncode, done.stderr) == (0, "")
