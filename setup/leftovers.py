"""Runs a command; fails if it leaves a process of its own behind.

Usage: leftovers.py COMMAND…  Exit code: the command's, or 1 if something was left (and was ended).
"""

import ctypes
import subprocess
import sys

import psutil

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: orphans of our descendants become our children
GRACE_SECONDS = 2.0  # for what is just about to end


def main(command: list[str]) -> int:
    """Run `command`, then look for processes that it started and that still run."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    code = subprocess.run(command, check=False).returncode
    _, left = psutil.wait_procs(psutil.Process().children(recursive=True), timeout=GRACE_SECONDS)
    for process in left:
        print(f"left running: {process.pid} {describe(process)}", file=sys.stderr)  # noqa: T201
        process.kill()
        process.wait()
    return code or int(bool(left))


def describe(process: psutil.Process) -> str:
    """Its command line, as far as it can still be read."""
    try:
        return " ".join(process.cmdline()) or process.name()
    except psutil.Error:
        return "(gone)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
