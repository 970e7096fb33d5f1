"""What can only be seen by connecting: Redis, broker, database, PBX."""

import asyncio
import random
import time
from pathlib import Path

import aiomqtt

from cti.ami.actions import CoreSettings, ModuleCheck, Ping
from cti.ami.link import AmiAddress, AmiLink
from cti.base.clock import SystemClock
from cti.base.errors import UserError
from cti.bus.broker import Broker
from cti.doctor.findings import Report
from cti.doctor.machine import needed_modules
from cti.live import redis as live
from cti.processes.asterisk import OLDEST
from cti.store.engine import Store
from cti.store.migrate import missing

LOGIN_SECONDS = 5.0
SKEW_WARN, SKEW_FAULT = 1.0, 30.0
"""Seconds between our clock and the PBX's; its event log is read by our clock after a restart."""


async def look_at_redis(report: Report, url: str) -> None:
    """Does it answer?"""
    with report.look("redis"):
        client = live.connect(url)
        try:
            await live.check(client)
        finally:
            await client.aclose()
        report.ok("redis", "answers")


async def look_at_broker(report: Report, url: str) -> None:
    """May we sign in?"""
    with report.look("broker"):
        broker = Broker.parse(url)
        try:
            async with broker.client():
                report.ok("broker", f"signed in at {broker}")
        except (aiomqtt.MqttError, OSError) as error:
            raise UserError(broker.complaint(error)) from error


async def look_at_database(report: Report, url: str) -> None:
    """Is it there, and of this version?"""
    with report.look("database"):
        store = Store(url)
        try:
            steps = await missing(store)
        finally:
            await store.close()
        shown = store.url.render_as_string(hide_password=True)
        if steps:
            report.warn(
                "database", f"{shown} is older than this program.", "`cti serve` updates it."
            )
        else:
            report.ok("database", f"{shown} is up to date")


async def look_at_pbx(report: Report, url: str) -> None:
    """AMI sign-in, version, modules, clock."""
    with report.look("ami"):
        link = AmiLink(
            AmiAddress.parse(url),
            lambda _: None,
            clock=SystemClock(),
            rng=random.Random(),  # noqa: S311 - for jitter
            wanted=frozenset(),
        )
        await link.start()
        try:
            await link.wait_up(LOGIN_SECONDS)
            report.ok("ami", "signed in")
            await _look_at_version(report, link)
            await _look_at_modules(report, link)
            await _look_at_skew(report, link)
        finally:
            await link.close()


async def _look_at_version(report: Report, link: AmiLink) -> None:
    version = (await link.call(CoreSettings())).fields.get("AsteriskVersion", "")
    major = version.split(".")[0]
    if major.isdecimal() and int(major) < OLDEST:
        report.fault("pbx", f"Asterisk {version} is too old.", f"Use {OLDEST} or newer.")
    else:
        report.ok("pbx", f"Asterisk {version}")


async def _look_at_modules(report: Report, link: AmiLink) -> None:
    names = [Path(name).stem for name in needed_modules()]
    replies = await asyncio.gather(*(link.send(ModuleCheck(name)) for name in names))
    absent = [name for name, reply in zip(names, replies, strict=True) if not reply.ok]
    if absent:
        report.fault(
            "pbx modules",
            f"Not loaded: {', '.join(absent)}.",
            "Load them in the PBX's modules.conf; docs/asterisk.md tells what each is for.",
        )
    else:
        report.ok("pbx modules", f"all {len(names)} are loaded")


async def _look_at_skew(report: Report, link: AmiLink) -> None:
    before = time.time()
    said = (await link.call(Ping())).fields.get("Timestamp", "")
    after = time.time()
    try:
        theirs = float(said)
    except ValueError:
        report.warn("pbx clock", f"It says {said!r}.", "Is this an Asterisk?")
        return
    skew = max(before - theirs, theirs - after, 0.0)
    level = "fault" if skew > SKEW_FAULT else "warn" if skew > SKEW_WARN else "ok"
    if level == "ok":
        report.ok("pbx clock", "agrees with ours")
        return
    tell = report.fault if level == "fault" else report.warn
    tell("pbx clock", f"It is {skew:.1f} s off ours.", "Run an NTP client on both machines.")
