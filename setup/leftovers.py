"""Runs a command; fails if it leaves a process of its own behind.

Usage: leftovers.py COMMAND…  Exit code: the command's, or 1 if something was left (and was ended).
"""

import ctypes
import os
import subprocess
import sys

import psutil

PR_SET_CHILD_SUBREAPER = 36  # linux/prctl.h: orphans of our descendants become our children
GRACE_SECONDS = 2.0  # for what is just about to end


def main(command: list[str]) -> int:
    """Run `command`, then look for processes that it started and that still run."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    code = run(command)
    _, left = psutil.wait_procs(psutil.Process().children(recursive=True), timeout=GRACE_SECONDS)
    for process in left:
        print(f"left running: {process.pid} {describe(process)}", file=sys.stderr)  # noqa: T201
        process.kill()
        process.wait()
    return code or int(bool(left))


def run(command: list[str]) -> int:
    """Its exit code. Orphans that end meanwhile are reaped, as init would: a zombie looks alive."""
    process = subprocess.Popen(command)
    while True:
        try:
            pid, status = os.waitpid(-1, 0)
        except KeyboardInterrupt:
            continue  # the command got it too, and ends
        if pid == process.pid:
            process.returncode = os.waitstatus_to_exitcode(status)
            return process.returncode


def describe(process: psutil.Process) -> str:
    """Its command line, as far as it can still be read."""
    try:
        return " ".join(process.cmdline()) or process.name()
    except psutil.Error:
        return "(gone)"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
