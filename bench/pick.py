"""How long the next lead takes, as lists and the do-not-call list grow.

Usage: python -m bench.pick [--sqlite 10000 100000 1000000] [--postgresql 1000000 10000000]
                            [--barred 10000000] [--picks 2000]
Generated leads: three priorities and zones, two in five not due yet. The hopper is filled as in
the service, every second, while leads are taken at 100 a second; each is looked at (list, consent,
caps, windows), its attempt committed, and put off by hours. Prints a table and writes
out/bench/pick.json. Databases and a Redis of its own, in a temporary folder, removed at the end;
both databases write through to disk.
"""

import argparse
import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, cast

from rich.console import Console
from sqlalchemy import Connection, Table, TextClause, bindparam, text, update

from bench.house import ALWAYS
from bench.table import load_now, show, write
from cti.agents.models import AgentRow  # noqa: F401 - makes its table known
from cti.base.clock import SystemClock
from cti.live.redis import connect
from cti.processes.ports import Ports
from cti.processes.redis import PrivateRedis
from cti.store.engine import Store, sqlite_url
from cti.store.migrate import migrate
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.compliance.models import BarRow
from dialer.engine.filler import Filler
from dialer.engine.placing import Campaign, commit_attempts
from dialer.hopper.hopper import Hopper
from dialer.leads.models import LeadListRow, LeadRow, NumberRow
from tests.postgres import Cluster

RATE = 100.0  # leads taken a second
LEADS = cast("Table", LeadRow.__table__)
AT_ONCE = 500_000
"""Rows generated in one transaction."""

_ROWS = {
    "sqlite": "(WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n "
    "WHERE i < :last) SELECT i FROM n) AS n",
    "postgresql": "generate_series(CAST(:first AS bigint), CAST(:last AS bigint)) AS n(i)",
}
_DUE = {
    "sqlite": "strftime('%Y-%m-%d %H:%M:%f', 'now', printf('%d seconds', "
    "CASE WHEN i % 5 < 3 THEN -(i * 7919 % 86400) ELSE 3600 + i * 7919 % 86400 END)) || '000'",
    "postgresql": "now() + make_interval(secs => "
    "CASE WHEN i % 5 < 3 THEN -(i * 7919 % 86400) ELSE 3600 + i * 7919 % 86400 END)",
}
_LEADS = """
INSERT INTO leads (id, campaign_id, list_id, name, reference, fields, time_zone, priority, state,
                   due_at, next_number, dials, dials_today)
SELECT i, 1, 1, 'Lead ' || i, 'C-' || i, '{{}}',
       CASE i % 3 WHEN 0 THEN 'Asia/Shanghai' WHEN 1 THEN 'Europe/Berlin'
                  ELSE 'America/New_York' END,
       CASE WHEN i % 100 = 0 THEN -3 WHEN i % 10 = 0 THEN 5 ELSE 0 END,
       'waiting', {due}, 0, 0, 0 FROM {rows}"""
_NUMBERS = """
INSERT INTO numbers (id, campaign_id, lead_id, position, e164, usable)
SELECT i, 1, i, 0, '+86' || (13000000000 + i), {true} FROM {rows}"""
_BARRED = """
INSERT INTO barred_numbers (number, reach, reach_key, reason, source, added_by, added_at)
SELECT '+86' || (15000000000 + i), 'everyone', 0, 'bench', 'import', '', CURRENT_TIMESTAMP
FROM {rows}"""


@dataclass(slots=True)
class Times:
    """Seconds that each kind of step took."""

    take: list[float] = field(default_factory=list)
    look: list[float] = field(default_factory=list)
    fill: list[float] = field(default_factory=list)
    redis_us: float = 0.0  # of one script, by Redis's own clock

    def row(self) -> dict[str, float | None]:
        """Percentiles in milliseconds."""
        return {
            "take_ms_p50": _share(self.take, 0.5),
            "take_ms_p99": _share(self.take, 0.99),
            "take_ms_max": _share(self.take, 1.0),
            "look_ms_p50": _share(self.look, 0.5),
            "look_ms_p99": _share(self.look, 0.99),
            "fill_ms_p50": _share(self.fill, 0.5),
            "fill_ms_max": _share(self.fill, 1.0),
            "fills": len(self.fill),
            "redis_us": round(self.redis_us, 1),
        }


def _share(seconds: Iterable[float], share: float) -> float | None:
    ordered = sorted(seconds)
    if not ordered:
        return None
    return round(1000 * ordered[min(len(ordered) - 1, int(len(ordered) * share))], 2)


async def _generate(store: Store, leads: int, barred: int) -> float:
    """Make leads and barred numbers; returns the seconds it took."""
    start = time.perf_counter()
    await migrate(store)
    now = SystemClock().now()
    async with store.write() as session:
        settings = CampaignSettings.model_validate({"windows": ALWAYS}).model_dump(mode="json")
        session.add(CampaignRow(id=1, name="bench", settings=settings, created_at=now))
        await session.flush()
        session.add(LeadListRow(id=1, campaign_id=1, name="bench", created_at=now))
    kind = store.url.get_backend_name()
    true = "1" if kind == "sqlite" else "true"
    tables = [cast("Table", row.__table__) for row in (LeadRow, NumberRow, BarRow)]
    await store.transact(lambda c: _each_index(c, tables, "drop"))
    for statement, count in ((_LEADS, leads), (_NUMBERS, leads), (_BARRED, barred)):
        query = text(statement.format(rows=_ROWS[kind], due=_DUE[kind], true=true))
        for first in range(1, count + 1, AT_ONCE):
            span = {"first": first, "last": min(count, first + AT_ONCE - 1)}
            await store.transact(partial(_insert, query=query, span=span))
    await store.transact(lambda c: _each_index(c, tables, "create"))
    if kind == "postgresql":  # as autovacuum does within a minute
        async with store.engine.connect() as connection:
            free = await connection.execution_options(isolation_level="AUTOCOMMIT")
            await free.execute(text("VACUUM ANALYZE"))
    return time.perf_counter() - start


