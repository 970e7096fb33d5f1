"""How fast leads are imported, in how much memory, and how long the event loop has to wait.

Usage: python -m bench.import_speed [--rows 1000000] [--xlsx] [--database URL]
Prints a table and writes out/bench/import_speed.json. Without --database: SQLite in a folder of
its own, removed at the end. The limit beside it: parsing the same file with `csv` alone.
"""

import argparse
import asyncio
import csv
import gc
import json
import resource
import tempfile
import time
from pathlib import Path

from openpyxl import Workbook
from rich.console import Console
from rich.table import Table

from cti.base.clock import SystemClock
from cti.store.engine import Store, sqlite_url
from cti.store.migrate import migrate
from dialer.campaigns.models import CampaignRow
from dialer.campaigns.settings import CampaignSettings
from dialer.leads.service import LeadService

_HEADER = ["姓名", "手机", "城市", "编号"]


def _cells(number: int) -> list[str]:
    return [f"客户{number}", f"1{3_000_000_000 + number}", "成都", f"C-{number}"]


def _make_csv(path: Path, rows: int) -> float:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(_HEADER)
        writer.writerows(_cells(number) for number in range(rows))
    start = time.perf_counter()
    with path.open(encoding="utf-8", newline="") as file:
        for _ in csv.reader(file):
            pass
    return time.perf_counter() - start


def _make_xlsx(path: Path, rows: int) -> float:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_HEADER)
    for number in range(rows):
        sheet.append(_cells(number))
    book.save(path)
    return 0.0


async def _longest_wait(until: asyncio.Event) -> list[float]:
    """How much later than asked the loop came back, seconds, sorted."""
    waits = []
    while not until.is_set():
        start = time.perf_counter()
        await asyncio.sleep(0.005)
        waits.append(time.perf_counter() - start - 0.005)
    return sorted(waits)


def _peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def _measure(folder: Path, file: Path, url: str) -> dict[str, float]:
    store = Store(url)
    await migrate(store)
    async with store.write() as session:
        campaign = CampaignRow(
            name=f"bench {time.time()}",
            settings=CampaignSettings().model_dump(mode="json"),
            created_at=SystemClock().now(),
        )
        session.add(campaign)
    leads = LeadService(store, SystemClock(), folder / "imports")
    # As the service does after its start: else the collector looks through every imported module
    # (phonenumbers brings 100,000 objects) again and again, 100 ms each time.
    gc.collect()
    gc.freeze()
    over = asyncio.Event()
    before = _peak_mib()
    watch = asyncio.create_task(_longest_wait(over))
    start, cpu = time.perf_counter(), time.process_time()
    done = await leads.wait_for_import(await leads.start_import(campaign.id, file, file.name))
    seconds, busy = time.perf_counter() - start, time.process_time() - cpu
    over.set()
    waits = await watch
    await store.close()
    if done.error or done.accepted != done.rows_done:
        raise SystemExit(f"the import failed: {done}")
    return {
        "rows": done.rows_done,
        "seconds": round(seconds, 1),
        "rows_per_second": round(done.rows_done / seconds),
        "cpu_seconds": round(busy, 1),
        "memory_before_mib": round(before),
        "memory_peak_mib": round(_peak_mib()),
        "loop_wait_ms_p50": round(1000 * waits[len(waits) // 2], 1),
        "loop_wait_ms_p99": round(1000 * waits[len(waits) * 99 // 100], 1),
        "loop_wait_ms_max": round(1000 * waits[-1], 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--xlsx", action="store_true")
    parser.add_argument("--database", help="an empty database; unset: SQLite")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cti-bench-") as name:
        folder = Path(name)
        file = folder / ("leads.xlsx" if options.xlsx else "leads.csv")
        limit = (_make_xlsx if options.xlsx else _make_csv)(file, options.rows)
        url = options.database or sqlite_url(folder)
        result = asyncio.run(_measure(folder, file, url))
    result["csv_parse_only_seconds"] = round(limit, 1)
    table = Table("measured", "value", title=f"Import of {options.rows:,} leads")
    for key, value in result.items():
        table.add_row(key, f"{value:,}")
    Console().print(table)
    out = Path("out/bench/import_speed.json")
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(result, indent=2) + "\n")


if __name__ == "__main__":
    main()
