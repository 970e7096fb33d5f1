"""How soon a supervisor hears an agent, and how long moves of a call take.

Usage: python -m bench.listening [--rounds 30]
A real Asterisk, one agent in a call, a supervisor's SIP phone that picks up at once. Times go from
the HTTP request to the PBX's word that it is so: ChanSpy has begun (which the PBX does 100 ms after
it was asked), the legs share a bridge, the customer hears music. Prints a table, writes
out/bench/listening.json.
"""

import argparse
import asyncio
import tempfile
import time
from collections import defaultdict
from collections.abc import Awaitable
from contextlib import AsyncExitStack
from pathlib import Path

from bench.table import load_now, show, write
from cti.agents.states import AgentState
from cti.base.statistics import percentile
from cti.processes.pbx import Phone
from tests.pbx.house import DATA, House, open_house

WAYS = ("listen", "whisper", "barge")


async def measure(rounds: int) -> dict[str, list[float]]:
    """Milliseconds of each act, `rounds` times."""
    taken: defaultdict[str, list[float]] = defaultdict(list)
    async with AsyncExitStack() as undo:
        state = Path(undo.enter_context(tempfile.TemporaryDirectory(prefix="l")))
        house = await open_house(state, undo, DATA / "personas-control.yaml")
        mine = await house.ask("PUT", "/v1/me/phone", json={"kind": "sip"})
        await house.hire("ann")
        await house.connect(Phone(mine["username"], mine["password"]))
        await house.ready("ann")
        await house.campaign(house.number("customer"))
        await house.state_of("ann", AgentState.TALKING)
        await asyncio.sleep(1)
        for _ in range(rounds):
            await _supervise(house, taken)
            await _hold(house, taken)
        await house.clear()
    return taken


async def _supervise(house: House, taken: dict[str, list[float]]) -> None:
    path = "/v1/floor/agents/ann"
    listening = house.service.room.listening
    for way in WAYS:
        name = "call the phone, listen" if way == "listen" else f"change to {way}"
        told = await _timed(taken[name], house.ask("POST", f"{path}/{way}"))
        if not isinstance(told, dict) or told["state"] != "hearing":
            raise RuntimeError(f"{way}: {told}")
    await _timed(taken["change to listen"], house.ask("POST", f"{path}/listen"))
    (ear,) = listening.ears.values()
    await house.ask("DELETE", f"{path}/listen")
    await house.until(lambda: ear.leg not in house.service.tracker.legs, "the phone is let go")


async def _hold(house: House, taken: dict[str, list[float]]) -> None:
    control = house.service.room.control
    await _timed(taken["hold"], control.hold("ann"))
    await asyncio.sleep(0.05)
    await _timed(taken["resume"], control.resume("ann"))
    await asyncio.sleep(0.05)


async def _timed(into: list[float], work: Awaitable[object]) -> object:
    begun = time.perf_counter()
    done = await work
    into.append(1000 * (time.perf_counter() - begun))
    return done


def main() -> None:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=30)
    rounds = parser.parse_args().rounds
    before = load_now()
    taken = asyncio.run(measure(rounds))
    rows = [
        {
            "act": act,
            "n": len(times),
            "p50_ms": round(percentile(sorted(times), 0.5), 1),
            "p99_ms": round(percentile(sorted(times), 0.99), 1),
            "most_ms": round(max(times), 1),
        }
        for act, times in taken.items()
    ]
    columns = {"act": "act", "n": "n", "p50_ms": "p50 ms", "p99_ms": "p99 ms", "most_ms": "most ms"}
    show("From the request until it is so", columns, rows)
    write("listening", {"rows": rows, "load_before": before, "load_after": load_now()})


if __name__ == "__main__":
    main()
