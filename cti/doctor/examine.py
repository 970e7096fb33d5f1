"""The whole examination, with or without a service that runs."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from pathlib import Path

from cti.base.errors import UserError
from cti.client import Client, NotRunning, ServiceAddress, find_service
from cti.doctor.addresses import Addresses, addresses
from cti.doctor.findings import Report
from cti.doctor.machine import look_at_machine, look_at_ports
from cti.doctor.parts import look_at_broker, look_at_database, look_at_pbx, look_at_redis
from cti.processes.child import Child
from cti.settings import Settings

Connect = Callable[[ServiceAddress], Client]
CHILDREN = {"redis": "redis", "mosquitto": "mosquitto", "pbx": "pbx"}
"""Private children and their folders in the state folder."""


async def examine(settings: Settings, now: datetime, connect: Connect = Client) -> Report:
    """Look at everything; never changes anything but for files that come and go."""
    report = Report()
    look_at_machine(report, settings, now)
    service = look_at_service(report, settings, connect)
    if service is None:
        if not _look_at_orphans(report, settings.state):
            look_at_ports(report, settings)
        _look_at_trunk(report, settings)
    with report.look("state"):
        here = service is not None and service.pid is not None
        known = addresses(settings, running=here)
        await _look_at_parts(report, known, starting=service is None)
    return report


def _look_at_trunk(report: Report, settings: Settings) -> None:
    if settings.ami_url is None and settings.trunk_uri is None:
        report.warn(
            "trunk",
            "No carrier is named: calls lead nowhere.",
            "Set CTI_TRUNK_URI=sip:ADDRESS:PORT.",
        )


def look_at_service(report: Report, settings: Settings, connect: Connect) -> ServiceAddress | None:
    """The service that runs in the state folder (or at CTI_API_URL), and what it says of itself."""
    try:
        address = find_service(settings.state)
        with connect(address) as client:
            parts = client.health()
    except NotRunning as error:
        report.warn("service", error.what, error.cure)
        return None
    except UserError as error:
        report.fault("service", error.what, error.cure)
        return None
    faults = {part: word for part, word in parts.items() if word != "ok"}
    for part, word in faults.items():
        report.fault("service", f"{part}: {word}.", "See below, and the service's log.")
    if not faults:
        report.ok("service", f"ready at {address.url}")
    return address


def _look_at_orphans(report: Report, state: Path) -> bool:
    """Children of a service that was killed still hold their ports, for the next one to adopt."""
    alive = [
        name
        for name, folder in CHILDREN.items()
        if Child(name, [], state.resolve() / folder).pid() is not None
    ]
    if alive:
        report.warn(
            "service",
            f"A service was killed here; still running: {', '.join(alive)}.",
            "`cti serve` takes them over.",
        )
    return bool(alive)


async def _look_at_parts(report: Report, where: Addresses, *, starting: bool) -> None:
    looks: list[tuple[str, str | None, Callable[[Report, str], Awaitable[None]]]] = [
        ("redis", where.redis, look_at_redis),
        ("broker", where.mqtt, look_at_broker),
        ("database", where.database, look_at_database),
        ("ami", where.ami, look_at_pbx),
    ]
    for part, url, look in looks:
        if url is not None:
            await look(report, url)
        elif starting:  # a service that runs has told of its parts itself
            report.ok(part, "private: comes with `cti serve`")
