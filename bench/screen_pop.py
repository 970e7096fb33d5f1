"""How soon after the answer the agent's page knows who it is: on a real PBX, over real sockets.

Usage: python -m bench.screen_pop [--quick] [--json]
Agents with robot phones are signed in, and each has a page's live link open; a campaign dials
people who pick up and talk briefly. From the moment of the answer, as the attempt keeps it, to the
first frame in which the page has the call and its person. Prints a table and writes
out/bench/screen_pop.json. See docs/bench.md.
"""

import argparse
import asyncio
import itertools
import json
import sys
import tempfile
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import orjson
from websockets.asyncio.client import ClientConnection, connect

from bench.house import House, house
from bench.table import load_now, show, write
from cti.base.errors import UserError
from cti.base.statistics import percentile
from cti.logs import configure

AIM = 200.0
"""Milliseconds that the desk is asked to keep."""
COLUMNS = {
    "agents": "agents",
    "rate": "calls/s",
    "calls": "talks",
    "p50": "answer to page p50 ms",
    "p99": "p99",
    "max": "max",
    "bridge_p50": "of this to the bridge p50 ms",
    "bridge_p99": "p99",
    "late": f"over {AIM:.0f} ms",
    "missing": "never shown",
    "load": "load",
}


@dataclass(frozen=True, slots=True)
class Plan:
    """agents, calls a second, seconds."""

    agents: int
    rate: int
    window: float


FULL, QUICK = Plan(20, 6, 40.0), Plan(5, 1, 15.0)


@dataclass(slots=True)
class Page:
    """A browser of an agent's; when it first saw which call with its person."""

    connection: ClientConnection
    seen: dict[str, float] = field(default_factory=dict)

    async def read(self) -> None:
        async for text in self.connection:
            now, frame = time.time(), orjson.loads(text)
            if frame["type"] != "desk":
                continue
            desk = frame["payload"]
            if desk["call"] and desk["person"] and desk["call"]["bridged_at"]:
                self.seen.setdefault(desk["call"]["id"], now)


async def open_pages(place: House, agents: int) -> list[Page]:
    """A user for each agent, signed in by a one-time link, and their page."""
    url = place.address["url"]
    pages = []
    for number in range(agents):
        name = f"robot{number}"
        await _ok(place.http.post("/v1/users", json={"name": name, "role": "agent", "agent": name}))
        link = await _ok(place.http.post(f"/v1/users/{name}/link", json={"sets_password": False}))
        token = str(link["url"]).rpartition("#")[2]
        async with httpx.AsyncClient(base_url=url) as browser:
            await _ok(browser.post("/v1/session/link", json={"token": token}))
            cookie = browser.cookies["cti_session"]
        connection = await connect(
            f"{url.replace('http', 'ws', 1)}/v1/live-link",
            origin=url,  # type: ignore[arg-type]
            additional_headers={"Cookie": f"cti_session={cookie}"},
            max_size=None,
        )
        pages.append(Page(connection))
    return pages


async def _ok(request: Any) -> Any:
    response = await request
    if response.is_error:
        raise UserError(f"The service refused: {response.text[:300]}")
    return response.json()


async def measure(plan: Plan) -> dict[str, Any]:
    """The table's line."""
    with tempfile.TemporaryDirectory(prefix="cti-bench-") as folder:
        async with house(Path(folder)) as place:
            await place.hire(plan.agents)
            numbers = place.world.personas.numbers_of("talks")
            leads = int(plan.rate * plan.window * 2) + 200
            await place.campaign("talks", itertools.islice(numbers, leads))
            pages = await open_pages(place, plan.agents)
            reading = [asyncio.create_task(page.read()) for page in pages]
            await place.sign_in()
            await place.pace("talks", plan.rate)
            await place.start("talks")
            await asyncio.sleep(plan.window)
            await place.finish("talks")
            attempts = await place.attempts("talks")
            bridges = (await place.board())["answer_to_bridge_ms"]
            for page in pages:
                await page.connection.close()
            await asyncio.gather(*reading, return_exceptions=True)
    return _line(plan, attempts, pages) | {
        "bridge_p50": round(bridges["p50"], 1),
        "bridge_p99": round(bridges["p99"], 1),
    }


def _line(plan: Plan, attempts: list[dict[str, Any]], pages: list[Page]) -> dict[str, Any]:
    seen = {call: at for page in pages for call, at in page.seen.items()}
    talked = [one for one in attempts if one["bridged_at"] and one["answered_at"]]
    waits = sorted(
        1000 * (seen[one["id"]] - datetime.fromisoformat(one["answered_at"]).timestamp())
        for one in talked
        if one["id"] in seen
    )
    if not waits:
        raise UserError("No answered call met an agent with a page.", "Look at the service's log.")
    return {
        "agents": plan.agents,
        "rate": plan.rate,
        "calls": len(talked),
        "p50": round(percentile(waits, 0.5), 1),
        "p99": round(percentile(waits, 0.99), 1),
        "max": round(waits[-1], 1),
        "late": sum(wait > AIM for wait in waits),
        "missing": len(talked) - len(waits),
        "load": load_now(),
    }


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--quick", action="store_true", help="half a minute, few agents")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    options = parser.parse_args()
    configure("warning")
    try:
        line = asyncio.run(measure(QUICK if options.quick else FULL))
    except UserError as error:
        sys.exit(str(error))
    write("screen_pop", line)
    if options.json:
        sys.stdout.write(json.dumps(line) + "\n")
    else:
        show("From the answer to the agent's page", COLUMNS, [line])


if __name__ == "__main__":
    main()
