"""What can be seen without connecting anywhere: programs, folders, disk, ports, clock."""

import os
import shutil
import socket
import sys
import tempfile
from contextlib import closing
from datetime import datetime
from pathlib import Path

from cti.base.errors import UserError
from cti.doctor.findings import Report
from cti.processes.asterisk import AsteriskInstall, find_asterisk
from cti.processes.pbx import CONF, DEFAULT_MESSAGE
from cti.processes.programs import program
from cti.settings import Settings
from ivr.menus import load_menus, missing_sounds

PYTHON = ((3, 11), (3, 14))
"""The first version that works, and the first that was never tried."""
SOUNDS = "sounds/en"
LITTLE_DISK, NO_DISK = 5 * 1024**3, 512 * 1024**2
"""Bytes. A stereo recording takes about 4 KiB a second."""
BUILT = datetime.fromisoformat("2025-01-01T00:00:00+00:00")
"""This program is younger than that; a clock that shows an earlier time is wrong."""


def look_at_machine(report: Report, settings: Settings, now: datetime) -> None:
    """Everything that holds whether or not a service runs."""
    look_at_python(report, sys.version_info[:2])
    look_at_programs(report, settings)
    install = look_at_asterisk(report, settings.asterisk) if settings.ami_url is None else None
    look_at_menus(report, settings.menus, install.data_dir / SOUNDS if install else None)
    look_at_folders(report, settings)
    look_at_clock(report, now)


def look_at_python(report: Report, version: tuple[int, ...]) -> None:
    """The interpreter, as (major, minor)."""
    shown = ".".join(map(str, version))
    if PYTHON[0] <= version < PYTHON[1]:
        report.ok("python", shown)
    else:
        report.fault("python", f"{shown} is not supported.", "Use Python 3.11, 3.12 or 3.13.")


def look_at_programs(report: Report, settings: Settings) -> None:
    """Programs that a part needs; servers that run elsewhere are not needed here."""
    wanted = ["ffmpeg", "ffprobe"]
    wanted += [] if settings.redis_url else ["redis-server"]
    wanted += [] if settings.mqtt_url else ["mosquitto", "mosquitto_passwd"]
    for name in wanted:
        with report.look(name):
            report.ok(name, program(name))


def look_at_asterisk(report: Report, chosen: Path | None) -> AsteriskInstall | None:
    """The Asterisk that would be started, if there is one: version, modules, sounds."""
    try:
        install = find_asterisk(chosen)
    except UserError as error:
        report.fault("asterisk", error.what, error.cure)
        return None
    report.ok("asterisk", f"{install.version} ({install.argv[-1]})")
    missing = [name for name in needed_modules() if not (install.module_dir / name).is_file()]
    if missing:
        report.fault(
            "modules",
            f"{install.module_dir} lacks {', '.join(missing)}.",
            "Install Asterisk's full set of modules, or run `make setup`, which unpacks one.",
        )
    else:
        report.ok("modules", f"all {len(needed_modules())} are there")
    _look_at_sounds(report, install)
    return install


def needed_modules() -> list[str]:
    """What our PBX's configuration requires: app_mixmonitor.so and so on."""
    lines = (CONF / "modules.conf").read_text(encoding="utf-8").splitlines()
    return [line.partition("=")[2].strip() for line in lines if line.startswith("require")]


def _look_at_sounds(report: Report, install: AsteriskInstall) -> None:
    folder = install.data_dir / SOUNDS
    missing = [name for name in DEFAULT_MESSAGE.split("&") if not any(folder.glob(f"{name}.*"))]
    if missing:
        report.fault(
            "sounds",
            f"{folder} lacks {', '.join(missing)}: people whom no agent can take hear nothing.",
            "Install Asterisk's core sounds (apt-get install asterisk-core-sounds-en-gsm).",
        )
    else:
        report.ok("sounds", str(folder))


def look_at_menus(report: Report, folder: Path, sounds: Path | None) -> None:
    """Can they be read, and is each sound they name in `sounds`? None: that cannot be seen."""
    with report.look("menus"):
        absent = missing_sounds(load_menus(folder), sounds) if sounds else []
        if absent:
            report.warn(
                "menus",
                f"{sounds} lacks sounds that menus name: {', '.join(absent)}.",
                "Callers hear nothing there: put the files in, or correct the menus.",
            )
        else:
            report.ok("menus", str(folder))


def look_at_folders(report: Report, settings: Settings) -> None:
    """State and recordings: may we write there, and is there room?"""
    recordings = settings.recordings or settings.state / "recordings"
    for part, folder in (("state", settings.state), ("recordings", recordings)):
        there = _nearest(folder.resolve())
        try:
            with tempfile.TemporaryFile(dir=there):
                report.ok(part, f"{folder} can be written")
        except OSError as error:
            report.fault(
                part,
                f"{there} cannot be written: {error.strerror}.",
                f"chown it to the user {os.getuid()}, or choose another folder.",
            )
        _look_at_disk(report, part, there)


def _look_at_disk(report: Report, part: str, folder: Path) -> None:
    free = shutil.disk_usage(folder).free
    said = f"{free / 1024**3:.1f} GiB free at {folder}"
    name = f"disk ({part})"
    if free < NO_DISK:
        report.fault(name, f"Only {said}.", "Delete what is not needed, or move the folder.")
    elif free < LITTLE_DISK:
        report.warn(name, f"Only {said}.", "Recordings take about 14 MB an hour and line.")
    else:
        report.ok(name, said)


def look_at_clock(report: Report, now: datetime) -> None:
    """Calling windows and retries go by the wall clock."""
    if now < BUILT:
        report.fault("clock", f"It shows {now:%Y-%m-%d %H:%M} UTC.", "Set it; run an NTP client.")
    else:
        report.ok("clock", f"{now:%Y-%m-%d %H:%M:%S} UTC")


def look_at_ports(report: Report, settings: Settings) -> None:
    """Ports that a service would bind at start; 0 means any free, which is never in the way."""
    wanted = [
        ("api", "CTI_API_PORT", settings.api_host, settings.api_port, socket.SOCK_STREAM),
        ("agi", "CTI_AGI_PORT", settings.agi_host, settings.agi_port, socket.SOCK_STREAM),
    ]
    if settings.ami_url is None:
        wanted.append(
            ("sip", "CTI_SIP_PORT", settings.sip_host, settings.sip_port, socket.SOCK_DGRAM)
        )
    for name, variable, host, port, kind in wanted:
        part = f"port ({name})"
        if port == 0:
            report.ok(part, "any free one")
        elif complaint := _taken(host, port, kind):
            report.fault(
                part,
                f"{host}:{port} cannot be bound: {complaint}.",
                f"Stop the program that holds it, or set {variable} to another.",
            )
        else:
            report.ok(part, f"{host}:{port} is free")


def _taken(host: str, port: int, kind: socket.SocketKind) -> str:
    with closing(socket.socket(socket.AF_INET, kind)) as probe:
        if kind == socket.SOCK_STREAM:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return error.strerror or str(error)
    return ""


def _nearest(folder: Path) -> Path:
    """The folder, or the one it will be made in."""
    return next(place for place in (folder, *folder.parents) if place.is_dir())
