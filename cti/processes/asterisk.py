"""Asterisk as our child: find one, render its configuration, run it until it is fully booted."""

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, UndefinedError

from cti.base.errors import UserError
from cti.base.files import write_private
from cti.processes.child import Child

OLDEST = 20
_SOCKET_LIMIT = 107  # bytes of a Unix socket's path, unix(7)
_LIBRARIES = ("usr/lib", "usr/lib64", "usr/local/lib")
_DATA = ("usr/share/asterisk", "var/lib/asterisk", "usr/local/share/asterisk")
_FOLDERS = ("etc", "run", "log", "log/cel-custom", "spool", "spool/outgoing", "db/keys", "sounds")
# Asterisk calls it an error when these are missing, and uses the defaults that we want.
_DEFAULTS = ("acl", "ccss", "features", "indications", "pjproject", "stasis", "statsd", "udptl")


@dataclass(frozen=True)
class AsteriskInstall:
    """An Asterisk that can be run: how to call it, where its parts are, e.g. version 22.10.1."""

    argv: tuple[str, ...]
    module_dir: Path
    data_dir: Path
    version: str


def cached_root() -> Path:
    """Where set-up unpacks an Asterisk of our own."""
    cache = os.environ.get("XDG_CACHE_HOME") or str(Path.home() / ".cache")
    return Path(cache) / "cti" / "asterisk-22"


def find_asterisk(chosen: Path | None = None) -> AsteriskInstall:
    """The Asterisk to run: `chosen` (program or unpacked root), the host's, or the cached one.

    Raises UserError when none of them is there and at least version 20.
    """
    if chosen is not None:
        install = _in_root(chosen) if chosen.is_dir() else _on_host(str(chosen))
        if install is None or not _new_enough(install):
            raise UserError(f"{chosen} is no Asterisk {OLDEST} or newer.", "Name another.")
        return install
    for found in (
        _on_host(shutil.which("asterisk") or "/usr/sbin/asterisk"),
        _in_root(cached_root()),
    ):
        if found is not None and _new_enough(found):
            return found
    raise UserError(
        f"no Asterisk {OLDEST} or newer is on the PATH or in {cached_root()}.",
        "Run `make setup`, which unpacks one, or set CTI_AMI_URL to one that runs elsewhere.",
    )


def _in_root(root: Path) -> AsteriskInstall | None:
    """An Asterisk unpacked below `root`, run through that root's own loader and libraries."""
    binary = root / "usr/sbin/asterisk"
    loader = next(iter(sorted(root.glob("lib*/ld-linux*.so.*"))), None)
    modules = _modules(root)
    if not binary.exists() or loader is None or modules is None:
        return None
    libraries = modules.parent.parent
    argv = (str(loader), "--library-path", str(libraries), str(binary))
    return _described(argv, modules, root)


def _on_host(binary: str) -> AsteriskInstall | None:
    modules = _modules(Path("/"))
    if not Path(binary).exists() or modules is None:
        return None
    return _described((binary,), modules, Path("/"))


def _described(argv: tuple[str, ...], modules: Path, root: Path) -> AsteriskInstall | None:
    done = subprocess.run([*argv, "-V"], capture_output=True, text=True, check=False)
    version = re.search(r"Asterisk\D*(\d[\w.~-]*)", done.stdout)
    data = next((root / place for place in _DATA if (root / place / "sounds").is_dir()), None)
    if version is None or data is None:
        return None
    return AsteriskInstall(argv, modules, data, version[1])


def _modules(root: Path) -> Path | None:
    for place in _LIBRARIES:
        for pattern in ("asterisk/modules", "*/asterisk/modules"):
            for folder in sorted((root / place).glob(pattern)):
                if (folder / "chan_pjsip.so").exists():
                    return folder
    return None


def _new_enough(install: AsteriskInstall) -> bool:
    major = re.match(r"\d+", install.version)
    return major is not None and int(major[0]) >= OLDEST


