"""How many calls a second the engine holds against the real PBX, and what a call costs.

Usage: python -m bench.load [--quick] [--json]
Prints a table and writes out/bench/load.json. Three parts, one after the other on one machine:
calls that ring and are busy at rising rates; answered calls given to nailed-up agents; the same
calls as in the first part by a bare AMI reader, which is the limit of what the PBX can do.
See docs/bench.md.
"""

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.bare import Bare
from bench.house import CALLER_ID, House, Reading, house
from bench.table import load_now, show, write
from cti.base.clock import SystemClock
from cti.base.errors import UserError
from cti.base.statistics import percentile
from cti.calls.cel import read_cel
from cti.infrastructure import Infrastructure
from cti.logs import configure
from cti.settings import Settings

HELD = 0.95
"""A rate is held when so much of it was placed and ended in the window, and nothing was lost."""
LONGEST_RING = 3.0  # of personas-bench.yaml
HOPPER = 1000  # leads more than are dialled, so that no hopper runs dry

COLUMNS = {
    "what": "calls",
    "target": "calls/s wanted",
    "held_per_second": "calls/s done",
    "held": "held",
    "engine_ms": "engine CPU ms/call",
    "pbx_ms": "PBX CPU ms/call",
    "ratio": "ratio",
    "stores_ms": "Redis, MQTT CPU ms/call",
    "events_per_second": "events/s",
    "events_dropped": "dropped",
    "engine_rss_mib": "engine MiB",
    "pbx_rss_mib": "PBX MiB",
    "machine_percent": "machine busy %",
    "load": "load",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured. Times in seconds."""

    rates: tuple[int, ...]
    bare_rates: tuple[int, ...]
    warm_up: float
    window: float
    agents: int
    answered_rate: int
    answered_window: float

    @property
    def unanswered(self) -> int:
        """Leads for every rate, each tried twice."""
        return HOPPER + int(2 * sum(self.rates) * (self.warm_up + self.window + 1))

    @property
    def answered(self) -> int:
        return HOPPER + int(2 * self.answered_rate * (self.warm_up + self.answered_window))


FULL = Plan((25, 50, 75, 100, 125, 150, 200), (100, 150, 200), LONGEST_RING + 1, 8, 50, 20, 30)
QUICK = Plan((20, 60), (60,), LONGEST_RING + 0.5, 5, 50, 20, 10)


def row(what: str, target: int, first: Reading, last: Reading) -> dict[str, Any]:
    """One line of the table, from two readings."""
    seconds, ended = last.at - first.at, last.ended - first.ended
    placed = last.placed - first.placed
    engine, pbx = last.engine_cpu - first.engine_cpu, last.pbx_cpu - first.pbx_cpu
    lost = last.dropped - first.dropped + last.failed - first.failed
    cores = psutil.cpu_count() or 1
    return {
        "what": what,
        "target": target,
        "held_per_second": round(ended / seconds, 1),
        "held": min(placed, ended) / seconds >= HELD * target and not lost,
        "engine_ms": _per(engine, ended),
        "pbx_ms": _per(pbx, ended),
        "ratio": round(engine / pbx, 2) if pbx else None,
        "stores_ms": _per(last.stores_cpu - first.stores_cpu, ended),
        "events_per_second": round((last.events - first.events) / seconds),
        "events_dropped": last.dropped - first.dropped,
        "failed": last.failed - first.failed,
        "mismatches": last.mismatches - first.mismatches,
        "engine_rss_mib": round(last.engine_rss),
        "pbx_rss_mib": round(last.pbx_rss),
        "machine_percent": round(100 * (last.busy_cpu - first.busy_cpu) / seconds / cores),
        "load": load_now(),
    }


def _per(seconds: float, calls: int) -> float | None:
    return round(1000 * seconds / calls, 2) if calls else None


async def rising(place: House, plan: Plan) -> list[dict[str, Any]]:
    """Calls that ring and are busy, rate by rate, until one is missed twice."""
    rows: list[dict[str, Any]] = []
    await place.pace("busy", plan.rates[0])
    await place.start("busy")
    for rate in plan.rates:
        for _ in range(2):
            await place.pace("busy", rate)
            await asyncio.sleep(plan.warm_up)
            rows.append(await _window(place, "busy", rate, plan.window))
            if rows[-1]["held"]:
                break
        else:
            break
    await place.finish("busy")
    return rows


async def _window(place: House, what: str, rate: int, seconds: float) -> dict[str, Any]:
    first = await place.read()
    await asyncio.sleep(seconds)
    return row(what, rate, first, await place.read())


async def answered(place: House, plan: Plan) -> tuple[dict[str, Any], dict[str, Any]]:
    """Answered calls for nailed-up agents: the table's line, and answer to bridge in ms.

    The times are the PBX's own (its event log): from the customer's answer to both legs in one
    bridge. `engine_…` are the engine's, from reading the one event to reading the other.
    """
    await place.sign_in()
    await place.pace("answered", plan.answered_rate)
    await place.start("answered")
    await asyncio.sleep(plan.warm_up)
    began = SystemClock().now()
    line = await _window(place, "answered", plan.answered_rate, plan.answered_window)
    await place.finish("answered")
    seen = (await place.board())["answer_to_bridge_ms"]
    calls = [
        history
        for uniqueid, history in read_cel(place.state / "pbx/log/cel-custom/cel.csv", began).items()
        if uniqueid.startswith("at-") and history.answered and history.answered > began
    ]
    waits = sorted(
        1000 * (history.bridged_at - history.answered).total_seconds()
        for history in calls
        if history.bridged_at and history.answered
    )
    if not waits:
        raise UserError("No answered call met an agent.", "Look at the service's log.")
    return line, {
        "answer_to_bridge_ms_p50": round(percentile(waits, 0.5), 2),
        "answer_to_bridge_ms_p99": round(percentile(waits, 0.99), 2),
        "answer_to_bridge_ms_max": round(waits[-1], 2),
        "engine_answer_to_bridge_ms_p50": round(seen["p50"], 2),
        "engine_answer_to_bridge_ms_p99": round(seen["p99"], 2),
        "answered": len(calls),
        "answered_and_not_bridged": len(calls) - len(waits),
    }


async def bare(place: House, plan: Plan, numbers: Iterator[str]) -> list[dict[str, Any]]:
    """The same calls on the same PBX, fresh, without the engine."""
    ground = Infrastructure(Settings(state=place.state, trunk_uri=place.world.trunk_uri))
    try:
        await ground.start_pbx([])
        assert ground.pbx is not None  # noqa: S101 - no address was given
        pid = ground.pbx.process.child.pid()
        reader = Bare(ground.ami_url, ground.settings.trunk, CALLER_ID, numbers)
        running = asyncio.get_running_loop().create_task(reader.run())
        rows = []
        for rate in plan.bare_rates:
            reader.rate = rate
            for _ in range(2):
                await asyncio.sleep(plan.warm_up)
                first = _bare_reading(reader, psutil.Process(pid))
                await asyncio.sleep(plan.window)
                line = row("bare AMI", rate, first, _bare_reading(reader, psutil.Process(pid)))
                rows.append(line | {"stores_ms": None})
                if line["held"]:
                    break
            else:
                break
        running.cancel()
        return rows
    finally:
        await ground.stop()


def _bare_reading(reader: Bare, pbx: psutil.Process) -> Reading:
    machine, times = psutil.cpu_times(), pbx.cpu_times()
    return Reading(
        at=time.monotonic(),
        engine_cpu=time.process_time(),
        pbx_cpu=times.user + times.system,
        stores_cpu=0.0,
        busy_cpu=sum(machine) - machine.idle - machine.iowait,
        engine_rss=psutil.Process().memory_info().rss / 2**20,
        pbx_rss=pbx.memory_info().rss / 2**20,
        placed=reader.placed,
        ended=reader.ended,
        bridged=0,
        failed=0,
        events=reader.events,
        dropped=0,
        mismatches=0,
        samples=0,
    )


async def measure(plan: Plan) -> dict[str, Any]:
    """All three parts."""
    with tempfile.TemporaryDirectory(prefix="cti-bench-") as folder:
        async with house(Path(folder)) as place:
            _tell(f"Hiring {plan.agents} agents and importing leads")
            await place.hire(plan.agents)
            busy = place.world.personas.numbers_of("busy")
            talks = place.world.personas.numbers_of("talks")
            await place.campaign("busy", itertools.islice(busy, plan.unanswered))
            await place.campaign("answered", itertools.islice(talks, plan.answered))
            _tell("Calls that ring and are busy, at rising rates")
            rows = await rising(place, plan)
            _tell(f"{plan.answered_rate} answered calls a second for {plan.agents} agents")
            line, waits = await answered(place, plan)
            last = await place.read()
            await place.stop_service()
            _tell("The same busy calls by a bare AMI reader")
            bare_rows = await bare(place, plan, busy)
    return _result([*rows, line], bare_rows, waits, last)


def _result(
    rows: list[dict[str, Any]],
    bare_rows: list[dict[str, Any]],
    waits: dict[str, Any],
    last: Reading,
) -> dict[str, Any]:
    held = [r for r in rows if r["what"] == "busy" and r["held"]]
    best = max(held, key=lambda r: r["target"], default=rows[0])
    bare_held = [r for r in bare_rows if r["held"]]
    limit = max(bare_held, key=lambda r: r["target"], default=bare_rows[0])
    return {
        "calls_per_second_held": best["held_per_second"] if held else 0.0,
        "engine_cpu_ms_per_call": best["engine_ms"],
        "asterisk_cpu_ms_per_call": best["pbx_ms"],
        "cpu_ratio": best["ratio"],
        **waits,
        "events_dropped": last.dropped,
        "live_mismatches": last.mismatches,
        "live_samples": last.samples,
        "bare_calls_per_second_held": limit["held_per_second"] if bare_held else 0.0,
        "bare_cpu_ms_per_call": limit["engine_ms"],
        "bare_asterisk_cpu_ms_per_call": limit["pbx_ms"],
        "load_average": [r["load"] for r in rows],
        "rows": [*rows, *bare_rows],
    }


def _print(result: dict[str, Any]) -> None:
    show("Calls through the real PBX", COLUMNS, result["rows"])
    facts = [
        {"measured": key, "value": value}
        for key, value in result.items()
        if not isinstance(value, list)
    ]
    show("Altogether", {"measured": "measured", "value": "value"}, facts)


def _tell(line: str) -> None:
    sys.stderr.write(f"· {line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="about a minute, fewer rates")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    configure("warning")
    try:
        result = asyncio.run(measure(QUICK if options.quick else FULL))
    except UserError as error:
        sys.exit(str(error))
    write("load", result)
    if options.json:
        sys.stdout.write(json.dumps(result, indent=2) + "\n")
    else:
        _print(result)


if __name__ == "__main__":
    main()