def _insert(connection: Connection, query: TextClause, span: dict[str, int]) -> None:
    if connection.dialect.name == "postgresql":  # each row's foreign keys are known to be there
        connection.execute(text("SET LOCAL session_replication_role = replica"))
    connection.execute(query, span)


def _each_index(connection: Connection, tables: list[Table], what: str) -> None:
    for table in tables:
        for index in table.indexes:
            getattr(index, what)(connection)


async def _measure(store: Store, redis_url: str, picks: int) -> Times:
    clock, times = SystemClock(), Times()
    settings = CampaignSettings.model_validate({"windows": ALWAYS})
    campaign = Campaign(1, "bench", settings, "carrier")
    redis = connect(redis_url)
    hopper = Hopper(redis, f"bench-{time.time_ns()}")
    filler = Filler(store, hopper, clock)
    await filler.fill(1, settings.windows)
    await redis.config_resetstat()
    filling = asyncio.create_task(_fill(filler, settings, times))
    try:
        taken: list[int] = []
        due = time.perf_counter()
        while len(times.take) < picks:
            due += 1 / RATE
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            start = time.perf_counter()
            leads = await hopper.take(1, 1, clock.now())
            if not leads:
                due = time.perf_counter()
                continue  # the filler is behind: not a pick
            times.take.append(time.perf_counter() - start)
            start = time.perf_counter()
            await commit_attempts(
                store,
                campaign,
                leads,
                most=1,
                now=clock.now,
                monotonic=clock.monotonic,
                caller_id=lambda: "",
            )
            times.look.append(time.perf_counter() - start)
            await hopper.done(1, leads)
            taken += leads
            if len(taken) >= 50:
                await _end_calls(store, taken, clock.now() + timedelta(hours=4))
                taken = []
        commands = await redis.info("commandstats")
        times.redis_us = float(commands["cmdstat_evalsha"]["usec_per_call"])
    finally:
        filling.cancel()
        await asyncio.gather(filling, return_exceptions=True)
        await hopper.clear(1)
        await redis.aclose()
    return times


async def _fill(filler: Filler, settings: CampaignSettings, times: Times) -> None:
    while True:
        await asyncio.sleep(1.0)
        start = time.perf_counter()
        if await filler.fill(1, settings.windows):
            times.fill.append(time.perf_counter() - start)


async def _end_calls(store: Store, leads: list[int], again: datetime) -> None:
    put_off = (
        update(LEADS)
        .where(LEADS.c.id == bindparam("key"))
        .values(state="waiting", due_at=bindparam("again"))
    )
    rows = [{"key": lead, "again": again} for lead in leads]
    await store.transact(lambda connection: connection.execute(put_off, rows))


@asynccontextmanager
async def _database(kind: str, folder: Path) -> AsyncIterator[Store]:
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(dir=folder) as name:
            store = Store(sqlite_url(Path(name)))
            yield store
            await store.close()
        return
    durable = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
    with Cluster(**durable, shared_buffers="1GB", max_wal_size="4GB") as cluster:
        store = Store(cluster.url)
        yield store
        await store.close()


async def _run(options: argparse.Namespace) -> list[dict[str, Any]]:
    console, rows = Console(stderr=True), []
    wanted = [("sqlite", n) for n in options.sqlite]
    wanted += [("postgresql", n) for n in options.postgresql]
    with tempfile.TemporaryDirectory(prefix="cti-bench-") as name:
        folder = Path(name)
        redis = PrivateRedis(folder, Ports(folder))
        await redis.ensure()
        try:
            for kind, leads in wanted:
                async with _database(kind, folder) as store:
                    console.print(f"{kind}: generating {leads:,} leads …")
                    made = await _generate(store, leads, options.barred)
                    console.print(f"{kind}: taking {options.picks} of {leads:,} …")
                    times = await _measure(store, redis.url, options.picks)
                row: dict[str, Any] = {"database": kind, "leads": leads, "barred": options.barred}
                rows.append(row | times.row() | {"generated_s": round(made), "load": load_now()})
        finally:
            await redis.stop()
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--sqlite", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--postgresql", type=int, nargs="*", default=[1_000_000, 10_000_000])
    parser.add_argument("--barred", type=int, default=1_000_000, help="numbers not to be called")
    parser.add_argument("--picks", type=int, default=2000)
    rows = asyncio.run(_run(parser.parse_args()))
    columns = {
        "database": "database",
        "leads": "leads",
        "barred": "barred",
        "take_ms_p50": "pick p50 ms",
        "take_ms_p99": "pick p99 ms",
        "take_ms_max": "pick max ms",
        "redis_us": "of it in Redis, mean µs",
        "look_ms_p50": "look+commit p50 ms",
        "look_ms_p99": "look+commit p99 ms",
        "fill_ms_p50": "fill p50 ms",
        "fill_ms_max": "fill max ms",
        "load": "load",
    }
    show("The next lead, while the hopper is filled", columns, rows)
    write("pick", {"picks_a_second": RATE, "runs": rows})


if __name__ == "__main__":
    main()
