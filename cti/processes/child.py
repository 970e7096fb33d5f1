"""One program run as our child: started once, adopted after a crash of ours, stopped by us alone.

A child has its own session and umask 077, so a killed service takes nothing with it and what the
child writes is for its user only. It writes its own pid file before it becomes the program, so
there is no moment in which a child runs that the next start could not find.
"""

import asyncio
import os
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import structlog

from cti.base.errors import UserError

log = structlog.get_logger(__name__)

# $0 is the pid file. The line of /proc/PID/stat holds the pid and the moment the process began;
# with the boot's id they name one process for ever, however often its pid is used again.
_LAUNCH = (
    "umask 077; read -r stat </proc/$$/stat; read -r boot </proc/sys/kernel/random/boot_id; "
    'printf "%s\\n%s\\n" "$stat" "$boot" >"$0"; exec "$@"'
)
_POLL = 0.05
_LOG_LINES = 12


@dataclass(frozen=True)
class Identity:
    """One process of this machine since it was made: pid, start in clock ticks, boot id."""

    pid: int
    started: int
    boot: str


def identify(stat: str, boot: str) -> Identity | None:
    """Read a line of /proc/PID/stat (proc(5)); None for a torn line or a dead (zombie) process."""
    head, bracket, tail = stat.rpartition(")")
    fields = tail.split()
    if not bracket or len(fields) < 20 or fields[0] in {"Z", "X"}:
        return None
    return Identity(int(head.split()[0]), int(fields[19]), boot.strip())


def _running(pid: int) -> Identity | None:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except (FileNotFoundError, ProcessLookupError):
        return None
    return identify(stat, Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii"))


class Child:
    """A program of ours, known by NAME.pid and NAME.log in a folder."""

    def __init__(
        self,
        name: str,
        argv: Sequence[str],
        folder: Path,
        env: Mapping[str, str] | None = None,
    ) -> None:
        self.name = name
        self._argv = list(argv)
        self._env = {**os.environ, **(env or {})}
        self._pid_file = folder / f"{name}.pid"
        self.log_file = folder / f"{name}.log"

    def pid(self) -> int | None:
        """The living process that our pid file names, else None."""
        try:
            stat, boot = self._pid_file.read_text(encoding="utf-8", errors="replace").split("\n")[
                :2
            ]
        except (FileNotFoundError, ValueError):
            return None
        known = identify(stat, boot)
        return known.pid if known is not None and _running(known.pid) == known else None

    async def ensure(self, ready: Callable[[], Awaitable[bool]], timeout: float) -> bool:  # noqa: ASYNC109
        """Adopt the running child, or start it; return once `ready` says so.

        timeout: seconds. Returns True if it was started, False if it was adopted.
        Raises UserError with the program's last words if it dies or is not ready in time.
        """
        adopted = self.pid()
        pid = adopted or self._start()
        log.info("child adopted" if adopted else "child started", child=self.name, pid=pid)
        deadline = time.monotonic() + timeout
        while self.pid() is None or not await ready():
            self._reap(pid)
            if _running(pid) is None:
                raise self._failed("stopped by itself")
            if time.monotonic() > deadline:
                raise self._failed(f"was not ready within {timeout:g} s")
            await asyncio.sleep(_POLL)
        return adopted is None

    async def gone(self) -> None:
        """Return when the child no longer runs; at once if it does not run now."""
        pid = self.pid()
        if pid is None:
            return
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return
        try:
            await _readable(handle)
        finally:
            os.close(handle)
        self._reap(pid)

    async def stop(self, grace: float = 10.0) -> None:
        """SIGTERM, and SIGKILL after `grace` seconds; only to the process our pid file names."""
        pid = self.pid()
        for number, patience in ((signal.SIGTERM, grace), (signal.SIGKILL, 5.0)):
            if not self._signal(number):
                break
            try:
                async with asyncio.timeout(patience):
                    await self.gone()
                log.info("child stopped", child=self.name, signal=number.name)
                break
            except TimeoutError:
                log.warning("child does not stop", child=self.name, signal=number.name)
        if pid is not None:
            self._reap(pid)  # it may have died before `gone` had a look
        if self.pid() is None:
            self._pid_file.unlink(missing_ok=True)

    def _start(self) -> int:
        self._pid_file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        return os.posix_spawn(
            "/bin/sh",
            ["/bin/sh", "-c", _LAUNCH, str(self._pid_file), *self._argv],
            self._env,
            setsid=True,
            setsigmask=(),
            file_actions=[
                (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
                (os.POSIX_SPAWN_OPEN, 1, str(self.log_file), flags, 0o600),
                (os.POSIX_SPAWN_DUP2, 1, 2),
            ],
        )

    def _signal(self, number: signal.Signals) -> bool:
        pid = self.pid()
        if pid is None:
            return False
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            return False
        try:
            # The handle holds the process that has the pid now: look again that it is ours.
            if self.pid() != pid:
                return False
            signal.pidfd_send_signal(handle, number)
        except ProcessLookupError:
            return False
        finally:
            os.close(handle)
        return True

    @staticmethod
    def _reap(pid: int) -> None:
        try:
            os.waitpid(pid, os.WNOHANG)
        except ChildProcessError:
            return  # adopted: its parent is init, which reaps it

    def _failed(self, what: str) -> UserError:
        try:
            text = self.log_file.read_text(encoding="utf-8", errors="replace")
        except FileNotFoundError:
            text = ""
        last = "\n".join(f"    {line}" for line in text.splitlines()[-_LOG_LINES:])
        return UserError(
            f"{self.name} {what}. Its last words ({self.log_file}):\n{last or '    (none)'}\n",
            "Mend that, or point the settings at one that runs; if a port is taken, stop the "
            "program that holds it or choose another state folder.",
        )


async def _readable(handle: int) -> None:
    loop = asyncio.get_running_loop()
    seen = asyncio.Event()
    loop.add_reader(handle, seen.set)
    try:
        await seen.wait()
    finally:
        loop.remove_reader(handle)