def render(conf_dir: Path, target: Path, variables: Mapping[str, object]) -> bool:
    """Fill every .conf file of `conf_dir` into `target`; True when any changed. See render_one."""
    names = sorted(path.name for path in conf_dir.glob("*.conf"))
    changed = [render_one(conf_dir, name, target, variables) for name in names]  # all of them
    return any(changed)


def render_one(conf_dir: Path, name: str, target: Path, variables: Mapping[str, object]) -> bool:
    """Fill one file (mode 0600), `<< variable >>` and `<% if … %>`; True when it changed.

    Raises UserError for a variable that is missing, and for a value with a line break or NUL,
    which could say more than its line.
    """
    for variable, value in variables.items():
        if isinstance(value, str) and re.search(r"[\r\n\0]", value):
            raise UserError(f"{variable} for Asterisk's configuration has a line break in it.")
    try:
        text = _environment(conf_dir).get_template(name).render(variables)
    except UndefinedError as error:
        raise UserError(f"{conf_dir / name}: {error}.") from error
    return write_private(target / name, text)


def _environment(conf_dir: Path) -> Environment:
    return Environment(
        loader=FileSystemLoader(conf_dir),
        undefined=StrictUndefined,
        variable_start_string="<<",
        variable_end_string=">>",
        block_start_string="<%",
        block_end_string="%>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - not HTML; line breaks are refused above
    )


class AsteriskProcess:
    """One Asterisk in `folder`: etc/ is its configuration, run/ its socket, log/ its logs."""

    def __init__(
        self, name: str, install: AsteriskInstall, folder: Path, ami: tuple[str, int]
    ) -> None:
        self.folder = folder.resolve()
        self.etc = self.folder / "etc"
        self._install = install
        self._ami = ami
        self._conf = self.etc / "asterisk.conf"
        self.child = Child(name, [*install.argv, "-C", str(self._conf), "-n", "-f"], self.folder)

    def variables(self) -> dict[str, object]:
        """What asterisk.conf needs: `folder`, `module_dir`, `data_dir`."""
        return {
            "folder": str(self.folder),
            "module_dir": str(self._install.module_dir),
            "data_dir": str(self._install.data_dir),
        }

    async def ensure(self, timeout: float = 30.0) -> bool:  # noqa: ASYNC109
        """Start or adopt it; return when AMI greets and Asterisk is fully booted.

        True if it was started, False if it ran already (its configuration is then as it was:
        `reload` what changed).
        """
        socket = self.folder / "run/asterisk.ctl"
        if len(os.fsencode(socket)) > _SOCKET_LIMIT:
            raise UserError(f"the path {socket} is too long.", "Choose a shorter --state.")
        for name in _FOLDERS:
            (self.folder / name).mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in _DEFAULTS:
            if not (self.etc / f"{name}.conf").exists():
                write_private(self.etc / f"{name}.conf", "; all defaults\n")
        return await self.child.ensure(self._ready, timeout)

    async def stop(self, grace: float = 10.0) -> None:
        """Stop it; living calls end."""
        await self.child.stop(grace)

    async def console(self, command: str) -> str:
        """What `asterisk -rx COMMAND` says. Raises UserError when it cannot be reached."""
        process = await asyncio.create_subprocess_exec(
            *self._install.argv,
            "-C",
            str(self._conf),
            "-rx",
            command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        text = said.decode("utf-8", "replace")
        if process.returncode != 0:
            raise UserError(f"Asterisk in {self.folder} does not answer: {text.strip()}.")
        return text

    async def _ready(self) -> bool:
        if not await _greets(*self._ami):
            return False
        try:
            return "fully booted" in await self.console("core waitfullybooted")
        except UserError:
            return False


async def _greets(host: str, port: int) -> bool:
    try:
        async with asyncio.timeout(1.0):
            reader, writer = await asyncio.open_connection(host, port)
            try:
                return (await reader.readline()).startswith(b"Asterisk Call Manager/")
            finally:
                writer.close()
                await writer.wait_closed()
    except (OSError, TimeoutError):
        return False
